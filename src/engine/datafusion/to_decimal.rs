//! Numbers of a report as decimals: a double is the decimal that its shortest text says, a text may have an exponent.

use std::sync::Arc;

use arrow::array::{Array, ArrayAccessor, ArrayRef, ArrowPrimitiveType, AsArray, Decimal128Array, PrimitiveArray};
use arrow::datatypes::{DataType, Float32Type, Float64Type};
use datafusion::common::{Result, exec_err};
use datafusion::functions::utils::make_scalar_function;
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};

/// The first whole number that a double may stand for besides another.
const SAFE: f64 = 1e15;
/// Powers of ten that a double holds exactly.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
];
/// Below this, a scaled double has bits to spare behind the point.
const ROOMY: f64 = (1_i64 << 49) as f64;
/// How far a scaled double may be from what the shortest text says, by its size: one rounding of the text and one of
/// the product are 2^-53 each.
const SLACK: f64 = 1.0 / (1_i64 << 51) as f64;

/// `value`, a double or a text, as `decimal(precision, scale)`, rounded half away from zero.
///
/// What is not such a number is an error, or null if `lenient`.
pub(super) fn to_decimal(value: Expr, precision: u8, scale: i8, lenient: bool) -> Expr {
    let signature = Signature::any(1, Volatility::Immutable);
    ScalarUDF::new_from_impl(ToDecimal { precision, scale, lenient, signature }).call(vec![value])
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct ToDecimal {
    precision: u8,
    scale: i8,
    lenient: bool,
    signature: Signature,
}

impl ScalarUDFImpl for ToDecimal {
    fn name(&self) -> &str {
        if self.lenient { "try_to_decimal" } else { "to_decimal" }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Decimal128(self.precision, self.scale))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        make_scalar_function(|values| self.converted(&values[0]), Vec::new())(&args.args)
    }
}

impl ToDecimal {
    fn converted(&self, array: &ArrayRef) -> Result<ArrayRef> {
        let units = Units::new(self.precision, self.scale);
        let decimals = match array.data_type() {
            DataType::Float64 => self.floats(array.as_primitive::<Float64Type>(), |x| units.of_double(x))?,
            DataType::Float32 => {
                self.floats(array.as_primitive::<Float32Type>(), |x| units.of_text(ryu::Buffer::new().format(x)))?
            }
            DataType::Utf8 => self.texts(array.as_string::<i32>(), &units)?,
            DataType::LargeUtf8 => self.texts(array.as_string::<i64>(), &units)?,
            DataType::Utf8View => self.texts(array.as_string_view(), &units)?,
            other => return exec_err!("to_decimal takes doubles and strings, not {other}"),
        };
        Ok(Arc::new(decimals.with_precision_and_scale(self.precision, self.scale)?))
    }

    fn floats<T>(
        &self,
        values: &PrimitiveArray<T>,
        convert: impl Fn(T::Native) -> Option<i128>,
    ) -> Result<Decimal128Array>
    where
        T: ArrowPrimitiveType,
        T::Native: std::fmt::Display,
    {
        if self.lenient {
            return Ok(values.unary_opt(convert));
        }
        values.try_unary(|value| match convert(value) {
            Some(decimal) => Ok(decimal),
            None => exec_err!("{}", self.refused(&value)),
        })
    }

    fn texts<'a>(&self, values: impl ArrayAccessor<Item = &'a str>, units: &Units) -> Result<Decimal128Array> {
        let mut decimals = Decimal128Array::builder(values.len());
        for row in 0..values.len() {
            let text = (!values.is_null(row)).then(|| values.value(row));
            match text.map(|text| units.of_text(text).ok_or(text)) {
                None => decimals.append_null(),
                Some(Ok(decimal)) => decimals.append_value(decimal),
                Some(Err(_)) if self.lenient => decimals.append_null(),
                Some(Err(text)) => return exec_err!("{}", self.refused(&text)),
            }
        }
        Ok(decimals.finish())
    }

    fn refused(&self, value: &dyn std::fmt::Display) -> String {
        format!("`{value}` is not a decimal({},{})", self.precision, self.scale)
    }
}

