//! `plan`: money first, then rows, then what was made otherwise, and how to publish it.

use serde_json::{Value, json};
use tokio::runtime::Handle;

use super::Exit;
use super::args::{DocumentFormat, Format, PlanArgs};
use super::build::{self, FAILING_ROWS, answer};
use super::print::Printer;
use super::progress::ProgressPrinter;
use super::signals;
use super::table;
use crate::commands::run::{self, BuildJob, Difference, Idle, PeriodReport, Planned, RunScope, Verdict};
use crate::common::decimal::Decimal;
use crate::common::error::Result;
use crate::compile::select::Selection;
use crate::planned_run::{Job, Workspace};
use crate::publish::planning;

pub(super) async fn command(args: &PlanArgs, steps: &Handle, printer: &Printer) -> Result<Exit> {
    let job = args.project.job()?;
    let workspace = Workspace::open(Job { run_id: planning(&job.run_id), ..job }).await?;
    let stop = signals::listen()?;
    let job = BuildJob {
        scope: RunScope::Plan,
        selection: Selection::default(),
        failing_rows: FAILING_ROWS,
        full_refresh: args.full_refresh,
        steps: steps.clone(),
        stop: stop.clone(),
    };
    let reports = run::build(&workspace, &job, &ProgressPrinter::new(printer, args.verbose)).await;
    printer.end_bar();
    let reports = match (reports, stop.asked()) {
        (Err(error), Some(signal)) => {
            printer.error(&error);
            return Ok(Exit::Stopped(signals::exit_code(signal)));
        }
        (reports, _) => reports?,
    };
    let mut documents = Vec::new();
    for report in &reports {
        match (&report.idle, &report.planned) {
            (_, Some(planned)) => documents.push(tell(args, report, planned, printer)?),
            (Some(Idle::Published(run)), _) => documents.push(unchanged(args, report, run, printer)),
            // It has failed.
            _ => build::tell(printer, report)?,
        }
    }
    if args.format == DocumentFormat::Json {
        printer.data(&format!("{}\n", serde_json::to_string_pretty(&documents).unwrap_or_default()));
    }
    if let Some(signal) = stop.asked().filter(|_| reports.iter().any(|report| report.error.is_some())) {
        return Ok(Exit::Stopped(signals::exit_code(signal)));
    }
    Ok(match answer(&reports) {
        Exit::Yes => verdict(args, &reports, printer),
        bad => bad,
    })
}

/// Whether anything would be another, and whether that is too much.
fn verdict(args: &PlanArgs, reports: &[PeriodReport], printer: &Printer) -> Exit {
    let verdicts = || reports.iter().filter_map(|report| report.planned.as_ref()).map(|planned| &planned.verdict);
    let is_above = |verdict: &Verdict, limit: Decimal| {
        Decimal::parse(&verdict.largest_difference).is_none_or(|largest| largest > limit)
    };
    let above = args.fail_above.and_then(|limit| Some((limit, verdicts().find(|verdict| is_above(verdict, limit))?)));
    if let Some((limit, verdict)) = above {
        let largest = &verdict.largest_difference;
        printer.warn(&format!("an account would really cost {largest} more or less: --fail-above {limit}"));
        Exit::No
    } else if verdicts().any(|verdict| verdict.is_changed) {
        Exit::Changed
    } else {
        Exit::Yes
    }
}

/// Says that nothing would be another.
fn unchanged(args: &PlanArgs, report: &PeriodReport, run: &str, printer: &Printer) -> Value {
    let period = report.period.to_string();
    let words =
        format!("{period}: report, models and settings are those of the published run {run}: nothing would change");
    match args.format {
        DocumentFormat::Markdown => printer.data(&format!("### {period}: no change\n\n{words}\n")),
        _ => printer.say(&words, json!({ "billing_period": period, "is_changed": false })),
    }
    json!({ "billing_period": period, "published_run_id": run, "is_changed": false })
}

/// Prints what would be another; returns all of it.
fn tell(args: &PlanArgs, report: &PeriodReport, planned: &Planned, printer: &Printer) -> Result<Value> {
    let differences = planned.differences();
    let diffs = args.diff.as_ref().map_or(Ok(Vec::new()), |names| planned.diffs(names));
    // All else has been found out, and is told.
    let diffs = diffs.unwrap_or_else(|error| {
        printer.error(&error);
        Vec::new()
    });
    let period = report.period;
    match args.format {
        DocumentFormat::Table => {
            let mut out = format!("\n{}\n", head(report, planned));
            for told in &planned.answers {
                out.push_str(&format!("\n{}, {period}\n\n{}", told.title, table::format(&told.answer, Format::Table)?));
            }
            out.push_str(&format!("\nMade otherwise, {period}\n\n{}", lines(&differences, "")));
            diffs.iter().for_each(|diff| out.push_str(&format!("\n{diff}")));
            out.push_str(&format!("\nPublish it: {}\n", publish(planned)));
            printer.data(&out);
        }
        DocumentFormat::Markdown => {
            let mut out = format!("### {}\n", head(report, planned));
            for told in &planned.answers {
                out.push_str(&format!("\n#### {}\n\n{}", told.title, table::markdown(&told.answer)?));
            }
            out.push_str(&format!("\n#### Made otherwise\n\n{}", lines(&differences, "- ")));
            diffs.iter().for_each(|diff| out.push_str(&format!("\n```diff\n{diff}```\n")));
            out.push_str(&format!("\nPublish it: `{}`\n", publish(planned)));
            printer.data(&out);
        }
        DocumentFormat::Json => {}
    }
    let mut answers = serde_json::Map::new();
    for told in &planned.answers {
        answers.insert(told.name.clone(), table::objects(&told.answer)?.into());
    }
    Ok(json!({
        "billing_period": period.to_string(),
        "run_id": planned.run.run_id,
        "published_run_id": planned.before.as_ref().map(|run| &run.run_id),
        "is_changed": planned.verdict.is_changed,
        "largest_difference": planned.verdict.largest_difference,
        "kept_payers": report.kept_payers,
        "differences": differences.iter().map(Difference::json).collect::<Vec<Value>>(),
        "diffs": diffs,
        "answers": answers,
    }))
}

/// The first line: whether anything would be another.
fn head(report: &PeriodReport, planned: &Planned) -> String {
    let period = report.period;
    match &planned.before {
        None => format!("{period}: nothing is published yet, all of it is new"),
        Some(_) if !planned.verdict.is_changed => format!("{period}: no row would be another"),
        Some(before) => format!("{period}: planned beside what run {} has published", before.run_id),
    }
}

fn publish(planned: &Planned) -> String {
    format!("apportion publish {}", planned.run.run_id)
}

/// What was made otherwise, a line each after `mark`.
fn lines(differences: &[Difference], mark: &str) -> String {
    differences.iter().map(|one| format!("{mark}{}\n", one.words())).collect()
}
