//! Rendering: Jinja in, SQL out, with what was asked for on the way.

use std::collections::BTreeMap;
use std::error::Error as _;
use std::sync::Arc;

use minijinja::value::{Kwargs, Rest, Value};
use minijinja::{Environment, Error as JinjaError, ErrorKind, State, UndefinedBehavior};

use super::functions::{self, Recorded, record};
use super::line_map::{self, LineMap};
use super::macros;
use super::node::Sql;
use super::scope::Scope;
use crate::project::TextFile;
use crate::words::error::{Error, Place, Result};
use crate::words::settings::Settings;

/// The template environment of one project and period.
#[derive(Debug)]
pub struct Renderer {
    environment: Environment<'static>,
    files: BTreeMap<String, TextFile>,
    /// Macro name to the template it stands in.
    macros: BTreeMap<String, String>,
}

impl Renderer {
    /// Loads the macros; every file's macros can be called from everywhere.
    ///
    /// # Errors
    /// When a macro file is malformed or a name is defined twice.
    pub fn new(scope: Scope, macro_files: &[TextFile]) -> Result<Self> {
        let scope = Arc::new(scope);
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_keep_trailing_newline(true);
        functions::register(&mut environment, &scope);
        let mut renderer = Self { environment, files: BTreeMap::new(), macros: BTreeMap::new() };
        for file in macro_files {
            renderer.add_macros(file)?;
        }
        Ok(renderer)
    }

    fn add_macros(&mut self, file: &TextFile) -> Result<()> {
        let text = macros::with_test_blocks(&file.text).into_owned();
        for name in macros::names(&text) {
            let mut template = format!("{}#{name}", file.path);
            if self.environment.add_template_owned(template.clone(), macros::alone(&text, name)).is_err() {
                template.clone_from(&file.path);
            }
            if let Some(other) = self.macros.insert(name.to_owned(), template.clone()) {
                let other = self.files.get(&other).map_or(&file.path, |other| &other.path);
                return Err(Error::user(format!("the macro `{name}` is defined twice"))
                    .at(file.place_of(name))
                    .hint(format!("the other one is in `{other}`")));
            }
            self.files.insert(template.clone(), file.clone());
            let called = name.to_owned();
            self.environment.add_function(name.to_owned(), move |state: &State<'_, '_>, args: Rest<Value>| {
                let call = || {
                    let args = with_caller(state, args.0)?;
                    let template = state.env().get_template(&template)?;
                    template.render_captured(())?.state().call_macro(&called, &args).map(Value::from_safe_string)
                };
                // An error of its own for the call, so that the line of the caller is kept beside that of the macro.
                call().map_err(|e| JinjaError::new(e.kind(), format!("in the macro `{called}`")).with_source(e))
            });
        }
        self.files.insert(file.path.clone(), file.clone());
        self.environment.add_template_owned(file.path.clone(), text).map_err(|error| self.explain(&error, file))
    }

    /// Renders the file of `name`, under its own settings if `vars` are given.
    ///
    /// # Errors
    /// Whatever Jinja or a function in it says, at the line it stands on.
    pub fn render(self: &Arc<Self>, file: &TextFile, name: &str, vars: Option<Settings>) -> Result<(Sql, Recorded)> {
        let fresh = Recorded { this: name.to_owned(), vars, ..Recorded::default() };
        let text = self.text(&file.path, &file.text, fresh.clone()).map_err(|error| self.explain(&error, file))?;
        let recorded = record(std::mem::take);
        let (renderer, template) = (Arc::clone(self), file.clone());
        let lines = LineMap::new(move || {
            let marked = renderer.text(&template.path, &line_map::mark(&template.text), fresh);
            marked.map(|marked| line_map::read(&marked)).unwrap_or_default()
        });
        Ok((sql_of(file, text, lines, &recorded), recorded))
    }

    fn text(&self, path: &str, template: &str, fresh: Recorded) -> Result<String, JinjaError> {
        record(|r| *r = fresh);
        self.environment.render_named_str(path, template, ())
    }

