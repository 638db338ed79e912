//! Where tables lie: for readers, for runs, and as earlier versions had it.

use super::*;

fn period() -> Period {
    Period::new(2018, 10).unwrap()
}

#[test]
fn a_result_lies_where_readers_join_on_period_and_run() {
    assert_eq!(published("costs", period(), "r1", 2), "costs/billing_period=2018-10/run_id=r1");
    assert_eq!(written("costs", period(), "r1", 2), "runs/2018-10/r1/costs/2");
    assert!(published("costs", period(), "r1", 1).starts_with(&of_period("costs", period())));
}

#[test]
fn a_step_on_the_way_stays_where_the_run_wrote_it() {
    assert!(is_step("working/stg_lines") && !is_step("costs"));
    assert_eq!(published("working/stg_lines", period(), "r1", 3), written("working/stg_lines", period(), "r1", 3));
    assert_eq!(written("working/stg_lines", period(), "r1", 3), "runs/2018-10/r1/stg_lines/3");
    assert_eq!(
        before::published("working/stg_lines", period(), "r1"),
        before::written("working/stg_lines", period(), "r1")
    );
}

#[test]
fn all_that_a_run_writes_lies_in_its_folder_and_attempts_apart() {
    for table in ["costs", "working/stg_lines"] {
        let folders: Vec<String> = (1..4).map(|attempt| written(table, period(), "r1", attempt)).collect();
        assert!(folders.iter().all(|folder| folder.starts_with(&of_run(period(), "r1"))));
        assert!(folders.is_sorted_by(|one, other| one < other));
    }
}

#[test]
fn files_are_numbered_so_that_they_sort() {
    assert_eq!(files("x", 0), Vec::<String>::new());
    let many = files("x", 12);
    assert_eq!((many[0].as_str(), many[11].as_str()), ("x/00000.parquet", "x/00011.parquet"));
    assert!(many.is_sorted());
}

#[test]
fn a_folder_of_ours_that_readers_see_begins_with_no_dot() {
    let seen =
        [published("costs", period(), "r1", 1), published("working/x", period(), "r1", 1), of_run(period(), "r1")];
    assert!(seen.iter().flat_map(|path| path.split('/')).all(|part| !part.starts_with(['.', '_'])));
}
