//! An operator that looks at the batches of a partition one after the other, and may hold some back.

use std::fmt;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{DataFusionError, Result, internal_err};
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryReservation};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::{Distribution, LexOrdering, OrderingRequirements, PhysicalExpr};
use datafusion::physical_plan::metrics::{BaselineMetrics, ExecutionPlanMetricsSet, MetricsSet};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, InputDistributionRequirements, PlanProperties,
};
use futures::{StreamExt, TryStreamExt, stream};

/// What an operator does.
pub(super) trait OperatorWork: fmt::Debug + Clone + Send + Sync + 'static {
    /// What is done in one partition.
    type PartitionWork: PartitionWork;

    /// The operator's name, which ends in `Exec` as all do.
    const NAME: &'static str;

    /// All that it evaluates over its input.
    fn expressions(&self) -> Vec<&Arc<dyn PhysicalExpr>>;

    /// What it does, for people who read plans.
    fn description(&self) -> String;

    /// Begins a partition. The rows that come out have the columns of `schema`; those held back go to `reservation`.
    fn begin(&self, schema: SchemaRef, reservation: MemoryReservation) -> Self::PartitionWork;
}

/// What is done with the rows of one partition.
pub(super) trait PartitionWork: Send + 'static {
    /// Takes the next rows; gives back those that are done.
    fn push(&mut self, batch: RecordBatch) -> Result<Vec<RecordBatch>>;

    /// The rows that are left.
    fn finish(&mut self) -> Result<Vec<RecordBatch>>;
}

/// The operator that does `W`. It keeps the order of its input.
#[derive(Debug)]
pub(super) struct OperatorExec<W> {
    input: Arc<dyn ExecutionPlan>,
    work: W,
    needs: Needs,
    properties: Arc<PlanProperties>,
    metrics: ExecutionPlanMetricsSet,
}

/// What an operator relies on. DataFusion's check of finished plans holds its input against it.
#[derive(Debug, Clone)]
pub(super) struct Needs {
    /// The order of the rows of each partition.
    pub(super) order: Option<OrderingRequirements>,
    /// Which rows are in a partition together.
    pub(super) distribution: InputDistributionRequirements,
}

impl Needs {
    /// Rows in the order of `by`, in whatever partitions.
    pub(super) fn order(by: LexOrdering) -> Self {
        let distribution = InputDistributionRequirements::new(vec![Distribution::UnspecifiedDistribution]);
        Self { order: Some(OrderingRequirements::from(by)), distribution }
    }
}

impl<W: OperatorWork> OperatorExec<W> {
    /// Does `work`, which `needs` something of `input`; what comes out has `properties`.
    pub(super) fn plan(
        input: Arc<dyn ExecutionPlan>,
        work: W,
        needs: Needs,
        properties: Arc<PlanProperties>,
    ) -> Arc<dyn ExecutionPlan> {
        Arc::new(Self { input, work, needs, properties, metrics: ExecutionPlanMetricsSet::new() })
    }
}

impl<W: OperatorWork> DisplayAs for OperatorExec<W> {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}: {}", W::NAME, self.work.description())
    }
}

impl<W: OperatorWork> ExecutionPlan for OperatorExec<W> {
    fn name(&self) -> &'static str {
        W::NAME
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn required_input_ordering(&self) -> Vec<Option<OrderingRequirements>> {
        vec![self.needs.order.clone()]
    }

    fn input_distribution_requirements(&self) -> InputDistributionRequirements {
        self.needs.distribution.clone()
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![true]
    }

    fn apply_expressions(
        &self,
        act: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        for expression in self.work.expressions() {
            if act(expression)? == TreeNodeRecursion::Stop {
                return Ok(TreeNodeRecursion::Stop);
            }
        }
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(self: Arc<Self>, children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        let [input] = children.as_slice() else { return internal_err!("{} has one input", W::NAME) };
        Ok(Self::plan(Arc::clone(input), self.work.clone(), self.needs.clone(), Arc::clone(&self.properties)))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let input = self.input.execute(partition, Arc::clone(&context))?;
        let metrics = BaselineMetrics::new(&self.metrics, partition);
        let consumer = MemoryConsumer::new(format!("{}[{partition}]", W::NAME));
        let step = self.work.begin(self.schema(), consumer.register(context.memory_pool()));
        Ok(stepped(input, step, self.schema(), metrics))
    }

    fn metrics(&self) -> Option<MetricsSet> {
        Some(self.metrics.clone_inner())
    }
}

/// The rows of `input` after `step`, with the columns of `schema`.
fn stepped(
    input: SendableRecordBatchStream,
    step: impl PartitionWork,
    schema: SchemaRef,
    metrics: BaselineMetrics,
) -> SendableRecordBatchStream {
    let counter = metrics.clone();
    let steps = stream::try_unfold(Some((input, step, metrics)), |state| async move {
        let Some((mut input, mut step, metrics)) = state else { return Ok(None) };
        let Some(batch) = input.next().await.transpose()? else { return Ok(Some((step.finish()?, None))) };
        let timer = metrics.elapsed_compute().timer();
        let done = step.push(batch)?;
        timer.done();
        Ok::<_, DataFusionError>(Some((done, Some((input, step, metrics)))))
    });
    let batches = steps.map_ok(|done| stream::iter(done.into_iter().map(Ok))).try_flatten();
    let counted = batches.inspect_ok(move |batch: &RecordBatch| counter.record_output(batch.num_rows()));
    Box::pin(RecordBatchStreamAdapter::new(schema, counted))
}
