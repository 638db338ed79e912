//! The report as one table with the declared columns, whatever its files look like.
//!
//! Files of equal columns are read together; each such group is projected to the declared names and types, and the
//! groups are put under one another. Only the columns that a query asks for are read and converted.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::compute::can_cast_types;
use arrow::datatypes::{DataType as Arrow, Field, Schema, SchemaRef, TimeUnit};
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::{Column, Result as EngineResult, ScalarValue};
use datafusion::datasource::file_format::FileFormat;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl};
use datafusion::datasource::{TableType, provider_as_source};
use datafusion::functions::core::expr_fn::{coalesce, get_field, nullif};
use datafusion::logical_expr::{
    Expr, LogicalPlan, LogicalPlanBuilder, TableProviderFilterPushDown, cast, lit, try_cast,
};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::prelude::{SessionContext, ident};
use futures::TryStreamExt;

use super::errors::explain;
use crate::engine::{Report, ReportFile, SourceColumn, SourceSpec, types};
use crate::words::error::{Error, Result};
use crate::words::period::Period;

/// The column that every report table has.
const PERIOD: &str = "billing_period";
/// The column that tells the period of a file in a plain folder.
const PERIOD_START: &str = "bill_billing_period_start_date";

/// A table of the report.
#[derive(Debug)]
pub(super) struct ReportTable {
    spec: SourceSpec,
    schema: SchemaRef,
    groups: Vec<Group>,
}

/// Files with equal columns.
#[derive(Debug)]
struct Group {
    files: Vec<ReportFile>,
    schema: SchemaRef,
    /// Whether rows of other periods may be among them.
    mixed: bool,
}

impl ReportTable {
    /// Reads the columns of every file of `spec`.
    pub(super) async fn open(context: &SessionContext, spec: SourceSpec) -> Result<Self> {
        let mut groups: Vec<Group> = Vec::new();
        for file in &spec.files {
            let schema = file_schema(context, file).await?;
            let mixed = file.period.is_none();
            match groups.iter_mut().find(|g| g.schema == schema && g.mixed == mixed) {
                Some(group) => group.files.push(file.clone()),
                None => groups.push(Group { files: vec![file.clone()], schema, mixed }),
            }
        }
        if groups.is_empty() {
            return Err(Error::data(format!("the report has no file for {}", spec.period)));
        }
        let mut fields: Vec<Field> = spec
            .columns
            .iter()
            .map(|column| Field::new(&column.name, types::to_arrow(column.data_type), true))
            .collect();
        if !spec.columns.iter().any(|column| column.name == PERIOD) {
            fields.push(Field::new(PERIOD, Arrow::Utf8View, true));
        }
        let table = Self { schema: Arc::new(Schema::new(fields)), spec, groups };
        table.check_kinds()?;
        Ok(table)
    }

    /// Refuses columns whose kind can never become the declared one.
    fn check_kinds(&self) -> Result<()> {
        let mut errors = Vec::new();
        for group in &self.groups {
            for column in &self.spec.columns {
                let wanted = types::to_arrow(column.data_type);
                for (path, kind) in physical(column, &group.schema) {
                    if !can_cast_types(&kind, &wanted) {
                        errors.push(
                            Error::data(format!(
                                "`{path}` in `{}` is {kind}, which cannot become {}",
                                group.files[0].object.location, column.data_type
                            ))
                            .hint("change the column's data_type or `from` in `models/sources.yml`"),
                        );
                    }
                }
            }
        }
        Error::many(errors).map_or(Ok(()), Err)
    }

    /// The error if `name` is required and a file lacks it.
    pub(super) fn missing(&self, name: &str) -> Option<Error> {
        let column = self.spec.columns.iter().find(|c| c.name == name && c.required)?;
        let group = self.groups.iter().find(|group| physical(column, &group.schema).is_empty())?;
        let known = group.schema.fields().iter().map(|field| field.name().as_str());
        Some(
            Error::data(format!(
                "the report has no column `{name}`, without which results would be wrong (`{}`)",
                group.files[0].object.location
            ))
            .did_you_mean(name, known)
            .hint("have AWS deliver the column, or name where it is under `meta: from:` in `models/sources.yml`"),
        )
    }

