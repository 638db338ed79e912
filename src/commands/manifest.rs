//! `manifest.json`: the graph, in dbt's shape (<https://schemas.getdbt.com/dbt/manifest/v12.json>).
//!
//! dbt's own page and its classes read it. What dbt knows and apportion has not is there and empty.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::common::dbt;
use crate::compile::{self, Compiled, DataTest, ModelNode, Question, Severity, Sql, UnitTestNode};
use crate::planned_run::Workspace;
use crate::project::load::Source;
use crate::project::{ColumnProperties, Config, GivenRow, ModelProperties, PUBLISHED, Seed, TextFile};

/// The manifest of what `workspace` was `compiled` to.
pub fn manifest(workspace: &Workspace, compiled: &Compiled) -> Value {
    let writer = Writer { compiled, folder: workspace.artifacts.compiled() };
    let project = &workspace.project;
    let questions = compiled.summary.iter().chain(&compiled.counts).chain(&compiled.plan);
    let questions = questions.chain(&compiled.statements).chain(&compiled.explanations);
    let nodes = project.seeds.values().map(|(seed, properties)| writer.seed(seed, properties));
    let nodes = nodes.chain(compiled.models.values().map(|model| writer.model(model)));
    let nodes = nodes.chain(compiled.data_tests.iter().map(|test| writer.test(test)));
    let nodes = by_id(nodes.chain(questions.map(|question| writer.question(question))));
    let sources = by_id(project.sources.values().map(|source| writer.source(source)));
    let unit_tests = by_id(compiled.unit_tests.iter().map(|unit| writer.unit(unit)));
    let macros = by_id(project.macros.iter().flat_map(|file| writer.macros(file)));
    let all = || nodes.iter().chain(&unit_tests);
    let mut parents: BTreeMap<&str, Vec<&str>> = all().map(|(id, node)| (id.as_str(), parents_of(node))).collect();
    parents.extend(sources.keys().map(|id| (id.as_str(), Vec::new())));
    let mut children: BTreeMap<&str, Vec<&str>> = parents.keys().map(|id| (*id, Vec::new())).collect();
    for (child, depends) in &parents {
        depends.iter().for_each(|parent| children.entry(parent).or_default().push(child));
    }
    json!({
        "metadata": dbt::metadata("manifest/v12", &workspace.job.run_id, &[
            ("project_name", compiled.schema.as_str().into()),
            ("adapter_type", workspace.dialect.name().into()),
            ("send_anonymous_usage_stats", false.into()),
        ]),
        "parent_map": parents,
        "child_map": children,
        "nodes": nodes,
        "sources": sources,
        "macros": macros,
        "unit_tests": unit_tests,
        "docs": { "doc.dbt.__overview__": writer.overview(&project.config) },
        "exposures": {}, "metrics": {}, "groups": {}, "selectors": {}, "disabled": {}, "group_map": {},
        "saved_queries": {}, "semantic_models": {},
    })
}

fn by_id(nodes: impl Iterator<Item = Value>) -> BTreeMap<String, Value> {
    nodes.map(|node| (node["unique_id"].as_str().unwrap_or_default().to_owned(), node)).collect()
}

fn parents_of(node: &Value) -> Vec<&str> {
    node["depends_on"]["nodes"].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// A node, to which `more` adds what others do not have.
fn with(mut node: Value, more: Value) -> Value {
    if let (Value::Object(node), Value::Object(more)) = (&mut node, more) {
        node.extend(more);
    }
    node
}

struct Writer<'a> {
    compiled: &'a Compiled,
    /// The folder of compiled SQL.
    folder: String,
}

