//! Exact numbers, and the one way to divide an amount (§4).

use std::borrow::Borrow;

use crate::oracle::month::{Decimal, Exact};

/// What a column says; nothing is 0.
pub(super) fn exact(value: Option<Decimal>) -> Exact {
    value.map_or_else(Exact::default, Decimal::exact)
}

/// 0.
pub(super) fn zero() -> Exact {
    Exact::default()
}

/// A whole number.
pub(super) fn whole(number: i64) -> Exact {
    Exact::from_integer(number.into())
}

/// The value, or 0 if it is negative.
pub(super) fn at_least_zero(value: &Exact) -> Exact {
    if *value < zero() { zero() } else { value.clone() }
}

/// The value without its sign.
pub(super) fn absolute(value: &Exact) -> Exact {
    if *value < zero() { -value } else { value.clone() }
}

/// The smaller of both.
pub(super) fn smaller(a: &Exact, b: &Exact) -> Exact {
    if a < b { a.clone() } else { b.clone() }
}

/// A decimal of 10 fractional digits, rounded half away from zero.
pub(super) fn to_ten_digits(value: &Exact) -> Exact {
    let digits = Exact::from_integer(Decimal::ONE.into());
    (value * &digits).round() / digits
}

/// The sum of all.
pub(super) fn sum<T: Borrow<Exact>>(values: impl IntoIterator<Item = T>) -> Exact {
    values.into_iter().fold(zero(), |total, value| total + Borrow::<Exact>::borrow(&value))
}

/// `a / b`, or 0 where there is nothing to divide by.
pub(super) fn ratio(a: &Exact, b: &Exact) -> Exact {
    if *b == zero() { zero() } else { a / b }
}

/// §4: the amount in proportion to weights. If all weights are 0, the shares follow base cost; if that is 0 too, they
/// are equal parts. A negative weight counts as 0, since weights are never negative.
pub(super) fn divide(amount: &Exact, weights: &[Exact], base_costs: &[Exact]) -> Vec<Exact> {
    for candidates in [weights, base_costs] {
        let candidates: Vec<Exact> = candidates.iter().map(at_least_zero).collect();
        let total = sum(&candidates);
        if total != zero() {
            return candidates.iter().map(|weight| amount * weight / &total).collect();
        }
    }
    weights.iter().map(|_| amount / Exact::from_integer(weights.len().into())).collect()
}

/// The amount in proportion to weights, of which one at least is not 0; nothing is nothing for all.
pub(super) fn in_proportion(amount: &Exact, weights: &[Exact]) -> Vec<Exact> {
    divide(amount, weights, &[])
}

/// The larger of both.
pub(super) fn larger(a: &Exact, b: &Exact) -> Exact {
    if a > b { a.clone() } else { b.clone() }
}
