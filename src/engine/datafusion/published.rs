//! The published tables, for read-only questions over all periods.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::Schema;
use datafusion::catalog::view::ViewTable;
use datafusion::common::{DataFusionError, Result as EngineResult, TableReference};
use datafusion::datasource::MemTable;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::execution::context::{SQLOptions, SessionContext};
use datafusion::logical_expr::{Expr, ExprSchemable, LogicalPlanBuilder, cast, lit};
use datafusion::prelude::ident;
use datafusion::scalar::ScalarValue;
use datafusion::sql::parser::Statement;
use futures::{StreamExt, TryStreamExt};
use object_store::ObjectStoreExt;

use super::errors::explain;
use super::write::PARTITION;
use super::{Limits, catalog, parquet, session, sql};
use crate::common::error::{Error, Place, Result};
use crate::common::period::Period;
use crate::engine::Rows;
use crate::publish::{Publication, TABLE, layout, nothing, pointer};
use crate::storage::{Access, Location};

/// Files by table, with their periods.
type PublishedFiles = BTreeMap<String, Vec<(Period, String)>>;

/// What the project says of a table that may have been published by earlier versions of it.
#[derive(Debug, Clone)]
pub struct Declared {
    /// The columns that it has now, in their order.
    pub columns: Schema,
    /// What it was called.
    pub formerly: Vec<String>,
}

/// The files of every published table by period: those that one reading of what is published names, and those that are
/// read.
async fn published(output: &Location) -> Result<PublishedFiles> {
    let mut tables = PublishedFiles::new();
    for period in Publication::periods(output).await? {
        add_files(&mut tables, &Publication::read(output, period).await?);
    }
    Ok(tables)
}

fn add_files(tables: &mut PublishedFiles, publication: &Publication) {
    let period = publication.period;
    for table in publication.tables() {
        let files = tables.entry(layout::name(&table.table).to_owned()).or_default();
        files.extend(table.paths(period).into_iter().map(|path| (period, path)));
    }
    if !publication.is_empty() {
        tables.entry(TABLE.to_owned()).or_default().push((period, pointer(period)));
    }
}

/// Has tables that were called otherwise in earlier months answer whole, by their own name and by the old one.
fn add_old_names(tables: &mut PublishedFiles, declared: &BTreeMap<String, Declared>) {
    for (name, Declared { formerly, .. }) in declared {
        for old in formerly {
            let Some(of_old) = tables.get(old).cloned() else { continue };
            let own = tables.entry(name.clone()).or_default();
            let known: BTreeSet<Period> = own.iter().map(|(period, _)| *period).collect();
            own.extend(of_old.into_iter().filter(|(period, _)| !known.contains(period)));
            own.sort();
        }
        let Some(files) = tables.get(name).cloned() else { continue };
        tables.extend(formerly.iter().map(|old| (old.clone(), files.clone())));
    }
}

/// Answers a select over the published tables, `published_runs` among them. Only tables that it names are opened.
/// Tables answer to what they were called formerly, too, and have the columns that are `declared` for them: null in the
/// months that were published without.
///
/// # Errors
/// When it names a table and nothing is published, the SQL is not a select, or a table cannot be read.
pub async fn query_published(
    output: &Location,
    sql: &str,
    declared: BTreeMap<String, Declared>,
    limits: &Limits,
) -> Result<Rows> {
    let mut questions = Questions::new(output, declared, limits)?;
    let (statement, named) = questions.parse(sql)?;
    if !named.is_empty() {
        questions.tables = published(output).await?;
        if questions.tables.is_empty() {
            return Err(nothing(output));
        }
        add_old_names(&mut questions.tables, &questions.declared);
    }
    questions.answer(sql, statement, named).await
}

/// Selects over published tables, each of which is opened once.
pub struct Questions {
    output: Location,
    declared: BTreeMap<String, Declared>,
    context: SessionContext,
    tables: PublishedFiles,
    /// Tables that are open, as they are named.
    open: BTreeSet<String>,
}

impl Questions {
    fn new(output: &Location, declared: BTreeMap<String, Declared>, limits: &Limits) -> Result<Self> {
        let context = session::open(limits)?;
        // They ask for a few rows of large tables: the other columns are read of those alone.
        context.state_ref().write().config_mut().options_mut().execution.parquet.pushdown_filters = true;
        context.register_object_store(&output.root, Arc::clone(&output.store));
        Ok(Self { output: output.clone(), declared, context, tables: PublishedFiles::new(), open: BTreeSet::new() })
    }

    /// Over the tables of one `publication`, with columns as [`query_published`] has them.
    ///
    /// # Errors
    /// When the limits cannot be set up.
    pub fn of(
        publication: &Publication,
        output: &Location,
        declared: BTreeMap<String, Declared>,
        limits: &Limits,
    ) -> Result<Self> {
        let mut questions = Self::new(output, declared, limits)?;
        add_files(&mut questions.tables, publication);
        add_old_names(&mut questions.tables, &questions.declared);
        Ok(questions)
    }

