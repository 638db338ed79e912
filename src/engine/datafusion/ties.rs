//! Sorts by many columns: by the first few, and by all others only where rows are alike in these.
//!
//! Long orders are there to leave nothing to chance, not because rows are often alike. So few columns are compared for
//! most rows, and a sort that goes to disk merges by few columns, too. Where rows come in the order of the first two
//! already, nothing is sorted but each run of rows alike in them. The order that comes out is the same.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, UInt32Array};
use arrow::compute::take_record_batch;
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use arrow::row::{RowConverter, SortField};
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode};
use datafusion::common::{DataFusionError, Result};
use datafusion::execution::memory_pool::MemoryReservation;
use datafusion::physical_expr::{LexOrdering, PhysicalExpr, PhysicalSortExpr};
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::sorts::partial_sort::PartialSortExec;
use datafusion::physical_plan::sorts::sort::SortExec;
use datafusion::physical_plan::sorts::sort_preserving_merge::SortPreservingMergeExec;
use datafusion::physical_plan::union::UnionExec;
use datafusion::physical_plan::{ExecutionPlan, ExecutionPlanProperties};

use super::file_order;
use super::operator::{Needs, OperatorExec, OperatorWork, PartitionWork};
use super::runs::{WholeRuns, evaluated};

/// Orders of more columns than this are taken apart.
const LONG: usize = 8;

/// Columns that are sorted by, of a long order.
const FIRST: usize = 4;

/// Of these, so many at least must be in order already for the rest to be put in order run by run: the rows of one
/// account may be too many to hold, those of an account and hour are not.
const ENOUGH: usize = 2;

/// Takes long orders apart.
#[derive(Debug)]
pub(super) struct TiesApart;

impl PhysicalOptimizerRule for TiesApart {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, _: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        plan.transform_down(|plan| {
            let Some((input, first, rest)) = apart(&plan)? else { return Ok(Transformed::no(plan)) };
            let needs = Needs::order(first.clone());
            let first = first.iter().map(|sort| Arc::clone(&sort.expr)).collect();
            let properties = Arc::clone(plan.properties());
            Ok(Transformed::yes(OperatorExec::plan(input, TieBreak { first, rest }, needs, properties)))
        })
        .data()
    }

    fn name(&self) -> &'static str {
        "ties_apart"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// What of a long sort is to be sorted and merged, by which columns, and which columns break the ties.
type Apart = (Arc<dyn ExecutionPlan>, LexOrdering, Vec<PhysicalSortExpr>);

fn apart(plan: &Arc<dyn ExecutionPlan>) -> Result<Option<Apart>> {
    let merge = plan.downcast_ref::<SortPreservingMergeExec>().filter(|merge| merge.fetch().is_none());
    let sort = plan.downcast_ref::<SortExec>();
    let Some(order) = merge.map(SortPreservingMergeExec::expr).or_else(|| sort.map(SortExec::expr)) else {
        return Ok(None);
    };
    if order.len() <= LONG {
        return Ok(None);
    }
    let mut first: Vec<PhysicalSortExpr> = order.iter().cloned().collect();
    let rest = first.split_off(FIRST);
    let Some(first) = LexOrdering::new(first) else { return Ok(None) };
    Ok(match merge {
        Some(merge) => shortened(merge.input(), &first)?
            .map(|input| Arc::new(SortPreservingMergeExec::new(first.clone(), input)) as Arc<dyn ExecutionPlan>),
        None => shortened(plan, &first)?,
    }
    .map(|input| (input, first, rest)))
}

