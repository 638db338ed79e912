//! What this run is called, and when it begins.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::LazyLock;

use chrono::Utc;

/// This run: a name that no other run has, the day on which it begins, and what it is part of.
#[derive(Debug)]
pub(super) struct Invocation {
    pub(super) id: String,
    pub(super) date: String,
    /// What whoever starts runs knows this one by, with all that comes of it.
    pub(super) correlation_id: Option<String>,
}

/// The one place where the clock is read for either. In a container every process may be the first, and so have the
/// same number.
pub(super) static RUN: LazyLock<Invocation> = LazyLock::new(|| {
    let now = Utc::now();
    let chance = RandomState::new().build_hasher().finish() as u32;
    Invocation {
        id: format!("{}-{chance:08x}", now.format("%Y%m%dT%H%M%S%3fZ")),
        date: now.format("%Y-%m-%d").to_string(),
        correlation_id: std::env::var("APPORTION_CORRELATION_ID").ok().filter(|id| !id.is_empty()),
    }
});
