//! Work that is shared out to all cores.

use std::sync::{LazyLock, OnceLock};

use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

/// SQL that is nested deeply is read recursively.
const STACK: usize = 16 * 1024 * 1024;

/// How many threads the pool may have.
static THREADS: OnceLock<usize> = OnceLock::new();

/// As many threads as are allowed, else one for each core; none where none can be started.
static POOL: LazyLock<Option<ThreadPool>> = LazyLock::new(|| {
    let threads = THREADS.get().copied().unwrap_or_default();
    ThreadPoolBuilder::new().num_threads(threads).stack_size(STACK).build().ok()
});

/// Has no more than `threads` threads work; to be said before the first work.
pub fn limit(threads: usize) {
    let _ = THREADS.set(threads);
}

/// What `one` and `other` give, done at the same time.
pub fn both<A: Send, B: Send>(one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B + Send) -> (A, B) {
    match &*POOL {
        Some(pool) => pool.join(one, other),
        None => (one(), other()),
    }
}

/// What `act` gives for each of `items`, in their order.
pub fn map<T: Sync, R: Send>(items: &[T], act: impl Fn(&T) -> R + Sync + Send) -> Vec<R> {
    match &*POOL {
        // Neither are items many nor are they alike, so that each is taken by itself.
        Some(pool) => pool.install(|| items.par_iter().with_max_len(1).map(act).collect()),
        None => items.iter().map(act).collect(),
    }
}
