//! Account ids as the twelve digits that they are, also where a report has them as numbers.

use super::kind::Kind;
use super::raw::Raw;

/// An account id, for errors.
const WANTED: &str = "an account id: it should have 12 digits";

/// A value of `kind` as an account id: numbers get their zeros back, the empty text is null, all else is an error. None
/// for kinds that cannot hold ids.
pub(super) fn account_id(raw: &Raw, kind: &Kind) -> Option<String> {
    let value = &raw.value;
    let is_id = format!("{value} between 1 and 999999999999");
    match kind {
        Kind::Text => {
            let refused = refused(raw, &raw.not_empty());
            Some(format!("coalesce(regexp_extract({value}, '\\A[0-9]{{12}}\\z'), {refused})"))
        }
        // As it is, it would be held against numbers of 32 bits, which round the last id to one of 13 digits.
        Kind::Real => {
            let double = Raw { value: format!("cast({value} as double)"), path: raw.path.clone() };
            account_id(&double, &Kind::Double)
        }
        Kind::Double | Kind::Decimal(..) => Some(of_number(raw, &format!("{is_id} and {value} = truncate({value})"))),
        kind if kind.is_whole() => Some(of_number(raw, &is_id)),
        _ => None,
    }
}

/// A number as an account id where `is_id` holds.
fn of_number(raw: &Raw, is_id: &str) -> String {
    let value = &raw.value;
    let refused = refused(raw, &format!("cast({value} as varchar)"));
    format!("case when {is_id} then lpad(cast(cast({value} as bigint) as varchar), 12, '0') else {refused} end")
}

/// An error that tells `text`; null where that is.
fn refused(raw: &Raw, text: &str) -> String {
    format!("cast(cast({} as bigint) as varchar)", raw.refusal(text, WANTED))
}
