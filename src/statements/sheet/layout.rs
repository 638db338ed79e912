//! An analyst's `sheet.yaml` as plain structs. It knows no statement and no spreadsheet.

use serde::Deserialize;

use crate::common::error::{Error, Place, Result};

/// The layout of a statement's spreadsheet.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::statements) struct SheetLayout {
    /// The file's title, which also stands at the foot of printed pages.
    pub title: Wording,
    /// Who the file says it is from.
    pub author: Option<Wording>,
    /// The paper that is printed on.
    #[serde(default)]
    pub paper: Paper,
    /// The sheets in order, at least one.
    pub sheets: Vec<OneSheet>,
}

/// A size of paper.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::statements) enum Paper {
    /// 210 by 297 mm.
    #[default]
    A4,
    /// 8.5 by 11 inches.
    Letter,
}

/// One sheet: a title, lines of a label and a value, and tables below one another.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::statements) struct OneSheet {
    /// The name on its tab.
    pub name: Wording,
    /// The line at its top.
    pub title: Option<Wording>,
    /// The lines below the title.
    #[serde(default)]
    pub head: Vec<HeadLine>,
    /// The tables.
    #[serde(default)]
    pub tables: Vec<TableLayout>,
}

/// A label with its value.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::statements) struct HeadLine {
    /// What the value is.
    pub label: Wording,
    /// The value.
    pub value: FieldPath,
    /// How it is shown.
    #[serde(default)]
    pub format: ValueFormat,
}

/// A table: a row of column heads, a row for each item of a list, and a row of totals if a column has one.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::statements) struct TableLayout {
    /// The line above it.
    pub title: Option<Wording>,
    /// The list of its rows; `details.services.lines` is the lines of all services of all details.
    pub rows: FieldPath,
    /// Its columns, at least one.
    pub columns: Vec<ColumnLayout>,
    /// A chart of its rows.
    pub chart: Option<BarChart>,
}

/// A column of a table.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::statements) struct ColumnLayout {
    /// Its head.
    pub label: Wording,
    /// The value of each row.
    pub value: FieldPath,
    /// How values are shown.
    #[serde(default)]
    pub format: ValueFormat,
    /// Its width in characters; without it, that of its widest value.
    pub width: Option<u8>,
    /// The statement's field that stands below the last row.
    pub total: Option<FieldPath>,
}

/// A bar for each row of a table.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::statements) struct BarChart {
    /// The `value` of the column that names the bars.
    pub label: FieldPath,
    /// The `value` of the column that they are as long as.
    pub value: FieldPath,
}

/// How a value is written into a cell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::statements) enum ValueFormat {
    /// As it stands, whatever it looks like.
    #[default]
    Text,
    /// A number with the digits that its amount has, red below zero.
    Money,
    /// A number without zeros at its end.
    Quantity,
    /// A number with two digits or as many more as it needs.
    Price,
    /// A number of hundredths: `16` is 16 %.
    Percentage,
    /// A day, or an instant in UTC.
    Date,
}

/// The name of a field, such as `customer.legal_name`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(in crate::statements) struct FieldPath {
    /// As it is written.
    pub text: String,
    /// Its names, outermost first; at least one.
    pub(super) names: Vec<String>,
}

/// A text: the texts of some fields with a space between.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "OneOrMore")]
pub(in crate::statements) struct Wording(pub Vec<FieldPath>);

#[derive(Deserialize)]
#[serde(untagged, expecting = "expected the name of a field or a list of names")]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl SheetLayout {
    /// Reads a layout.
    ///
    /// # Errors
    /// When the text is not YAML, has a key or a word that is not known, or lacks one that is needed.
    pub(in crate::statements) fn parse(text: &str) -> Result<Self> {
        let layout: Self = serde_yaml::from_str(text).map_err(|error| refused(text, &error))?;
        if layout.sheets.is_empty() {
            return Err(Error::user("`sheets` has no sheet"));
        }
        let mut tables = layout.sheets.iter().flat_map(|sheet| &sheet.tables);
        if let Some(bare) = tables.find(|table| table.columns.is_empty()) {
            return Err(Error::user(format!("the table of `{}` has no column", bare.rows.text)));
        }
        Ok(layout)
    }
}

impl TryFrom<String> for FieldPath {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let names: Vec<String> = text.split('.').map(str::to_owned).collect();
        let is_name = |name: &String| !name.is_empty() && !name.contains(['[', ']', '{', '}', ' ']);
        if !names.iter().all(is_name) {
            return Err(format!("`{text}` is not the name of a field, such as `total` or `customer.legal_name`"));
        }
        Ok(Self { text, names })
    }
}

impl TryFrom<OneOrMore> for Wording {
    type Error = String;

    fn try_from(names: OneOrMore) -> Result<Self, String> {
        let names = match names {
            OneOrMore::One(name) => vec![name],
            OneOrMore::More(names) => names,
        };
        names.into_iter().map(FieldPath::try_from).collect::<Result<_, String>>().map(Self)
    }
}

/// What serde says, with its place and the name that was meant.
fn refused(text: &str, error: &serde_yaml::Error) -> Error {
    let said = error.to_string();
    let mut message = said.as_str();
    if let Some((before, _)) = said.rsplit_once(" at line ") {
        message = before;
    }
    let refused = Error::user(message);
    let refused = match message.split_once(", expected ") {
        Some((found, known)) if message.contains("unknown ") => {
            let names: Vec<&str> = known.split('`').skip(1).step_by(2).collect();
            refused.did_you_mean(found.split('`').nth(1).unwrap_or_default(), names)
        }
        _ => refused,
    };
    match error.location() {
        // Whoever has read the text knows its file.
        Some(at) => refused.at(Place::in_text("", text, at.line(), at.column())),
        None => refused,
    }
}
