//! §6, steps 1 to 4: owner first, then circles.

use std::collections::{BTreeMap, BTreeSet};

use crate::oracle::allocate::number::{in_proportion, ratio, smaller, sum, zero};
use crate::oracle::allocate::policies::borrow;
use crate::oracle::month::{Exact, Month, SharingMode, SharingPolicy};

/// What the registry says of an account; one that is absent shares, as a group of its own, and comes last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Member {
    pub(super) group: String,
    pub(super) priority: Option<i64>,
    pub(super) shares: bool,
}

/// The registry's word on an account.
pub(super) fn member(month: &Month, account: &str) -> Member {
    let known = month.registry.iter().find(|row| row.account_id == account);
    Member {
        group: known.and_then(|row| row.group.clone()).unwrap_or_else(|| account.to_owned()),
        priority: known.and_then(|row| row.priority),
        shares: known.and_then(|row| row.shares).unwrap_or(true),
    }
}

/// An account in a pool and slot.
#[derive(Clone, Debug)]
pub(super) struct Position {
    pub(super) account: String,
    pub(super) member: Member,
    /// U.
    pub(super) demand: Exact,
    /// C.
    pub(super) capacity: Exact,
    /// F, once owners came first.
    pub(super) own_use: Exact,
}

/// Units that go from accounts to accounts inside a circle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Circle {
    pub(super) name: String,
    pub(super) is_leakage: bool,
    /// B, by account.
    pub(super) borrowed: BTreeMap<String, Exact>,
    /// L, by account.
    pub(super) lent: BTreeMap<String, Exact>,
}

/// Step 1, owner first: F = min(U, C), scaled to the observed covered units T if there are fewer.
pub(super) fn owner_first(positions: &mut [Position], covered: &Exact) {
    let wanted: Vec<Exact> = positions.iter().map(|position| smaller(&position.demand, &position.capacity)).collect();
    let total = sum(&wanted);
    let scale = if total > *covered { ratio(covered, &total) } else { ratio(&total, &total) };
    for (position, wanted) in positions.iter_mut().zip(wanted) {
        position.own_use = wanted * &scale;
    }
}

/// Steps 2 and 3: what AWS covered beyond own use is shared in circles, each exhausted before the next.
pub(super) fn circles(
    positions: &[Position],
    covered: &Exact,
    mode: SharingMode,
    policy: SharingPolicy,
) -> Vec<Circle> {
    let mut left = covered - sum(positions.iter().map(|position| &position.own_use));
    let mut surplus: Vec<Exact> = positions.iter().map(|p| &p.capacity - &p.own_use).collect();
    let mut residual: Vec<Exact> = positions.iter().map(|p| &p.demand - &p.own_use).collect();
    let mut circles = Vec::new();
    for &round in rounds(mode) {
        let drawn = draw(round, positions);
        let possible: Vec<Exact> = drawn.iter().map(|(_, who)| possible(who, &surplus, &residual)).collect();
        let shared = smaller(&left, &sum(&possible));
        // Groups that could share more than there is get parts in proportion: the specification ranks none of them.
        for ((name, who), units) in drawn.into_iter().zip(in_proportion(&shared, &possible)) {
            if units == zero() {
                continue;
            }
            let of = |amounts: &[Exact]| -> Vec<Exact> { who.iter().map(|&i| amounts[i].clone()).collect() };
            let priorities: Vec<Option<i64>> = who.iter().map(|&i| positions[i].member.priority).collect();
            let borrowed = borrow(policy, &units, &of(&residual), &priorities);
            let lent = in_proportion(&units, &of(&surplus));
            for (place, &i) in who.iter().enumerate() {
                residual[i] -= &borrowed[place];
                surplus[i] -= &lent[place];
            }
            let by_account = |units: Vec<Exact>| {
                let named = who.iter().map(|&i| positions[i].account.clone()).zip(units);
                named.filter(|(_, units)| *units != zero()).collect()
            };
            let (borrowed, lent) = (by_account(borrowed), by_account(lent));
            circles.push(Circle { name, is_leakage: round == Round::Leakage, borrowed, lent });
        }
        left -= shared;
    }
    circles
}

/// Circles that are shared in at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Round {
    Group,
    Organization,
    /// What AWS shared nevertheless.
    Leakage,
}

/// `sharing.mode` names the circles; what they leave is leakage. In `open` and `prioritized` only accounts that do not
/// share can leave something.
pub(super) fn rounds(mode: SharingMode) -> &'static [Round] {
    match mode {
        SharingMode::Open => &[Round::Organization, Round::Leakage],
        SharingMode::Prioritized => &[Round::Group, Round::Organization, Round::Leakage],
        SharingMode::Restricted => &[Round::Group, Round::Leakage],
        SharingMode::OwnerOnly => &[Round::Leakage],
    }
}

/// The circle of an account in a round; accounts that do not share are in the unwanted one alone.
pub(super) fn circle_of(round: Round, member: &Member) -> Option<String> {
    match round {
        Round::Leakage => Some("leakage".to_owned()),
        _ if !member.shares => None,
        Round::Organization => Some("organization".to_owned()),
        Round::Group => Some(member.group.clone()),
    }
}

/// The circles of a round, each with the places of its members.
fn draw(round: Round, positions: &[Position]) -> Vec<(String, Vec<usize>)> {
    let names: BTreeSet<String> = positions.iter().filter_map(|p| circle_of(round, &p.member)).collect();
    let is_in = |name: &str, position: &Position| circle_of(round, &position.member).is_some_and(|own| own == name);
    let members = |name: &str| (0..positions.len()).filter(|&i| is_in(name, &positions[i])).collect();
    names.into_iter().map(|name| (name.clone(), members(&name))).collect()
}

/// Lending and borrowing are both limited to the circle.
fn possible(who: &[usize], surplus: &[Exact], residual: &[Exact]) -> Exact {
    smaller(&sum(who.iter().map(|&i| &surplus[i])), &sum(who.iter().map(|&i| &residual[i])))
}
