//! The engine that is built in: Apache DataFusion.
#![allow(clippy::disallowed_types, reason = "this is the one place that knows DataFusion's session")]

mod account_id;
mod alike;
mod bills;
mod catalog;
mod columns;
mod empty_as_null;
mod encode;
mod errors;
mod executor;
mod file_order;
mod fingerprint;
mod json_object;
mod memory;
mod mul_div;
mod narrow_cast;
mod operator;
mod order_by;
mod parquet;
mod pending;
mod periods;
mod plan_checks;
mod planner;
mod profile;
mod published;
mod runs;
mod session;
mod source;
mod sql;
mod sums;
mod ties;
mod to_decimal;
mod write;

#[cfg(test)]
mod tests;

pub(in crate::engine) use executor::LocalExecutor;
pub use memory::{gigabytes, usual_memory};
pub(in crate::engine) use parquet::bytes as parquet_bytes;
pub use periods::periods;
pub use planner::Planner;
pub use published::{Declared, Questions, query_published};
pub use session::{Limits, version};
pub(in crate::engine) use write::{PARTITION, in_files};
