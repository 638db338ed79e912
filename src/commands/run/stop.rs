//! The wish from outside that a run ends early.

use std::future::{Future, pending};

use tokio::sync::watch;

use crate::common::error::{Error, Result};

/// A signal of the operating system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signal {
    /// For instance `SIGTERM`.
    pub name: &'static str,
    /// Its number.
    pub number: u8,
}

/// Hears whether a run is to end early.
#[derive(Debug, Clone)]
pub struct Stop(watch::Receiver<Option<Signal>>);

impl Stop {
    /// One that hears what is sent.
    pub fn new() -> (watch::Sender<Option<Signal>>, Self) {
        let (sender, receiver) = watch::channel(None);
        (sender, Self(receiver))
    }

    /// The signal that asked for it, if any did.
    pub fn asked(&self) -> Option<Signal> {
        *self.0.borrow()
    }

    /// Ends when the run is to end.
    pub(super) async fn heard(&self) {
        let mut receiver = self.0.clone();
        if receiver.wait_for(Option::is_some).await.is_err() {
            pending::<()>().await;
        }
    }

    /// Fails if the run is to end.
    pub(super) fn check(&self) -> Result<()> {
        match self.asked() {
            None => Ok(()),
            Some(signal) => Err(Error::environment(format!("stopped by {}", signal.name))
                .hint("a period that was not published yet stays as it was for readers; the next run starts over")),
        }
    }

    /// Does `work`, and lets go of it when the run is to end.
    pub(super) async fn or<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        tokio::select! {
            biased;
            () = self.heard() => {}
            done = work => return done,
        }
        self.check()?;
        Err(Error::bug("a run stopped without a signal"))
    }
}
