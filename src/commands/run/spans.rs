//! The spans of a run: what a trace of it shows, and nothing that a bill says.

use tracing::field::Empty;
use tracing::{Span, info_span};

use super::outcome::{Outcome, PeriodReport, Status, StepKind};
use crate::common::error::Error;
use crate::common::period::Period;
use crate::common::secrets::masked;

/// The span of a month.
pub(super) fn of_month(period: Period) -> Span {
    info_span!(
        "month",
        otel.name = %format!("month {period}"),
        otel.status_code = Empty,
        otel.status_description = Empty,
        apportion.billing_period = %period,
        apportion.published_tables = Empty,
        apportion.rows = Empty,
        apportion.is_idle = Empty,
    )
}

/// The span of a model or a test of `month`, from now on.
pub(super) fn of_step(month: &Span, name: &str, kind: StepKind) -> Span {
    info_span!(
        parent: month,
        "step",
        otel.name = %format!("{} {name}", kind.name()),
        otel.status_code = Empty,
        otel.status_description = Empty,
        apportion.step = name,
        apportion.kind = kind.name(),
        apportion.status = Empty,
        apportion.wrong_rows = Empty,
        apportion.rows = Empty,
        apportion.written_bytes = Empty,
        apportion.memory_bytes = Empty,
        apportion.spilled_bytes = Empty,
        apportion.scanned_bytes = Empty,
    )
}

/// Has the span of a month tell how it ended.
pub(super) fn end_month(span: &Span, built: &Result<PeriodReport, Error>) {
    match built {
        Ok(report) => {
            record(span, "apportion.published_tables", report.published as u64);
            record(span, "apportion.rows", report.rows());
            span.record("apportion.is_idle", report.idle.is_some());
            if report.outcomes.iter().any(|outcome| outcome.status.is_bad()) {
                span.record("otel.status_code", "ERROR");
            }
        }
        Err(error) => fail(span, error),
    }
}

/// Has the span of a step tell how it ended.
pub(super) fn end_step(span: &Span, outcome: &Outcome) {
    span.record("apportion.status", outcome.status.word());
    if let Status::Warn(rows) | Status::Fail(rows) | Status::FailFor(rows, _) = outcome.status {
        record(span, "apportion.wrong_rows", rows);
    }
    match &outcome.status {
        Status::Error(error) => fail(span, error),
        status if status.is_bad() => drop(span.record("otel.status_code", "ERROR")),
        _ => {}
    }
    if outcome.kind != StepKind::Table {
        return;
    }
    let written = &outcome.written;
    record(span, "apportion.rows", written.rows);
    record(span, "apportion.written_bytes", written.bytes);
    match written.cost {
        Some(cost) => record(span, "apportion.scanned_bytes", cost.scanned),
        None => {
            record(span, "apportion.memory_bytes", written.operators.iter().map(|operator| operator.memory).sum());
            record(span, "apportion.spilled_bytes", written.operators.iter().map(|operator| operator.spilled).sum());
        }
    }
}

fn fail(span: &Span, error: &Error) {
    span.record("otel.status_code", "ERROR");
    span.record("otel.status_description", &*masked(error.message()));
}

/// OpenTelemetry has no numbers without a sign.
fn record(span: &Span, field: &str, number: u64) {
    span.record(field, i64::try_from(number).unwrap_or(i64::MAX));
}
