//! Floor 2: PostgreSQL servers, of which seeds are read, and which are given results.

mod connection;
mod exchange;
mod refusal;
mod session;
mod snapshot;

pub use exchange::Exchange;
pub use snapshot::Snapshot;
