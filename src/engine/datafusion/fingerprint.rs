//! `fingerprint(text, ...)`: 12 characters for texts of any length, the same for the same texts alone.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, StringViewArray, StringViewBuilder};
use arrow::datatypes::DataType;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use datafusion::common::{Result, exec_err};
use datafusion::functions::utils::make_scalar_function;
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility};
use sha2::{Digest, Sha256};

/// How many bytes of the hash are kept: in base64 they are the 12 characters that a view holds without a buffer, so that
/// joins compare and keep 16 bytes for each.
const BYTES: usize = 9;
/// What stands between texts.
const BETWEEN: u8 = 31;

/// `fingerprint(text, ...)`: the first 72 bits of the SHA-256 of all texts, in base64. A null counts as an empty text, and
/// the character 31 stands between two, as the macro of this name writes it for Athena and DuckDB.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Fingerprint {
    signature: Signature,
}

impl Fingerprint {
    pub(super) fn new() -> Self {
        Self { signature: Signature::variadic(vec![DataType::Utf8View], Volatility::Immutable) }
    }
}

impl ScalarUDFImpl for Fingerprint {
    fn name(&self) -> &'static str {
        "fingerprint"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8View)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        make_scalar_function(fingerprints, Vec::new())(&args.args)
    }
}

fn fingerprints(texts: &[ArrayRef]) -> Result<ArrayRef> {
    let Some(columns) = texts.iter().map(|texts| texts.as_string_view_opt()).collect::<Option<Vec<_>>>() else {
        return exec_err!("fingerprint takes texts");
    };
    let rows = columns.first().map_or(0, |column| column.len());
    let mut whole = Vec::new();
    let mut found = StringViewBuilder::with_capacity(rows);
    for row in 0..rows {
        write_row(&columns, row, &mut whole);
        let hash = Sha256::digest(&whole);
        found.append_value(BASE64_STANDARD.encode(&hash[..BYTES]));
    }
    Ok(Arc::new(found.finish()))
}

/// Writes the texts of a row into `whole`.
fn write_row(columns: &[&StringViewArray], row: usize, whole: &mut Vec<u8>) {
    whole.clear();
    for (index, column) in columns.iter().enumerate() {
        if index > 0 {
            whole.push(BETWEEN);
        }
        if column.is_valid(row) {
            whole.extend_from_slice(column.value(row).as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(texts: &[Option<&str>]) -> String {
        let columns: Vec<ArrayRef> =
            texts.iter().map(|text| Arc::new(StringViewArray::from(vec![*text])) as ArrayRef).collect();
        fingerprints(&columns).unwrap().as_string_view().value(0).to_owned()
    }

    /// The example of FIPS 180-2, whose hash begins with ba7816bf 8f01cfea 41.
    #[test]
    fn it_is_the_beginning_of_the_standards_hash() {
        assert_eq!(of(&[Some("abc")]), "ungWv48Bz+pB");
    }

    #[test]
    fn texts_are_told_apart_and_null_is_empty() {
        assert_ne!(of(&[Some("ab"), Some("c")]), of(&[Some("a"), Some("bc")]));
        assert_eq!(of(&[Some("a"), None]), of(&[Some("a"), Some("")]));
        assert_eq!(of(&[Some("a"), Some("b")]), of(&[Some("a\u{1f}b")]));
    }
}
