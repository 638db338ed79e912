//! Where the files of tables lie, below the output.
//!
//! A result is `<table>/billing_period=<period>/run_id=<run>/00000.parquet`, so that readers join on both. What a run
//! writes lies at `runs/<period>/<run>/<model>/<attempt>/`, beside `project.json` and seeds of a database, in
//! no folder whose name begins with a dot, as Athena reads none of these reliably. Steps on the way are published there;
//! only results are copied.

use crate::common::period::Period;

/// Where runs write.
pub(super) const RUNS: &str = "runs";

/// Where a run writes all its tables of a period.
pub fn of_run(period: Period, run_id: &str) -> String {
    format!("{RUNS}/{period}/{run_id}")
}

/// Where a run leaves the rows of a `seed` that it has read elsewhere: as long as anything needs the run.
pub fn of_seed(seed: &str, period: Period, run_id: &str) -> String {
    format!("{}/seeds/{seed}.csv", of_run(period, run_id))
}

/// Where a run leaves what the project was, part by part.
pub fn of_project(period: Period, run_id: &str) -> String {
    format!("{}/project.json", of_run(period, run_id))
}

/// Where a run writes `table`: each attempt to a folder of its own.
pub fn of_table(table: &str, period: Period, run_id: &str) -> String {
    format!("{}/{}", of_run(period, run_id), name(table))
}

/// Where a run writes `table` on this `attempt`, from 1.
pub(super) fn written(table: &str, period: Period, run_id: &str, attempt: u32) -> String {
    format!("{}/{attempt}", of_table(table, period, run_id))
}

/// Where readers find `table` of a run.
pub(super) fn published(table: &str, period: Period, run_id: &str, attempt: u32) -> String {
    if is_step(table) {
        written(table, period, run_id, attempt)
    } else {
        format!("{}/run_id={run_id}", of_period(table, period))
    }
}

/// Where all publications of a result lie, for one period.
pub(super) fn of_period(table: &str, period: Period) -> String {
    format!("{table}/billing_period={period}")
}

/// The files of a folder that holds `files` of them.
pub fn files(folder: &str, files: u64) -> Vec<String> {
    (0..files).map(|index| format!("{folder}/{index:05}.parquet")).collect()
}

/// Whether `table` is of a schema, and so a step on the way, which few ask for: it stays where the run wrote it.
pub fn is_step(table: &str) -> bool {
    table.contains('/')
}

/// The table's name without its schema.
pub fn name(table: &str) -> &str {
    table.rsplit('/').next().unwrap_or(table)
}

/// How versions before 0.2 laid out what they wrote.
pub(super) mod before {
    use super::Period;

    /// Where runs wrote.
    pub(in super::super) const RUNS: &str = ".apportion/runs";

    /// The file that a run wrote `table` to.
    pub(in super::super) fn written(table: &str, period: Period, run_id: &str) -> String {
        format!("{RUNS}/{period}/{run_id}/{table}.parquet")
    }

    /// The file that readers took.
    pub(in super::super) fn published(table: &str, period: Period, run_id: &str) -> String {
        if super::is_step(table) {
            written(table, period, run_id)
        } else {
            format!("{}/{run_id}.parquet", super::of_period(table, period))
        }
    }
}

#[cfg(test)]
mod tests;
