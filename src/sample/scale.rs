//! How many copies of the tables make the number of rows that was asked for.

use super::roles::{COMMON, MACHINES, METERS, PLANS, Schedule};

/// Hours of a month, about.
const HOURS: u64 = 736;
/// Covered hours are split over several lines: so many lines come of a hundred machine hours.
const SPLIT: u64 = 118;
/// Lines that a Savings Plan adds to an hour, in hundredths: its fee and its negations.
const PLAN_LINES: u64 = 360;

/// Copies of the tables, in thousandths, that make about `rows` rows with accounts of these roles.
pub(super) fn copies(rows: u64, roles: &[usize]) -> u64 {
    let (mut growing, mut fixed) = (0, 0);
    for &role in roles {
        growing += growing_rows(role);
        fixed += PLANS.iter().filter(|plan| plan.role == role).count() as u64 * HOURS * PLAN_LINES / 100;
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
fn growing_rows(role: usize) -> u64 {
    let of_role = |workloads: &[super::roles::Workload]| -> u64 {
        let own = workloads.iter().filter(|workload| workload.role == role);
        own.map(|workload| lines(workload.schedule)).sum()
    };
    let common: u64 = COMMON.iter().map(|(_, schedule, _)| lines(*schedule)).sum();
    of_role(&MACHINES) * SPLIT / 100 + of_role(&METERS) + common
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

    #[test]
    fn forty_thousand_rows_are_the_tables_once() {
        let roles: Vec<usize> = (0..12).collect();
        assert_eq!(copies(40_000, &roles), 1000);
        assert!(copies(400_000, &roles) > 12_000);
        assert!(copies(4_000, &roles) < 120);
        assert_eq!(copies(1, &roles), 1);
    }
}
