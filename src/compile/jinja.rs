//! Rendering: Jinja in, SQL out, with what was asked for on the way.

use std::collections::BTreeMap;
use std::error::Error as _;
use std::sync::Arc;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Kwargs, Rest, Value};
use minijinja::{Environment, Error as JinjaError, ErrorKind, State, UndefinedBehavior};

use super::context::TemplateContext;
use super::functions::{self, Recorded, record, to_jinja};
use super::node::Sql;
use super::origin::{Origin, line_and_column};
use super::shape::Shape;
use super::tokens;
use crate::common::error::{Error, Place, Result};
use crate::common::settings::Settings;
use crate::project::TextFile;

/// How much work a file may be: about one for each step and each 64 bytes of text. The largest of the shipped models
/// needs less than a hundredth of it.
const FUEL: u64 = 5_000_000;
/// How deeply macros may call each other.
const DEPTH: usize = 32;
/// How many `elif` a file may have: each is read inside of the one before.
const BRANCHES: usize = 1000;

/// The template environment of one project and period.
#[derive(Debug)]
pub(super) struct Renderer {
    environment: Environment<'static>,
    /// The file that each template was made of, and where in it a byte of the template is.
    files: BTreeMap<String, (TextFile, tokens::TestsAsMacros<'static>)>,
    /// Macro name to the template it stands in, and its place.
    macros: BTreeMap<String, (String, Place)>,
}

impl Renderer {
    /// Loads the macros; every file's macros can be called from everywhere.
    ///
    /// # Errors
    /// When a macro file is malformed or a name is defined twice.
    pub(super) fn new(context: TemplateContext, macro_files: &[TextFile]) -> Result<Self> {
        let context = Arc::new(context);
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        // Errors name what is undefined, in a release build, too.
        environment.set_debug(true);
        let syntax = SyntaxConfig::builder().keep_trailing_newline(true).build();
        environment.set_syntax(syntax.map_err(|e| Error::bug("the template syntax is not valid").caused_by(&e))?);
        environment.set_unknown_method_callback(functions::unknown_method);
        environment.set_fuel(Some(FUEL));
        functions::register(&mut environment, &context);
        let mut renderer = Self { environment, files: BTreeMap::new(), macros: BTreeMap::new() };
        for file in macro_files {
            renderer.add_macros(file)?;
        }
        Ok(renderer)
    }

    fn add_macros(&mut self, file: &TextFile) -> Result<()> {
        check_branches(file)?;
        let blocks = tokens::with_test_blocks(&file.text);
        let text = blocks.text.clone().into_owned();
        let blocks = blocks.without_text();
        for (name, at) in tokens::macros(&text) {
            let (line, column) = line_and_column(&file.text, blocks.in_file(at.start));
            let place = file.place_at(line, column);
            if let Some((_, first)) = self.macros.insert(name.to_owned(), (file.path.clone(), place.clone())) {
                return Err(Error::user(format!("the macro `{name}` is defined twice")).at(place).hint(format!(
                    "the other one is in `{}`, line {}",
                    first.file.display(),
                    first.line
                )));
            }
            let (template, called) = (file.path.clone(), name.to_owned());
            self.environment.add_function(
                name.to_owned(),
                move |state: &mut State<'_, '_>, args: Rest<Value>, kwargs: Kwargs| {
                    // An error of its own for the call, so that the caller's line is kept beside that of the macro.
                    let outcome = call(state, &template, &called, args.0, kwargs);
                    outcome.map_err(|e| JinjaError::new(e.kind(), format!("in the macro `{called}`")).with_source(e))
                },
            );
        }
        self.files.insert(file.path.clone(), (file.clone(), blocks));
        self.environment.add_template_owned(file.path.clone(), text).map_err(|error| self.explain(&error, file))
    }

