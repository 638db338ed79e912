//! What names and settings mean to the templates of a project.

use std::collections::BTreeSet;

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
}

impl TemplateContext {
    /// The name of a model or seed in SQL.
    pub(super) fn relation(&self, name: &str) -> String {
        format!("{}.{name}", self.schema)
    }
}
