//! What queries read, and how each of it is found on Athena.
//!
//! Every relation is a common table expression of the statement that reads it: views as they are, tables as a select of
//! their columns in the order that the planner knows. Tables over files are made when a query first needs them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use tokio::sync::OnceCell;

use super::external::Tables;
use super::{statement, types};
use crate::common::error::{Error, Result};
use crate::common::period::Period;
use crate::common::query_text::QueryText;
use crate::common::quote::{identifier, literal};
use crate::cur::sql::MappedFiles;
use crate::cur::sql::athena::{self, FilesInTable, TableName};
use crate::engine::PARTITION;
use crate::engine::datafusion::in_files;

/// A relation that queries may name.
#[derive(Debug, Clone)]
pub(super) enum Relation {
    /// A query that is put into its readers.
    View(QueryText),
    /// A query whose rows are still to be written.
    Unwritten(QueryText, SchemaRef),
    /// A table of the run's own, with the size of its files.
    Written(SchemaRef, u64),
    /// Files over which no table may have been made yet.
    Files(Arc<Files>),
}

/// Files that are there already.
#[derive(Debug)]
pub(super) struct Files {
    /// What they are.
    pub(super) kind: FilesKind,
    /// Bytes.
    pub(super) size: u64,
    /// The select over the tables that were made of them.
    pub(super) select: OnceCell<String>,
}

/// What files are there already.
#[derive(Debug)]
pub(super) enum FilesKind {
    /// The report, by groups of equal columns.
    Report(Vec<MappedFiles>),
    /// The rows of a seed, which are to be written.
    Seed(String, RecordBatch),
    /// A table of this period that was written before, in files of these URLs.
    Table(SchemaRef, Period, Vec<String>),
}

/// All relations that are known, by their names in SQL.
#[derive(Default)]
pub(super) struct Relations(Mutex<BTreeMap<String, Relation>>);

/// What a query reads, directly or not: each before those that read it.
#[derive(Debug)]
pub(super) struct Reads(Vec<(String, Relation)>);

impl Relations {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Relation>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes `relation` known as `name`, or as another one than before.
    pub(super) fn set(&self, name: &str, relation: Relation) {
        self.lock().insert(name.to_owned(), relation);
    }

    /// The query of the table `name`, with its columns.
    pub(super) fn unwritten(&self, name: &str) -> Result<(QueryText, SchemaRef)> {
        match self.lock().get(name) {
            Some(Relation::Unwritten(query, schema)) => Ok((query.clone(), Arc::clone(schema))),
            _ => Err(Error::bug(format!("`{name}` is not a table that is still to be written"))),
        }
    }

    /// The columns of the table `name`.
    pub(super) fn schema(&self, name: &str) -> Result<SchemaRef> {
        self.unwritten(name).map(|(_, schema)| schema)
    }

    /// What `query` reads.
    pub(super) fn reads(&self, query: &QueryText) -> Result<Reads> {
        let known = self.lock();
        let (mut found, mut seen) = (Vec::new(), BTreeSet::new());
        visit(&known, query, &mut seen, &mut found)?;
        Ok(Reads(found))
    }
}

/// Adds what `query` reads to `found`.
fn visit(
    known: &BTreeMap<String, Relation>,
    query: &QueryText,
    seen: &mut BTreeSet<String>,
    found: &mut Vec<(String, Relation)>,
) -> Result<()> {
    for name in query.relations() {
        if !seen.insert(name.to_owned()) {
            continue;
        }
        let relation = known.get(name).ok_or_else(|| Error::bug(format!("`{name}` is not known to Athena")))?;
        if let Relation::View(query) = relation {
            visit(known, query, seen, found)?;
        }
        found.push((name.to_owned(), relation.clone()));
    }
    Ok(())
}

impl Reads {
    /// The bytes of all files that are read.
    pub(super) fn size(&self) -> u64 {
        let sizes = self.0.iter().map(|(_, relation)| match relation {
            Relation::Written(_, size) => *size,
            Relation::Files(files) => files.size,
            Relation::View(_) | Relation::Unwritten(..) => 0,
        });
        sizes.sum()
    }

