//! Floor 3: the files of a Cost and Usage Report and the billing periods they belong to.
//!
//! Where AWS's manifests are, they tell which files are the report; a folder without manifests is taken whole.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use object_store::ObjectMeta;

use self::files::Deliveries;
use crate::common::error::{Error, Result};
use crate::common::period::Period;
use crate::storage::Location;

mod bills;
mod files;
mod layout;
mod manifest;
pub mod mapping;
pub mod sql;

pub use bills::{Bill, Bills};

/// The column that every table of the report has: the billing period, as text.
pub const PERIOD: &str = "billing_period";
/// The column that tells the period of a file in a plain folder.
pub const PERIOD_START: &str = "bill_billing_period_start_date";

/// How many files are named where many are meant.
const NAMED: usize = 3;

/// A Parquet file of the report.
#[derive(Debug, Clone)]
pub struct ReportFile {
    /// Where it is.
    pub object: ObjectMeta,
    /// The period that its manifest or its folder names; `None` in a plain folder.
    pub period: Option<Period>,
}

/// What AWS has delivered of a period, by a manifest.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// The manifest, as the user would write it.
    pub manifest: String,
    /// The id of the assembly or the execution; empty if nothing tells it.
    pub id: String,
    files: Vec<ObjectMeta>,
    /// Why it may be in the middle of a change.
    unsettled: Option<String>,
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
    /// What manifests say, or why a period cannot be read.
    deliveries: Deliveries,
    /// Parquet files that no manifest in use names, with the period of their folder.
    left_out: Vec<(Option<Period>, String)>,
}

impl Report {
    /// Lists the report at `location`.
    ///
    /// # Errors
    /// When it cannot be listed, or holds neither a Parquet file nor a manifest. What is wrong with one period is said
    /// when the period is asked for.
    pub async fn find(location: Location) -> Result<Self> {
        let objects = location.list("").await?;
        let manifests = manifest::read(&location, &objects).await?;
        let parquet: Vec<ObjectMeta> =
            objects.iter().filter(|object| layout::is_parquet(&below(&location, object))).cloned().collect();
        if manifests.is_empty() {
            refuse_empty(&location, &objects, &parquet)?;
        }
        let by_manifest = files::named(&location, &objects, manifests);
        Ok(Self::gather(location, parquet, by_manifest))
    }

    /// Puts together what manifests name and what lies where there are none.
    fn gather(location: Location, parquet: Vec<ObjectMeta>, mut deliveries: Deliveries) -> Self {
        let named: BTreeSet<ObjectPath> = delivered(&deliveries).map(|(_, object)| object.location.clone()).collect();
        let mut files: Vec<ReportFile> = delivered(&deliveries)
            .map(|(period, object)| ReportFile { period: Some(period), object: object.clone() })
            .collect();
        let (mut plain, mut left_out) = (Vec::new(), Vec::new());
        for object in parquet.into_iter().filter(|object| !named.contains(&object.location)) {
            let period = layout::told(&below(&location, &object)).map(|told| told.period);
            let has_manifest = period.map_or(!deliveries.is_empty(), |period| deliveries.contains_key(&period));
            if has_manifest {
                left_out.push((period, location.display(&object.location)));
            } else {
                plain.push(object);
            }
        }
        deliveries.extend(files::mixed(&location, &plain));
        files.extend(plain.into_iter().map(|object| {
            let period = layout::told(&below(&location, &object)).map(|told| told.period);
            ReportFile { period, object }
        }));
        files.sort_by(|a, b| a.object.location.cmp(&b.object.location));
        let (empty, files): (Vec<_>, Vec<_>) = files.into_iter().partition(|file| file.object.size == 0);
        let empty = empty.iter().map(|file| location.display(&file.object.location)).collect();
        Self { location, files, empty, deliveries, left_out }
    }

    /// The periods that manifests and folders name.
    pub fn periods(&self) -> Vec<Period> {
        let files = self.files.iter().filter_map(|file| file.period);
        let periods: BTreeSet<Period> = files.chain(self.deliveries.keys().copied()).collect();
        periods.into_iter().collect()
    }

    /// The manifest of `period` and what it says, if there is one that can be read.
    pub fn manifest(&self, period: Period) -> Option<&Delivery> {
        self.deliveries.get(&period)?.as_ref().ok()
    }

    /// What was delivered for `period`, as text: the id of the delivery and every file with its size, version and time.
    /// Another text, another delivery.
    ///
    /// # Errors
    /// As `files_of`.
    pub fn delivery(&self, period: Period) -> Result<String> {
        let id = self.manifest(period).map(|delivery| format!("delivery {}\n", delivery.id));
        let lines = self.files_of(period)?.into_iter().map(|file| {
            let ObjectMeta { location, size, e_tag, last_modified, .. } = file.object;
            format!("{location} {size} {}\n", e_tag.unwrap_or_else(|| last_modified.to_rfc3339()))
        });
        Ok(id.into_iter().chain(lines).collect())
    }

