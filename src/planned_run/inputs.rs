//! What models read that is no model: the report's tables and the seeds.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::{Field, Schema};

use super::{WantedReport, Workspace};
use crate::common::data_type::DataType;
use crate::common::dialect::Dialect;
use crate::common::error::{Error, Result};
use crate::common::period::Period;
use crate::common::settings::Settings;
use crate::common::types;
use crate::compile::{Dimension, dimensions, taken};
use crate::cur::Report;
use crate::cur::mapping::{Kind, SourceColumn};
use crate::cur::sql::athena::{FilesInTable, Place, TableName};
use crate::cur::sql::{self, MappedFiles};
use crate::engine::{SourceSpec, rows};
use crate::project::load::Source;
use crate::project::properties::names;
use crate::project::{ColumnProperties, ModelProperties, PUBLISHED, Project, Seed};

/// What `meta:` may say of a column of the report.
const META: [&str; 4] = ["required", "from", "without", "kind"];
/// The kinds of columns that `meta: kind:` knows.
const KINDS: [(&str, Kind); 2] = [("account_id", Kind::AccountId), ("json", Kind::Json)];

/// The sources that are tables of the report.
pub(super) fn of_report(project: &Project) -> impl Iterator<Item = &Source> {
    project.sources.values().filter(|source| source.source != PUBLISHED)
}

/// The table of the report that `source` declares, with the dimensions of `vars`.
pub(super) fn source_spec(source: &Source, vars: &Settings, report: &Report, period: Period) -> Result<SourceSpec> {
    let relation = format!("{}.{}", source.source, source.table.name);
    Ok(SourceSpec {
        relation,
        columns: source_columns(source, vars)?,
        location: report.location.clone(),
        files: report.files_of(period)?,
        period,
    })
}

/// The columns of `source`, and the dimensions of `vars`.
pub(super) fn source_columns(source: &Source, vars: &Settings) -> Result<Vec<SourceColumn>> {
    let declared = source.table.columns.iter().map(|column| source_column(column, source));
    let mut columns = declared.collect::<Result<Vec<_>>>()?;
    let dimensions = dimensions(vars)?;
    let names = columns.iter().map(|column| column.name.as_str());
    if let Some(error) = taken(&dimensions, names, &format!("{}.{}", source.source, source.table.name)) {
        return Err(error);
    }
    columns.extend(dimensions.into_iter().map(dimension_column));
    Ok(columns)
}

/// The column of the report that is the dimension.
fn dimension_column(Dimension { name, column }: Dimension) -> SourceColumn {
    let without = Some(format!("the dimension `{name}` is empty"));
    SourceColumn { kind: Kind::Dimension, from: vec![column], without, ..SourceColumn::plain(&name, DataType::String) }
}

fn source_column(column: &ColumnProperties, source: &Source) -> Result<SourceColumn> {
    let declared = column.data_type.as_deref().unwrap_or("string");
    let data_type = declared.parse().map_err(|error: Error| error.at(source.file.place(column.data_type_at)))?;
    let required = column.meta.get("required").is_some_and(|value| value.as_bool() == Some(true));
    if let Some(unknown) = column.meta.keys().find(|key| !META.contains(&key.as_str())) {
        return Err(Error::user(format!("`meta:` of a source column has no key `{unknown}`"))
            .at(source.file.place(column.at))
            .did_you_mean(unknown, META));
    }
    let kind = kind(column, data_type).map_err(|error| error.at(source.file.place(column.at)))?;
    let without = column.meta.get("without").and_then(|value| value.as_str());
    let without = without.map(|words| words.split_whitespace().collect::<Vec<_>>().join(" "));
    let from = names(column.meta.get("from"));
    Ok(SourceColumn { name: column.name.clone(), data_type, required, without, kind, from })
}

/// What the values of `column` are, as `meta: kind:` says.
fn kind(column: &ColumnProperties, data_type: DataType) -> Result<Kind> {
    let Some(word) = column.meta.get("kind") else { return Ok(Kind::Plain) };
    let known = KINDS.into_iter().find(|(name, _)| word.as_str() == Some(name));
    match known.map(|(_, kind)| kind) {
        Some(kind) if data_type == DataType::String => Ok(kind),
        Some(Kind::AccountId) => Err(Error::user(format!("`{}` is an account id but not a string", column.name))
            .hint("declare `data_type: string`: account ids may begin with zeros")),
        Some(_) => {
            Err(Error::user(format!("`{}` is JSON but not a string", column.name)).hint("declare `data_type: string`"))
        }
        None => {
            let names = KINDS.map(|(name, _)| name).join(", ");
            Err(Error::user(format!("`{}` is of an unknown kind", column.name)).hint(format!("kinds: {names}")))
        }
    }
}

