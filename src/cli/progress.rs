//! Says what happens in a build: a bar on a terminal, lines in a log, a table at the end.

use std::sync::{Mutex, PoisonError};

use serde_json::json;

use super::print::Printer;
use super::table;
use crate::commands::run::{Event, Idle, Outcome, PeriodReport, Progress, Status, StepKind};
use crate::common::count::{count, thousands};
use crate::engine::QueryCost;
use crate::planned_run::{Restatement, RestatementState};

/// Tells a printer what a build does.
pub(super) struct ProgressPrinter<'a> {
    printer: &'a Printer,
    verbose: bool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    done: u64,
    steps: usize,
    running: Vec<String>,
}

impl<'a> ProgressPrinter<'a> {
    pub(super) fn new(printer: &'a Printer, verbose: bool) -> Self {
        Self { printer, verbose, state: Mutex::default() }
    }

    fn restatement(&self, restatement: &Restatement) {
        let word = match restatement.state {
            RestatementState::Changed(_) => "changed",
            RestatementState::RolledBack(_) => "rolled back",
            RestatementState::Locked(_) | RestatementState::Unknown(_) => {
                return self.printer.warn(&restatement.to_string());
            }
        };
        let fields =
            json!({ "billing_period": restatement.period.to_string(), "late": word, "since_run": restatement.run_id });
        self.printer.say(&restatement.to_string(), fields);
    }

    fn ended(&self, outcome: &Outcome) {
        let (done, steps, running) = {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.done += 1;
            state.running.retain(|name| *name != outcome.name);
            (state.done, state.steps, state.running.join(", "))
        };
        self.printer.move_bar(done, &running);
        let quiet = matches!(outcome.status, Status::Pass) || outcome.kind == StepKind::View;
        let loud = outcome.status.is_bad() || matches!(outcome.status, Status::Warn(_));
        if loud || self.verbose || (!quiet && !self.printer.is_terminal()) {
            let fields = json!({
                "name": outcome.name, "kind": outcome.kind.name(), "status": word(&outcome.status),
                "rows": outcome.written.rows, "bytes": outcome.written.bytes, "seconds": outcome.seconds,
            });
            self.printer.say(&line(outcome, done, steps), fields);
        }
    }
}

impl Progress for ProgressPrinter<'_> {
    fn event(&self, event: Event<'_>) {
        match event {
            Event::Started { period, files, steps } => {
                {
                    let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
                    *state = State { steps, ..State::default() };
                }
                let text =
                    format!("{period}: {} of the report, {}", count(files as u64, "file"), count(steps as u64, "step"));
                self.printer
                    .say(&text, json!({ "billing_period": period.to_string(), "files": files, "steps": steps }));
                self.printer.start_bar(steps as u64);
            }
            Event::StepStarted(name) => {
                let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
                state.running.push(name.to_owned());
                let (done, running) = (state.done, state.running.join(", "));
                drop(state);
                self.printer.move_bar(done, &running);
            }
            Event::StepEnded(outcome) => self.ended(outcome),
            Event::Restatement(restatement) => self.restatement(restatement),
            Event::Said(words) => self.printer.say(&words, json!({})),
            Event::Warning(words) => self.printer.warn(&words),
        }
    }
}

fn word(status: &Status) -> &'static str {
    match status {
        Status::Success => "ok",
        Status::Pass => "pass",
        Status::Warn(_) => "warn",
        Status::Fail(_) | Status::FailFor(..) | Status::Differs(_) => "FAIL",
        Status::Error(_) => "ERROR",
        Status::Skipped(_) => "skip",
    }
}

fn line(outcome: &Outcome, done: u64, steps: usize) -> String {
    let detail = match &outcome.status {
        Status::Success if outcome.kind == StepKind::Table => {
            format!("{}, {}, ", count(outcome.written.rows, "row"), bytes(outcome.written.bytes))
        }
        Status::Warn(rows) | Status::Fail(rows) | Status::FailFor(rows, _) => {
            format!("{}, ", count(*rows, "wrong row"))
        }
        Status::Skipped(because) => {
            return format!("{done:>4}/{steps} skip   {} {}: needs {because}", outcome.kind.name(), outcome.name);
        }
        _ => String::new(),
    };
    format!(
        "{done:>4}/{steps} {:<6} {} {}: {detail}{:.2} s",
        word(&outcome.status),
        outcome.kind.name(),
        outcome.name,
        outcome.seconds
    )
}

/// What a period came to, in a line.
pub(super) fn last_line(report: &PeriodReport) -> String {
    match &report.idle {
        Some(idle) => format!("{}: {} (--full-refresh runs it anyway)", report.period, reason(idle)),
        None => verdict(report),
    }
}

