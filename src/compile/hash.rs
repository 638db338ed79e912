//! What of a project decides its tables and whether they are tested: a hash of what it compiles to.

use serde_json::{Value, json};

use super::node::{Compiled, DataTest, ModelNode, Severity, UnitTestNode};
use crate::project::{ColumnProperties, GivenRow, Hash, Project};

/// A hash of the models, tests and seeds of `project`, as they are compiled for the engine that runs them. Descriptions, comments in YAML and whatever else leaves
/// no trace in them are not part of it; an environment variable that SQL is made with is.
pub fn hash(project: &Project, compiled: &Compiled) -> String {
    let (mut hash, compiled) = (Hash::default(), compiled.as_sent());
    for model in compiled.order.iter().filter_map(|name| compiled.models.get(name)) {
        hash.add(&format!("model {}", model.name), model_facts(model).to_string());
    }
    for (name, (seed, properties)) in &project.seeds {
        let types = properties.config.get("column_types");
        let mut rows: Vec<&Vec<String>> = seed.rows.iter().map(|(_, row)| row).collect();
        rows.sort();
        let facts = json!([seed.header, rows, columns(&properties.columns), types]);
        hash.add(&format!("seed {name}"), facts.to_string());
    }
    for source in project.sources.values() {
        let name = format!("source {}.{}", source.source, source.table.name);
        hash.add(&name, columns(&source.table.columns).to_string());
    }
    for test in &compiled.data_tests {
        hash.add(&format!("test {}", test.name), test_facts(test).to_string());
    }
    for unit in &compiled.unit_tests {
        hash.add(&format!("unit test {}", unit.test.name), unit_facts(unit).to_string());
    }
    hash.digits()
}

fn model_facts(model: &ModelNode) -> Value {
    let columns: Vec<Value> = model
        .columns
        .iter()
        .map(|column| json!([column.name, column.data_type.map(|kind| kind.to_string())]))
        .collect();
    json!([
        model.compiled,
        model.materialization.name(),
        model.schema,
        model.grain,
        model.sort_by,
        columns,
        model.is_contract,
    ])
}

fn columns(columns: &[ColumnProperties]) -> Value {
    columns.iter().map(|column| json!([column.name, column.data_type, column.meta])).collect()
}

fn test_facts(test: &DataTest) -> Value {
    json!([test.sql.text, test.severity == Severity::Error])
}

fn unit_facts(unit: &UnitTestNode) -> Value {
    let given: Vec<Value> = unit.given.iter().map(|(name, rows)| json!([name, rows.as_deref().map(cells)])).collect();
    json!([unit.sql.text, given, cells(&unit.test.expect)])
}

fn cells(rows: &[GivenRow]) -> Value {
    rows.iter().map(|row| Value::Object(row.cells.clone())).collect()
}

#[cfg(test)]
mod tests;
