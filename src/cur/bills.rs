//! The files of a billing period as bills: what must not be added up twice.

use std::collections::BTreeMap;

use super::ReportFile;
use super::mapping::SourceColumn;
use crate::common::period::Period;
use crate::storage::Location;

/// The files of a period, as bills.
#[derive(Debug, Clone)]
pub struct Bills {
    /// Where the report is.
    pub location: Location,
    /// The columns as they are declared, with the names that they have in files.
    pub columns: Vec<SourceColumn>,
    /// The period.
    pub period: Period,
    /// The files by the folder that they lie in, as the user would write it; those of one manifest are in one.
    pub folders: BTreeMap<String, Vec<ReportFile>>,
    /// Whether the folders are parts of the same bills, by day or account for instance.
    pub are_together: bool,
    /// Where the user says so.
    pub setting: String,
}

impl Bills {
    /// The files with their folders.
    pub fn files(&self) -> impl Iterator<Item = (&str, &ReportFile)> {
        self.folders.iter().flat_map(|(folder, files)| files.iter().map(|file| (folder.as_str(), file)))
    }
}

/// What a folder holds of a period in one layout.
#[derive(Debug, Clone)]
pub struct Bill {
    /// The folder and its layout, as text.
    pub name: String,
    /// Rows.
    pub rows: u64,
    /// Those who pay; none where the report does not say.
    pub payers: Vec<String>,
    /// The sum of unblended cost, as text.
    pub total: Option<String>,
    /// Whether no line bears an invoice id; nothing where the report has no such column.
    pub is_open: Option<bool>,
}
