//! A published table: which run it comes from, and where its files are.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::layout;
use crate::common::error::{Error, Result};
use crate::common::period::Period;
use crate::storage::Location;

/// A published table of a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedTable {
    /// The table with its schema, for instance `account_costs` or `working/stg_lines`.
    pub table: String,
    /// The run that wrote it.
    pub run: RunRecord,
    /// Where its files are; nothing if an earlier version published it, whose layout was another.
    pub files: Option<Files>,
    /// The payers whose rows are those of an earlier run, as theirs of this one failed a check.
    pub kept_payers: Vec<String>,
}

/// The files of a table, below the output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Files {
    /// The folder that readers find them in.
    pub folder: String,
    /// The folder that the run wrote them to.
    pub written: String,
    /// How many files there are.
    pub count: u64,
    /// How many rows they have.
    pub rows: u64,
}

/// What a run has written of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WrittenFiles {
    /// The attempt that went well, from 1.
    pub attempt: u32,
    /// How many files there are.
    pub count: u64,
    /// How many rows they have.
    pub rows: u64,
}

/// What is kept of a run whose tables are published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunRecord {
    /// The run.
    pub run_id: String,
    /// When its tables became what readers see.
    pub published_at: DateTime<Utc>,
    /// Where the report was.
    pub source: String,
    /// A hash of the report's files: names, sizes and ETags.
    pub delivery: String,
    /// A hash of the compiled models, tests and seeds.
    pub models: String,
    /// The settings, as JSON.
    pub settings: String,
    /// The version of apportion.
    pub version: String,
    /// A hash of what it was built from; empty in what earlier versions have published.
    pub build: String,
    /// The commit it was built from, if that was known.
    pub commit: String,
    /// What was asked for: `build`, which has tested the tables, or `run`, which has not.
    pub command: String,
}

impl PublishedTable {
    /// A table that `run` has written.
    pub fn new(table: &str, period: Period, run: &RunRecord, written: WrittenFiles) -> Self {
        let WrittenFiles { attempt, count, rows } = written;
        let files = Files {
            folder: layout::published(table, period, &run.run_id, attempt),
            written: layout::written(table, period, &run.run_id, attempt),
            count,
            rows,
        };
        Self { table: table.to_owned(), run: run.clone(), files: Some(files), kept_payers: Vec::new() }
    }

    /// The files that readers take, below the output.
    pub fn paths(&self, period: Period) -> Vec<String> {
        match &self.files {
            Some(files) => layout::files(&files.folder, files.count),
            None => vec![layout::before::published(&self.table, period, &self.run.run_id)],
        }
    }

    /// The files as the run wrote them, below the output.
    pub(super) fn written(&self, period: Period) -> Vec<String> {
        match &self.files {
            Some(files) => layout::files(&files.written, files.count),
            None => vec![layout::before::written(&self.table, period, &self.run.run_id)],
        }
    }

    /// Has the files be where readers look for them, as copies of what the run wrote.
    ///
    /// # Errors
    /// When what the run wrote is no longer there, or the store does not answer.
    pub async fn put_in_place(&self, output: &Location, period: Period) -> Result<()> {
        for (from, to) in self.written(period).iter().zip(self.paths(period)) {
            if *from == to {
                output.check(from).await?;
            } else {
                output.copy(from, &to).await?;
            }
        }
        Ok(())
    }

    /// Fails unless nothing but the files of the table lies in the folder in which readers find them. Steps on the way
    /// lie where their run is still at work.
    ///
    /// # Errors
    /// When there is another file or one is missing, or the store does not answer.
    pub async fn check_place(&self, output: &Location, period: Period) -> Result<()> {
        let Some(files) = self.files.as_ref().filter(|_| !layout::is_step(&self.table)) else { return Ok(()) };
        let found = output.list(&files.folder).await?;
        let wanted: Vec<_> = self.paths(period).iter().map(|path| output.path(path)).collect();
        if found.iter().map(|object| &object.location).eq(&wanted) {
            return Ok(());
        }
        let names: Vec<&str> = found.iter().filter_map(|object| object.location.filename()).collect();
        Err(Error::environment(format!(
            "`{}` does not hold the files of this run alone: {}",
            output.at(&files.folder),
            names.join(", ")
        ))
        .hint("somebody else writes there: keep the output for apportion"))
    }

    /// The same table in the present layout, with the rows that its file has.
    pub(super) fn moved(&self, period: Period, rows: u64) -> Self {
        Self::new(&self.table, period, &self.run, WrittenFiles { attempt: 1, count: 1, rows })
    }
}

impl RunRecord {
    /// Whether a run with the record `other` would give the same tables, and test nothing that this one has not.
    pub(super) fn does_work_of(&self, other: &Self) -> bool {
        self.work() == other.work() && (self.command == other.command || self.command == "build")
    }

    fn work(&self) -> [&str; 5] {
        [&self.delivery, &self.models, &self.settings, &self.version, &self.build]
    }

    /// What the two were not both made of.
    pub fn differences(&self, other: &Self) -> Vec<&'static str> {
        let parts = [
            ("report", self.delivery != other.delivery),
            ("models", self.models != other.models),
            ("settings", !is_same_json(&self.settings, &other.settings)),
            ("version", (&self.version, &self.build) != (&other.version, &other.build)),
        ];
        parts.into_iter().filter(|(_, differs)| *differs).map(|(part, _)| part).collect()
    }
}

/// Whether two texts are the same JSON, in whatever order its keys stand.
fn is_same_json(one: &str, other: &str) -> bool {
    one == other || json(one).is_some_and(|one| Some(one) == json(other))
}

fn json(text: &str) -> Option<serde_json::Value> {
    serde_json::from_str(text).ok()
}

#[cfg(test)]
mod tests;
