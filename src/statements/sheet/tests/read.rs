//! A workbook as it was written.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

/// The parts of a file, by name.
pub(super) struct Written(BTreeMap<String, String>);

/// A cell: the attributes of its element, its value, and the text that the value points at.
#[derive(Debug)]
pub(super) struct ReadCell {
    attributes: String,
    value: String,
    text: Option<String>,
    format: String,
}

impl Written {
    pub(super) fn of(bytes: &[u8]) -> Self {
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let mut parts = BTreeMap::new();
        for index in 0..archive.len() {
            let mut part = archive.by_index(index).unwrap();
            let mut text = String::new();
            part.read_to_string(&mut text).unwrap();
            parts.insert(part.name().unwrap().into_owned(), text);
        }
        Self(parts)
    }

    pub(super) fn part(&self, name: &str) -> &str {
        &self.0[name]
    }

    pub(super) fn sheet_names(&self) -> Vec<&str> {
        let sheets = self.part("xl/workbook.xml").split("<sheet name=\"").skip(1);
        sheets.map(|sheet| sheet.split('"').next().unwrap()).collect()
    }

    /// A cell of the sheet that is the `sheet`th.
    pub(super) fn cell(&self, sheet: usize, at: &str) -> ReadCell {
        let sheet = self.part(&format!("xl/worksheets/sheet{sheet}.xml"));
        let (_, cell) = sheet.split_once(&format!("<c r=\"{at}\"")).unwrap_or_else(|| panic!("there is no {at}"));
        let (attributes, rest) = cell.split_once('>').unwrap();
        let value = match rest.strip_prefix("<v>") {
            Some(value) => value.split('<').next().unwrap().to_owned(),
            None => String::new(),
        };
        let text = attributes.contains("t=\"s\"").then(|| self.shared(value.parse().unwrap()));
        let format = self.number_format(attributes);
        ReadCell { attributes: attributes.to_owned(), value, text, format }
    }

    fn shared(&self, index: usize) -> String {
        let item = self.part("xl/sharedStrings.xml").split("<si>").nth(index + 1).unwrap();
        let text = item.split_once('>').unwrap().1.split("</t>").next().unwrap();
        text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    }

    fn number_format(&self, attributes: &str) -> String {
        let styles = self.part("xl/styles.xml");
        let style: usize = between(attributes, "s=\"", "\"").parse().unwrap();
        let formats = between(styles, "<cellXfs", "</cellXfs>");
        let id = between(formats.split("<xf ").nth(style + 1).unwrap(), "numFmtId=\"", "\"");
        match styles.split_once(&format!("<numFmt numFmtId=\"{id}\" formatCode=\"")) {
            Some((_, code)) => code.split('"').next().unwrap().to_owned(),
            None => format!("built in {id}"),
        }
    }
}

impl ReadCell {
    /// The text of a cell that is one.
    pub(super) fn text(&self) -> &str {
        self.text.as_deref().unwrap_or_else(|| panic!("{self:?} is not a text"))
    }

    /// The number of a cell that is one.
    pub(super) fn number(&self) -> &str {
        assert!(!self.attributes.contains("t=") && !self.value.is_empty(), "{self:?} is not a number");
        &self.value
    }

    pub(super) fn is_empty(&self) -> bool {
        self.value.is_empty()
    }

    /// How its number is shown.
    pub(super) fn format(&self) -> &str {
        &self.format
    }
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    text.split_once(before).unwrap().1.split(after).next().unwrap()
}