/// A kind of decimals.
struct Units {
    scale: i32,
    /// The first whole number of units that has too many digits.
    limit: i128,
}

impl Units {
    fn new(precision: u8, scale: i8) -> Self {
        Self { scale: i32::from(scale), limit: 10_i128.pow(u32::from(precision.min(38))) }
    }

    fn within(&self, units: i128) -> Option<i128> {
        (units.unsigned_abs() < self.limit.unsigned_abs()).then_some(units)
    }

    /// The decimal that the shortest text of `double` says.
    #[inline]
    fn of_double(&self, double: f64) -> Option<i128> {
        match self.rounded(double).or_else(|| self.whole(double)) {
            Some(units) => self.within(units),
            None => self.of_text(ryu::Buffer::new().format(double)),
        }
    }

    /// `double` times the power of ten, rounded, where nothing that the shortest text may say is rounded otherwise.
    #[inline]
    fn rounded(&self, double: f64) -> Option<i128> {
        let scaled = (double * POWERS.get(usize::try_from(self.scale).ok()?)?).abs();
        let behind = scaled.fract();
        let is_clear = scaled < ROOMY && (behind - 0.5).abs() > scaled * SLACK;
        let units = scaled.round() as i64;
        is_clear.then_some(i128::from(if double < 0.0 { -units } else { units }))
    }

    /// `double` as a number of at most fifteen digits that reads as this double. There is one such number at most, and
    /// so it is what the shortest text says.
    fn whole(&self, double: f64) -> Option<i128> {
        let size = double.abs();
        let behind =
            (0..=usize::try_from(self.scale).ok()?.min(15)).rev().find(|digits| size * POWERS[*digits] < SAFE)?;
        let digits = (size * POWERS[behind]).round();
        if digits >= SAFE || digits / POWERS[behind] != size {
            return None;
        }
        let units = (digits as i128).checked_mul(10_i128.pow(self.scale.unsigned_abs() - behind as u32))?;
        Some(if double < 0.0 { -units } else { units })
    }

    /// A number as it is written: `-1`, `+0.5`, `.5`, `4.0E-7`; spaces around it do not matter.
    fn of_text(&self, text: &str) -> Option<i128> {
        let text = text.trim();
        let (mantissa, exponent) = match text.find(['e', 'E']) {
            Some(at) => (&text[..at], text[at + 1..].parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (is_negative, digits) = match mantissa.as_bytes() {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            all => (false, all),
        };
        let units = self.units(digits, exponent)?;
        self.within(if is_negative { -units } else { units })
    }

    /// The units that `digits` with a point among them, times ten to the `exponent`, are.
    fn units(&self, digits: &[u8], exponent: i32) -> Option<i128> {
        let point = digits.iter().position(|byte| *byte == b'.').unwrap_or(digits.len());
        let behind = digits.get(point + 1..).unwrap_or_default();
        let all = digits[..point].iter().chain(behind);
        let count = point + behind.len();
        if count == 0 || !all.clone().all(u8::is_ascii_digit) {
            return None;
        }
        // How many of the digits stand before the last one that is kept, and that one.
        let kept = i64::try_from(point).ok()? + i64::from(exponent) + i64::from(self.scale);
        let mut units: i128 = 0;
        let mut is_up = false;
        for (at, digit) in all.enumerate() {
            let (at, digit) = (i64::try_from(at).ok()?, i128::from(digit - b'0'));
            if at < kept {
                units = units.checked_mul(10)?.checked_add(digit)?;
            } else {
                is_up = at == kept && digit >= 5;
                break;
            }
        }
        let missing = kept - i64::try_from(count).ok()?;
        if missing > 0 && units != 0 {
            units = units.checked_mul(10_i128.checked_pow(u32::try_from(missing).ok()?)?)?;
        }
        units.checked_add(i128::from(is_up))
    }
}
