//! Which objects are the report: those that the manifests in use name, and without a manifest all Parquet files.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{TimeDelta, Utc};
use object_store::ObjectMeta;

use super::layout::{self, file_name, parent};
use super::manifest::{Manifest, ManifestContent};
use super::{Delivery, below};
use crate::common::error::{Error, ErrorKind, Place, Result};
use crate::common::period::Period;
use crate::storage::Location;

/// How long files that a manifest names may still be on their way, or the copy that is to bring them.
const DELIVERING: TimeDelta = TimeDelta::hours(1);

/// What there is of a period.
pub(super) type Deliveries = BTreeMap<Period, Result<Delivery>>;

/// The files that the manifests name, by period.
pub(super) fn named(location: &Location, objects: &[ObjectMeta], manifests: Vec<Manifest>) -> Deliveries {
    let index = Index::new(location, objects);
    let mut by_period: BTreeMap<Period, Vec<Manifest>> = BTreeMap::new();
    for manifest in manifests {
        by_period.entry(manifest.period).or_default().push(manifest);
    }
    by_period.into_iter().map(|(period, manifests)| (period, one(manifests).and_then(|m| index.files(&m)))).collect()
}

/// The one manifest of a period. A report in CSV beside one in Parquet does not count.
fn one(manifests: Vec<Manifest>) -> Result<Manifest> {
    let (csv, mut others): (Vec<_>, Vec<_>) = manifests.into_iter().partition(|manifest| csv(manifest).is_some());
    if others.is_empty() {
        others = csv;
    }
    let names: Vec<String> = others.iter().map(|manifest| format!("`{}`", manifest.name)).collect();
    match others.pop() {
        Some(manifest) if others.is_empty() => Ok(manifest),
        last => Err(Error::data(format!(
            "there are several reports of {}, which would be added up: {}",
            last.map_or_else(String::new, |manifest| manifest.period.to_string()),
            names.join(", ")
        ))
        .hint("name the folder of one report as the source")),
    }
}

/// The first file of a manifest that is CSV.
fn csv(manifest: &Manifest) -> Option<&str> {
    let says = manifest.says.as_ref().ok()?;
    says.keys.iter().map(String::as_str).find(|key| layout::is_csv(key))
}

/// Why a report in CSV is refused.
pub(super) fn is_csv(file: &str) -> Error {
    Error::data(format!("the report is delivered as CSV, which is not supported: `{file}`"))
        .hint("have AWS deliver Parquet: set the format of the report or export to Parquet")
}

/// The objects by the names of their files.
struct Index<'a> {
    location: &'a Location,
    by_name: BTreeMap<&'a str, Vec<&'a ObjectMeta>>,
}

impl<'a> Index<'a> {
    fn new(location: &'a Location, objects: &'a [ObjectMeta]) -> Self {
        let mut by_name: BTreeMap<&str, Vec<&ObjectMeta>> = BTreeMap::new();
        for object in objects {
            by_name.entry(file_name(object.location.as_ref())).or_default().push(object);
        }
        Self { location, by_name }
    }

