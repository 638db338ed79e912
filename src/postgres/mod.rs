//! Floor 2: a PostgreSQL server, of which rows are read as CSV.

mod connection;
mod refusal;
mod snapshot;

pub use connection::VARIABLE;
pub use snapshot::Snapshot;
