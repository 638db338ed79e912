//! `docs`: the project as one page, and as the artifacts that dbt's own page reads.

use crate::common::error::Result;
use crate::common::period::{Period, Periods};
use crate::compile::Compiled;
use crate::pages::{self, Templates};
use crate::planned_run::Workspace;
use crate::publish::Publication;
use last_run::RunResults;

mod last_run;
mod view;

/// A project that is compiled for the newest published month, the one that was asked for, or an example.
///
/// # Errors
/// When the output cannot be read, or the project does not compile.
pub async fn compiled(workspace: &Workspace) -> Result<(Period, Compiled)> {
    let period = match &workspace.job.periods {
        Periods::Ranges(ranges) => ranges.last().map(|(_, last)| *last),
        Periods::Newest => Publication::periods(&workspace.output).await?.into_iter().max(),
    };
    let period = period.map_or_else(|| Period::new(2026, 1), Ok)?;
    Ok((period, workspace.compile(period)?))
}

/// The page of the project, as HTML; with what the last run left in the artifacts.
///
/// # Errors
/// When a template is wrong, or what the last run left cannot be read.
pub fn page(workspace: &Workspace, period: Period, compiled: &Compiled) -> Result<String> {
    let templates = Templates::of(&workspace.project.root)?;
    let results = RunResults::read(workspace.artifacts.folder())?;
    let graph = view::graph(&workspace.project, compiled);
    let page = view::page(workspace, period, compiled, results.as_ref(), &graph);
    pages::page(&templates, &page, &graph)
}
