//! Floor 3: a compiled project on an engine, planned and checked for one billing period.

mod artifacts;
mod contracts;
mod inputs;
mod late;
mod planning;
mod prepare;
mod unit;
mod workspace;

pub use artifacts::{Artifacts, FOLDER};
pub use late::{Late, Since};
pub use prepare::{Pipeline, table};
pub use unit::Difference;
pub use workspace::{Found, Job, Workspace};