    /// Renders the file of `name`, under its own settings if `vars` are given.
    ///
    /// # Errors
    /// Whatever Jinja or a function in it says, at the line it stands on.
    pub(super) fn render(&self, file: &TextFile, name: &str, vars: Option<Settings>) -> Result<(Sql, Recorded)> {
        check_branches(file)?;
        record(|r| *r = Recorded { this: name.to_owned(), vars, ..Recorded::default() });
        let template = self.environment.template_from_named_str(&file.path, &file.text);
        let rendered = template.and_then(|template| template.render_with_spans(()));
        let (text, spans) = rendered.map_err(|error| self.explain(&error, file))?;
        let recorded = record(std::mem::take);
        Ok((sql_of(file, text, Origin::new(&spans), &recorded), recorded))
    }

    /// Calls the generic test `test` with `arguments`; `place` is where it is used.
    ///
    /// # Errors
    /// When there is no such test, or an argument does not fit.
    pub(super) fn render_test(
        &self,
        test: &str,
        arguments: &Settings,
        file: &TextFile,
        place: Place,
    ) -> Result<(Sql, Recorded)> {
        let name = format!("test_{test}");
        let Some((template, _)) = self.macros.get(&name) else {
            let known = self.macros.keys().filter_map(|m| m.strip_prefix("test_"));
            return Err(Error::user(format!("there is no generic test `{test}`"))
                .at(place)
                .did_you_mean(test, known)
                .hint("generic tests are `{% test name(model, ...) %}` blocks in `sql/tests/generic/`"));
        };
        record(|r| *r = Recorded { this: name.clone(), ..Recorded::default() });
        let kwargs: Result<Kwargs, JinjaError> =
            arguments.iter().map(|(key, value)| Ok((key.as_str(), self.argument(value)?))).collect();
        // An argument is a template without a file.
        let nowhere = TextFile::default();
        let kwargs =
            kwargs.map_err(|error| self.explain(&error, &nowhere).relocate(|_| place.clone()).at(place.clone()))?;
        let called = self.environment.get_template(template).and_then(|template| {
            let mut captured = template.render_captured(())?;
            captured.with_state_mut(|state| state.call_macro(&name, &[Value::from(kwargs)]))
        });
        let text = called.map_err(|error| self.explain(&error, file).at(place))?;
        let recorded = record(std::mem::take);
        Ok((sql_of(file, text, Origin::default(), &recorded), recorded))
    }

    /// An argument of a test; as in dbt, text like `ref('x')` is what it evaluates to.
    fn argument(&self, value: &serde_json::Value) -> Result<Value, JinjaError> {
        let text = value.as_str().map_or("", str::trim);
        let calls = ["ref(", "source(", "var(", "env_var("].iter().any(|call| text.starts_with(call));
        if calls && text.ends_with(')') {
            return self.environment.compile_expression(text)?.eval(());
        }
        Ok(to_jinja(value))
    }

