//! Tables on Athena over files that are there already: exactly these, whatever else lies beside them.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arrow::record_batch::RecordBatch;
use futures::{StreamExt, TryStreamExt, stream};
use sha2::{Digest, Sha256};

use super::client::Queries;
use super::{types, url_of};
use crate::common::error::Result;
use crate::common::quote::identifier;
use crate::cur::sql::athena::{self, HiveColumn, Place, TableName};
use crate::engine::datafusion::parquet_bytes;
use crate::publish::layout;
use crate::storage::Location;

/// The folder of a run's lists of files, beside the folders of tables. No model is called so.
const LISTS: &str = "file-lists";
/// Where seeds lie, below the output, by what is in them.
const SEEDS: &str = "runs/seeds";

/// How many tables are removed at the same time.
const AT_ONCE: usize = 8;

/// Makes and removes the tables of one run.
pub(super) struct Tables {
    pub(super) queries: Arc<Queries>,
    pub(super) output: Location,
    /// Where the run writes, below the output.
    pub(super) folder: String,
    /// What the names of its tables begin with.
    pub(super) prefix: String,
    lists: AtomicUsize,
    made: Mutex<Made>,
}

/// What is to be removed again.
#[derive(Default)]
struct Made {
    tables: BTreeSet<String>,
    folders: BTreeSet<String>,
}

impl Tables {
    /// None yet, for a run that writes to `folder` of `output` and whose names begin with `prefix`.
    pub(super) fn new(queries: Arc<Queries>, output: Location, folder: String, prefix: String) -> Self {
        Self { queries, output, folder, prefix, lists: AtomicUsize::new(0), made: Mutex::default() }
    }

    /// The table `name` of the database.
    pub(super) fn named(&self, name: String) -> TableName {
        TableName { database: self.queries.options.database.clone(), table: name }
    }

    /// The table `name` of the database, quoted.
    pub(super) fn quoted(&self, name: &str) -> String {
        format!("{}.{}", identifier(&self.queries.options.database), identifier(name))
    }

    /// The name of the table that the run writes for `relation`.
    pub(super) fn name_of(&self, relation: &str) -> String {
        format!("{}_{}", self.prefix, relation.replace('.', "_"))
    }

    fn made(&self) -> MutexGuard<'_, Made> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has the table `name` be removed with the others.
    pub(super) fn add(&self, name: &str) {
        self.made().tables.insert(name.to_owned());
    }

    /// Has what lies in `folder`, below the output, be removed when the tables are.
    pub(super) fn add_folder(&self, folder: &str) {
        self.made().folders.insert(folder.to_owned());
    }

    /// Makes a table with these `columns` over the files of these `urls`.
    pub(super) async fn over(&self, columns: &[HiveColumn], urls: &[String]) -> Result<TableName> {
        let number = self.lists.fetch_add(1, Ordering::Relaxed);
        let list = format!("{}/{LISTS}/{number}", self.folder);
        let text = urls.iter().map(|url| format!("{url}\n")).collect::<String>();
        self.add_folder(&list);
        self.output.put(&format!("{list}/files.txt"), text.into()).await?;
        let name = format!("{}_files_{number}", self.prefix);
        self.add(&name);
        let table = self.named(name);
        self.create(&table.table, columns, &table, &Place::Symlinks(self.url(&list))).await?;
        Ok(table)
    }

    /// Makes a table of `rows`, unless an earlier run has made the same. It stays.
    pub(super) async fn seed(&self, relation: &str, rows: &RecordBatch) -> Result<TableName> {
        let bytes = parquet_bytes(rows)?;
        // Several outputs may share a database.
        let hash = Sha256::new_with_prefix(self.url("")).chain_update(&bytes).finalize();
        let hash: String = hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let seed = relation.rsplit('.').next().unwrap_or(relation);
        let folder = format!("{SEEDS}/{seed}/{hash}");
        let [path] = layout::files(&folder, 1).try_into().unwrap_or_default();
        if self.output.get(&path).await?.is_none() {
            self.output.put(&path, bytes).await?;
        }
        let name = format!("apportion_seed_{seed}_{hash}");
        let table = self.named(name);
        let columns = types::of_files(&rows.schema())?;
        self.create(seed, &columns, &table, &Place::Folder(self.url(&folder))).await?;
        Ok(table)
    }

    /// Makes `table` for `subject`, unless there is such a table: an earlier run or attempt may have made it.
    async fn create(&self, subject: &str, columns: &[HiveColumn], table: &TableName, place: &Place) -> Result<()> {
        let text = athena::create_table_with(columns, table, place);
        let text = text.replacen("create external table", "create external table if not exists", 1);
        self.queries.change(subject, text).await
    }

    /// The URL of a folder below the output.
    pub(super) fn url(&self, below: &str) -> String {
        url_of(&self.output, below)
    }

    /// Removes all that were made for the run, and the files that only they needed.
    pub(super) async fn drop_all(&self) -> Result<()> {
        let made = std::mem::take(&mut *self.made());
        let tables = made.tables.iter().map(|name| self.queries.drop_table(name));
        stream::iter(tables.collect::<Vec<_>>()).buffer_unordered(AT_ONCE).try_collect::<Vec<()>>().await?;
        let folders = made.folders.iter().map(async |folder| self.output.remove(folder).await.map(drop));
        stream::iter(folders.collect::<Vec<_>>()).buffer_unordered(AT_ONCE).try_collect::<Vec<()>>().await.map(drop)
    }
}
