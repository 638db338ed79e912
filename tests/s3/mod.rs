//! The job against servers that stand in for S3.

mod bucket;
mod faults;
mod job;
mod late;
mod multipart;
mod policy;
mod proxy;
mod round_trip;
mod server;

use std::sync::atomic::Ordering;

use libtest_mimic::Trial;

pub(crate) use job::Job;

/// All trials that need a server.
pub(crate) fn trials() -> Vec<Trial> {
    let trials = [round_trip::trials(), faults::trials(), multipart::trials(), late::trials(), policy::trials()];
    trials.into_iter().flatten().collect()
}

/// Ends all servers, and says how many faults there were.
pub(crate) fn stop() {
    server::stop();
    crate::harness::say(&format!("{} faults were injected", proxy::INJECTED.load(Ordering::Relaxed)));
}
