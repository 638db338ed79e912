//! What was published before, and how to bring it back.

use std::collections::BTreeSet;
use std::path::Path;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use object_store::ObjectMeta;

use super::{Location, PRIVATE, Publication, file, place};
use crate::words::error::{Error, Result};
use crate::words::period::Period;

/// How many publications of a period can be brought back.
const KEPT: usize = 5;

/// Where the tables of a run are written, below the output; the results that readers see are copies.
pub const RUNS: &str = ".apportion/runs";

/// What the names of runs begin with that publish nothing. They hold no claim, so their files are left alone for a day.
const LOOKING: &str = "look-";

/// The name of a run that publishes nothing.
pub fn looking(run_id: &str) -> String {
    format!("{LOOKING}{run_id}")
}

/// A publication of the past, or the one that readers see.
#[derive(Debug, Clone)]
pub struct Past {
    /// When it was published.
    pub at: DateTime<Utc>,
    /// What was published.
    pub publication: Publication,
    /// Where it is kept.
    path: String,
}

/// The file that a run writes `table` to, below the output.
pub fn kept(table: &str, period: Period, run_id: &str) -> String {
    format!("{RUNS}/{period}/{run_id}/{table}.parquet")
}

impl Publication {
    /// All publications of `period` that can be brought back, oldest first; the last one is what readers see.
    ///
    /// # Errors
    /// When the store does not answer, or a file is damaged.
    pub async fn history(output: &Location, period: Period) -> Result<Vec<Past>> {
        let mut past = Vec::new();
        for object in output.list(&folder(period)).await? {
            let name = object.location.filename().unwrap_or_default();
            let millis = name.split('-').next().and_then(|digits| digits.parse().ok());
            let at = millis.and_then(DateTime::from_timestamp_millis);
            let path = format!("{}/{name}", folder(period));
            if let (Some(at), Some((bytes, _))) = (at, output.get(&path).await?) {
                let rows = file::decode(bytes).map_err(|e| e.while_doing(format!("reading `{}`", output.at(&path))))?;
                let tables = rows.into_iter().map(|row| (row.table, row.run)).collect();
                past.push(Past { at, publication: Self { period, tables, version: None }, path });
            }
        }
        Ok(past)
    }