    /// The rows of `group` with the wanted columns, converted by `convert`.
    fn group_plan(&self, group: &Group, names: &[String]) -> EngineResult<LogicalPlan> {
        let scan = scan(&group.files, &group.schema)?;
        let scan = match group.schema.field_with_name(PERIOD_START) {
            Ok(field) if group.mixed => scan.filter(within(self.spec.period, field))?,
            _ => scan,
        };
        let columns = names.iter().map(|name| {
            let expr = match self.spec.columns.iter().find(|column| column.name == *name) {
                Some(column) if column.name != PERIOD => value_of(column, &group.schema),
                _ => cast(lit(self.spec.period.to_string()), Arrow::Utf8View),
            };
            expr.alias(name)
        });
        scan.project(columns.collect::<Vec<_>>())?.build()
    }

    /// A value of `columns` that is none of its declared type, with its file.
    pub(super) async fn unreadable_value(&self, context: &SessionContext, columns: &BTreeSet<&str>) -> Option<Error> {
        for group in &self.groups {
            for column in self.spec.columns.iter().filter(|column| columns.contains(column.name.as_str())) {
                let wanted = types::to_arrow(column.data_type);
                for (path, kind) in physical(column, &group.schema) {
                    if kind == wanted || types::is_string(&wanted) {
                        continue;
                    }
                    for file in &group.files {
                        if let Some(text) = first_unreadable(context, file, &group.schema, &path, &kind, &wanted).await
                        {
                            return Some(
                                Error::data(format!(
                                    "`{text}` in column `{path}` of `{}` is no {}",
                                    file.object.location, column.data_type
                                ))
                                .hint("correct the file, or declare another data_type in `models/sources.yml`"),
                            );
                        }
                    }
                }
            }
        }
        None
    }
}

#[async_trait]
impl TableProvider for ReportTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> EngineResult<Vec<TableProviderFilterPushDown>> {
        Ok(vec![TableProviderFilterPushDown::Exact; filters.len()])
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> EngineResult<Arc<dyn ExecutionPlan>> {
        let all: Vec<usize> = (0..self.schema.fields().len()).collect();
        let wanted: Vec<String> =
            projection.unwrap_or(&all).iter().map(|i| self.schema.field(*i).name().clone()).collect();
        let mut needed = wanted.clone();
        for column in filters.iter().flat_map(|filter| filter.column_refs()) {
            if !needed.contains(&column.name) {
                needed.push(column.name.clone());
            }
        }
        if needed.is_empty() {
            needed.push(PERIOD.to_owned());
        }
        let mut plans = self.groups.iter().map(|group| self.group_plan(group, &needed));
        let first = plans.next().transpose()?;
        let Some(first) = first else {
            return datafusion::common::internal_err!("a report without files");
        };
        let mut builder = LogicalPlanBuilder::from(first);
        for plan in plans {
            builder = builder.union(plan?)?;
        }
        if let Some(filter) = filters.iter().cloned().reduce(Expr::and) {
            builder = builder.filter(filter)?;
        }
        if needed != wanted {
            builder = builder.project(wanted.iter().map(|name| Expr::Column(Column::from_name(name))))?;
        }
        if limit.is_some() {
            builder = builder.limit(0, limit)?;
        }
        state.create_physical_plan(&builder.build()?).await
    }
}

async fn file_schema(context: &SessionContext, file: &ReportFile) -> Result<SchemaRef> {
    let url = datafusion::execution::object_store::ObjectStoreUrl::local_filesystem();
    let store = context.runtime_env().object_store(&url).map_err(explain)?;
    let format = ParquetFormat::default();
    let objects = std::slice::from_ref(&file.object);
    format.infer_schema(&context.state(), &store, objects).await.map_err(|error| {
        Error::data(format!("`{}` is no whole Parquet file", file.object.location))
            .caused_by(&error.strip_backtrace())
            .hint("it may be truncated: have it delivered again, or remove it")
    })
}

