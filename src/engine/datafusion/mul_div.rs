//! `mul_div(a, b, c)`: a product and a quotient with one rounding, exact in 256 bits.

use std::sync::Arc;

use arrow::array::{Array, Decimal128Array, Decimal128Builder};
use arrow::datatypes::{DataType, i256};
use datafusion::common::{Result, ScalarValue, exec_err, plan_err};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility};

const PRECISION: u8 = 28;
const SCALE: i8 = 10;
/// The first number that has more than 28 digits.
const LIMIT: i128 = 10_i128.pow(28);

/// `mul_div(a, b, c)`: a * b / c as decimal(28,10), rounded half away from zero once.
///
/// Null if an argument is null; an error if `c` is zero or the result has more than 28 digits.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct MulDiv {
    signature: Signature,
}

impl MulDiv {
    pub(super) fn new() -> Self {
        Self { signature: Signature::user_defined(Volatility::Immutable) }
    }
}

impl ScalarUDFImpl for MulDiv {
    fn name(&self) -> &str {
        "mul_div"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, kinds: &[DataType]) -> Result<Vec<DataType>> {
        if kinds.len() != 3 {
            return plan_err!("mul_div takes three numbers, not {}", kinds.len());
        }
        kinds
            .iter()
            .map(|kind| match kind {
                DataType::Decimal128(_, scale) if (0..=SCALE).contains(scale) => Ok(kind.clone()),
                DataType::Null => Ok(DataType::Decimal128(PRECISION, SCALE)),
                kind if kind.is_integer() => Ok(DataType::Decimal128(20, 0)),
                other => plan_err!("mul_div takes decimals of at most 10 fractional digits, not {other}"),
            })
            .collect()
    }

    fn return_type(&self, _kinds: &[DataType]) -> Result<DataType> {
        Ok(DataType::Decimal128(PRECISION, SCALE))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let rows = args.number_rows;
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let [a, b, c] = arrays.as_slice() else {
            return exec_err!("mul_div takes three numbers");
        };
        let decimal = |array: &Arc<dyn Array>| -> Result<(Decimal128Array, i8)> {
            match (array.as_any().downcast_ref::<Decimal128Array>(), array.data_type()) {
                (Some(values), DataType::Decimal128(_, scale)) => Ok((values.clone(), *scale)),
                (_, other) => exec_err!("mul_div takes decimals, not {other}"),
            }
        };
        let ((a, a_scale), (b, b_scale), (c, c_scale)) = (decimal(a)?, decimal(b)?, decimal(c)?);
        // a * b has scale a + b; divided by c it has a + b - c; the result wants 10.
        let lift = i32::from(SCALE) + i32::from(c_scale) - i32::from(a_scale) - i32::from(b_scale);
        let length = a.len();
        let mut out = Decimal128Builder::with_capacity(length).with_precision_and_scale(PRECISION, SCALE)?;
        for row in 0..length {
            if a.is_null(row) || b.is_null(row) || c.is_null(row) {
                out.append_null();
            } else {
                out.append_value(one(a.value(row), b.value(row), c.value(row), lift)?);
            }
        }
        let result = out.finish();
        if length == 1 && rows != 1 {
            return Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(&result, 0)?));
        }
        Ok(ColumnarValue::Array(Arc::new(result)))
    }
}

/// round(a * b * 10^lift / c), half away from zero.
fn one(a: i128, b: i128, c: i128, lift: i32) -> Result<i128> {
    if c == 0 {
        return exec_err!("division by zero in mul_div: the weights of a group sum to 0");
    }
    let power = 10_i128.pow(lift.unsigned_abs());
    let small = if lift >= 0 {
        a.checked_mul(b).and_then(|product| product.checked_mul(power)).map(|product| (product, c))
    } else {
        a.checked_mul(b).zip(c.checked_mul(power))
    };
    let quotient = match small {
        Some((dividend, divisor)) => round_i128(dividend, divisor),
        None => round_i256(a, b, c, lift)?,
    };
    if quotient.unsigned_abs() >= LIMIT.unsigned_abs() {
        return exec_err!("a product is out of range for decimal(28,10) in mul_div");
    }
    Ok(quotient)
}

fn round_i128(dividend: i128, divisor: i128) -> i128 {
    let (quotient, rest) = (dividend / divisor, dividend % divisor);
    if rest.unsigned_abs() >= divisor.unsigned_abs() - rest.unsigned_abs() {
        quotient + if (dividend < 0) == (divisor < 0) { 1 } else { -1 }
    } else {
        quotient
    }
}

fn round_i256(a: i128, b: i128, c: i128, lift: i32) -> Result<i128> {
    let wide = i256::from_i128;
    let power = wide(10_i128.pow(lift.unsigned_abs()));
    let product = wide(a).checked_mul(wide(b));
    let (dividend, divisor) = if lift >= 0 {
        (product.and_then(|p| p.checked_mul(power)), Some(wide(c)))
    } else {
        (product, wide(c).checked_mul(power))
    };
    let (Some(dividend), Some(divisor)) = (dividend, divisor) else {
        return exec_err!("a product does not fit in 256 bits in mul_div");
    };
    let (quotient, rest) = (dividend.wrapping_div(divisor), dividend.wrapping_rem(divisor));
    let away = rest.wrapping_abs() >= divisor.wrapping_abs().wrapping_sub(rest.wrapping_abs());
    let step = match (away, dividend.is_negative() == divisor.is_negative()) {
        (false, _) => i256::ZERO,
        (true, true) => i256::ONE,
        (true, false) => i256::MINUS_ONE,
    };
    match quotient.wrapping_add(step).to_i128() {
        Some(value) => Ok(value),
        None => exec_err!("a product is out of range for decimal(28,10) in mul_div"),
    }
}
