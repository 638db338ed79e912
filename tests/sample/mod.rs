//! The sample's bill: identities that hold in every real bill, and what a sample has to show.

mod order;
mod report;
mod shown;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::OnceLock;

use apportion::sample::{Layout, SampleJob, SampleSummary, write_sample};
use libtest_mimic::{Failed, Trial};

use order::{only_the_organisation_crosses_a_tier, owners_are_covered_before_strangers, tiers_are_filled_in_order};
use report::Report;
use shown::{
    both_layouts_hold_the_same_rows, everything_occurs_in_every_period, impossible_jobs_are_refused,
    more_rows_and_accounts_keep_the_identities, purchases_come_and_go, the_same_job_gives_the_same_bytes,
};

/// All trials of the sample.
pub(crate) fn trials() -> Vec<Trial> {
    let all: [(&str, Check); 16] = [
        ("negation_takes_covered_usage_off", negation_takes_covered_usage_off),
        ("commitment_is_used_or_not", commitment_is_used_or_not),
        ("reservation_fee_is_used_and_unused", reservation_fee_is_used_and_unused),
        ("reserved_units_are_used_and_unused", reserved_units_are_used_and_unused),
        ("blended_sums_to_unblended", blended_sums_to_unblended),
        ("net_is_unblended_less_discounts", net_is_unblended_less_discounts),
        ("net_columns_come_with_the_second_period", net_columns_come_with_the_second_period),
        ("tiers_are_filled_in_order", tiers_are_filled_in_order),
        ("only_the_organisation_crosses_a_tier", only_the_organisation_crosses_a_tier),
        ("owners_are_covered_before_strangers", owners_are_covered_before_strangers),
        ("everything_occurs_in_every_period", everything_occurs_in_every_period),
        ("purchases_come_and_go", purchases_come_and_go),
        ("both_layouts_hold_the_same_rows", both_layouts_hold_the_same_rows),
        ("the_same_job_gives_the_same_bytes", the_same_job_gives_the_same_bytes),
        ("more_rows_and_accounts_keep_the_identities", more_rows_and_accounts_keep_the_identities),
        ("impossible_jobs_are_refused", impossible_jobs_are_refused),
    ];
    all.map(|(name, run)| Trial::test(format!("sample::{name}"), run)).into()
}

type Outcome = Result<(), Failed>;
type Check = fn() -> Outcome;
/// Money and quantities in units of 1e-10.
type Sums<K> = BTreeMap<K, i128>;

fn job(out: &Path, layout: Layout) -> Result<SampleJob, Failed> {
    let last_period = "2026-10".parse().map_err(shown)?;
    Ok(SampleJob { out: out.to_path_buf(), accounts: 12, last_period, periods: 2, rows: 40_000, layout, seed: 1 })
}

fn shown(error: impl std::fmt::Display) -> Failed {
    error.to_string().into()
}

fn made(job: &SampleJob) -> Result<(SampleSummary, Report), Failed> {
    let summary = write_sample(job, &mut |_| {}).map_err(shown)?;
    let report = Report::read(&summary)?;
    Ok((summary, report))
}

/// The default sample in a layout, made once.
fn sample(layout: Layout) -> Result<&'static Report, Failed> {
    static LEGACY: OnceLock<Result<Report, String>> = OnceLock::new();
    static CUR2: OnceLock<Result<Report, String>> = OnceLock::new();
    let cell = if layout == Layout::Legacy { &LEGACY } else { &CUR2 };
    let make = || {
        let folder = tempfile::tempdir()?;
        Ok(made(&job(folder.path(), layout)?)?.1)
    };
    let report = cell.get_or_init(|| make().map_err(|error: Failed| format!("{error:?}")));
    report.as_ref().map_err(|error| error.clone().into())
}

fn same<K: Ord + std::fmt::Debug>(what: &str, left: &Sums<K>, right: &Sums<K>) -> Outcome {
    let keys: BTreeSet<&K> = left.keys().chain(right.keys()).collect();
    if keys.is_empty() {
        return Err(format!("{what}: nothing to compare").into());
    }
    for key in keys {
        let (left, right) = (left.get(key).unwrap_or(&0), right.get(key).unwrap_or(&0));
        if left != right {
            return Err(format!("{what}: {left} is not {right} for {key:?}").into());
        }
    }
    Ok(())
}

