//! Window sums of decimals over sorted rows, a batch at a time.
//!
//! Fair shares are running and whole sums over small groups of many rows. The engine's own window operators keep a
//! state for each group and take every row by itself; here, groups are found by comparing neighbours, and sums are a
//! loop over plain numbers. What the sums are does not change: additions that leave 128 bits are an error.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Decimal128Array, RecordBatch};
use arrow::datatypes::{DataType, Decimal128Type, Field, Schema, SchemaRef};
use arrow::error::ArrowError;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode};
use datafusion::common::{DataFusionError, Result, internal_err};
use datafusion::execution::memory_pool::MemoryReservation;
use datafusion::logical_expr::{WindowFrame, WindowFrameBound, WindowFrameUnits};
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_expr::window::{PlainAggregateWindowExpr, WindowExpr};
use datafusion::physical_expr::{EquivalenceProperties, PhysicalExpr};
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::projection::{ProjectionExec, ProjectionExpr};
use datafusion::physical_plan::windows::{BoundedWindowAggExec, WindowAggExec};
use datafusion::physical_plan::{ExecutionPlan, ExecutionPlanProperties, InputOrderMode, PlanProperties};

use super::operator::{Needs, OperatorExec, OperatorWork, PartitionWork};
use super::runs::WholeRuns;

/// Has window sums of decimals done by [`SumsOver`]; what else an operator does, it goes on doing.
#[derive(Debug)]
pub(super) struct SumsOverSortedRows;

impl PhysicalOptimizerRule for SumsOverSortedRows {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, _: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        plan.transform_up(|plan| {
            Ok(match with_sums(&plan)? {
                Some(replaced) => Transformed::yes(replaced),
                None => Transformed::no(plan),
            })
        })
        .data()
    }

    fn name(&self) -> &'static str {
        "sums_over_sorted_rows"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// The windows of an operator over sorted rows.
fn windows(plan: &Arc<dyn ExecutionPlan>) -> Option<&[Arc<dyn WindowExpr>]> {
    if let Some(bounded) = plan.downcast_ref::<BoundedWindowAggExec>() {
        return matches!(bounded.input_order_mode, InputOrderMode::Sorted).then(|| bounded.window_expr());
    }
    plan.downcast_ref::<WindowAggExec>().map(WindowAggExec::window_expr)
}

/// `plan` with its window sums done by [`SumsOver`], if it has such.
fn with_sums(plan: &Arc<dyn ExecutionPlan>) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    let Some(windows) = windows(plan) else { return Ok(None) };
    let found: Vec<Option<SumOver>> = windows.iter().map(sum_over).collect();
    let Some(first) = found.iter().position(Option::is_some) else { return Ok(None) };
    let others: Vec<_> = windows.iter().zip(&found).filter(|(_, sum)| sum.is_none()).map(|(w, _)| w.clone()).collect();
    let keys = windows[first].partition_by().to_vec();
    let needs = Needs {
        order: plan.required_input_ordering().into_iter().next().flatten(),
        distribution: plan.input_distribution_requirements(),
    };
    let input = Arc::clone(plan.children()[0]);
    if others.is_empty() {
        let work = SumsOver { keys, sums: found.into_iter().flatten().collect() };
        return Ok(Some(OperatorExec::plan(input, work, needs, Arc::clone(plan.properties()))));
    }
    let columns = input.schema().fields().len();
    let input = only(plan, others, input)?;
    // Beside what the others give; a projection puts all in the order of the operator that is replaced.
    let places = places(columns, &found);
    let work = SumsOver { keys, sums: found.into_iter().flatten().collect() };
    let properties = work.beside(&input);
    let summed = OperatorExec::plan(input, work, needs, properties);
    let in_order = plan
        .schema()
        .fields()
        .iter()
        .zip(places)
        .map(|(field, place)| ProjectionExpr {
            expr: Arc::new(Column::new(field.name(), place)),
            alias: field.name().clone(),
        })
        .collect::<Vec<_>>();
    Ok(Some(Arc::new(ProjectionExec::try_new(in_order, summed)?)))
}

