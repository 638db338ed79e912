//! Amazon Athena: runs what a planner has planned, on an engine that has no size.
//!
//! Every table query is one `create table as`, whose files lie below the output; queries whose tables are small are
//! answered in this process from these files. Nothing is made on Athena before a query needs it.

mod answer;
mod client;
mod database;
mod executor;
mod external;
mod failure;
mod files;
mod relations;
mod room;
mod statement;
mod types;
mod waiting;
mod workgroup;

pub use database::{AthenaDatabase, OpenQuery};
pub use executor::AthenaExecutor;

use crate::common::period::Period;
use crate::storage::Location;

/// Which run makes tables.
#[derive(Debug, Clone)]
pub struct RunName {
    /// The run.
    pub run_id: String,
    /// The period that it is at work on.
    pub period: Period,
}

/// The URL of a folder below `output`.
fn url_of(output: &Location, below: &str) -> String {
    format!("{}/", output.url(&output.path(below)).trim_end_matches('/'))
}

impl RunName {
    /// What the names of the tables begin with that it makes for itself.
    fn prefix(&self) -> String {
        // All begin with the time, by which `clean` knows the old ones.
        let run = self.run_id.trim_start_matches(|c: char| !c.is_ascii_digit());
        let run: String = run.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        format!("apportion_{}_{}", run.to_lowercase(), self.period.to_string().replace('-', ""))
    }
}
