//! §6: the account's cost in pool and slot stays with the lines that caused it, part by part.

use crate::oracle::allocate::moves::{Move, staying};
use crate::oracle::allocate::number::{divide, in_proportion, ratio, sum, whole, zero};
use crate::oracle::allocate::pools::Pooled;
use crate::oracle::allocate::settle::{Settled, value_parts};
use crate::oracle::allocate::share::Position;
use crate::oracle::month::{Exact, Part};

/// What borrowed units cost an account, whoever keeps the benefit.
struct Borrowed {
    /// The part of w that it pays.
    at_cost: Exact,
    /// What it pays of the value of units on lines covered by others, and of units on uncovered lines.
    foreign_value: Exact,
    uncovered_value: Exact,
}

/// An account's lines of one kind in a slot; each has units.
struct Lines<'a> {
    all: Vec<&'a Pooled<'a>>,
    units: Vec<Exact>,
}

/// Parts of all lines of a slot, in their order: first the category as billed, then what else is not 0.
pub(super) fn parts(
    lines: &[Pooled<'_>],
    values: &[Exact],
    positions: &[Position],
    moves: &[Move],
    circles: &[Settled],
) -> Vec<Vec<Part>> {
    let mut parts: Vec<Vec<Part>> = lines.iter().map(as_billed).collect();
    for (place, position) in positions.iter().enumerate() {
        let one = &moves[place];
        let paid = borrowed(place, position, one, circles);
        let with = |is_wanted: &dyn Fn(&Pooled<'_>) -> bool| -> Vec<usize> {
            let is_own = |line: &Pooled<'_>| line.item.account == position.account && line.units > zero();
            (0..lines.len()).filter(|&i| is_own(&lines[i]) && is_wanted(&lines[i])).collect()
        };
        let foreign = with(&|line| line.is_foreign());
        let own: Vec<Exact> = foreign.iter().map(|&i| values[i].clone()).collect();
        for (&i, made) in foreign.iter().zip(on_foreign(&pick(lines, &foreign), &own, position, (one, &paid))) {
            parts[i] = made;
        }
        let uncovered = with(&|line| line.owner.is_none());
        for (&i, made) in uncovered.iter().zip(on_uncovered(&pick(lines, &uncovered), position, (one, &paid))) {
            parts[i] = made;
        }
    }
    parts
}

fn pick<'a>(lines: &'a [Pooled<'a>], places: &[usize]) -> Lines<'a> {
    let all: Vec<&Pooled<'_>> = places.iter().map(|&i| &lines[i]).collect();
    let units = all.iter().map(|line| line.units.clone()).collect();
    Lines { all, units }
}

/// A line that keeps its base cost: the owner's own, and lines without units.
fn as_billed(line: &Pooled<'_>) -> Vec<Part> {
    let category = if line.owner.is_some() { line.item.category.as_str() } else { "on_demand" };
    vec![part(category, line.units.clone(), line.item.base.clone())]
}

fn part(category: &str, units: Exact, real: Exact) -> Part {
    Part { category: category.to_owned(), units, real }
}

/// Over all circles, each with its own benefit.
fn borrowed(place: usize, position: &Position, one: &Move, circles: &[Settled]) -> Borrowed {
    let at_cost = sum(circles.iter().map(|circle| &circle.borrower * &circle.at_cost[place]));
    let mut share = zero();
    let mut relief = zero();
    for circle in circles {
        let rest = whole(1) - &circle.borrower;
        share += &rest * ratio(&circle.circle.borrowed[place], &one.borrowed);
        relief += rest * &circle.relief[place];
    }
    let (foreign, uncovered) = value_parts(position, one);
    Borrowed { at_cost, foreign_value: &share * foreign - relief, uncovered_value: share * uncovered }
}

/// Lines covered by others: w without what was taken over, by amortised cost; uncovered cost taken over and value, by
/// on-demand value; own use by units.
fn on_foreign(
    lines: &Lines<'_>,
    values: &[Exact],
    position: &Position,
    (one, paid): (&Move, &Borrowed),
) -> Vec<Vec<Part>> {
    let amortized: Vec<Exact> = lines.all.iter().map(|line| line.item.amortized.clone()).collect();
    let kept = &paid.at_cost * ratio(&one.kept, &one.at_cost());
    let kept = divide(&kept, &amortized, &lines.units);
    let value = divide(&paid.foreign_value, values, &lines.units);
    let own = in_proportion(&(&one.own_on_foreign * &one.unit_cost), &lines.units);
    let taken = divide(&one.taken_uncovered, values, &lines.units);
    let of = |units: &Exact, part: &Exact| units * ratio(part, &position.foreign);
    let made = |(i, units): (usize, &Exact)| {
        let (borrowed, own_use) = (of(units, &one.borrowed_on_foreign), of(units, &one.own_on_foreign));
        let uncovered = units - &borrowed - &own_use;
        let mut parts = vec![part("borrowed", borrowed, &kept[i] + &value[i])];
        parts.extend(further("own_commitment", own_use, own[i].clone()));
        parts.extend(further("on_demand", uncovered, taken[i].clone()));
        parts
    };
    lines.units.iter().enumerate().map(made).collect()
}

/// Uncovered lines: W taken over and own use by units; each keeps its base cost less what it gave up.
fn on_uncovered(lines: &Lines<'_>, position: &Position, (one, paid): (&Move, &Borrowed)) -> Vec<Vec<Part>> {
    let freed = ratio(&one.freed(), &position.uncovered);
    let gifts: Vec<Exact> = lines.all.iter().map(|line| &line.item.base * &freed).collect();
    let at_units = |amount: &Exact| in_proportion(amount, &lines.units);
    let own = at_units(&(&one.own_on_uncovered * &one.unit_cost));
    // Within the account the difference that stays is shared as over accounts.
    let bears: Vec<Exact> = at_units(&one.taken).iter().zip(&own).map(|(taken, own)| taken + own).collect();
    let stays = staying(&one.stays, &gifts, &bears);
    let gave_up: Vec<Exact> = gifts.iter().zip(&stays).map(|(gift, stays)| gift - stays).collect();
    let taken = at_units(&(&paid.at_cost * ratio(&one.taken, &one.at_cost())));
    let value = divide(&paid.uncovered_value, &gave_up, &lines.units);
    let of = |units: &Exact, part: &Exact| units * ratio(part, &position.uncovered);
    let made = |(i, units): (usize, &Exact)| {
        let (borrowed, own_use) = (of(units, &one.borrowed_on_uncovered()), of(units, &one.own_on_uncovered));
        let left = units - &borrowed - &own_use;
        let mut parts = vec![part("on_demand", left, &lines.all[i].item.base - &gave_up[i])];
        parts.extend(further("own_commitment", own_use, own[i].clone()));
        parts.extend(further("borrowed", borrowed, &taken[i] + &value[i]));
        parts
    };
    lines.units.iter().enumerate().map(made).collect()
}

/// A part beside the first is there where it is not 0.
fn further(category: &str, units: Exact, real: Exact) -> Option<Part> {
    (units != zero() || real != zero()).then(|| part(category, units, real))
}
