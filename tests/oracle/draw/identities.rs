//! The identities of AWS's bills, which drawn months keep: what a commitment covered and what it did not is what it
//! costs, plans cover what their fee rows say, and names of a month are its own.

use std::collections::{BTreeMap, BTreeSet};

use libtest_mimic::{Failed, Trial};

use super::names;
use crate::harness::Outcome;
use crate::oracle::month::{Decimal, Line, Month};
use crate::oracle::{MONTHS, environment, situations};

/// How many of a hundred commitments may break their identity: those that cover more than they hold.
const BROKEN: usize = 8;

/// How far a sum may be off, in units of the last digit, by rounding of single lines.
const ROUNDING: i128 = 1_000_000;

/// The trials.
pub(super) fn trials() -> Vec<Trial> {
    vec![
        Trial::test("oracle::drawn_months_are_bills", drawn_months_are_bills),
        Trial::test("oracle::drawn_months_have_names_of_their_own", names_are_own),
        Trial::test("oracle::drawn_months_show_situations", || situations::drawn(&months()?)),
    ]
}

fn months() -> Result<Vec<Month>, Failed> {
    let count = environment("APPORTION_ORACLE_MONTHS", MONTHS)?.max(400);
    let seed = environment("APPORTION_ORACLE_SEED", 1)?;
    Ok((0..count).map(|number| super::month(u64::from(seed), number)).collect())
}

/// What the rows of one commitment sum to.
#[derive(Default)]
struct Sums {
    effective: i128,
    unused: i128,
    recurring: i128,
    upfront: i128,
    /// What fee rows say was used.
    used: i128,
    /// Whether there is a fee row for every slot, and none that says nothing of what is unused.
    is_told: bool,
}

fn drawn_months_are_bills() -> Outcome {
    let (mut told, mut broken) = (0, Vec::new());
    for month in months()? {
        for (arn, sums) in commitments(&month) {
            if !sums.is_told {
                continue;
            }
            told += 1;
            let cost = sums.recurring + sums.upfront;
            // Of many digits, a few in a million units of the last digit are nothing.
            let rounding = ROUNDING.max(cost.abs() / 1_000_000_000_000);
            let is_off = (sums.effective + sums.unused - cost).abs() > rounding;
            let is_plan = arn.contains(":savingsplan/");
            if is_off || (is_plan && sums.used != sums.effective) {
                broken.push(arn);
            }
        }
    }
    if told == 0 || broken.len() * 100 > BROKEN * told {
        let some = &broken[..broken.len().min(5)];
        return Err(format!("{} of {told} commitments cost something else: {some:?}", broken.len()).into());
    }
    Ok(())
}

fn commitments(month: &Month) -> BTreeMap<String, Sums> {
    let mut found: BTreeMap<String, Sums> = BTreeMap::new();
    for line in month.lines.iter().filter(|line| !line.is_discount()) {
        if let Some(arn) = line.arn() {
            add(found.entry(arn.to_owned()).or_default(), line);
        }
    }
    for (arn, sums) in &mut found {
        if arn.contains(":savingsplan/") {
            sums.is_told = has_all_slots(month, arn);
        }
    }
    found
}

fn add(sums: &mut Sums, line: &Line) {
    let units = |value: Option<Decimal>| value.unwrap_or_default().0;
    match line.line_item_line_item_type.as_str() {
        "DiscountedUsage" => sums.effective += units(line.reservation_effective_cost),
        "RIFee" => {
            sums.unused += units(line.reservation_unused_recurring_fee)
                + units(line.reservation_unused_amortized_upfront_fee_for_billing_period);
            sums.recurring += line.line_item_unblended_cost.0;
            sums.upfront += units(line.reservation_amortized_upfront_fee_for_billing_period);
            sums.is_told = line.reservation_unused_recurring_fee.is_some();
        }
        "SavingsPlanCoveredUsage" => sums.effective += units(line.savings_plan_savings_plan_effective_cost),
        "SavingsPlanRecurringFee" => {
            sums.used += units(line.savings_plan_used_commitment);
            sums.unused += units(line.savings_plan_total_commitment_to_date) - units(line.savings_plan_used_commitment);
            sums.recurring += line.line_item_unblended_cost.0;
            sums.upfront += units(line.savings_plan_amortized_upfront_commitment_for_billing_period);
        }
        _ => {}
    }
}

/// Whether a plan has a fee row in every slot in which it covered something.
fn has_all_slots(month: &Month, arn: &str) -> bool {
    let slots = |line_item_type: &str| {
        let of_plan = month.lines.iter().filter(|line| {
            line.line_item_line_item_type == line_item_type
                && line.savings_plan_savings_plan_a_r_n.as_deref() == Some(arn)
        });
        of_plan.map(|line| line.line_item_usage_start_date).collect::<BTreeSet<_>>()
    };
    let billed = slots("SavingsPlanRecurringFee");
    !billed.is_empty() && slots("SavingsPlanCoveredUsage").is_subset(&billed)
}

/// Every account, group and rule of a month bears its number, and a month that is renamed bears the other's alone.
fn names_are_own() -> Outcome {
    for (number, month) in months()?.into_iter().enumerate().take(100) {
        let text = serde_json::to_string(&month)?;
        let renamed = names::renamed(&text, number, 777_777);
        let (account, prefix) = (names::account(number, 0), names::prefix(number));
        if renamed.contains(&account) || renamed.contains(&prefix) {
            return Err(format!("month {number} has names left after it got others").into());
        }
        let of_month = month.lines.iter().filter_map(|line| line.line_item_usage_account_id.as_deref());
        let own = format!("{number:06}");
        if let Some(account) = of_month.into_iter().find(|account| names::month_of(account) != Some(&own)) {
            return Err(format!("month {number} has account {account}").into());
        }
    }
    Ok(())
}
