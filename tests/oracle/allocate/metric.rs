//! §3, `cost_metric`: whether a payer's lines of a currency are read net.

use crate::oracle::allocate::base_cost::{Book, Metric};
use crate::oracle::allocate::number::{absolute, larger, smaller, sum};
use crate::oracle::month::{CostMetric, Exact, Line, Tables};

/// The book of these lines, by the metric that was asked for or that their values tell.
pub(super) fn book<'a>(lines: &[&'a Line], wanted: CostMetric, tables: &'a Tables) -> Book<'a> {
    let net = || Book::new(lines.to_vec(), Metric::Net, tables);
    match wanted {
        CostMetric::Net => net(),
        CostMetric::Auto if is_net(&net()) => net(),
        CostMetric::Auto | CostMetric::Unblended => Book::new(lines.to_vec(), Metric::Unblended, tables),
    }
}

/// Net costs say the same as the invoice in other words: some line has one, they sum to what was billed, and upfront
/// parts, unused parts and covered usage are net of the same discounts.
fn is_net(net: &Book<'_>) -> bool {
    let has_value = |line: &&Line| !line.is_discount() && line.line_item_net_unblended_cost.is_some();
    let billed = sum(net.lines.iter().map(|line| line.line_item_unblended_cost.exact()));
    let read = sum(net.lines.iter().map(|line| net.invoiced(line)));
    let part = |divisor: i64| Exact::new(1.into(), divisor.into());
    let bound = smaller(&larger(&(absolute(&billed) * part(1_000_000)), &part(10_000)), &part(100));
    net.lines.iter().any(has_value) && absolute(&(read - billed)) <= bound && absolute(&net.gap()) <= part(100)
}
