//! The stream of an operator that looks at batches one after the other, and may hold some back.

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::common::{DataFusionError, Result};
use datafusion::execution::SendableRecordBatchStream;
use datafusion::physical_plan::metrics::BaselineMetrics;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use futures::StreamExt;

/// What is done with the rows of one partition.
pub(super) trait Step: Send + 'static {
    /// Takes the next rows; gives back those that are done.
    fn push(&mut self, batch: RecordBatch) -> Result<Option<RecordBatch>>;

    /// The rows that are left.
    fn finish(&mut self) -> Result<Option<RecordBatch>>;
}

/// The rows of `input` after `step`, with the columns of `schema`.
pub(super) fn stepped(
    input: SendableRecordBatchStream,
    step: impl Step,
    schema: SchemaRef,
    metrics: BaselineMetrics,
) -> SendableRecordBatchStream {
    let stream = futures::stream::try_unfold((input, step, metrics), |(mut input, mut step, metrics)| async move {
        while let Some(batch) = input.next().await.transpose()? {
            let timer = metrics.elapsed_compute().timer();
            let done = step.push(batch)?;
            timer.done();
            if let Some(batch) = done {
                metrics.record_output(batch.num_rows());
                return Ok(Some((batch, (input, step, metrics))));
            }
        }
        let last = step.finish()?;
        last.iter().for_each(|batch| metrics.record_output(batch.num_rows()));
        Ok::<_, DataFusionError>(last.map(|batch| (batch, (input, step, metrics))))
    });
    Box::pin(RecordBatchStreamAdapter::new(schema, stream))
}
