//! `run_results.json`, in dbt's shape (<https://schemas.getdbt.com/dbt/run-results/v6.json>).

use serde_json::{Value, json};

use super::outcome::{Outcome, PeriodReport, Status, StepKind};
use crate::common::dbt;
use crate::common::settings::Settings;

/// The results of all periods as one document; `invocation` names the run and its arguments.
pub fn run_results(project: &str, run_id: &str, invocation: &Settings, reports: &[PeriodReport]) -> Value {
    let results: Vec<Value> = reports
        .iter()
        .flat_map(|report| report.outcomes.iter().map(move |outcome| result(project, report, outcome)))
        .collect();
    json!({
        "metadata": dbt::metadata("run-results/v6", run_id, &[]),
        "args": invocation,
        "elapsed_time": reports.iter().map(|report| report.seconds).sum::<f64>(),
        "results": results,
    })
}

fn result(project: &str, report: &PeriodReport, outcome: &Outcome) -> Value {
    let (message, failures) = match &outcome.status {
        Status::Success => (None, None),
        Status::Pass => (None, Some(0)),
        Status::Warn(count) | Status::Fail(count) => (Some(format!("{count} wrong rows")), Some(*count)),
        Status::FailFor(count, payers) => {
            let words = format!("{count} wrong rows, of the payers {}", payers.join(", "));
            (Some(words), Some(*count))
        }
        Status::Differs(difference) => {
            let count = (difference.missing.len() + difference.unexpected.len()) as u64;
            (Some("the rows are not as expected".to_owned()), Some(count))
        }
        Status::Error(error) => (Some(error.to_string()), None),
        Status::Skipped(because) => (Some(format!("because of {because}")), None),
    };
    let kind = match outcome.kind {
        StepKind::Table | StepKind::View => "model",
        StepKind::DataTest => "test",
        StepKind::UnitTest => "unit_test",
    };
    let mut response = json!({
        "billing_period": report.period.to_string(),
        "rows_affected": outcome.written.rows,
        "bytes_written": outcome.written.bytes,
    });
    if let (Some(response), Some(cost)) = (response.as_object_mut(), outcome.written.cost) {
        response.insert("data_scanned_in_bytes".to_owned(), cost.scanned.into());
        response.insert("cost_usd".to_owned(), cost.dollars.into());
        response.insert("queued_seconds".to_owned(), cost.queued.into());
        response.insert("run_seconds".to_owned(), cost.ran.into());
    }
    json!({
        "unique_id": format!("{kind}.{project}.{}", outcome.name),
        "status": outcome.status.word(),
        "message": message,
        "failures": failures,
        "execution_time": outcome.seconds,
        "adapter_response": response,
        // One thread tells of all; who worked on a step, and when it began, is in traces.
        "thread_id": "main",
        "timing": [],
        "compiled": outcome.kind != StepKind::UnitTest,
        "compiled_code": null,
        "relation_name": matches!(outcome.kind, StepKind::Table).then(|| format!("{project}.{}", outcome.name)),
    })
}
