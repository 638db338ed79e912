//! Where time and memory went: every table, and the operators of the slowest ones.

use super::table;
use crate::commands::run::{Outcome, PeriodReport};
use crate::common::count::thousands;
use crate::engine::{Operator, QueryCost};

/// How many tables are shown by operator.
const SLOWEST: usize = 5;

/// Letters of an operator's detail that are shown.
const DETAIL: usize = 100;

/// The profile of a period, for stdout.
pub(super) fn profile(report: &PeriodReport) -> String {
    if report.cost.is_some() {
        return of_queries(report);
    }
    let mut tables: Vec<&Outcome> =
        report.outcomes.iter().filter(|outcome| !outcome.written.operators.is_empty()).collect();
    tables.sort_by(|one, other| other.seconds.total_cmp(&one.seconds).then_with(|| one.name.cmp(&other.name)));
    let names = ["table", "seconds", "cpu_seconds", "rows_read", "rows", "memory_mb", "spilled_mb", "slowest_operator"];
    let cells: Vec<_> = tables.iter().map(|outcome| row(outcome)).collect();
    let mut out = format!("\nProfile: where time and memory went, {}\n\n", report.period);
    out.push_str(&aligned(&names, &cells));
    for outcome in tables.iter().take(SLOWEST) {
        let names = ["operator", "cpu_seconds", "rows", "memory_mb", "spilled_mb", "detail"];
        let cells: Vec<_> = outcome.written.operators.iter().map(operator).collect();
        out.push_str(&format!("\n{}, {:.2} s\n\n{}", outcome.name, outcome.seconds, aligned(&names, &cells)));
    }
    out
}

/// What every query cost that somebody else ran, the slowest first.
fn of_queries(report: &PeriodReport) -> String {
    let costs = report.outcomes.iter().filter_map(|outcome| Some((outcome, outcome.written.cost?)));
    let mut costs: Vec<(&Outcome, QueryCost)> = costs.collect();
    costs.sort_by(|(one, _), (other, _)| other.seconds.total_cmp(&one.seconds).then_with(|| one.name.cmp(&other.name)));
    let cells: Vec<_> = costs.iter().map(|(outcome, cost)| query(outcome, cost)).collect();
    let names = ["table", "seconds", "queued_seconds", "run_seconds", "scanned_mb", "cost_usd", "rows", "attempts"];
    let numeric: Vec<bool> = (0..names.len()).map(|index| index > 0).collect();
    let shown = table::aligned(&names.map(str::to_owned), &numeric, &cells);
    format!("\nProfile: where time and money went, {}\n\n{shown}", report.period)
}

fn query(outcome: &Outcome, cost: &QueryCost) -> Vec<Option<String>> {
    vec![
        Some(outcome.name.clone()),
        Some(format!("{:.2}", outcome.seconds)),
        Some(format!("{:.2}", cost.queued)),
        Some(format!("{:.2}", cost.ran)),
        Some(megabytes(cost.scanned)),
        Some(format!("{:.6}", cost.dollars)),
        Some(thousands(outcome.written.rows)),
        Some(outcome.written.attempt.to_string()),
    ]
}

fn row(outcome: &Outcome) -> Vec<Option<String>> {
    let operators = &outcome.written.operators;
    let slowest = operators.iter().max_by(|one, other| one.seconds.total_cmp(&other.seconds));
    let read = operators.iter().filter(|operator| operator.name == "DataSource").map(|operator| operator.rows).sum();
    vec![
        Some(outcome.name.clone()),
        Some(format!("{:.2}", outcome.seconds)),
        Some(format!("{:.2}", operators.iter().map(|operator| operator.seconds).sum::<f64>())),
        Some(thousands(read)),
        Some(thousands(outcome.written.rows)),
        Some(megabytes(operators.iter().map(|operator| operator.memory).sum())),
        Some(megabytes(operators.iter().map(|operator| operator.spilled).sum())),
        slowest.map(|operator| format!("{} ({:.2} s)", operator.name, operator.seconds)),
    ]
}

fn operator(operator: &Operator) -> Vec<Option<String>> {
    let mut detail: String = operator.detail.chars().take(DETAIL).collect();
    if detail.len() < operator.detail.len() {
        detail.push_str("...");
    }
    vec![
        Some(format!("{}{}", "  ".repeat(operator.depth), operator.name)),
        Some(format!("{:.2}", operator.seconds)),
        Some(thousands(operator.rows)),
        Some(megabytes(operator.memory)),
        Some(megabytes(operator.spilled)),
        Some(detail),
    ]
}

/// Numbers stand to the right; first and last column are words.
fn aligned(names: &[&str], cells: &[Vec<Option<String>>]) -> String {
    let numeric: Vec<bool> = (0..names.len()).map(|index| index > 0 && index + 1 < names.len()).collect();
    table::aligned(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>(), &numeric, cells)
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1}", bytes as f64 / 1e6)
}
