//! Floor 3: which files are the published tables: one small object for each period, replaced whole.
//!
//! A result's files are written to a place of their own and never changed. Readers take the files that the object names,
//! so all tables of a period change in one instant. `docs/publication.md` is the protocol.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use object_store::UpdateVersion;

use crate::common::error::{Error, Result};
use crate::common::period::{Period, Periods};
use crate::storage::Location;
use file::Pointer;

mod bucket_lease;
mod file;
mod history;
pub mod layout;
mod lease;
mod migration;
mod outbox;
mod plans;
mod table;
mod tidy;

pub use file::columns;
pub use history::Past;
pub use lease::{Announce, Lease};
pub use outbox::{Note, owe_once, owed, promise, unsettled};
pub use plans::Plan;
pub use table::{PublishedTable, RunRecord, WrittenFiles};
pub use tidy::{holds_no_lease, looking, planning, with_runs};

/// The table of these objects, for readers to join.
pub const TABLE: &str = "published_runs";
/// What only apportion reads, below the output.
pub const PRIVATE: &str = ".apportion";

/// The error where nothing is published in `output`.
pub fn nothing(output: &Location) -> Error {
    Error::data(format!("there are no published tables in `{}`", output.name)).hint("run `apportion build` first")
}

/// All published tables of a period.
#[derive(Debug, Clone)]
pub struct Publication {
    /// The period.
    pub period: Period,
    tables: BTreeMap<String, PublishedTable>,
    /// The run whose lease may replace it.
    holder: String,
    /// The turn of that lease.
    turn: u64,
    /// Since when readers see it, if an earlier version did not publish it.
    seen_at: Option<DateTime<Utc>>,
    version: Option<UpdateVersion>,
}

impl Publication {
    pub(crate) fn none(period: Period) -> Self {
        Self::new(period, Pointer::default(), None)
    }

    fn new(period: Period, pointer: Pointer, version: Option<UpdateVersion>) -> Self {
        let tables = pointer.tables.into_iter().map(|table| (table.table.clone(), table)).collect();
        Self { period, tables, holder: pointer.holder, turn: pointer.turn, seen_at: pointer.seen_at, version }
    }

    /// What is published for `period` at this moment; no tables if nothing is.
    ///
    /// # Errors
    /// When the store does not answer, or the object is damaged.
    pub async fn read(output: &Location, period: Period) -> Result<Self> {
        let path = pointer(period);
        let Some((bytes, version)) = output.get(&path).await? else {
            return Ok(Self::none(period));
        };
        let pointer = file::decode(bytes).map_err(|e| e.while_doing(format!("reading `{}`", output.at(&path))))?;
        Ok(Self::new(period, pointer, Some(version)))
    }

    /// As [`Self::read`], but what is damaged counts as nothing, to be replaced.
    async fn read_unless_damaged(output: &Location, period: Period) -> Result<Self> {
        let Some((bytes, version)) = output.get(&pointer(period)).await? else {
            return Ok(Self::none(period));
        };
        Ok(Self::new(period, file::decode(bytes).unwrap_or_default(), Some(version)))
    }

