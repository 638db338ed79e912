//! `compile`: writes the compiled SQL and the manifest, and runs nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::common::dialect::Dialect;
use crate::common::error::Result;
use crate::common::period::{Period, Periods};
use crate::compile::Compiled;
use crate::planned_run::{PlannedRun, WantedReport, Workspace};

/// Compiles the project; for DataFusion it is planned against the report too, so that columns and types are checked.
/// `with_sources`, a select over the report's files is written for each source.
///
/// # Errors
/// All that is wrong with the project, and with the report where that is read.
pub async fn compile(workspace: &Workspace, with_sources: bool) -> Result<Arc<Compiled>> {
    if workspace.dialect == Dialect::DataFusion && !with_sources {
        return planned(workspace).await;
    }
    let (period, sources) = if with_sources {
        workspace.source_selects().await?
    } else {
        (period_without_report(&workspace.job.periods)?, BTreeMap::new())
    };
    let compiled = workspace.compile(period)?;
    workspace.artifacts.write_compiled(&compiled, &sources)?;
    Ok(Arc::new(compiled))
}

/// The project as it is planned for the last wanted period.
async fn planned(workspace: &Workspace) -> Result<Arc<Compiled>> {
    let WantedReport { report, wanted, .. } = workspace.report().await?;
    let mut last = Arc::default();
    for period in wanted {
        last = PlannedRun::prepare(workspace, &report, period).await?.compiled;
    }
    Ok(last)
}

/// Other dialects are compiled without a report at hand; then the period has to be named, or is an example.
fn period_without_report(periods: &Periods) -> Result<Period> {
    match periods {
        Periods::Newest => Period::new(2026, 1),
        Periods::Ranges(ranges) => ranges.last().map_or_else(|| Period::new(2026, 1), |(_, last)| Ok(*last)),
    }
}
