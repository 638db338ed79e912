//! §3: the base cost of a line item.

use crate::oracle::allocate::number::{at_least_zero, exact, sum, to_ten_digits, zero};
use crate::oracle::month::{CostBasis, CostMetric, Decimal, Exact, Line, Month, Settings};

/// Which columns are read, once `auto` is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Metric {
    Unblended,
    Net,
}

/// `cost_metric`, decided for the payer: net if its report has net columns with something in them.
///
/// The specification has no word for `net` where the report has no net columns. Private discounts would be lost if
/// their lines were 0 and no net column contained them, so such a payer is read unblended.
pub(super) fn metric(month: &Month, settings: &Settings) -> Metric {
    let has_net = month.lines.iter().any(|line| net_columns(line).iter().any(|value| exact(*value) != zero()));
    match settings.cost_metric {
        CostMetric::Auto | CostMetric::Net if has_net => Metric::Net,
        _ => Metric::Unblended,
    }
}

fn net_columns(line: &Line) -> [Option<Decimal>; 8] {
    [
        line.line_item_net_unblended_cost,
        line.reservation_net_effective_cost,
        line.reservation_net_unused_amortized_upfront_fee_for_billing_period,
        line.reservation_net_unused_recurring_fee,
        line.reservation_net_amortized_upfront_fee_for_billing_period,
        line.savings_plan_net_savings_plan_effective_cost,
        line.savings_plan_net_recurring_commitment_for_billing_period,
        line.savings_plan_net_amortized_upfront_commitment_for_billing_period,
    ]
}

/// The base cost of a line.
pub(super) fn base_cost(line: &Line, basis: CostBasis, metric: Metric) -> Exact {
    let kind = line.line_item_line_item_type.as_str();
    // The same money is never added twice: these discounts are in the net columns already.
    if metric == Metric::Net && matches!(kind, "EdpDiscount" | "PrivateRateDiscount" | "SppDiscount") {
        return zero();
    }
    match basis {
        CostBasis::Billed => invoiced(line, metric),
        CostBasis::Amortized => amortized(line, metric),
    }
}

/// What the invoice says.
fn invoiced(line: &Line, metric: Metric) -> Exact {
    twin(metric, Some(line.line_item_unblended_cost), line.line_item_net_unblended_cost)
}

/// The table of §3.
fn amortized(line: &Line, metric: Metric) -> Exact {
    match line.line_item_line_item_type.as_str() {
        "DiscountedUsage" => twin(metric, line.reservation_effective_cost, line.reservation_net_effective_cost),
        "RIFee" => unused_reservation(line, metric),
        "Fee" if line.reservation_reservation_a_r_n.is_some() => zero(),
        "SavingsPlanCoveredUsage" => twin(
            metric,
            line.savings_plan_savings_plan_effective_cost,
            line.savings_plan_net_savings_plan_effective_cost,
        ),
        "SavingsPlanRecurringFee" => unused_plan(line, metric),
        "SavingsPlanNegation" | "SavingsPlanUpfrontFee" => zero(),
        "Refund" if line.line_item_product_code == "ComputeSavingsPlans" => zero(),
        _ => invoiced(line, metric),
    }
}

/// Unused amortised upfront fee and unused recurring fee.
fn unused_reservation(line: &Line, metric: Metric) -> Exact {
    let upfront = twin(
        metric,
        line.reservation_unused_amortized_upfront_fee_for_billing_period,
        line.reservation_net_unused_amortized_upfront_fee_for_billing_period,
    );
    upfront + twin(metric, line.reservation_unused_recurring_fee, line.reservation_net_unused_recurring_fee)
}

/// Total less used commitment, never below 0. Neither has a net twin: the unused part is scaled by what the payments
/// that make up the commitment are net to gross, since these do have twins. Costs are decimals from here on (§4).
fn unused_plan(line: &Line, metric: Metric) -> Exact {
    let total = exact(line.savings_plan_total_commitment_to_date);
    let unused = at_least_zero(&(total - exact(line.savings_plan_used_commitment)));
    let payments = [
        (
            line.savings_plan_recurring_commitment_for_billing_period,
            line.savings_plan_net_recurring_commitment_for_billing_period,
        ),
        (
            line.savings_plan_amortized_upfront_commitment_for_billing_period,
            line.savings_plan_net_amortized_upfront_commitment_for_billing_period,
        ),
    ];
    let gross = sum(&payments.map(|(gross, _)| exact(gross)));
    if gross == zero() {
        return unused;
    }
    to_ten_digits(&(unused * sum(&payments.map(|(gross, net)| twin(metric, gross, net))) / gross))
}

/// The column, or its `net_` twin where the row has it.
fn twin(metric: Metric, gross: Option<Decimal>, net: Option<Decimal>) -> Exact {
    match metric {
        Metric::Net => exact(net.or(gross)),
        Metric::Unblended => exact(gross),
    }
}
