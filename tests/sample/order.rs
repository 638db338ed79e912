//! The order in which AWS prices: tiers as usage comes in, owners before strangers.

use std::collections::{BTreeMap, BTreeSet};

use apportion::sample::Layout;
use libtest_mimic::Failed;

use super::report::Report;
use super::{Outcome, Sums, ensure, sample};

/// What was used at a rate, and in which hours first and last.
type Used = (i128, i128, i128);
/// Rates by period and SKU of a meter.
type Meters = BTreeMap<(i128, String), BTreeMap<i128, Used>>;

pub(crate) fn tiers_are_filled_in_order() -> Outcome {
    tiered(sample(Layout::Legacy)?)
}

/// By period and SKU of a tiered meter: what was used at each rate, and from when to when.
fn tiers(report: &Report) -> Meters {
    let mut tiers = Meters::new();
    for row in (0..report.rows).filter(|&row| report.kind(row) == "Usage") {
        let usage_type = report.text("line_item_usage_type", row);
        if !usage_type.contains("TimedStorage") && !usage_type.contains("DataTransfer-Out") {
            continue;
        }
        let key = (report.period(row), report.text("product_sku", row).to_owned());
        let text = report.text("line_item_unblended_rate", row).replace('.', "");
        let rate = text.parse().unwrap_or(-1);
        let (hour, usage) = (report.hour(row), report.number("line_item_usage_amount", row));
        let tier = tiers.entry(key).or_default().entry(rate).or_insert((0, hour, hour));
        *tier = (tier.0 + usage, tier.1.min(hour), tier.2.max(hour));
    }
    tiers
}

fn tiered(report: &Report) -> Outcome {
    // Rates from the dearest down, and how much each one takes.
    let reach: BTreeMap<i128, i128> = [
        (900_000_000, 10_240),
        (850_000_000, 40_960),
        (700_000_000, 102_400),
        (230_000_000, 51_200),
        (220_000_000, 460_800),
    ]
    .into();
    let (mut crossed, mut free) = (0, Sums::new());
    for ((period, _), rates) in tiers(report) {
        let mut before: Option<(i128, Used)> = None;
        for (&rate, &tier) in rates.iter().rev().filter(|(rate, _)| **rate > 0) {
            if let Some((dearer, (usage, _, until))) = before {
                crossed += 1;
                ensure(usage == reach[&dearer] * 10_000_000_000, format!("{usage} at {dearer}"))?;
                ensure(until <= tier.1, "a dearer tier after a cheaper one")?;
            }
            before = Some((rate, tier));
        }
        *free.entry(period).or_insert(0) += rates.get(&0).map_or(0, |tier| tier.0);
    }
    ensure(crossed >= 4, format!("{crossed} tiers are crossed"))?;
    for quantity in free.values() {
        ensure(*quantity == 100 * 10_000_000_000, format!("{quantity} of transfer is free"))?;
    }
    Ok(())
}

pub(crate) fn only_the_organisation_crosses_a_tier() -> Outcome {
    let report = sample(Layout::Legacy)?;
    for (mark, reach) in [("TimedStorage", 51_200), ("DataTransfer-Out", 10_240)] {
        let used = report.sums("line_item_usage_amount", &["Usage"], |row| {
            let is_tiered = report.text("line_item_usage_type", row).contains(mark);
            is_tiered.then(|| (report.period(row), report.account(row).to_owned()))
        });
        let most = used.iter().filter(|(key, _)| key.is_some()).map(|(_, sum)| *sum).max();
        ensure(most < Some(reach * 10_000_000_000), format!("an account alone crosses {reach}"))?;
    }
    Ok(())
}

pub(crate) fn owners_are_covered_before_strangers() -> Outcome {
    let strangers = owner_first(sample(Layout::Legacy)?)?;
    ensure(strangers > 1000, format!("only {strangers} lines are borrowed"))
}

/// What a reservation or plan of this kind fits, as far as a line tells.
fn fits(report: &Report, row: usize) -> Vec<String> {
    let usage_type = report.text("line_item_usage_type", row);
    let operation = report.text("line_item_operation", row);
    let Some((meter, machine)) = usage_type.rsplit_once(':') else {
        let is_function = usage_type.contains("Lambda-GB-Second") || usage_type.contains("Fargate");
        return if is_function { vec!["compute".to_owned()] } else { Vec::new() };
    };
    let family = machine.rsplit_once('.').map_or(machine, |(family, _)| family);
    let zone = report.text("line_item_availability_zone", row);
    let (prefix, meter) = meter.rsplit_once('-').unwrap_or(("", meter));
    match meter {
        "BoxUsage" | "DedicatedUsage" => {
            let is_flexible = meter == "BoxUsage" && operation == "RunInstances" && family != "g4dn";
            let pool = if is_flexible { family } else { machine };
            let mut all = vec!["compute".to_owned(), format!("plan {prefix} {family}")];
            all.push(format!("{prefix} {meter} {operation} {pool}"));
            all.push(format!("{zone} {meter} {operation} {machine}"));
            all
        }
        "Hours" | "perCPU" => vec!["compute".to_owned()],
        // `Multi-AZUsage` is split at its own hyphen.
        "InstanceUsage" | "AZUsage" | "NodeUsage" => vec![format!("{operation} {family}")],
        _ if usage_type.contains("Fargate") => vec!["compute".to_owned()],
        _ => Vec::new(),
    }
}

/// What the line's own commitment is for, among what the line fits.
fn scope(report: &Report, row: usize) -> Option<String> {
    let fits = fits(report, row);
    let at = match (report.kind(row), report.text("savings_plan_offering_type", row)) {
        ("SavingsPlanCoveredUsage", "ComputeSavingsPlans") => 0,
        ("SavingsPlanCoveredUsage", _) => 1,
        _ if fits.len() == 1 => 0,
        _ if report.text("reservation_availability_zone", row).is_empty() => 2,
        _ => 3,
    };
    fits.get(at).cloned()
}

/// Fails when a stranger is covered in an hour in which the owner pays more for what would fit.
/// Gives the number of lines that strangers borrowed.
pub(crate) fn owner_first(report: &Report) -> Result<usize, Failed> {
    // Reservations go before plans, so a plan's usage is uncovered for them.
    let mut uncovered: [BTreeSet<(i128, &str, String)>; 2] = Default::default();
    for row in 0..report.rows {
        let open: &[usize] = match report.kind(row) {
            "Usage" => &[0, 1],
            "SavingsPlanCoveredUsage" => &[0],
            _ => continue,
        };
        for scope in fits(report, row) {
            for &level in open {
                uncovered[level].insert((report.hour(row), report.account(row), scope.clone()));
            }
        }
    }
    let mut strangers = 0;
    for row in 0..report.rows {
        let level = match report.kind(row) {
            "DiscountedUsage" => 0,
            "SavingsPlanCoveredUsage" => 1,
            _ => continue,
        };
        if report.owner(row) == report.account(row) {
            continue;
        }
        strangers += 1;
        let scope = scope(report, row).ok_or("a covered line that fits nothing")?;
        let key = (report.hour(row), report.owner(row), scope);
        ensure(!uncovered[level].contains(&key), format!("the owner goes without: {key:?}"))?;
    }
    Ok(strangers)
}