impl Writer<'_> {
    fn project(&self) -> &str {
        &self.compiled.schema
    }

    fn id(&self, kind: &str, name: &str) -> String {
        format!("{kind}.{}.{name}", self.project())
    }

    /// The id of a model or seed.
    fn relation_id(&self, name: &str) -> String {
        self.id(if self.compiled.seeds.contains_key(name) { "seed" } else { "model" }, name)
    }

    /// What every part of a project has. A path begins with one folder, which dbt does not count in.
    fn resource(&self, kind: &str, name: &str, file: &str) -> Value {
        let path = file.split_once('/').map_or(file, |(_, path)| path);
        let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders).split('/');
        let fqn = [self.project()].into_iter().chain(folders.filter(|folder| !folder.is_empty())).chain([name]);
        json!({
            "name": name,
            "resource_type": kind,
            "package_name": self.project(),
            "path": path,
            "original_file_path": file,
            "unique_id": self.id(kind, name),
            "fqn": fqn.collect::<Vec<_>>(),
        })
    }

    /// What every part with a text has besides.
    fn parsed(&self, kind: &str, name: &str, file: &TextFile, schema: &str) -> Value {
        let digest = Sha256::digest(file.text.as_bytes());
        let hash: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        with(
            self.resource(kind, name, &file.path),
            json!({
                "alias": name,
                "database": self.project(),
                "schema": schema,
                "checksum": { "name": "sha256", "checksum": hash },
                "raw_code": file.text,
                "docs": { "show": true, "node_color": null },
            }),
        )
    }

    /// What is compiled of it.
    fn compiled(&self, sql: &Sql, code: &str) -> Value {
        let refs = sql.refs.iter().map(|name| json!({ "name": name, "package": null, "version": null }));
        let sources = sql.sources.iter().map(|(source, table)| json!([source, table]));
        // What is published is no part of the graph: it is what an earlier run left.
        let declared = sql.sources.iter().filter(|(source, _)| source != PUBLISHED);
        let parents = declared.map(|(source, table)| self.id("source", &format!("{source}.{table}")));
        let parents = sql.refs.iter().map(|name| self.relation_id(name)).chain(parents);
        json!({
            "language": "sql",
            "refs": refs.collect::<Vec<_>>(),
            "sources": sources.collect::<Vec<_>>(),
            "depends_on": { "macros": [], "nodes": parents.collect::<Vec<_>>() },
            "compiled": true,
            "compiled_code": code,
        })
    }

    /// What dbt's page begins with.
    fn overview(&self, config: &Config) -> Value {
        let described = config.described_layers.iter().map(String::as_str).chain(std::iter::repeat(""));
        let layers = config.layers.iter().zip(described).map(|(name, what)| format!("- **{name}** {what}\n"));
        let text = format!("# {}\n\nLayers, the lowest first:\n\n{}", self.project(), layers.collect::<String>());
        json!({
            "name": "__overview__",
            "resource_type": "doc",
            "package_name": "dbt",
            "path": "config.yaml",
            "original_file_path": "config.yaml",
            "unique_id": "doc.dbt.__overview__",
            "block_contents": text,
        })
    }

    fn model(&self, model: &ModelNode) -> Value {
        let columns = model.columns.iter().map(|column| {
            let data_type = column.data_type.map(|data_type| data_type.to_string());
            (column.name.clone(), column_node(&column.name, &column.description, data_type))
        });
        let schema = model.schema.as_deref().unwrap_or(self.project());
        let contract = json!({ "enforced": model.is_contract, "alias_types": true });
        let node = with(
            self.parsed("model", &model.name, &model.sql.file, schema),
            self.compiled(&model.sql, &model.compiled),
        );
        with(
            node,
            json!({
                "compiled_path": format!("{}/{}", self.folder, model.sql.file.path),
                "relation_name": format!("{}.{}", self.project(), model.name),
                "description": model.description,
                "columns": columns.collect::<Map<_, _>>(),
                "tags": model.tags,
                "meta": { "grain": model.grain, "sort_by": model.sort_by },
                "patch_path": model.properties_file.as_ref().map(|file| format!("{}://{}", self.project(), file.path)),
                "contract": contract,
                "config": {
                    "enabled": true,
                    "materialized": model.materialization.name(),
                    "schema": model.schema,
                    "tags": model.tags,
                    "meta": { "grain": model.grain, "sort_by": model.sort_by },
                    "contract": contract,
                },
            }),
        )
    }

    fn seed(&self, seed: &Seed, properties: &ModelProperties) -> Value {
        with(
            self.parsed("seed", &seed.name, &seed.file, self.project()),
            json!({
                "relation_name": format!("{}.{}", self.project(), seed.name),
                "description": properties.description,
                "columns": seed_columns(seed, properties),
                "depends_on": { "macros": [] },
                // dbt keeps no text of a seed here, and what a database had is not for files that are passed on.
                "raw_code": "",
                "config": { "enabled": true, "materialized": "seed" },
            }),
        )
    }

    fn test(&self, test: &DataTest) -> Value {
        let severity = if test.severity == Severity::Warn { "warn" } else { "error" };
        let node = self.parsed("test", &test.name, &test.sql.file, self.project());
        let node = with(node, self.compiled(&test.sql, &test.sql.text));
        let node = with(node, json!({ "config": { "severity": severity, "tags": test.tags }, "tags": test.tags }));
        let Some((generic, model)) = test.generic.as_ref().zip(test.model.as_ref()) else { return node };
        let mut arguments = generic.arguments.clone();
        arguments.insert("model".to_owned(), format!("{{{{ ref('{model}') }}}}").into());
        with(
            node,
            json!({
                "raw_code": "",
                "column_name": generic.column,
                "attached_node": self.relation_id(model),
                "test_metadata": { "name": generic.test, "kwargs": arguments, "namespace": null },
            }),
        )
    }

    fn question(&self, question: &Question) -> Value {
        let file = &question.sql.file;
        // Questions of two folders may have one name.
        let name = file.path.trim_end_matches(".sql").split('/').skip(1).collect::<Vec<_>>().join("_");
        let node = self.parsed("analysis", &name, file, self.project());
        let node = with(node, self.compiled(&question.sql, &question.sql.text));
        with(node, json!({ "description": question.title, "config": { "enabled": true, "materialized": "view" } }))
    }

    fn source(&self, source: &Source) -> Value {
        let table = &source.table;
        let columns = table.columns.iter().map(|column| (column.name.clone(), declared(column)));
        let node = self.resource("source", &table.name, &source.file.path);
        with(
            node,
            json!({
                "unique_id": self.id("source", &format!("{}.{}", source.source, table.name)),
                "fqn": [self.project(), source.source, table.name],
                "database": self.project(),
                "schema": source.source,
                "source_name": source.source,
                "source_description": "",
                "loader": "",
                "identifier": table.name,
                "relation_name": format!("{}.{}", source.source, table.name),
                "description": table.description,
                "columns": columns.collect::<Map<_, _>>(),
                "config": { "enabled": true },
            }),
        )
    }

    fn unit(&self, unit: &UnitTestNode) -> Value {
        let test = &unit.test;
        let rows = |rows: &[GivenRow]| rows.iter().map(|row| row.cells.clone()).collect::<Vec<_>>();
        let given = test.given.iter().map(|given| {
            json!({ "input": given.input, "rows": given.rows.as_deref().map(rows), "format": "dict", "fixture": null })
        });
        let node = self.resource("unit_test", &test.name, &unit.file.path);
        with(
            node,
            json!({
                "model": test.model,
                "description": test.description,
                "given": given.collect::<Vec<_>>(),
                "expect": { "rows": rows(&test.expect), "format": "dict", "fixture": null },
                "overrides": { "macros": {}, "vars": test.vars, "env_vars": {} },
                "depends_on": { "macros": [], "nodes": [self.relation_id(&test.model)] },
                "config": { "tags": [], "meta": {}, "enabled": true },
                "schema": self.project(),
            }),
        )
    }

    fn macros(&self, file: &TextFile) -> Vec<Value> {
        let macros = compile::macros(file).into_iter().map(|(name, text)| {
            let mut node = self.resource("macro", &name, &file.path);
            if let Some(node) = node.as_object_mut() {
                node.remove("fqn");
            }
            with(node, json!({ "macro_sql": text, "depends_on": { "macros": [] }, "description": "" }))
        });
        macros.collect()
    }
}

fn seed_columns(seed: &Seed, properties: &ModelProperties) -> Map<String, Value> {
    let columns = seed.described(properties).into_iter();
    columns
        .map(|(name, known)| (name.to_owned(), known.map_or_else(|| column_node(name, "", None), declared)))
        .collect()
}

fn declared(column: &ColumnProperties) -> Value {
    column_node(&column.name, &column.description, column.data_type.clone())
}

fn column_node(name: &str, description: &str, data_type: Option<String>) -> Value {
    json!({ "name": name, "description": description, "data_type": data_type })
}
