//! Cuts sorted batches where runs of rows alike end, so that no run is in two of them.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::compute::{concat_batches, partition};
use datafusion::common::Result;
use datafusion::physical_expr::PhysicalExpr;

/// Gives back rows whose run has ended.
pub(super) struct WholeRuns {
    keys: Vec<Arc<dyn PhysicalExpr>>,
    /// The last run: the next batch may go on with it.
    held: Vec<RecordBatch>,
}

impl WholeRuns {
    /// For rows that are sorted so that those of equal `keys` stand together; without keys all rows are alike.
    pub(super) fn new(keys: Vec<Arc<dyn PhysicalExpr>>) -> Self {
        Self { keys, held: Vec::new() }
    }

    /// Takes the next rows; gives back the runs that have ended.
    pub(super) fn push(&mut self, batch: RecordBatch) -> Result<Option<RecordBatch>> {
        if batch.num_rows() == 0 {
            return Ok(None);
        }
        let last = self.runs(&batch)?.last().map_or(0, |run| run.start);
        let goes_on = match self.held.last() {
            Some(held) if last == 0 => self.is_one(held, &batch)?,
            _ => false,
        };
        if goes_on {
            self.held.push(batch);
            return Ok(None);
        }
        let mut ended = std::mem::take(&mut self.held);
        ended.push(batch.slice(0, last));
        self.held.push(batch.slice(last, batch.num_rows() - last));
        together(&ended)
    }

    /// The last run.
    pub(super) fn finish(&mut self) -> Result<Option<RecordBatch>> {
        together(&std::mem::take(&mut self.held))
    }

    /// The runs of `batch`, all of at least one row.
    pub(super) fn runs(&self, batch: &RecordBatch) -> Result<Vec<Range<usize>>> {
        if self.keys.is_empty() {
            return Ok(Vec::from_iter((batch.num_rows() > 0).then_some(0..batch.num_rows())));
        }
        Ok(partition(&evaluated(&self.keys, batch)?)?.ranges())
    }

    /// Whether the last row of `before` and the first of `after` are of one run.
    pub(super) fn is_one(&self, before: &RecordBatch, after: &RecordBatch) -> Result<bool> {
        let last = before.slice(before.num_rows() - 1, 1);
        let two = concat_batches(before.schema_ref(), [&last, &after.slice(0, 1)])?;
        Ok(self.runs(&two)?.len() == 1)
    }

    /// How many bytes are held of a run that goes beyond one batch.
    pub(super) fn size(&self) -> usize {
        self.held.iter().skip(1).map(RecordBatch::get_array_memory_size).sum()
    }
}

/// The columns that `exprs` are over `batch`.
pub(super) fn evaluated<'a>(
    exprs: impl IntoIterator<Item = &'a Arc<dyn PhysicalExpr>>,
    batch: &RecordBatch,
) -> Result<Vec<ArrayRef>> {
    exprs.into_iter().map(|expr| expr.evaluate(batch)?.into_array(batch.num_rows())).collect()
}

fn together(batches: &[RecordBatch]) -> Result<Option<RecordBatch>> {
    let batch = match batches {
        [] => return Ok(None),
        [one] => one.clone(),
        [first, ..] => concat_batches(first.schema_ref(), batches)?,
    };
    Ok((batch.num_rows() > 0).then_some(batch))
}