    /// When the newest file of `period` was written, if there is any.
    pub fn delivered_at(&self, period: Period) -> Option<DateTime<Utc>> {
        self.files_of(period).ok()?.into_iter().map(|file| file.object.last_modified).max()
    }

    /// The files that may hold rows of `period`.
    ///
    /// # Errors
    /// When its manifest cannot be read or names files that are not there; when there are several reports or
    /// deliveries of the period and nothing tells which one counts.
    pub fn files_of(&self, period: Period) -> Result<Vec<ReportFile>> {
        if let Some(Err(error)) = self.deliveries.get(&period) {
            return Err(error.clone());
        }
        Ok(self.files.iter().filter(|file| file.period.is_none_or(|own| own == period)).cloned().collect())
    }

    /// The files of `period` by the folder that they lie in, as the user would write it. What one manifest names is one
    /// report, however many folders it lies in.
    ///
    /// # Errors
    /// As `files_of`.
    pub fn folders_of(&self, period: Period) -> Result<BTreeMap<String, Vec<ReportFile>>> {
        let files = self.files_of(period)?;
        if self.manifest(period).is_some() {
            let common = files.iter().map(|file| self.folder_of(file)).reduce(|one, other| in_common(&one, &other));
            return Ok(common.map(|common| (common, files)).into_iter().collect());
        }
        let mut folders: BTreeMap<String, Vec<ReportFile>> = BTreeMap::new();
        for file in files {
            folders.entry(self.folder_of(&file)).or_default().push(file);
        }
        Ok(folders)
    }

    fn folder_of(&self, file: &ReportFile) -> String {
        layout::parent(&self.location.display(&file.object.location)).to_owned()
    }

    /// What somebody should know of `periods` who wonders about their figures.
    pub fn remarks(&self, periods: &[Period]) -> Vec<String> {
        let unsettled = periods.iter().filter_map(|period| self.manifest(*period)?.unsettled.clone());
        self.unread(periods).into_iter().chain(unsettled).collect()
    }

    /// A sentence on the Parquet files that are not read though they may look like files of `periods`.
    fn unread(&self, periods: &[Period]) -> Option<String> {
        let meant = self.left_out.iter().filter(|(period, _)| period.is_none_or(|period| periods.contains(&period)));
        let names: Vec<String> = meant.map(|(_, name)| format!("`{name}`")).collect();
        let (first, more) = names.split_at(names.len().min(NAMED));
        let more = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
        (!names.is_empty()).then(|| format!("not read, as no manifest in use names them: {}{more}", first.join(", ")))
    }
}

type ObjectPath = object_store::path::Path;

/// The files that manifests name, with their periods.
fn delivered(deliveries: &Deliveries) -> impl Iterator<Item = (Period, &ObjectMeta)> {
    let whole = deliveries.iter().filter_map(|(period, delivery)| Some((*period, delivery.as_ref().ok()?)));
    whole.flat_map(|(period, delivery)| delivery.files.iter().map(move |object| (period, object)))
}

/// The folder that two folders lie in.
fn in_common(one: &str, other: &str) -> String {
    let parts = one.split('/').zip(other.split('/')).take_while(|(one, other)| one == other);
    parts.map(|(part, _)| part).collect::<Vec<_>>().join("/")
}

/// Refuses a folder in which nothing is a report.
fn refuse_empty(location: &Location, objects: &[ObjectMeta], parquet: &[ObjectMeta]) -> Result<()> {
    if parquet.is_empty() {
        let csv = objects.iter().find(|object| layout::is_csv(object.location.as_ref()));
        return Err(match csv {
            Some(object) => files::is_csv(&location.display(&object.location)),
            None => Error::data(format!("there is no Parquet file in `{}`", location.name))
                .hint("set the source in `config.yaml` or with --source to the folder of the report")
                .hint("or make a sample with `apportion sample --out DIR`"),
        });
    }
    if parquet.iter().all(|object| object.size == 0) {
        return Err(Error::data(format!("all Parquet files in `{}` have 0 bytes", location.name))
            .hint("have the report delivered again"));
    }
    Ok(())
}

/// The path of an object below `location`.
fn below(location: &Location, object: &ObjectMeta) -> String {
    let path = object.location.as_ref();
    path.strip_prefix(location.prefix.as_ref()).unwrap_or(path).trim_start_matches('/').to_owned()
}
