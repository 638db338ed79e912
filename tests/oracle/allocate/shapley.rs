//! §8, `shapley`: what each account adds to the cost of those before it, on average over all orders.

use crate::oracle::allocate::number::{sum, whole, zero};
use crate::oracle::month::Exact;

/// Shares of the cost of all quantities together, exact by going through all sets of accounts: an account's share is
/// the sum, over all sets without it, of what it adds to the set, times the part of all orders in which just that set
/// comes before it. The sets of more than a dozen accounts are too many; the specification samples there.
pub(super) fn shapley(quantities: &[Exact], cost: &impl Fn(&Exact) -> Exact) -> Vec<Exact> {
    let accounts = quantities.len();
    let quantity = |set: usize| sum((0..accounts).filter(|i| set & (1 << i) != 0).map(|i| &quantities[i]));
    let costs: Vec<Exact> = (0..1usize << accounts).map(|set| cost(&quantity(set))).collect();
    let factorials: Vec<Exact> = (0..=accounts)
        .map(|number| (1..=number).fold(whole(1), |product, next| product * Exact::from_integer(next.into())))
        .collect();
    let orders = |before: usize| &factorials[before] * &factorials[accounts - before - 1] / &factorials[accounts];
    let mut shares = vec![zero(); accounts];
    for (set, alone) in costs.iter().enumerate() {
        for (i, share) in shares.iter_mut().enumerate().filter(|(i, _)| set & (1 << i) == 0) {
            *share += (&costs[set | (1 << i)] - alone) * orders(set.count_ones() as usize);
        }
    }
    shares
}
