//! §6, cost in a slot: what moves with units, from who gives it up to who takes it over.

use crate::oracle::allocate::number::{at_least_zero, in_proportion, ratio, smaller, sum, zero};
use crate::oracle::allocate::share::{Circle, Position, totals};
use crate::oracle::month::Exact;

/// What became of one account's units and costs in a slot.
#[derive(Clone, Debug, Default)]
pub(super) struct Move {
    /// B: units borrowed, and of them those on lines that AWS covered by others.
    pub(super) borrowed: Exact,
    pub(super) borrowed_on_foreign: Exact,
    /// Own use beyond own-covered lines, on lines covered by others and on uncovered ones.
    pub(super) own_on_foreign: Exact,
    pub(super) own_on_uncovered: Exact,
    /// What own use costs a unit: e.
    pub(super) unit_cost: Exact,
    /// W that stays with it, and W taken over from others.
    pub(super) kept: Exact,
    pub(super) taken: Exact,
    /// Uncovered cost: what it could give up and what of that stays after all; what it takes over.
    pub(super) gift: Exact,
    pub(super) stays: Exact,
    pub(super) taken_uncovered: Exact,
    /// L and z: units lent, and what they are credited by.
    pub(super) lent: Exact,
    pub(super) lent_cost: Exact,
}

impl Move {
    /// Borrowed units on lines that nothing covered.
    pub(super) fn borrowed_on_uncovered(&self) -> Exact {
        &self.borrowed - &self.borrowed_on_foreign
    }

    /// G: uncovered cost that it gave up.
    pub(super) fn gave_up(&self) -> Exact {
        &self.gift - &self.stays
    }

    /// w: what borrowed units cost it at cost.
    pub(super) fn at_cost(&self) -> Exact {
        &self.kept + &self.taken
    }

    /// Units that left its uncovered usage.
    pub(super) fn freed(&self) -> Exact {
        self.borrowed_on_uncovered() + &self.own_on_uncovered
    }
}

/// The moves of a slot, by place; `e` are the effective unit costs.
pub(super) fn moves(positions: &[Position], circles: &[Circle], e: &[Exact]) -> Vec<Move> {
    let borrowed = totals(positions, circles, |circle| &circle.borrowed);
    let lent = totals(positions, circles, |circle| &circle.lent);
    let mut moves: Vec<Move> = positions
        .iter()
        .enumerate()
        .map(|(place, position)| {
            let on_foreign = smaller(&borrowed[place], &position.foreign);
            let own_on_foreign = smaller(&position.returned(), &(&position.foreign - &on_foreign));
            Move {
                borrowed: borrowed[place].clone(),
                own_on_uncovered: position.returned() - &own_on_foreign,
                own_on_foreign,
                borrowed_on_foreign: on_foreign,
                unit_cost: e[place].clone(),
                lent: lent[place].clone(),
                ..Move::default()
            }
        })
        .collect();
    borrowers_at_cost(positions, &mut moves);
    lenders_at_cost(positions, &mut moves);
    uncovered_cost(positions, &mut moves);
    moves
}

/// Who borrows less than X gives up its part of W; who borrows more takes that over. What belongs to units that
/// return falls to their owners, which the closing entry leaves them.
fn borrowers_at_cost(positions: &[Position], moves: &mut [Move]) {
    for (position, one) in positions.iter().zip(moves.iter_mut()) {
        one.kept = &position.foreign_cost * ratio(&one.borrowed_on_foreign, &position.foreign);
    }
    let given = positions.iter().zip(moves.iter()).map(|(p, one)| &p.foreign_cost - &one.kept);
    let units = positions.iter().zip(moves.iter()).map(|(p, one)| &p.foreign - &one.borrowed_on_foreign);
    let by_unit = ratio(&sum(given), &sum(units));
    for one in moves {
        one.taken = &by_unit * one.borrowed_on_uncovered();
    }
}

/// z: billed cost of what stays lent, and for units lent beyond Y the mean billed cost of units lent no more.
fn lenders_at_cost(positions: &[Position], moves: &mut [Move]) {
    let stays = |p: &Position, one: &Move| smaller(&one.lent, &p.given);
    let pairs = || positions.iter().zip(moves.iter());
    let no_more: Vec<Exact> = pairs().map(|(p, one)| &p.given - stays(p, one)).collect();
    let cost = pairs().zip(&no_more).map(|((p, _), units)| &p.given_cost * ratio(units, &p.given));
    let mean = ratio(&sum(cost), &sum(&no_more));
    for (position, one) in positions.iter().zip(moves) {
        let staying = stays(position, one);
        let more = &one.lent - &staying;
        one.lent_cost = &position.given_cost * ratio(&staying, &position.given) + more * &mean;
    }
}

/// Uncovered cost moves only with units, and never above what the taker's own usage costs on demand.
fn uncovered_cost(positions: &[Position], moves: &mut [Move]) {
    let mut could_take = Vec::new();
    for (position, one) in positions.iter().zip(moves.iter_mut()) {
        one.gift = &position.uncovered_cost * ratio(&one.freed(), &position.uncovered);
        let more = &position.foreign - &one.borrowed_on_foreign - &one.own_on_foreign;
        could_take.push(&position.foreign_value * ratio(&more, &position.foreign));
    }
    let (given, taken) = (sum(moves.iter().map(|one| &one.gift)), sum(&could_take));
    let moving = smaller(&given, &taken);
    if moving > zero() {
        for (one, part) in moves.iter_mut().zip(in_proportion(&moving, &could_take)) {
            one.taken_uncovered = part;
        }
    }
    let gifts: Vec<Exact> = moves.iter().map(|one| one.gift.clone()).collect();
    let bears: Vec<Exact> = moves.iter().map(|one| &one.taken + &one.own_on_uncovered * &one.unit_cost).collect();
    for (one, part) in moves.iter_mut().zip(staying(&(given - moving), &gifts, &bears)) {
        one.stays = part;
    }
}

/// What of gifts stays with the givers: in proportion to what each saves by its units (its gift less what it bears for
/// them), never below 0; should that not suffice, the rest by what is left of each gift.
pub(super) fn staying(difference: &Exact, gifts: &[Exact], bears: &[Exact]) -> Vec<Exact> {
    let saved: Vec<Exact> = gifts.iter().zip(bears).map(|(gift, bears)| at_least_zero(&(gift - bears))).collect();
    if *difference <= zero() {
        return vec![zero(); gifts.len()];
    }
    let total = sum(&saved);
    if *difference <= total {
        return in_proportion(difference, &saved);
    }
    let left: Vec<Exact> = gifts.iter().zip(&saved).map(|(gift, saved)| gift - saved).collect();
    let rest = in_proportion(&(difference - total), &left);
    saved.iter().zip(rest).map(|(saved, rest)| saved + rest).collect()
}
