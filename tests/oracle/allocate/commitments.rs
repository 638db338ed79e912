//! §5: commitments, their owners and the pool that each covers.

use std::collections::BTreeMap;

use crate::oracle::allocate::items::{Item, Role};
use crate::oracle::allocate::kinds::{Kind, fact, text};
use crate::oracle::allocate::plans;
use crate::oracle::month::Tables;

/// A reservation or a Savings Plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Commitment {
    pub(super) owner: String,
    pub(super) pool: String,
    /// The rule that says which pool.
    pub(super) rule: String,
    pub(super) unit: &'static str,
    /// `reservation` or `savings_plan`.
    pub(super) kind: &'static str,
    /// Units of the pool are normalised hours.
    pub(super) is_normalized: bool,
    /// Offering of a Savings Plan.
    pub(super) offering: Option<String>,
}

impl Commitment {
    /// Whether no rule knows what it covers.
    pub(super) fn is_unknown(&self) -> bool {
        self.rule == "no_rule"
    }
}

/// The commitment that a line bears, if it is one of these.
pub(super) fn of<'a>(item: &Item<'_>, all: &'a BTreeMap<String, Commitment>) -> Option<&'a Commitment> {
    all.get(&item.commitment.as_ref()?.arn)
}

/// All commitments, by ARN: pool, unit and rule of each are those of one of its rows.
pub(super) fn commitments(items: &[&Item<'_>], tables: &Tables) -> BTreeMap<String, Commitment> {
    let mut rows: BTreeMap<&str, Vec<&Item<'_>>> = BTreeMap::new();
    for item in items.iter().filter(|item| matches!(item.role, Role::Covered | Role::Fee)) {
        if let Some(bought) = &item.commitment {
            rows.entry(&bought.arn).or_default().push(item);
        }
    }
    rows.into_iter().map(|(arn, rows)| (arn.to_owned(), commitment(arn, &rows, tables))).collect()
}

fn commitment(arn: &str, rows: &[&Item<'_>], tables: &Tables) -> Commitment {
    let owner = rows[0].commitment.as_ref().map_or("", |bought| &bought.owner).to_owned();
    let is_reservation = rows.iter().any(|item| item.line.reservation_reservation_a_r_n.is_some());
    let offering = if is_reservation { None } else { offering(rows, tables) };
    let unknown = Commitment {
        owner,
        pool: format!("other/{}/{arn}", service(rows)),
        rule: "no_rule".to_owned(),
        unit: "dollars of effective cost",
        kind: if is_reservation { "reservation" } else { "savings_plan" },
        is_normalized: false,
        offering: offering.clone(),
    };
    if is_reservation {
        let Some(Kind { pool, rule, unit, is_normalized, .. }) = reserved(rows) else { return unknown };
        return Commitment { pool, rule, unit, is_normalized, ..unknown };
    }
    let planned = offering.and_then(|offering| Some((plan_pool(&offering, rows, tables)?, offering)));
    let Some((pool, rule)) = planned else { return unknown };
    Commitment { pool, rule, unit: "dollars of commitment", ..unknown }
}

/// What a reservation covers. A fee row tells platform and engine, but hides tenancy and deployment (`HeavyUsage`),
/// which usage of the same operation tells; usage of another operation only rode along. So: usage with the operation
/// of the monthly fee row, else that row; without one, all usage, else any row.
fn reserved(rows: &[&Item<'_>]) -> Option<Kind> {
    let first = |of: &dyn Fn(&Item<'_>) -> bool| {
        let kinds = rows.iter().filter(|item| of(item)).filter_map(|item| item.kind.clone());
        kinds.min_by(|a, b| a.pool.cmp(&b.pool))
    };
    let is_fee_row = |item: &Item<'_>| item.line.line_item_line_item_type == "RIFee";
    let is_covered = |item: &Item<'_>| item.role == Role::Covered;
    let fee_row = rows.iter().filter(|item| is_fee_row(item) && item.kind.is_some()).min_by(|a, b| {
        let pool = |item: &Item<'_>| item.kind.as_ref().map(|kind| kind.pool.clone());
        pool(a).cmp(&pool(b))
    });
    match fee_row {
        Some(fee) if !fee.operation.is_empty() => {
            first(&|item| is_covered(item) && item.operation == fee.operation).or_else(|| fee.kind.clone())
        }
        _ => first(&is_covered).or_else(|| first(&is_fee_row)).or_else(|| first(&|_| true)),
    }
}

/// Offering of a plan: what its rows say, else what the usage type of a fee row begins with (`ComputeSP:...`).
fn offering(rows: &[&Item<'_>], tables: &Tables) -> Option<String> {
    let told = rows.iter().filter_map(|item| item.line.savings_plan_offering_type.clone()).min();
    told.or_else(|| {
        let named = plans::offerings(tables).into_iter().find(|row| {
            let name = text(row, "usage_name");
            !name.is_empty() && rows.iter().any(|item| item.role == Role::Fee && is_named(&item.usage_type, name))
        });
        named.map(|row| text(row, "offering_type").to_owned())
    })
}

/// `ComputeSP:1yrNoUpfront`, or with a region before it: `USE1-EC2SP:m5.1yrNoUpfront`.
fn is_named(usage_type: &str, name: &str) -> bool {
    let before = usage_type.split(':').next().unwrap_or_default();
    before == name || before.ends_with(&format!("-{name}"))
}

/// The pool of a plan: the first that usage it covered tells, else the first that a fee row tells.
fn plan_pool(offering: &str, rows: &[&Item<'_>], tables: &Tables) -> Option<String> {
    let facts = fact(tables, "savings_plan_offerings", &[("offering_type", offering)])?;
    let of = |item: &Item<'_>| {
        let told = item.line.savings_plan_instance_type_family.clone();
        let used = item.kind.as_ref().and_then(|kind| kind.ec2_family.clone());
        let sold = item.usage_type.split_once(':').and_then(|(_, sold)| sold.split_once('.'));
        let sold = sold.filter(|_| item.role == Role::Fee).map(|(family, _)| family.to_owned());
        plans::pool(facts, &plan_region(item, tables), told.or(used).or(sold))
    };
    let first = |role: Role| rows.iter().filter(|item| item.role == role).filter_map(|item| of(item)).min();
    first(Role::Covered).or_else(|| first(Role::Fee))
}

/// The region of a plan, which older reports name (`EU (Ireland)`); else that of the line.
fn plan_region(item: &Item<'_>, tables: &Tables) -> String {
    let Some(told) = item.line.savings_plan_region.as_deref() else { return item.region.clone() };
    let code = fact(tables, "regions", &[("region_name", told)]).map(|row| text(row, "region_code"));
    code.unwrap_or(told).to_owned()
}

/// The service of what no rule knows: that of its fee rows, else of what it covered.
pub(super) fn service(rows: &[&Item<'_>]) -> String {
    let is_paid = |item: &Item<'_>| {
        let kind = item.line.line_item_line_item_type.as_str();
        matches!(kind, "RIFee" | "SavingsPlanRecurringFee" | "Fee" | "SavingsPlanUpfrontFee")
    };
    let least =
        |of: &dyn Fn(&Item<'_>) -> bool| rows.iter().filter(|item| of(item)).map(|item| item.service.clone()).min();
    let found = least(&is_paid).or_else(|| least(&|item| item.role == Role::Covered)).or_else(|| least(&|_| true));
    found.unwrap_or_default()
}