    /// Whether the report is among it.
    pub(super) fn has_report(&self) -> bool {
        let is_report = |relation: &Relation| match relation {
            Relation::Files(files) => matches!(files.kind, FilesKind::Report(_)),
            _ => false,
        };
        self.0.iter().any(|(_, relation)| is_report(relation))
    }

    /// The common table expressions before a select that reads it, separated by commas. Tables over files are made if
    /// they have not been.
    pub(super) async fn expressions(&self, tables: &Tables) -> Result<String> {
        let mut of_files = BTreeMap::new();
        for (name, relation) in &self.0 {
            match relation {
                Relation::Files(files) => drop(of_files.insert(name, files.select(tables).await?)),
                Relation::Unwritten(..) => return Err(Error::bug(format!("`{name}` is read before it is written"))),
                Relation::View(_) | Relation::Written(..) => {}
            }
        }
        self.selects(tables, |name, _| Ok(of_files.get(name).cloned().unwrap_or_default()))
    }

    /// As [`Self::expressions`], as long as it will be: with names in the place of tables that are still to be made.
    pub(super) fn outline(&self, tables: &Tables) -> Result<String> {
        let table = tables.named(format!("{}_files_00", tables.prefix));
        self.selects(tables, |_, files| files.kind.select_from(&vec![table.clone(); files.kind.tables()]))
    }

    /// The common table expressions, of which those of files are what `of_files` says.
    fn selects(&self, tables: &Tables, of_files: impl Fn(&String, &Files) -> Result<String>) -> Result<String> {
        let mut selects = Vec::new();
        for (name, relation) in &self.0 {
            let select = match relation {
                Relation::View(query) => query.render(expression),
                Relation::Written(schema, _) | Relation::Unwritten(_, schema) => {
                    statement::columns_of(schema, &tables.quoted(&tables.name_of(name)))
                }
                Relation::Files(files) => of_files(name, files)?,
            };
            selects.push(format!("{} as (\n{select}\n)", expression(name)));
        }
        Ok(selects.join(",\n"))
    }
}

/// The name of a relation's common table expression.
pub(super) fn expression(relation: &str) -> String {
    identifier(&relation.replace('.', "__"))
}

impl Files {
    /// None of whose tables has been made.
    pub(super) fn new(kind: FilesKind, size: u64) -> Self {
        Self { kind, size, select: OnceCell::new() }
    }

    /// The select over the tables of them, which are made if they have not been.
    async fn select(&self, tables: &Tables) -> Result<String> {
        let select = async || {
            let made = match &self.kind {
                FilesKind::Report(groups) => {
                    let mut made = Vec::new();
                    for group in groups {
                        made.push(tables.over(&athena::hive_columns(group)?, &group.files).await?);
                    }
                    made
                }
                FilesKind::Seed(relation, rows) => vec![tables.seed(relation, rows).await?],
                FilesKind::Table(schema, _, urls) => {
                    vec![tables.over(&types::of_files(&in_files(schema))?, urls).await?]
                }
            };
            self.kind.select_from(&made)
        };
        self.select.get_or_try_init(select).await.cloned()
    }
}

impl FilesKind {
    /// How many tables there are over them.
    fn tables(&self) -> usize {
        match self {
            Self::Report(groups) => groups.len(),
            Self::Seed(..) | Self::Table(..) => 1,
        }
    }

    /// The select from these `tables`.
    fn select_from(&self, tables: &[TableName]) -> Result<String> {
        let quoted = |table: &TableName| format!("{}.{}", identifier(&table.database), identifier(&table.table));
        let names: String = tables.iter().map(quoted).collect();
        Ok(match self {
            Self::Report(groups) => {
                let groups = groups.iter().zip(tables).map(|(files, table)| FilesInTable { files, table });
                athena::select(&groups.collect::<Vec<_>>())?
            }
            Self::Seed(_, rows) => statement::columns_of(&rows.schema(), &names),
            Self::Table(schema, period, _) => {
                let columns = schema.fields().iter().map(|field| match field.name().as_str() {
                    PARTITION => format!("{} as {PARTITION}", literal(&period.to_string())),
                    name => identifier(name),
                });
                format!("select {} from {names}", columns.collect::<Vec<_>>().join(", "))
            }
        })
    }
}