/// `plan` with its sorts by `first` alone, if sorts, and unions of them, are all that it is.
fn shortened(plan: &Arc<dyn ExecutionPlan>, first: &LexOrdering) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    if let Some(sort) = plan.downcast_ref::<SortExec>().filter(|sort| sort.fetch().is_none()) {
        let input = file_order::shown(sort.input())?.unwrap_or_else(|| Arc::clone(sort.input()));
        let (known, _) = input.equivalence_properties().extract_common_sort_prefix(first.clone())?;
        let (first, keeps) = (first.clone(), sort.preserve_partitioning());
        return Ok(Some(match known.len() {
            few if few < ENOUGH => {
                Arc::new(SortExec::new(first, Arc::clone(sort.input())).with_preserve_partitioning(keeps))
            }
            all if all == first.len() => input,
            some => Arc::new(PartialSortExec::new(first, input, some).with_preserve_partitioning(keeps)),
        }));
    }
    if !plan.is::<UnionExec>() {
        return Ok(None);
    }
    let inputs: Option<Vec<_>> =
        plan.children().into_iter().map(|input| shortened(input, first)).collect::<Result<_>>()?;
    inputs.map(UnionExec::try_new).transpose()
}

/// Puts rows that are alike in what they are sorted by in the order of all else.
#[derive(Debug, Clone)]
struct TieBreak {
    first: Vec<Arc<dyn PhysicalExpr>>,
    rest: Vec<PhysicalSortExpr>,
}

impl OperatorWork for TieBreak {
    type PartitionWork = Ties;

    const NAME: &'static str = "TieBreakExec";

    fn expressions(&self) -> Vec<&Arc<dyn PhysicalExpr>> {
        self.first.iter().chain(self.rest.iter().map(|sort| &sort.expr)).collect()
    }

    fn description(&self) -> String {
        let rest = self.rest.iter().map(|sort| sort.expr.to_string()).collect::<Vec<_>>().join(", ");
        format!("by=[{rest}]")
    }

    fn begin(&self, _: SchemaRef, reservation: MemoryReservation) -> Ties {
        Ties { runs: WholeRuns::new(self.first.clone()), rest: self.rest.clone(), reservation }
    }
}

/// Breaks the ties of one partition of the rows.
struct Ties {
    runs: WholeRuns,
    rest: Vec<PhysicalSortExpr>,
    reservation: MemoryReservation,
}

impl PartitionWork for Ties {
    fn push(&mut self, batch: RecordBatch) -> Result<Vec<RecordBatch>> {
        let ended = self.runs.push(batch)?;
        self.reservation.try_resize(self.runs.size())?;
        ended.into_iter().map(|batch| self.in_order(batch)).collect()
    }

    fn finish(&mut self) -> Result<Vec<RecordBatch>> {
        let last = self.runs.finish()?;
        self.reservation.free();
        last.into_iter().map(|batch| self.in_order(batch)).collect()
    }
}

impl Ties {
    fn in_order(&self, batch: RecordBatch) -> Result<RecordBatch> {
        let tied: Vec<_> = self.runs.runs(&batch)?.into_iter().filter(|run| run.len() > 1).collect();
        if tied.is_empty() {
            return Ok(batch);
        }
        let rows: UInt32Array = tied.iter().cloned().flatten().map(|row| row as u32).collect();
        let rest = evaluated(self.rest.iter().map(|sort| &sort.expr), &take_record_batch(&batch, &rows)?)?;
        let field = |(column, sort): (&ArrayRef, &PhysicalSortExpr)| {
            SortField::new_with_options(column.data_type().clone(), sort.options)
        };
        let converter = RowConverter::new(rest.iter().zip(&self.rest).map(field).collect());
        let rows = converter.and_then(|converter| converter.convert_columns(&rest)).map_err(of_arrow)?;
        let mut order: Vec<u32> = (0..batch.num_rows() as u32).collect();
        let mut before = 0;
        for run in tied {
            let mut of_run: Vec<usize> = (before..before + run.len()).collect();
            of_run.sort_by(|one, other| rows.row(*one).cmp(&rows.row(*other)));
            for (place, row) in of_run.into_iter().enumerate() {
                order[run.start + place] = (run.start + row - before) as u32;
            }
            before += run.len();
        }
        take_record_batch(&batch, &UInt32Array::from(order)).map_err(of_arrow)
    }
}

fn of_arrow(error: ArrowError) -> DataFusionError {
    DataFusionError::from(error)
}
