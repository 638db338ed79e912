//! `history`, `rollback`, `lock` and `unlock`: what readers see, what they saw before, and what is to stay.

use std::collections::BTreeSet;

use crate::common::error::{Error, Result};
use crate::common::period::{Period, Periods};
use crate::planned_run::Workspace;
use crate::publish::{Lease, Past, Plan, Publication, PublishedTable, RunRecord};
use crate::readers::AthenaReaders;

/// A publication that readers see, that can be brought back, or that is planned.
#[derive(Debug)]
pub struct HistoryEntry {
    /// What was published, and when.
    pub past: Past,
    /// Whether readers see it.
    pub is_current: bool,
    /// Whether no run may replace it.
    pub is_locked: bool,
    /// Whether it is a plan, which nobody has published yet.
    pub is_planned: bool,
    /// The run that was published before it, if that is still known.
    pub before: Option<RunRecord>,
}

impl HistoryEntry {
    /// The run that it is known by: of its tables, the one published last.
    pub fn run(&self) -> Option<&RunRecord> {
        self.past.publication.newest()
    }

    fn run_id(&self) -> &str {
        self.run().map_or("", |run| &run.run_id)
    }

    /// Whether somebody has brought it back.
    pub fn is_rollback(&self) -> bool {
        let times = self.run().zip(self.before.as_ref());
        !self.is_planned && times.is_some_and(|(run, before)| run.published_at < before.published_at)
    }

    /// What its run was made of and the run before was not; `None` if that is no longer known.
    pub fn changed(&self) -> Option<Vec<&'static str>> {
        Some(self.run()?.differences(self.before.as_ref()?))
    }

    /// How many of its tables are of earlier runs.
    pub fn older_tables(&self) -> usize {
        self.past.publication.tables().filter(|table| table.run.run_id != self.run_id()).count()
    }
}

/// All publications of the wanted periods that are kept, oldest first, and then plans; of one run, if it is named.
///
/// # Errors
/// When the output cannot be read, or lacks a wanted period or the run.
pub async fn history(workspace: &Workspace, run_id: Option<&str>) -> Result<Vec<HistoryEntry>> {
    let mut entries: Vec<HistoryEntry> = Vec::new();
    for period in periods(workspace).await? {
        let current = Publication::read(&workspace.output, period).await?;
        let is_locked = Publication::is_locked(&workspace.output, period).await?;
        let past = Publication::history(&workspace.output, period).await?;
        // The newest of equal ones is what readers see; a rollback makes the same publication a second time.
        let seen = past.iter().rposition(|past| past.publication.is_same(&current));
        let mut before = None;
        for (index, past) in past.into_iter().enumerate() {
            let run = past.publication.newest().cloned();
            let is_current = Some(index) == seen;
            entries.push(HistoryEntry { past, is_current, is_locked, is_planned: false, before });
            before = run;
        }
        let before = current.newest().cloned();
        entries.extend(Plan::all(&workspace.output, Some(period)).await?.iter().filter(|plan| !plan.is_old()).map(
            |plan| HistoryEntry {
                past: plan.as_past(),
                is_current: false,
                is_locked,
                is_planned: true,
                before: before.clone(),
            },
        ));
    }
    match run_id {
        None => Ok(entries),
        Some(run_id) => of_run(entries, run_id),
    }
}

fn of_run(mut entries: Vec<HistoryEntry>, run_id: &str) -> Result<Vec<HistoryEntry>> {
    if !entries.iter().any(|entry| entry.run_id() == run_id) {
        return Err(Error::user(format!("there is no run `{run_id}` in the history"))
            .did_you_mean(run_id, entries.iter().map(HistoryEntry::run_id))
            .hint("run `apportion history` to list all runs"));
    }
    entries.retain(|entry| entry.run_id() == run_id);
    Ok(entries)
}