    /// Makes `rows` known as the table `relation`.
    ///
    /// # Errors
    /// When there is such a table.
    pub fn add_rows(&self, relation: &str, rows: RecordBatch) -> Result<()> {
        let table = MemTable::try_new(rows.schema(), vec![vec![rows]]).map_err(explain)?;
        catalog::register(&self.context, TableReference::parse_str(relation), Arc::new(table))
    }

    /// Answers a select.
    ///
    /// # Errors
    /// As [`query_published`].
    pub async fn query(&mut self, sql: &str) -> Result<Rows> {
        let (statement, named) = self.parse(sql)?;
        self.answer(sql, statement, named).await
    }

    fn parse(&self, sql: &str) -> Result<(Statement, Vec<TableReference>)> {
        let state = self.context.state();
        let statement = sql::parse(&state, sql).map_err(|error| in_query(error, sql))?;
        let named = state.resolve_table_references(&statement).map_err(|error| in_query(error, sql))?;
        Ok((statement, named))
    }

    async fn answer(&mut self, sql: &str, statement: Statement, named: Vec<TableReference>) -> Result<Rows> {
        let Self { output, declared, context, tables, open } = self;
        for reference in named {
            let name = reference.table();
            let Some(files) = tables.get(name) else { continue };
            if !open.insert(reference.to_string()) {
                continue;
            }
            let own = declared.iter().find(|(own, of)| *own == name || of.formerly.iter().any(|old| old == name));
            let columns = own.map(|(_, declared)| declared.columns.clone()).unwrap_or_else(Schema::empty);
            let table = all_periods(context, output, files, &columns).await?;
            catalog::register(context, reference, Arc::new(table))?;
        }
        let stream = select(context, statement).await.map_err(|error| with_tables(in_query(error, sql), tables))?;
        Ok(Rows { schema: stream.schema(), batches: stream.map_err(explain).boxed() })
    }
}

/// Runs `statement`, which must be a select.
async fn select(context: &SessionContext, statement: Statement) -> EngineResult<SendableRecordBatchStream> {
    let plan = sql::plan_parsed(&context.state(), statement).await?;
    let options = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
    options.verify_plan(&plan)?;
    context.execute_logical_plan(plan).await?.execute_stream().await
}

/// What is wrong with the query `sql`, at its place.
fn in_query(error: DataFusionError, sql: &str) -> Error {
    let error = explain(error).relocate(|place| Place::in_text("(query)", sql, place.line, place.column));
    if error.message().contains("not supported: ") {
        return error.hint("`query` reads the published tables and changes nothing: write a select");
    }
    error
}

/// `error` with the tables that there are, if it is about one that there is not.
fn with_tables(error: Error, tables: &PublishedFiles) -> Error {
    let Some((name, _)) = error.message().strip_prefix("table '").and_then(|rest| rest.split_once("' not found"))
    else {
        return error;
    };
    let (name, names) = (name.to_owned(), tables.keys().map(String::as_str).collect::<Vec<_>>());
    error.did_you_mean(&name, names.iter().copied()).hint(format!("tables: {}", names.join(", ")))
}

/// The rows of all `files`, with `columns` before what else there is. A column that a period does not have is null there.
pub(super) async fn all_periods(
    context: &SessionContext,
    output: &Location,
    files: &[(Period, String)],
    columns: &Schema,
) -> Result<ViewTable> {
    let mut all: Option<LogicalPlanBuilder> = None;
    for (period, file) in files {
        let path = output.path(file);
        let object = output.store.head(&path).await.map_err(|error| output.refused(Access::Read, &path, &error))?;
        let schema = parquet::footer(context, output, &object).await?.schema;
        let mut there: Vec<Expr> = schema.fields().iter().map(|field| ident(field.name())).collect();
        there.push(lit(period.to_string()).alias(PARTITION));
        let rows = parquet::scan(output, std::iter::once(&path), schema)
            .and_then(|scan| scan.project(there))
            .and_then(|rows| with_columns(rows, columns));
        let stacked = match all {
            Some(all) => rows.and_then(LogicalPlanBuilder::build).and_then(|rows| all.union_by_name(rows)),
            None => rows,
        };
        all = Some(stacked.map_err(explain)?);
    }
    let plan = all.ok_or_else(|| Error::bug("a published table has no file"))?.build().map_err(explain)?;
    Ok(ViewTable::new(plan, None))
}

/// `rows` with `columns` in their order and of their types, and then the others.
fn with_columns(rows: LogicalPlanBuilder, columns: &Schema) -> EngineResult<LogicalPlanBuilder> {
    let there = Arc::clone(rows.schema());
    let mut selected = Vec::with_capacity(there.fields().len());
    for field in columns.fields() {
        let (name, kind) = (field.name(), field.data_type());
        selected.push(if !there.has_column_with_unqualified_name(name) {
            lit(ScalarValue::try_new_null(kind)?).alias(name)
        } else if ident(name).get_type(&there)? == *kind {
            ident(name)
        } else {
            cast(ident(name), kind.clone()).alias(name)
        });
    }
    let others = there.fields().iter().filter(|field| columns.field_with_name(field.name()).is_err());
    selected.extend(others.map(|field| ident(field.name())));
    rows.project(selected)
}
