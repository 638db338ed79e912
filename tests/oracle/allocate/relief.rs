//! §6, relief: AWS applies reservations before plans, so a stranger's reservation can leave an account's own plan idle.
//! Leaked usage that this plan would have covered has no value: the plan is paid already, as unused.

use std::collections::BTreeMap;

use crate::oracle::allocate::kinds::text;
use crate::oracle::allocate::number::{at_least_zero, exact, ratio, smaller, sum, whole, zero};
use crate::oracle::allocate::plans::{Planned, offerings};
use crate::oracle::allocate::pools::{Place, Pools};
use crate::oracle::allocate::slots::Shared;
use crate::oracle::month::{Exact, Moment, Settings, Tables};

/// Leaked usage of one line.
struct Leaked {
    /// Its pool and slot, and who used it.
    place: Place,
    account: String,
    plans: Vec<Planned>,
    usage: Exact,
    value: Exact,
    /// The part of it that no plan took yet.
    left: Exact,
}

/// Relief by pool and slot, and by account.
pub(super) type Relief = BTreeMap<Place, BTreeMap<String, Exact>>;

/// What is relieved in all slots.
pub(super) fn relief(
    pools: &Pools<'_>,
    shared: &BTreeMap<Place, Shared<'_>>,
    (settings, tables): (&Settings, &Tables),
) -> Relief {
    let mut leaked: Vec<Leaked> = shared.values().flat_map(|slot| leaked(slot, pools, tables)).collect();
    for offering in offerings(tables) {
        let offering = text(offering, "offering_type");
        let mut wants: BTreeMap<(String, Moment, String), Exact> = BTreeMap::new();
        for (key, want) in leaked.iter().filter_map(|one| want(one, offering)) {
            *wants.entry(key).or_default() += want;
        }
        for one in &mut leaked {
            let Some((key, _)) = want(one, offering) else { continue };
            let idle = idle(&(key.0.clone(), key.1), &key.2, pools, (shared, settings));
            let wanted = wants.get(&key).cloned().unwrap_or_default();
            one.left *= whole(1) - ratio(&smaller(&idle, &wanted), &wanted);
        }
    }
    let mut relief = Relief::new();
    for one in leaked {
        let taken = whole(1) - &one.left;
        *relief.entry(one.place).or_default().entry(one.account).or_default() += one.value * taken;
    }
    relief
}

/// Lines of reservation pools of which units leaked to their account.
fn leaked(slot: &Shared<'_>, pools: &Pools<'_>, tables: &Tables) -> Vec<Leaked> {
    let mut found = Vec::new();
    for circle in slot.circles.iter().filter(|circle| circle.is_leakage) {
        for (position, units) in slot.positions.iter().zip(&circle.borrowed) {
            let part = ratio(units, &position.foreign);
            for (line, value) in slot.lines.iter().zip(&slot.values) {
                let is_reserved = line.item.line.reservation_reservation_a_r_n.is_some();
                let is_theirs = line.item.account == position.account && line.is_foreign() && line.units > zero();
                if is_reserved && is_theirs && part > zero() {
                    found.push(Leaked {
                        place: slot.place.clone(),
                        account: position.account.clone(),
                        plans: pools.plans_of(line.item, tables),
                        usage: exact(line.item.line.line_item_usage_amount) * &part,
                        value: value * &part,
                        left: whole(1),
                    });
                }
            }
        }
    }
    found
}

/// Commitment of an offering that the rest of some leaked usage would have taken, with its pool, slot and account.
fn want(one: &Leaked, offering: &str) -> Option<((String, Moment, String), Exact)> {
    let planned = one.plans.iter().find(|planned| planned.offering == offering)?;
    let want = &one.usage * &one.left * &planned.rate.0 / &planned.rate.1;
    (want > zero()).then(|| ((planned.pool.clone(), one.place.1, one.account.clone()), want))
}

/// Idle commitment of an account in a plan's pool: what neither it nor others in wanted circles used; leaked units are
/// idle, too, where their leak is not credited. None while its own usage on demand would fit.
fn idle(
    place: &Place,
    account: &str,
    pools: &Pools<'_>,
    (shared, settings): (&BTreeMap<Place, Shared<'_>>, &Settings),
) -> Exact {
    let offered = pools.capacity.offered.get(place).and_then(|owners| owners.get(account));
    let Some(offered) = offered.filter(|_| !pools.has_fitting(place, Some(account))) else { return zero() };
    let Some(slot) = shared.get(place) else {
        let own = pools.covered.iter().filter(|line| line.place == *place && line.owner.as_deref() == Some(account));
        return at_least_zero(&(offered - sum(own.map(|line| &line.units))));
    };
    let Some(number) = slot.positions.iter().position(|position| position.account == account) else { return zero() };
    let is_credited = settings.leakage_benefit.lender.is_some();
    let counting = slot.circles.iter().filter(|circle| !circle.is_leakage || is_credited);
    at_least_zero(&(offered - &slot.positions[number].own_use - sum(counting.map(|circle| &circle.lent[number]))))
}
