//! `manifest.json`: the graph, in dbt's shape as far as it applies.

use serde_json::{Map, Value, json};

use crate::compile::{Compiled, ModelNode, Severity};
use crate::pipeline::Workspace;

/// The manifest of a compiled project.
pub fn manifest(workspace: &Workspace, compiled: &Compiled) -> Value {
    let project = &compiled.schema;
    let id = |kind: &str, name: &str| format!("{kind}.{project}.{name}");
    let is_seed = |name: &str| workspace.project.seeds.contains_key(name);
    let parent = |name: &String| id(if is_seed(name) { "seed" } else { "model" }, name);
    let mut nodes = Map::new();
    let mut parents: Map<String, Value> = Map::new();
    let mut record = |key: String, mut node: Value, depends: Vec<String>| {
        node["unique_id"] = json!(key);
        node["depends_on"] = json!({ "nodes": depends });
        parents.insert(key.clone(), json!(depends));
        nodes.insert(key, node);
    };
    for name in workspace.project.seeds.keys() {
        record(id("seed", name), json!({ "name": name, "resource_type": "seed" }), Vec::new());
    }
    for model in compiled.order.iter().filter_map(|name| compiled.models.get(name)) {
        let mut depends: Vec<String> = model.sql.refs.iter().map(parent).collect();
        depends.extend(model.sql.sources.iter().map(|(s, t)| format!("source.{project}.{s}.{t}")));
        record(id("model", &model.name), model_node(model, project), depends);
    }
    for test in &compiled.data_tests {
        let node = json!({
            "name": test.name,
            "resource_type": "test",
            "original_file_path": test.sql.file.path,
            "attached_node": test.model.as_ref().map(parent),
            "config": { "severity": if test.severity == Severity::Warn { "warn" } else { "error" }, "tags": test.tags },
            "compiled_code": test.sql.text,
        });
        record(id("test", &test.name), node, test.sql.refs.iter().map(parent).collect());
    }
    let children = children(&parents);
    json!({
        "metadata": {
            "dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v12.json",
            "project_name": project,
            "invocation_id": workspace.job.run_id,
            "generated_by": concat!("apportion ", env!("CARGO_PKG_VERSION")),
        },
        "nodes": nodes,
        "sources": sources(workspace, project),
        "unit_tests": unit_tests(compiled),
        "parent_map": parents,
        "child_map": children,
    })
}

fn unit_tests(compiled: &Compiled) -> Map<String, Value> {
    let units = compiled.unit_tests.iter().map(|unit| {
        let node = json!({
            "name": unit.test.name,
            "resource_type": "unit_test",
            "original_file_path": unit.file.path,
            "model": unit.test.model,
            "description": unit.test.description,
        });
        (format!("unit_test.{}.{}", compiled.schema, unit.test.name), node)
    });
    units.collect()
}

fn sources(workspace: &Workspace, project: &str) -> Map<String, Value> {
    let sources = workspace.project.sources.values().map(|source| {
        let columns: Vec<&str> = source.table.columns.iter().map(|column| column.name.as_str()).collect();
        let node = json!({
            "source_name": source.source,
            "name": source.table.name,
            "resource_type": "source",
            "original_file_path": source.file.path,
            "description": source.table.description,
            "columns": columns,
        });
        (format!("source.{project}.{}.{}", source.source, source.table.name), node)
    });
    sources.collect()
}

fn children(parents: &Map<String, Value>) -> Map<String, Value> {
    let mut children: Map<String, Value> = parents.keys().map(|key| (key.clone(), json!([]))).collect();
    for (child, depends) in parents {
        for parent in depends.as_array().into_iter().flatten().filter_map(Value::as_str) {
            let known = children.entry(parent).or_insert_with(|| json!([]));
            if let Some(list) = known.as_array_mut() {
                list.push(json!(child));
            }
        }
    }
    children
}

fn model_node(model: &ModelNode, project: &str) -> Value {
    let columns: Map<String, Value> = model
        .columns
        .iter()
        .map(|column| {
            let data_type = column.data_type.map(|data_type| data_type.to_string());
            (column.name.clone(), json!({ "name": column.name, "data_type": data_type }))
        })
        .collect();
    json!({
        "name": model.name,
        "resource_type": "model",
        "original_file_path": model.sql.file.path,
        "compiled_path": format!("{}/{}", crate::pipeline::COMPILED, model.sql.file.path),
        "relation_name": format!("{project}.{}", model.name),
        "description": model.description,
        "columns": columns,
        "config": {
            "materialized": model.materialization.name(),
            "schema": model.schema,
            "tags": model.tags,
            "meta": { "grain": model.grain, "sort_by": model.sort_by },
            "contract": { "enforced": model.is_contract },
        },
    })
}
