//! Manifests: what they say in either layout, and those that say nothing.

use super::*;
use crate::common::error::ErrorKind;
use crate::testing::fuzz::{self, Kind};
use crate::testing::{assert_points_into, place};

const NAME: &str = "s3://bucket/cur/costs-Manifest.json";

fn said(text: &str) -> ManifestContent {
    parse(NAME, text.as_bytes()).unwrap_or_else(|error| panic!("{error}"))
}

fn refused(text: &str) -> Error {
    let error = parse(NAME, text.as_bytes()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Data);
    assert_points_into(&error, text);
    error
}

#[test]
fn a_legacy_manifest_names_keys_assembly_and_period() {
    let says = said(
        r#"{"assemblyId": "id", "billingPeriod": {"start": "20181001T000000.000Z"}, "reportKeys": ["b/2.parquet", "/a//1.parquet", "b/2.parquet"]}"#,
    );
    assert_eq!((says.id.as_str(), says.keys.join(" ").as_str()), ("id", "a/1.parquet b/2.parquet"));
    assert_eq!(says.period.map(|period| period.to_string()).as_deref(), Some("2018-10"));
}

#[test]
fn a_manifest_of_an_export_names_urls_and_execution() {
    let says = said(
        r#"{"executionId": "id", "billingPeriod": {"start": "2018-10-01T00:00:00Z"}, "dataFiles": ["s3://bucket/x/1.parquet", "s3://bucket"]}"#,
    );
    assert_eq!((says.id.as_str(), says.keys), ("id", vec![String::new(), "x/1.parquet".to_owned()]));
    assert_eq!(says.period.map(|period| period.to_string()).as_deref(), Some("2018-10"));
}

#[test]
fn without_an_id_the_folder_of_the_delivery_is_it() {
    assert_eq!(said(r#"{"reportKeys": ["c/20181001-20181101/own/a.parquet"]}"#).id, "own");
    assert_eq!(said(r#"{"reportKeys": ["a.parquet"], "assemblyId": 3}"#).id, "");
}

#[test]
fn a_period_that_is_none_is_as_if_it_were_not_said() {
    for period in ["5", "null", "{}", r#"{"start": 5}"#, r#""2018""#, r#""201813""#, r#""x""#, r#""٢٠١٨١٠""#] {
        assert_eq!(said(&format!(r#"{{"reportKeys": ["a"], "billingPeriod": {period}}}"#)).period, None, "{period}");
    }
    assert!(said(r#"{"reportKeys": ["a"], "billingPeriod": "2018-10"}"#).period.is_some());
}

#[test]
fn a_manifest_without_files_is_refused() {
    for text in ["{}", "[]", "3", "null", r#"{"reportKeys": []}"#, r#"{"reportKeys": [1]}"#, r#"{"dataFiles": "a"}"#] {
        assert_eq!(place(&refused(text)), (0, 0), "{text}");
    }
}

#[test]
fn what_is_no_json_is_pointed_at_by_line_and_character() {
    assert_eq!(place(&refused("{\n  \"a\": x}")), (2, 8));
    assert_eq!(place(&refused("{\"größe\": \"ü\" x}")), (1, 15));
    assert_eq!(place(&refused("")).1, 0);
    refused("{\"reportKeys\": [\"a\"");
    refused("\u{feff}{\"reportKeys\": [\"a\"]}");
    refused(&"[".repeat(50_000));
    refused(&"{\"a\":".repeat(50_000));
}

#[test]
fn long_lines_are_not_shown() {
    assert!(refused(&format!("{{\"{}\" x", "a".repeat(500))).to_string().len() < 600);
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    assert_eq!(parse(NAME, b"{\"reportKeys\": [\"\xff\"]}").unwrap_err().kind(), ErrorKind::Data);
}

#[test]
fn only_the_primary_billing_view_is_what_aws_bills() {
    let of =
        |view: &str| format!(r#"{{"reportKeys": ["a"], "x": [{{"y": "arn:aws:billing::1:billingview/{view}"}}]}}"#);
    said(&of("primary"));
    assert!(refused(&of("custom-1")).message().contains("billingview/custom-1"));
}

fn object(path: &str, seconds: i64) -> ObjectMeta {
    let last_modified = DateTime::from_timestamp(seconds, 0).unwrap();
    ObjectMeta { location: path.into(), last_modified, size: 1, e_tag: None, version: None }
}

#[test]
fn of_several_manifests_that_in_the_folder_of_the_period_is_in_use_then_the_newest() {
    let of = |paths: &[(&str, i64)]| {
        let objects: Vec<ObjectMeta> = paths.iter().map(|(path, seconds)| object(path, *seconds)).collect();
        let group =
            objects.iter().map(|object| UnreadManifest { object, below: object.location.to_string() }).collect();
        newest(group).map(|found| found.below).unwrap()
    };
    assert_eq!(of(&[("p/id/a-Manifest.json", 9), ("p/a-Manifest.json", 1)]), "p/a-Manifest.json");
    assert_eq!(
        of(&[("p/x/a-Manifest.json", 1), ("p/y/a-Manifest.json", 9), ("p/z/a-Manifest.json", 5)]),
        "p/y/a-Manifest.json"
    );
    let times = [("p/20220503T120125Z/a-Manifest.json", 9), ("p/20220504T120125Z/a-Manifest.json", 1)];
    assert_eq!(of(&times), "p/20220504T120125Z/a-Manifest.json");
    let mixed = [("p/20220503T120125Z/a-Manifest.json", 9), ("p/z/a-Manifest.json", 1)];
    assert_eq!(of(&mixed), "p/20220503T120125Z/a-Manifest.json", "the names of folders count only if all tell a time");
}

#[test]
fn a_report_lies_above_its_metadata_and_its_periods() {
    let manifest = |below: &str| Manifest {
        below: below.to_owned(),
        name: NAME.to_owned(),
        period: Period::new(2018, 10).unwrap(),
        written: DateTime::default(),
        says: Err(Error::data("not read")),
    };
    let export = manifest("x/export/metadata/BILLING_PERIOD=2018-10/export-Manifest.json");
    assert_eq!((export.root(), export.report()), (vec!["x", "export"], "export"));
    assert_eq!(manifest("costs/20181001-20181101/costs-Manifest.json").root(), ["costs"]);
    assert_eq!(manifest("costs-Manifest.json").root(), Vec::<&str>::new());
}

#[test]
fn fuzz_manifest_says_what_is_delivered_or_is_refused() {
    let words = &[
        "\"reportKeys\": [",
        "\"dataFiles\": [",
        "\"billingPeriod\": {\"start\": ",
        "\"assemblyId\": ",
        "null",
        "s3://",
        "arn:aws:billing::1:billingview/",
        "BILLING_PERIOD=2018-10/",
        "20181001-20181101/",
        "\\u00fc",
        "\\ud800",
        "/",
    ];
    fuzz::run(&Kind { name: "manifest", words }, |bytes| match parse(NAME, bytes) {
        Ok(says) => {
            assert!(!says.keys.is_empty() && says.keys.is_sorted());
            assert!(says.keys.iter().all(|key| !key.starts_with('/') && !key.contains("//")));
        }
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Data);
            assert_points_into(&error, &String::from_utf8_lossy(bytes));
        }
    });
}
