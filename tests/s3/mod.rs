//! The job against servers that stand in for S3.

mod bucket;
mod job;
mod round_trip;
mod server;

use libtest_mimic::Trial;

pub(crate) use server::stop;

/// All trials that need a server.
pub(crate) fn trials() -> Vec<Trial> {
    [round_trip::trials()].into_iter().flatten().collect()
}
