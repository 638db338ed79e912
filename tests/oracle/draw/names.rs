//! Names of a month: account ids as AWS writes them, twelve digits, in a range of the month's own, since seeds hold for
//! all payers; and a prefix for all other names.

/// Digits of a month's number, which follow a 9.
const MONTH_DIGITS: usize = 6;

/// An account of a month; accounts are in the order of their places.
pub(crate) fn account(month: usize, place: usize) -> String {
    format!("9{month:06}{place:05}")
}

/// What the names of groups, rules and line items of a month begin with.
pub(crate) fn prefix(month: usize) -> String {
    format!("m{month:06}-")
}

/// The number of the month that an account belongs to, as text; none for what is no account of a month, like the
/// margin account.
pub(crate) fn month_of(account: &str) -> Option<&str> {
    let is_account = account.len() == 12 && account.starts_with('9') && account.bytes().all(|b| b.is_ascii_digit());
    if is_account { account.get(1..=MONTH_DIGITS) } else { None }
}

/// The text with all names of one month made those of another.
pub(crate) fn renamed(text: &str, old: usize, new: usize) -> String {
    let (old_accounts, new_accounts) = (format!("9{old:06}"), format!("9{new:06}"));
    let mut renamed = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let digits = rest[start..].bytes().take_while(u8::is_ascii_digit).count();
        let (number, is_account) = (&rest[start..start + digits], digits == 12);
        renamed.push_str(&rest[..start]);
        match number.strip_prefix(&old_accounts) {
            Some(place) if is_account => renamed.extend([new_accounts.as_str(), place]),
            _ => renamed.push_str(number),
        }
        rest = &rest[start + digits..];
    }
    renamed.push_str(rest);
    renamed.replace(&prefix(old), &prefix(new))
}
