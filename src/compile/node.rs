//! What compiling yields: SQL with what it reads and how it is to be kept.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::origin::{Origin, line_and_column, offset};
use super::shape::Shape;
use super::tokens;
use crate::common::data_type::DataType;
use crate::common::error::{Error, Place, Result};
use crate::common::query_text::{Head, QueryText};
use crate::common::settings::Settings;
use crate::project::yaml::Node;
use crate::project::{GivenRow, Span, TextFile, UnitTest};

/// How a model's rows are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Materialization {
    /// Written as Parquet, a partition a billing period.
    Table,
    /// Not kept: its SQL is put into whoever reads it.
    View,
    /// As `View`, and written into the compiled SQL of its readers.
    Ephemeral,
}

impl Materialization {
    /// The word in `config(materialized=...)`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::View => "view",
            Self::Ephemeral => "ephemeral",
        }
    }

    /// Reads the word.
    ///
    /// # Errors
    /// When it is another.
    pub(super) fn read(word: &str) -> Result<Self> {
        let all = [Self::Table, Self::View, Self::Ephemeral];
        all.into_iter().find(|m| m.name() == word).ok_or_else(|| {
            Error::user(format!("`{word}` is not a materialization"))
                .did_you_mean(word, all.map(Self::name))
                .hint("materializations: table, view, ephemeral")
        })
    }
}

/// Rendered SQL with the file it came from and what it reads.
#[derive(Debug, Clone, Default)]
pub struct Sql {
    /// The analyst's file.
    pub file: TextFile,
    /// The SQL after Jinja.
    pub text: String,
    /// What in `file` the text was made from.
    pub(super) origin: Origin,
    /// What stands where in the text.
    pub(super) shape: Shape,
    /// Models and seeds it reads.
    pub refs: BTreeSet<String>,
    /// Source tables it reads.
    pub sources: BTreeSet<(String, String)>,
    /// Settings it reads, as `sharing.mode`; of a mapping that it reads whole, its name.
    pub settings: BTreeSet<String>,
    /// The same in the dialect of the engine that runs it, if that is not the planner's.
    pub(super) sent: Option<QueryText>,
}

impl Sql {
    /// The analyst's line and column for a line and column of the compiled text.
    pub fn place(&self, line: usize, column: usize) -> Place {
        let at = offset(&self.text, line, column).and_then(|at| self.origin.of(at));
        at.map_or_else(|| Place::file(&self.file.path), |at| self.place_in_file(at))
    }

    /// The text for the engine that runs it, with the relations that it reads apart.
    pub fn query_text(&self) -> QueryText {
        self.sent.clone().unwrap_or_else(|| self.pieces())
    }

    fn pieces(&self) -> QueryText {
        let of = |(line, column)| offset(&self.text, line, column);
        let (at, head) = match self.shape.after_with {
            Some(after) => (of(after).unwrap_or_default(), Head::With),
            None => (self.shape.start.and_then(of).unwrap_or_default(), Head::Select),
        };
        let mut query = QueryText::default().text(&self.text[..at]).head(head);
        let mut done = at;
        for table in &self.shape.tables {
            if let (Some(start), Some(end)) = (of(table.start), of(table.end))
                && start >= done
            {
                query = query.text(&self.text[done..start]).relation(&table.name, table.naming);
                done = end;
            }
        }
        query.text(&self.text[done..])
    }

    /// The place of a model or seed, `schema.name`, or of a source table where it is first read.
    pub fn place_of_table(&self, name: &str) -> Place {
        match self.shape.tables.iter().find(|table| table.name == name) {
            Some(table) => self.place(table.start.0, table.start.1),
            None => Place::file(&self.file.path),
        }
    }

    /// The place of the result's column `name`.
    pub fn place_of_column(&self, name: &str) -> Place {
        match self.shape.columns.get(name) {
            Some((line, column)) => self.place(*line, *column),
            None => Place::file(&self.file.path),
        }
    }

    /// The place of the text `word` in a call of `function`.
    pub(super) fn place_of_argument(&self, function: &str, word: &str) -> Place {
        match tokens::argument(&self.file.text, function, word) {
            Some(at) => self.place_in_file(at),
            None => Place::file(&self.file.path),
        }
    }

