//! Operators of our own beside DataFusion's: the same rows, the same order.

mod plans;
mod sums;
mod ties;

use std::sync::Arc;

use arrow::array::{ArrayRef, Decimal128Array, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::util::display::array_value_to_string;
use datafusion::catalog::MemTable;
use datafusion::physical_plan::displayable;
use datafusion::prelude::SessionContext;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::session::{Limits, open, plain};

/// A session with our operators, and one without.
fn sessions() -> [SessionContext; 2] {
    let limits = Limits { threads: Some(2), memory: None };
    [open(&limits).unwrap(), SessionContext::new_with_state(plain(&limits).unwrap().build())]
}

/// `key` and `slot` of few values, `place` of more, `id` unique, `amount` with nulls, `name` of few values.
fn schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("key", DataType::Utf8, true),
        Field::new("slot", DataType::Int64, false),
        Field::new("place", DataType::Int64, true),
        Field::new("id", DataType::Int64, false),
        Field::new("amount", DataType::Decimal128(28, 10), true),
        Field::new("name", DataType::Utf8, true),
    ]))
}

/// Random rows in batches of all sizes, also none, in two partitions.
fn rows(seed: u64) -> Vec<Vec<RecordBatch>> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut next = 0;
    let keys = random.random_range(1..6_i64);
    let partition = |random: &mut ChaCha8Rng, next: &mut i64| {
        (0..random.random_range(1..6)).map(|_| batch(random, next, keys)).collect::<Vec<_>>()
    };
    vec![partition(&mut random, &mut next), partition(&mut random, &mut next)]
}

fn batch(random: &mut ChaCha8Rng, next: &mut i64, keys: i64) -> RecordBatch {
    let rows = if random.random_bool(0.2) { 0 } else { random.random_range(1..400_usize) };
    let text = |random: &mut ChaCha8Rng, of: i64| {
        random.random_bool(0.9).then(|| format!("{:03}", random.random_range(0..of)))
    };
    let columns: Vec<ArrayRef> = vec![
        Arc::new((0..rows).map(|_| text(random, keys)).collect::<StringArray>()),
        Arc::new((0..rows).map(|_| random.random_range(0..4_i64)).collect::<Int64Array>()),
        Arc::new(
            (0..rows).map(|_| random.random_bool(0.9).then(|| random.random_range(0..30_i64))).collect::<Int64Array>(),
        ),
        Arc::new(Int64Array::from_iter_values(*next..*next + rows as i64)),
        Arc::new(
            (0..rows)
                .map(|_| {
                    random
                        .random_bool(0.8)
                        .then(|| i128::from(random.random_range(-1_000_000_000_000..1_000_000_000_000_i64)))
                })
                .collect::<Decimal128Array>()
                .with_data_type(DataType::Decimal128(28, 10)),
        ),
        Arc::new((0..rows).map(|_| text(random, 3)).collect::<StringArray>()),
    ];
    *next += rows as i64;
    RecordBatch::try_new(schema(), columns).unwrap()
}

fn add(context: &SessionContext, rows: Vec<Vec<RecordBatch>>) {
    context.register_table("t", Arc::new(MemTable::try_new(schema(), rows).unwrap())).unwrap();
}

/// The rows that `sql` gives, as text, and its plan.
async fn answer(context: &SessionContext, sql: &str) -> (Vec<String>, String) {
    let plan = context.sql(sql).await.unwrap().create_physical_plan().await.unwrap();
    let text = displayable(plan.as_ref()).indent(false).to_string();
    let batches = datafusion::physical_plan::collect(plan, context.task_ctx()).await.unwrap();
    let line = |batch: &RecordBatch, row: usize| {
        let cells: Vec<String> =
            batch.columns().iter().map(|column| array_value_to_string(column, row).unwrap()).collect();
        cells.join("|")
    };
    let lines = batches.iter().flat_map(|batch| (0..batch.num_rows()).map(move |row| line(batch, row)));
    (lines.collect(), text)
}
