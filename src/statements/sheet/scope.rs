//! What the fields of a layout name in a statement and its words. It knows no spreadsheet.

use serde_json::Value;

use super::layout::{FieldPath, Wording};
use crate::common::error::{Error, Result};

/// What fields can be named from one place of a layout.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scope<'a> {
    statement: &'a Value,
    words: &'a Value,
    /// The names of the list whose row is being written; none outside of tables.
    levels: &'a [String],
    /// What each of them is: the row itself, and what it is in.
    row: &'a [&'a Value],
}

/// A row behind all that it is in, outermost first.
pub(super) type Row<'a> = Vec<&'a Value>;

/// Where the names of a field begin to count, and what that is called.
struct Start<'a, 'p> {
    value: &'a Value,
    called: String,
    names: &'p [String],
}

/// How far the names of a field led.
struct Lost<'a> {
    value: &'a Value,
    depth: usize,
}

impl<'a> Scope<'a> {
    /// Outside of tables.
    pub(super) fn new(statement: &'a Value, words: &'a Value) -> Self {
        Self { statement, words, levels: &[], row: &[] }
    }

    /// In a row of `rows`.
    pub(super) fn in_row<'r>(self, rows: &'r FieldPath, row: &'r [&'r Value]) -> Scope<'r>
    where
        'a: 'r,
    {
        Scope { levels: &rows.names, row, ..self }
    }

    /// The value of a field; null where something on the way to it is null.
    ///
    /// # Errors
    /// When there is no such field.
    pub(super) fn value(&self, path: &FieldPath) -> Result<&'a Value> {
        let start = self.start(&path.names);
        descend(start.value, start.names).map_err(|lost| self.missing(path, &start, &lost))
    }

    /// The texts of some fields with a space between; what is null is left out.
    ///
    /// # Errors
    /// When there is no such field, or it is not a text.
    pub(super) fn wording(&self, wording: &Wording) -> Result<String> {
        Ok(joined(wording.0.iter().map(|path| self.text(path)).collect::<Result<_>>()?, " "))
    }

    /// A field as text: yes and no in words, a list with commas between.
    ///
    /// # Errors
    /// When there is no such field, or it has fields of its own.
    pub(super) fn text(&self, path: &FieldPath) -> Result<String> {
        self.text_of(self.value(path)?, path)
    }

    fn text_of(&self, value: &Value, path: &FieldPath) -> Result<String> {
        match value {
            Value::Null => Ok(String::new()),
            Value::String(text) => Ok(text.clone()),
            Value::Number(number) => Ok(number.to_string()),
            Value::Bool(is) => {
                let word = FieldPath::try_from(format!("words.{}", if *is { "yes" } else { "no" }));
                self.text(&word.map_err(Error::bug)?)
            }
            Value::Array(items) => {
                Ok(joined(items.iter().map(|item| self.text_of(item, path)).collect::<Result<_>>()?, ", "))
            }
            Value::Object(_) => {
                let error = Error::user(format!("`{}` is more than one value", path.text));
                Err(error.hint(format!("name one of its fields: {}", names_in(value).join(", "))))
            }
        }
    }

    /// The rows of a table; `None` where its list is null, as that part is not in this statement.
    ///
    /// # Errors
    /// When there is no such list.
    pub(super) fn rows(&self, path: &FieldPath) -> Result<Option<Vec<Row<'a>>>> {
        let mut found: Vec<Row<'a>> = vec![Vec::new()];
        let mut is_in_list = false;
        for (depth, name) in path.names.iter().enumerate() {
            let is_last = depth + 1 == path.names.len();
            let mut deeper = Vec::new();
            let mut is_list = false;
            for row in found {
                match self.below(&row, path, name)? {
                    Value::Null if !is_in_list => return Ok(None),
                    Value::Null => {}
                    Value::Array(items) => {
                        is_list = true;
                        deeper.extend(items.iter().map(|item| with(&row, item)));
                    }
                    group @ Value::Object(_) if !is_last => deeper.push(with(&row, group)),
                    _ => return Err(Error::user(format!("`{name}` in `{}` is not a list", path.text))),
                }
            }
            is_in_list |= is_list;
            found = deeper;
        }
        Ok(Some(found))
    }

    /// What `name` is in the innermost of `row`, or in the statement.
    fn below(&self, row: &[&'a Value], path: &FieldPath, name: &str) -> Result<&'a Value> {
        let above = row.last().copied().unwrap_or(self.statement);
        match above {
            Value::Null => Ok(above),
            _ => above.get(name).ok_or_else(|| {
                let called = match row.len().checked_sub(1) {
                    Some(last) => format!("`{}`", path.names[last]),
                    None => "the statement".to_owned(),
                };
                let error = Error::user(format!("`{name}` is not in {called}"));
                there_is(error, name, above, &called).while_doing(format!("looking for `{}`", path.text))
            }),
        }
    }

    fn start<'p>(&self, names: &'p [String]) -> Start<'a, 'p> {
        let first = names.first().map_or("", String::as_str);
        let rest = names.get(1..).unwrap_or_default();
        if rest.is_empty() {
            return self.here(names);
        }
        match (first, self.level(first)) {
            (_, Some((level, item))) => Start { value: item, called: format!("`{level}`"), names: rest },
            ("words", _) => Start { value: self.words, called: "the words".to_owned(), names: rest },
            ("statement", _) => Start { value: self.statement, called: "the statement".to_owned(), names: rest },
            _ => self.here(names),
        }
    }

    /// The row that is being written, or the statement.
    fn here<'p>(&self, names: &'p [String]) -> Start<'a, 'p> {
        match (self.levels.last(), self.row.last()) {
            (Some(level), Some(item)) => Start { value: item, called: format!("`{level}`"), names },
            _ => Start { value: self.statement, called: "the statement".to_owned(), names },
        }
    }

    fn level(&self, name: &str) -> Option<(&'a str, &'a Value)> {
        let mut levels = self.levels.iter().zip(self.row);
        levels.find(|(level, _)| *level == name).map(|(level, item)| (level.as_str(), *item))
    }

    fn missing(&self, path: &FieldPath, start: &Start<'_, '_>, lost: &Lost<'_>) -> Error {
        let error = Error::user(format!("`{}` is not in {}", path.text, start.called));
        let within = match lost.depth {
            0 => start.called.clone(),
            depth => format!("`{}`", path.names[..path.names.len() - start.names.len() + depth].join(".")),
        };
        let error = self.elsewhere(path, error);
        there_is(error, &start.names[lost.depth], lost.value, &within)
    }

    /// Says where else there is what a row does not have.
    fn elsewhere(&self, path: &FieldPath, error: Error) -> Error {
        let outer = self.levels.iter().zip(self.row).map(|(level, item)| (level.as_str(), *item)).rev();
        let mut places = outer.chain([("statement", self.statement), ("words", self.words)]);
        match places.find(|(_, value)| descend(value, &path.names).is_ok_and(|value| !value.is_object())) {
            Some((place, _)) => error.hint(format!("there is a `{place}.{}`", path.text)),
            None => error,
        }
    }
}

/// Says what there is where a name is not.
fn there_is(error: Error, name: &str, value: &Value, within: &str) -> Error {
    let names = names_in(value);
    if names.is_empty() {
        return error.hint(format!("{within} has no fields"));
    }
    error.did_you_mean(name, names.iter().copied()).hint(format!("in {within} there is {}", names.join(", ")))
}

fn descend<'a>(start: &'a Value, names: &[String]) -> Result<&'a Value, Lost<'a>> {
    let mut value = start;
    for (depth, name) in names.iter().enumerate() {
        if value.is_null() {
            break;
        }
        value = value.get(name).ok_or(Lost { value, depth })?;
    }
    Ok(value)
}

/// Texts with `between` between those that are not empty.
fn joined(texts: Vec<String>, between: &str) -> String {
    texts.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(between)
}

fn with<'a>(row: &[&'a Value], item: &'a Value) -> Row<'a> {
    row.iter().copied().chain([item]).collect()
}

fn names_in(value: &Value) -> Vec<&str> {
    value.as_object().into_iter().flat_map(|fields| fields.keys().map(String::as_str)).collect()
}
