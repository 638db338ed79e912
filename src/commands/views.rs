//! `views`: the SQL by which an engine's readers see what is published, and nothing else.

use std::collections::BTreeSet;

use crate::common::error::{Error, Result};
use crate::common::period::Period;
use crate::planned_run::Workspace;
use crate::publish::Publication;
use crate::readers::{self, Reader, Views};
use crate::storage::Location;

/// Writes views for `reader` of every result of the project that is published and has a contract.
///
/// # Errors
/// When the reader cannot reach the output, nothing is published, or there is no table to make a view of.
pub async fn views(workspace: &Workspace, reader: Reader) -> Result<Views> {
    let output = &workspace.output;
    reader.location(output)?;
    let published = published(output).await?;
    if published.is_empty() {
        return Err(Error::data(format!("there are no published tables in `{}`", output.name))
            .hint("run `apportion build` first"));
    }
    // Names and types do not depend on the period, so any will do.
    let compiled = workspace.compile(Period::new(2026, 1)?)?;
    readers::views(&compiled, &published, output, reader)
}

/// The tables that are published for some month, where readers look for them: not as versions before 0.2 left them.
async fn published(output: &Location) -> Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for period in Publication::periods(output).await? {
        let publication = Publication::read(output, period).await?;
        names.extend(publication.tables().filter(|table| table.files.is_some()).map(|table| table.table.clone()));
    }
    Ok(names)
}
