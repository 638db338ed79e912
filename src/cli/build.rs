//! `build`, `run` and `test`.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::runtime::Handle;

use super::Answer;
use super::args::BuildArgs;
use super::print::Printer;
use super::profile;
use super::signals;
use super::summary;
use super::watch::{Teller, closing};
use crate::deeds::manifest::manifest;
use crate::deeds::run::{self, BuildJob, PeriodReport, Scope, Status};
use crate::pipeline::{Workspace, write_json};
use crate::words::error::Result;

/// How many wrong rows of a failed test are shown.
const FAILING_ROWS: usize = 10;

pub(super) async fn command(args: &BuildArgs, scope: Scope, steps: &Handle, printer: &Printer) -> Result<Answer> {
    let workspace = Workspace::open(args.project.job()?).await?;
    let selection = args.select.selection();
    let stop = signals::listen()?;
    let job = BuildJob {
        scope,
        selection,
        failing_rows: FAILING_ROWS,
        full_refresh: args.full_refresh,
        steps: steps.clone(),
        stop: stop.clone(),
    };
    let teller = Teller::new(printer, args.verbose);
    let reports = run::build(&workspace, &job, &teller).await;
    printer.end_bar();
    let reports = match (reports, stop.asked()) {
        (Err(error), Some(signal)) => {
            printer.error(&error);
            return Ok(Answer::Stopped(signals::exit_code(signal)));
        }
        (reports, _) => reports?,
    };
    for report in &reports {
        tell(printer, report)?;
        if args.profile {
            printer.data(&profile::profile(report));
        }
    }
    keep(&workspace, args, scope, &reports)?;
    Ok(match stop.asked() {
        Some(signal) if reports.iter().any(|report| report.error.is_some()) => {
            Answer::Stopped(signals::exit_code(signal))
        }
        _ => answer(&reports),
    })
}

fn tell(printer: &Printer, report: &PeriodReport) -> Result<()> {
    if let Some(error) = &report.error {
        printer.error(error);
        return Ok(());
    }
    let fields = json!({
        "billing_period": report.period.to_string(), "published": report.published, "seconds": report.seconds,
    });
    printer.say(&closing(report), fields);
    let shown = if printer.is_json() { summary::lines(report) } else { summary::tables(report) };
    printer.data(&shown?);
    Ok(())
}

fn keep(workspace: &Workspace, args: &BuildArgs, scope: Scope, reports: &[PeriodReport]) -> Result<()> {
    let Some(last) = reports.iter().rfind(|report| report.error.is_none()) else { return Ok(()) };
    let root = &workspace.project.root;
    let compiled = match &last.compiled {
        Some(compiled) => Arc::clone(compiled),
        None => Arc::new(workspace.compile(last.period)?),
    };
    write_json(root, "manifest.json", &manifest(workspace, &compiled))?;
    let invocation = json!({
        "which": format!("{scope:?}").to_lowercase(),
        "target": workspace.target,
        "select": args.select.select,
        "exclude": args.select.exclude,
        "vars": workspace.vars,
    });
    let Value::Object(invocation) = invocation else { return Ok(()) };
    let results = run::run_results(&workspace.project.config.name, &workspace.job.run_id, &invocation, reports);
    write_json(root, "run_results.json", &results).map(drop)
}

/// Errors outweigh failed tests: exit code 2, not 1.
fn answer(reports: &[PeriodReport]) -> Answer {
    let statuses = || reports.iter().flat_map(|report| report.outcomes.iter().map(|outcome| &outcome.status));
    let is_broken = reports.iter().any(|report| report.error.is_some());
    if is_broken || statuses().any(|status| matches!(status, Status::Error(_))) {
        Answer::Broken
    } else if statuses().any(Status::is_bad) {
        Answer::No
    } else {
        Answer::Yes
    }
}