fn added<K: Ord + Clone>(left: &Sums<K>, right: &Sums<K>) -> Sums<K> {
    let mut sums = left.clone();
    for (key, value) in right {
        *sums.entry(key.clone()).or_insert(0) += value;
    }
    sums
}

fn ensure(holds: bool, what: impl Into<String>) -> Outcome {
    if holds { Ok(()) } else { Err(what.into().into()) }
}

const COVERED: &[&str] = &["SavingsPlanCoveredUsage"];
const NEGATION: &[&str] = &["SavingsPlanNegation"];
const PLAN_FEE: &[&str] = &["SavingsPlanRecurringFee"];
const DISCOUNTED: &[&str] = &["DiscountedUsage"];
const FEE: &[&str] = &["RIFee"];

fn negation_takes_covered_usage_off() -> Outcome {
    mirrored(sample(Layout::Legacy)?)
}

fn mirrored(report: &Report) -> Outcome {
    let key = |row| (report.hour(row), report.arn(row).to_owned());
    for column in ["line_item_unblended_cost", "line_item_net_unblended_cost", "line_item_blended_cost"] {
        let covered = report.sums(column, COVERED, key);
        let mut negation = report.sums(column, NEGATION, key);
        negation.values_mut().for_each(|sum| *sum = -*sum);
        same(column, &covered, &negation)?;
    }
    let usage = "line_item_usage_amount";
    same(usage, &report.sums(usage, COVERED, key), &report.sums(usage, NEGATION, key))
}

fn commitment_is_used_or_not() -> Outcome {
    committed(sample(Layout::Legacy)?)
}

fn committed(report: &Report) -> Outcome {
    let key = |row| (report.hour(row), report.arn(row).to_owned());
    let effective = report.sums("savings_plan_savings_plan_effective_cost", COVERED, key);
    let used = report.sums("savings_plan_used_commitment", PLAN_FEE, key);
    same("effective cost and used commitment", &effective, &used)?;
    let total = report.sums("savings_plan_total_commitment_to_date", PLAN_FEE, key);
    for (plan, used) in &used {
        ensure(used <= &total[plan], format!("more than the commitment is used: {plan:?}"))?;
    }
    let upfront = "savings_plan_amortized_upfront_commitment_for_billing_period";
    let recurring = "savings_plan_recurring_commitment_for_billing_period";
    let parts = added(&report.sums(upfront, PLAN_FEE, key), &report.sums(recurring, PLAN_FEE, key));
    same("commitment and its parts", &total, &parts)?;
    let cost = report.sums("line_item_unblended_cost", PLAN_FEE, key);
    same("fee and recurring commitment", &cost, &report.sums(recurring, PLAN_FEE, key))
}

fn reservation_fee_is_used_and_unused() -> Outcome {
    let report = sample(Layout::Legacy)?;
    reserved(report, "")?;
    reserved(report, "net_")
}

fn reserved(report: &Report, net: &str) -> Outcome {
    // Net columns are there from the second period on.
    let first = report.period(0);
    let key = |row| {
        let counts = net.is_empty() || report.period(row) != first;
        counts.then(|| (report.period(row), report.arn(row).to_owned()))
    };
    let name = |rest: &str| format!("reservation_{net}{rest}");
    let used = report.sums(&name("recurring_fee_for_usage"), DISCOUNTED, key);
    let unused = report.sums(&name("unused_recurring_fee"), FEE, key);
    let mut cost = report.sums(&format!("line_item_{net}unblended_cost"), FEE, key);
    if !net.is_empty() {
        cost.insert(None, 0);
    }
    same("recurring fee", &cost, &added(&used, &unused))?;
    let used = report.sums(&name("amortized_upfront_cost_for_usage"), DISCOUNTED, key);
    let unused = report.sums(&name("unused_amortized_upfront_fee_for_billing_period"), FEE, key);
    let whole = report.sums(&name("amortized_upfront_fee_for_billing_period"), FEE, key);
    same("amortised upfront fee", &whole, &added(&used, &unused))?;
    let parts = added(&report.sums(&name("recurring_fee_for_usage"), DISCOUNTED, key), &used);
    same("effective cost", &report.sums(&name("effective_cost"), DISCOUNTED, key), &parts)
}

