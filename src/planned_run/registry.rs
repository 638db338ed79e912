//! Seeds that a database has: a registry of accounts, of customers.

use std::collections::BTreeMap;
use std::path::Path;

use crate::common::error::Result;
use crate::postgres::Snapshot;
use crate::project::{SeedQuery, TextFile};

/// Where such a seed is said to be, in the place of a folder.
const FOLDER: &str = "postgres";

/// The rows of `seeds`, all as they are at one moment; `root` is the project's folder.
///
/// # Errors
/// When the server is not there, or refuses a query.
pub(super) async fn read(seeds: &BTreeMap<String, SeedQuery>, root: &Path) -> Result<Vec<TextFile>> {
    let mut read = Vec::new();
    if seeds.is_empty() {
        return Ok(read);
    }
    let snapshot = Snapshot::open(root).await?;
    for (name, seed) in seeds {
        let text = snapshot.csv(&seed.postgres).await;
        let text = text.map_err(|e| e.at(seed.place.clone()).while_doing(format!("reading the seed `{name}`")))?;
        read.push(TextFile { path: format!("{FOLDER}/{name}.csv"), text: text.into() });
    }
    Ok(read)
}

/// The same without their rows, for who compiles nothing.
pub(super) fn unread(seeds: &BTreeMap<String, SeedQuery>) -> Vec<TextFile> {
    let file = |name| TextFile { path: format!("{FOLDER}/{name}.csv"), text: "unread\n".into() };
    seeds.keys().map(file).collect()
}