/// What a period came to: its tables, what went wrong, and a closing line.
pub(super) fn closing(report: &PeriodReport) -> String {
    if report.idle.is_some() {
        return last_line(report);
    }
    let mut out = String::new();
    let tables: Vec<&Outcome> =
        report.outcomes.iter().filter(|o| o.kind == StepKind::Table && matches!(o.status, Status::Success)).collect();
    if !tables.is_empty() {
        let names = ["table", "rows", "bytes", "seconds"].map(str::to_owned);
        let cells: Vec<Vec<Option<String>>> = tables
            .iter()
            .map(|o| {
                vec![
                    Some(o.name.clone()),
                    Some(thousands(o.written.rows)),
                    Some(thousands(o.written.bytes)),
                    Some(format!("{:.2}", o.seconds)),
                ]
            })
            .collect();
        out.push('\n');
        out.push_str(&table::aligned(&names, &[false, true, true, true], &cells));
    }
    for outcome in &report.outcomes {
        out.push_str(&trouble(outcome));
    }
    out.push('\n');
    out.push_str(&last_line(report));
    out
}

fn reason(idle: &Idle) -> String {
    match idle {
        Idle::Published(run) => format!("report, models and settings are those of run {run}; nothing to do"),
        Idle::Unmodified(run) => format!("no model, seed or test is another than in run {run}; nothing to do"),
        Idle::Failed { run, steps, .. } => {
            format!("report, models and settings are those of run {run}, which failed: {steps}; it would fail again")
        }
        Idle::RolledBack { from, to } => {
            format!(
                "run {from} was rolled back to run {to}, and report, models and settings are still those of {from}; \
                 nothing to do"
            )
        }
    }
}

fn trouble(outcome: &Outcome) -> String {
    let head = format!("\n{} {} `{}`", word(&outcome.status), outcome.kind.name(), outcome.name);
    match &outcome.status {
        Status::Error(error) => format!("{head}\n{error}\n"),
        Status::Fail(count_) | Status::FailFor(count_, _) | Status::Warn(count_) => {
            let shown =
                outcome.wrong.as_ref().and_then(|answer| super::table::format(answer, super::args::Format::Table).ok());
            format!("{head}: {}\n{}", count(*count_, "wrong row"), shown.unwrap_or_default())
        }
        Status::Differs(difference) => {
            let numeric = vec![false; difference.columns.len()];
            format!(
                "{head}\nexpected, but not found:\n{}found, but not expected:\n{}",
                table::aligned(&difference.columns, &numeric, &difference.missing),
                table::aligned(&difference.columns, &numeric, &difference.unexpected)
            )
        }
        _ => String::new(),
    }
}

fn verdict(report: &PeriodReport) -> String {
    let mut parts = Vec::new();
    let (models, passed) = (number(report, "ok"), number(report, "pass"));
    if models > 0 {
        parts.push(count(models, "model"));
    }
    if passed > 0 {
        parts.push(format!("{} passed", count(passed, "test")));
    }
    let bad = [("FAIL", "failed"), ("warn", "warned"), ("ERROR", "ended in an error"), ("skip", "skipped")];
    for (status, said) in bad {
        let number = number(report, status);
        if number > 0 {
            parts.push(format!("{number} {said}"));
        }
    }
    let published = match report.published {
        0 if report.outcomes.iter().any(|o| o.status.is_bad()) => "; nothing was published".to_owned(),
        0 => String::new(),
        many if report.kept_payers.is_empty() => format!("; {} published", count(many as u64, "table")),
        many => format!(
            "; {} published, in which {} {} the rows published before",
            count(many as u64, "table"),
            report.kept_payers.join(", "),
            if report.kept_payers.len() == 1 { "keeps" } else { "keep" }
        ),
    };
    let cost = report.cost.map(|cost| format!("; {}", costs(&cost))).unwrap_or_default();
    format!("{}: {}{published}{cost}; {:.1} s", report.period, parts.join(", "), report.seconds)
}

/// What queries cost, in words.
fn costs(cost: &QueryCost) -> String {
    let queries = if cost.queries == 1 { "1 query".to_owned() } else { format!("{} queries", thousands(cost.queries)) };
    let dollars = if cost.dollars < 1.0 { format!("{:.4}", cost.dollars) } else { format!("{:.2}", cost.dollars) };
    format!("{queries} on Athena scanned {} for ${dollars}", bytes(cost.scanned))
}

/// How many steps ended as `status` says.
fn number(report: &PeriodReport, status: &str) -> u64 {
    report.outcomes.iter().filter(|outcome| word(&outcome.status) == status).count() as u64
}

fn bytes(number: u64) -> String {
    match number {
        0..10_000 => format!("{number} B"),
        10_000..10_000_000 => format!("{:.1} kB", number as f64 / 1e3),
        10_000_000..10_000_000_000 => format!("{:.1} MB", number as f64 / 1e6),
        _ => format!("{:.1} GB", number as f64 / 1e9),
    }
}
