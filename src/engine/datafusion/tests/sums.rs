//! Window sums.

use std::sync::Arc;

use arrow::array::{Decimal128Array, RecordBatch};
use arrow::datatypes::{DataType, Field, Schema};
use datafusion::catalog::MemTable;

use super::{add, answer, rows, sessions};

/// Windows that are all sums, or among others that are none.
const QUERIES: [&str; 12] = [
    "select *, sum(amount) over (partition by key) as s from t",
    "select *, sum(amount) over (partition by key, slot order by id rows between unbounded preceding and current row) as s from t",
    "select *, sum(amount) over (partition by key order by id rows between unbounded preceding and unbounded following) as s from t",
    "select *, sum(amount) over () as s from t",
    "select *, sum(amount) over (order by id rows between unbounded preceding and current row) as s from t",
    "select *, sum(amount) over w as r, sum(amount) over (partition by key) as s from t window w as (partition by key order by id rows between unbounded preceding and current row)",
    "select *, sum(amount) over w as a, row_number() over w as n, sum(amount + amount) over w as b from t window w as (partition by key order by id rows between unbounded preceding and current row)",
    "select *, row_number() over w as n, sum(amount) over w as a, max(amount) over w as m from t window w as (partition by key, slot order by place, id rows between unbounded preceding and current row)",
    "select *, sum(amount) over (partition by key order by id rows between 1 preceding and current row) as near, sum(amount) over (partition by key order by id rows between unbounded preceding and current row) as all_before from t",
    "select *, count(*) over (partition by key) as n, sum(amount) over (partition by key) as s, sum(place) over (partition by key) as p from t",
    "select *, lag(amount) over w as l, sum(amount) over (partition by slot order by id rows between unbounded preceding and unbounded following) as s from t window w as (partition by slot order by id)",
    "select key, sum(sum(amount)) over (partition by slot) as s, slot from t group by key, slot",
];

#[tokio::test]
async fn window_sums_are_those_of_datafusion() {
    for seed in 0..12 {
        let [ours, theirs] = sessions();
        add(&ours, rows(seed));
        add(&theirs, rows(seed));
        for sql in QUERIES {
            let ((mut own, plan), (mut other, plain)) = (answer(&ours, sql).await, answer(&theirs, sql).await);
            assert!(plan.contains("SumOverExec"), "{sql}\n{plan}");
            assert!(!plain.contains("SumOverExec"), "{plain}");
            own.sort();
            other.sort();
            assert_eq!(own, other, "seed {seed}: {sql}\n{plan}");
        }
    }
}

#[tokio::test]
async fn frames_and_sums_of_other_kinds_stay_with_datafusion() {
    let [ours, theirs] = sessions();
    add(&ours, rows(1));
    add(&theirs, rows(1));
    for sql in [
        "select *, sum(amount) over (partition by key order by id rows between 2 preceding and current row) as s from t",
        "select *, sum(amount) over (partition by key order by place) as s from t",
        "select *, sum(cast(amount as double)) over (partition by key) as s from t",
        "select *, sum(amount) filter (where slot = 1) over (partition by key) as s from t",
    ] {
        let ((mut own, plan), (mut other, _)) = (answer(&ours, sql).await, answer(&theirs, sql).await);
        assert!(!plan.contains("SumOverExec"), "{sql}\n{plan}");
        own.sort();
        other.sort();
        assert_eq!(own, other, "{sql}");
    }
}

#[tokio::test]
async fn a_sum_that_leaves_128_bits_is_an_error() {
    let kind = DataType::Decimal128(38, 0);
    let schema = Arc::new(Schema::new(vec![Field::new("amount", kind.clone(), false)]));
    let largest = Decimal128Array::from(vec![i128::MAX / 2; 4]).with_data_type(kind);
    let batch = RecordBatch::try_new(Arc::clone(&schema), vec![Arc::new(largest)]).unwrap();
    let [ours, _] = sessions();
    ours.register_table("wide", Arc::new(MemTable::try_new(schema, vec![vec![batch]]).unwrap())).unwrap();
    let failed = ours.sql("select sum(amount) over () as s from wide").await.unwrap().collect().await;
    assert!(failed.unwrap_err().to_string().contains("128 bits"));
}
