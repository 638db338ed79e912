//! Long orders.

use super::{add, answer, rows, sessions};
use crate::common::period::Period;
use crate::common::s3::S3Options;
use crate::engine::datafusion::{Limits, Planner};
use crate::engine::{Destination, Executor, QuerySpec, QuerySql, rows as texts};
use crate::storage::Location;

/// More columns than are sorted by at once.
const LONG: &str = "select *, place + slot as c1, place * slot as c2, place - slot as c3, slot - place as c4 from t \
                    order by key, slot desc, place, name nulls first, amount, c1, c2 desc, c3, c4, id";

#[tokio::test]
async fn long_orders_are_those_of_datafusion() {
    for seed in 0..12 {
        let [ours, theirs] = sessions();
        add(&ours, rows(seed));
        add(&theirs, rows(seed));
        let ((own, plan), (other, plain)) = (answer(&ours, LONG).await, answer(&theirs, LONG).await);
        assert!(plan.contains("TieBreakExec"), "{plan}");
        assert!(!plain.contains("TieBreakExec"), "{plain}");
        assert_eq!(own, other, "seed {seed}\n{plan}");
    }
}

/// Files that say that their rows stand in the order of the first columns are sorted run by run.
#[tokio::test]
async fn rows_in_part_in_order_are_put_in_the_whole_order() {
    let folder = tempfile::tempdir().unwrap();
    let output = Location::open("out", folder.path(), &S3Options::default()).await.unwrap();
    let period: Period = "2026-10".parse().unwrap();
    for seed in 0..6 {
        let planner = Planner::new(output.clone(), &Limits { threads: Some(2), memory: None }).unwrap();
        let batches = rows(seed).concat();
        let all = arrow::compute::concat_batches(&super::schema(), &batches).unwrap();
        planner.add_rows("w.given", all).unwrap();
        let spec = QuerySpec { relation: "w.t".into(), sql: QuerySql::local("select * from w.given"), is_table: true };
        planner.add_query(&spec).await.unwrap();
        let executor = planner.executor();
        let destination = Destination {
            folder: format!("t{seed}"),
            attempt: 1,
            sort_by: vec!["key".into(), "slot".into()],
            period,
            is_result: false,
        };
        executor.materialise("w.t", &destination).await.unwrap();
        let sql = "select *, place + slot as c1, place * slot as c2, place - slot as c3 from w.t \
                   order by key, slot, place, name, amount, c1, c2, c3, id";
        let sorted = executor.query(&QuerySql::local(sql), &[]).await.unwrap().first(usize::MAX).await.unwrap();
        assert!(answer(&planner.0.context, sql).await.1.contains("PartialSortExec"));
        let own = texts::texts(&sorted.batches).unwrap();
        let mut expected = own.clone();
        expected.sort_by_key(|row| by_place(row));
        assert_eq!(own.len(), batches.iter().map(|batch| batch.num_rows()).sum::<usize>());
        assert_eq!(own, expected, "seed {seed}");
    }
}

/// Key, slot and place of a row, nulls last.
fn by_place(row: &[Option<String>]) -> (bool, String, i64, i64) {
    let number = |at: usize| row[at].as_ref().map_or(i64::MAX, |text: &String| text.parse().unwrap());
    (row[0].is_none(), row[0].clone().unwrap_or_default(), number(1), number(2))
}
