//! Values as Trino reads them from files, and what it calls the types that they become.

use crate::common::data_type::DataType;
use crate::common::quote::literal;

/// A value as Trino reads it, with where it is for who must be told.
pub(super) struct Raw {
    /// The value.
    pub(super) value: String,
    /// The column, or the map and the key.
    pub(super) path: String,
}

impl Raw {
    /// The text that it is, or null if that is empty.
    pub(super) fn not_empty(&self) -> String {
        format!("nullif({}, '')", self.value)
    }

    /// `text`, what it is in words, as a sentence that is no number, date or instant: whoever casts it fails, and says
    /// what it is not. Null where `text` is.
    pub(super) fn refusal(&self, text: &str, wanted: &str) -> String {
        let rest = literal(&format!("` in column `{}` is not {wanted}", self.path));
        format!("'`' || {text} || {rest}")
    }
}

/// What Trino calls a declared type.
pub(super) fn name_of(data_type: DataType) -> String {
    match data_type {
        DataType::String => "varchar".to_owned(),
        DataType::Timestamp | DataType::TimestampMillis => "timestamp(3)".to_owned(),
        other => other.to_string(),
    }
}
