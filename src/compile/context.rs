//! What names and settings mean to the templates of a project.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use crate::common::data_type::DataType;
use crate::common::dialect::Dialect;
use crate::common::settings::Settings;

/// What names and settings mean in every template.
#[derive(Debug, Clone, Default)]
pub struct TemplateContext {
    /// The target's name.
    pub target: String,
    /// The dialect to compile for.
    pub dialect: Dialect,
    /// The schema of models in SQL.
    pub schema: String,
    /// Models and seeds.
    pub models: BTreeSet<String>,
    /// Source tables.
    pub sources: BTreeSet<(String, String)>,
    /// `vars:`, with `billing_period`.
    pub vars: Settings,
    /// The tables that readers are given, once all models are compiled.
    pub results: Arc<OnceLock<Vec<ResultTable>>>,
    /// What is to be explained, by the names of [`PARAMETERS`].
    pub parameters: BTreeMap<String, String>,
}

/// The names under which questions that explain a figure are told which.
pub(super) const PARAMETERS: [&str; 9] =
    ["account", "service", "category", "pool", "line", "at", "commitment", "customer", "as_customer"];

/// A table that readers are given, by what YAML declares of it.
#[derive(Debug, Clone)]
pub struct ResultTable {
    /// Its name.
    pub name: String,
    /// The columns that together are unique; empty if none are.
    pub grain: Vec<String>,
    /// All columns, in their order, with their types, if they are declared.
    pub columns: Vec<(String, Option<DataType>)>,
}

impl TemplateContext {
    /// The name of a model or seed in SQL.
    pub(super) fn relation(&self, name: &str) -> String {
        format!("{}.{name}", self.schema)
    }
}
