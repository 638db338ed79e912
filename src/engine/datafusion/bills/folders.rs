//! One bill in two folders, or in two layouts: whoever reads both has it twice.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::{Array, AsArray};
use datafusion::prelude::SessionContext;

use super::facts::{BillRows, Fact, Facts, OPEN, total};
use super::{FolderFiles, at_once};
use crate::common::error::{Error, Result};
use crate::cur::Bills;

/// Refuses bills that lie in several groups.
pub(super) async fn check(context: &SessionContext, report: &Bills, groups: &[FolderFiles]) -> Result<()> {
    if groups.len() < 2 || are_of_different_payers(report, groups) {
        return Ok(());
    }
    let facts = Facts::new(report);
    let mut rows = Vec::new();
    for group in groups {
        rows.push(facts.rows_by_bill(context, &group.files));
    }
    let rows = at_once(rows).await?;
    let payers: BTreeSet<&String> = rows.iter().flatten().filter_map(|row| row.payer.as_ref()).collect();
    let refused = payers.into_iter().filter_map(|payer| refused(report, groups, &rows, payer));
    Error::many(refused.collect()).map_or(Ok(()), Err)
}

/// Whether the ends of all files tell who pays, and no two groups have a payer in common.
fn are_of_different_payers(report: &Bills, groups: &[FolderFiles]) -> bool {
    let mut seen = BTreeSet::new();
    groups
        .iter()
        .all(|group| payers(report, group).is_some_and(|payers| payers.into_iter().all(|one| seen.insert(one))))
}

/// Who pays for a group, where each of its files has groups of rows of one payer.
fn payers(report: &Bills, group: &FolderFiles) -> Option<BTreeSet<String>> {
    let mut payers = BTreeSet::new();
    for opened in &group.files {
        let paths = Facts::new(report).paths(Fact::Payer, &opened.footer.schema);
        let [physical] = paths.as_slice() else { return None };
        let path = &physical.path();
        if opened.footer.nulls(path) != Some(0) {
            return None;
        }
        let (least, greatest) = opened.footer.bounds(path)?;
        let (least, greatest) = (least.as_string_view_opt()?, greatest.as_string_view_opt()?);
        for row in 0..least.len() {
            // What is so short is told in full.
            let is_one = least.value(row) == greatest.value(row) && least.value(row).len() == 12;
            if !is_one {
                return None;
            }
            payers.insert(least.value(row).to_owned());
        }
    }
    Some(payers)
}

/// What is to be said of the bills of `payer`, if one lies in several groups.
fn refused(report: &Bills, groups: &[FolderFiles], rows: &[Vec<BillRows>], payer: &str) -> Option<Error> {
    let meeting = meeting(rows, payer);
    if meeting.is_empty() {
        return None;
    }
    let told: Vec<String> = meeting
        .iter()
        .map(|(at, rows)| match total(rows.iter().copied()) {
            Some(total) => format!("{} has {total}", groups[*at].name()),
            None => groups[*at].name(),
        })
        .collect();
    let bill = invoices(meeting.values().flatten().copied());
    let folders: BTreeSet<&str> = meeting.keys().map(|at| groups[*at].folder.as_str()).collect();
    let error = Error::data(format!(
        "the bill of payer {payer} for {} ({bill}) appears {} times and would be added up: {}",
        report.period,
        told.len(),
        told.join(", ")
    ))
    .hint("set the source to the folder that counts, in `config.yaml` or with --source");
    // Files of both layouts in one folder are no parts of one bill.
    Some(if folders.len() < meeting.len() {
        error
    } else {
        error.hint(format!(
            "if the folders are parts of one bill, by day or account for instance, set {}",
            report.setting
        ))
    })
}

/// The groups that have a bill of `payer` in common with another, with all that they have of the payer.
fn meeting<'a>(rows: &'a [Vec<BillRows>], payer: &str) -> BTreeMap<usize, Vec<&'a BillRows>> {
    let mut held: BTreeMap<usize, Vec<&BillRows>> = BTreeMap::new();
    for (at, rows) in rows.iter().enumerate() {
        for row in rows.iter().filter(|row| row.payer.as_deref() == Some(payer)) {
            held.entry(at).or_default().push(row);
        }
    }
    let mut meeting = held.clone();
    meeting.retain(|at, rows| held.iter().any(|(other, others)| other != at && have_a_bill_in_common(others, rows)));
    meeting
}

/// The invoices of `rows` in words.
fn invoices<'a>(rows: impl Iterator<Item = &'a BillRows>) -> String {
    let invoices: BTreeSet<&str> = rows.map(|row| row.invoice.as_str()).filter(|invoice| *invoice != OPEN).collect();
    match invoices.first() {
        Some(first) if invoices.len() == 1 => format!("invoice {first}"),
        Some(first) => format!("invoice {first} and {} more", invoices.len() - 1),
        None => "no invoice yet".to_owned(),
    }
}

/// Whether two groups have a bill of one payer in common. A bill without an invoice may be what any other was before.
fn have_a_bill_in_common(one: &[&BillRows], other: &[&BillRows]) -> bool {
    one.iter().chain(other).any(|row| row.invoice == OPEN)
        || one.iter().any(|a| other.iter().any(|b| a.invoice == b.invoice))
}
