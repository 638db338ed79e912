//! The words of a language, and how it writes numbers and days.

use chrono::{Datelike, NaiveDate};
use serde_json::{Map, Value};

use super::folder::Templates;
use crate::common::error::{Error, Place, Result};
use crate::common::period::Period;

/// The words of a language: a file of `statements/words/`.
#[derive(Debug, Clone)]
pub struct Words {
    /// All of them, as templates get them.
    pub all: Value,
    decimal: String,
    group: String,
    date: String,
    period: String,
    months: Vec<String>,
    months_short: Vec<String>,
}

impl Words {
    /// Reads the words of `language`.
    ///
    /// # Errors
    /// When there are none, or the file is no JSON, or does not say how numbers and days are written.
    pub fn read(templates: &Templates, language: &str) -> Result<Self> {
        let path = format!("words/{language}.json");
        let Some(text) = templates.text(&path)? else {
            let known = templates.below("words/").filter_map(|name| name.strip_suffix(".json"));
            return Err(Error::user(format!("there are no words for the language `{language}`"))
                .did_you_mean(language, known)
                .hint(format!("write them in `{}`, as those of another language", templates.name(&path))));
        };
        let file = templates.name(&path);
        let all: Value = serde_json::from_str(text).map_err(|error| {
            Error::user(format!("`{file}` is not valid JSON"))
                .at(Place::in_text(&file, text, error.line(), error.column()))
                .caused_by(&error)
        })?;
        let of_format = all.get("format").and_then(Value::as_object);
        let format = of_format.ok_or_else(|| lacks(&file, "format", "how numbers and days are written"))?;
        Ok(Self {
            decimal: pattern(format, "decimal", &file)?,
            group: pattern(format, "group", &file)?,
            date: pattern(format, "date", &file)?,
            period: pattern(format, "period", &file)?,
            months: months(format, "months", &file)?,
            months_short: months(format, "months_short", &file)?,
            all,
        })
    }

    /// What a value of a column is called: `words.kinds.usage` is the name of the value `usage` of `kind`.
    pub fn name_of(&self, column: &str, value: &str) -> Option<&str> {
        self.all.get(format!("{column}s"))?.get(value)?.as_str()
    }

    /// Whether values of the column have names.
    pub fn has_names_of(&self, column: &str) -> bool {
        self.all.get(format!("{column}s")).is_some_and(Value::is_object)
    }

    /// A decimal with the language's point and groups.
    pub fn grouped(&self, plain: &str) -> String {
        let (sign, digits) = plain.strip_prefix('-').map_or(("", plain), |digits| ("-", digits));
        let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, part)| (whole, Some(part)));
        let mut text = sign.to_owned();
        for (index, digit) in whole.chars().enumerate() {
            if index > 0 && (whole.len() - index).is_multiple_of(3) {
                text.push_str(&self.group);
            }
            text.push(digit);
        }
        if let Some(fraction) = fraction {
            text.push_str(&self.decimal);
            text.push_str(fraction);
        }
        text
    }

    /// A day as it is written.
    pub fn date(&self, date: NaiveDate) -> String {
        self.of_pattern(&self.date, date)
    }

    /// A month as it is written.
    pub fn period(&self, period: Period) -> String {
        self.of_pattern(&self.period, period.start().date())
    }

    /// The short name of a month.
    pub fn month(&self, period: Period) -> &str {
        self.months_short.get(period.month() as usize - 1).map_or("", String::as_str)
    }

    fn of_pattern(&self, pattern: &str, date: NaiveDate) -> String {
        let month = self.months.get(date.month0() as usize).map_or("", String::as_str);
        let year = date.year().to_string();
        pattern.replace("{day}", &date.day().to_string()).replace("{month}", month).replace("{year}", &year)
    }
}

fn pattern(format: &Map<String, Value>, name: &str, file: &str) -> Result<String> {
    let text = format.get(name).and_then(Value::as_str);
    text.map(str::to_owned).ok_or_else(|| lacks(file, &format!("format.{name}"), "a text"))
}

fn months(format: &Map<String, Value>, name: &str, file: &str) -> Result<Vec<String>> {
    let names = format.get(name).and_then(Value::as_array);
    let names: Option<Vec<String>> =
        names.and_then(|names| names.iter().map(|name| name.as_str().map(str::to_owned)).collect());
    names.filter(|names| names.len() == 12).ok_or_else(|| lacks(file, &format!("format.{name}"), "twelve names"))
}

fn lacks(file: &str, key: &str, what: &str) -> Error {
    Error::user(format!("`{key}` is missing: {what}")).at(Place::file(file)).hint("see `statements/words/en.json`")
}
