//! The object that names the published files: what is written is read back, what is damaged is told.

use proptest::prelude::*;
use proptest::prop_assert_eq;

use super::*;
use crate::common::error::ErrorKind;
use crate::testing::holds;

fn table() -> impl Strategy<Value = PublishedTable> {
    let text = || "[ -~ü😀\n]{0,12}";
    let run = (text(), text(), text(), text(), -4_000_000_000_000..4_000_000_000_000_i64).prop_map(
        |(run_id, source, settings, build, millis)| RunRecord {
            run_id,
            published_at: DateTime::from_timestamp_millis(millis).unwrap(),
            delivery: format!("delivery of {source}"),
            source,
            models: "m".to_owned(),
            settings,
            version: "1".to_owned(),
            commit: build.clone(),
            build,
            command: "build".to_owned(),
        },
    );
    let files = prop::option::of(("[a-z/]{1,9}", text(), 0..100_u64, 0..=i64::MAX as u64));
    let payers = prop::collection::vec("[0-9]{12}", 0..3);
    ("[a-z/_]{1,12}", run, files, payers).prop_map(|(table, run, files, kept_payers)| PublishedTable {
        table,
        run,
        files: files.map(|(folder, written, count, rows)| Files { folder, written, count, rows }),
        kept_payers,
    })
}

#[test]
fn what_is_written_is_read_back() {
    let seen = prop::option::of(-4_000_000_000_000..4_000_000_000_000_i64);
    holds(
        (prop::collection::vec(table(), 0..4), "[a-z0-9-]{0,9}", any::<u64>(), seen),
        |(tables, holder, turn, seen)| {
            let seen_at = seen.and_then(DateTime::from_timestamp_millis);
            let pointer = Pointer { tables: tables.clone(), holder: holder.clone(), turn, seen_at };
            let read = decode(encode(&pointer).unwrap()).unwrap();
            prop_assert_eq!((read.tables, read.holder, read.turn, read.seen_at), (tables, holder, turn, seen_at));
            Ok(())
        },
    );
}

#[test]
fn the_same_is_the_same_bytes() {
    let pointer = Pointer { holder: "r1".to_owned(), turn: 3, ..Pointer::default() };
    assert_eq!(encode(&pointer).unwrap(), encode(&pointer).unwrap());
}

/// The file of one table, in which the columns `without` are missing.
fn file_without(without: &[&str]) -> Bytes {
    let one = encode(&Pointer { tables: vec![some_table()], ..Pointer::default() }).unwrap();
    let batch = ParquetRecordBatchReaderBuilder::try_new(one).unwrap().build().unwrap().next().unwrap().unwrap();
    let kept: Vec<usize> = batch
        .schema()
        .fields()
        .iter()
        .enumerate()
        .filter(|(_, field)| !without.contains(&field.name().as_str()))
        .map(|(index, _)| index)
        .collect();
    let batch = batch.project(&kept).unwrap();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes.into()
}

fn some_table() -> PublishedTable {
    let run = RunRecord {
        run_id: "r1".to_owned(),
        published_at: DateTime::from_timestamp_millis(5).unwrap(),
        source: "s".to_owned(),
        delivery: "d".to_owned(),
        models: "m".to_owned(),
        settings: "{}".to_owned(),
        version: "1".to_owned(),
        build: "b".to_owned(),
        commit: "c".to_owned(),
        command: "build".to_owned(),
    };
    PublishedTable::new(
        "costs",
        crate::common::period::Period::new(2018, 10).unwrap(),
        &run,
        crate::publish::WrittenFiles { attempt: 1, count: 1, rows: 7 },
    )
}

#[test]
fn what_earlier_versions_did_not_write_is_empty() {
    let later = ["build", "commit", "folder", "written", "kept_payers", "files", "rows"];
    let read = decode(file_without(&later)).unwrap();
    let run = RunRecord { build: String::new(), commit: String::new(), ..some_table().run };
    assert_eq!(read.tables, [PublishedTable { run, files: None, ..some_table() }]);
    assert_eq!((read.holder.as_str(), read.turn, read.seen_at), ("", 0, None));
}

#[test]
fn what_every_version_has_written_must_be_there() {
    for name in TEXTS.iter().chain([&PUBLISHED_AT]) {
        let error = decode(file_without(&[name])).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Data);
        assert!(error.to_string().contains(name), "{error}");
    }
}

#[test]
fn files_without_a_folder_are_those_of_an_earlier_version() {
    let read = decode(file_without(&["folder"])).unwrap();
    assert_eq!(read.tables[0].files, None);
}

#[test]
fn a_file_that_breaks_off_or_is_none_is_damaged() {
    let whole = file_without(&[]);
    for length in 0..whole.len() {
        let error = decode(whole.slice(0..length)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Data, "{length}");
    }
    for bytes in [&b"PAR1PAR1"[..], b"PAR1\xff\xff\xff\xffPAR1", b"<html></html>"] {
        assert_eq!(decode(Bytes::copy_from_slice(bytes)).unwrap_err().kind(), ErrorKind::Data);
    }
}