/// A seed's rows in the types that its properties declare; columns without a type are strings.
pub(super) fn seed_rows(seed: &Seed, properties: &ModelProperties) -> Result<RecordBatch> {
    let mut fields = Vec::new();
    let mut columns: Vec<ArrayRef> = Vec::new();
    let declared = properties.columns.iter().map(|column| column.name.as_str());
    if let Some(absent) = declared.clone().find(|name| !seed.header.iter().any(|h| h == name)) {
        return Err(Error::user(format!("the seed `{}` has no column `{absent}`", seed.name))
            .at(seed.file.place_at(1, 1))
            .did_you_mean(absent, seed.header.iter().map(String::as_str)));
    }
    for (index, name) in seed.header.iter().enumerate() {
        let data_type =
            seed_type(name, properties).map_err(|e| e.while_doing(format!("reading `{}`", seed.file.path)))?;
        let kind = types::to_arrow(data_type);
        let texts: Vec<Option<String>> =
            seed.rows.iter().map(|(_, row)| row.get(index).filter(|text| !text.is_empty()).cloned()).collect();
        let column = rows::column(&texts, &kind).map_err(|wrong| {
            let (line, row) = &seed.rows[wrong];
            let before: usize = row.iter().take(index).map(|text| text.chars().count() + 1).sum();
            Error::user(format!("`{}` in column `{name}` is not a valid {data_type}", row[index]))
                .at(seed.file.place_at(*line, before + 1))
        })?;
        fields.push(Field::new(name, kind, true));
        columns.push(column);
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)
        .map_err(|e| Error::bug("the columns of a seed do not form a batch").caused_by(&e))
}

fn seed_type(name: &str, properties: &ModelProperties) -> Result<DataType> {
    let from_column = properties.columns.iter().find(|c| c.name == name).and_then(|c| c.data_type.as_deref());
    let from_config = properties.config.get("column_types").and_then(|types| types.get(name)).and_then(|v| v.as_str());
    from_column.or(from_config).map_or(Ok(DataType::String), str::parse)
}

impl Workspace {
    /// The newest wanted period, and a select over its files for each source, with what it needs to be there, by the
    /// paths of their compiled SQL.
    ///
    /// # Errors
    /// When the target's engine is not given files, a file cannot be read, or the engine cannot read one.
    pub async fn source_selects(&self) -> Result<(Period, BTreeMap<String, String>)> {
        sql::check(self.dialect)?;
        let WantedReport { report, wanted, .. } = self.report().await?;
        let period = wanted.last().copied().ok_or_else(|| Error::bug("no period was picked"))?;
        let planner = self.planner()?;
        let mut texts = BTreeMap::new();
        for source in of_report(&self.project) {
            let spec = source_spec(source, &self.vars, &report, period)?;
            let relation = spec.relation.clone();
            planner.add_source(spec).await?;
            let (files, path) = (planner.mapped_files(&relation)?, format!("{}/{relation}", source.file.path));
            if self.dialect == Dialect::Athena {
                texts.extend(
                    self.tables_of(source, &files)?.into_iter().map(|(name, text)| (path.clone() + &name, text)),
                );
            } else {
                texts.insert(format!("{path}.sql"), sql::duckdb::select(&files));
            }
        }
        Ok((period, texts))
    }

    /// What Athena needs of `source` with its `files`, by the ends of its paths: the select, and of each group of files
    /// the table and the list of files that it reads.
    fn tables_of(&self, source: &Source, files: &[MappedFiles]) -> Result<Vec<(String, String)>> {
        let mut texts = Vec::new();
        let mut names = Vec::new();
        for (number, group) in (1..).zip(files) {
            let (database, table) = (source.source.clone(), &source.table.name);
            let name = TableName { database, table: format!("{table}_{}_{number}", group.period).replace('-', "_") };
            let folder = self.output.at(&format!("sources/{}/{}", name.database, name.table));
            texts.push((format!("/{number}.sql"), sql::athena::create_table(group, &name, &Place::Symlinks(folder))?));
            texts.push((format!("/{number}.txt"), sql::athena::symlinks(group)));
            names.push(name);
        }
        let groups: Vec<FilesInTable<'_>> =
            files.iter().zip(&names).map(|(files, table)| FilesInTable { files, table }).collect();
        texts.push((".sql".to_owned(), sql::athena::select(&groups)?));
        Ok(texts)
    }
}
