//! What of a project decides its tables and whether they are tested: a hash of what it compiles to.

use serde_json::{Value, json};

use super::node::{Compiled, DataTest, ModelNode, Severity, UnitTestNode};
use crate::project::{ColumnProperties, GivenRow, Hash, Project};

/// Kinds of parts.
pub(super) const MODEL: &str = "model";
pub(super) const SEED: &str = "seed";
pub(super) const SOURCE: &str = "source";

/// A hash of the models, tests and seeds of `project`, as they are compiled for the engine that runs them. Descriptions, comments in YAML and whatever else leaves
/// no trace in them are not part of it; an environment variable that SQL is made with is.
pub fn hash(project: &Project, compiled: &Compiled) -> String {
    let mut hash = Hash::default();
    for (kind, name, facts) in facts(project, compiled.as_sent()) {
        hash.add(&format!("{kind} {name}"), facts.to_string());
    }
    hash.digits()
}

/// What [`hash`] is of, part by part: the kind, the name, and all that decides.
pub(super) fn facts(project: &Project, compiled: &Compiled) -> Vec<(&'static str, String, Value)> {
    let models = compiled.order.iter().filter_map(|name| compiled.models.get(name));
    let models = models.map(|model| (MODEL, model.name.clone(), model_facts(model)));
    let seeds = project.seeds.iter().map(|(name, (seed, properties))| {
        let types = properties.config.get("column_types");
        let mut rows: Vec<&Vec<String>> = seed.rows.iter().map(|(_, row)| row).collect();
        rows.sort();
        (SEED, name.clone(), json!([seed.header, rows, columns(&properties.columns), types]))
    });
    let sources = project.sources.values().map(|source| {
        let name = format!("{}.{}", source.source, source.table.name);
        (SOURCE, name, columns(&source.table.columns))
    });
    let tests = compiled.data_tests.iter().map(|test| ("test", test.name.clone(), test_facts(test)));
    let units = compiled.unit_tests.iter().map(|unit| ("unit test", unit.test.name.clone(), unit_facts(unit)));
    models.chain(seeds).chain(sources).chain(tests).chain(units).collect()
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
