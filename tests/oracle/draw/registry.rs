//! The account registry of a month.

use rand::Rng;

use super::Draw;
use crate::oracle::month::Registered;

impl Draw {
    /// Groups, divisions, priorities and who shares; some accounts are not in the registry, and the payer is often in
    /// no group.
    pub(super) fn registry(&mut self) {
        let groups: usize = self.rng.random_range(1..=3);
        self.groups = (1..=groups).map(|group| format!("{}group{group}", self.prefix)).collect();
        let is_payer_ungrouped = self.chance(50);
        for (place, account_id) in self.accounts.clone().into_iter().enumerate() {
            if self.chance(10) {
                continue;
            }
            let group: usize = if place == 0 && is_payer_ungrouped { 0 } else { self.rng.random_range(0..=groups) };
            let division = self.one_of(&[None, Some(1), Some(1), Some(2)]);
            let row = Registered {
                account_id,
                group: group.checked_sub(1).map(|group| self.groups[group].clone()),
                division: division.map(|division| format!("{}division{division}", self.prefix)),
                priority: self.one_of(&[None, Some(1), Some(1), Some(2), Some(3)]),
                shares: self.one_of(&[None, Some(true), Some(true), Some(true), Some(true), Some(false)]),
            };
            self.month.registry.push(row);
        }
    }
}
