//! How a DataFusion session is set up, so that results depend on nothing but the data.

use std::num::NonZeroUsize;
use std::sync::Arc;

use arrow::array::RecordBatch;
use datafusion::config::{ConfigNonZeroUsize, SpillCompression};
use datafusion::execution::SessionStateBuilder;
use datafusion::execution::memory_pool::TrackConsumersPool;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::logical_expr::{LogicalPlan, ScalarUDF};
use datafusion::physical_optimizer::sanity_checker::SanityCheckPlan;
use datafusion::prelude::{SessionConfig, SessionContext};
use futures::TryStreamExt;

use super::errors::explain;
use super::fingerprint::Fingerprint;
use super::memory::{self, DividedPool};
use super::mul_div::MulDiv;
use super::sums::SumsOverSortedRows;
use super::ties::TiesApart;
use crate::common::error::Result;

/// Up to this size the smaller side of a join is held once for all threads.
const BROADCAST_BYTES: usize = 256 * 1024 * 1024;
const BROADCAST_ROWS: usize = 4_000_000;

/// Below this limit of memory, batches are smaller: merging what went to disk holds one of every file.
const SMALL_LIMIT: usize = 4_000_000_000;
/// Rows of such a batch: half of what is usual.
const SMALL_BATCH: usize = 4_096;

/// How many of those that hold memory are named when there is not enough.
const NAMED: NonZeroUsize = NonZeroUsize::MIN.saturating_add(4);

/// How much of the machine the engine may use.
#[derive(Debug, Clone, Copy, Default)]
pub struct Limits {
    /// Threads that work on one query; all cores if absent.
    pub threads: Option<usize>,
    /// Bytes that the process may use; what is sorted and grouped goes to disk in time. If absent, most of what the
    /// machine or the container has.
    pub memory: Option<usize>,
}

/// The engine's name and version.
pub fn version() -> String {
    format!("DataFusion {}", datafusion::DATAFUSION_VERSION)
}

/// A session within `limits`.
pub(super) fn open(limits: &Limits) -> Result<SessionContext> {
    let operators = plain(limits)?
        .with_physical_optimizer_rule(Arc::new(SumsOverSortedRows))
        .with_physical_optimizer_rule(Arc::new(TiesApart))
        .with_physical_optimizer_rule(Arc::new(SanityCheckPlan::new()));
    let context = SessionContext::new_with_state(operators.build());
    context.register_udf(ScalarUDF::new_from_impl(MulDiv::new()));
    context.register_udf(ScalarUDF::new_from_impl(Fingerprint::new()));
    Ok(context)
}

/// The same without operators of our own.
pub(super) fn plain(limits: &Limits) -> Result<SessionStateBuilder> {
    let mut config = SessionConfig::new().with_information_schema(false);
    if let Some(threads) = limits.threads {
        config = config.with_target_partitions(threads);
    }
    let options = config.options_mut();
    options.sql_parser.parse_float_as_decimal = true;
    options.sql_parser.default_null_ordering = "nulls_last".to_owned();
    options.sql_parser.collect_spans = true;
    options.execution.time_zone = Some("+00:00".to_owned());
    // Lines are many and wide: what they are joined with is put into one hash table for all threads rather than have
    // the lines sorted out to threads by their keys.
    options.optimizer.hash_join_single_partition_threshold = BROADCAST_BYTES;
    options.optimizer.hash_join_single_partition_threshold_rows = BROADCAST_ROWS;
    // Filters leave out little; taken for a fifth, lines would be held in memory rather than what they are joined with.
    options.optimizer.default_filter_selectivity = 100;
    options.execution.spill_compression = SpillCompression::Lz4Frame;
    // No question is about so few rows that pages of them could be passed over.
    options.execution.parquet.enable_page_index = false;
    // Merging what went to disk has memory of its own.
    options.execution.sort_spill_reservation_bytes = 0;
    let bytes = limits.memory.unwrap_or_else(memory::usual_limit);
    if bytes < SMALL_LIMIT {
        options.execution.batch_size = ConfigNonZeroUsize::try_new(SMALL_BATCH).map_err(explain)?;
    }
    let pool = TrackConsumersPool::new(DividedPool::new(bytes), NAMED);
    let runtime = RuntimeEnvBuilder::new().with_memory_pool(Arc::new(pool));
    let runtime = Arc::new(runtime.build().map_err(explain)?);
    Ok(SessionStateBuilder::new().with_config(config).with_runtime_env(runtime).with_default_features())
}

/// The rows that `plan` gives.
pub(super) async fn rows_of(context: &SessionContext, plan: LogicalPlan) -> Result<Vec<RecordBatch>> {
    let frame = context.execute_logical_plan(plan).await.map_err(explain)?;
    frame.execute_stream().await.map_err(explain)?.try_collect().await.map_err(explain)
}
