//! `views`: the SQL by which an engine's readers see what is published, and nothing else.

use crate::common::error::Result;
use crate::common::period::Period;
use crate::planned_run::Workspace;
use crate::publish::Publication;
use crate::readers::{self, Reader, Views};

/// Writes views for `reader` of every result of the project that is published and has a contract.
///
/// # Errors
/// When the reader cannot reach the output, nothing is published, or there is no table to make a view of.
pub async fn views(workspace: &Workspace, reader: Reader) -> Result<Views> {
    let output = &workspace.output;
    reader.location(output)?;
    let published = Publication::names(&Publication::all(output).await?);
    // Names and types do not depend on the period, so any will do.
    let compiled = workspace.compile(Period::new(2026, 1)?)?;
    readers::views(&compiled, &published, output, reader)
}