    /// The periods for which something is published, or a run has begun to.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn periods(output: &Location) -> Result<Vec<Period>> {
        let objects = output.list(TABLE).await?;
        let names = objects.iter().filter_map(|object| {
            let (_, rest) = object.location.as_ref().rsplit_once("/billing_period=")?;
            rest.split('/').next()?.parse().ok()
        });
        Ok(names.collect())
    }

    /// What is published of all periods that anything is published of.
    ///
    /// # Errors
    /// When there is none; when the store does not answer.
    pub async fn all(output: &Location) -> Result<Vec<Self>> {
        let mut found = Vec::new();
        for period in Self::periods(output).await? {
            found.push(Self::read(output, period).await?);
        }
        found.retain(|publication| !publication.is_empty());
        if found.is_empty() {
            return Err(nothing(output));
        }
        Ok(found)
    }

    /// The tables of several publications that lie where readers look for them: not as versions before 0.2 left them.
    pub fn names(publications: &[Self]) -> BTreeSet<String> {
        let tables = publications.iter().flat_map(Self::tables).filter(|table| table.files.is_some());
        tables.map(|table| table.table.clone()).collect()
    }

    /// Whether nothing is published.
    pub fn is_empty(&self) -> bool {
        self.tables.is_empty()
    }

    /// The tables.
    pub fn tables(&self) -> impl Iterator<Item = &PublishedTable> {
        self.tables.values()
    }

    /// The payers whose rows are those of a run before, as a check of theirs has failed since.
    pub fn kept_payers(&self) -> Option<String> {
        let payers: BTreeSet<&str> = self.tables().flat_map(|table| &table.kept_payers).map(String::as_str).collect();
        (!payers.is_empty()).then(|| Vec::from_iter(payers).join(", "))
    }

    /// Refuses it if it has older rows of a payer; `made` says what is made of whole months.
    ///
    /// # Errors
    /// Then.
    pub fn check_whole(&self, made: &str) -> Result<()> {
        let Some(payers) = self.kept_payers() else { return Ok(()) };
        Err(Error::data(format!("the tables of {} have older rows of {payers}", self.period)).hint(format!(
            "a check of that payer has failed; {made} are made of whole months: mend it, and build again"
        )))
    }

    /// What is published of the one wanted month, or of the newest.
    ///
    /// # Errors
    /// When nothing is published of it, or several months are wanted.
    pub async fn of_one(output: &Location, wanted: &Periods) -> Result<Self> {
        let present = Self::periods(output).await?;
        if present.is_empty() {
            return Err(nothing(output));
        }
        let wanted = wanted.pick(&present).map_err(|error| {
            let known: Vec<String> = present.iter().map(ToString::to_string).collect();
            Error::data(format!("not all of these months are published in `{}`", output.name))
                .hint(format!("it has: {}", known.join(", ")))
                .caused_by(&error.message())
        })?;
        let [period] = wanted[..] else {
            return Err(Error::user("this is of one month at a time").hint("name it with --period YYYY-MM"));
        };
        let publication = Self::read(output, period).await?;
        if publication.is_empty() { Err(nothing(output)) } else { Ok(publication) }
    }

    /// The files of `table`, below the output, if it is published.
    pub fn files(&self, table: &str) -> Option<Vec<String>> {
        self.tables.get(table).map(|table| table.paths(self.period))
    }

    /// The run that was published last.
    pub fn newest(&self) -> Option<&RunRecord> {
        self.tables().map(|table| &table.run).max_by_key(|run| run.published_at)
    }

    /// When that was.
    fn published_at(&self) -> Option<DateTime<Utc>> {
        self.newest().map(|run| run.published_at)
    }

    /// Since when readers see these tables.
    pub fn seen_at(&self) -> DateTime<Utc> {
        self.seen_at.or_else(|| self.published_at()).unwrap_or_default()
    }

    /// Whether every table would come out of `run` as it is published.
    pub fn is_result_of(&self, run: &RunRecord) -> bool {
        !self.is_empty() && self.tables().all(|table| table.kept_payers.is_empty() && table.run.does_work_of(run))
    }

    /// Whether both name the same files.
    pub fn is_same(&self, other: &Self) -> bool {
        self.runs_of_tables().eq(other.runs_of_tables())
    }

    fn runs_of_tables(&self) -> impl Iterator<Item = (&str, &str)> {
        self.tables().map(|table| (table.table.as_str(), table.run.run_id.as_str()))
    }

    /// Whether no run may replace what is published for `period`.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn is_locked(output: &Location, period: Period) -> Result<bool> {
        Ok(output.get(&lock(period)).await?.is_some())
    }

    /// The error for a locked period.
    pub fn locked(output: &Location, period: Period) -> Error {
        Error::user(format!("{period} is locked in `{}`: its tables stay as they are", output.name))
            .hint(format!("`apportion unlock --period {period}` lets runs replace them again"))
    }

    fn encoded(&self) -> Result<Bytes> {
        let tables = self.tables().cloned().collect();
        file::encode(&Pointer { tables, holder: self.holder.clone(), turn: self.turn, seen_at: self.seen_at })
    }

    /// Puts this in the place of what was read, in one instant; `None` if somebody else has been faster.
    async fn write(mut self, output: &Location) -> Result<Option<Self>> {
        let put = output.put_if(&pointer(self.period), self.encoded()?, self.version.clone()).await?;
        Ok(put.map(|version| {
            self.version = Some(version);
            self
        }))
    }

    /// This, seen from now on: later than what was seen before.
    fn seen_now(mut self, before: &Self) -> Self {
        self.seen_at = Some(Utc::now().max(before.seen_at() + TimeDelta::milliseconds(1)));
        self
    }
}

/// The object that names the published files of `period`.
pub fn pointer(period: Period) -> String {
    format!("{TABLE}/billing_period={period}/data.parquet")
}

fn lock(period: Period) -> String {
    format!("{PRIVATE}/locked/{period}")
}
