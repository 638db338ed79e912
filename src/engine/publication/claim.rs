//! One run at a time for a period: a file lock on a file system, a lease in a bucket.
//!
//! A file lock goes when its process does. A lease is an object that says until when it holds; it is renewed while the
//! run goes on and taken over once it has run out. Should clocks disagree, publication itself still notices.

use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use object_store::UpdateVersion;
use serde::{Deserialize, Serialize};
use tokio::task::JoinHandle;

use super::{Location, PRIVATE};
use crate::words::error::{Error, Result};
use crate::words::period::Period;

/// How long a lease holds without being renewed.
const LEASE: Duration = Duration::from_secs(60);

/// The right to publish a period, until it is dropped or released.
#[derive(Debug)]
pub struct Claim {
    held: Held,
    is_lost: Arc<AtomicBool>,
}

#[derive(Debug)]
enum Held {
    File(#[allow(dead_code, reason = "the lock holds as long as the file is open")] File),
    Lease { output: Location, path: String, renewal: JoinHandle<()> },
}

/// What a lease says.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Lease {
    run_id: String,
    until: DateTime<Utc>,
}

impl Claim {
    /// Claims `period` in `output` for the run `run_id`.
    ///
    /// # Errors
    /// When another run holds it, or the store does not answer.
    pub async fn take(output: &Location, period: Period, run_id: &str) -> Result<Self> {
        let path = format!("{PRIVATE}/claims/{period}");
        let is_lost = Arc::new(AtomicBool::new(false));
        let held = match output.file(&path)? {
            Some(file) => Held::File(lock(output, &file, period)?),
            None => lease(output, path, period, run_id, Arc::clone(&is_lost)).await?,
        };
        Ok(Self { held, is_lost })
    }

    /// Fails if another run has taken over.
    ///
    /// # Errors
    /// When the lease could not be renewed in time.
    pub fn check(&self) -> Result<()> {
        if self.is_lost.load(Ordering::Relaxed) {
            return Err(Error::environment(
                "another run has taken over this period, as this one could not renew its claim",
            )
            .hint("nothing was published by this run"));
        }
        Ok(())
    }

    /// Lets others have the period.
    pub async fn release(self) {
        if let Held::Lease { output, path, renewal } = &self.held {
            renewal.abort();
            if !self.is_lost.load(Ordering::Relaxed) {
                // A lease that stays runs out by itself.
                let _ = output.delete(&output.path(path)).await;
            }
        }
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if let Held::Lease { renewal, .. } = &self.held {
            renewal.abort();
        }
    }
}

fn taken(output: &Location, period: Period) -> Error {
    Error::environment(format!("another run is at work on {period} in `{}`", output.name))
}

fn lock(output: &Location, path: &std::path::Path, period: Period) -> Result<File> {
    let file = File::create(path).map_err(|e| Error::io("write", path, &e))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(taken(output, period).hint("wait until it has ended")),
        Err(std::fs::TryLockError::Error(error)) => Err(Error::io("lock", path, &error)),
    }
}

async fn lease(
    output: &Location,
    path: String,
    period: Period,
    run_id: &str,
    is_lost: Arc<AtomicBool>,
) -> Result<Held> {
    let found = output.get(&path).await?;
    let version = match &found {
        None => None,
        Some((bytes, version)) => {
            let other = serde_json::from_slice::<Lease>(bytes).ok();
            if let Some(other) = other.filter(|other| other.until > Utc::now()) {
                let until = other.until.format("%H:%M:%S UTC");
                return Err(taken(output, period).hint(format!(
                    "wait until `{}` has ended; should it have been killed, until {until}",
                    other.run_id
                )));
            }
            Some(version.clone())
        }
    };
    let Some(version) = renew(output, &path, run_id, version).await? else {
        return Err(taken(output, period).hint("wait until it has ended"));
    };
    let renewal = tokio::spawn(keep(output.clone(), path.clone(), run_id.to_owned(), version, is_lost));
    Ok(Held::Lease { output: output.clone(), path, renewal })
}

/// Writes the lease anew; `None` if it is somebody else's by now.
async fn renew(
    output: &Location,
    path: &str,
    run_id: &str,
    version: Option<UpdateVersion>,
) -> Result<Option<UpdateVersion>> {
    let lease = Lease { run_id: run_id.to_owned(), until: Utc::now() + LEASE };
    let bytes = serde_json::to_vec(&lease).map_err(|e| Error::bug("a lease makes no JSON").caused_by(&e))?;
    output.put_if(path, bytes.into(), version).await
}

async fn keep(output: Location, path: String, run_id: String, mut version: UpdateVersion, is_lost: Arc<AtomicBool>) {
    let mut until = Utc::now() + LEASE;
    loop {
        tokio::time::sleep(LEASE / 4).await;
        match renew(&output, &path, &run_id, Some(version.clone())).await {
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
