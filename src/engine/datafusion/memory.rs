//! How a memory limit is divided.
//!
//! What can go to disk takes all that it is given. So what cannot (hash tables, runs of rows alike) has a part of its
//! own, or the one would starve the other; and a part is left to what nobody counts: files that are read and written,
//! plans, code.

use std::fmt;

use datafusion::common::Result;
use datafusion::execution::memory_pool::{
    FairSpillPool, GreedyMemoryPool, MemoryConsumer, MemoryLimit, MemoryPool, MemoryReservation,
};

/// Hundredths of the limit for sorts and groups, which go to disk beyond it.
const SPILLING: usize = 35;

/// Hundredths of the limit for what cannot go to disk.
const STAYING: usize = 30;

/// A pool for each of the two kinds.
#[derive(Debug)]
pub(super) struct DividedPool {
    spilling: FairSpillPool,
    staying: GreedyMemoryPool,
    limit: usize,
}

impl DividedPool {
    /// Divides `limit` bytes of a process.
    pub(super) fn new(limit: usize) -> Self {
        let hundredths = |share: usize| limit / 100 * share;
        Self {
            spilling: FairSpillPool::new(hundredths(SPILLING)),
            staying: GreedyMemoryPool::new(hundredths(STAYING)),
            limit,
        }
    }

    fn of(&self, consumer: &MemoryConsumer) -> &dyn MemoryPool {
        if consumer.can_spill() { &self.spilling } else { &self.staying }
    }
}

impl fmt::Display for DividedPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} and {} of {} bytes", self.spilling, self.staying, self.limit)
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
        self.spilling.reserved() + self.staying.reserved()
    }

    fn memory_limit(&self) -> MemoryLimit {
        MemoryLimit::Finite(self.limit / 100 * (SPILLING + STAYING))
    }
}
