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

use super::bucket_lease::{BucketLease, lost, taken};
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
}

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
        let mut lease = Self { held, output: output.clone(), publication };
        match lease.settle(run_id, mends).await {
            Ok(()) => Ok(lease),
            Err(error) => {
                lease.release().await;
                Err(error)
            }
        }
    }

    async fn settle(&mut self, run_id: &str, mends: bool) -> Result<()> {
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
            let marked = Publication { holder: run_id.to_owned(), turn: object.turn, ..self.publication.clone() };
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

    /// Has readers see `tables` beside those already published, in one instant; until then nothing has changed.
    ///
    /// # Errors
    /// When somebody else has taken over, or the store does not answer; then nothing has changed, or nobody knows.
    pub async fn publish(&mut self, tables: Vec<PublishedTable>) -> Result<()> {
        let mut new = self.publication.clone();
        new.tables.extend(tables.into_iter().map(|table| (table.table.clone(), table)));
        self.replace(new).await
    }

    /// Has readers see `past` again, in one instant.
    ///
    /// # Errors
    /// When a file is no longer there, somebody else has taken over, or the store does not answer.
    pub async fn bring_back(&mut self, past: &Past) -> Result<()> {
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
        let tables = tables.into_iter().map(|table| (table.table.clone(), table)).collect();
        self.replace(Publication { tables, ..self.publication.clone() }).await
    }

    /// Puts the files of `table` where readers look for them.
    async fn put_in_place(&self, period: Period, table: &PublishedTable) -> Result<PublishedTable> {
        let table = migration::in_layout(&self.output, period, table).await?;
        if self.publication.files(&table.table) != Some(table.paths(period)) {
            table.put_in_place(&self.output, period).await?;
        }
        Ok(table)
    }

    async fn replace(&mut self, new: Publication) -> Result<()> {
        self.check()?;
        let new = new.seen_now(&self.publication);
        let wanted = new.encoded()?;
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
                Ok(())
            }
            None => Err(Error::later(format!(
                "another run has taken over {} in `{}` in the meantime",
                self.publication.period, self.output.name
            ))
            .hint("nothing was published by this run; run again to publish over what the other one does")),
        }
    }

    /// Whether the object is what was written, if it can be had.
    async fn was_heard(&self, new: &Publication, wanted: &Bytes) -> Option<Option<Publication>> {
        let (bytes, version) = self.output.get(&pointer(new.period)).await.ok()??;
        (bytes == *wanted).then(|| Some(Publication { version: Some(version), ..new.clone() }))
    }

    /// Notes down what is published, and removes what nobody needs any more.
    ///
    /// # Errors
    /// When the store does not answer. Whoever claims the period next does what could not be done.
    pub async fn note_and_tidy(&self) -> Result<()> {
        self.check()?;
        self.publication.note(&self.output).await?;
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

    /// Sets or lifts the lock on the period.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn set_lock(&self, is_locked: bool) -> Result<()> {
        let (output, period) = (&self.output, self.publication.period);
        if is_locked {
            output.put(&lock(period), Bytes::from_static(b"locked")).await
        } else if Publication::is_locked(output, period).await? {
            output.delete(&output.path(&lock(period))).await
        } else {
            Ok(())
        }
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
