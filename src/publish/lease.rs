//! One run at a time for a period: a file lock on a file system, a lease in a bucket.
//!
//! A file lock goes when its process does. In a bucket a lease is an object that says until when it holds; it is renewed
//! while the run goes on and taken over once it has run out. Whoever takes over first puts a mark of its own into the
//! object that names the published files, so that nothing its predecessor still sends can replace it any more:
//! publishing is conditional on what the lease has read, and only its holder can publish. Marks have turns: nobody puts
//! one over that of a later lease. `tests/leases.rs` is a model of it.

use std::collections::BTreeSet;
use std::fs::File;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde_json::Value;

use super::bucket_lease::{BucketLease, lost, taken};
use super::outbox::{self, Note, Once};
use super::{PRIVATE, Past, Publication, PublishedTable, lock, migration, pointer};
use crate::common::error::{Error, Result};
use crate::common::period::Period;
use crate::storage::Location;

/// How often a lease tries to mark what is published, when others are publishing at the same time.
const MARKS: usize = 5;

/// The right to replace what is published for a period, until it is dropped or released.
#[derive(Debug)]
pub struct Lease {
    held: Held,
    output: Location,
    /// What readers see, as far as its holder knows: it alone may replace it.
    publication: Publication,
    /// The run that holds it.
    run_id: String,
    /// The event of what has happened, as long as nobody else may tell it.
    note: Option<Note>,
}

/// The event that is to be told of what happens at an instant, if one is.
pub type Announce<'a> = &'a (dyn Fn(DateTime<Utc>) -> Option<Value> + Sync);

#[derive(Debug)]
enum Held {
    File(#[allow(dead_code, reason = "the lock holds as long as the file is open")] File),
    Object(Box<BucketLease>),
}

impl Lease {
    /// Claims `period` in `output` for the run `run_id`, and settles what a predecessor has left undone: publications in
    /// the layout of earlier versions are brought into the present one, and one that its run could not note is noted.
    ///
    /// # Errors
    /// When another run holds it, or the store does not answer.
    pub async fn take(output: &Location, period: Period, run_id: &str) -> Result<Self> {
        Self::over(output, period, run_id, false).await
    }

    /// As [`Self::take`], also if the object that names the published files is damaged: to bring back what was before.
    ///
    /// # Errors
    /// As [`Self::take`].
    pub async fn take_to_mend(output: &Location, period: Period, run_id: &str) -> Result<Self> {
        Self::over(output, period, run_id, true).await
    }

    async fn over(output: &Location, period: Period, run_id: &str, mends: bool) -> Result<Self> {
        let path = format!("{PRIVATE}/claims/{period}");
        let held = match output.file(&path)? {
            Some(file) => Held::File(lock_file(output, &file, period)?),
            None => Held::Object(Box::new(BucketLease::take(output, path, period, run_id).await?)),
        };
        let publication = Publication::none(period);
        let run_id = run_id.to_owned();
        let mut lease = Self { held, output: output.clone(), publication, run_id, note: None };
        match lease.settle(mends).await {
            Ok(()) => Ok(lease),
            Err(error) => {
                lease.release().await;
                Err(error)
            }
        }
    }

    async fn settle(&mut self, mends: bool) -> Result<()> {
        self.take_over(mends).await?;
        // From here on no predecessor can publish any more.
        outbox::settle(&self.output, &self.publication).await
    }

    async fn take_over(&mut self, mends: bool) -> Result<()> {
        migration::migrate(&self.output).await?;
        let period = self.publication.period;
        for _ in 0..MARKS {
            self.publication = if mends {
                Publication::read_unless_damaged(&self.output, period).await?
            } else {
                Publication::read(&self.output, period).await?
            };
            self.publication.note(&self.output).await?;
            let Held::Object(object) = &self.held else {
                // Nobody can take over a lock while its process lives.
                return Ok(());
            };
            if self.publication.turn > object.turn {
                return Err(lost());
            }
            let marked = Publication { holder: self.run_id.clone(), turn: object.turn, ..self.publication.clone() };
            if let Some(marked) = marked.write(&self.output).await? {
                self.publication = marked;
                return Ok(());
            }
        }
        Err(Error::later(format!("other runs keep publishing {period}")).hint("run again when they have ended"))
    }

    /// What readers see.
    pub fn publication(&self) -> &Publication {
        &self.publication
    }

    /// Fails if another run has taken over.
    ///
    /// # Errors
    /// When the lease could not be renewed in time.
    pub fn check(&self) -> Result<()> {
        match &self.held {
            Held::Object(object) if object.is_lost() => Err(lost()),
            _ => Ok(()),
        }
    }

    /// Fails if another run has taken over, whether or not this one has noticed; a store that does not answer tells
    /// nothing.
    ///
    /// # Errors
    /// When the lease is somebody else's.
    pub async fn confirm(&self) -> Result<()> {
        self.check()?;
        match &self.held {
            Held::Object(object) => object.confirm().await,
            Held::File(_) => Ok(()),
        }
    }

    /// Has readers see `tables`, and nothing else, in one instant; until then nothing has changed. Of two of one name it
    /// is the later. The event that is to be told of it is written down before.
    ///
    /// # Errors
    /// When somebody else has taken over, or the store does not answer; then nothing has changed, or nobody knows.
    pub async fn publish(&mut self, tables: Vec<PublishedTable>, announce: Announce<'_>) -> Result<()> {
        let tables = tables.into_iter().map(|table| (table.table.clone(), table)).collect();
        self.replace(Publication { tables, ..self.publication.clone() }, announce).await
    }

