//! The report as one table with the declared columns, whatever its files look like.
//!
//! Files of equal columns are read together; each such group is projected to the declared names and types, and the
//! groups are put under one another. Only the columns that a query asks for are read and converted.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::compute::can_cast_types;
use arrow::datatypes::{DataType as Arrow, Field, Schema, SchemaRef};
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::{Column, Result as EngineResult};
use datafusion::datasource::TableType;
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, TableProviderFilterPushDown, cast, lit};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::empty::EmptyExec;
use datafusion::prelude::SessionContext;
use futures::{StreamExt, TryStreamExt, stream};

use super::alike::{Alike, alike, stacked};
use super::columns::{mapped, not_empty, raw, value_of};
use super::parquet::{self, Footer};
use crate::common::error::{Error, Result};
use crate::common::types;
use crate::cur::PERIOD;
use crate::cur::ReportFile;
use crate::cur::mapping::{Conversion, Kind, MappedValue, SourceColumn};
use crate::cur::sql::MappedFiles;
use crate::engine::SourceSpec;

/// Footers that are asked for at a time.
const AT_ONCE: usize = 16;
/// Columns that an export in the form of FOCUS has, whatever its version, and no report
/// (<https://focus.finops.org/focus-specification/>).
const FOCUS: [&str; 2] = ["BilledCost", "ChargePeriodStart"];

/// A table of the report.
#[derive(Debug)]
pub(super) struct ReportTable {
    spec: SourceSpec,
    schema: SchemaRef,
    groups: Vec<Alike>,
}

impl ReportTable {
    /// Reads the columns of every file of `spec`.
    pub(super) async fn open(context: &SessionContext, spec: SourceSpec) -> Result<Self> {
        if spec.files.is_empty() {
            return Err(Error::data(format!("the report has no file for {}", spec.period)));
        }
        let mut footers = Vec::new();
        for file in &spec.files {
            footers.push(parquet::footer(context, &spec.location, &file.object));
        }
        let footers: Vec<Footer> = stream::iter(footers).buffered(AT_ONCE).try_collect().await?;
        // A file without rows may have any columns.
        let with_rows = spec.files.iter().zip(&footers).filter(|(_, footer)| footer.rows() > 0);
        let groups = alike(with_rows.map(|(file, footer)| (file, &footer.schema)));
        let mut fields: Vec<Field> = spec
            .columns
            .iter()
            .map(|column| Field::new(&column.name, types::to_arrow(column.data_type), true))
            .collect();
        if !spec.columns.iter().any(|column| column.name == PERIOD) {
            fields.push(Field::new(PERIOD, Arrow::Utf8View, true));
        }
        let table = Self { schema: Arc::new(Schema::new(fields)), spec, groups };
        table.check_form()?;
        table.check_kinds()?;
        Ok(table)
    }

    /// Refuses an export in the form of FOCUS, which is a bill without what was bought and lent.
    fn check_form(&self) -> Result<()> {
        let is_focus = |group: &&Alike| {
            FOCUS.iter().all(|name| group.schema.fields().iter().any(|field| field.name().eq_ignore_ascii_case(name)))
        };
        let Some(group) = self.groups.iter().find(is_focus) else { return Ok(()) };
        Err(Error::data(format!(
            "`{}` is an export in the form of FOCUS, which lacks what allocation needs",
            self.name_of(&group.files[0])
        ))
        .hint("have AWS deliver CUR 2.0, a standard data export: docs/source.md says with which columns"))
    }

    /// Refuses columns whose kind can never become the declared one.
    fn check_kinds(&self) -> Result<()> {
        let mut errors = Vec::new();
        for group in &self.groups {
            for column in &self.spec.columns {
                let wanted = types::to_arrow(column.data_type);
                for physical in column.physical(&group.schema) {
                    let is_json = matches!(column.kind, Kind::Json) && matches!(physical.data_type, Arrow::Map(..));
                    if !is_json && !can_cast_types(&physical.data_type, &wanted) {
                        errors.push(
                            Error::data(format!(
                                "`{}` in `{}` is {}, which cannot be cast to {}",
                                physical.path(),
                                self.name_of(&group.files[0]),
                                physical.data_type,
                                column.data_type
                            ))
                            .hint("change the column's data_type or `from` in `models/sources.yml`"),
                        );
                    }
                }
            }
        }
        Error::many(errors).map_or(Ok(()), Err)
    }

    /// The declared column called `name`.
    fn column(&self, name: &str) -> Option<&SourceColumn> {
        self.spec.columns.iter().find(|column| column.name == name)
    }

    /// Why the report is refused if `name` is read: a file lacks it though it is required, or has it twice.
    pub(super) fn refused(&self, name: &str) -> Option<Error> {
        let column = self.column(name)?;
        self.twice(column).or_else(|| self.missing(column).filter(|_| column.required))
    }

    /// The error if a file has `column` twice.
    fn twice(&self, column: &SourceColumn) -> Option<Error> {
        let (group, names) = self.groups.iter().find_map(|group| Some((group, column.twice(&group.schema)?)))?;
        let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        Some(
            Error::data(format!(
                "the column `{}` appears {} times in `{}`: {}",
                column.name,
                names.len(),
                self.name_of(&group.files[0]),
                names.join(", ")
            ))
            .hint("it is not clear which one counts: leave one of them in the file, or have it delivered again"),
        )
    }

