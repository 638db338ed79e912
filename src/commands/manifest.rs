//! `manifest.json`: the graph, in dbt's shape as far as it applies.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::compile::{Compiled, DataTest, ModelNode, Severity, UnitTestNode};
use crate::planned_run::Workspace;
use crate::project::load::Source;

/// The manifest of a compiled project; what has an id is listed by it.
#[derive(Debug, Serialize)]
pub struct ProjectManifest<'a> {
    metadata: Metadata<'a>,
    nodes: BTreeMap<String, ManifestNode<'a>>,
    sources: BTreeMap<String, SourceNode<'a>>,
    unit_tests: BTreeMap<String, UnitNode<'a>>,
    parent_map: BTreeMap<String, Vec<String>>,
    child_map: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Serialize)]
struct Metadata<'a> {
    dbt_schema_version: &'static str,
    project_name: &'a str,
    invocation_id: &'a str,
    generated_by: &'static str,
}

/// A seed, a model or a data test.
#[derive(Debug, Serialize)]
struct ManifestNode<'a> {
    unique_id: String,
    name: &'a str,
    depends_on: Parents,
    #[serde(flatten)]
    kind: NodeKind<'a>,
}

#[derive(Debug, Serialize)]
struct Parents {
    nodes: Vec<String>,
}

#[derive(Debug, Serialize)]
#[serde(tag = "resource_type", rename_all = "lowercase")]
enum NodeKind<'a> {
    Seed {
        original_file_path: &'a str,
    },
    Model {
        original_file_path: &'a str,
        compiled_path: String,
        relation_name: String,
        description: &'a str,
        columns: BTreeMap<&'a str, ColumnNode<'a>>,
        config: ModelConfig<'a>,
    },
    Test {
        original_file_path: &'a str,
        attached_node: Option<String>,
        config: TestConfig<'a>,
        compiled_code: &'a str,
    },
}

#[derive(Debug, Serialize)]
struct ColumnNode<'a> {
    name: &'a str,
    data_type: Option<String>,
}

#[derive(Debug, Serialize)]
struct ModelConfig<'a> {
    materialized: &'static str,
    schema: Option<&'a str>,
    tags: &'a [String],
    meta: Meta<'a>,
    contract: Contract,
}

#[derive(Debug, Serialize)]
struct Meta<'a> {
    grain: &'a [String],
    sort_by: &'a [String],
}

#[derive(Debug, Serialize)]
struct Contract {
    enforced: bool,
}

#[derive(Debug, Serialize)]
struct TestConfig<'a> {
    severity: &'static str,
    tags: &'a [String],
}

#[derive(Debug, Serialize)]
struct SourceNode<'a> {
    source_name: &'a str,
    name: &'a str,
    resource_type: &'static str,
    original_file_path: &'a str,
    description: &'a str,
    columns: Vec<&'a str>,
}

#[derive(Debug, Serialize)]
struct UnitNode<'a> {
    name: &'a str,
    resource_type: &'static str,
    original_file_path: &'a str,
    model: &'a str,
    description: &'a str,
}

/// The manifest of what `workspace` was `compiled` to.
pub fn manifest<'a>(workspace: &'a Workspace, compiled: &'a Compiled) -> ProjectManifest<'a> {
    let project = &compiled.schema;
    let seeds = compiled.seeds.iter().map(|(name, file)| ManifestNode {
        unique_id: id("seed", project, name),
        name,
        depends_on: Parents { nodes: Vec::new() },
        kind: NodeKind::Seed { original_file_path: file },
    });
    let models = compiled.order.iter().filter_map(|name| compiled.models.get(name));
    let folder = workspace.artifacts.compiled();
    let models = models.map(|model| model_node(model, compiled, &folder));
    let tests = compiled.data_tests.iter().map(|test| test_node(test, compiled));
    let nodes: BTreeMap<_, _> = seeds.chain(models).chain(tests).map(|node| (node.unique_id.clone(), node)).collect();
    let parents: BTreeMap<_, _> = nodes.iter().map(|(id, node)| (id.clone(), node.depends_on.nodes.clone())).collect();
    ProjectManifest {
        metadata: Metadata {
            dbt_schema_version: "https://schemas.getdbt.com/dbt/manifest/v12.json",
            project_name: project,
            invocation_id: &workspace.job.run_id,
            generated_by: concat!("apportion ", env!("CARGO_PKG_VERSION")),
        },
        sources: workspace.project.sources.values().map(|source| source_node(source, project)).collect(),
        unit_tests: compiled.unit_tests.iter().map(|unit| unit_node(unit, project)).collect(),
        child_map: children(&parents),
        parent_map: parents,
        nodes,
    }
}

