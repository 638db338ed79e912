//! §8, `shapley`: what each account adds to the cost of those before it, on average over all orders.

use crate::oracle::allocate::number::{whole, zero};
use crate::oracle::month::Exact;

/// Shares of the cost of all quantities together, exact by going through all sets of accounts: an account's share is
/// the sum, over all sets without it, of what it adds to the set, times the part of all orders in which just that set
/// comes before it. The sets of more than a dozen accounts are too many; the specification samples there.
///
/// Costs are whole numbers of their common denominator, which a dozen accounts' sets add up in a blink.
pub(super) fn shapley(quantities: &[Exact], cost: &impl Fn(&Exact) -> Exact) -> Vec<Exact> {
    let accounts = quantities.len();
    let costs: Vec<Exact> = quantities_of_sets(quantities).iter().map(cost).collect();
    let denominator = costs.iter().fold(whole(1), common);
    let costs: Vec<_> = costs.iter().map(|cost| (cost * &denominator).to_integer()).collect();
    let nothing = zero().to_integer();
    // By account, and by the number of accounts before it.
    let mut added = vec![vec![nothing; accounts]; accounts];
    for (set, alone) in costs.iter().enumerate() {
        for account in (0..accounts).filter(|account| set & (1 << account) == 0) {
            let before = set.count_ones() as usize;
            added[account][before] += &costs[set | (1 << account)] - alone;
        }
    }
    let factorials: Vec<Exact> = (0..=accounts)
        .map(|number| (1..=number).fold(whole(1), |product, next| product * Exact::from_integer(next.into())))
        .collect();
    let orders = |before: usize| &factorials[before] * &factorials[accounts - before - 1] / &factorials[accounts];
    let share = |added: Vec<_>| {
        let parts = added.into_iter().enumerate().map(|(before, sum)| Exact::from_integer(sum) * orders(before));
        parts.fold(zero(), |sum, part| sum + part) / &denominator
    };
    added.into_iter().map(share).collect()
}

/// What the accounts of each set use together; bit by bit, a set is its least account and the rest.
fn quantities_of_sets(quantities: &[Exact]) -> Vec<Exact> {
    let mut sums = vec![zero()];
    for set in 1..1_usize << quantities.len() {
        let least = set.trailing_zeros() as usize;
        sums.push(&sums[set & (set - 1)] + &quantities[least]);
    }
    sums
}

/// The least common multiple of a whole number and a value's denominator.
fn common(multiple: Exact, value: &Exact) -> Exact {
    let reduced = Exact::new(multiple.to_integer(), value.denom().clone());
    multiple * Exact::from_integer(reduced.denom().clone())
}
