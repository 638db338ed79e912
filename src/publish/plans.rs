//! Runs that were made and stopped before the instant: what each would publish, as long as that may still be.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{PRIVATE, Past, Publication, PublishedTable, RunRecord};
use crate::common::error::{Error, Result};
use crate::common::period::Period;
use crate::common::settings::Settings;
use crate::storage::Location;

/// How long a plan can be published.
const LIFE: TimeDelta = TimeDelta::days(1);

/// What a planned run would publish of a period.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Plan {
    /// The period.
    pub period: Period,
    /// The run.
    pub run: RunRecord,
    /// When it was done.
    pub planned_at: DateTime<Utc>,
    /// Its tables. Those of results are still where the run wrote them.
    pub tables: Vec<PublishedTable>,
    /// What was published then: tables with the runs that they were of.
    before: Vec<(String, String)>,
    /// The settings that were typed.
    pub vars: Settings,
    /// How many accounts really cost otherwise than as published before, if that is known.
    pub accounts_changed: Option<u64>,
}

impl Plan {
    /// The plan of `run` to put `tables` in the place of what was published `before`.
    pub fn new(before: &Publication, run: &RunRecord, tables: Vec<PublishedTable>, vars: &Settings) -> Self {
        Self {
            period: before.period,
            run: run.clone(),
            planned_at: Utc::now(),
            tables,
            before: runs_of(before),
            vars: vars.clone(),
            accounts_changed: None,
        }
    }

    /// Whether readers see what they saw when it was made.
    pub fn is_on(&self, published: &Publication) -> bool {
        self.before == runs_of(published)
    }

    /// Whether its tables may be gone.
    pub fn is_old(&self) -> bool {
        Utc::now() - self.planned_at > LIFE
    }

    /// It among what was published: as its tables would be seen.
    pub fn as_past(&self) -> Past {
        let tables = self.tables.iter().map(|table| (table.table.clone(), table.clone())).collect();
        let publication = Publication { tables, ..Publication::none(self.period) };
        Past { at: self.planned_at, publication, path: path(self.period, &self.run.run_id) }
    }

    /// Keeps it.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn write(&self, output: &Location) -> Result<()> {
        let text = serde_json::to_vec_pretty(self).map_err(|e| Error::bug("a plan is no JSON").caused_by(&e))?;
        output.put(&path(self.period, &self.run.run_id), text.into()).await
    }

    /// Forgets it.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn remove(&self, output: &Location) -> Result<()> {
        output.delete(&output.path(&path(self.period, &self.run.run_id))).await
    }

    /// All plans, or those of one period, by period and run.
    ///
    /// # Errors
    /// When the store does not answer, or one is damaged.
    pub async fn all(output: &Location, period: Option<Period>) -> Result<Vec<Self>> {
        let folder = period.map_or_else(|| format!("{PRIVATE}/plans"), folder);
        let mut plans = Vec::new();
        for object in output.list(&folder).await? {
            let Some((_, below)) = object.location.as_ref().rsplit_once("/plans/") else { continue };
            let path = format!("{PRIVATE}/plans/{below}");
            let Some((bytes, _)) = output.get(&path).await? else { continue };
            let plan = serde_json::from_slice(&bytes).map_err(|error| {
                Error::data(format!("the plan `{}` is damaged", output.at(&path))).caused_by(&error).hint("remove it")
            })?;
            plans.push(plan);
        }
        Ok(plans)
    }
}

fn runs_of(publication: &Publication) -> Vec<(String, String)> {
    publication.runs_of_tables().map(|(table, run)| (table.to_owned(), run.to_owned())).collect()
}

fn folder(period: Period) -> String {
    format!("{PRIVATE}/plans/{period}")
}

fn path(period: Period, run_id: &str) -> String {
    format!("{}/{run_id}.json", folder(period))
}
