//! §2: whose a commitment is.

use std::collections::{BTreeMap, BTreeSet};

use crate::oracle::allocate::like::like;
use crate::oracle::month::{Line, Month};

/// A field of an ARN, `arn:partition:service:region:account:resource`, if it is filled.
pub(super) fn arn_field(arn: &str, place: usize) -> Option<&str> {
    arn.split(':').nth(place).filter(|field| !field.is_empty())
}

/// The account of a line; without one it is the payer's.
pub(super) fn account<'a>(line: &'a Line, month: &'a Month) -> &'a str {
    line.line_item_usage_account_id.as_deref().unwrap_or(&month.payer)
}

/// Owners of all commitments of the month, by ARN.
pub(super) fn owners(month: &Month) -> BTreeMap<String, String> {
    let known: BTreeSet<&str> = month.lines.iter().map(|line| account(line, month)).collect();
    let registered: BTreeSet<&str> = month.registry.iter().map(|row| row.account_id.as_str()).collect();
    let is_known = |id: &&str| known.contains(id) || registered.contains(id);
    let arns: BTreeSet<&str> = month.lines.iter().filter_map(Line::arn).collect();
    let owner = |one: &str| {
        let named = arn_field(one, 4);
        let found = seeded(one, month)
            .or_else(|| named.filter(is_known).map(str::to_owned))
            .or_else(|| of_fee_row(one, month))
            .or_else(|| named.map(str::to_owned))
            .or_else(|| of_any_row(one, month));
        found.unwrap_or_default()
    };
    arns.into_iter().map(|one| (one.to_owned(), owner(one))).collect()
}

/// The seed's word: the very ARN before patterns, of those the longest, then the first by name.
fn seeded(one: &str, month: &Month) -> Option<String> {
    let all = month.commitment_owners.iter().map(|row| (row.commitment_arn.as_str(), row.account_id.as_str()));
    let fitting = all.filter(|(pattern, _)| *pattern == one || like(one, pattern));
    let first = fitting.min_by_key(|(pattern, account)| {
        (*pattern != one, std::cmp::Reverse(pattern.chars().count()), *pattern, *account)
    });
    first.map(|(_, account)| account.to_owned())
}

/// The account of the commitment's fee row: monthly fees before upfront ones, then the first account.
fn of_fee_row(one: &str, month: &Month) -> Option<String> {
    let rank = |line: &Line| match line.line_item_line_item_type.as_str() {
        "RIFee" | "SavingsPlanRecurringFee" => Some(0),
        "Fee" | "SavingsPlanUpfrontFee" => Some(1),
        _ => None,
    };
    let rows = month.lines.iter().filter(|line| line.arn() == Some(one));
    let ranked = rows.filter_map(|line| Some((rank(line)?, account(line, month))));
    ranked.min().map(|(_, account)| account.to_owned())
}

fn of_any_row(one: &str, month: &Month) -> Option<String> {
    let rows = month.lines.iter().filter(|line| line.arn() == Some(one));
    rows.map(|line| account(line, month).to_owned()).min()
}
