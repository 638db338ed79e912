//! The whole project: every file read once, every name unique, all load errors reported together.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::config::Config;
use super::files::{self, TextFile};
use super::properties::{ModelProperties, PropertiesFile, SourceProperties, SourceTable, TestProperties, UnitTest};
use super::seeds::Seed;
use super::yaml::Span;
use crate::common::error::{Error, Place, Result};
use crate::common::parallel;

/// Folders of a project, the same that `dbt_project.yml` names.
pub mod folders {
    /// Models, by layer.
    pub(super) const MODELS: &str = "models";
    /// Macros that every file may call.
    pub(super) const MACROS: &str = "sql/macros";
    /// Data tests, generic and singular.
    pub(super) const TESTS: &str = "sql/tests";
    /// Generic tests, which are macros.
    pub(super) const GENERIC_TESTS: &str = "sql/tests/generic";
    /// Questions whose answers end a run.
    pub const SUMMARY: &str = "sql/summary";
    /// What is counted for the event of a publication.
    pub const EVENTS: &str = "sql/events";
    /// What statements tell.
    pub const STATEMENTS: &str = "sql/statements";
    /// In what a planned run differs from what is published.
    pub const PLAN: &str = "sql/plan";
    /// What explains a figure, by what is to be explained.
    pub const EXPLAIN: &str = "sql/explain";
    /// Lookup tables.
    pub(super) const SEEDS: &str = "data/seeds";
    /// What holds all of them.
    pub(super) const ALL: [&str; 3] = [MODELS, SEEDS, "sql"];
}

/// What a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Role {
    Model,
    Seed,
    Properties,
    Macros,
    Test,
    Question,
    Count,
    Statement,
    Plan,
    Explanation,
}

impl Role {
    /// The role of the file at `path` below the project folder, by its folder and ending; most have none.
    fn of(path: &str) -> Option<Self> {
        let (stem, extension) = path.rsplit_once('.')?;
        match extension {
            "yml" | "yaml" => Some(Self::Properties),
            "csv" if is_in(stem, folders::SEEDS) => Some(Self::Seed),
            "sql" if is_in(stem, folders::MODELS) => Some(Self::Model),
            "sql" if is_in(stem, folders::MACROS) || is_in(stem, folders::GENERIC_TESTS) => Some(Self::Macros),
            "sql" if is_in(stem, folders::TESTS) => Some(Self::Test),
            "sql" if is_in(stem, folders::SUMMARY) => Some(Self::Question),
            "sql" if is_in(stem, folders::EVENTS) => Some(Self::Count),
            "sql" if is_in(stem, folders::STATEMENTS) => Some(Self::Statement),
            "sql" if is_in(stem, folders::PLAN) => Some(Self::Plan),
            "sql" if is_in(stem, folders::EXPLAIN) => Some(Self::Explanation),
            _ => None,
        }
    }
}