    fn place_in_file(&self, at: usize) -> Place {
        let (line, column) = line_and_column(&self.file.text, at);
        self.file.place_at(line, column)
    }
}

/// What is declared of a column.
#[derive(Debug, Clone)]
pub struct Column {
    /// The name.
    pub name: String,
    /// Where it is declared.
    pub at: Span,
    /// The type, if declared.
    pub data_type: Option<DataType>,
    /// What it holds, in one line.
    pub description: String,
}

/// A compiled model.
#[derive(Debug, Clone)]
pub struct ModelNode {
    /// The model's name.
    pub name: String,
    /// The folder below `models/`.
    pub layer: String,
    /// Its SQL.
    pub sql: Sql,
    /// Its SQL with the ephemeral models it reads written in.
    pub compiled: String,
    /// How it is kept.
    pub materialization: Materialization,
    /// The folder of the output it is written to, if not the top.
    pub schema: Option<String>,
    /// Words to select by.
    pub tags: Vec<String>,
    /// Columns that together are unique.
    pub grain: Vec<String>,
    /// Columns that the written file is sorted by.
    pub sort_by: Vec<String>,
    /// What its table was called in earlier months.
    pub formerly: Vec<String>,
    /// The declared columns, and the dimensions if `meta: dimensions: true`.
    pub columns: Vec<Column>,
    /// Whether it may give no other column (`contract: { enforced: true }`, or with dimensions, which dbt does not know).
    pub is_contract: bool,
    /// What it holds.
    pub description: String,
    /// The YAML file that declares it.
    pub properties_file: Option<TextFile>,
    /// What stands there of it.
    pub properties: Option<Node>,
}

impl ModelNode {
    /// What its table is called, and what it was called in earlier months.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.name).chain(&self.formerly).map(String::as_str)
    }

    /// The place of a declared `column`.
    pub fn place_of_column(&self, column: &Column) -> Place {
        let file = self.properties_file.as_ref();
        file.map_or_else(|| Place::file(&self.sql.file.path), |file| file.place(column.at))
    }

    /// The place of `name` under the `key` of `meta:`, in SQL or in YAML.
    pub fn place_of_meta(&self, key: &str, name: &str) -> Place {
        let in_sql = self.sql.place_of_argument("config", name);
        let (Some(file), Some(node)) = (&self.properties_file, &self.properties) else { return in_sql };
        let meta = node.child("meta").or_else(|| node.child("config")?.child("meta"));
        match meta.and_then(|meta| meta.child(key)) {
            Some(names) if in_sql.line == 0 => file.place(names.place_of(name)),
            _ => in_sql,
        }
    }
}

/// What a failed data test means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// The run has failed.
    Error,
    /// It is only said.
    Warn,
}

/// A data test: a select of the rows that are wrong.
#[derive(Debug, Clone)]
pub struct DataTest {
    /// The test's name.
    pub name: String,
    /// Its SQL; the file is the YAML for a generic test.
    pub sql: Sql,
    /// What a failure means.
    pub severity: Severity,
    /// The model it is attached to, if generic.
    pub model: Option<String>,
    /// What it is a use of, if generic.
    pub generic: Option<GenericTest>,
    /// Words to select by.
    pub tags: Vec<String>,
}

/// A generic test as it is used.
#[derive(Debug, Clone)]
pub struct GenericTest {
    /// The test's name: `not_null`.
    pub test: String,
    /// The column that it is of.
    pub column: Option<String>,
    /// Its arguments.
    pub arguments: Settings,
}

/// A unit test with its model's SQL rendered under the test's settings.
#[derive(Debug, Clone)]
pub struct UnitTestNode {
    /// The test as written.
    pub test: UnitTest,
    /// The YAML file.
    pub file: TextFile,
    /// The model's SQL.
    pub sql: Sql,
    /// The inputs' names in SQL and their rows; none are a seed's own.
    pub given: BTreeMap<String, Option<Vec<GivenRow>>>,
}

