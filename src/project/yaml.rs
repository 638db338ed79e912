//! YAML with errors that point at line and column.

use serde::de::DeserializeOwned;

use super::files::TextFile;
use crate::words::error::{Error, Result};

/// Reads a whole file as `T`.
///
/// # Errors
/// When the text is no YAML, or not of the shape of `T`; the error names line and column.
pub fn read<T: DeserializeOwned>(file: &TextFile) -> Result<T> {
    serde_yaml::from_str(&file.text).map_err(|error| {
        let full = error.to_string();
        let message = match full.rfind(" at line ") {
            Some(at) => full[..at].to_owned(),
            None => full,
        };
        let (line, column) = error.location().map_or((0, 0), |l| (l.line(), l.column()));
        wrong(file, message, line, column)
    })
}

fn wrong(file: &TextFile, message: String, line: usize, column: usize) -> Error {
    let expected = message.contains("expected one of");
    let mut error = Error::user(if expected {
        message.split(", expected one of").next().unwrap_or(&message).to_owned()
    } else {
        message.clone()
    });
    error = error.at(file.place_at(line, column)).while_doing(format!("reading `{}`", file.path));
    if expected {
        let names: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
        if let Some((name, known)) = names.split_first() {
            error = error.did_you_mean(name, known.iter().copied());
            error = error.hint(format!("known here: {}", known.join(", ")));
        }
    }
    error
}
