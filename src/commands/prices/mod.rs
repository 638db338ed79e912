//! `prices import`: tiers from AWS's price lists into the seed `tier_rates`.
//!
//! A list is read as a stream ([`bulk_json`], [`bulk_csv`]), and of all its prices only those are kept ([`offer`])
//! that a row of the seed `tier_rules` names a table for ([`rules`]). Their tiers are checked ([`tiers`]), brought
//! together by table and region ([`tables`]) and laid into the text of the seed ([`book`]). Nothing is written unless
//! every file could be read.

mod book;
mod bulk_csv;
mod bulk_json;
mod offer;
mod rules;
mod tables;
mod tiers;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::common::error::{Error, Place, Result};
use crate::project::{Project, Seed, replace_file};

use book::PriceBook;
use offer::{PriceList, no_price_list};
use rules::Rules;
use tables::PriceTables;

pub use book::SeedChange;

/// What to import.
#[derive(Debug, Clone)]
pub struct ImportJob {
    /// The project folder.
    pub project: PathBuf,
    /// Price lists, JSON or CSV.
    pub files: Vec<PathBuf>,
    /// Only these tables; all that rules name if there are none.
    pub tables: Vec<String>,
    /// Whether to leave the seed as it is.
    pub is_dry_run: bool,
}

/// What became of one table.
#[derive(Debug, Clone)]
pub struct TableChange {
    /// The table and its region, as a tier group is named.
    pub tier_group: String,
    /// What became of it.
    pub change: SeedChange,
    /// Rows that it has now.
    pub tiers: usize,
    /// The first day of the list's rates.
    pub from: String,
    /// Rows that end on that day now.
    pub closed_rows: usize,
}

/// What a file gave.
#[derive(Debug, Clone)]
pub struct FileImport {
    /// The file.
    pub file: PathBuf,
    /// Service and version of the list.
    pub offer: String,
    /// When it was published, as written.
    pub published: String,
    /// By table and region.
    pub tables: Vec<TableChange>,
    /// What is free before the first tier, by table, or by tier group where it is given to each region.
    pub free: BTreeMap<String, String>,
    /// Usage types whose prices have no region code.
    pub without_region: BTreeSet<String>,
}

/// What was imported.
#[derive(Debug, Clone)]
pub struct Import {
    /// By file.
    pub files: Vec<FileImport>,
    /// The seed, below the project folder.
    pub seed: String,
    /// Whether the seed is (or, in a dry run, would be) another now.
    pub is_changed: bool,
}

/// Reads the price lists and brings the seed up to date.
///
/// # Errors
/// When the project or a list cannot be read, two prices contradict each other, or the seed cannot be written.
pub fn import(job: &ImportJob) -> Result<Import> {
    let project = Project::load(&job.project)?;
    let rules = Rules::read(seed(&project, "tier_rules")?)?;
    for table in &job.tables {
        if !rules.tables().any(|known| known == table) {
            return Err(Error::user(format!("no rule names the table `{table}`")).did_you_mean(table, rules.tables()));
        }
    }
    let rates = seed(&project, "tier_rates")?;
    let mut book = PriceBook::read(rates)?;
    let mut files = Vec::new();
    for file in &job.files {
        files.push(import_file(file, job, &rules, &mut book)?);
    }
    let is_changed = files.iter().flat_map(|file| &file.tables).any(|table| table.change.is_written());
    if is_changed && !job.is_dry_run {
        replace_file(&project.root.join(&rates.file.path), &book.text())?;
    }
    Ok(Import { files, seed: rates.file.path.clone(), is_changed })
}

fn seed<'a>(project: &'a Project, name: &str) -> Result<&'a Seed> {
    let found = project.seeds.get(name).map(|(seed, _)| seed);
    found.ok_or_else(|| {
        Error::user(format!("there is no seed `{name}`"))
            .hint("import prices into a project made with `apportion init`")
    })
}

fn import_file(file: &Path, job: &ImportJob, rules: &Rules, book: &mut PriceBook) -> Result<FileImport> {
    let list = read(file, rules)?;
    let offer = format!("{} {}", list.offer.code, list.offer.version);
    let source = format!("price list {offer}");
    let PriceTables { found, free, without_region } = PriceTables::of(&list, &job.tables)?;
    let mut changes = Vec::new();
    for ((table, region), (tiers, _)) in &found {
        let (change, closed_rows) = book.put(table, region, tiers, &source)?;
        changes.push(TableChange {
            tier_group: format!("{table}/{region}"),
            change,
            tiers: tiers.tiers.len(),
            from: tiers.from.clone(),
            closed_rows,
        });
    }
    let published = list.offer.published;
    Ok(FileImport { file: file.to_path_buf(), offer, published, tables: changes, free, without_region })
}

/// Reads a file in the shape that its first byte tells.
fn read(file: &Path, rules: &Rules) -> Result<PriceList> {
    let mut start = [0_u8; 64];
    let mut open = std::fs::File::open(file).map_err(|e| Error::io("open", file, &e))?;
    let length = open.read(&mut start).map_err(|e| Error::io("read", file, &e))?;
    let text = String::from_utf8_lossy(&start[..length]);
    match text.trim_start_matches('\u{feff}').trim_start().chars().next() {
        None => Err(no_price_list(Place::file(file), "it is empty")),
        Some('{') => bulk_json::read(file, rules),
        Some(_) if text.contains("FormatVersion") => bulk_csv::read(file, rules),
        Some(_) => Err(no_price_list(Place::file(file), "it is neither JSON nor a CSV that begins with FormatVersion")),
    }
}