/// `plan` with no windows but `windows`, over `input`.
fn only(
    plan: &Arc<dyn ExecutionPlan>,
    windows: Vec<Arc<dyn WindowExpr>>,
    input: Arc<dyn ExecutionPlan>,
) -> Result<Arc<dyn ExecutionPlan>> {
    if let Some(bounded) = plan.downcast_ref::<BoundedWindowAggExec>() {
        let can_repartition = !bounded.partition_keys().is_empty();
        let mode = bounded.input_order_mode.clone();
        return Ok(Arc::new(BoundedWindowAggExec::try_new(windows, input, mode, can_repartition)?));
    }
    let can_repartition = plan.downcast_ref::<WindowAggExec>().is_some_and(|whole| !whole.partition_keys().is_empty());
    Ok(Arc::new(WindowAggExec::try_new(windows, input, can_repartition)?))
}

/// Where each column of an operator stands when, behind the `columns` of its input, the windows that are no sums come
/// first and the sums last.
fn places(columns: usize, found: &[Option<SumOver>]) -> Vec<usize> {
    let mut other = columns;
    let mut sum = columns + found.iter().filter(|sum| sum.is_none()).count();
    let windows = found.iter().map(|found| {
        let next = if found.is_some() { &mut sum } else { &mut other };
        *next += 1;
        *next - 1
    });
    (0..columns).chain(windows).collect()
}

/// A sum over the rows of a group.
#[derive(Debug, Clone)]
struct SumOver {
    name: String,
    value: Arc<dyn PhysicalExpr>,
    /// Up to each row, in the order of the rows; else of the whole group.
    is_running: bool,
    data_type: DataType,
}

/// The sum that `window` is, if it is one that can be done here.
fn sum_over(window: &Arc<dyn WindowExpr>) -> Option<SumOver> {
    let aggregate = window.as_any().downcast_ref::<PlainAggregateWindowExpr>()?;
    let function = aggregate.get_aggregate_expr();
    let is_plain = function.fun().name() == "sum" && !function.is_distinct() && !function.ignore_nulls();
    let arguments = function.expressions();
    let data_type = window.field().ok()?.data_type().clone();
    let is_running = runs_to(window.get_window_frame(), window.order_by().is_empty())?;
    // Nothing else tells: the trait that would is not exported.
    let is_filtered = !format!("{aggregate:?}").ends_with("filter: None }");
    let [value] = arguments.as_slice() else { return None };
    let fits = is_plain && !is_filtered && matches!(data_type, DataType::Decimal128(..));
    fits.then(|| SumOver { name: window.name().to_owned(), value: Arc::clone(value), is_running, data_type })
}

/// Whether a frame runs from the first row to the present one (true) or the last (false); else nothing.
fn runs_to(frame: &WindowFrame, is_unordered: bool) -> Option<bool> {
    let is_null = |bound: &WindowFrameBound| match bound {
        WindowFrameBound::Preceding(value) | WindowFrameBound::Following(value) => value.is_null(),
        WindowFrameBound::CurrentRow => false,
    };
    if !matches!(&frame.start_bound, WindowFrameBound::Preceding(_)) || !is_null(&frame.start_bound) {
        return None;
    }
    match (&frame.end_bound, frame.units) {
        (WindowFrameBound::Following(_), _) if is_null(&frame.end_bound) => Some(false),
        (WindowFrameBound::CurrentRow, WindowFrameUnits::Rows) => Some(true),
        // Without an order all rows are peers of the present one.
        (WindowFrameBound::CurrentRow, _) if is_unordered => Some(false),
        _ => None,
    }
}

/// Sums over groups of rows that stand together.
#[derive(Debug, Clone)]
struct SumsOver {
    keys: Vec<Arc<dyn PhysicalExpr>>,
    sums: Vec<SumOver>,
}

impl SumsOver {
    /// What rows of `input` are with these sums beside them.
    fn beside(&self, input: &Arc<dyn ExecutionPlan>) -> Arc<PlanProperties> {
        let sums = self.sums.iter().map(|sum| Field::new(&sum.name, sum.data_type.clone(), true));
        let fields: Vec<_> = input.schema().fields().iter().cloned().chain(sums.map(Arc::new)).collect();
        let schema = Arc::new(Schema::new_with_metadata(fields, input.schema().metadata().clone()));
        let order = input.properties().output_ordering().cloned();
        let properties = EquivalenceProperties::new_with_orderings(schema, order);
        let partitioning = input.properties().output_partitioning().clone();
        Arc::new(PlanProperties::new(properties, partitioning, input.pipeline_behavior(), input.boundedness()))
    }
}

impl OperatorWork for SumsOver {
    type PartitionWork = Sums;