    /// Notes down that this is published now, and forgets what is too long ago, with its files.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn remember(&self, output: &Location) -> Result<()> {
        let run = self.newest().map_or("", |run| &run.run_id);
        let path = format!("{}/{:013}-{run}.parquet", folder(self.period), Utc::now().timestamp_millis());
        output.put(&path, self.encoded()?).await?;
        let mut past = Self::history(output, self.period).await?;
        let forgotten = past.len().saturating_sub(KEPT);
        for gone in past.drain(..forgotten) {
            output.delete(&output.path(&gone.path)).await?;
        }
        self.forget_unpublished(output).await.map(drop)
    }

    /// If this was brought back, the publication that it took the place of: the one of the latest run.
    ///
    /// # Errors
    /// When the store does not answer, or a file is damaged.
    pub async fn rolled_back_from(&self, output: &Location) -> Result<Option<Self>> {
        let latest = |publication: &Self| publication.newest().map(|run| run.published_at);
        let past = Self::history(output, self.period).await?;
        let last = past.into_iter().map(|past| past.publication).max_by_key(latest);
        Ok(last.filter(|last| latest(last) > latest(self)))
    }

    /// Whether both name the same files.
    pub fn is_same(&self, other: &Self) -> bool {
        let files = |publication: &Self| {
            publication.tables().map(|(table, run)| (table.to_owned(), run.run_id.clone())).collect::<Vec<_>>()
        };
        files(self) == files(other)
    }

    /// Whether no run may replace what is published for `period`.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn is_locked(output: &Location, period: Period) -> Result<bool> {
        Ok(output.get(&lock(period)).await?.is_some())
    }

    /// Sets or lifts the lock on `period`.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn set_lock(output: &Location, period: Period, is_locked: bool) -> Result<()> {
        if is_locked {
            output.put(&lock(period), Bytes::from_static(b"locked")).await
        } else if Self::is_locked(output, period).await? {
            output.delete(&output.path(&lock(period))).await
        } else {
            Ok(())
        }
    }

    /// The error for a locked period.
    pub fn locked(output: &Location, period: Period) -> Error {
        Error::user(format!("{period} is locked in `{}`: its tables stay as they are", output.name))
            .hint(format!("`apportion unlock --period {period}` lets runs replace them again"))
    }

    /// The periods that runs have written tables for, published or not.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn with_runs(output: &Location) -> Result<BTreeSet<Period>> {
        let objects = output.list(RUNS).await?;
        let below = |object: &ObjectMeta| first_below(output, RUNS, object);
        Ok(objects.iter().filter_map(|object| below(object).parse().ok()).collect())
    }

    /// Removes the tables of runs that nothing in the history needs, and names those runs. Whoever calls this holds the
    /// claim, so that no run is at work.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn forget_unpublished(&self, output: &Location) -> Result<BTreeSet<String>> {
        let past = Self::history(output, self.period).await?;
        let kept = past.iter().flat_map(|past| past.publication.tables.values()).chain(self.tables.values());
        let needed: BTreeSet<&str> = kept.map(|run| run.run_id.as_str()).collect();
        let runs = format!("{RUNS}/{}", self.period);
        let mut gone = BTreeSet::new();
        for object in output.list(&runs).await? {
            let run = first_below(output, &runs, &object);
            let is_at_work = run.starts_with(LOOKING) && Utc::now() - object.last_modified < TimeDelta::days(1);
            if !is_at_work && !needed.contains(run.as_str()) {
                output.delete(&object.location).await?;
                gone.insert(format!("{}/{run}", output.at(&runs)));
            }
        }
        let is_at_work = |folder: &Path| folder.to_string_lossy().starts_with(LOOKING);
        output.remove_drafts(&runs, |folder| !is_at_work(folder));
        // The folders of tables and of the history.
        let (partition, period) = (format!("billing_period={}", self.period), self.period.to_string());
        output.remove_drafts("", |folder| folder.ends_with(&partition) || folder.ends_with(&period));
        Ok(gone)
    }

    /// Has readers see `past` again, in one instant. Whoever calls this holds the claim.
    ///
    /// # Errors
    /// When a file is no longer there, or the store does not answer; then nothing has changed.
    pub async fn bring_back(&self, output: &Location, past: &Past) -> Result<Self> {
        for (table, run) in past.publication.tables() {
            let (from, to) = (kept(table, self.period, &run.run_id), place(table, self.period, &run.run_id));
            let there = if from == to {
                output.check(&from).await
            } else if self.file(table).as_deref() != Some(to.as_str()) {
                output.copy(&from, &to).await
            } else {
                Ok(())
            };
            there.map_err(|error| error.hint(format!("without it, `{}` cannot be brought back", run.run_id)))?;
        }
        let back = Self { period: self.period, tables: past.publication.tables.clone(), version: self.version.clone() };
        back.write(output).await
    }
}

impl Past {
    /// The run that gave this publication its newest tables.
    ///
    /// # Errors
    /// When it holds no table.
    pub fn run_id(&self) -> Result<&str> {
        let newest = self.publication.newest().map(|run| run.run_id.as_str());
        newest.ok_or_else(|| Error::data(format!("`{}` names no table", self.path)))
    }
}

fn folder(period: Period) -> String {
    format!("{PRIVATE}/history/{period}")
}

/// The name right below `folder` that leads to `object`.
fn first_below(output: &Location, folder: &str, object: &ObjectMeta) -> String {
    let below = object.location.as_ref().strip_prefix(output.path(folder).as_ref()).unwrap_or_default();
    below.trim_start_matches('/').split('/').next().unwrap_or_default().to_owned()
}

fn lock(period: Period) -> String {
    format!("{PRIVATE}/locked/{period}")
}
