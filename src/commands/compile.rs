//! `compile`: writes the compiled SQL and the manifest, and runs nothing.

use std::sync::Arc;

use crate::common::dialect::Dialect;
use crate::common::error::Result;
use crate::common::period::{Period, Periods};
use crate::compile::Compiled;
use crate::planned_run::{PlannedRun, WantedReport, Workspace};

/// Compiles the project; for DataFusion it is planned against the report too, so that columns and types are checked.
///
/// # Errors
/// All that is wrong with the project, and for DataFusion with the report.
pub async fn compile(workspace: &Workspace) -> Result<Arc<Compiled>> {
    if workspace.dialect == Dialect::DataFusion {
        let WantedReport { report, wanted, .. } = workspace.report().await?;
        let mut last = None;
        for period in wanted {
            last = Some(PlannedRun::prepare(workspace, &report, period).await?);
        }
        let compiled = last.as_ref().map(|planned| Arc::clone(&planned.compiled)).unwrap_or_default();
        // Nobody need wait until its many small pieces are freed: the process ends soon.
        std::mem::forget(last);
        return Ok(compiled);
    }
    let compiled = workspace.compile(period_without_report(&workspace.job.periods)?)?;
    workspace.artifacts.write_compiled(&compiled)?;
    Ok(Arc::new(compiled))
}

/// Other dialects are compiled without a report at hand; then the period has to be named, or is an example.
fn period_without_report(periods: &Periods) -> Result<Period> {
    match periods {
        Periods::Newest => Period::new(2026, 1),
        Periods::Ranges(ranges) => ranges.last().map_or_else(|| Period::new(2026, 1), |(_, last)| Ok(*last)),
    }
}
