//! `catalog.json`: tables with their columns, in dbt's shape.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::common::dbt;
use crate::compile::{Compiled, Materialization};
use crate::planned_run::Workspace;
use crate::project::ColumnProperties;

/// The catalog of a compiled project.
#[derive(Debug, Serialize)]
pub struct Catalog<'a> {
    metadata: Value,
    nodes: BTreeMap<String, CatalogTable<'a>>,
    sources: BTreeMap<String, CatalogTable<'a>>,
    errors: Option<Vec<String>>,
}

#[derive(Debug, Serialize)]
struct CatalogTable<'a> {
    metadata: TableMetadata<'a>,
    columns: BTreeMap<&'a str, CatalogColumn<'a>>,
    stats: BTreeMap<&'static str, Statistic>,
    unique_id: String,
}

#[derive(Debug, Serialize)]
struct TableMetadata<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    database: &'a str,
    schema: &'a str,
    name: &'a str,
    comment: &'a str,
}

#[derive(Debug, Serialize)]
struct CatalogColumn<'a> {
    #[serde(rename = "type")]
    data_type: String,
    index: usize,
    name: &'a str,
    comment: &'a str,
}

/// dbt's page leaves out statistics unless it is told that there are none.
#[derive(Debug, Serialize)]
struct Statistic {
    id: &'static str,
    label: &'static str,
    value: bool,
    include: bool,
    description: &'static str,
}

/// The catalog of what `workspace` was `compiled` to.
pub fn catalog<'a>(workspace: &'a Workspace, compiled: &'a Compiled) -> Catalog<'a> {
    let project = &compiled.schema;
    let kept = compiled.models.values().filter(|model| model.materialization != Materialization::Ephemeral);
    let models = kept.map(|model| {
        let columns = model.columns.iter().enumerate().map(|(index, column)| CatalogColumn {
            data_type: column.data_type.map(|data_type| data_type.to_string()).unwrap_or_default(),
            index: index + 1,
            name: &column.name,
            comment: &column.description,
        });
        let kind = if model.materialization == Materialization::Table { "BASE TABLE" } else { "VIEW" };
        let schema = model.schema.as_deref().unwrap_or(project);
        table(
            project,
            format!("model.{project}.{}", model.name),
            kind,
            schema,
            &model.name,
            &model.description,
            columns,
        )
    });
    let seeds = workspace.project.seeds.values().map(|(seed, properties)| {
        let columns = seed.described(properties).into_iter().enumerate();
        let columns = columns.map(|(index, (name, known))| column(index, name, known));
        let id = format!("seed.{project}.{}", seed.name);
        table(project, id, "BASE TABLE", project, &seed.name, &properties.description, columns)
    });
    let sources = workspace.project.sources.values().map(|one| {
        let columns = one.table.columns.iter().enumerate();
        let columns = columns.map(|(index, known)| column(index, &known.name, Some(known)));
        let id = format!("source.{project}.{}.{}", one.source, one.table.name);
        table(project, id, "EXTERNAL", &one.source, &one.table.name, &one.table.description, columns)
    });
    let by_id = |table: CatalogTable<'a>| (table.unique_id.clone(), table);
    Catalog {
        metadata: dbt::metadata("catalog/v1", &workspace.job.run_id, &[]),
        nodes: models.map(by_id).chain(seeds.map(by_id)).collect(),
        sources: sources.map(by_id).collect(),
        errors: None,
    }
}

fn column<'a>(index: usize, name: &'a str, known: Option<&'a ColumnProperties>) -> CatalogColumn<'a> {
    CatalogColumn {
        data_type: known.and_then(|column| column.data_type.clone()).unwrap_or_else(|| "string".to_owned()),
        index: index + 1,
        name,
        comment: known.map_or("", |column| column.description.as_str()),
    }
}

fn table<'a>(
    database: &'a str,
    unique_id: String,
    kind: &'static str,
    schema: &'a str,
    name: &'a str,
    comment: &'a str,
    columns: impl Iterator<Item = CatalogColumn<'a>>,
) -> CatalogTable<'a> {
    let none = Statistic {
        id: "has_stats",
        label: "Has Stats?",
        value: false,
        include: false,
        description: "Indicates whether there are statistics for this table",
    };
    CatalogTable {
        metadata: TableMetadata { kind, database, schema, name, comment },
        columns: columns.map(|column| (column.name, column)).collect(),
        stats: BTreeMap::from([(none.id, none)]),
        unique_id,
    }
}
