//! `nullif(text, '')` without comparing texts: what a view says of its length is enough.

use arrow::array::{Array, ArrayRef, BooleanArray, StringViewArray};
use arrow::buffer::BooleanBuffer;
use arrow::compute::nullif;
use arrow::datatypes::DataType;
use datafusion::common::{Result, ScalarValue, exec_err};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility};

/// Reports say nothing by empty texts; here they become null.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct EmptyAsNull {
    signature: Signature,
}

impl EmptyAsNull {
    pub(super) fn new() -> Self {
        Self { signature: Signature::exact(vec![DataType::Utf8View], Volatility::Immutable) }
    }
}

impl ScalarUDFImpl for EmptyAsNull {
    fn name(&self) -> &'static str {
        "empty_as_null"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8View)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        match args.args.as_slice() {
            [ColumnarValue::Scalar(ScalarValue::Utf8View(text))] => {
                let text = text.clone().filter(|text| !text.is_empty());
                Ok(ColumnarValue::Scalar(ScalarValue::Utf8View(text)))
            }
            [ColumnarValue::Array(array)] => match array.as_any().downcast_ref::<StringViewArray>() {
                Some(texts) => Ok(ColumnarValue::Array(without_empty(texts)?)),
                None => exec_err!("empty_as_null takes a string, not {}", array.data_type()),
            },
            _ => exec_err!("empty_as_null takes one string"),
        }
    }
}

fn without_empty(texts: &StringViewArray) -> Result<ArrayRef> {
    // The lowest 32 bits of a view are the length of its text.
    let is_empty = BooleanBuffer::collect_bool(texts.len(), |row| texts.views()[row] as u32 == 0);
    Ok(nullif(texts, &BooleanArray::new(is_empty, None))?)
}
