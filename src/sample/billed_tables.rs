//! The tables that decide what is billed: who runs what, who bought what, and at which prices.
//!
//! Regions, families, platforms and services are reached through the rows that name them.

use super::attributes::{ATTRIBUTES, Attribute};
use super::roles::{
    ADJUSTMENTS, AccountRole, Adjustment, MACHINES, METERS, PlanPurchase, Purchase, RESERVATIONS, ROLES, SAVINGS_PLANS,
    Workload,
};
use super::tiers::{TIERS, TierRate};
use crate::common::error::Result;

/// The rows of the tables that decide what is billed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tables {
    /// Kinds of accounts; the first is the payer's.
    pub(super) roles: &'static [AccountRole],
    /// Machines that roles run.
    pub(super) machines: &'static [Workload],
    /// What else is metered by the hour.
    pub(super) meters: &'static [Workload],
    /// Reserved Instances that roles bought.
    pub(super) reservations: &'static [Purchase],
    /// Savings Plans that roles bought.
    pub(super) savings_plans: &'static [PlanPurchase],
    /// Credits and refunds of every month.
    pub(super) adjustments: &'static [Adjustment],
    /// The tiers of all tier tables.
    pub(super) tiers: &'static [TierRate],
    /// The attributes that products may have.
    pub(super) attributes: &'static [Attribute],
}

impl Tables {
    /// Reads the tables, unless they have been read before.
    ///
    /// # Errors
    /// When a table is malformed, or a row names a row that is in no table.
    pub(super) fn read() -> Result<Self> {
        Ok(Self {
            roles: ROLES.rows()?,
            machines: MACHINES.rows()?,
            meters: METERS.rows()?,
            reservations: RESERVATIONS.rows()?,
            savings_plans: SAVINGS_PLANS.rows()?,
            adjustments: ADJUSTMENTS.rows()?,
            tiers: TIERS.rows()?,
            attributes: ATTRIBUTES.rows()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::tables::Table;

    #[test]
    fn all_tables_can_be_read() -> Result<()> {
        Tables::read().map(drop)
    }

    #[test]
    fn a_wrong_cell_is_named_with_its_line() {
        let header = "role,region,instance_type,platform,schedule,availability_zone";
        for (row, cause) in [
            ("nobody,us-east-1,m5.large,Linux,always,", "there is no `nobody`"),
            ("sandbox,us-east-1,m5.large,Linux,sometimes,", "`sometimes` is not a schedule"),
        ] {
            let table: Table<Workload> = Table::new("machines", format!("{header}\n{row}\n").leak());
            let words = table.rows().map_or_else(|error| error.to_string(), |_| String::new());
            assert!(words.contains("`machines`") && words.contains(cause) && words.contains("line: 2"), "{words}");
        }
    }
}
