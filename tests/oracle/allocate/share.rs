//! §6, steps 1 to 4: owner first, then circles.

use std::collections::{BTreeMap, BTreeSet};

use crate::oracle::allocate::circles::{Member, Round};
use crate::oracle::allocate::number::{at_least_zero, in_proportion, larger, smaller, sum, zero};
use crate::oracle::allocate::policies::borrow;
use crate::oracle::allocate::pools::Pooled;
use crate::oracle::month::{Exact, Month, SharingPolicy};

/// An account in a pool and slot, with what was observed of it.
#[derive(Clone, Debug)]
pub(super) struct Position {
    pub(super) account: String,
    pub(super) member: Member,
    /// K: units covered by its own commitments.
    pub(super) own: Exact,
    /// X, W and P: units covered by others', their amortised cost and on-demand value.
    pub(super) foreign: Exact,
    pub(super) foreign_cost: Exact,
    pub(super) foreign_value: Exact,
    /// u and O: uncovered units and their base cost.
    pub(super) uncovered: Exact,
    pub(super) uncovered_cost: Exact,
    /// Y and Z: units that its commitments covered for others, and their amortised cost.
    pub(super) given: Exact,
    pub(super) given_cost: Exact,
    /// The same cost by the settings' basis.
    pub(super) given_base: Exact,
    /// Units that its commitments offer.
    pub(super) capacity: Exact,
    /// C: capacity that could have been used.
    pub(super) usable: Exact,
    /// F: own use, once owners came first.
    pub(super) own_use: Exact,
}

impl Position {
    /// U.
    pub(super) fn demand(&self) -> Exact {
        &self.own + &self.foreign + &self.uncovered
    }

    /// Units that became its own use: F less K.
    pub(super) fn returned(&self) -> Exact {
        &self.own_use - &self.own
    }
}

/// Units that go from accounts to accounts inside a circle, by the places of their positions.
#[derive(Clone, Debug)]
pub(super) struct Circle {
    pub(super) name: String,
    pub(super) is_leakage: bool,
    /// B of the circle.
    pub(super) borrowed: Vec<Exact>,
    /// L of the circle.
    pub(super) lent: Vec<Exact>,
}

