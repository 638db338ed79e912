//! Manifests: what AWS says that it has delivered.
//!
//! A legacy report has `<report>/<yyyymmdd-yyyymmdd>/<report>-Manifest.json`, which is of the newest delivery, and a
//! copy of it in a folder `<assembly id>/` for every delivery
//! (<https://docs.aws.amazon.com/cur/latest/userguide/understanding-report-versions.html>). A data export has
//! `<export>/metadata/BILLING_PERIOD=<yyyy-mm>/<export>-Manifest.json`, written when all files are there
//! (<https://docs.aws.amazon.com/cur/latest/userguide/dataexports-export-delivery.html>).

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use futures::{StreamExt, TryStreamExt};
use object_store::{ObjectMeta, ObjectStoreExt};
use serde_json::Value;

use super::below;
use super::layout::{self, file_name, parent};
use crate::common::error::{Error, Place, Result};
use crate::common::period::Period;
use crate::storage::{Access, Location};

/// How the name of a manifest ends; those for Redshift and QuickSight end otherwise.
const ENDING: &str = "-Manifest.json";
/// How many are read at once.
const AT_ONCE: usize = 16;
/// Lines longer than this are not shown in an error.
const LINE: usize = 200;

/// A manifest.
#[derive(Debug, Clone)]
pub(super) struct Manifest {
    /// Its path below the source.
    pub(super) below: String,
    /// As the user would write it.
    pub(super) name: String,
    /// The period.
    pub(super) period: Period,
    /// When it was written.
    pub(super) written: DateTime<Utc>,
    /// What it says, if it can be read.
    pub(super) says: Result<ManifestContent>,
}

/// What a manifest says.
#[derive(Debug, Clone)]
pub(super) struct ManifestContent {
    /// The id of the delivery: of the assembly or the execution.
    pub(super) id: String,
    /// The keys of the files, as they are in AWS's bucket.
    pub(super) keys: Vec<String>,
    /// The period that it gives itself.
    period: Option<Period>,
}

impl Manifest {
    /// The folder of the report below the source, which `metadata/` or the folder of the period is in.
    pub(super) fn root(&self) -> Vec<&str> {
        let mut parts: Vec<&str> = self.below.split('/').collect();
        parts.truncate(layout::told(&self.below).map_or(0, |told| told.start));
        if parts.last() == Some(&"metadata") {
            parts.pop();
        }
        parts
    }

    /// The name of the report.
    pub(super) fn report(&self) -> &str {
        file_name(&self.below).strip_suffix(ENDING).unwrap_or_default()
    }
}

/// A manifest that has not been read yet.
struct UnreadManifest<'a> {
    object: &'a ObjectMeta,
    below: String,
}

impl UnreadManifest<'_> {
    /// How many folders deep it lies.
    fn depth(&self) -> usize {
        self.below.split('/').count()
    }

    /// The time in the name of its folder.
    fn time(&self) -> Option<String> {
        layout::time_of(file_name(parent(&self.below)))
    }
}

/// The manifests in use: of every report and period the newest.
///
/// # Errors
/// When a manifest cannot be had, or nothing tells its period.
pub(super) async fn read(location: &Location, objects: &[ObjectMeta]) -> Result<Vec<Manifest>> {
    let mut by_folder: BTreeMap<(String, Option<Period>, String), Vec<UnreadManifest<'_>>> = BTreeMap::new();
    let mut untold = Vec::new();
    for object in objects.iter().filter(|object| object.location.as_ref().ends_with(ENDING)) {
        let found = UnreadManifest { object, below: below(location, object) };
        match layout::told(&found.below) {
            Some(told) => {
                let folders: Vec<&str> = found.below.split('/').take(told.end).collect();
                let key = (folders.join("/"), Some(told.period), file_name(&found.below).to_owned());
                by_folder.entry(key).or_default().push(found);
            }
            None => untold.push(found),
        }
    }
    let newest = by_folder.into_values().filter_map(newest).chain(untold);
    let read: Vec<(UnreadManifest<'_>, Result<ManifestContent>)> = futures::stream::iter(newest.map(|found| async {
        let bytes = bytes(location, found.object).await?;
        let says = parse(&location.display(&found.object.location), &bytes);
        Ok::<_, Error>((found, says))
    }))
    .buffered(AT_ONCE)
    .try_collect()
    .await?;
    of_each_period(location, read)
}

async fn bytes(location: &Location, object: &ObjectMeta) -> Result<bytes::Bytes> {
    let read = match location.store.get(&object.location).await {
        Ok(found) => found.bytes().await,
        Err(error) => Err(error),
    };
    read.map_err(|error| location.refused(Access::Read, &object.location, &error))
}