fn is_in(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// The source that is no report: the result tables as readers see them while a run makes new ones.
pub const PUBLISHED: &str = "published";

/// A model: its SQL and what is declared of it.
#[derive(Debug, Clone)]
pub struct Model {
    /// The model's name: the file's.
    pub name: String,
    /// The folder below `models/`; empty for a model without one.
    pub layer: String,
    /// The SQL file.
    pub file: TextFile,
    /// What its YAML says.
    pub properties: ModelProperties,
    /// The YAML file that says it, if any.
    pub properties_file: Option<TextFile>,
}

/// A source table with the file that declares it.
#[derive(Debug, Clone)]
pub struct Source {
    /// The source's name.
    pub source: String,
    /// The table and its columns.
    pub table: SourceTable,
    /// The YAML file.
    pub file: TextFile,
}

/// Everything that analysts wrote, as plain structs.
#[derive(Debug, Clone)]
pub struct Project {
    /// The project folder.
    pub root: PathBuf,
    /// `config.yaml`.
    pub config: Config,
    /// Models by name.
    pub models: BTreeMap<String, Model>,
    /// Source tables by (source, table).
    pub sources: BTreeMap<(String, String), Source>,
    /// Seeds by name, with what is declared of them.
    pub seeds: BTreeMap<String, (Seed, ModelProperties)>,
    /// Files with macros and generic tests.
    pub macros: Vec<TextFile>,
    /// Singular tests.
    pub tests: Vec<TextFile>,
    /// Unit tests with the file each stands in.
    pub unit_tests: Vec<(UnitTest, TextFile)>,
    /// What is declared of singular tests, with the file each stands in.
    pub test_properties: Vec<(TestProperties, TextFile)>,
    /// The questions of the summary.
    pub summary: Vec<TextFile>,
    /// The questions of what events count.
    pub counts: Vec<TextFile>,
    /// The questions of what statements tell.
    pub statements: Vec<TextFile>,
    /// The questions of in what a planned run differs from what is published.
    pub plan: Vec<TextFile>,
    /// The questions that explain a figure.
    pub explanations: Vec<TextFile>,
}

impl Project {
    /// Reads the project in `root`.
    ///
    /// # Errors
    /// All that is wrong with the files, gathered.
    pub fn load(root: &Path) -> Result<Self> {
        Self::load_with(root, Config::read(root)?, Vec::new())
    }

    /// Reads the project in `root`, with the settings of `config`. The `fetched` CSV texts are seeds, too, in the place
    /// of files of the same name; they may come in any order of rows.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn load_with(root: &Path, config: Config, fetched: Vec<TextFile>) -> Result<Self> {
        let mut loader = Loader::default();
        let mut files = Files::read(root)?;
        files.take(Role::Model).into_iter().for_each(|file| loader.model(file));
        let mut seeds = files.take(Role::Seed);
        seeds.retain(|file| !fetched.iter().any(|other| other.stem() == file.stem()));
        seeds.into_iter().for_each(|file| loader.seed(Seed::parse(file)));
        fetched.into_iter().for_each(|file| loader.seed(Seed::parse(file).map(Seed::in_order)));
        let properties = files.take(Role::Properties);
        let parsed = parallel::map(&properties, PropertiesFile::read);
        for (file, parsed) in properties.iter().zip(parsed) {
            match parsed {
                Ok(parsed) => loader.properties(file, parsed),
                Err(error) => loader.errors.push(error),
            }
        }
        if loader.models.is_empty() && loader.errors.is_empty() {
            loader.errors.push(
                Error::user(format!("there are no models in `{}`", root.join("models").display()))
                    .hint("a model is a file `models/<layer>/<name>.sql`"),
            );
        }
        match Error::many(loader.errors) {
            Some(error) => Err(error),
            None => Ok(Self {
                root: root.to_owned(),
                config,
                models: loader.models,
                sources: loader.sources,
                seeds: loader.seeds,
                macros: files.take(Role::Macros),
                tests: files.take(Role::Test),
                unit_tests: loader.unit_tests,
                test_properties: loader.test_properties,
                summary: files.take(Role::Question),
                counts: files.take(Role::Count),
                statements: files.take(Role::Statement),
                plan: files.take(Role::Plan),
                explanations: files.take(Role::Explanation),
            }),
        }
    }
}

/// The files of a project by what they are for.
struct Files(BTreeMap<Role, Vec<TextFile>>);

impl Files {
    fn read(root: &Path) -> Result<Self> {
        let mut files: BTreeMap<Role, Vec<TextFile>> = BTreeMap::new();
        for file in files::read_all(root, &folders::ALL, |path| Role::of(path).is_some())? {
            if let Some(role) = Role::of(&file.path) {
                files.entry(role).or_default().push(file);
            }
        }
        Ok(Self(files))
    }

    fn take(&mut self, role: Role) -> Vec<TextFile> {
        self.0.remove(&role).unwrap_or_default()
    }
}

#[derive(Default)]
struct Loader {
    models: BTreeMap<String, Model>,
    sources: BTreeMap<(String, String), Source>,
    seeds: BTreeMap<String, (Seed, ModelProperties)>,
    unit_tests: Vec<(UnitTest, TextFile)>,
    test_properties: Vec<(TestProperties, TextFile)>,
    errors: Vec<Error>,
}

impl Loader {
    fn model(&mut self, file: TextFile) {
        let name = file.stem().to_owned();
        self.check_name("model", &name, Place::file(&file.path));
        let below = file.path.strip_prefix("models/").unwrap_or(&file.path);
        let layer = below.split_once('/').map_or("", |(layer, _)| layer).to_owned();
        let path = file.path.clone();
        let properties = ModelProperties { name: name.clone(), ..Default::default() };
        let model = Model { name: name.clone(), layer, file, properties, properties_file: None };
        if let Some(twin) = self.models.insert(name.clone(), model) {
            self.twice("model", &name, &twin.file.path, &path);
        }
    }

