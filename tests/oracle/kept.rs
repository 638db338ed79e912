//! Months on which models and oracle once differed: `tests/oracle/kept/*.json`, checked before all drawn ones.

use std::path::PathBuf;

use libtest_mimic::Failed;
use serde::{Deserialize, Serialize};

use super::month::Month;
use crate::harness;

/// A kept month.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Kept {
    /// What it guards.
    pub(crate) guards: String,
    /// The name of the settings with which it is allocated.
    pub(crate) combination: String,
    /// The month.
    pub(crate) month: Month,
}

/// All kept months, in the order of their names.
pub(crate) fn all() -> Result<Vec<Kept>, Failed> {
    let mut kept = Vec::new();
    for entry in walkdir::WalkDir::new(harness::repository().join("tests/oracle/kept")).sort_by_file_name() {
        let path = entry?.into_path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let text = std::fs::read_to_string(&path)?;
            kept.push(serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?);
        }
    }
    Ok(kept)
}

/// Writes a month as a file that can be kept, without the columns that are null, and says where.
pub(crate) fn save(combination: &str, month: &Month) -> Result<PathBuf, Failed> {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{combination}.json"));
    let kept = Kept { guards: String::new(), combination: combination.to_owned(), month: month.clone() };
    let mut document = serde_json::to_value(kept)?;
    for line in document["month"]["lines"].as_array_mut().into_iter().flatten() {
        if let Some(columns) = line.as_object_mut() {
            columns.retain(|_, value| !value.is_null());
        }
    }
    std::fs::write(&path, serde_json::to_string_pretty(&document)? + "\n")?;
    Ok(path)
}
