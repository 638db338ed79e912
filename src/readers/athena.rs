//! Athena's tables and views of what is published. Of each result there is a table over its files, of which every run
//! is a partition, registered before readers are told of the run; a view joins it with what is published.

use std::collections::{BTreeMap, BTreeSet};

use futures::{StreamExt, TryStreamExt, stream};

use super::template::{self, Column, File};
use super::{Reader, file};
use crate::common::error::{ErrorKind, Result};
use crate::common::period::Period;
use crate::common::quote::literal;
use crate::compile::Compiled;
use crate::engine::AthenaDatabase;
use crate::project::{Hash, Target};
use crate::publish::{PRIVATE, Publication, PublishedTable, TABLE};
use crate::storage::Location;

/// How many statements run at the same time.
const AT_ONCE: usize = 8;

/// Athena's tables and views of what is published in an output.
pub struct AthenaReaders {
    database: AthenaDatabase,
    output: Location,
}

/// The partitions of a table, as Hive writes them.
type Partitions = BTreeMap<String, BTreeSet<String>>;

impl AthenaReaders {
    /// Those of `target`, whose results are in `output`; none if Athena is not to find them. Statements are in the name
    /// of the run `run_id`.
    ///
    /// # Errors
    /// When no region is known.
    pub async fn open(target: &Target, output: &Location, run_id: &str) -> Result<Option<Self>> {
        let Some(options) = target.athena.as_ref().filter(|_| output.is_s3()) else { return Ok(None) };
        let database = AthenaDatabase::open(options, &target.s3, run_id).await?;
        Ok(Some(Self { database, output: output.clone() }))
    }

    /// Has Athena find the tables `new` of `period` as soon as they are published, and all that is published now.
    ///
    /// # Errors
    /// When Athena refuses, or the store does not answer.
    pub async fn register(&self, compiled: &Compiled, period: Period, new: &[&PublishedTable]) -> Result<()> {
        let published = self.published().await?;
        let tables = published.iter().flat_map(|publication| publication.tables()).chain(new.iter().copied());
        let names = tables.filter(|table| table.files.is_some()).map(|table| table.table.clone()).collect();
        let (mut file, _) = file(compiled, &names, &self.output, Reader::Athena)?;
        if file.tables.is_empty() {
            return Ok(());
        }
        file.registered = registered(&file);
        let statements = template::registered(&file)?;
        let (tables, views): (Vec<_>, Vec<_>) =
            statements.into_iter().partition(|statement| statement.starts_with("create external table"));
        let state = hash(tables.iter().chain(&views));
        let is_known = self.state().await?.as_ref() == Some(&state);
        if !is_known {
            self.run(&tables).await?;
        }
        self.run(&additions(&file, &partitions(&self.output, &published, period, new))).await?;
        self.run(&removals(&file, &self.gone(&published, period, new).await?)).await?;
        if is_known {
            return Ok(());
        }
        // A view can only be made over what is there.
        for view in views {
            self.database.change("a view", view).await?;
        }
        self.drop_others(&file).await?;
        self.output.put(&self.state_path(), state.into()).await
    }

    /// What is published of all periods, but for what is damaged, and about to be mended or told of by whoever reads it.
    async fn published(&self) -> Result<Vec<Publication>> {
        let mut published = Vec::new();
        for period in Publication::periods(&self.output).await? {
            match Publication::read(&self.output, period).await {
                Err(error) if error.kind() == ErrorKind::Data => {}
                read => published.push(read?),
            }
        }
        Ok(published)
    }

    /// Runs statements that do not depend on each other.
    async fn run(&self, statements: &[String]) -> Result<()> {
        let changes = statements.iter().map(|statement| self.database.change("a table of files", statement.clone()));
        stream::iter(changes.collect::<Vec<_>>()).buffer_unordered(AT_ONCE).try_collect::<Vec<()>>().await.map(drop)
    }

    /// The runs of `period` that nobody reads any more: neither `new` nor what readers see until it is.
    async fn gone(&self, published: &[Publication], period: Period, new: &[&PublishedTable]) -> Result<Partitions> {
        let seen = published.iter().filter(|publication| publication.period == period);
        let seen = seen.flat_map(Publication::tables);
        let kept: BTreeSet<(&str, &str)> = seen.chain(new.iter().copied()).map(run_of).collect();
        let mut gone = Partitions::new();
        for past in Publication::history(&self.output, period).await? {
            for table in past.publication.tables().filter(|table| !kept.contains(&run_of(table))) {
                gone.entry(table.table.clone()).or_default().insert(values(period, &table.run.run_id));
            }
        }
        Ok(gone)
    }