    fn seed(&mut self, parsed: Result<Seed>) {
        match parsed {
            Ok(seed) => {
                let (name, path) = (seed.name.clone(), seed.file.path.clone());
                self.check_name("seed", &name, Place::file(&path));
                if let Some(model) = self.models.get(&name) {
                    let other = model.file.path.clone();
                    self.twice("model or seed", &name, &other, &path);
                }
                if let Some((twin, _)) = self.seeds.insert(name.clone(), (seed, ModelProperties::default())) {
                    self.twice("seed", &name, &twin.file.path, &path);
                }
            }
            Err(error) => self.errors.push(error),
        }
    }

    /// Whether SQL takes `name` as it is, on every engine.
    fn check_name(&mut self, what: &str, name: &str, place: Place) {
        let starts = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
        if !starts || !name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_') {
            self.errors.push(
                Error::user(format!("`{name}` cannot be the name of a {what}"))
                    .at(place)
                    .hint("use lower-case letters, digits and `_`, and begin with a letter: it is a name in SQL"),
            );
        }
    }

    fn twice(&mut self, what: &str, name: &str, first: &str, second: &str) {
        self.errors.push(
            Error::user(format!("the {what} `{name}` exists twice: `{first}` and `{second}`"))
                .hint("rename one of the files"),
        );
    }

    fn properties(&mut self, file: &TextFile, parsed: PropertiesFile) {
        parsed.models.into_iter().for_each(|properties| self.properties_of_model(file, properties));
        parsed.seeds.into_iter().for_each(|properties| self.properties_of_seed(file, properties));
        parsed.sources.into_iter().for_each(|source| self.source(file, source));
        for unit_test in parsed.unit_tests {
            if self.models.contains_key(&unit_test.model) {
                self.unit_tests.push((unit_test, file.clone()));
            } else {
                let names = self.models.keys().map(String::as_str);
                self.errors.push(nothing_described("model", &unit_test.model, file, unit_test.model_at, names));
            }
        }
        self.test_properties.extend(parsed.data_tests.into_iter().map(|test| (test, file.clone())));
    }

    fn properties_of_model(&mut self, file: &TextFile, properties: ModelProperties) {
        let (name, at) = (properties.name.clone(), properties.at);
        let Some(model) = self.models.get_mut(&name) else {
            let names = self.models.keys().map(String::as_str);
            self.errors.push(nothing_described("model", &name, file, at, names));
            return;
        };
        if let Some(first) = model.properties_file.replace(file.clone()) {
            let first = first.place(model.properties.at);
            self.errors.push(described_twice("model", &name, file.place(at), &first));
        }
        model.properties = properties;
    }

    fn properties_of_seed(&mut self, file: &TextFile, properties: ModelProperties) {
        let (name, at) = (properties.name.clone(), properties.at);
        let Some((seed, known)) = self.seeds.get_mut(&name) else {
            let names = self.seeds.keys().map(String::as_str);
            self.errors.push(nothing_described("seed", &name, file, at, names));
            return;
        };
        if let Some(first) = seed.properties_file.replace(file.clone()) {
            let first = first.place(known.at);
            self.errors.push(described_twice("seed", &name, file.place(at), &first));
        }
        *known = properties;
    }

    fn source(&mut self, file: &TextFile, source: SourceProperties) {
        for table in source.tables {
            let (name, at) = (format!("{}.{}", source.name, table.name), table.at);
            self.check_name("source", &source.name, file.place(source.at));
            self.check_name("table", &table.name, file.place(at));
            let key = (source.name.clone(), table.name.clone());
            let new = Source { source: source.name.clone(), table, file: file.clone() };
            if let Some(first) = self.sources.insert(key, new) {
                let first = first.file.place(first.table.at);
                self.errors.push(described_twice("source", &name, file.place(at), &first));
            }
        }
    }
}

/// The error for what `first` has described already.
pub fn described_twice(what: &str, name: &str, place: Place, first: &Place) -> Error {
    Error::user(format!("the {what} `{name}` is described twice")).at(place).hint(format!(
        "the other description is in `{}`, line {}",
        first.file.display(),
        first.line
    ))
}

/// The error for a description of what is not there.
pub fn nothing_described<'a>(
    what: &str,
    name: &str,
    file: &TextFile,
    at: Span,
    known: impl Iterator<Item = &'a str>,
) -> Error {
    Error::user(format!("there is no {what} `{name}`"))
        .at(file.place(at))
        .did_you_mean(name, known)
        .hint(format!("a {what} is named after its file, without the extension"))
}

#[cfg(test)]
mod tests;
