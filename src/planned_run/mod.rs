//! Floor 5: a compiled project on an engine, planned and checked for one billing period.

mod artifacts;
mod contracts;
mod inputs;
mod prepare;
mod published;
mod registry;
mod restatement;
mod unit;
mod workspace;

pub use artifacts::{Artifacts, FOLDER};
pub use prepare::{PlannedRun, table};
pub use restatement::{Restatement, RestatementState};
pub use unit::Difference;
pub use workspace::{Job, WantedReport, Workspace};
