//! What a path tells of the billing period and the delivery that it belongs to.
//!
//! Known layouts: `year=2018/month=10` (legacy, Athena), `BILLING_PERIOD=2018-10` (CUR 2.0 data exports) and
//! `20181001-20181101` (legacy as delivered). It reads nothing.

use crate::common::period::Period;

/// The folder where Athena's tables keep a note on the delivery, in Parquet and none of the report.
const STATUS: &str = "cost_and_usage_data_status";

/// The folders of a path that name a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FolderPeriod {
    /// The period.
    pub(super) period: Period,
    /// The first of them, counted from 0.
    pub(super) start: usize,
    /// The part after the last of them.
    pub(super) end: usize,
}

impl FolderPeriod {
    /// The period that the part `at` alone names.
    fn of_part(period: Period, at: usize) -> Self {
        Self { period, start: at, end: at + 1 }
    }
}

/// The folders of `path` that name its period.
pub(super) fn told(path: &str) -> Option<FolderPeriod> {
    let (mut year, mut month) = (None, None);
    for (at, part) in path.split('/').enumerate() {
        let lower = part.to_lowercase();
        if let Some((key, value)) = lower.split_once('=') {
            match key {
                "billing_period" => return Some(FolderPeriod::of_part(value.get(..7)?.parse().ok()?, at)),
                "year" => year = value.parse().ok().map(|year| (at, year)),
                "month" => month = value.parse().ok().map(|month| (at, month)),
                _ => {}
            }
        } else if let Some(period) = range_of(&lower) {
            return Some(FolderPeriod::of_part(period, at));
        }
    }
    let ((first, year), (second, month)) = (year?, month?);
    let period = Period::new(year, month).ok()?;
    Some(FolderPeriod { period, start: first.min(second), end: first.max(second) + 1 })
}

/// `20181001-20181101`
fn range_of(part: &str) -> Option<Period> {
    let (first, last) = part.split_once('-')?;
    if !is_day(first) || !is_day(last) {
        return None;
    }
    Period::new(first[..4].parse().ok()?, first[4..6].parse().ok()?).ok()
}

fn is_day(text: &str) -> bool {
    text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit())
}

/// The folder of one delivery of several below the folder of the period: `<assembly id>` of a legacy report, of which
/// AWS puts nothing else there; of a data export what looks like `<time>-<execution id>`.
pub(super) fn delivery_folder(path: &str, told: FolderPeriod) -> Option<&str> {
    let mut parts = path.split('/').skip(told.start);
    let is_range = !parts.next()?.contains('=');
    let mut below = path.split('/').skip(told.end);
    let (folder, _file) = (below.next()?, below.next()?);
    (is_range || time_of(folder).is_some() || is_uuid(folder)).then_some(folder)
}

/// The time that the folder of a delivery begins with, as digits: `20220503T120125Z`, `2024-03-01T12:01:25.000Z-...`.
pub(super) fn time_of(folder: &str) -> Option<String> {
    let (date, rest) = folder.split_once('T')?;
    let clock = rest.split(['Z', '.', '-']).next().unwrap_or("");
    let written = format!("{date}{clock}");
    let is_time = written.chars().all(|c| c.is_ascii_digit() || c == '-' || c == ':');
    let digits: String = written.chars().filter(char::is_ascii_digit).collect();
    (is_time && digits.len() == 14).then_some(digits)
}

fn is_uuid(folder: &str) -> bool {
    let lengths: Vec<usize> = folder.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && folder.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
}

/// Whether an object can be a file of a report.
pub(super) fn is_parquet(path: &str) -> bool {
    let name = file_name(path);
    name.ends_with(".parquet") && !name.starts_with(['.', '_']) && !path.split('/').any(|part| part == STATUS)
}

/// Whether an object is a report's file in a format that is not read.
pub(super) fn is_csv(path: &str) -> bool {
    [".csv", ".csv.gz", ".csv.zip"].iter().any(|end| path.ends_with(end))
}

/// The last part.
pub(super) fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// All parts but the last.
pub(super) fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

#[cfg(test)]
mod tests;
