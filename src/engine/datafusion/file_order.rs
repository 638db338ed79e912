//! The order in which files say that their rows stand, known only to who sorts by it.
//!
//! Known to all, it would have groups formed and rows repartitioned in order, which holds rows back without bounds.

use std::sync::Arc;

use datafusion::common::Result;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode};
use datafusion::datasource::physical_plan::{FileScanConfig, FileScanConfigBuilder};
use datafusion::datasource::source::DataSourceExec;
use datafusion::physical_expr::LexOrdering;
use datafusion::physical_plan::{ChildrenPropertiesMode, ExecutionPlan, ReplaceChildrenOptions};

/// `plan` as if the order of its files were not known.
pub(super) fn hidden(plan: Arc<dyn ExecutionPlan>) -> Result<Arc<dyn ExecutionPlan>> {
    plan.transform_up(|node| match file_scan(&node) {
        Some(scan) if !scan.output_ordering.is_empty() => Ok(Transformed::yes(with_order(scan, Vec::new()))),
        _ => Ok(Transformed::no(node)),
    })
    .data()
}

/// `plan` with the order of its files known again, if all that it does keeps it. Of a join that is the side whose rows
/// are looked up one after the other.
pub(super) fn shown(plan: &Arc<dyn ExecutionPlan>) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    if let Some(scan) = file_scan(plan) {
        return Ok(common_order(scan).map(|order| with_order(scan, vec![order])));
    }
    let keeps = plan.maintains_input_order();
    let mut kept = keeps.iter().enumerate().filter(|(_, keeps)| **keeps).map(|(place, _)| place);
    let (Some(place), None) = (kept.next(), kept.next()) else { return Ok(None) };
    let mut inputs: Vec<_> = plan.children().into_iter().cloned().collect();
    let Some(input) = shown(&inputs[place])? else { return Ok(None) };
    inputs[place] = input;
    let recompute = ReplaceChildrenOptions::new(ChildrenPropertiesMode::Recompute);
    Arc::clone(plan).replace_children(inputs, recompute).map(Some)
}

/// The order of all files, if each partition reads one, or a part of one.
fn common_order(scan: &FileScanConfig) -> Option<LexOrdering> {
    let mut orders = scan.file_groups.iter().map(|group| match group.files() {
        [file] => file.ordering.clone(),
        _ => None,
    });
    let first = orders.next()??;
    orders.all(|order| order.as_ref() == Some(&first)).then_some(first)
}

fn file_scan(plan: &Arc<dyn ExecutionPlan>) -> Option<&FileScanConfig> {
    plan.downcast_ref::<DataSourceExec>()?.data_source().downcast_ref::<FileScanConfig>()
}

fn with_order(scan: &FileScanConfig, order: Vec<LexOrdering>) -> Arc<dyn ExecutionPlan> {
    let scan = FileScanConfigBuilder::from(scan.clone());
    DataSourceExec::from_data_source(scan.with_preserve_order(false).with_output_ordering(order).build())
}
