//! The page of a project: what is said of each of its parts.

use serde::Serialize;

use super::lineage::{Graph, Kind, Lineage, lineage};
use super::template::{PAGE, Templates};
use crate::common::error::Result;

/// All that the page says. Fields of HTML are named so; all else is text.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Page {
    /// The project's name.
    pub project: String,
    /// The program with its version.
    pub generator: String,
    /// The billing period that SQL is compiled for.
    pub period: String,
    /// Whether that is an example, as nothing is published.
    pub is_example: bool,
    /// The last run, if it is known.
    pub run: Option<LastRun>,
    /// Models by layer, the lowest first.
    pub layers: Vec<LayerView>,
    /// Tables of the report.
    pub sources: Vec<SourceView>,
    /// Lookup tables.
    pub seeds: Vec<SeedView>,
    /// Settings, in the order of `config.yaml`.
    pub settings: Vec<SettingView>,
    /// Tests that belong to no model.
    pub tests: Vec<TestView>,
    /// Questions, by folder.
    pub questions: Vec<QuestionsView>,
}

/// The last run.
#[derive(Debug, Clone, Serialize)]
pub struct LastRun {
    /// Its name.
    pub run_id: String,
    /// What was typed: `build`.
    pub command: String,
    /// The billing periods.
    pub periods: Vec<String>,
    /// How long it took.
    pub seconds: f64,
}

/// A layer of models.
#[derive(Debug, Clone, Serialize)]
pub struct LayerView {
    /// Its name.
    pub name: String,
    /// What it does.
    pub description: String,
    /// Its models, parents first.
    pub models: Vec<ModelView>,
}

/// A part of the page by its name.
#[derive(Debug, Clone, Serialize)]
pub struct Link {
    /// The name.
    pub name: String,
    /// What it is.
    pub kind: Kind,
}

/// How a step of the last run ended.
#[derive(Debug, Clone, Serialize)]
pub struct Verdict {
    /// In a word: `success`, `pass`, `warn`, `fail`, `error`, `skipped`.
    pub status: String,
    /// How long it took.
    pub seconds: f64,
    /// How many rows were written.
    pub rows: u64,
}

/// A model.
#[derive(Debug, Clone, Serialize)]
pub struct ModelView {
    /// Its name.
    pub name: String,
    /// Its SQL file.
    pub path: String,
    /// What it holds.
    pub description: String,
    /// `table`, `view` or `ephemeral`.
    pub materialized: &'static str,
    /// Whether readers are given it.
    pub is_result: bool,
    /// Columns that together are unique.
    pub grain: Vec<String>,
    /// Columns that files are sorted by.
    pub sort_by: Vec<String>,
    /// Words to select by.
    pub tags: Vec<String>,
    /// Its columns, in the order of the contract.
    pub columns: Vec<ColumnView>,
    /// Tests of the model.
    pub tests: Vec<Attached>,
    /// Unit tests.
    pub unit_tests: Vec<Attached>,
    /// Settings it reads.
    pub settings: Vec<String>,
    /// What it reads.
    pub reads: Vec<Link>,
    /// The models that read it.
    pub read_by: Vec<Link>,
    /// Tests and questions that read it, by their paths.
    pub asked_by: Vec<String>,
    /// Its SQL as written.
    pub written_html: String,
    /// Its SQL as compiled.
    pub compiled_html: String,
    /// The last run of it.
    pub last: Option<Verdict>,
}

/// A column.
#[derive(Debug, Clone, Serialize)]
pub struct ColumnView {
    /// Its name.
    pub name: String,
    /// Its type, if it is declared.
    pub data_type: String,
    /// What it holds.
    pub description: String,
    /// What is tested of it.
    pub tests: Vec<String>,
}

/// A test of a model.
#[derive(Debug, Clone, Serialize)]
pub struct Attached {
    /// Its name.
    pub name: String,
    /// What it is about.
    pub description: String,
    /// How it ended.
    pub last: Option<Verdict>,
}

/// A table of a source.
#[derive(Debug, Clone, Serialize)]
pub struct SourceView {
    /// Its name: `cur.line_items`.
    pub name: String,
    /// What it holds.
    pub description: String,
    /// Its columns.
    pub columns: Vec<ColumnView>,
    /// The models that read it.
    pub read_by: Vec<Link>,
}

/// A lookup table.
#[derive(Debug, Clone, Serialize)]
pub struct SeedView {
    /// Its name.
    pub name: String,
    /// Its file.
    pub path: String,
    /// What it holds.
    pub description: String,
    /// Its columns.
    pub columns: Vec<ColumnView>,
    /// How many rows it has, if it is a file.
    pub rows: Option<usize>,
    /// Where rows come from, each with how many.
    pub origins: Vec<(String, usize)>,
    /// The models that read it.
    pub read_by: Vec<Link>,
}

/// A setting.
#[derive(Debug, Clone, Serialize)]
pub struct SettingView {
    /// Its name, as `sharing.mode`.
    pub name: String,
    /// Its value; a heading over settings has none.
    pub value: Option<String>,
    /// What it decides.
    pub description: String,
    /// What it may be.
    pub choices: String,
    /// The models that read it.
    pub read_by: Vec<Link>,
}

/// A test that belongs to no model.
#[derive(Debug, Clone, Serialize)]
pub struct TestView {
    /// Its name.
    pub name: String,
    /// Its file.
    pub path: String,
    /// What it is about.
    pub description: String,
    /// What it reads.
    pub reads: Vec<Link>,
    /// How it ended.
    pub last: Option<Verdict>,
}

/// The questions of a folder.
#[derive(Debug, Clone, Serialize)]
pub struct QuestionsView {
    /// The folder.
    pub folder: String,
    /// What asks them, as a sentence without its stop.
    pub asked_by: &'static str,
    /// Each with its heading and its path.
    pub questions: Vec<(String, String)>,
}

/// A model, a seed or a source with its picture.
#[derive(Debug, Serialize)]
struct Drawn<'a> {
    #[serde(flatten)]
    page: &'a Page,
    /// Pictures by name.
    lineages: std::collections::BTreeMap<&'a str, Lineage>,
}

/// The page as one file of HTML, with the pictures that `graph` gives.
///
/// # Errors
/// What is wrong with the template, with its place.
pub fn page(templates: &Templates, page: &Page, graph: &Graph) -> Result<String> {
    let models = page.layers.iter().flat_map(|layer| &layer.models).map(|model| model.name.as_str());
    let lineages = models.map(|name| (name, lineage(graph, name))).collect();
    templates.render(PAGE, &Drawn { page, lineages })
}