fn id(kind: &str, project: &str, name: &str) -> String {
    format!("{kind}.{project}.{name}")
}

/// The id of a model or seed.
fn relation_id(name: &str, compiled: &Compiled) -> String {
    let kind = if compiled.seeds.contains_key(name) { "seed" } else { "model" };
    id(kind, &compiled.schema, name)
}

fn children(parents: &BTreeMap<String, Vec<String>>) -> BTreeMap<String, Vec<String>> {
    let mut children: BTreeMap<_, Vec<_>> = parents.keys().map(|id| (id.clone(), Vec::new())).collect();
    for (child, depends) in parents {
        for parent in depends {
            children.entry(parent.clone()).or_default().push(child.clone());
        }
    }
    children
}

fn model_node<'a>(model: &'a ModelNode, compiled: &Compiled, folder: &str) -> ManifestNode<'a> {
    let project = &compiled.schema;
    let refs = model.sql.refs.iter().map(|name| relation_id(name, compiled));
    let sources = model.sql.sources.iter().map(|(source, table)| format!("source.{project}.{source}.{table}"));
    let columns = model.columns.iter().map(|column| {
        let data_type = column.data_type.map(|data_type| data_type.to_string());
        (column.name.as_str(), ColumnNode { name: &column.name, data_type })
    });
    ManifestNode {
        unique_id: id("model", project, &model.name),
        name: &model.name,
        depends_on: Parents { nodes: refs.chain(sources).collect() },
        kind: NodeKind::Model {
            original_file_path: &model.sql.file.path,
            compiled_path: format!("{folder}/{}", model.sql.file.path),
            relation_name: format!("{project}.{}", model.name),
            description: &model.description,
            columns: columns.collect(),
            config: ModelConfig {
                materialized: model.materialization.name(),
                schema: model.schema.as_deref(),
                tags: &model.tags,
                meta: Meta { grain: &model.grain, sort_by: &model.sort_by },
                contract: Contract { enforced: model.is_contract },
            },
        },
    }
}

fn test_node<'a>(test: &'a DataTest, compiled: &Compiled) -> ManifestNode<'a> {
    ManifestNode {
        unique_id: id("test", &compiled.schema, &test.name),
        name: &test.name,
        depends_on: Parents { nodes: test.sql.refs.iter().map(|name| relation_id(name, compiled)).collect() },
        kind: NodeKind::Test {
            original_file_path: &test.sql.file.path,
            attached_node: test.model.as_ref().map(|name| relation_id(name, compiled)),
            config: TestConfig {
                severity: if test.severity == Severity::Warn { "warn" } else { "error" },
                tags: &test.tags,
            },
            compiled_code: &test.sql.text,
        },
    }
}

fn source_node<'a>(source: &'a Source, project: &str) -> (String, SourceNode<'a>) {
    let table = &source.table;
    let node = SourceNode {
        source_name: &source.source,
        name: &table.name,
        resource_type: "source",
        original_file_path: &source.file.path,
        description: &table.description,
        columns: table.columns.iter().map(|column| column.name.as_str()).collect(),
    };
    (format!("source.{project}.{}.{}", source.source, table.name), node)
}

fn unit_node<'a>(unit: &'a UnitTestNode, project: &str) -> (String, UnitNode<'a>) {
    let node = UnitNode {
        name: &unit.test.name,
        resource_type: "unit_test",
        original_file_path: &unit.file.path,
        model: &unit.test.model,
        description: &unit.test.description,
    };
    (id("unit_test", project, &unit.test.name), node)
}
