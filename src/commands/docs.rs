//! `docs`: the project as one page, and as the artifacts that dbt's own page reads.

use crate::common::error::Result;
use crate::common::period::{Period, Periods};
use crate::compile::Compiled;
use crate::pages::{self, Page, Templates};
use crate::planned_run::Workspace;
use crate::publish::Publication;
use last_run::RunResults;

mod last_run;
mod view;

/// What a project compiles to.
#[derive(Debug)]
pub struct Described {
    /// For this month.
    period: Period,
    /// Which is an example, as none is known.
    is_example: bool,
    /// It.
    pub compiled: Compiled,
}

/// A project that is compiled for the newest published month, the one that was asked for, or an example.
///
/// # Errors
/// When the output cannot be read, or the project does not compile.
pub async fn compiled(workspace: &Workspace) -> Result<Described> {
    let known = match &workspace.job.periods {
        Periods::Ranges(ranges) => ranges.last().map(|(_, last)| *last),
        Periods::Newest => Publication::periods(&workspace.output).await?.into_iter().max(),
    };
    let period = known.map_or_else(|| Period::new(2026, 1), Ok)?;
    Ok(Described { period, is_example: known.is_none(), compiled: workspace.compile(period)? })
}

/// The page of the project, as HTML; with what the last run left in the artifacts.
///
/// # Errors
/// When a template is wrong, or what the last run left cannot be read.
pub fn page(workspace: &Workspace, described: &Described) -> Result<String> {
    let Described { period, is_example, compiled } = described;
    let templates = Templates::of(&workspace.project.root)?;
    let results = RunResults::read(workspace.artifacts.folder())?;
    let graph = view::graph(&workspace.project, compiled);
    let page = view::page(workspace, compiled, results.as_ref(), &graph);
    let page = Page { period: period.to_string(), is_example: *is_example, ..page };
    pages::page(&templates, &page, &graph)
}
