//! How a memory limit is divided.
//!
//! What can go to disk takes all that it is given, and so does the merging of what went there. Each has a part of its
//! own, and what can do neither (hash tables, runs of rows alike) another, or the one would starve the other. The rest
//! is left to what nobody counts: files that are read and written, plans, code.

use std::fmt;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use datafusion::common::{DataFusionError, Result};
use datafusion::execution::memory_pool::{
    GreedyMemoryPool, MemoryConsumer, MemoryLimit, MemoryPool, MemoryReservation,
};
use sysinfo::{MemoryRefreshKind, System};

/// Hundredths of the limit for sorts and groups together, and for each.
const SPILLING: (usize, usize) = (30, 5);

/// The same for merging what was sorted. A sort lets go of its rows before it merges, so that the parts may overlap.
const MERGING: (usize, usize) = (40, 6);

/// Hundredths of the limit for what cannot go to disk.
const STAYING: usize = 40;

/// Bytes that everybody may hold in any case: a few batches, each counted with all that its texts are part of.
const LEAST: usize = 24 * 1024 * 1024;

/// Bytes that merging the largest sort that is held in memory needs.
const LEAST_TO_MERGE: usize = 64 * 1024 * 1024;

/// What there is of memory.
#[derive(Debug, Clone, Copy)]
struct Memory {
    bytes: u64,
    /// Whether that is what a container may have, and not the whole machine.
    is_container: bool,
}

static MEMORY: LazyLock<Memory> = LazyLock::new(|| {
    let mut machine = System::new();
    machine.refresh_memory_specifics(MemoryRefreshKind::nothing().with_ram());
    let total = machine.total_memory();
    let container = machine.cgroup_limits().map(|container| container.total_memory).filter(|bytes| *bytes < total);
    Memory { bytes: container.unwrap_or(total), is_container: container.is_some() }
});

/// The limit if none is set: four fifths of the machine's memory, or of what its container may have.
pub(super) fn usual_limit() -> usize {
    usize::try_from(MEMORY.bytes / 5 * 4).unwrap_or(usize::MAX)
}

/// The limit if none is set, in bytes, and what it comes from.
pub fn usual_memory() -> (usize, String) {
    let whose = if MEMORY.is_container { "the container may use" } else { "the machine has" };
    (usual_limit(), format!("four fifths of the {} that {whose}", gigabytes(MEMORY.bytes)))
}

/// Bytes as people write them.
pub fn gigabytes(bytes: u64) -> String {
    format!("{:.1} GB", bytes as f64 / 1e9)
}

/// A pool for each of the three kinds.
#[derive(Debug)]
pub(super) struct DividedPool {
    spilling: SharedPool,
    merging: SharedPool,
    staying: GreedyMemoryPool,
    limit: usize,
}

impl DividedPool {
    /// Divides `limit` bytes of a process.
    pub(super) fn new(limit: usize) -> Self {
        Self {
            spilling: SharedPool::new(limit, SPILLING, LEAST),
            merging: SharedPool::new(limit, MERGING, LEAST_TO_MERGE),
            staying: GreedyMemoryPool::new(limit / 100 * STAYING),
            limit,
        }
    }

    fn of(&self, consumer: &MemoryConsumer) -> &dyn MemoryPool {
        if consumer.can_spill() {
            &self.spilling
        } else if consumer.name().starts_with("ExternalSorterMerge") {
            &self.merging
        } else {
            &self.staying
        }
    }
}

impl fmt::Display for DividedPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {} and {} of {} bytes", self.spilling, self.merging, self.staying, self.limit)
    }
}

impl MemoryPool for DividedPool {
    fn name(&self) -> &'static str {
        "divided"
    }

    fn register(&self, consumer: &MemoryConsumer) {
        self.of(consumer).register(consumer);
    }

    fn unregister(&self, consumer: &MemoryConsumer) {
        self.of(consumer).unregister(consumer);
    }

    fn grow(&self, reservation: &MemoryReservation, additional: usize) {
        self.of(reservation.consumer()).grow(reservation, additional);
    }

    fn shrink(&self, reservation: &MemoryReservation, shrink: usize) {
        self.of(reservation.consumer()).shrink(reservation, shrink);
    }

    fn try_grow(&self, reservation: &MemoryReservation, additional: usize) -> Result<()> {
        self.of(reservation.consumer()).try_grow(reservation, additional)
    }

    fn reserved(&self) -> usize {
        self.spilling.reserved() + self.merging.reserved() + self.staying.reserved()
    }

    fn memory_limit(&self) -> MemoryLimit {
        MemoryLimit::Finite(self.limit)
    }
}

/// A pool in which nobody may hold more than a part, so that there is room for all.
#[derive(Debug)]
struct SharedPool {
    limit: usize,
    part: usize,
    least: usize,
    held: AtomicUsize,
}

impl SharedPool {
    fn new(limit: usize, (all, each): (usize, usize), least: usize) -> Self {
        let hundredths = |share: usize| limit / 100 * share;
        Self { limit: hundredths(all), part: hundredths(each), least, held: AtomicUsize::new(0) }
    }
}

impl fmt::Display for SharedPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "shared(pool_size: {} bytes, {} for each)", self.limit, self.part)
    }
}

impl MemoryPool for SharedPool {
    fn name(&self) -> &'static str {
        "shared"
    }

    fn grow(&self, _: &MemoryReservation, additional: usize) {
        self.held.fetch_add(additional, Ordering::Relaxed);
    }

    fn shrink(&self, _: &MemoryReservation, shrink: usize) {
        self.held.fetch_sub(shrink, Ordering::Relaxed);
    }

    fn try_grow(&self, reservation: &MemoryReservation, additional: usize) -> Result<()> {
        let (wanted, held) = (reservation.size() + additional, self.reserved());
        let is_free = wanted <= self.part && held + additional <= self.limit;
        if wanted > self.least && !is_free {
            return Err(DataFusionError::ResourcesExhausted(format!(
                "`{}` holds {} bytes and wants {additional} more; {held} of {} are held, and each may hold at most {}",
                reservation.consumer().name(),
                reservation.size(),
                self.limit,
                self.part
            )));
        }
        self.grow(reservation, additional);
        Ok(())
    }

    fn reserved(&self) -> usize {
        self.held.load(Ordering::Relaxed)
    }
}
