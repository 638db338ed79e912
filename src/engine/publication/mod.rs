//! Which files are the published tables: one small object for each period, replaced whole.
//!
//! A result's file is written to a place of its own, `<table>/billing_period=<period>/<run>.parquet`, and
//! never changed. Readers take the files that the object names, so all tables of a period change in one instant.
//! `docs/publication.md` is the protocol.

use std::collections::BTreeMap;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use object_store::UpdateVersion;

use super::Location;
use crate::words::error::{Error, Result};
use crate::words::period::Period;

mod claim;
mod file;
mod history;

pub use claim::Claim;
pub use history::{Past, RUNS, kept, looking};

/// The table of these objects, for readers to join.
pub const TABLE: &str = "published_runs";
/// How long a file in a bucket outlives its replacement.
const GRACE: TimeDelta = TimeDelta::hours(1);
/// What only apportion reads, below the output.
pub const PRIVATE: &str = ".apportion";

/// The file of a published table, and the run it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedTable {
    /// The table with its schema, for instance `account_costs` or `working/stg_lines`.
    pub table: String,
    /// The run that wrote it.
    pub run: RunRecord,
}

/// What is kept of a run whose tables are published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRecord {
    /// The run.
    pub run_id: String,
    /// When its tables became what readers see.
    pub published_at: DateTime<Utc>,
    /// Where the report was.
    pub source: String,
    /// A hash of the report's files: names, sizes and ETags.
    pub delivery: String,
    /// A hash of the compiled models and seeds.
    pub models: String,
    /// The settings, as JSON.
    pub settings: String,
    /// The version of apportion.
    pub version: String,
    /// What was asked for: `build`, which has tested the tables, or `run`, which has not.
    pub command: String,
}

impl RunRecord {
    /// Whether a run with the record `other` would give the same tables, and test nothing that this one has not.
    pub fn does_work_of(&self, other: &Self) -> bool {
        let work = |run: &Self| [&run.delivery, &run.models, &run.settings, &run.version].map(String::clone);
        work(self) == work(other) && (self.command == other.command || self.command == "build")
    }

    /// What the two were not both made of.
    pub fn differences(&self, other: &Self) -> Vec<&'static str> {
        let parts = [
            ("report", self.delivery != other.delivery),
            ("models", self.models != other.models),
            ("settings", !is_same_json(&self.settings, &other.settings)),
            ("version", self.version != other.version),
        ];
        parts.into_iter().filter(|(_, differs)| *differs).map(|(part, _)| part).collect()
    }
}

/// Whether two texts are the same JSON, in whatever order its keys stand.
fn is_same_json(one: &str, other: &str) -> bool {
    let parsed = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok();
    one == other || parsed(one).is_some_and(|one| Some(one) == parsed(other))
}

/// All published tables of a period.
#[derive(Debug, Clone)]
pub struct Publication {
    /// The period.
    pub period: Period,
    tables: BTreeMap<String, RunRecord>,
    version: Option<UpdateVersion>,
}

impl Publication {
    /// What is published for `period` at this moment; no tables if nothing is.
    ///
    /// # Errors
    /// When the store does not answer, or the object is damaged.
    pub async fn read(output: &Location, period: Period) -> Result<Self> {
        let path = pointer(period);
        let Some((bytes, version)) = output.get(&path).await? else {
            return Ok(Self { period, tables: BTreeMap::new(), version: None });
        };
        let rows = file::decode(bytes).map_err(|e| e.while_doing(format!("reading `{}`", output.at(&path))))?;
        let tables = rows.into_iter().map(|row| (row.table, row.run)).collect();
        Ok(Self { period, tables, version: Some(version) })
    }

    /// The periods for which something is published.
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

    /// Whether nothing is published.
    pub fn is_empty(&self) -> bool {
        self.tables.is_empty()
    }

    /// The tables with the runs they come from.
    pub fn tables(&self) -> impl Iterator<Item = (&str, &RunRecord)> {
        self.tables.iter().map(|(table, run)| (table.as_str(), run))
    }

    /// The file of `table`, below the output, if it is published.
    pub fn file(&self, table: &str) -> Option<String> {
        self.tables.get(table).map(|run| place(table, self.period, &run.run_id))
    }

    /// The run that was published last.
    pub fn newest(&self) -> Option<&RunRecord> {
        self.tables.values().max_by_key(|run| run.published_at)
    }

    /// Whether every table would come out of `run` as it is published.
    pub fn is_result_of(&self, run: &RunRecord) -> bool {
        !self.is_empty() && self.tables.values().all(|published| published.does_work_of(run))
    }

    /// Removes the files of this period that readers no longer see. In a bucket, what was replaced stays for a while,
    /// as somebody may still be reading it; a file system keeps what is open by itself. Whoever calls this holds the
    /// claim, so that no other run is writing.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn tidy(&self, output: &Location) -> Result<()> {
        let is_fresh = self.newest().is_some_and(|run| Utc::now() - run.published_at < GRACE);
        let waits = is_fresh && output.file(PRIVATE)?.is_none();
        for (table, run) in self.tables() {
            let current = place(table, self.period, &run.run_id);
            if current == kept(table, self.period, &run.run_id) {
                continue;
            }
            for file in output.list(&format!("{table}/billing_period={}", self.period)).await? {
                if file.location != output.path(&current) && !waits {
                    output.delete(&file.location).await?;
                }
            }
        }
        Ok(())
    }

    /// Makes `tables` of `run` what readers see, beside those already published; in one instant.
    ///
    /// # Errors
    /// When somebody else has published since this was read, or the store does not answer; then nothing has changed.
    pub async fn replace(&self, output: &Location, tables: &[String], run: &RunRecord) -> Result<Self> {
        let mut new = self.clone();
        new.tables.extend(tables.iter().map(|table| (table.clone(), run.clone())));
        new.write(output).await
    }

    fn encoded(&self) -> Result<Bytes> {
        let rows = self.tables.iter().map(|(table, run)| PublishedTable { table: table.clone(), run: run.clone() });
        file::encode(&rows.collect::<Vec<_>>())
    }

    async fn write(mut self, output: &Location) -> Result<Self> {
        let put = output.put_if(&pointer(self.period), self.encoded()?, self.version.clone()).await;
        // Of a request whose answer is lost nobody knows whether it was heard.
        let put = put.map_err(|error| {
            error.hint(format!("{} may have been published all the same: `apportion history` tells", self.period))
        })?;
        match put {
            Some(version) => {
                self.version = Some(version);
                Ok(self)
            }
            None => Err(Error::environment(format!(
                "another run has published {} in `{}` in the meantime",
                self.period, output.name
            ))
            .hint("its tables are what readers see; run again to publish over them")),
        }
    }
}

/// The object that names the published files of `period`.
fn pointer(period: Period) -> String {
    format!("{TABLE}/billing_period={period}/data.parquet")
}

/// The published file of `table` that the run `run_id` wrote, below the output. A table of a schema is a step on the
/// way, which few ask for: it stays where the run wrote it.
pub fn place(table: &str, period: Period, run_id: &str) -> String {
    if table.contains('/') {
        kept(table, period, run_id)
    } else {
        format!("{table}/billing_period={period}/{run_id}.parquet")
    }
}
