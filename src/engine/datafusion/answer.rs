//! The rows of a stream as an answer: some kept, all counted.

use datafusion::common::Result as EngineResult;
use datafusion::execution::SendableRecordBatchStream;
use futures::StreamExt;

use crate::engine::Answer;

/// Reads `stream` to its end; keeps at most `keep` rows.
pub(super) async fn collect(mut stream: SendableRecordBatchStream, keep: usize) -> EngineResult<Answer> {
    let mut answer = Answer { schema: stream.schema(), batches: Vec::new(), rows: 0 };
    let mut room = keep;
    while let Some(batch) = stream.next().await {
        let batch = batch?;
        answer.rows += batch.num_rows() as u64;
        let taken = room.min(batch.num_rows());
        if taken > 0 {
            answer.batches.push(batch.slice(0, taken));
            room -= taken;
        }
    }
    Ok(answer)
}