    /// Removes the tables over files that other columns have made before.
    async fn drop_others(&self, file: &File) -> Result<()> {
        let patterns: Vec<String> = file.registered.keys().map(|folder| format!("{folder}_files_*")).collect();
        for name in self.database.tables(&patterns.join("|")).await? {
            if !file.registered.values().any(|own| *own == name) {
                self.database.drop(&name).await?;
            }
        }
        Ok(())
    }

    fn state_path(&self) -> String {
        format!("{PRIVATE}/athena/{}", self.database.name())
    }

    /// What the tables and views were made of, if they were.
    async fn state(&self) -> Result<Option<String>> {
        let found = self.output.get(&self.state_path()).await?;
        Ok(found.map(|(bytes, _)| String::from_utf8_lossy(&bytes).into_owned()))
    }
}

/// The tables over the files of each folder. Other columns, another table: so a view never sees one that is half made.
fn registered(file: &File) -> BTreeMap<String, String> {
    let named = |folder: &str, columns: &[Column]| {
        let columns = columns.iter().map(|column| format!("{} {}\n", column.name, column.kind));
        let hash = hash(columns.chain([file.location.clone()]));
        (folder.to_owned(), format!("{folder}_files_{}", &hash[..8]))
    };
    let folders = file.tables.iter().flat_map(|table| table.folders.iter().map(|folder| (folder, &table.columns)));
    let results = folders.map(|(folder, columns)| named(folder, columns));
    results.chain([named(TABLE, &file.runs)]).collect()
}

/// The partitions of all that is `published` and of the `new` tables of `period`, by folders.
fn partitions(output: &Location, published: &[Publication], period: Period, new: &[&PublishedTable]) -> Partitions {
    let url = |below: &str| literal(&format!("{}/", output.url(&output.path(below))));
    let mut found = Partitions::new();
    let tables = published.iter().flat_map(|publication| publication.tables().map(|table| (publication.period, table)));
    for (period, table) in tables.chain(new.iter().map(|table| (period, *table))) {
        if let Some(files) = &table.files {
            let partition = format!("{} location {}", values(period, &table.run.run_id), url(&files.folder));
            found.entry(table.table.clone()).or_default().insert(partition);
        }
    }
    let periods = published.iter().map(|publication| publication.period).chain([period]);
    let months = periods.map(|period| {
        let folder = format!("{TABLE}/billing_period={period}");
        format!("partition (billing_period = {}) location {}", literal(&period.to_string()), url(&folder))
    });
    found.insert(TABLE.to_owned(), months.collect());
    found
}

/// A partition of a result.
fn values(period: Period, run_id: &str) -> String {
    format!("partition (billing_period = {}, run_id = {})", literal(&period.to_string()), literal(run_id))
}

fn run_of(table: &PublishedTable) -> (&str, &str) {
    (&table.table, &table.run.run_id)
}

/// A statement for each table of `file` that adds its `partitions`.
fn additions(file: &File, partitions: &Partitions) -> Vec<String> {
    let of = |(folder, table): (&String, &String)| {
        let partitions = partitions.get(folder)?.iter().cloned().collect::<Vec<_>>().join("\n");
        Some(format!("alter table `{table}` add if not exists\n{partitions}"))
    };
    file.registered.iter().filter_map(of).collect()
}

/// A statement for each table of `file` that removes its `partitions`.
fn removals(file: &File, partitions: &Partitions) -> Vec<String> {
    let of = |(folder, table): (&String, &String)| {
        let partitions = partitions.get(folder)?.iter().cloned().collect::<Vec<_>>().join(", ");
        Some(format!("alter table `{table}` drop if exists {partitions}"))
    };
    file.registered.iter().filter_map(of).collect()
}

/// A hash of `texts`.
fn hash(texts: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let mut hash = Hash::default();
    texts.into_iter().for_each(|text| hash.add("", text.as_ref()));
    hash.digits()
}
