//! Floor 0: words that every floor shares. No I/O, and nothing of ours is imported.

pub mod error;
pub mod period;