    fn words(&self, error: &JinjaError) -> Error {
        let kind = error.kind().to_string();
        let detail = error.detail().map(|detail| format!(": {detail}")).unwrap_or_default();
        let said = Error::user(format!("{kind}{detail}"));
        match (error.kind(), error.detail().and_then(|detail| detail.split(' ').next())) {
            (ErrorKind::UnknownFunction, Some(name)) => {
                said.did_you_mean(name, self.macros.keys().map(String::as_str)).hint("macros are in `sql/macros/`")
            }
            (ErrorKind::InvalidOperation, Some("recursion")) => too_deep("a macro calls itself endlessly"),
            (ErrorKind::OutOfFuel, _) => Error::user(format!("this takes more than {FUEL} steps"))
                .hint("a loop is too long, or loops are nested: let SQL do the work"),
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
        let made = self.files.get(name);
        let file = made.map_or(outer, |(file, _)| file);
        if let Some(line) = innermost.line() {
            let start =
                innermost.range().map(|range| made.map_or(range.start, |(_, blocks)| blocks.in_file(range.start)));
            let column = start.map_or(0, |start| column_of(&file.text, start, line));
            result = result.at(file.place_at(line, column));
        }
        if name != outer.path && !outer.path.is_empty() {
            let line = chain.iter().rev().find(|e| e.name() == Some(&outer.path)).and_then(|e| e.line());
            let line = line.map(|line| format!(":{line}")).unwrap_or_default();
            result = result.while_doing(format!("rendering `{}{line}`", outer.path));
        }
        result
    }
}

fn check_branches(file: &TextFile) -> Result<()> {
    let Some((at, _)) = file.text.match_indices("elif").nth(BRANCHES) else { return Ok(()) };
    let (line, column) = line_and_column(&file.text, at);
    Err(Error::user(format!("this file has more than {BRANCHES} `elif`"))
        .at(file.place_at(line, column))
        .hint("look the value up in a mapping, or let SQL do it"))
}

fn too_deep(words: &str) -> Error {
    Error::user(words).hint("a macro that calls itself has to stop: let it call itself only under a condition")
}

/// Calls the macro `called` of another template, whose work counts as the caller's.
fn call(
    state: &mut State<'_, '_>,
    template: &str,
    called: &str,
    mut args: Vec<Value>,
    kwargs: Kwargs,
) -> Result<Value, JinjaError> {
    if record(|r| r.depth) == DEPTH {
        return Err(functions::fail(too_deep(&format!("macro calls are nested more than {DEPTH} deep"))));
    }
    args.push(Value::from(with_caller(state, kwargs)?));
    let mut captured = state.env().get_template(template)?.render_captured(())?;
    record(|r| r.depth += 1);
    let (text, fuel) = captured.with_state_mut(|inner| (inner.call_macro(called, &args), inner.fuel_levels()));
    record(|r| r.depth -= 1);
    state.consume_fuel(fuel.map_or(0, |(consumed, _)| consumed))?;
    text.map(Value::from_safe_string)
}

/// `{% call %}` gives its body as `caller`, which cannot be called from another template: its text is made here.
fn with_caller(state: &mut State<'_, '_>, kwargs: Kwargs) -> Result<Kwargs, JinjaError> {
    let Ok(caller) = kwargs.peek::<Value>("caller") else { return Ok(kwargs) };
    let text = caller.call(state, &[])?;
    let body = Value::from_function(move |_: Rest<Value>, _: Kwargs| text.clone());
    let names: Vec<&str> = kwargs.args().collect();
    let values = names.into_iter().map(|name| match name {
        "caller" => Ok((name, body.clone())),
        _ => Ok((name, kwargs.peek(name)?)),
    });
    values.collect()
}

/// The macros that `file` has, generic tests among them, each with its text.
pub fn macros(file: &TextFile) -> Vec<(String, String)> {
    let blocks = tokens::with_test_blocks(&file.text);
    let text: &str = &blocks.text;
    let found = tokens::macros(text);
    let begin = |at: usize| text[..at].rfind("{%").unwrap_or_default();
    let ends = found.iter().skip(1).map(|(_, at)| begin(at.start)).chain([text.len()]);
    let each = found.iter().zip(ends);
    each.map(|((name, at), end)| ((*name).to_owned(), text[begin(at.start)..end].trim_end().to_owned())).collect()
}

fn column_of(text: &str, start: usize, line: usize) -> usize {
    let head = text.get(..start).unwrap_or("");
    if head.matches('\n').count() + 1 != line {
        return 0;
    }
    head.rsplit('\n').next().map_or(0, |last| last.chars().count() + 1)
}

fn sql_of(file: &TextFile, text: String, origin: Origin, recorded: &Recorded) -> Sql {
    let (refs, sources) = (recorded.refs.clone(), recorded.sources.clone());
    let settings = recorded.settings.clone();
    Sql { file: file.clone(), text, origin, shape: Shape::default(), refs, sources, settings, sent: None }
}

#[cfg(test)]
mod tests;