fn scan(files: &[ReportFile], schema: &SchemaRef) -> EngineResult<LogicalPlanBuilder> {
    let urls: EngineResult<Vec<ListingTableUrl>> =
        files.iter().map(|file| ListingTableUrl::parse(format!("file:///{}", file.object.location))).collect();
    let options = ListingOptions::new(Arc::new(ParquetFormat::default())).with_file_extension("");
    let config =
        ListingTableConfig::new_with_multi_paths(urls?).with_listing_options(options).with_schema(Arc::clone(schema));
    LogicalPlanBuilder::scan("report", provider_as_source(Arc::new(ListingTable::try_new(config)?)), None)
}

/// Where a column's values are in a file: (path, kind), in order of preference.
fn physical(column: &SourceColumn, schema: &Schema) -> Vec<(String, Arrow)> {
    let by_name = |name: &str| schema.fields().iter().find(|field| field.name().eq_ignore_ascii_case(name));
    let own = [column.name.clone()];
    let names = if column.from.is_empty() { own.as_slice() } else { column.from.as_slice() };
    let mut found = Vec::new();
    for name in names {
        if let Some((map, key)) = name.split_once('.') {
            if let Some(kind) = by_name(map).and_then(|field| map_value(field.data_type())) {
                let map = by_name(map).map_or(map, |field| field.name());
                found.push((format!("{map}.{key}"), kind));
            }
        } else if let Some(field) = by_name(name) {
            found.push((field.name().clone(), field.data_type().clone()));
        } else if let Some((map, key)) = in_map(name)
            && let Some(kind) = by_name(map).and_then(|field| map_value(field.data_type()))
        {
            found.push((format!("{map}.{key}"), kind));
        }
    }
    found
}

/// Columns that CUR 2.0 keeps in maps.
fn in_map(name: &str) -> Option<(&str, &str)> {
    ["product", "discount", "resource_tags", "cost_category"]
        .into_iter()
        .find_map(|map| Some((&name[..map.len()], name.strip_prefix(map)?.strip_prefix('_')?)))
}

fn map_value(kind: &Arrow) -> Option<Arrow> {
    let Arrow::Map(entries, _) = kind else { return None };
    let Arrow::Struct(fields) = entries.data_type() else { return None };
    fields.get(1).map(|field| field.data_type().clone())
}

fn raw(path: &str) -> Expr {
    match path.split_once('.') {
        Some((map, key)) => get_field(ident(map), key),
        None => ident(path),
    }
}

/// A column's value in its declared type: the first that is there and not empty.
fn value_of(column: &SourceColumn, schema: &Schema) -> Expr {
    let wanted = types::to_arrow(column.data_type);
    let mut values: Vec<Expr> =
        physical(column, schema).into_iter().map(|(path, kind)| converted(raw(&path), &kind, &wanted, false)).collect();
    match values.len() {
        0 => ScalarValue::try_from(&wanted).map_or_else(|_| lit(ScalarValue::Null), lit),
        1 => values.remove(0),
        _ => coalesce(values),
    }
}

/// `value` of `kind` as `wanted`: empty texts are null, a value of another form an error (or null if `lenient`).
fn converted(value: Expr, kind: &Arrow, wanted: &Arrow, lenient: bool) -> Expr {
    let to = |value, kind: &Arrow| if lenient { try_cast(value, kind.clone()) } else { cast(value, kind.clone()) };
    if types::is_string(kind) {
        let text = nullif(value, lit(""));
        return if types::is_string(wanted) { cast(text, wanted.clone()) } else { to(text, wanted) };
    }
    match (kind, wanted) {
        (Arrow::Dictionary(_, inner), _) => converted(cast(value, inner.as_ref().clone()), inner, wanted, lenient),
        (kind, wanted) if kind == wanted => value,
        (Arrow::Timestamp(_, Some(_)), Arrow::Timestamp(unit, None)) => {
            let utc = cast(value, Arrow::Timestamp(*unit, Some("+00:00".into())));
            cast(utc, wanted.clone())
        }
        _ => to(value, wanted),
    }
}

