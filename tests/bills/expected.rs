//! What a bill must come to: the files `expected.txt`.
//!
//! A line `settings NAME ...` begins a section; the lines below it hold under each of these settings. A line is
//! either `refused WORDS`, or a table, conditions on its rows, and figures that they sum to:
//! `account_costs, account_id=301000000011, category=borrowed -> real_cost=0.05, rows=1`.
//! `column~words` asks for words within a text, `1.25±0.001` is a figure that may differ by so much, `rows` is the
//! number of rows. A `#` begins a comment.

use libtest_mimic::Failed;

use crate::rows::Row;

/// Digits after the decimal point of an amount.
const DIGITS: usize = 10;

/// The sections of a file, one for each settings.
pub(crate) struct Expected {
    pub(crate) sections: Vec<Section>,
}

/// What must come of a bill under some settings.
pub(crate) struct Section {
    pub(crate) settings: String,
    /// The words with which the bill is refused, if it must be.
    pub(crate) refused: Option<String>,
    pub(crate) figures: Vec<Figures>,
}

/// Rows of a table, and what they sum to.
#[derive(Debug, Clone)]
pub(crate) struct Figures {
    pub(crate) table: String,
    line: String,
    conditions: Vec<Condition>,
    sums: Vec<Sum>,
}

#[derive(Debug, Clone)]
struct Condition {
    column: String,
    words: String,
    is_part: bool,
}

#[derive(Debug, Clone)]
struct Sum {
    column: String,
    figure: i128,
    tolerance: i128,
}

impl Expected {
    /// Reads a file; every section must say something.
    pub(crate) fn read(text: &str) -> Result<Self, Failed> {
        let mut sections: Vec<Section> = Vec::new();
        let mut open = 0..0;
        for line in text.lines().map(|line| line.split('#').next().unwrap_or_default().trim()) {
            if let Some(names) = line.strip_prefix("settings ") {
                let named = names.split_whitespace().map(|name| Section {
                    settings: name.to_owned(),
                    refused: None,
                    figures: Vec::new(),
                });
                let start = sections.len();
                sections.extend(named);
                open = start..sections.len();
            } else if open.is_empty() && !line.is_empty() {
                return Err(format!("`{line}` is not below settings").into());
            } else if let Some(words) = line.strip_prefix("refused ") {
                sections[open.clone()].iter_mut().for_each(|section| section.refused = Some(words.to_owned()));
            } else if !line.is_empty() {
                let figures = Figures::read(line).ok_or_else(|| format!("`{line}` cannot be read"))?;
                sections[open.clone()].iter_mut().for_each(|section| section.figures.push(figures.clone()));
            }
        }
        match sections.iter().find(|section| section.refused.is_none() && section.figures.is_empty()) {
            Some(section) => Err(format!("nothing is expected under the settings `{}`", section.settings).into()),
            None if sections.is_empty() => Err("there are no settings".into()),
            None => Ok(Self { sections }),
        }
    }
}

impl Figures {
    fn read(line: &str) -> Option<Self> {
        let (rows, sums) = line.split_once("->")?;
        let mut parts = rows.split(',').map(str::trim);
        let table = parts.next()?.to_owned();
        let conditions = parts.map(Condition::read).collect::<Option<_>>()?;
        let sums = sums.split(',').map(|sum| Sum::read(sum.trim())).collect::<Option<_>>()?;
        Some(Self { table, line: line.to_owned(), conditions, sums })
    }

    /// The columns that conditions look at.
    pub(crate) fn columns(&self) -> impl Iterator<Item = &str> {
        self.conditions.iter().map(|condition| condition.column.as_str())
    }

    /// Whether these figures are about `row`.
    pub(crate) fn is_about(&self, row: &Row) -> bool {
        self.conditions.iter().all(|condition| condition.holds(row))
    }

    /// What is not as expected, of all rows that these figures are about. Sums of no rows prove nothing.
    pub(crate) fn differences(&self, rows: &[&Row]) -> Vec<String> {
        if rows.is_empty() && self.sums.iter().any(|sum| sum.column != "rows") {
            return vec![format!("{}: there are no such rows", self.line)];
        }
        let wrong = self.sums.iter().filter_map(|sum| {
            let found = sum.of(rows)?;
            let is_close = (found - sum.figure).abs() <= sum.tolerance;
            (!is_close).then(|| format!("{}: {} is {}", self.line, sum.column, written(found)))
        });
        let unknown = self.sums.iter().filter(|sum| sum.of(rows).is_none());
        wrong.chain(unknown.map(|sum| format!("{}: `{}` has no amounts", self.line, sum.column))).collect()
    }
}

impl Condition {
    fn read(text: &str) -> Option<Self> {
        let at = text.find(['=', '~'])?;
        let (column, words) = (text[..at].trim().to_owned(), text[at + 1..].trim().to_owned());
        Some(Self { column, words, is_part: text[at..].starts_with('~') })
    }

    fn holds(&self, row: &Row) -> bool {
        let text = row.texts.get(&self.column).map_or("", String::as_str);
        if self.is_part { text.contains(&self.words) } else { text == self.words }
    }
}

impl Sum {
    fn read(text: &str) -> Option<Self> {
        let (column, figure) = text.split_once('=')?;
        let (figure, tolerance) = figure.split_once('±').unwrap_or((figure, "0"));
        Some(Self { column: column.trim().to_owned(), figure: amount(figure)?, tolerance: amount(tolerance)? })
    }

    /// The sum over `rows`; none if the column has no amounts.
    fn of(&self, rows: &[&Row]) -> Option<i128> {
        if self.column == "rows" {
            return Some(i128::try_from(rows.len()).ok()? * 10_i128.pow(u32::try_from(DIGITS).ok()?));
        }
        let amounts: Vec<i128> = rows.iter().filter_map(|row| row.amounts.get(&self.column).copied()).collect();
        (!amounts.is_empty()).then(|| amounts.iter().sum())
    }
}

/// A decimal number as a whole number of its tenth digit.
fn amount(text: &str) -> Option<i128> {
    let text = text.trim();
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.len() > DIGITS {
        return None;
    }
    format!("{whole}{fraction:0<DIGITS$}").parse().ok()
}

fn written(amount: i128) -> String {
    let digits = format!("{:0>width$}", amount.unsigned_abs(), width = DIGITS + 1);
    let (whole, fraction) = digits.split_at(digits.len() - DIGITS);
    format!("{}{whole}.{fraction}", if amount < 0 { "-" } else { "" })
}

/// A row of `account_costs` as a line that people can compare.
pub(crate) fn shown(row: &Row) -> String {
    let text = |name: &str| row.texts.get(name).map_or("-", String::as_str);
    let cost = |name: &str| row.amounts.get(name).map_or_else(|| "-".to_owned(), |amount| written(*amount));
    let names = ["account_id", "service_code", "category"].map(text).join(" ");
    format!("{names}: base {}, real {}\n", cost("base_cost"), cost("real_cost"))
}
