//! Random months, allocated by the shipped models and by a slow, plain and independent implementation of the
//! specification in exact fractions: the oracle.

mod allocate;
mod month;

use libtest_mimic::Trial;

/// The trials of the oracle itself.
pub(crate) fn trials() -> Vec<Trial> {
    allocate::trials()
}
