//! The account registry of a month.

use rand::Rng;

use super::Draw;
use crate::oracle::month::Registered;

impl Draw {
    /// Groups, priorities and who shares; some accounts are not in the registry.
    pub(super) fn registry(&mut self) {
        let groups = self.rng.random_range(1..=3);
        for account_id in self.accounts.clone() {
            if self.chance(12) {
                continue;
            }
            let group = self.rng.random_range(0..=groups);
            let row = Registered {
                account_id,
                group: (group > 0).then(|| format!("{}group{group}", self.prefix)),
                priority: self.one_of(&[None, Some(1), Some(1), Some(2), Some(3)]),
                shares: self.one_of(&[None, Some(true), Some(true), Some(true), Some(true), Some(false)]),
            };
            self.month.registry.push(row);
        }
    }
}
