//! What `apportion sample` is asked for.

use std::path::PathBuf;

use crate::common::period::Period;

/// Which shape of the Cost and Usage Report to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// The legacy report in Athena layout: a column for every attribute and tag.
    Legacy,
    /// CUR 2.0: fixed columns, the rest in maps.
    Cur2,
}

/// What to make.
#[derive(Debug, Clone)]
pub struct SampleJob {
    /// Folder to write into; it is made when it is absent.
    pub out: PathBuf,
    /// Accounts, the payer included; at least 1.
    pub accounts: u32,
    /// The newest period.
    pub last_period: Period,
    /// Number of periods up to it; at least 1. From the second on there are net columns.
    pub periods: u32,
    /// About so many rows a period.
    pub rows: u64,
    /// Shape of the report.
    pub layout: Layout,
    /// Another seed, another organisation.
    pub seed: u64,
}