    /// Has readers see `past` again, in one instant; the event as in [`Self::publish`].
    ///
    /// # Errors
    /// When a file is no longer there, somebody else has taken over, or the store does not answer.
    pub async fn bring_back(&mut self, past: &Past, announce: Announce<'_>) -> Result<()> {
        let period = self.publication.period;
        let mut tables = Vec::new();
        for table in past.publication.tables() {
            let there = self.put_in_place(period, table).await;
            tables.push(
                there.map_err(|error| {
                    error.hint(format!("without it, `{}` cannot be brought back", table.run.run_id))
                })?,
            );
        }
        self.publish(tables, announce).await
    }

    /// Puts the files of `table` where readers look for them.
    async fn put_in_place(&self, period: Period, table: &PublishedTable) -> Result<PublishedTable> {
        let table = migration::in_layout(&self.output, period, table).await?;
        if self.publication.files(&table.table) != Some(table.paths(period)) {
            table.put_in_place(&self.output, period).await?;
        }
        Ok(table)
    }

    async fn replace(&mut self, new: Publication, announce: Announce<'_>) -> Result<()> {
        self.check()?;
        let new = new.seen_now(&self.publication);
        let wanted = new.encoded()?;
        let note = self.note_down(Once::seen_since(new.seen_at()), announce(new.seen_at())).await?;
        let written = new.clone().write(&self.output).await;
        let written = match written {
            // Of a request whose answer is lost nobody knows whether it was heard: what is there tells.
            Err(error) => self.was_heard(&new, &wanted).await.ok_or_else(|| {
                let period = new.period;
                error.hint(format!("{period} may have been published anyway: check with `apportion history`"))
            })?,
            Ok(written) => written,
        };
        match written {
            Some(new) => {
                self.publication = new;
                self.note = note;
                Ok(())
            }
            None => {
                if let Some(note) = note {
                    // Whoever has taken over removes it otherwise.
                    let _ = note.remove(&self.output).await;
                }
                Err(Error::later(format!(
                    "another run has taken over {} in `{}` in the meantime",
                    self.publication.period, self.output.name
                ))
                .hint("nothing was published by this run; run again to publish over what the other one does"))
            }
        }
    }

    /// Writes down an event that may be told `once` something has happened.
    async fn note_down(&self, once: Once, event: Option<Value>) -> Result<Option<Note>> {
        let Some(event) = event else { return Ok(None) };
        let note = Note::new(self.publication.period, &self.run_id, once, event);
        note.write(&self.output).await?;
        Ok(Some(note))
    }

    /// Has the event of what has happened be told by whoever tells events.
    async fn free_note(&mut self) -> Result<()> {
        match self.note.take() {
            Some(note) => note.free(&self.output).await,
            None => Ok(()),
        }
    }

    /// Whether the object is what was written, if it can be had.
    async fn was_heard(&self, new: &Publication, wanted: &Bytes) -> Option<Option<Publication>> {
        let (bytes, version) = self.output.get(&pointer(new.period)).await.ok()??;
        (bytes == *wanted).then(|| Some(Publication { version: Some(version), ..new.clone() }))
    }

    /// Notes down what is published, lets its event be told, and removes what nobody needs any more.
    ///
    /// # Errors
    /// When the store does not answer. Whoever claims the period next does what could not be done.
    pub async fn note_and_tidy(&mut self) -> Result<()> {
        self.check()?;
        self.publication.note(&self.output).await?;
        self.free_note().await?;
        self.forget_unpublished().await?;
        self.tidy().await
    }

    /// Removes the files that readers no longer see.
    ///
    /// # Errors
    /// When the store does not answer, or another run has taken over.
    pub async fn tidy(&self) -> Result<()> {
        self.check()?;
        self.publication.tidy(&self.output, self.alone_until()).await
    }

    /// Removes the tables of runs that nothing in the history needs, and names those runs.
    ///
    /// # Errors
    /// When the store does not answer, or another run has taken over.
    pub async fn forget_unpublished(&self) -> Result<BTreeSet<String>> {
        self.check()?;
        self.publication.forget_unpublished(&self.output, self.alone_until()).await
    }

    /// Sets or lifts the lock on the period; the event as in [`Self::publish`], if it was otherwise.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn set_lock(&mut self, is_locked: bool, announce: Announce<'_>) -> Result<()> {
        let (output, period) = (&self.output, self.publication.period);
        if Publication::is_locked(output, period).await? == is_locked {
            return Ok(());
        }
        let once = if is_locked { Once::Locked } else { Once::Unlocked };
        self.note = self.note_down(once, announce(Utc::now())).await?;
        if is_locked {
            output.put(&lock(period), Bytes::from_static(b"locked")).await?;
        } else {
            output.delete(&output.path(&lock(period))).await?;
        }
        self.free_note().await
    }

    fn alone_until(&self) -> Option<DateTime<Utc>> {
        match &self.held {
            Held::File(_) => None,
            Held::Object(object) => Some(object.alone_until),
        }
    }

    /// Lets others have the period.
    pub async fn release(self) {
        if let Held::Object(object) = &self.held {
            object.release().await;
        }
    }
}

fn lock_file(output: &Location, path: &std::path::Path, period: Period) -> Result<File> {
    let file = File::create(path).map_err(|e| Error::io("write", path, &e))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(taken(output, period).hint("wait until it has ended")),
        Err(std::fs::TryLockError::Error(error)) => Err(Error::io("lock", path, &error)),
    }
}