/// Where folders tell no period, the source is the folder of a period, and manifests tell which.
fn of_each_period(
    location: &Location,
    read: Vec<(UnreadManifest<'_>, Result<ManifestContent>)>,
) -> Result<Vec<Manifest>> {
    let mut manifests = Vec::new();
    let mut untold: BTreeMap<(Period, String), Vec<(UnreadManifest<'_>, ManifestContent)>> = BTreeMap::new();
    for (found, says) in read {
        let name = location.display(&found.object.location);
        if let Some(told) = layout::told(&found.below) {
            let written = found.object.last_modified;
            manifests.push(Manifest { below: found.below, name, period: told.period, written, says });
            continue;
        }
        let says = says?;
        let period = says.period.ok_or_else(|| {
            Error::data("cannot tell the billing period of the manifest")
                .at(Place::file(&name))
                .hint("name the folder of the whole report as the source, as AWS delivers it")
        })?;
        untold.entry((period, file_name(&found.below).to_owned())).or_default().push((found, says));
    }
    for ((period, _), group) in untold {
        let (found, mut says): (Vec<UnreadManifest<'_>>, Vec<ManifestContent>) = group.into_iter().unzip();
        let paths: Vec<String> = found.iter().map(|found| found.below.clone()).collect();
        let Some(newest) = newest(found) else { continue };
        let Some(at) = paths.iter().position(|path| *path == newest.below) else { continue };
        let name = location.display(&newest.object.location);
        let (written, says) = (newest.object.last_modified, Ok(says.swap_remove(at)));
        manifests.push(Manifest { below: newest.below, name, period, written, says });
    }
    Ok(manifests)
}

/// Of several manifests of one report and period the one in the folder of the period; without it, the newest by the
/// time in the names of their folders, or by when they were written.
fn newest(mut group: Vec<UnreadManifest<'_>>) -> Option<UnreadManifest<'_>> {
    let top = group.iter().map(UnreadManifest::depth).min()?;
    group.retain(|found| found.depth() == top);
    let all_tell = group.iter().all(|found| found.time().is_some());
    group
        .into_iter()
        .max_by_key(|found| (found.time().filter(|_| all_tell), found.object.last_modified, found.below.clone()))
}

/// Reads the text of a manifest.
fn parse(name: &str, bytes: &[u8]) -> Result<ManifestContent> {
    let value: Value = serde_json::from_slice(bytes).map_err(|error| no_json(name, bytes, &error))?;
    if let Some(view) = other_view(&value) {
        return Err(Error::data(format!(
            "the report is pro forma, not what AWS bills: it belongs to the billing view `{view}`"
        ))
        .at(Place::file(name))
        .hint("use as the source a report or export of the payer whose billing view is the primary one"));
    }
    let keys = ["reportKeys", "dataFiles"].iter().find_map(|field| value.get(*field)?.as_array());
    let keys: Option<Vec<String>> = keys.and_then(|keys| keys.iter().map(|key| Some(key_of(key.as_str()?))).collect());
    let Some(mut keys) = keys.filter(|keys| !keys.is_empty()) else {
        return Err(Error::data("the manifest names no files")
            .at(Place::file(name))
            .hint("manifests of AWS list them as `reportKeys` (legacy) or `dataFiles` (data exports)")
            .hint("if the month has just begun, wait for its first delivery"));
    };
    keys.sort();
    keys.dedup();
    let id = ["assemblyId", "executionId"].iter().find_map(|field| value.get(*field)?.as_str().map(str::to_owned));
    let id = id.or_else(|| delivery_of(keys.first()?)).unwrap_or_default();
    let start = value.get("billingPeriod").and_then(|period| period.get("start").unwrap_or(period).as_str());
    Ok(ManifestContent { id, period: start.and_then(month_of), keys })
}

fn no_json(name: &str, bytes: &[u8], error: &serde_json::Error) -> Error {
    let text = String::from_utf8_lossy(bytes);
    // The parser counts bytes.
    let line = bytes.split(|byte| *byte == b'\n').nth(error.line().saturating_sub(1)).unwrap_or_default();
    let column = String::from_utf8_lossy(&line[..error.column().min(line.len())]).chars().count();
    let mut place = Place::in_text(name, &text, error.line(), column);
    place.text = place.text.filter(|line| line.chars().count() <= LINE);
    let full = error.to_string();
    let words = full.split(" at line ").next().unwrap_or(&full);
    Error::data(format!("the manifest is not valid JSON: {words}"))
        .at(place)
        .hint("if AWS is delivering right now, run again later; if this is a copy, copy the file again")
}

/// The folder of the delivery that the file `key` is of, which is named as the delivery is.
fn delivery_of(key: &str) -> Option<String> {
    layout::delivery_folder(key, layout::told(key)?).map(str::to_owned)
}

/// A billing view other than the primary one that a manifest names, wherever it does: pro-forma prices of AWS Billing
/// Conductor, what a billing transfer shows, or a part of the accounts
/// (<https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_billing_BillingViewElement.html>).
fn other_view(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => {
            let view = text.strip_prefix("arn:")?.split_once(":billingview/")?.1;
            (view != "primary").then_some(text)
        }
        Value::Array(items) => items.iter().find_map(other_view),
        Value::Object(fields) => fields.values().find_map(other_view),
        _ => None,
    }
}

/// A key as it stands in a bucket: `s3://bucket/a/b` and `/a/b` are `a/b`.
fn key_of(text: &str) -> String {
    let key = match text.strip_prefix("s3://") {
        Some(rest) => rest.split_once('/').map_or("", |(_, key)| key),
        None => text,
    };
    key.split('/').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/")
}

/// The month of `20181001T000000.000Z` and of `2018-10-01T00:00:00Z`.
fn month_of(start: &str) -> Option<Period> {
    let digits: String = start.chars().filter(char::is_ascii_digit).take(6).collect();
    Period::new(digits.get(..4)?.parse().ok()?, digits.get(4..6)?.parse().ok()?).ok()
}

#[cfg(test)]
mod tests;
