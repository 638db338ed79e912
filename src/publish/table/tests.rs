//! Published tables: their files, and whether another run would give the same.

use super::*;
use crate::testing::run_record as run;

fn period() -> Period {
    Period::new(2018, 10).unwrap()
}

#[test]
fn readers_find_as_many_files_as_were_written() {
    let table = PublishedTable::new("costs", period(), &run("r1"), WrittenFiles { attempt: 2, count: 1, rows: 7 });
    assert_eq!(table.paths(period()), ["costs/billing_period=2018-10/run_id=r1/00000.parquet"]);
    assert_eq!(table.written(period()), ["runs/2018-10/r1/costs/2/00000.parquet"]);
}

#[test]
fn tables_of_an_earlier_version_are_where_it_put_them() {
    let table = PublishedTable {
        files: None,
        ..PublishedTable::new("costs", period(), &run("r1"), WrittenFiles { attempt: 2, count: 1, rows: 7 })
    };
    assert_eq!(table.paths(period()), ["costs/billing_period=2018-10/r1.parquet"]);
    assert_eq!(table.written(period()), [".apportion/runs/2018-10/r1/costs.parquet"]);
    assert_eq!(
        table.moved(period(), 7),
        PublishedTable::new("costs", period(), &run("r1"), WrittenFiles { attempt: 1, count: 1, rows: 7 })
    );
}

#[test]
fn a_run_does_the_work_of_another_if_it_was_made_of_the_same_and_tested_no_less() {
    let other = RunRecord { source: "elsewhere".to_owned(), commit: String::new(), ..run("r2") };
    assert!(run("r1").does_work_of(&other));
    let untested = RunRecord { command: "run".to_owned(), ..run("r1") };
    assert!(run("r2").does_work_of(&untested) && untested.does_work_of(&untested));
    assert!(!untested.does_work_of(&run("r2")));
    let change: [fn(&mut RunRecord); 5] = [
        |run| run.delivery.push('x'),
        |run| run.models.push('x'),
        |run| run.settings.push(' '),
        |run| run.version.push('x'),
        |run| run.build.push('x'),
    ];
    for change in change {
        let mut changed = run("r2");
        change(&mut changed);
        assert!(!run("r1").does_work_of(&changed), "{changed:?}");
    }
}

#[test]
fn differences_are_named_and_the_order_of_settings_is_none() {
    let reordered = RunRecord { settings: "{\"b\":2,\"a\":1}".to_owned(), run_id: "r2".to_owned(), ..run("r1") };
    assert_eq!(run("r1").differences(&reordered), Vec::<&str>::new());
    let other = RunRecord {
        settings: "{\"a\": 1, \"b\": 2.0}".to_owned(),
        delivery: "x".to_owned(),
        models: "x".to_owned(),
        build: "x".to_owned(),
        ..run("r1")
    };
    assert_eq!(run("r1").differences(&other), ["report", "models", "settings", "version"]);
    assert!(!is_same_json("{", "["), "two texts that are no JSON are the same only if they are equal");
    assert!(is_same_json("{", "{"));
}
