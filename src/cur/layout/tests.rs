//! Paths: the period and the delivery that they tell.

use proptest::prelude::*;
use proptest::{prop_assert, prop_assert_eq};

use super::*;
use crate::testing::holds;

fn period_of(path: &str) -> Option<String> {
    told(path).map(|told| told.period.to_string())
}

#[test]
fn every_layout_of_aws_tells_its_period() {
    let cases = [
        ("cur/costs/costs/year=2018/month=10/a.parquet", Some("2018-10"), 3..5),
        ("cur/year=2018/month=1/a.parquet", Some("2018-01"), 1..3),
        ("month=10/year=2018/a.parquet", Some("2018-10"), 0..2),
        ("year=2018/payer=1/month=10/a.parquet", Some("2018-10"), 0..3),
        ("export/data/BILLING_PERIOD=2018-10/a.parquet", Some("2018-10"), 2..3),
        ("export/data/billing_period=2018-10-01/a.parquet", Some("2018-10"), 2..3),
        ("cur/costs/20181001-20181101/id/a.parquet", Some("2018-10"), 2..3),
    ];
    for (path, period, folders) in cases {
        let told = told(path).unwrap_or_else(|| panic!("{path}"));
        assert_eq!((Some(told.period.to_string().as_str()), told.start..told.end), (period, folders), "{path}");
    }
}

#[test]
fn what_only_looks_like_a_period_tells_none() {
    let paths = [
        "",
        "/",
        "a.parquet",
        "year=2018/a.parquet",
        "month=10/a.parquet",
        "year=2018/month=13/a",
        "year=x/month=10/a",
    ];
    let others = [
        "BILLING_PERIOD=2018-13/a",
        "BILLING_PERIOD=2018/a",
        "BILLING_PERIOD=/a",
        "BILLING_PERIOD=2018-1ü/a",
        "BILLING_PERIOD=+018-10/a",
    ];
    let ranges = [
        "20181001-2018110/a",
        "20181301-20191301/a",
        "2018100a-20181101/a",
        "20181001_20181101/a",
        "٢٠١٨١٠٠١-٢٠١٨١١٠١/a",
    ];
    for path in paths.into_iter().chain(others).chain(ranges) {
        assert_eq!(period_of(path), None, "{path}");
    }
}

#[test]
fn a_period_is_told_wherever_the_folders_lie() {
    let layout = prop_oneof![Just(0), Just(1), Just(2)];
    holds((1..=9999_i32, 1..=12_u32, "([a-z0-9._-]{1,6}/){0,3}", layout), |(year, month, above, layout)| {
        prop_assume!(told(&format!("{above}x")).is_none());
        let folder = match layout {
            0 => format!("year={year}/month={month}"),
            1 => format!("BILLING_PERIOD={year:04}-{month:02}"),
            _ => format!("{year:04}{month:02}01-{year:04}{month:02}28"),
        };
        let found = told(&format!("{above}{folder}/file.parquet")).unwrap();
        prop_assert_eq!((found.period.year(), found.period.month()), (year, month));
        prop_assert_eq!(found.start, above.matches('/').count());
        prop_assert_eq!(found.end, found.start + folder.split('/').count());
        Ok(())
    });
}

#[test]
fn any_path_tells_folders_of_its_own_or_nothing() {
    let part = prop_oneof![
        "[a-zü=0-9-]{0,8}",
        Just("year=2018".to_owned()),
        Just("month=5".to_owned()),
        Just("billing_period=2018-05".to_owned())
    ];
    holds(prop::collection::vec(part, 0..6), |parts| {
        let path = parts.join("/");
        if let Some(found) = told(&path) {
            prop_assert!(found.start < found.end && found.end <= parts.len());
            let _ = delivery_folder(&path, found);
        }
        prop_assert!(path.ends_with(file_name(&path)) && path.starts_with(parent(&path)));
        Ok(())
    });
}

#[test]
fn deliveries_have_folders_of_their_own() {
    let folder = |path: &'static str| delivery_folder(path, told(path).unwrap());
    assert_eq!(folder("c/20181001-20181101/any/a.parquet"), Some("any"));
    assert_eq!(folder("c/20181001-20181101/a.parquet"), None);
    assert_eq!(
        folder("BILLING_PERIOD=2018-10/2024-03-01T12:01:25.000Z-0f0b1f0e/a.parquet"),
        Some("2024-03-01T12:01:25.000Z-0f0b1f0e")
    );
    assert_eq!(
        folder("BILLING_PERIOD=2018-10/0f0b1f0e-1f4b-4d1a-9d2b-0a4a4f3d5b11/a.parquet"),
        Some("0f0b1f0e-1f4b-4d1a-9d2b-0a4a4f3d5b11")
    );
    assert_eq!(folder("BILLING_PERIOD=2018-10/payer=1/a.parquet"), None);
    assert_eq!(folder("year=2018/month=10/day/a.parquet"), None);
}

#[test]
fn times_in_names_of_folders_are_read() {
    let cases = [
        ("20220503T120125Z", Some("20220503120125")),
        ("2024-03-01T12:01:25.000Z-0f0b", Some("20240301120125")),
        ("20220503T1201Z", None),
        ("20220503", None),
        ("xT", None),
        ("T", None),
        ("", None),
        ("2022ü503T120125Z", None),
    ];
    for (folder, time) in cases {
        assert_eq!(time_of(folder).as_deref(), time, "{folder}");
    }
}

#[test]
fn files_of_a_report_are_parquet_and_not_hidden() {
    for (path, is) in [
        ("a/b.parquet", true),
        ("b.snappy.parquet", true),
        ("a/.b.parquet", false),
        ("a/_b.parquet", false),
        ("a/b.parquet.tmp", false),
        ("a/cost_and_usage_data_status/b.parquet", false),
        ("a.PARQUET", false),
    ] {
        assert_eq!(is_parquet(path), is, "{path}");
    }
    for (path, is) in [("a.csv", true), ("a.csv.gz", true), ("a.csv.zip", true), ("a.csv/b", false), ("csv", false)] {
        assert_eq!(is_csv(path), is, "{path}");
    }
}
