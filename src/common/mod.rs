//! Floor 0: what every floor shares. No I/O, and nothing of ours is imported.

pub mod athena;
pub mod count;
pub mod data_type;
pub mod dbt;
pub mod decimal;
pub mod dialect;
pub mod error;
pub mod events;
pub mod mail;
pub mod parallel;
pub mod period;
pub mod query_text;
pub mod quote;
pub mod s3;
pub mod secrets;
pub mod settings;
pub mod size;
pub mod types;
pub mod version;