/// A question of those who look at tables: of the summary, for an event, of what statements tell, and so on.
#[derive(Debug, Clone)]
pub struct Question {
    /// The file's path below its folder, without its ending.
    pub name: String,
    /// The heading.
    pub title: String,
    /// Its SQL.
    pub sql: Sql,
}

/// The compiled project, for one billing period.
#[derive(Debug, Clone, Default)]
pub struct Compiled {
    /// The schema of models in SQL: the project's name.
    pub schema: String,
    /// Models by name.
    pub models: BTreeMap<String, ModelNode>,
    /// Names of models, parents first.
    pub order: Vec<String>,
    /// Names and files of seeds, by name.
    pub seeds: BTreeMap<String, String>,
    /// Data tests, by name.
    pub data_tests: Vec<DataTest>,
    /// Unit tests.
    pub unit_tests: Vec<UnitTestNode>,
    /// The questions of the summary.
    pub summary: Vec<Question>,
    /// The questions whose answers are counts in the event of a publication.
    pub counts: Vec<Question>,
    /// The questions of what statements tell.
    pub statements: Vec<Question>,
    /// The questions of in what a planned run differs from what is published.
    pub plan: Vec<Question>,
    /// The questions that explain a figure.
    pub explanations: Vec<Question>,
    /// Words of `log()` with `info=true`.
    pub logs: Vec<String>,
    /// The same in the dialect of the engine that runs it, if that is not the planner's.
    pub(super) sent: Option<Arc<Compiled>>,
}

impl Compiled {
    /// This project, run as what `sent` is: the same, compiled for the engine that runs it.
    ///
    /// # Errors
    /// When a query reads other relations there.
    pub fn run_as(mut self, sent: Self) -> Result<Self> {
        let models = self.models.values_mut().map(|model| &mut model.sql).zip(sent.models.values().map(|m| &m.sql));
        let tests = self.data_tests.iter_mut().map(|test| &mut test.sql);
        let tests = tests.zip(sent.data_tests.iter().map(|test| &test.sql));
        let questions = self.summary.iter_mut().chain(&mut self.counts).chain(&mut self.plan);
        let twins = sent.summary.iter().chain(&sent.counts).chain(&sent.plan);
        let questions = questions.map(|question| &mut question.sql).zip(twins.map(|question| &question.sql));
        for (own, twin) in models.chain(tests).chain(questions) {
            if (&own.refs, &own.sources) != (&twin.refs, &twin.sources) {
                return Err(Error::user(format!("`{}` reads other tables in another dialect", own.file.path))
                    .at(Place::file(&own.file.path))
                    .hint("have it read the same whatever `target.type` is, so that apportion knows the order"));
            }
            own.sent = Some(twin.pieces());
        }
        self.sent = Some(Arc::new(sent));
        Ok(self)
    }

    /// The project as the engine that runs it is given it.
    pub fn as_sent(&self) -> &Self {
        self.sent.as_deref().unwrap_or(self)
    }

    /// The model called `name`.
    ///
    /// # Errors
    /// When there is none.
    pub fn model(&self, name: &str) -> Result<&ModelNode> {
        self.models.get(name).ok_or_else(|| {
            Error::user(format!("there is no model `{name}`"))
                .did_you_mean(name, self.models.keys().map(String::as_str))
        })
    }

    /// The models and seeds that `name` reads, directly or not.
    pub fn ancestors(&self, name: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut open: Vec<&str> = vec![name];
        while let Some(next) = open.pop() {
            let Some(model) = self.models.get(next) else { continue };
            for parent in &model.sql.refs {
                if found.insert(parent.clone()) {
                    open.push(parent);
                }
            }
        }
        found
    }

    /// The models that read `name`, directly or not.
    pub fn descendants(&self, name: &str) -> BTreeSet<String> {
        let mut found: BTreeSet<String> = BTreeSet::from([name.to_owned()]);
        for model in &self.order {
            if let Some(node) = self.models.get(model)
                && node.sql.refs.iter().any(|parent| found.contains(parent))
            {
                found.insert(model.clone());
            }
        }
        found.remove(name);
        found
    }
}