    /// Calls the generic test `test` with `arguments`; `place` is where it is used.
    ///
    /// # Errors
    /// When there is no such test, or an argument does not fit.
    pub fn render_test(
        &self,
        test: &str,
        arguments: &Settings,
        file: &TextFile,
        place: Place,
    ) -> Result<(Sql, Recorded)> {
        let name = format!("test_{test}");
        let Some(template) = self.macros.get(&name) else {
            let known = self.macros.keys().filter_map(|m| m.strip_prefix("test_"));
            return Err(Error::user(format!("there is no generic test `{test}`"))
                .at(place)
                .did_you_mean(test, known)
                .hint("generic tests are `{% test name(model, ...) %}` blocks in `sql/tests/generic/`"));
        };
        record(|r| *r = Recorded { this: name.clone(), ..Recorded::default() });
        let kwargs: Result<Kwargs, JinjaError> =
            arguments.iter().map(|(key, value)| Ok((key.as_str(), self.argument(value)?))).collect();
        let kwargs =
            kwargs.map_err(|error| self.explain(&error, file).relocate(|_| place.clone()).at(place.clone()))?;
        let called = self
            .environment
            .get_template(template)
            .and_then(|template| template.render_captured(())?.state().call_macro(&name, &[Value::from(kwargs)]));
        let text = called.map_err(|error| self.explain(&error, file).at(place))?;
        let recorded = record(std::mem::take);
        Ok((sql_of(file, text, LineMap::default(), &recorded), recorded))
    }

    /// An argument of a test; as in dbt, text like `ref('x')` is what it evaluates to.
    fn argument(&self, value: &serde_json::Value) -> Result<Value, JinjaError> {
        let text = value.as_str().map_or("", str::trim);
        let calls = ["ref(", "source(", "var(", "env_var("].iter().any(|call| text.starts_with(call));
        if calls && text.ends_with(')') {
            return self.environment.compile_expression(text)?.eval(());
        }
        Ok(Value::from_serialize(value))
    }

    fn words(&self, error: &JinjaError) -> Error {
        let kind = error.kind().to_string();
        let detail = error.detail().map(|detail| format!(": {detail}")).unwrap_or_default();
        let said = Error::user(format!("{kind}{detail}"));
        match (error.kind(), error.detail().and_then(|detail| detail.split(' ').next())) {
            (ErrorKind::UnknownFunction, Some(name)) => {
                said.did_you_mean(name, self.macros.keys().map(String::as_str)).hint("macros are in `sql/macros/`")
            }
            _ => said,
        }
    }

    fn explain(&self, error: &JinjaError, outer: &TextFile) -> Error {
        let mut chain: Vec<&JinjaError> = vec![error];
        let mut ours: Option<Error> = None;
        let mut next = error.source();
        while let Some(cause) = next {
            if let Some(inner) = cause.downcast_ref::<JinjaError>() {
                chain.push(inner);
            } else if let Some(found) = cause.downcast_ref::<Error>() {
                ours = Some(found.clone());
            }
            next = cause.source();
        }
        let innermost = chain.iter().rev().find(|e| e.line().is_some()).copied().unwrap_or(error);
        let mut result = ours.unwrap_or_else(|| self.words(chain.last().copied().unwrap_or(error)));
        let name = innermost.name().unwrap_or(&outer.path);
        let file = self.files.get(name).unwrap_or(outer);
        if let Some(line) = innermost.line() {
            let column = innermost.range().map_or(0, |range| column_of(&file.text, range.start, line));
            result = result.at(file.place_at(line, column));
        }
        if name != outer.path {
            let line = chain.iter().rev().find(|e| e.name() == Some(&outer.path)).and_then(|e| e.line());
            let line = line.map(|line| format!(":{line}")).unwrap_or_default();
            result = result.while_doing(format!("rendering `{}{line}`", outer.path));
        }
        result
    }
}

/// `{% call %}` gives its body as `caller`, which cannot be called from another template: its text is made here.
fn with_caller(state: &State<'_, '_>, mut args: Vec<Value>) -> Result<Vec<Value>, JinjaError> {
    let last = args.last().filter(|last| last.is_kwargs()).cloned();
    let Some(kwargs) = last.and_then(|last| Kwargs::try_from(last).ok()) else { return Ok(args) };
    let Ok(caller) = kwargs.peek::<Value>("caller") else { return Ok(args) };
    let text = caller.call(state, &[])?;
    let body = Value::from_function(move |_: Rest<Value>| text.clone());
    let names: Vec<&str> = kwargs.args().collect();
    let value = |name: &str| if name == "caller" { Ok(body.clone()) } else { kwargs.peek(name) };
    let replaced: Result<Kwargs, JinjaError> = names.into_iter().map(|name| Ok((name, value(name)?))).collect();
    args.pop();
    args.push(Value::from(replaced?));
    Ok(args)
}

fn column_of(text: &str, start: usize, line: usize) -> usize {
    let head = text.get(..start).unwrap_or("");
    if head.matches('\n').count() + 1 != line {
        return 0;
    }
    head.rsplit('\n').next().map_or(0, |last| last.chars().count() + 1)
}

fn sql_of(file: &TextFile, text: String, lines: LineMap, recorded: &Recorded) -> Sql {
    Sql { file: file.clone(), text, lines, refs: recorded.refs.clone(), sources: recorded.sources.clone() }
}
