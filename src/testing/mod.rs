//! What the tests inside the library share.

use std::fmt::Debug;
use std::path::Path;
use std::thread;

use chrono::DateTime;
use num_rational::BigRational;
use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

use crate::common::error::{Error, Result};
use crate::compile::node::Sql;
use crate::compile::{Compiled, Materialization, ModelNode, TemplateContext, compile};
use crate::project::{Project, TextFile};
use crate::publish::RunRecord;
use crate::storage::Location;

pub(crate) mod fuzz;

/// As large as the stack of the threads that the program reads SQL and templates in.
const STACK: usize = 16 * 1024 * 1024;
/// How many cases a property is tried on; `PROPTEST_CASES` in the environment overrules it.
const CASES: u32 = 256;

/// The settings of [`project`].
pub(crate) const CONFIG: &str = "name: tiny
target: local
targets:
  local: { source: report, output: out }
";

/// What is kept of a run, published in 1970.
pub(crate) fn run_record(run_id: &str) -> RunRecord {
    RunRecord {
        run_id: run_id.to_owned(),
        published_at: DateTime::UNIX_EPOCH,
        source: "s".to_owned(),
        delivery: "d".to_owned(),
        models: "m".to_owned(),
        settings: "{\"a\": 1, \"b\": 2}".to_owned(),
        version: "1".to_owned(),
        build: "b".to_owned(),
        commit: "c".to_owned(),
        command: "build".to_owned(),
    }
}

/// Has `act` work on an output in a folder of its own.
pub(crate) fn in_folder(act: impl AsyncFnOnce(&Location)) {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let output = Location::open(folder.path().to_str().unwrap(), folder.path(), &Default::default()).await.unwrap();
        act(&output).await;
    });
}

/// Tries `property` on values that `strategy` draws: the same ones each time it is run.
pub(crate) fn holds<S: Strategy>(strategy: S, property: impl Fn(S::Value) -> Result<(), TestCaseError>)
where
    S::Value: Debug,
{
    let usual = if std::env::var_os("PROPTEST_CASES").is_some() { Config::default().cases } else { CASES };
    let config = Config { cases: usual, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    if let Err(error) = runner.run(&strategy, property) {
        panic!("{error}");
    }
}

/// What `act` gives in a thread like those of the program.
pub(crate) fn on_large_stack<T: Send>(act: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| {
        let started = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, act);
        match started.unwrap().join() {
            Ok(given) => given,
            Err(panicked) => std::panic::resume_unwind(panicked),
        }
    })
}

/// A file of a project.
pub(crate) fn file(path: &str, text: &str) -> TextFile {
    TextFile { path: path.to_owned(), text: text.into() }
}

/// Writes `files`, paths and texts, below `root`.
pub(crate) fn write(root: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let full = root.join(path);
        std::fs::create_dir_all(full.parent().unwrap()).unwrap();
        std::fs::write(full, text).unwrap();
    }
}

/// The project of `files`; its settings are [`CONFIG`] if they are not among them.
pub(crate) fn project(files: &[(&str, &str)]) -> Result<Project> {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &[("config.yaml", CONFIG)]);
    write(folder.path(), files);
    Project::load(folder.path())
}

/// The compiled project of `files`.
pub(crate) fn compiled(files: &[(&str, &str)]) -> Result<Compiled> {
    let project = project(files)?;
    let context =
        TemplateContext { target: "local".to_owned(), vars: project.config.vars.clone(), ..Default::default() };
    on_large_stack(|| compile(&project, context))
}

/// A model that reads `refs` and lies in `models/<layer>/`.
pub(crate) fn model(name: &str, layer: &str, refs: &[&str]) -> ModelNode {
    let folder = if layer.is_empty() { "models".to_owned() } else { format!("models/{layer}") };
    let mut sql = Sql::default();
    sql.file = file(&format!("{folder}/{name}.sql"), "");
    sql.refs = refs.iter().map(|name| (*name).to_owned()).collect();
    ModelNode {
        name: name.to_owned(),
        layer: layer.to_owned(),
        sql,
        compiled: String::new(),
        materialization: Materialization::View,
        schema: None,
        tags: Vec::new(),
        grain: Vec::new(),
        sort_by: Vec::new(),
        formerly: Vec::new(),
        columns: Vec::new(),
        is_contract: false,
        description: String::new(),
        properties_file: None,
        properties: None,
    }
}

/// Line and column of an error; 0 for what is not known.
pub(crate) fn place(error: &Error) -> (usize, usize) {
    error.place().map_or((0, 0), |place| (place.line, place.column))
}

/// The files, lines and columns of an error and those gathered with it.
pub(crate) fn places(error: &Error) -> Vec<(String, usize, usize)> {
    let all = error.each().map(|error| error.place().map(|at| (at.file.display().to_string(), at.line, at.column)));
    all.map(Option::unwrap_or_default).collect()
}

/// Fails if `error` points to where nothing is in `text`, or is one of apportion's own.
pub(crate) fn assert_points_into(error: &Error, text: &str) {
    for one in error.each() {
        assert_ne!(one.kind(), crate::common::error::ErrorKind::Bug, "{one}");
        let Some(place) = one.place() else { panic!("no place: {one}") };
        let lines: Vec<&str> = text.split('\n').collect();
        if place.line == 0 {
            assert_eq!(place.column, 0, "{one}");
            continue;
        }
        let line = lines.get(place.line - 1);
        let Some(line) = line else { panic!("line {} of {}: {one}", place.line, lines.len()) };
        let width = line.chars().count();
        assert!(place.column <= width + 1, "column {} of {width} in line {}: {one}", place.column, place.line);
    }
}

/// The number that a decimal text says, whatever its exponent.
pub(crate) fn exact(text: &str) -> BigRational {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let shift = exponent.parse::<i64>().unwrap() - fraction.len() as i64;
    let zeros = "0".repeat(shift.unsigned_abs() as usize);
    let digits = format!("{whole}{fraction}");
    let text = if shift < 0 { format!("{digits}/1{zeros}") } else { format!("{digits}{zeros}") };
    text.parse().unwrap()
}
