//! What has been made known to a session: planner and executor share it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use datafusion::catalog::{MemorySchemaProvider, TableProvider};
use datafusion::common::TableReference;
use datafusion::logical_expr::LogicalPlan;
use datafusion::prelude::SessionContext;

use super::errors::explain;
use super::pending::Pending;
use super::plan_checks;
use super::session::{self, Limits};
use super::source::ReportTable;
use crate::common::error::{Error, Result};
use crate::storage::Location;

/// A session over one output, for one billing period.
pub(super) struct Catalog {
    pub(super) context: SessionContext,
    pub(super) output: Location,
    pub(super) limits: Limits,
    known: Mutex<Known>,
}

/// What has been made known so far.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Queries whose rows are written, and where they will be.
    pub(super) tables: BTreeMap<String, (Arc<Pending>, LogicalPlan)>,
    /// The plans of queries that name a table of the report.
    pub(super) readers: Vec<LogicalPlan>,
    /// The tables of the report.
    pub(super) sources: BTreeMap<String, Arc<ReportTable>>,
}

/// Columns of the report, as (relation, column).
pub(super) type SourceColumns = BTreeSet<(String, String)>;

/// Makes `table` known in `context`, in a schema of its own if that is named.
pub(super) fn register(
    context: &SessionContext,
    reference: TableReference,
    table: Arc<dyn TableProvider>,
) -> Result<()> {
    if let Some(schema) = reference.schema() {
        let catalog = context.catalog("datafusion").ok_or_else(|| Error::bug("there is no catalog"))?;
        if catalog.schema(schema).is_none() {
            catalog.register_schema(schema, Arc::new(MemorySchemaProvider::new())).map_err(explain)?;
        }
    }
    context.register_table(reference, table).map(drop).map_err(explain)
}

impl Catalog {
    /// An empty one that reads and writes tables in `output`, within `limits`.
    pub(super) fn new(output: Location, limits: Limits) -> Result<Self> {
        let context = session::open(&limits)?;
        let catalog = Self { context, output, limits, known: Mutex::default() };
        catalog.reach(&catalog.output);
        Ok(catalog)
    }

    pub(super) fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes `table` known as `relation`.
    pub(super) fn register(&self, relation: &str, table: Arc<dyn TableProvider>) -> Result<()> {
        register(&self.context, TableReference::parse_str(relation), table)
    }

    /// Lets plans read objects of `location`.
    pub(super) fn reach(&self, location: &Location) {
        self.context.register_object_store(&location.root, Arc::clone(&location.store));
    }

    /// The table query `relation`, and where its rows will be.
    pub(super) fn pending(&self, relation: &str) -> Result<(Arc<Pending>, LogicalPlan)> {
        let pending = self.known().tables.get(relation).cloned();
        pending.ok_or_else(|| Error::bug(format!("`{relation}` was never planned as a table")))
    }

    /// The columns of the report that planned queries read.
    pub(super) fn source_columns_read(&self) -> Result<SourceColumns> {
        let state = self.context.state();
        let known = self.known();
        let names: BTreeSet<&str> = known.sources.keys().map(String::as_str).collect();
        let mut read = SourceColumns::new();
        for plan in &known.readers {
            read.extend(plan_checks::columns_read(&state.optimize(plan).map_err(explain)?, &names));
        }
        Ok(read)
    }

    /// If a source has values that are none of their declared type, which one, and in which file.
    pub(super) async fn why_source_failed(&self) -> Option<Error> {
        let read = self.source_columns_read().ok()?;
        let tables = self.known().sources.clone();
        for (relation, table) in tables {
            let columns = read.iter().filter(|(r, _)| *r == relation).map(|(_, column)| column.as_str());
            if let Some(error) = table.unreadable_value(&self.context, &columns.collect()).await {
                return Some(error);
            }
        }
        None
    }
}
