//! Notes of what was published: their names, how many are kept, and what is told of them.

use super::*;
use crate::publish::file::Pointer;
use crate::publish::{PublishedTable, RunRecord, pointer};
use crate::testing::{in_folder, run_record};

fn period() -> Period {
    Period::new(2018, 10).unwrap()
}

/// The publication of `run_id`, published and seen at these milliseconds.
fn publication(run_id: &str, published: i64, seen: i64) -> Publication {
    let published_at = DateTime::from_timestamp_millis(published).unwrap();
    let run = RunRecord { published_at, ..run_record(run_id) };
    let tables = vec![PublishedTable::new(
        "costs",
        period(),
        &run,
        crate::publish::WrittenFiles { attempt: 1, count: 1, rows: 1 },
    )];
    let seen_at = DateTime::from_timestamp_millis(seen);
    Publication::new(period(), Pointer { tables, holder: String::new(), turn: 1, seen_at }, None)
}

async fn runs(output: &Location) -> Vec<String> {
    let past = Publication::history(output, period()).await.unwrap();
    past.iter().map(|past| past.run_id().unwrap().to_owned()).collect()
}

#[test]
fn names_of_notes_sort_by_time_and_name_the_run() {
    assert_eq!(publication("r1", 5, 7).note_name(), "0000000000007-r1.parquet");
    assert_eq!(Publication::none(period()).note_name(), "0000000000000-.parquet");
    let later = publication("a", 5, 1_700_000_000_000).note_name();
    assert!(publication("z", 5, 999_999_999_999).note_name() < later);
}

#[test]
fn nothing_published_has_no_history() {
    in_folder(async |output| {
        assert_eq!(runs(output).await, Vec::<String>::new());
        Publication::none(period()).note(output).await.unwrap();
        assert_eq!(output.list("").await.unwrap().len(), 0);
    });
}

#[test]
fn the_newest_five_are_kept_and_noting_one_twice_changes_nothing() {
    in_folder(async |output| {
        for n in 1..=7 {
            publication(&format!("r{n}"), n, n * 1000).note(output).await.unwrap();
            publication(&format!("r{n}"), n, n * 1000).note(output).await.unwrap();
        }
        assert_eq!(runs(output).await, ["r3", "r4", "r5", "r6", "r7"]);
        let past = Publication::history(output, period()).await.unwrap();
        assert_eq!(past.last().map(|past| past.at), DateTime::from_timestamp_millis(7000));
    });
}

#[test]
fn what_readers_see_is_told_also_if_nobody_noted_it() {
    in_folder(async |output| {
        publication("r1", 1, 1000).note(output).await.unwrap();
        output.put(&pointer(period()), publication("r2", 2, 2000).encoded().unwrap()).await.unwrap();
        assert_eq!(runs(output).await, ["r1", "r2"]);
        publication("r2", 2, 2000).note(output).await.unwrap();
        assert_eq!(runs(output).await, ["r1", "r2"]);
    });
}

#[test]
fn what_was_brought_back_knows_what_it_took_the_place_of() {
    in_folder(async |output| {
        publication("r1", 1, 1000).note(output).await.unwrap();
        publication("r2", 2, 2000).note(output).await.unwrap();
        let back = publication("r1", 1, 3000);
        back.note(output).await.unwrap();
        let from = back.rolled_back_from(output).await.unwrap();
        assert_eq!(from.and_then(|from| from.newest().map(|run| run.run_id.clone())).as_deref(), Some("r2"));
        assert!(publication("r2", 2, 2000).rolled_back_from(output).await.unwrap().is_none());
    });
}

#[test]
fn files_of_others_in_the_history_are_passed_over_and_damaged_ones_told() {
    in_folder(async |output| {
        publication("r1", 1, 1000).note(output).await.unwrap();
        output.put(&format!("{}/notes.txt", folder(period())), "x".into()).await.unwrap();
        assert_eq!(runs(output).await, ["r1"]);
        output.put(&format!("{}/0000000000002-r2.parquet", folder(period())), "x".into()).await.unwrap();
        let error = Publication::history(output, period()).await.unwrap_err();
        assert!(error.to_string().contains("0000000000002-r2.parquet"), "{error}");
    });
}

#[test]
fn a_publication_of_an_earlier_version_is_not_noted_a_second_time() {
    in_folder(async |output| {
        let old = Publication { seen_at: None, ..publication("r1", 1, 0) };
        output.put(&format!("{}/0000000000500-x.parquet", folder(period())), old.encoded().unwrap()).await.unwrap();
        old.note(output).await.unwrap();
        assert_eq!(output.list(&folder(period())).await.unwrap().len(), 1);
        publication("r2", 2, 2000).note(output).await.unwrap();
        assert_eq!(runs(output).await, ["r1", "r2"]);
    });
}
