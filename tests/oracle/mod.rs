//! Random months, allocated by the shipped models and by a slow, plain and independent implementation of the
//! specification in exact fractions: the oracle.

mod allocate;
mod month;
