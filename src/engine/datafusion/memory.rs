//! How a memory limit is divided.
//!
//! What can go to disk takes all that it is given, and so does the merging of what went there. Each has a part of its
//! own, and what can do neither (hash tables, runs of rows alike) another, or the one would starve the other. The rest
//! is left to what nobody counts: files that are read and written, plans, code.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use datafusion::common::{DataFusionError, Result};
use datafusion::execution::memory_pool::{
    GreedyMemoryPool, MemoryConsumer, MemoryLimit, MemoryPool, MemoryReservation,
};

/// Hundredths of the limit for sorts and groups, which go to disk beyond it.
const SPILLING: usize = 30;

/// Hundredths of the limit for merging what went to disk.
const MERGING: usize = 25;

/// Hundredths of the limit for what cannot go to disk.
const STAYING: usize = 15;

/// Into how many parts a pool is cut at least: those who come later find theirs free.
const PARTS: usize = 4;

/// A pool for each of the three kinds.
#[derive(Debug)]
pub(super) struct DividedPool {
    spilling: EvenPool,
    merging: EvenPool,
    staying: GreedyMemoryPool,
    limit: usize,
}

impl DividedPool {
    /// Divides `limit` bytes of a process.
    pub(super) fn new(limit: usize) -> Self {
        let hundredths = |share: usize| limit / 100 * share;
        Self {
            spilling: EvenPool::new(hundredths(SPILLING)),
            merging: EvenPool::new(hundredths(MERGING)),
            staying: GreedyMemoryPool::new(hundredths(STAYING)),
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
        MemoryLimit::Finite(self.limit / 100 * (SPILLING + MERGING + STAYING))
    }
}

/// A pool of which every consumer may hold an even part, whether the others use theirs or not.
#[derive(Debug)]
struct EvenPool {
    limit: usize,
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    consumers: usize,
    bytes: usize,
}

impl EvenPool {
    fn new(limit: usize) -> Self {
        Self { limit, held: Mutex::default() }
    }

    fn with_held<T>(&self, act: impl FnOnce(&mut Held) -> T) -> T {
        act(&mut self.held.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl fmt::Display for EvenPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "even(pool_size: {} bytes)", self.limit)
    }
}

impl MemoryPool for EvenPool {
    fn name(&self) -> &'static str {
        "even"
    }

    fn register(&self, _: &MemoryConsumer) {
        self.with_held(|held| held.consumers += 1);
    }

    fn unregister(&self, _: &MemoryConsumer) {
        self.with_held(|held| held.consumers = held.consumers.saturating_sub(1));
    }

    fn grow(&self, _: &MemoryReservation, additional: usize) {
        self.with_held(|held| held.bytes += additional);
    }

    fn shrink(&self, _: &MemoryReservation, shrink: usize) {
        self.with_held(|held| held.bytes = held.bytes.saturating_sub(shrink));
    }

    fn try_grow(&self, reservation: &MemoryReservation, additional: usize) -> Result<()> {
        self.with_held(|held| {
            let part = self.limit / held.consumers.max(PARTS);
            if reservation.size() + additional > part {
                return Err(DataFusionError::ResourcesExhausted(format!(
                    "`{}` holds {} bytes of its part of {part} and wants {additional} more",
                    reservation.consumer().name(),
                    reservation.size()
                )));
            }
            held.bytes += additional;
            Ok(())
        })
    }

    fn reserved(&self) -> usize {
        self.with_held(|held| held.bytes)
    }
}
