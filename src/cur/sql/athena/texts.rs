//! Texts as values of other types, and values as texts, by the rules of Arrow.

use super::kind::Kind;
use super::raw::{Raw, name_of};
use crate::common::data_type::DataType;
use crate::common::quote::literal;

/// What may stand around a decimal: white space as Unicode has it, which Trino's `\s` is a part of.
const WHITE: &str = r"[\s\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]*";
/// What may stand around other numbers.
const BLANK: &str = r"[ \t\n\f\r]*";
/// A number with a point, but for its exponent.
const MANTISSA: &str = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)";
/// A day, and perhaps a time of it, and perhaps a zone.
const INSTANT: &str = r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:[Zz]| *(?:UTC|[+-][0-9]{2}(?::?[0-9]{2})?))?)?";

/// The text `raw` as `to`: the empty text is null, and what is none of that type is an error.
pub(super) fn parsed(raw: &Raw, to: DataType) -> String {
    match to {
        DataType::String => raw.not_empty(),
        // Who raises ten to an exponent of more digits needs all memory there is.
        DataType::Decimal(..) => of_form(raw, &format!(r"{WHITE}({MANTISSA}(?:[eE][+-]?0*[0-9]{{1,4}})?){WHITE}"), to),
        DataType::BigInt | DataType::Integer => of_form(raw, &format!("{BLANK}([+-]?[0-9]+){BLANK}"), to),
        DataType::Double => of_form(raw, &format!("{BLANK}({MANTISSA}(?:[eE][+-]?[0-9]+)?){BLANK}"), to),
        DataType::Boolean => boolean(raw),
        DataType::Date => date(raw),
        DataType::Timestamp | DataType::TimestampMillis => instant(raw),
    }
}

/// What `form` captures of the text, cast to the type.
fn of_form(raw: &Raw, form: &str, to: DataType) -> String {
    format!("cast({} as {})", captured(raw, &raw.value, form, to), name_of(to))
}

/// What `form` captures of `text`, which is made of `raw`; a refusal where it is not of that form.
fn captured(raw: &Raw, text: &str, form: &str, to: DataType) -> String {
    let refusal = raw.refusal(&raw.not_empty(), &format!("a valid {to}"));
    format!("coalesce(regexp_extract({text}, {}, 1), {refusal})", literal(&format!(r"\A{form}\z")))
}

fn boolean(raw: &Raw) -> String {
    let word = captured(raw, &raw.value, &format!("{WHITE}([A-Za-z]+|[01]){WHITE}"), DataType::Boolean);
    let yes = "'t', 'tr', 'tru', 'true', 'y', 'ye', 'yes', 'on', '1'";
    let no = "'f', 'fa', 'fal', 'fals', 'false', 'n', 'no', 'of', 'off', '0'";
    let refusal = raw.refusal(&raw.not_empty(), "a valid boolean");
    format!(
        "case when lower({word}) in ({yes}) then true when lower({word}) in ({no}) then false \
         else cast({refusal} as boolean) end"
    )
}

/// A day; of an instant, the day that it is in UTC.
fn date(raw: &Raw) -> String {
    let dashed = format!("regexp_replace({}, '\\A([0-9]{{4}})([0-9]{{2}})([0-9]{{2}})\\z', '$1-$2-$3')", raw.value);
    let day = captured(raw, &dashed, "([0-9]{4}-[0-9]{1,2}-[0-9]{1,2})", DataType::Date);
    format!("case when length({}) > 10 then cast({} as date) else cast({day} as date) end", raw.value, instant(raw))
}

/// An instant, in UTC where it has no zone; what is less than a thousandth of a second is cut off.
fn instant(raw: &Raw) -> String {
    let text = captured(raw, &raw.value, &format!("({INSTANT})"), DataType::Timestamp);
    let form = r"\A([0-9-]{10})(?:[Tt ]([0-9:]{8}(?:\.[0-9]{1,3})?).*)?\z";
    let local = format!("cast(trim(regexp_replace({text}, '{form}', '$1 $2')) as timestamp(3))");
    let zone = format!(r"coalesce(regexp_extract({}, ':[0-9.]+ *([+-][0-9:]+)\z', 1), 'UTC')", raw.value);
    format!("cast(at_timezone(with_timezone({local}, {zone}), 'UTC') as timestamp(3))")
}

/// The instant `value` in `zone`.
pub(super) fn in_zone(value: &str, zone: &str) -> String {
    format!("at_timezone(with_timezone({value}, 'UTC'), {})", literal(zone))
}

/// `value` of `kind` as a text; none of a map.
pub(super) fn written(value: &str, kind: &Kind) -> Option<String> {
    Some(match kind {
        Kind::Nothing | Kind::Map(..) => return None,
        Kind::Text => value.to_owned(),
        Kind::Bytes => format!(
            "case when to_utf8(from_utf8({value})) = {value} then from_utf8({value}) \
             else cast(cast('`' || to_hex({value}) || '` is not UTF-8' as bigint) as varchar) end"
        ),
        // As real numbers, the ends of the range are those of the shortest texts.
        Kind::Real => binary(value, "real '1e-6'", "real '1e13'"),
        Kind::Double => binary(value, "1e-5", "1e16"),
        Kind::Instant(zone) => {
            let shown = zone.as_ref().map_or(value.to_owned(), |zone| in_zone(value, zone));
            format!("replace(to_iso8601({shown}), '.000', '')")
        }
        _ => format!("cast({value} as varchar)"),
    })
}

/// A binary number as its shortest text: with a point from `least` on to below `limit`, else with an exponent.
fn binary(value: &str, least: &str, limit: &str) -> String {
    format!(
        "case when abs({value}) >= {least} and abs({value}) < {limit} \
         then regexp_replace(cast(cast({value} as decimal(38,21)) as varchar), '(\\.[0-9]+?)0+\\z', '$1') \
         when {value} = 0 then if(1e0 / {value} < 0, '-0.0', '0.0') \
         when is_finite({value}) then replace(replace(cast({value} as varchar), '.0E', 'e'), 'E', 'e') \
         when is_nan({value}) then 'NaN' when {value} > 0 then 'inf' when {value} < 0 then '-inf' end"
    )
}
