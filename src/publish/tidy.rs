//! What nobody needs any more.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use object_store::ObjectMeta;

use super::layout::{self, RUNS};
use super::{PRIVATE, Plan, Publication};
use crate::common::error::Result;
use crate::common::period::Period;
use crate::storage::Location;

/// How long a file in a bucket outlives its replacement.
const GRACE: TimeDelta = TimeDelta::hours(1);

/// What the names of runs begin with that publish nothing, or not at once. They hold no claim, so their files are left
/// alone for a day.
const LOOKING: &str = "look-";
const PLANNING: &str = "plan-";

/// The name of a run that publishes nothing.
pub fn looking(run_id: &str) -> String {
    format!("{LOOKING}{run_id}")
}

/// The name of a run that publishes nothing before somebody has looked at it.
pub fn planning(run_id: &str) -> String {
    format!("{PLANNING}{run_id}")
}

/// Whether a run of this name is at work without a lease.
pub fn holds_no_lease(run_id: &str) -> bool {
    run_id.starts_with(LOOKING) || run_id.starts_with(PLANNING)
}

/// The periods that runs have written tables for, published or not.
///
/// # Errors
/// When the store does not answer.
pub async fn with_runs(output: &Location) -> Result<BTreeSet<Period>> {
    let mut periods = BTreeSet::new();
    for runs in [RUNS, layout::before::RUNS] {
        let objects = output.list(runs).await?;
        periods.extend(objects.iter().filter_map(|object| first_below(output, runs, object).parse::<Period>().ok()));
    }
    Ok(periods)
}

impl Publication {
    /// Removes the files of this period that readers no longer see. In a bucket, what was replaced stays for a while,
    /// as somebody may still be reading it; a file system keeps what is open by itself.
    ///
    /// Only what is older than `since` is removed, if that is given: what is newer is of somebody who has taken over.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(super) async fn tidy(&self, output: &Location, since: Option<DateTime<Utc>>) -> Result<()> {
        if output.is_s3() && Utc::now() - self.seen_at() < GRACE {
            return Ok(());
        }
        for table in self.tables().filter(|table| !layout::is_step(&table.table)) {
            let current: BTreeSet<_> = table.paths(self.period).iter().map(|path| output.path(path)).collect();
            for file in output.list(&layout::of_period(&table.table, self.period)).await? {
                if !current.contains(&file.location) && is_older(&file, since) {
                    output.delete(&file.location).await?;
                }
            }
        }
        Ok(())
    }

    /// Removes the tables of runs that nothing in the history needs, and names those runs; as [`Self::tidy`], nothing
    /// that is not older than `since`.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(super) async fn forget_unpublished(
        &self,
        output: &Location,
        since: Option<DateTime<Utc>>,
    ) -> Result<BTreeSet<String>> {
        let past = Self::history(output, self.period).await?;
        let kept = past.iter().flat_map(|past| past.publication.tables()).chain(self.tables());
        let plans = self.forget_old_plans(output).await?;
        let kept = kept.map(|table| &table.run).chain(plans.iter().map(|plan| &plan.run));
        let needed: BTreeSet<&str> = kept.map(|run| run.run_id.as_str()).collect();
        let mut gone = BTreeSet::new();
        for runs in [RUNS, layout::before::RUNS] {
            let runs = format!("{runs}/{}", self.period);
            for object in output.list(&runs).await? {
                let run = first_below(output, &runs, &object);
                let is_fresh = Utc::now() - object.last_modified < TimeDelta::days(1);
                let is_needed = needed.contains(run.as_str()) || holds_no_lease(&run) && is_fresh;
                if !is_needed && is_older(&object, since) {
                    output.delete(&object.location).await?;
                    gone.insert(output.at(&format!("{runs}/{run}")));
                }
            }
            // A run that looks may be at work on its own.
            output.remove_drafts(&runs, |folder| !folder.iter().any(|part| holds_no_lease(&part.to_string_lossy())));
        }
        // The folders of tables and of the history.
        let partition = format!("billing_period={}", self.period);
        let history = format!("{PRIVATE}/history/{}", self.period);
        output.remove_drafts("", |folder| {
            folder.iter().any(|part| part == partition.as_str()) || folder.ends_with(&history)
        });
        Ok(gone)
    }

    /// Forgets plans that nobody has published for too long; returns those that are left.
    async fn forget_old_plans(&self, output: &Location) -> Result<Vec<Plan>> {
        let (old, plans): (Vec<Plan>, Vec<Plan>) =
            Plan::all(output, Some(self.period)).await?.into_iter().partition(Plan::is_old);
        for plan in old {
            plan.remove(output).await?;
        }
        Ok(plans)
    }
}

fn is_older(object: &ObjectMeta, since: Option<DateTime<Utc>>) -> bool {
    since.is_none_or(|since| object.last_modified < since)
}

/// The name right below `folder` that leads to `object`.
fn first_below(output: &Location, folder: &str, object: &ObjectMeta) -> String {
    let below = object.location.as_ref().strip_prefix(output.path(folder).as_ref()).unwrap_or_default();
    below.trim_start_matches('/').split('/').next().unwrap_or_default().to_owned()
}
