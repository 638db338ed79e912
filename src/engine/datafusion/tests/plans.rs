//! What becomes of queries such as the models are: where a plan is another than these, the fast ways may be lost.

use super::{add, answer, rows, sessions};

/// The operators of a plan, one in a line, without what they work on.
fn operators(plan: &str) -> Vec<String> {
    plan.lines()
        .map(|line| {
            let indent = line.len() - line.trim_start().len();
            let name = line.trim().split([':', ' ']).next().unwrap_or_default();
            format!("{:indent$}{name}", "")
        })
        .collect()
}

async fn plan_of(sql: &str) -> Vec<String> {
    let [ours, _] = sessions();
    add(&ours, rows(3));
    operators(&answer(&ours, sql).await.1)
}

#[tokio::test]
async fn sums_of_a_window_are_one_operator() {
    let sql = "select key, id, sum(amount) over (partition by key order by id rows between unbounded preceding and \
               current row) as running from t";
    let plan = ["ProjectionExec", "  SumOverExec", "    SortExec", "      RepartitionExec", "        DataSourceExec"];
    assert_eq!(plan_of(sql).await, plan);
}

#[tokio::test]
async fn a_window_with_another_frame_keeps_its_sums_fast() {
    let sql = "select key, id, sum(amount) over w as running, row_number() over w as number from t window w as \
               (partition by key order by id rows between unbounded preceding and current row)";
    let plan = [
        "ProjectionExec",
        "  ProjectionExec",
        "    SumOverExec",
        "      BoundedWindowAggExec",
        "        SortExec",
        "          RepartitionExec",
        "            DataSourceExec",
    ];
    assert_eq!(plan_of(sql).await, plan);
}

#[tokio::test]
async fn a_long_order_is_taken_apart() {
    let sql = "select *, place + slot as c1, place * slot as c2, place - slot as c3 from t \
               order by key, slot, place, name, amount, c1, c2, c3, id";
    let plan =
        ["TieBreakExec", "  SortPreservingMergeExec", "    SortExec", "      ProjectionExec", "        DataSourceExec"];
    assert_eq!(plan_of(sql).await, plan);
}

/// Half a cent and less is nothing once it is rounded to cents, wherever the cast stands.
#[tokio::test]
async fn a_cast_that_leaves_digits_out_is_made_before_what_is_asked_of_it() {
    let [ours, _] = sessions();
    let cents = "select cast(x as decimal(18, 2)) as c, cast(x as bigint) as n from (values (cast(0.004 as \
                 decimal(28, 10))), (cast(0.5 as decimal(28, 10))), (null)) as v (x)";
    for (condition, wanted) in
        [("c <> 0", 1), ("c = 0", 1), ("c in (0, 1)", 1), ("c between 0 and 0.1", 1), ("n = 0", 2)]
    {
        let sql = format!("select count(*) from ({cents}) as t where {condition}");
        let plan = crate::engine::datafusion::sql::plan(&ours.state(), &sql).await.unwrap();
        let rows = crate::engine::datafusion::session::rows_of(&ours, plan).await.unwrap();
        assert_eq!(crate::engine::rows::texts(&rows).unwrap(), [[Some(wanted.to_string())]], "{condition}");
    }
}
