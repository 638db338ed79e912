//! §5: commitments, their owners and the pool that each covers.

use std::collections::BTreeMap;

use crate::oracle::allocate::items::{Item, Role};
use crate::oracle::allocate::kinds::{Kind, fact, text};
use crate::oracle::month::Tables;

/// A reservation or a Savings Plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Commitment {
    pub(super) owner: String,
    pub(super) pool: String,
    /// `reservation` or `savings_plan`.
    pub(super) kind: &'static str,
    /// Units of the pool are normalised hours.
    pub(super) is_normalized: bool,
    /// Service of the entries that it makes.
    pub(super) service: String,
}

/// All commitments with a pool, by ARN.
///
/// A fee row's usage type (`HeavyUsage`) hides what usage shows, so the pool of a commitment is that of usage it
/// covered, and only if it covered none that of its fee row. Should the rows of one commitment contradict each other,
/// the first key counts.
pub(super) fn commitments(items: &[&Item<'_>], tables: &Tables) -> BTreeMap<String, Commitment> {
    let mut rows: BTreeMap<&str, Vec<(&Item<'_>, Commitment)>> = BTreeMap::new();
    for item in items.iter().filter(|item| matches!(item.role, Role::Covered | Role::Fee)) {
        let Some(bought) = &item.commitment else { continue };
        let Some(commitment) = commitment(item, &bought.owner, tables) else { continue };
        rows.entry(&bought.arn).or_default().push((item, commitment));
    }
    let named = rows.into_iter().filter_map(|(arn, rows)| {
        let by_pool = rows.iter().min_by_key(|(item, row)| (item.role == Role::Fee, row.pool.clone()))?;
        Some((arn.to_owned(), by_pool.1.clone()))
    });
    named.collect()
}

fn commitment(item: &Item<'_>, owner: &str, tables: &Tables) -> Option<Commitment> {
    let owner = owner.to_owned();
    if item.line.reservation_reservation_a_r_n.is_some() {
        let Kind { pool, is_normalized, .. } = item.kind.clone()?;
        let service = item.service.clone();
        return Some(Commitment { owner, pool, kind: "reservation", is_normalized, service });
    }
    let offering = item.line.savings_plan_offering_type.as_deref()?;
    let pool = plan_pool(offering, item, tables)?;
    // Plans of all offerings are sold as this service, whatever they cover.
    let service = "ComputeSavingsPlans".to_owned();
    Some(Commitment { owner, pool, kind: "savings_plan", is_normalized: false, service })
}

/// The pool of plans of an offering that cover this usage, or of the plan whose fee this is: by region and family for
/// EC2 Instance Savings Plans, one for each other offering.
pub(super) fn plan_pool(offering: &str, item: &Item<'_>, tables: &Tables) -> Option<String> {
    let facts = fact(tables, "savings_plan_offerings", &[("offering_type", offering)])?;
    let prefix = text(facts, "pool_prefix");
    if text(facts, "is_by_family") != "true" {
        return Some(prefix.to_owned());
    }
    let of_plan = item.line.savings_plan_instance_type_family.clone();
    let family = of_plan.or_else(|| item.kind.clone().and_then(|kind| kind.ec2_family))?;
    Some(format!("{prefix}/{}/{family}", item.region))
}
