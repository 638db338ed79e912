//! §6, cost in a slot and circle: who pays for borrowed units, and who gets it.

use std::collections::BTreeMap;

use crate::oracle::allocate::number::{in_proportion, sum, whole, zero};
use crate::oracle::allocate::share::Circle;
use crate::oracle::month::{Benefit, Exact, Settings};

/// A circle with what its units cost; all amounts are positive where money flows as it should.
#[derive(Clone, Debug)]
pub(super) struct Settled {
    pub(super) circle: Circle,
    /// By borrower.
    pub(super) paid: BTreeMap<String, Exact>,
    /// What lent units cost their owner (`lent_commitment`), by lender; nothing where leaked units count as unused.
    pub(super) lent_cost: BTreeMap<String, Exact>,
    /// By lender.
    pub(super) credited: BTreeMap<String, Exact>,
    /// The rest, for the margin account.
    pub(super) margin: Exact,
}

/// Settles a circle at the pool's on-demand price and the lenders' unit costs.
pub(super) fn settle(circle: Circle, price: &Exact, e: &impl Fn(&str) -> Exact, settings: &Settings) -> Settled {
    let Benefit { borrower, lender } = if circle.is_leakage { settings.leakage_benefit } else { settings.benefit };
    let (borrowers, borrowed): (Vec<String>, Vec<Exact>) = circle.borrowed.clone().into_iter().unzip();
    let (lenders, lent): (Vec<String>, Vec<Exact>) = circle.lent.clone().into_iter().unzip();
    let costs: Vec<Exact> = lenders.iter().zip(&lent).map(|(owner, units)| units * e(owner)).collect();
    let cost = sum(&costs);
    let gain = sum(&borrowed) * price - &cost;
    let price_of_all = &cost + (whole(1) - borrower.exact()) * &gain;
    let paid = in_proportion(&price_of_all, &borrowed);
    let (lent_costs, credits) = match lender {
        // Not even cost: leaked units are unused to their owner.
        None => (vec![zero(); lent.len()], vec![zero(); lent.len()]),
        Some(part) => {
            let more = in_proportion(&(part.exact() * &gain), &lent);
            let credits = costs.iter().zip(more).map(|(cost, more)| cost + more).collect();
            (costs, credits)
        }
    };
    let margin = price_of_all - sum(&credits);
    Settled {
        paid: borrowers.into_iter().zip(paid).collect(),
        lent_cost: lenders.iter().cloned().zip(lent_costs).collect(),
        credited: lenders.into_iter().zip(credits).collect(),
        margin,
        circle,
    }
}