/// What was observed in a pool and slot, and own use. Lines without units count nowhere.
pub(super) fn positions(
    lines: &[Pooled<'_>],
    values: &[Exact],
    capacity: &BTreeMap<String, Exact>,
    has_fitting: bool,
    month: &Month,
) -> Vec<Position> {
    let using = lines.iter().map(|line| &line.item.account);
    let giving = lines.iter().filter_map(|line| line.owner.as_ref());
    let accounts: BTreeSet<&String> = using.chain(giving).chain(capacity.keys()).collect();
    let mut positions: Vec<Position> = accounts.into_iter().map(|account| empty(account, capacity, month)).collect();
    for (line, value) in lines.iter().zip(values).filter(|(line, _)| line.units > zero()) {
        for position in &mut positions {
            let is_users = position.account == line.item.account;
            let is_owners = line.owner.as_ref() == Some(&position.account);
            match (is_users, is_owners) {
                (true, true) => position.own += &line.units,
                (true, false) if line.owner.is_some() => {
                    position.foreign += &line.units;
                    position.foreign_cost += &line.item.amortized;
                    position.foreign_value += value;
                }
                (true, false) => {
                    position.uncovered += &line.units;
                    position.uncovered_cost += &line.item.base;
                }
                (false, true) => {
                    position.given += &line.units;
                    position.given_cost += &line.item.amortized;
                    position.given_base += &line.item.base;
                }
                (false, false) => {}
            }
        }
    }
    for position in &mut positions {
        // What idles while somebody is on demand, or while its owner rides on others', evidently fits nothing.
        let is_usable = !has_fitting && position.foreign == zero();
        let used = &position.own + &position.given;
        position.usable = if is_usable { larger(&position.capacity, &used) } else { used };
        position.own_use = larger(&position.own, &smaller(&position.demand(), &position.usable));
    }
    positions
}

fn empty(account: &str, capacity: &BTreeMap<String, Exact>, month: &Month) -> Position {
    Position {
        account: account.to_owned(),
        member: Member::of(month, account),
        own: zero(),
        foreign: zero(),
        foreign_cost: zero(),
        foreign_value: zero(),
        uncovered: zero(),
        uncovered_cost: zero(),
        given: zero(),
        given_cost: zero(),
        given_base: zero(),
        capacity: capacity.get(account).cloned().unwrap_or_default(),
        usable: zero(),
        own_use: zero(),
    }
}

/// Steps 2 and 3: what AWS covered beyond own use is shared in circles, each exhausted before the next.
pub(super) fn circles(positions: &[Position], rounds: &[Round], policy: SharingPolicy) -> Vec<Circle> {
    let mut circles: Vec<Circle> = Vec::new();
    for round in rounds {
        let borrowed = totals(positions, &circles, |circle| &circle.borrowed);
        let lent = totals(positions, &circles, |circle| &circle.lent);
        let residual: Vec<Exact> =
            (positions.iter().zip(&borrowed)).map(|(p, b)| p.demand() - &p.own_use - b).collect();
        let surplus: Vec<Exact> = (positions.iter().zip(&lent)).map(|(p, l)| &p.usable - &p.own_use - l).collect();
        if !round.is_wanted {
            let covered = sum(positions.iter().map(|p| &p.own + &p.foreign));
            let left = covered - sum(positions.iter().map(|p| &p.own_use)) - sum(&borrowed);
            // What is left stays where AWS put it.
            let stays = |open: Exact, given: &Exact, done: &Exact| at_least_zero(&smaller(&open, &(given - done)));
            let each = || positions.iter().enumerate();
            let takes: Vec<Exact> = each().map(|(i, p)| stays(residual[i].clone(), &p.foreign, &borrowed[i])).collect();
            let gives: Vec<Exact> = each().map(|(i, p)| stays(surplus[i].clone(), &p.given, &lent[i])).collect();
            let everybody: Vec<usize> = (0..positions.len()).collect();
            let units = (in_proportion(&left, &takes), in_proportion(&left, &gives));
            circles.extend(circle(round.circle_of(&positions[0].member), round, &everybody, units, positions.len()));
            continue;
        }
        for (name, who) in drawn(round, positions) {
            let of = |amounts: &[Exact], may: &dyn Fn(&Member) -> bool| -> Vec<Exact> {
                who.iter()
                    .map(|&i| if may(&positions[i].member) { at_least_zero(&amounts[i]) } else { zero() })
                    .collect()
            };
            let wants = of(&residual, &|member| round.borrows(member));
            let offers = of(&surplus, &|member| round.lends(member));
            let units = smaller(&sum(&wants), &sum(&offers));
            let priorities: Vec<Option<i64>> = who.iter().map(|&i| positions[i].member.priority).collect();
            let borrowed = if units > zero() { borrow(policy, &units, &wants, &priorities) } else { Vec::new() };
            let lent = in_proportion(&units, &offers);
            circles.extend(circle(name, round, &who, (borrowed, lent), positions.len()));
        }
    }
    circles
}

/// The circle in which these accounts borrow and lend so much; none if nothing is shared.
fn circle(
    name: String,
    round: &Round,
    who: &[usize],
    (borrowed, lent): (Vec<Exact>, Vec<Exact>),
    accounts: usize,
) -> Option<Circle> {
    let at_places = |units: &[Exact]| {
        let mut all = vec![zero(); accounts];
        for (&place, units) in who.iter().zip(units) {
            all[place] = units.clone();
        }
        all
    };
    let is_empty = sum(&borrowed) == zero();
    let made = || Circle { name, is_leakage: !round.is_wanted, borrowed: at_places(&borrowed), lent: at_places(&lent) };
    (!is_empty).then(made)
}

/// Units of each account over all circles.
pub(super) fn totals(positions: &[Position], circles: &[Circle], units: impl Fn(&Circle) -> &Vec<Exact>) -> Vec<Exact> {
    let total = |place: usize| sum(circles.iter().map(|circle| &units(circle)[place]));
    (0..positions.len()).map(total).collect()
}

/// The circles of a round, each with the places of its members.
fn drawn(round: &Round, positions: &[Position]) -> BTreeMap<String, Vec<usize>> {
    let mut drawn: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (place, position) in positions.iter().enumerate() {
        drawn.entry(round.circle_of(&position.member)).or_default().push(place);
    }
    drawn
}
