//! §6, cost in a slot and circle: what borrowers pay, what lenders are credited, and what neither keeps.

use crate::oracle::allocate::moves::Move;
use crate::oracle::allocate::number::{divide, ratio, sum, whole, zero};
use crate::oracle::allocate::share::{Circle, Position};
use crate::oracle::month::{Benefit, Exact, Settings};

/// A circle with what its units cost, by place; all amounts are positive where money flows as it should.
#[derive(Clone, Debug)]
pub(super) struct Settled {
    pub(super) circle: Circle,
    /// The part of what borrowing saved that borrowers keep.
    pub(super) borrower: Exact,
    /// w of the circle.
    pub(super) at_cost: Vec<Exact>,
    /// V of the circle, before relief, and what is relieved of it.
    pub(super) value: Vec<Exact>,
    pub(super) relief: Vec<Exact>,
    pub(super) paid: Vec<Exact>,
    /// What lent units cost in the circle: the lenders' parts of all w.
    pub(super) effective: Vec<Exact>,
    /// What of that is credited (`lent_commitment`), and what is credited in all.
    pub(super) lent_commitment: Vec<Exact>,
    pub(super) credited: Vec<Exact>,
    /// The rest, for the margin account.
    pub(super) margin: Exact,
}

/// Settles the circles of a slot.
pub(super) fn settle(
    positions: &[Position],
    circles: Vec<Circle>,
    moves: &[Move],
    relief: &[Exact],
    settings: &Settings,
) -> Vec<Settled> {
    let means: Vec<Exact> = circles.iter().map(|circle| mean_cost(circle, moves)).collect();
    // What each account's borrowed units cost, over its circles by their mean cost.
    let parts: Vec<Vec<Exact>> = moves
        .iter()
        .enumerate()
        .map(|(place, one)| {
            let units: Vec<Exact> = circles.iter().map(|circle| circle.borrowed[place].clone()).collect();
            let weights: Vec<Exact> = units.iter().zip(&means).map(|(units, mean)| units * mean).collect();
            if one.borrowed == zero() { vec![zero(); circles.len()] } else { divide(&one.at_cost(), &weights, &units) }
        })
        .collect();
    let each = circles.into_iter().enumerate();
    each.map(|(number, circle)| {
        let at_cost: Vec<Exact> = parts.iter().map(|parts| parts[number].clone()).collect();
        let value = values(positions, &circle, moves);
        let relief = if circle.is_leakage { relief.to_vec() } else { vec![zero(); positions.len()] };
        one_circle(circle, moves, (at_cost, value, relief), settings)
    })
    .collect()
}

/// Cost of a unit lent in the circle, over all its lenders.
fn mean_cost(circle: &Circle, moves: &[Move]) -> Exact {
    ratio(&sum(lender_weights(circle, moves)), &sum(&circle.lent))
}

/// z of each lender's part in the circle.
fn lender_weights(circle: &Circle, moves: &[Move]) -> Vec<Exact> {
    let weight = |(lent, one): (&Exact, &Move)| &one.lent_cost * ratio(lent, &one.lent);
    circle.lent.iter().zip(moves).map(weight).collect()
}

/// V of each borrower, its part in the circle.
fn values(positions: &[Position], circle: &Circle, moves: &[Move]) -> Vec<Exact> {
    let value = |(place, borrowed): (usize, &Exact)| {
        let (foreign, uncovered) = value_parts(&positions[place], &moves[place]);
        (foreign + uncovered) * ratio(borrowed, &moves[place].borrowed)
    };
    circle.borrowed.iter().enumerate().map(value).collect()
}

/// What an account's borrowed units would have cost it: those on lines covered by others, and those on uncovered ones.
pub(super) fn value_parts(position: &Position, one: &Move) -> (Exact, Exact) {
    let foreign = &position.foreign_value * ratio(&one.borrowed_on_foreign, &position.foreign);
    (foreign, one.gave_up() * ratio(&one.borrowed_on_uncovered(), &one.freed()))
}

fn one_circle(
    circle: Circle,
    moves: &[Move],
    (at_cost, value, relief): (Vec<Exact>, Vec<Exact>, Vec<Exact>),
    settings: &Settings,
) -> Settled {
    let Benefit { borrower, lender } = if circle.is_leakage { settings.leakage_benefit } else { settings.benefit };
    let borrower = borrower.exact();
    let rest = whole(1) - &borrower;
    let relieved: Vec<Exact> = value.iter().zip(&relief).map(|(value, relief)| value - relief).collect();
    let paid: Vec<Exact> = at_cost.iter().zip(&relieved).map(|(w, v)| &borrower * w + &rest * v).collect();
    let cost = sum(&at_cost);
    let weights = lender_weights(&circle, moves);
    let effective = divide(&cost, &weights, &circle.lent);
    let nothing = vec![zero(); moves.len()];
    let (lent_commitment, credited) = match lender {
        // Not even cost: leaked units are unused to their owner.
        None => (nothing.clone(), nothing),
        Some(part) => {
            let gain = part.exact() * (sum(&relieved) - &cost);
            let more = divide(&gain, if gain >= zero() { &circle.lent } else { &weights }, &circle.lent);
            let credited = effective.iter().zip(more).map(|(cost, more)| cost + more).collect();
            (effective.clone(), credited)
        }
    };
    let margin = sum(&paid) - sum(&credited);
    Settled { circle, borrower, at_cost, value, relief, paid, effective, lent_commitment, credited, margin }
}
