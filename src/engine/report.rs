//! The files of a Cost and Usage Report and the billing periods they belong to.
//!
//! Known layouts: `year=2018/month=10` (legacy, Athena), `BILLING_PERIOD=2018-10` (CUR 2.0 data exports),
//! `20181001-20181101` (legacy as delivered), and a plain folder, whose files tell their period themselves.

use std::collections::BTreeSet;

use object_store::ObjectMeta;

use super::Location;
use crate::words::error::{Error, Result};
use crate::words::period::Period;

/// A Parquet file of the report.
#[derive(Debug, Clone)]
pub struct ReportFile {
    /// Where it is.
    pub object: ObjectMeta,
    /// The period its folder names; `None` in a plain folder.
    pub period: Option<Period>,
}

/// All files of a report.
#[derive(Debug, Clone)]
pub struct Report {
    /// Where the report is.
    pub location: Location,
    /// Its files, by path.
    pub files: Vec<ReportFile>,
    /// Files of no bytes, which are passed over.
    pub empty: Vec<String>,
}

impl Report {
    /// Lists the report at `location`.
    ///
    /// # Errors
    /// When it cannot be listed, or holds no Parquet file.
    pub async fn find(location: Location) -> Result<Self> {
        let objects = location.list("").await?;
        let is_parquet = |object: &&ObjectMeta| {
            let name = object.location.filename().unwrap_or("");
            name.ends_with(".parquet") && !name.starts_with(['.', '_'])
        };
        let parquet: Vec<ObjectMeta> = objects.iter().filter(is_parquet).cloned().collect();
        if parquet.is_empty() {
            return Err(Error::data(format!("there is no Parquet file in `{}`", location.name))
                .hint("set the source in `config.yaml` or with --source to the folder of the report")
                .hint("a sample can be made with `apportion sample --out DIR`"));
        }
        if parquet.iter().all(|object| object.size == 0) {
            return Err(Error::data(format!("all Parquet files in `{}` have no bytes", location.name))
                .hint("have the report delivered again"));
        }
        let (empty, filled): (Vec<_>, Vec<_>) = parquet.into_iter().partition(|object| object.size == 0);
        let files = filled.into_iter().map(|object| {
            let below = object.location.as_ref().strip_prefix(location.prefix.as_ref()).unwrap_or("");
            ReportFile { period: period_of(below), object }
        });
        Ok(Self {
            files: files.collect(),
            empty: empty.iter().map(|object| location.display(&object.location)).collect(),
            location,
        })
    }

    /// The periods that folders name.
    pub fn periods(&self) -> Vec<Period> {
        let periods: BTreeSet<Period> = self.files.iter().filter_map(|file| file.period).collect();
        periods.into_iter().collect()
    }

    /// What was delivered for `period`, as text: every file with its size, version and time. Another text, another
    /// delivery.
    pub fn delivery(&self, period: Period) -> String {
        let lines = self.files_of(period).into_iter().map(|file| {
            let ObjectMeta { location, size, e_tag, last_modified, .. } = file.object;
            format!("{location} {size} {}\n", e_tag.unwrap_or_else(|| last_modified.to_rfc3339()))
        });
        lines.collect()
    }

    /// The files that may hold rows of `period`.
    pub fn files_of(&self, period: Period) -> Vec<ReportFile> {
        let may = |file: &&ReportFile| file.period.is_none_or(|own| own == period);
        self.files.iter().filter(may).cloned().collect()
    }
}

/// The period that the folders of `path` name.
fn period_of(path: &str) -> Option<Period> {
    let (mut year, mut month) = (None, None);
    for part in path.split('/') {
        let lower = part.to_lowercase();
        if let Some((key, value)) = lower.split_once('=') {
            match key {
                "billing_period" => return value.get(..7).and_then(|v| v.parse().ok()),
                "year" => year = value.parse().ok(),
                "month" => month = value.parse().ok(),
                _ => {}
            }
        } else if let Some(period) = range_of(&lower) {
            return Some(period);
        }
    }
    Period::new(year?, month?).ok()
}

/// `20181001-20181101`
fn range_of(part: &str) -> Option<Period> {
    let (first, last) = part.split_once('-')?;
    let digits = |text: &str| text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(first) || !digits(last) {
        return None;
    }
    Period::new(first[..4].parse().ok()?, first[4..6].parse().ok()?).ok()
}
