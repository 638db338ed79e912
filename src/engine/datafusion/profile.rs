//! What every operator of a plan did, once it has run.

use std::sync::Arc;

use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::display::DisplayableExecutionPlan;
use datafusion::physical_plan::metrics::MetricsSet;

use crate::engine::Operator;

/// The operators of `plan`, each before those it reads.
pub(super) fn operators(plan: &Arc<dyn ExecutionPlan>) -> Vec<Operator> {
    let mut found = Vec::new();
    collect(plan, 0, &mut found);
    found
}

fn collect(plan: &Arc<dyn ExecutionPlan>, depth: usize, found: &mut Vec<Operator>) {
    let metrics = plan.metrics().unwrap_or_default();
    let one_line = DisplayableExecutionPlan::new(plan.as_ref()).one_line().to_string();
    let detail = one_line.trim().strip_prefix(plan.name()).unwrap_or(&one_line);
    found.push(Operator {
        depth,
        name: plan.name().trim_end_matches("Exec").to_owned(),
        detail: detail.trim_start_matches(':').trim().to_owned(),
        rows: metrics.output_rows().unwrap_or_default() as u64,
        seconds: seconds(&metrics),
        memory: memory(&metrics),
        spilled: metrics.spilled_bytes().unwrap_or_default() as u64,
    });
    for child in plan.children() {
        collect(child, depth + 1, found);
    }
}

/// Time that threads worked; reading files counts it under a name of its own.
fn seconds(metrics: &MetricsSet) -> f64 {
    let reading = metrics.sum_by_name("time_elapsed_processing").map_or(0, |value| value.as_usize());
    let nanos = metrics.elapsed_compute().unwrap_or_default().max(reading);
    nanos as f64 / 1e9
}

/// What was held at most, where an operator tells.
fn memory(metrics: &MetricsSet) -> u64 {
    let held = ["peak_mem_used", "build_mem_used", "mem_used"];
    held.iter().filter_map(|name| metrics.sum_by_name(name)).map(|value| value.as_usize() as u64).max().unwrap_or(0)
}
