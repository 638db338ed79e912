//! Events, at the end of a command: what is owed is told, and a month that failed.

use super::print::Printer;
use super::progress::last_line;
use super::{Exit, is_for_later};
use crate::commands::run::PeriodReport;
use crate::common::error::Result;
use crate::planned_run::Workspace;

/// Tells the events that are owed, by whatever run; how the command ends that would have ended with `exit`.
pub(super) async fn tell(workspace: &Workspace, printer: &Printer, exit: Exit) -> Result<Exit> {
    let Err(error) = workspace.teller()?.tell().await else { return Ok(exit) };
    printer.error(&error);
    Ok(match (exit, is_for_later(&error)) {
        (Exit::Yes, true) => Exit::Later,
        (Exit::Yes | Exit::No, false) => Exit::Broken,
        (worse, _) => worse,
    })
}

/// Tells of months that have `failed`, if that can be done at once.
pub(super) async fn tell_failures<'a>(
    workspace: &Workspace,
    printer: &Printer,
    failed: impl Iterator<Item = &'a PeriodReport>,
) -> Result<()> {
    let teller = workspace.teller()?;
    for report in failed {
        let reason = report.error.as_ref().map_or_else(|| last_line(report), |error| error.message().to_owned());
        if let Err(error) = teller.tell_month_failed(report.period, &reason).await {
            printer.warn(&format!("that {} failed could not be told: {}", report.period, error.message()));
        }
    }
    Ok(())
}
