//! SIGTERM and SIGINT while a run goes on.

use tokio::signal::unix::{self, SignalKind, signal};

use crate::commands::run::{Signal, Stop};
use crate::common::error::{Error, Result};

const TERM: Signal = Signal { name: "SIGTERM", number: 15 };
const INT: Signal = Signal { name: "SIGINT", number: 2 };

/// The exit code of a process that a signal ended, as shells know it.
pub(super) fn exit_code(signal: Signal) -> u8 {
    128 + signal.number
}

/// Hears signals from now on. The first one ends the run in good order, the second one at once.
pub(super) fn listen() -> Result<Stop> {
    let (mut term, mut int) = (heard(SignalKind::terminate())?, heard(SignalKind::interrupt())?);
    let (sender, stop) = Stop::new();
    tokio::spawn(async move {
        loop {
            let signal = tokio::select! {
                _ = term.recv() => TERM,
                _ = int.recv() => INT,
            };
            if sender.borrow().is_some() {
                std::process::exit(exit_code(signal).into());
            }
            sender.send_replace(Some(signal));
        }
    });
    Ok(stop)
}

fn heard(kind: SignalKind) -> Result<unix::Signal> {
    signal(kind).map_err(|e| Error::environment("cannot listen for signals").caused_by(&e))
}