    /// The error if a file lacks `column`.
    fn missing(&self, column: &SourceColumn) -> Option<Error> {
        let group = self.groups.iter().find(|group| !is_in(column, group))?;
        let known = group.schema.fields().iter().map(|field| field.name().as_str());
        let name = &column.name;
        Some(
            Error::data(format!(
                "the report has no column `{name}`, without which results would be wrong (`{}`)",
                self.name_of(&group.files[0])
            ))
            .did_you_mean(name, known)
            .hint("have AWS deliver the column, or name where it is under `meta: from:` in `models/sources.yml`"),
        )
    }

    /// What is lost if `name` is read and a file lacks it.
    pub(super) fn without(&self, name: &str) -> Option<String> {
        let column = self.column(name)?;
        let lost = column.without.as_ref()?;
        let group = self.groups.iter().find(|group| !is_in(column, group))?;
        let place = if !self.groups.iter().any(|group| is_in(column, group)) {
            "the report has no column".to_owned()
        } else {
            format!("`{}` has no column", self.name_of(&group.files[0]))
        };
        let name = if column.kind == Kind::Dimension { column.from.first()? } else { name };
        Some(format!("{place} `{name}`: {lost}"))
    }

    /// The rows of `group` with the wanted columns, converted by `convert`.
    fn group_plan(&self, group: &Alike, names: &[String]) -> EngineResult<LogicalPlan> {
        let columns = names.iter().map(|name| {
            let expr = match self.column(name) {
                Some(column) if column.name != PERIOD => value_of(&column.mapping(&group.schema)),
                _ => cast(lit(self.spec.period.to_string()), Arrow::Utf8View),
            };
            expr.alias(name)
        });
        group.rows(&self.spec.location, self.spec.period)?.project(columns.collect::<Vec<_>>())?.build()
    }

    /// Its files, with where they have the declared columns.
    pub(super) fn mapped_files(&self) -> Vec<MappedFiles> {
        self.groups.iter().map(|group| self.mapped_group(group)).collect()
    }

    fn mapped_group(&self, group: &Alike) -> MappedFiles {
        let declared = self.spec.columns.iter().filter(|column| column.name != PERIOD);
        MappedFiles {
            files: group.files.iter().map(|file| self.spec.location.url(&file.object.location)).collect(),
            columns: declared.map(|column| column.mapping(&group.schema)).collect(),
            period: self.spec.period,
            period_start: group.period_start().map(MappedValue::instant),
        }
    }

    /// A value of `columns` that is not of its declared type, with its file.
    pub(super) async fn unreadable_value(&self, context: &SessionContext, columns: &BTreeSet<&str>) -> Option<Error> {
        for group in &self.groups {
            for column in self.spec.columns.iter().filter(|column| columns.contains(column.name.as_str())) {
                for value in column.mapping(&group.schema).values {
                    if matches!(value.conversion, Conversion::Keep | Conversion::Text | Conversion::Json) {
                        continue;
                    }
                    for file in &group.files {
                        let found = self.first_unreadable(context, file, &group.schema, &value).await;
                        if let Some(text) = found {
                            return Some(self.unreadable(file, column, &value.physical.path(), &text));
                        }
                    }
                }
            }
        }
        None
    }

    fn unreadable(&self, file: &ReportFile, column: &SourceColumn, path: &str, text: &str) -> Error {
        let place = format!("`{text}` in column `{path}` of `{}`", self.name_of(file));
        if column.kind == Kind::AccountId {
            return Error::data(format!("{place} is not an account id")).hint(
                "an account id has 12 digits, including leading zeros: have the file made again with ids as text",
            );
        }
        Error::data(format!("{place} is not a valid {}", column.data_type))
            .hint("correct the file, or declare another data_type in `models/sources.yml`")
    }

    /// The first of the values of `file` under `mapping` that is none of its type.
    async fn first_unreadable(
        &self,
        context: &SessionContext,
        file: &ReportFile,
        schema: &SchemaRef,
        mapping: &MappedValue,
    ) -> Option<String> {
        let value = not_empty(raw(&mapping.physical), &mapping.physical.data_type);
        let wrong = value.clone().is_not_null().and(mapped(mapping, true).is_null());
        let path = std::iter::once(&file.object.location);
        let plan = parquet::scan(&self.spec.location, path, Arc::clone(schema))
            .and_then(|builder| builder.filter(wrong))
            .and_then(|builder| builder.project([cast(value, Arrow::Utf8).alias("value")]))
            .and_then(|builder| builder.limit(0, Some(1)))
            .and_then(LogicalPlanBuilder::build)
            .ok()?;
        let batches = context.execute_logical_plan(plan).await.ok()?.collect().await.ok()?;
        crate::engine::rows::texts(&batches).ok()?.into_iter().flatten().flatten().next()
    }

    fn name_of(&self, file: &ReportFile) -> String {
        self.spec.location.display(&file.object.location)
    }
}

/// Whether files of `group` have `column`.
fn is_in(column: &SourceColumn, group: &Alike) -> bool {
    !column.physical(&group.schema).is_empty()
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
        let plans = self.groups.iter().map(|group| self.group_plan(group, &needed));
        let Some(mut builder) = stacked(plans)? else {
            let nothing = EmptyExec::new(Arc::new(self.schema.project(projection.unwrap_or(&all))?));
            return Ok(Arc::new(nothing));
        };
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
