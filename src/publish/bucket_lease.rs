//! A lease in a bucket: an object that says who is at work and until when, renewed while it is held.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use object_store::{ObjectStoreExt, UpdateVersion};
use serde::{Deserialize, Serialize};
use tokio::task::JoinHandle;

use super::Publication;
use crate::common::error::{Error, Result};
use crate::common::period::Period;
use crate::storage::{Access, Location};

/// How long a lease holds without being renewed.
const LEASE: Duration = Duration::from_secs(60);

/// A lease that is held, and what keeps it.
#[derive(Debug)]
pub(super) struct BucketLease {
    output: Location,
    path: String,
    run_id: String,
    /// The how manieth it is of its period: each later one has a higher turn.
    pub(super) turn: u64,
    /// Until when, by the clock of the store, nobody else can have written anything.
    pub(super) alone_until: DateTime<Utc>,
    renewal: JoinHandle<()>,
    is_lost: Arc<AtomicBool>,
}

/// What the object says.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct LeaseText {
    run_id: String,
    until: DateTime<Utc>,
    #[serde(default)]
    turn: u64,
}

impl BucketLease {
    /// Takes the lease at `path` for the run `run_id`.
    ///
    /// # Errors
    /// When another run holds it, or the store does not answer.
    pub(super) async fn take(output: &Location, path: String, period: Period, run_id: &str) -> Result<Self> {
        let found = output.get(&path).await?;
        let mut turn = Publication::read_unless_damaged(output, period).await?.turn;
        let version = match &found {
            None => None,
            Some((bytes, version)) => {
                let other = serde_json::from_slice::<LeaseText>(bytes).ok();
                turn = turn.max(other.as_ref().map_or(0, |other| other.turn));
                if let Some(other) = other.filter(|other| other.until > Utc::now()) {
                    let until = other.until.format("%H:%M:%S UTC");
                    return Err(taken(output, period)
                        .hint(format!("wait until `{}` has ended, or until {until} if it was killed", other.run_id)));
                }
                Some(version.clone())
            }
        };
        let turn = turn + 1;
        let Some(version) = renew(output, &path, run_id, turn, version).await? else {
            return Err(taken(output, period).hint("wait until it has ended"));
        };
        // Another can begin only when this lease has run out; half of that is left to clocks that disagree.
        let object = output.path(&path);
        let written =
            output.store.head(&object).await.map_err(|error| output.refused(Access::Read, &object, &error))?;
        let alone_until = written.last_modified + LEASE / 2;
        let is_lost = Arc::new(AtomicBool::new(false));
        let (output, run_id) = (output.clone(), run_id.to_owned());
        let renewal = keep(output.clone(), path.clone(), run_id.clone(), turn, version, Arc::clone(&is_lost));
        let renewal = tokio::spawn(renewal);
        Ok(Self { output, path, run_id, turn, alone_until, renewal, is_lost })
    }

    /// Whether it could not be renewed in time.
    pub(super) fn is_lost(&self) -> bool {
        self.is_lost.load(Ordering::Relaxed)
    }

    /// Fails if it is somebody else's; a store that does not answer tells nothing.
    ///
    /// # Errors
    /// When another run has taken it over.
    pub(super) async fn confirm(&self) -> Result<()> {
        let Ok(found) = self.output.get(&self.path).await else { return Ok(()) };
        let holder = found.and_then(|(bytes, _)| serde_json::from_slice::<LeaseText>(&bytes).ok());
        if holder.is_some_and(|holder| holder.run_id == self.run_id) { Ok(()) } else { Err(lost()) }
    }

    /// Lets others have it.
    pub(super) async fn release(&self) {
        self.renewal.abort();
        if !self.is_lost() {
            // A lease that stays runs out by itself.
            let _ = self.output.delete(&self.output.path(&self.path)).await;
        }
    }
}

impl Drop for BucketLease {
    fn drop(&mut self) {
        self.renewal.abort();
    }
}

/// Writes the lease anew; `None` if it is somebody else's by now.
async fn renew(
    output: &Location,
    path: &str,
    run_id: &str,
    turn: u64,
    version: Option<UpdateVersion>,
) -> Result<Option<UpdateVersion>> {
    let lease = LeaseText { run_id: run_id.to_owned(), until: Utc::now() + LEASE, turn };
    let bytes = serde_json::to_vec(&lease).map_err(|e| Error::bug("could not write a lease as JSON").caused_by(&e))?;
    output.put_if(path, bytes.into(), version).await
}

async fn keep(
    output: Location,
    path: String,
    run_id: String,
    turn: u64,
    mut version: UpdateVersion,
    is_lost: Arc<AtomicBool>,
) {
    let mut until = Utc::now() + LEASE;
    loop {
        tokio::time::sleep(LEASE / 4).await;
        match renew(&output, &path, &run_id, turn, Some(version.clone())).await {
            Ok(Some(new)) => {
                version = new;
                until = Utc::now() + LEASE;
            }
            // It is somebody else's, or could not be renewed for so long that it may be.
            Ok(None) => break,
            Err(_) if Utc::now() > until => break,
            Err(_) => {}
        }
    }
    is_lost.store(true, Ordering::Relaxed);
}

/// The error of who has lost the period.
pub(super) fn lost() -> Error {
    Error::later("another run has taken over this period, as this one could not renew its claim")
        .hint("nothing was published by this run")
}

/// The error of who finds the period taken.
pub(super) fn taken(output: &Location, period: Period) -> Error {
    Error::later(format!("another run is at work on {period} in `{}`", output.name))
}
