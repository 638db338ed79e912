//! Cuts sorted batches where runs of rows alike end, so that no run is in two of them.
//!
//! Few runs go beyond a batch, and only these are copied.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::compute::{concat_batches, partition};
use datafusion::common::Result;
use datafusion::physical_expr::PhysicalExpr;

/// Gives back rows whose run has ended.
pub(super) struct WholeRuns {
    keys: Vec<Arc<dyn PhysicalExpr>>,
    /// One batch, with whose last run the next may go on; or the parts of one run that does go on.
    held: Vec<RecordBatch>,
}

impl WholeRuns {
    /// For rows that are sorted so that those of equal `keys` stand together; without keys all rows are alike.
    pub(super) fn new(keys: Vec<Arc<dyn PhysicalExpr>>) -> Self {
        Self { keys, held: Vec::new() }
    }

    /// Takes the next rows; gives back the runs that have ended.
    pub(super) fn push(&mut self, batch: RecordBatch) -> Result<Vec<RecordBatch>> {
        let (first, rows) = match self.runs(&batch)?.first() {
            Some(first) => (first.end, batch.num_rows()),
            None => return Ok(Vec::new()),
        };
        let goes_on = match self.held.last() {
            Some(last) => self.is_one(last, &batch)?,
            None => false,
        };
        if !goes_on {
            let ended = self.finish();
            self.held.push(batch);
            return ended;
        }
        let mut ended = self.before_last_run()?;
        self.held.push(batch.slice(0, first));
        if first < rows {
            ended.extend(self.finish()?);
            self.held.push(batch.slice(first, rows - first));
        }
        Ok(ended)
    }

    /// What is left.
    pub(super) fn finish(&mut self) -> Result<Vec<RecordBatch>> {
        let held = std::mem::take(&mut self.held);
        match held.first() {
            Some(first) if held.len() > 1 => Ok(vec![concat_batches(first.schema_ref(), &held)?]),
            _ => Ok(held),
        }
    }

    /// Lets go of all runs of the one batch that is held but the last.
    fn before_last_run(&mut self) -> Result<Vec<RecordBatch>> {
        let [batch] = self.held.as_slice() else { return Ok(Vec::new()) };
        let start = self.runs(batch)?.last().map_or(0, |run| run.start);
        if start == 0 {
            return Ok(Vec::new());
        }
        let ended = batch.slice(0, start);
        self.held = vec![batch.slice(start, batch.num_rows() - start)];
        Ok(vec![ended])
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
