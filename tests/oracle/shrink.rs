//! A month on which models and oracle differ, made as small as it goes.
//!
//! Every round tries many smaller months in one run of the binary, each as a payer of its own, and goes on with the
//! smallest that still differs in the same column.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use libtest_mimic::Failed;

use super::compare::Difference;
use super::draw::names;
use super::month::{Decimal, Line, Month, Registered};
use super::run::Project;

/// Months tried in a round, and how long rounds go on.
const TRIES: usize = 100;
const PATIENCE: Duration = Duration::from_secs(120);

/// The smallest month found, with its differences.
pub(crate) fn smallest(
    project: &Project,
    month: &Month,
    differences: &[Difference],
) -> Result<(Month, Vec<Difference>), Failed> {
    let columns = |differences: &[Difference]| {
        differences.iter().map(|one| (one.cell.table, one.cell.column)).collect::<BTreeSet<_>>()
    };
    let wanted = columns(differences);
    let mut best = (renamed(month, 0)?, differences.to_vec());
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        let mut tried = Vec::new();
        for (number, candidate) in simpler(&best.0).into_iter().take(TRIES).enumerate() {
            tried.push(renamed(&candidate, number + 1)?);
        }
        let tried: Vec<&Month> = tried.iter().collect();
        let compared = project.compare(&tried)?;
        let differing = compared.into_iter().filter(|one| {
            // The same fault, not another that appears where lines are gone.
            !one.differences.is_empty() && columns(&one.differences).is_subset(&wanted)
        });
        match differing.min_by_key(|one| size(one.month)) {
            Some(one) => best = (renamed(one.month, 0)?, one.differences),
            None => break,
        }
    }
    Ok(best)
}

/// Fewer lines first, then fewer digits and columns.
fn size(month: &Month) -> (usize, usize) {
    (month.lines.len(), serde_json::to_string(month).map_or(0, |text| text.len()))
}

/// The same month under names of its own.
pub(crate) fn renamed(month: &Month, number: usize) -> Result<Month, Failed> {
    let old = names::month_of(&month.payer).ok_or_else(|| format!("`{}` is an account of no month", month.payer))?;
    let text = names::renamed(&serde_json::to_string(month)?, old.parse()?, number);
    Ok(serde_json::from_str(&text)?)
}

/// Months that are smaller in one way each, the much smaller ones first.
fn simpler(month: &Month) -> Vec<Month> {
    let mut found = Vec::new();
    let mut keep = |is_kept: &dyn Fn(usize, &Line) -> bool| {
        let mut lines = month.lines.iter().enumerate();
        let lines: Vec<Line> = lines.by_ref().filter(|(n, line)| is_kept(*n, line)).map(|(_, l)| l.clone()).collect();
        if !lines.is_empty() && lines.len() < month.lines.len() {
            found.push(Month { lines, ..month.clone() });
        }
    };
    let accounts: BTreeSet<_> = month.lines.iter().map(|line| &line.line_item_usage_account_id).collect();
    for account in accounts {
        keep(&|_, line| line.line_item_usage_account_id != *account);
    }
    let slots: BTreeSet<_> = month.lines.iter().map(|line| line.line_item_usage_start_date).collect();
    for slot in slots {
        keep(&|_, line| line.line_item_usage_start_date != slot);
    }
    let services: BTreeSet<_> = month.lines.iter().map(|line| &line.line_item_product_code).collect();
    for service in services {
        keep(&|_, line| line.line_item_product_code != *service);
    }
    let mut length = month.lines.len() / 2;
    while length > 0 {
        for start in (0..month.lines.len()).step_by(length) {
            keep(&|number, _| !(start..start + length).contains(&number));
        }
        length /= 2;
    }
    found.extend(without_seeds(month));
    for number in 0..month.lines.len() {
        found.extend(simpler_lines(&month.lines[number]).into_iter().map(|line| {
            let mut month = month.clone();
            month.lines[number] = line;
            month
        }));
    }
    found
}

/// Without one row of one of the seeds each, or with a plainer one.
fn without_seeds(month: &Month) -> Vec<Month> {
    let mut found = Vec::new();
    let mut keep = |fewer: Month| {
        if fewer != *month {
            found.push(fewer);
        }
    };
    keep(Month { price_plans: vec![], price_rules: vec![], custom_items: vec![], ..month.clone() });
    keep(Month { list_values: vec![], ..month.clone() });
    for number in 0..month.charge_rules.len() {
        let mut fewer = month.clone();
        let rule = fewer.charge_rules.remove(number).rule;
        fewer.charge_parts.retain(|part| part.rule != rule);
        fewer.charge_shares.retain(|share| share.rule != rule);
        keep(fewer);
        let mut whole = month.clone();
        whole.charge_parts.retain(|part| part.rule != rule);
        keep(whole);
    }
    for number in 0..month.commitment_owners.len() {
        let mut fewer = month.clone();
        fewer.commitment_owners.remove(number);
        keep(fewer);
    }
    for number in 0..month.registry.len() {
        let mut fewer = month.clone();
        fewer.registry.remove(number);
        keep(fewer);
        let mut plain = month.clone();
        plain.registry[number] =
            Registered { division: None, priority: None, shares: None, ..plain.registry[number].clone() };
        keep(plain);
    }
    found
}

/// The line without its net columns, without what only tells, and with rounder numbers.
fn simpler_lines(line: &Line) -> Vec<Line> {
    let mut gross = line.clone();
    gross.line_item_net_unblended_cost = None;
    gross.reservation_net_effective_cost = None;
    gross.savings_plan_net_savings_plan_effective_cost = None;
    let mut plain = line.clone();
    plain.bill_billing_entity = None;
    plain.bill_bill_type = None;
    plain.bill_invoice_id = None;
    plain.line_item_resource_id = None;
    plain.line_item_line_item_description = None;
    plain.product_sku = None;
    let mut round = line.clone();
    let amounts = [
        &mut round.line_item_usage_amount,
        &mut round.pricing_public_on_demand_cost,
        &mut round.reservation_effective_cost,
        &mut round.savings_plan_savings_plan_effective_cost,
    ];
    for amount in amounts.into_iter().flatten() {
        *amount = rounder(*amount);
    }
    round.line_item_unblended_cost = rounder(round.line_item_unblended_cost);
    [gross, plain, round].into_iter().filter(|simpler| simpler != line).collect()
}

/// With one digit less.
fn rounder(amount: Decimal) -> Decimal {
    let mut digit = 1;
    while amount.0 % (digit * 10) == 0 && digit < amount.0.abs() {
        digit *= 10;
    }
    let less = amount.0 / (digit * 10) * (digit * 10);
    Decimal(if less == 0 { amount.0 } else { less })
}