async fn first_unreadable(
    context: &SessionContext,
    file: &ReportFile,
    schema: &SchemaRef,
    path: &str,
    kind: &Arrow,
    wanted: &Arrow,
) -> Option<String> {
    let is_text = types::is_string(kind);
    let value = if is_text { nullif(raw(path), lit("")) } else { raw(path) };
    let wrong = value.clone().is_not_null().and(converted(raw(path), kind, wanted, true).is_null());
    let plan = scan(std::slice::from_ref(file), schema)
        .and_then(|builder| builder.filter(wrong))
        .and_then(|builder| builder.project([cast(value, Arrow::Utf8).alias("value")]))
        .and_then(|builder| builder.limit(0, Some(1)))
        .and_then(LogicalPlanBuilder::build)
        .ok()?;
    let batches = context.execute_logical_plan(plan).await.ok()?.collect().await.ok()?;
    crate::engine::rows::texts(&batches).ok()?.into_iter().flatten().flatten().next()
}

/// Rows of `period`, by the start of their billing period.
fn within(period: Period, field: &Field) -> Expr {
    let kind = Arrow::Timestamp(TimeUnit::Nanosecond, None);
    let start = converted(ident(field.name()), field.data_type(), &kind, false);
    let at = |instant: chrono::NaiveDateTime| {
        let nanos = instant.and_utc().timestamp_nanos_opt().unwrap_or_default();
        lit(ScalarValue::TimestampNanosecond(Some(nanos), None))
    };
    start.clone().gt_eq(at(period.start())).and(start.lt(at(period.end())))
}

/// The billing periods of a report: those that folders name, and those that files in a plain folder hold.
///
/// # Errors
/// When a file cannot be read.
pub async fn periods(report: &Report, limits: &super::Limits) -> Result<Vec<Period>> {
    let mut found: BTreeSet<Period> = report.periods().into_iter().collect();
    let plain: Vec<&ReportFile> = report.files.iter().filter(|file| file.period.is_none()).collect();
    if plain.is_empty() {
        return Ok(found.into_iter().collect());
    }
    let context = super::session::open(limits)?;
    context.register_object_store(&report.location.root, Arc::clone(&report.location.store));
    let mut seen: BTreeMap<String, ()> = BTreeMap::new();
    for file in plain {
        let schema = file_schema(&context, file).await?;
        let field = schema.field_with_name(PERIOD_START).map_err(|_| {
            Error::data(format!("nothing tells the billing period of `{}`", file.object.location))
                .hint(format!("put it into a folder `billing_period=YYYY-MM`, or have AWS deliver `{PERIOD_START}`"))
        })?;
        let kind = Arrow::Timestamp(TimeUnit::Nanosecond, None);
        let start = converted(ident(PERIOD_START), field.data_type(), &kind, false);
        let plan = scan(std::slice::from_ref(file), &schema)
            .and_then(|builder| builder.project([cast(start, Arrow::Utf8).alias("start")]))
            .and_then(LogicalPlanBuilder::distinct)
            .and_then(LogicalPlanBuilder::build)
            .map_err(explain)?;
        let frame = context.execute_logical_plan(plan).await.map_err(explain)?;
        let stream = frame.execute_stream().await.map_err(explain)?;
        let batches: Vec<_> = stream.try_collect().await.map_err(explain)?;
        let texts = crate::engine::rows::texts(&batches)?;
        seen.extend(texts.into_iter().flatten().flatten().map(|text| (text, ())));
    }
    for start in seen.keys() {
        found.extend(start.get(..7).and_then(|month| month.parse::<Period>().ok()));
    }
    Ok(found.into_iter().collect())
}