/// The published periods that are wanted; all if none is named.
async fn periods(workspace: &Workspace) -> Result<Vec<Period>> {
    let published = Publication::periods(&workspace.output).await?;
    match &workspace.job.periods {
        _ if published.is_empty() => Err(Error::data(format!("nothing is published in `{}`", workspace.output.name))
            .hint("run `apportion build` first")),
        Periods::Newest => Ok(published.into_iter().collect::<BTreeSet<_>>().into_iter().collect()),
        wanted @ Periods::Ranges(_) => wanted.pick(&published),
    }
}

/// Has readers see an earlier publication of the one wanted period: that of the run `run_id`, or the one before the
/// present one. Returns the run, and what could not be tidied up after it.
///
/// # Errors
/// When there is no such publication, or its files are gone; then nothing has changed.
pub async fn rollback(workspace: &Workspace, run_id: Option<&str>) -> Result<(Period, String, Option<Error>)> {
    let period = one_period(workspace).await?;
    let output = &workspace.output;
    refuse_locked(workspace, period).await?;
    let mut lease = Lease::take_to_mend(output, period, &workspace.job.run_id).await?;
    let done = async {
        let current = lease.publication().clone();
        let past = Publication::history(output, period).await?;
        let wanted = past.iter().rev().find(|past| match run_id {
            Some(run_id) => past.run_id().is_ok_and(|own| own == run_id),
            None => !past.publication.is_same(&current),
        });
        let wanted = wanted.ok_or_else(|| nothing_to_bring_back(period, run_id, &past))?;
        if let Some(readers) = AthenaReaders::open(workspace.target()?, output, &workspace.job.run_id).await? {
            let tables: Vec<&PublishedTable> = wanted.publication.tables().collect();
            readers.register(&workspace.compile(period)?, period, &tables).await?;
        }
        let teller = workspace.teller()?;
        let announce = |at| teller.note(|author| author.month_rolled_back(&wanted.publication, &current, at));
        lease.bring_back(wanted, &announce).await?;
        // Readers see it: what cannot be tidied up now is the next run's to do.
        let untidy = lease.note_and_tidy().await.err();
        Ok::<_, Error>((wanted.run_id()?.to_owned(), untidy))
    };
    let done = done.await;
    lease.release().await;
    let (run_id, untidy) = done?;
    Ok((period, run_id, untidy))
}

fn nothing_to_bring_back(period: Period, run_id: Option<&str>, past: &[Past]) -> Error {
    let known: Vec<&str> = past.iter().filter_map(|past| past.run_id().ok()).collect();
    match run_id {
        Some(run_id) => Error::user(format!("there is no run `{run_id}` of {period} to bring back"))
            .did_you_mean(run_id, known.iter().copied())
            .hint("run `apportion history` to list all runs"),
        None => Error::user(format!("there is no earlier publication of {period} to bring back"))
            .hint("run `apportion history` to see what was published"),
    }
}

/// Locks or unlocks the wanted periods against runs and rollbacks; returns them.
///
/// # Errors
/// When the output cannot be written, or lacks a wanted period.
pub async fn set_lock(workspace: &Workspace, is_locked: bool) -> Result<Vec<Period>> {
    let mut changed = Vec::new();
    if workspace.job.periods == Periods::Newest {
        return Err(Error::user("which billing period?").hint("name it with --period YYYY-MM"));
    }
    let teller = workspace.teller()?;
    for period in periods(workspace).await? {
        let mut lease = Lease::take(&workspace.output, period, &workspace.job.run_id).await?;
        let published = lease.publication().clone();
        let announce = |at| teller.note(|author| author.lock_changed(&published, is_locked, at));
        let done = lease.set_lock(is_locked, &announce).await;
        lease.release().await;
        done?;
        changed.push(period);
    }
    Ok(changed)
}

async fn one_period(workspace: &Workspace) -> Result<Period> {
    match periods(workspace).await?.as_slice() {
        [period] => Ok(*period),
        _ => Err(Error::user("which billing period?").hint("name one with --period YYYY-MM")),
    }
}

async fn refuse_locked(workspace: &Workspace, period: Period) -> Result<()> {
    if Publication::is_locked(&workspace.output, period).await? {
        return Err(Publication::locked(&workspace.output, period));
    }
    Ok(())
}