fn reserved_units_are_used_and_unused() -> Outcome {
    units(sample(Layout::Legacy)?)
}

fn units(report: &Report) -> Outcome {
    let key = |row| (report.period(row), report.arn(row).to_owned());
    let used = report.sums("line_item_normalized_usage_amount", DISCOUNTED, key);
    for row in (0..report.rows).filter(|&row| report.kind(row) == "RIFee") {
        let read = |column: &str| {
            let text = report.text(column, row);
            text.replace('.', "").parse::<i128>().map_err(|_| Failed::from(format!("{column}: {text}")))
        };
        let used = used.get(&key(row)).copied().unwrap_or(0);
        // Normalised units come with 11 decimals.
        let total = read("reservation_total_reserved_normalized_units")? / 10;
        let unused = report.number("reservation_unused_normalized_unit_quantity", row);
        ensure(total == used + unused, format!("units of {}: {total} {used} {unused}", report.arn(row)))?;
        let factor = report.number("line_item_normalization_factor", row);
        let total = read("reservation_total_reserved_units")?;
        let unused = report.number("reservation_unused_quantity", row);
        ensure(
            (total - unused) * factor == used * 10_000_000_000,
            format!("hours of {}: {total} less {unused} are not {used}", report.arn(row)),
        )?;
        ensure(total == report.number("line_item_usage_amount", row), "the fee's usage")?;
    }
    Ok(())
}

fn blended_sums_to_unblended() -> Outcome {
    blended(sample(Layout::Legacy)?)
}

fn blended(report: &Report) -> Outcome {
    let key = |row| (report.period(row), report.text("bill_invoice_id", row).to_owned());
    let blended = report.sums("line_item_blended_cost", &[], key);
    same("blended cost", &blended, &report.sums("line_item_unblended_cost", &[], key))
}

fn net_is_unblended_less_discounts() -> Outcome {
    let report = sample(Layout::Legacy)?;
    let first = report.period(0);
    let (mut net, mut unblended) = (0, 0);
    for row in (0..report.rows).filter(|&row| report.period(row) != first) {
        net += report.number("line_item_net_unblended_cost", row);
        unblended += report.number("line_item_unblended_cost", row);
        if report.kind(row) == "EdpDiscount" || report.kind(row) == "PrivateRateDiscount" {
            ensure(report.number("line_item_net_unblended_cost", row) == 0, "a discount's net cost")?;
        }
        let discount = report.number("discount_total_discount", row);
        let less = report.number("line_item_net_unblended_cost", row) - report.number("line_item_unblended_cost", row);
        let is_charge = !report.kind(row).ends_with("Discount");
        ensure(!is_charge || discount == less, format!("discount of a {}", report.kind(row)))?;
    }
    ensure(net == unblended, format!("net {net} is not unblended {unblended}"))
}

fn net_columns_come_with_the_second_period() -> Outcome {
    let legacy = sample(Layout::Legacy)?;
    let net = |columns: &BTreeSet<String>| columns.iter().filter(|name| name.contains("_net_")).count();
    ensure(net(&legacy.columns[0]) == 0, "net columns before there are discounts")?;
    ensure(net(&legacy.columns[1]) == 12, "net columns are missing")?;
    let cur2 = sample(Layout::Cur2)?;
    ensure(cur2.columns[0] == cur2.columns[1], "the columns of CUR 2.0 change")?;
    let net = cur2.sums("line_item_net_unblended_cost", &["Usage"], |row| cur2.period(row));
    let sums: Vec<i128> = net.into_values().collect();
    ensure(sums[0] == 0 && sums[1] > 0, format!("net costs by period: {sums:?}"))
}
