//! Account ids as the twelve digits that they are, also where a report has them as numbers.

use std::sync::Arc;

use arrow::array::{Array, ArrayAccessor, ArrayRef, AsArray, StringViewArray, StringViewBuilder};
use arrow::compute::{CastOptions, cast, cast_with_options};
use arrow::datatypes::{DataType, Decimal128Type, Float64Type, Int64Type};
use datafusion::common::{Result, exec_err};
use datafusion::functions::utils::make_scalar_function;
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};

/// Digits of an account id.
const DIGITS: usize = 12;
/// The first number that has more.
const LIMIT: i64 = 1_000_000_000_000;

/// `value` as an account id: numbers get their zeros back, the empty text is null.
///
/// What is not an account id is an error, or null if `lenient`.
pub(super) fn account_id(value: Expr, lenient: bool) -> Expr {
    let signature = Signature::any(1, Volatility::Immutable);
    ScalarUDF::new_from_impl(AccountId { lenient, signature }).call(vec![value])
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct AccountId {
    lenient: bool,
    signature: Signature,
}

impl ScalarUDFImpl for AccountId {
    fn name(&self) -> &str {
        if self.lenient { "try_account_id" } else { "account_id" }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8View)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        make_scalar_function(|values| self.ids(&values[0]), Vec::new())(&args.args)
    }
}

impl AccountId {
    fn ids(&self, values: &ArrayRef) -> Result<ArrayRef> {
        match values.data_type() {
            DataType::Utf8View => {
                let texts = values.as_string_view();
                if is_all_ids(texts) { Ok(Arc::clone(values)) } else { self.of_texts(texts) }
            }
            DataType::Utf8 => self.of_texts(values.as_string::<i32>()),
            DataType::LargeUtf8 => self.of_texts(values.as_string::<i64>()),
            DataType::Float32 | DataType::Float64 => {
                let numbers = cast(values, &DataType::Float64)?;
                let numbers = numbers.as_primitive::<Float64Type>();
                self.of_numbers(numbers, |row| numbers.value(row), whole_double)
            }
            DataType::Decimal128(_, scale) => {
                let (numbers, unit) = (values.as_primitive::<Decimal128Type>(), 10_i128.pow((*scale).max(0) as u32));
                self.of_numbers(numbers, |row| numbers.value(row), |number| whole_decimal(number, unit))
            }
            kind if kind.is_integer() => {
                let options = CastOptions { safe: self.lenient, ..CastOptions::default() };
                let numbers = cast_with_options(values, &DataType::Int64, &options)?;
                let numbers = numbers.as_primitive::<Int64Type>();
                self.of_numbers(numbers, |row| numbers.value(row), Some)
            }
            other => exec_err!("{other} cannot hold account ids"),
        }
    }

    fn of_texts<'a>(&self, texts: impl ArrayAccessor<Item = &'a str>) -> Result<ArrayRef> {
        let mut ids = StringViewBuilder::with_capacity(texts.len());
        for row in 0..texts.len() {
            let text = if texts.is_null(row) { "" } else { texts.value(row) };
            if is_id(text.as_bytes()) {
                ids.append_value(text);
            } else if text.is_empty() || self.lenient {
                ids.append_null();
            } else {
                return exec_err!("`{text}` is not an account id: it should have {DIGITS} digits");
            }
        }
        Ok(Arc::new(ids.finish()))
    }

    fn of_numbers<N: std::fmt::Display>(
        &self,
        numbers: &dyn Array,
        value: impl Fn(usize) -> N,
        whole: impl Fn(N) -> Option<i64>,
    ) -> Result<ArrayRef> {
        let mut ids = StringViewBuilder::with_capacity(numbers.len());
        for row in 0..numbers.len() {
            let id = if numbers.is_null(row) { None } else { whole(value(row)).filter(|id| (1..LIMIT).contains(id)) };
            match id {
                Some(id) => ids.append_value(format!("{id:0DIGITS$}")),
                None if numbers.is_null(row) || self.lenient => ids.append_null(),
                None => return exec_err!("`{}` is not an account id: it should have {DIGITS} digits", value(row)),
            }
        }
        Ok(Arc::new(ids.finish()))
    }
}

/// `number`, if it is whole and may be an id.
fn whole_double(number: f64) -> Option<i64> {
    ((0.0..LIMIT as f64).contains(&number) && number.fract() == 0.0).then_some(number as i64)
}

/// How many times `unit` the `number` is, if that is whole.
fn whole_decimal(number: i128, unit: i128) -> Option<i64> {
    if number % unit == 0 { i64::try_from(number / unit).ok() } else { None }
}

fn is_id(text: &[u8]) -> bool {
    text.len() == DIGITS && text.iter().all(u8::is_ascii_digit)
}

/// Whether every text that is there is an account id. Texts of so few letters stand in the views themselves.
fn is_all_ids(texts: &StringViewArray) -> bool {
    let mut views = texts.views().iter().enumerate();
    views.all(|(row, view)| {
        let bytes = view.to_le_bytes();
        let is_id = bytes[..4] == (DIGITS as u32).to_le_bytes() && bytes[4..].iter().all(u8::is_ascii_digit);
        is_id || texts.is_null(row)
    })
}
