//! Events stay small, and two of them have one id only if they are the same.

use super::*;
use crate::publish::WrittenFiles;
use crate::testing::run_record;

fn author() -> Author {
    Author { run_id: "r9".to_owned(), correlation_id: "c".to_owned(), output: "s3://bucket/results".to_owned() }
}

fn run(run_id: &str) -> RunRecord {
    RunRecord { delivery: "d".repeat(64), models: "m".repeat(64), ..run_record(run_id) }
}

#[test]
fn an_event_of_any_project_stays_below_four_kilobytes() {
    let period = Period::new(2018, 10).unwrap();
    let written = WrittenFiles { attempt: 1, count: 1, rows: 1 };
    let table = |index| PublishedTable::new(&format!("{}{index:03}", "t".repeat(60)), period, &run("r9"), written);
    let mut tables: Vec<_> = (0..200).map(table).collect();
    tables.insert(0, PublishedTable::new("working/stg_lines", period, &run("r9"), written));
    let event = author().month_published(&run("r9"), &Publication::none(period), &tables, Some(3), Utc::now());
    assert!(event.detail.to_string().len() < 4_096, "{}", event.detail.to_string().len());
    let names = event.detail["tables"].as_array().unwrap();
    assert!(names.len() > 20 && names[0] == tables[1].table.as_str(), "{names:?}");
    let long = author().month_failed(period, &"ü".repeat(10_000), Utc::now());
    assert!(long.detail.to_string().len() < 4_096);
}

#[test]
fn an_id_is_of_one_event() {
    let period = Period::new(2018, 10).unwrap();
    let nothing = Publication::none(period);
    let now = Utc::now();
    let ids = [
        author().month_published(&run("r9"), &nothing, &[], None, now),
        author().month_rolled_back(&nothing, &nothing, now),
        author().lock_changed(&nothing, true, now),
        author().lock_changed(&nothing, false, now),
        author().locked_month_changed(period, "r1", "d1", now),
        author().locked_month_changed(period, "r1", "d2", now),
        author().month_failed(period, "", now),
    ]
    .map(|event| event.detail["id"].as_str().unwrap().to_owned());
    assert_eq!(ids.iter().collect::<std::collections::BTreeSet<_>>().len(), ids.len(), "{ids:?}");
    assert_eq!(ids[0], "MonthPublished/2018-10/r9");
}
