//! `build`, `run` and `test`.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::runtime::Handle;
use tracing::field::Empty;
use tracing::{Instrument, info_span};

use super::args::BuildArgs;
use super::events;
use super::invocation::RUN;
use super::print::Printer;
use super::profile;
use super::progress::{ProgressPrinter, closing, last_line};
use super::signals;
use super::summary;
use super::telemetry;
use super::{Exit, is_for_later};
use crate::commands::manifest::manifest;
use crate::commands::run::{self, BuildJob, Idle, PeriodReport, RunScope, Status};
use crate::common::error::{Error, Result};
use crate::common::secrets::masked;
use crate::planned_run::Workspace;
use crate::publish::looking;

/// How many wrong rows of a failed test are shown.
pub(super) const FAILING_ROWS: usize = 10;

pub(super) async fn command(args: &BuildArgs, scope: RunScope, steps: &Handle, printer: &Printer) -> Result<Exit> {
    let span = info_span!(
        "command",
        otel.name = %format!("apportion {}", scope.name()),
        otel.status_code = Empty,
        otel.status_description = Empty,
        apportion.run_id = RUN.id,
        apportion.correlation_id = RUN.correlation_id,
        apportion.exit_code = Empty,
    );
    let answer = months(args, scope, steps, printer).instrument(span.clone()).await;
    let code = super::code(&answer);
    span.record("apportion.exit_code", i64::from(code));
    if code != 0 {
        span.record("otel.status_code", "ERROR");
    }
    if let Err(error) = &answer {
        span.record("otel.status_description", &*masked(error.message()));
    }
    answer
}

async fn months(args: &BuildArgs, scope: RunScope, steps: &Handle, printer: &Printer) -> Result<Exit> {
    let mut job = args.project.job()?;
    if scope == RunScope::Test {
        job.run_id = looking(&job.run_id);
    }
    let workspace = Workspace::open(job).instrument(info_span!("load")).await?;
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
    let teller = ProgressPrinter::new(printer, args.verbose);
    let reports = run::build(&workspace, &job, &teller).await;
    printer.end_bar();
    let reports = match (reports, stop.asked()) {
        (Err(error), Some(signal)) => {
            printer.error(&error);
            return Ok(Exit::Stopped(signals::exit_code(signal)));
        }
        (reports, _) => reports?,
    };
    telemetry::measure(scope.name(), &workspace.target, &reports);
    for report in &reports {
        tell(printer, report)?;
        if args.profile {
            printer.data(&profile::profile(report));
        }
    }
    if let Err(error) = keep(&workspace, args, scope, &reports) {
        // Readers see what was published: that is no failure.
        match reports.iter().any(|report| report.published > 0) {
            true => printer.warn(&format!("the artifacts of this run were not written: {}", error.message())),
            false => return Err(error),
        }
    }
    match stop.asked() {
        Some(signal) if reports.iter().any(|report| report.error.is_some()) => {
            Ok(Exit::Stopped(signals::exit_code(signal)))
        }
        // Whoever wants an end does not wait for events: the next run tells them.
        Some(_) => Ok(answer(&reports)),
        None if scope == RunScope::Test => Ok(answer(&reports)),
        None => {
            events::tell_failures(&workspace, printer, reports.iter().filter(|report| is_failed(report))).await?;
            events::tell(&workspace, printer, answer(&reports)).await
        }
    }
}

/// Whether a month was run, and somebody has to do something so that it is published.
fn is_failed(report: &PeriodReport) -> bool {
    report.idle.is_none()
        && report.published == 0
        && !matches!(answer(std::slice::from_ref(report)), Exit::Yes | Exit::Later)
}

pub(super) fn tell(printer: &Printer, report: &PeriodReport) -> Result<()> {
    if let Some(error) = &report.error {
        printer.error(error);
        return Ok(());
    }
    let fields = json!({
        "billing_period": report.period.to_string(), "published": report.published, "seconds": report.seconds,
    });
    if printer.is_json() {
        for outcome in &report.outcomes {
            if let Status::Error(error) = &outcome.status {
                printer.error(error);
            }
        }
        printer.say(&last_line(report), fields);
        printer.data(&summary::lines(report)?);
    } else {
        printer.say(&closing(report), fields);
        printer.data(&summary::tables(report)?);
    }
    Ok(())
}

fn keep(workspace: &Workspace, args: &BuildArgs, scope: RunScope, reports: &[PeriodReport]) -> Result<()> {
    let Some(last) = reports.iter().rfind(|report| report.error.is_none()) else { return Ok(()) };
    let compiled = match &last.compiled {
        Some(compiled) => Arc::clone(compiled),
        None => Arc::new(workspace.compile(last.period)?),
    };
    workspace.artifacts.write_json("manifest.json", &manifest(workspace, &compiled))?;
    let invocation = json!({
        "which": scope.name(),
        "target": workspace.target,
        "select": args.select.select,
        "exclude": args.select.exclude,
        "vars": workspace.vars,
    });
    let Value::Object(invocation) = invocation else { return Ok(()) };
    let results = run::run_results(&workspace.project.config.name, &workspace.job.run_id, &invocation, reports);
    workspace.artifacts.write_json("run_results.json", &results)
}

/// Errors outweigh failed tests, and those that somebody has to mend outweigh those that pass by themselves.
pub(super) fn answer(reports: &[PeriodReport]) -> Exit {
    let outcomes = reports.iter().flat_map(|report| &report.outcomes);
    let statuses: Vec<&Status> = outcomes.map(|outcome| &outcome.status).collect();
    let of_steps = statuses.iter().filter_map(|status| match status {
        Status::Error(error) => Some(error.as_ref()),
        _ => None,
    });
    let errors: Vec<&Error> = of_steps.chain(reports.iter().filter_map(|report| report.error.as_ref())).collect();
    let failed = reports.iter().filter_map(|report| match report.idle {
        Some(Idle::Failed { is_broken, .. }) => Some(is_broken),
        _ => None,
    });
    let failed: Vec<bool> = failed.collect();
    if errors.iter().any(|error| !is_for_later(error)) {
        Exit::Broken
    } else if !errors.is_empty() {
        Exit::Later
    } else if failed.contains(&true) {
        Exit::Broken
    } else if !failed.is_empty() || statuses.iter().any(|status| status.is_bad()) {
        Exit::No
    } else {
        Exit::Yes
    }
}
