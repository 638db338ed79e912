//! The columns of Reserved Instances and Savings Plans, alike in both layouts.

use super::columns::{CellSource, CurColumn, ResolvedLine, columns};
use super::exact::Exact;
use super::line::LineType;

/// Columns of Reserved Instances.
pub(super) fn reservation_columns() -> Vec<CurColumn> {
    use CellSource::{Made, Number, Text};
    columns([
        ("reservation_amortized_upfront_cost_for_usage", Number(|row| used(row, row.line.amortized))),
        (
            "reservation_amortized_upfront_fee_for_billing_period",
            Number(|row| monthly(row, row.fee(|fee| fee.amortized))),
        ),
        ("reservation_availability_zone", Text(|row| row.reservation.map_or("", |ri| ri.zone))),
        ("reservation_effective_cost", Number(|row| used(row, row.line.amortized + row.line.recurring))),
        ("reservation_end_time", Text(|row| row.on_fee(|ri| &ri.end))),
        ("reservation_modification_status", Text(|row| if row.line.kind == LineType::RiFee { "Original" } else { "" })),
        (
            "reservation_normalized_units_per_reservation",
            Made(|row, out| per_reservation(row, row.fee(|fee| fee.total_normalized), "0", out)),
        ),
        ("reservation_number_of_reservations", Text(|row| row.on_fee(|ri| &ri.count))),
        ("reservation_recurring_fee_for_usage", Number(|row| used(row, row.line.recurring))),
        ("reservation_reservation_a_r_n", Text(|row| row.reservation.map_or("", |ri| &ri.arn))),
        ("reservation_start_time", Text(|row| row.on_fee(|ri| &ri.start))),
        ("reservation_subscription_id", Made(|row, out| row.write_subscription(out))),
        (
            "reservation_total_reserved_normalized_units",
            Made(|row, out| units(row, row.fee(|fee| fee.total_normalized), "0", out)),
        ),
        ("reservation_total_reserved_units", Made(|row, out| units(row, row.fee(|fee| fee.total_units), "", out))),
        (
            "reservation_units_per_reservation",
            Made(|row, out| per_reservation(row, row.fee(|fee| fee.total_units), "", out)),
        ),
        ("reservation_unused_amortized_upfront_fee_for_billing_period", Number(|row| monthly(row, row.line.amortized))),
        ("reservation_unused_normalized_unit_quantity", Number(|row| row.fee(|fee| fee.unused_normalized))),
        ("reservation_unused_quantity", Number(|row| row.fee(|fee| fee.unused_units))),
        ("reservation_unused_recurring_fee", Number(|row| monthly(row, row.line.recurring))),
        ("reservation_upfront_value", Number(|row| row.fee(|fee| fee.upfront))),
    ])
}

/// Columns of Savings Plans.
pub(super) fn plan_columns() -> Vec<CurColumn> {
    use CellSource::{Number, Text};
    columns([
        (
            "savings_plan_amortized_upfront_commitment_for_billing_period",
            Number(|row| hourly(row, row.fee(|fee| fee.amortized))),
        ),
        ("savings_plan_end_time", Text(|row| row.of_plan(|plan| &plan.end))),
        ("savings_plan_instance_type_family", Text(|row| row.of_plan(|plan| plan.family))),
        ("savings_plan_offering_type", Text(|row| row.of_plan(|plan| plan.offering))),
        ("savings_plan_payment_option", Text(|row| row.of_plan(|plan| plan.option))),
        ("savings_plan_purchase_term", Text(|row| row.of_plan(|_| "1yr"))),
        (
            "savings_plan_recurring_commitment_for_billing_period",
            Number(|row| hourly(row, row.fee(|fee| fee.recurring))),
        ),
        ("savings_plan_region", Text(|row| row.of_plan(|plan| plan.region))),
        ("savings_plan_savings_plan_a_r_n", Text(|row| row.of_plan(|plan| &plan.arn))),
        ("savings_plan_savings_plan_effective_cost", Number(|row| row.line.effective)),
        ("savings_plan_savings_plan_rate", Number(|row| row.line.plan_rate)),
        ("savings_plan_start_time", Text(|row| row.of_plan(|plan| &plan.start))),
        ("savings_plan_total_commitment_to_date", Number(|row| row.fee(|fee| fee.commitment))),
        ("savings_plan_used_commitment", Number(|row| row.fee(|fee| fee.used))),
    ])
}

/// The net twins, which a report has once there are discounts.
pub(super) fn net_columns() -> Vec<CurColumn> {
    use CellSource::{Made, Number};
    columns([
        ("line_item_net_unblended_cost", Number(|row| row.line.net)),
        ("line_item_net_unblended_rate", Made(|row, out| row.write_net_rate(out))),
        ("reservation_net_amortized_upfront_cost_for_usage", Number(|row| used(row, row.line.net_amortized))),
        (
            "reservation_net_amortized_upfront_fee_for_billing_period",
            Number(|row| monthly(row, row.fee(|fee| fee.net_amortized))),
        ),
        ("reservation_net_effective_cost", Number(|row| used(row, row.line.net_amortized + row.line.net_recurring))),
        ("reservation_net_recurring_fee_for_usage", Number(|row| used(row, row.line.net_recurring))),
        (
            "reservation_net_unused_amortized_upfront_fee_for_billing_period",
            Number(|row| monthly(row, row.line.net_amortized)),
        ),
        ("reservation_net_unused_recurring_fee", Number(|row| monthly(row, row.line.net_recurring))),
        ("reservation_net_upfront_value", Number(|row| row.fee(|fee| fee.net_upfront))),
        (
            "savings_plan_net_amortized_upfront_commitment_for_billing_period",
            Number(|row| hourly(row, row.fee(|fee| fee.net_amortized))),
        ),
        (
            "savings_plan_net_recurring_commitment_for_billing_period",
            Number(|row| hourly(row, row.fee(|fee| fee.net_recurring))),
        ),
        ("savings_plan_net_savings_plan_effective_cost", Number(|row| row.line.net_effective)),
    ])
}

/// An amount of usage that a reservation covers.
fn used(row: &ResolvedLine<'_>, amount: Exact) -> Exact {
    row.only(LineType::DiscountedUsage, amount)
}

/// An amount of a reservation's monthly fee.
fn monthly(row: &ResolvedLine<'_>, amount: Exact) -> Exact {
    row.only(LineType::RiFee, amount)
}

/// An amount of a Savings Plan's hourly fee.
fn hourly(row: &ResolvedLine<'_>, amount: Exact) -> Exact {
    row.only(LineType::SavingsPlanRecurringFee, amount)
}

/// Units of an `RIFee` as text; AWS writes normalised ones with one more digit.
fn units(row: &ResolvedLine<'_>, amount: Exact, more: &str, out: &mut String) {
    if row.line.kind == LineType::RiFee {
        amount.write(out);
        out.push_str(more);
    }
}

/// The same for one reservation.
fn per_reservation(row: &ResolvedLine<'_>, amount: Exact, more: &str, out: &mut String) {
    let count = row.on_fee(|ri| &ri.count).parse().unwrap_or(1);
    units(row, amount.of(1, count), more, out);
}