    /// The files that `manifest` names.
    fn files(&self, manifest: &Manifest) -> Result<Delivery> {
        if let Some(file) = csv(manifest) {
            return Err(is_csv(file).at(Place::file(&manifest.name)));
        }
        let says = manifest.says.clone()?;
        let found: BTreeMap<&str, Option<&ObjectMeta>> =
            says.keys.iter().map(|key| (key.as_str(), self.object(manifest, key))).collect();
        let absent: Vec<&str> = found.iter().filter(|(_, object)| object.is_none()).map(|(key, _)| *key).collect();
        if let Some(first) = absent.first() {
            let others = match absent.len() - 1 {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let is_young = Utc::now() - manifest.written < DELIVERING;
            let kind = if is_young { ErrorKind::Later } else { ErrorKind::Data };
            return Err(Error::new(
                kind,
                format!(
                    "the manifest of {} names `{first}`{others}, which {} missing",
                    manifest.period,
                    if absent.len() == 1 { "is" } else { "are" }
                ),
            )
            .at(Place::file(&manifest.name))
            .hint("if AWS is delivering right now, run again when it has finished")
            .hint("if this is a copy, copy the whole folder of the report"));
        }
        let ManifestContent { id, .. } = says;
        let mut files: Vec<ObjectMeta> = found.into_values().flatten().cloned().collect();
        files.sort_by(|a, b| a.location.cmp(&b.location));
        let unsettled = self.unsettled(manifest, &files);
        Ok(Delivery { manifest: manifest.name.clone(), id, files, unsettled })
    }

    /// A file that is newer than its manifest. AWS writes the manifest last, so it may be overwriting the files just
    /// now; in a folder times are those of the copy and tell nothing.
    fn unsettled(&self, manifest: &Manifest, files: &[ObjectMeta]) -> Option<String> {
        let newer = files.iter().find(|file| file.last_modified > manifest.written);
        let name = newer.filter(|_| self.location.is_s3()).map(|file| self.location.display(&file.location))?;
        Some(format!(
            "`{name}` is newer than its manifest: if AWS is delivering {} right now, the next run will have all of it",
            manifest.period
        ))
    }

    /// The object that is `key` of AWS's bucket. The source may be a copy, or begin further down.
    fn object(&self, manifest: &Manifest, key: &str) -> Option<&'a ObjectMeta> {
        let same_name = self.by_name.get(file_name(key))?;
        match (layout::told(&manifest.below), below_report(key, manifest.report())) {
            (Some(_), Some(rest)) => {
                let expected: Vec<&str> = manifest.root().into_iter().chain(rest).collect();
                let expected = expected.join("/");
                same_name.iter().find(|object| below(self.location, object) == expected).copied()
            }
            _ => self.object_in_period(manifest, key, same_name),
        }
    }

    /// The object where folders do not tell where the report begins: the one that agrees with the key from the folder
    /// of the period on, or that lies beside the manifest.
    fn object_in_period(&self, manifest: &Manifest, key: &str, same_name: &[&'a ObjectMeta]) -> Option<&'a ObjectMeta> {
        let parts = key.split('/').count();
        let needed = layout::told(key).map_or(parts, |told| parts - told.end);
        let folder = parent(&manifest.below);
        let agreeing = same_name.iter().find(|object| agrees(object.location.as_ref(), key, needed));
        agreeing.or_else(|| same_name.iter().find(|object| parent(&below(self.location, object)) == folder)).copied()
    }
}

/// Whether the last `needed` parts of `path` are those of `key`, or all that it has.
fn agrees(path: &str, key: &str, needed: usize) -> bool {
    let same = key.rsplit('/').zip(path.rsplit('/')).take_while(|(a, b)| a == b).count();
    same >= needed || same == path.split('/').count()
}

/// What of `key` comes below the folder of `report`.
fn below_report<'a>(key: &'a str, report: &str) -> Option<Vec<&'a str>> {
    let told = layout::told(key)?;
    let parts: Vec<&str> = key.split('/').collect();
    let is_range = !parts[told.start].contains('=');
    // Data exports have `data/` above the period, reports for Athena the name of the report once more.
    let is_above = parts[..told.start].last().is_some_and(|folder| ["data", report].contains(folder));
    let first = if !is_range && is_above { told.start - 1 } else { told.start };
    Some(parts[first..].to_vec())
}

/// Refuses periods of which, without a manifest, several deliveries lie in one folder: their sum would be too much.
pub(super) fn mixed(location: &Location, plain: &[ObjectMeta]) -> Deliveries {
    let mut folders: BTreeMap<(Period, String), BTreeSet<String>> = BTreeMap::new();
    for object in plain.iter().filter(|object| object.size > 0) {
        let path = below(location, object);
        let Some(told) = layout::told(&path) else { continue };
        let parts: Vec<&str> = path.split('/').collect();
        let own = layout::delivery_folder(&path, told).map(|folder| format!("/{folder}")).unwrap_or_default();
        let folder = parts[..told.end].join("/");
        folders.entry((told.period, folder.clone())).or_default().insert(format!("{folder}{own}"));
    }
    let several = folders.into_iter().filter(|(_, own)| own.len() > 1);
    let refused = several.map(|((period, _), own)| {
        let names: Vec<String> =
            own.iter().map(|folder| format!("`{}/{folder}`", location.name.trim_end_matches('/'))).collect();
        let error = Error::data(format!(
            "there are {} deliveries of {period} and no manifest that says which one counts: {}",
            names.len(),
            names.join(", ")
        ))
        .hint("add the manifest (`<report>-Manifest.json`)")
        .hint("or keep only one of the folders in the source");
        (period, Err(error))
    });
    refused.collect()
}
