//! §6, step 3: how borrowed units are divided over residual demands.

use std::collections::BTreeMap;

use crate::oracle::allocate::number::{in_proportion, smaller, sum, zero};
use crate::oracle::month::{Exact, SharingPolicy};

/// Divides units over demands, of which there are at least as many. Priorities are those of the registry.
pub(super) fn borrow(
    policy: SharingPolicy,
    units: &Exact,
    demands: &[Exact],
    priorities: &[Option<i64>],
) -> Vec<Exact> {
    match policy {
        SharingPolicy::MaxMin => water_filling(units, demands),
        SharingPolicy::Priority => by_priority(units, demands, priorities),
        SharingPolicy::Proportional | SharingPolicy::AsBilled => in_proportion(units, demands),
    }
}

/// `min(demand, level)`, the level chosen so that the sum fits: whoever wants less than an equal part of what is left
/// gets it, and when nobody does, all others get equal parts.
pub(super) fn water_filling(units: &Exact, demands: &[Exact]) -> Vec<Exact> {
    let mut filled: Vec<Option<Exact>> = vec![None; demands.len()];
    loop {
        let left = units - sum(filled.iter().flatten());
        let waiting = filled.iter().filter(|part| part.is_none()).count();
        if waiting == 0 {
            return filled.into_iter().flatten().collect();
        }
        let level = left / Exact::from_integer(waiting.into());
        let content: Vec<usize> = (0..demands.len()).filter(|&i| filled[i].is_none() && demands[i] <= level).collect();
        if content.is_empty() {
            return filled.into_iter().map(|part| part.unwrap_or_else(|| level.clone())).collect();
        }
        for i in content {
            filled[i] = Some(demands[i].clone());
        }
    }
}

/// Accounts of priority 1 are filled before those of 2, those without one last; equals are proportional.
fn by_priority(units: &Exact, demands: &[Exact], priorities: &[Option<i64>]) -> Vec<Exact> {
    let mut ranks: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
    for (i, priority) in priorities.iter().enumerate() {
        ranks.entry(priority.unwrap_or(i64::MAX)).or_default().push(i);
    }
    let (mut left, mut parts) = (units.clone(), vec![zero(); demands.len()]);
    for equals in ranks.into_values() {
        let wanted: Vec<Exact> = equals.iter().map(|&i| demands[i].clone()).collect();
        let given = smaller(&left, &sum(&wanted));
        for (i, part) in equals.into_iter().zip(in_proportion(&given, &wanted)) {
            parts[i] = part;
        }
        left -= given;
    }
    parts
}
