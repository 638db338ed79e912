//! How many copies of the tables make the number of rows that was asked for.

use super::billed_tables::Tables;
use super::roles::{AccountRole, Schedule, Workload};

/// Hours of a month, about.
const HOURS: u64 = 736;
/// Covered hours are split over several lines: so many lines come of a hundred machine hours.
const SPLIT: u64 = 118;
/// Lines that a Savings Plan adds to an hour, in hundredths: its fee and its negations.
const PLAN_LINES: u64 = 360;

/// Copies of the tables, in thousandths, that make about `rows` rows with accounts of these roles.
pub(super) fn copies(tables: &Tables, rows: u64, roles: &[&AccountRole]) -> u64 {
    let (mut growing, mut fixed) = (0, 0);
    for &role in roles {
        growing += growing_rows(tables, role);
        let plans = tables.savings_plans.iter().filter(|plan| plan.role == role).count();
        fixed += plans as u64 * HOURS * PLAN_LINES / 100;
    }
    let once = growing + fixed;
    let thousandths = if rows < once {
        u128::from(rows) * 1000 / u128::from(once)
    } else {
        u128::from(rows - fixed) * 1000 / u128::from(growing)
    };
    match thousandths {
        // About once the tables is just once: then everybody in them is there.
        850..1150 => 1000,
        _ => thousandths.max(1) as u64,
    }
}

/// Rows of a month that one copy of a role's workloads makes.
fn growing_rows(tables: &Tables, role: &AccountRole) -> u64 {
    let (machines, meters) = (tables.machines, tables.meters);
    rows_of(machines, Some(role)) * SPLIT / 100 + rows_of(meters, Some(role)) + rows_of(meters, None)
}

/// Rows of a month that the workloads of a role make, or those of every account.
fn rows_of(workloads: &[Workload], role: Option<&AccountRole>) -> u64 {
    let own = workloads.iter().filter(|workload| workload.role == role);
    own.map(|workload| lines(workload.schedule)).sum()
}

/// Hours of a month in which a schedule runs.
fn lines(schedule: Schedule) -> u64 {
    match schedule {
        Schedule::Always => HOURS,
        Schedule::Office => HOURS * 60 / 168,
        Schedule::Night => HOURS / 4,
        Schedule::Flaky(percent) => HOURS * percent / 100,
        Schedule::From(_) | Schedule::Until(_) => HOURS * 6 / 10,
        Schedule::Every(step) => HOURS / u64::from(step),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::common::error::Result;

    #[test]
    fn forty_thousand_rows_are_the_tables_once() -> Result<()> {
        let tables = Tables::read()?;
        let roles: Vec<&AccountRole> = tables.roles.iter().collect();
        assert_eq!(copies(&tables, 40_000, &roles), 1000);
        assert!(copies(&tables, 400_000, &roles) > 12_000);
        assert!(copies(&tables, 4_000, &roles) < 120);
        assert_eq!(copies(&tables, 1, &roles), 1);
        Ok(())
    }
}