    const NAME: &'static str = "SumOverExec";

    fn expressions(&self) -> Vec<&Arc<dyn PhysicalExpr>> {
        self.keys.iter().chain(self.sums.iter().map(|sum| &sum.value)).collect()
    }

    fn description(&self) -> String {
        let keys = self.keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let sums = self.sums.iter().map(|sum| sum.value.to_string()).collect::<Vec<_>>().join(", ");
        format!("by=[{keys}], sums=[{sums}]")
    }

    fn begin(&self, schema: SchemaRef, reservation: MemoryReservation) -> Sums {
        let (groups, sums) = (WholeRuns::new(self.keys.clone()), self.sums.clone());
        let needs_whole_groups = sums.iter().any(|sum| !sum.is_running);
        Sums { sums, schema, groups, needs_whole_groups, carried: None, reservation }
    }
}

/// The sums of one partition of the rows.
struct Sums {
    sums: Vec<SumOver>,
    schema: SchemaRef,
    /// Whole groups, where a sum is of the whole group.
    groups: WholeRuns,
    needs_whole_groups: bool,
    /// Where running sums stand, with the last row that they took.
    carried: Option<(RecordBatch, Vec<Option<i128>>)>,
    reservation: MemoryReservation,
}

impl PartitionWork for Sums {
    fn push(&mut self, batch: RecordBatch) -> Result<Vec<RecordBatch>> {
        if !self.needs_whole_groups {
            return if batch.num_rows() == 0 { Ok(Vec::new()) } else { Ok(vec![self.summed(batch)?]) };
        }
        let ended = self.groups.push(batch)?;
        self.reservation.try_resize(self.groups.size())?;
        ended.into_iter().map(|batch| self.summed(batch)).collect()
    }

    fn finish(&mut self) -> Result<Vec<RecordBatch>> {
        let last = self.groups.finish()?;
        self.reservation.free();
        last.into_iter().map(|batch| self.summed(batch)).collect()
    }
}

impl Sums {
    /// The rows with their sums beside them.
    fn summed(&mut self, batch: RecordBatch) -> Result<RecordBatch> {
        let runs = self.groups.runs(&batch)?;
        let before = match self.carried.take() {
            Some((last, sums)) if !self.needs_whole_groups && self.groups.is_one(&last, &batch)? => sums,
            _ => vec![None; self.sums.len()],
        };
        let mut columns = batch.columns().to_vec();
        let mut after = Vec::with_capacity(self.sums.len());
        for (sum, before) in self.sums.iter().zip(before) {
            let values = sum.value.evaluate(&batch)?.into_array(batch.num_rows())?;
            let Some(values) = values.as_primitive_opt::<Decimal128Type>() else {
                return internal_err!("`{}` is not a sum of decimals", sum.name);
            };
            let (column, last) = sum.column(values, &runs, before)?;
            columns.push(column);
            after.push(last);
        }
        if !self.needs_whole_groups {
            self.carried = Some((batch.slice(batch.num_rows() - 1, 1), after));
        }
        Ok(RecordBatch::try_new(Arc::clone(&self.schema), columns)?)
    }
}

impl SumOver {
    /// The sum of each row, and where the last one stands; the first group goes on from `before`.
    fn column(
        &self,
        values: &Decimal128Array,
        runs: &[std::ops::Range<usize>],
        before: Option<i128>,
    ) -> Result<(ArrayRef, Option<i128>)> {
        let mut sums: Vec<Option<i128>> = Vec::with_capacity(values.len());
        let mut sum = before;
        for (number, run) in runs.iter().enumerate() {
            if number > 0 {
                sum = None;
            }
            for row in run.clone() {
                if values.is_valid(row) {
                    sum = Some(self.added(sum.unwrap_or(0), values.value(row))?);
                }
                if self.is_running {
                    sums.push(sum);
                }
            }
            if !self.is_running {
                sums.resize(run.end, sum);
            }
        }
        let column = Decimal128Array::from(sums).with_data_type(self.data_type.clone());
        Ok((Arc::new(column), sum))
    }

    fn added(&self, sum: i128, value: i128) -> Result<i128> {
        sum.checked_add(value).ok_or_else(|| {
            let words = format!("the sum `{}` does not fit in 128 bits", self.name);
            DataFusionError::from(ArrowError::ArithmeticOverflow(words))
        })
    }
}
