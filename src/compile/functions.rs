//! What a template may call: `ref`, `source`, `var`, `config`, `this`, `target`, `env_var`, ...

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use minijinja::value::{Enumerator, Kwargs, Object, Value};
use minijinja::{Environment, Error as JinjaError, ErrorKind, State};
use minijinja_contrib::pycompat::unknown_method_callback;

use super::context::{PARAMETERS, TemplateContext};
use super::node::Materialization;
use crate::common::error::Error;
use crate::common::quote::literal;
use crate::common::secrets;
use crate::common::settings::{Settings, plain};
use crate::project::properties::{CONFIG, CONFIG_OF_DBT};

/// With how many characters a text may be filled up.
const WIDEST: usize = 10_000;

/// What a template did while it was rendered.
#[derive(Debug, Clone, Default)]
pub(super) struct Recorded {
    /// Arguments of `ref`.
    pub(super) refs: BTreeSet<String>,
    /// Arguments of `source`.
    pub(super) sources: BTreeSet<(String, String)>,
    /// Settings that were read, as `sharing.mode`; of a mapping that was read whole, its name.
    pub(super) settings: BTreeSet<String>,
    /// Arguments of `config`.
    pub(super) config: Settings,
    /// The name of what is being rendered.
    pub(super) this: String,
    /// Settings for this rendering alone.
    pub(super) vars: Option<Settings>,
    /// Words of `log(..., info=true)`.
    pub(super) logs: Vec<String>,
    /// How many macros are being called, each by the one before.
    pub(super) depth: usize,
}

thread_local! {
    /// The record of the rendering that is under way; each stays in one thread.
    static RECORD: RefCell<Recorded> = RefCell::default();
}

/// Changes or reads the record of the rendering that is under way in this thread.
pub(super) fn record<T>(act: impl FnOnce(&mut Recorded) -> T) -> T {
    RECORD.with_borrow_mut(act)
}

/// An error of ours as one of Jinja, whose line is that of the call.
pub(super) fn fail(error: Error) -> JinjaError {
    JinjaError::new(ErrorKind::InvalidOperation, error.message().to_owned()).with_source(error)
}

/// Makes all functions known to `environment`.
pub(super) fn register(environment: &mut Environment<'static>, context: &Arc<TemplateContext>) {
    register_relations(environment, context);
    register_settings(environment, context);
    register_questions(environment, context);
    environment.add_global("exceptions", Value::from_object(Exceptions));
    environment.add_global("execute", true);
    environment.add_function("is_incremental", || false);
    environment.add_filter("tojson", tojson);
    environment.add_global("this", Value::from_object(This(Arc::clone(context))));
    let target = serde_json::json!({
        "name": context.target, "type": context.dialect.name(), "schema": context.schema,
        "profile_name": context.schema,
    });
    environment.add_global("target", to_jinja(&target));
    environment.add_function("log", |words: String, kwargs: Kwargs| {
        if kwargs.get::<Option<bool>>("info")?.unwrap_or(false) {
            record(|r| r.logs.push(words));
        }
        Ok::<_, JinjaError>(String::new())
    });
}

/// `tojson`, of which `indent` is not as wide as the memory.
fn tojson(state: &State<'_, '_>, value: &Value, indent: Option<Value>, kwargs: Kwargs) -> Result<Value, JinjaError> {
    let named: Option<Value> = kwargs.get("indent")?;
    let indent = indent.or(named);
    if indent.as_ref().and_then(Value::as_usize).is_some_and(|indent| indent > WIDEST) {
        return Err(too_wide());
    }
    let text = minijinja::filters::tojson(value, indent, Kwargs::from_iter(std::iter::empty::<(&str, Value)>()))?;
    state.consume_fuel(text.as_str().map_or(0, str::len) as u64 / 64)?;
    Ok(text)
}

/// Methods of Python's texts, lists and mappings, of which `format` is not as wide as the memory.
pub(super) fn unknown_method(
    state: &mut State<'_, '_>,
    value: &Value,
    method: &str,
    args: &[Value],
) -> Result<Value, JinjaError> {
    if method == "format" && value.as_str().is_some_and(is_wide) {
        return Err(too_wide());
    }
    unknown_method_callback(state, value, method, args)
}

/// Whether a field of `format` in braces has a width or a precision beyond [`WIDEST`].
fn is_wide(format: &str) -> bool {
    let fields = format.split('{').skip(1).filter_map(|field| field.split('}').next()?.split_once(':'));
    let mut numbers = fields.flat_map(|(_, spec)| spec.split(|c: char| !c.is_ascii_digit()));
    numbers.any(|digits| !digits.is_empty() && digits.parse::<usize>().map_or(true, |width| width > WIDEST))
}

fn too_wide() -> JinjaError {
    fail(Error::user(format!("a text is padded to more than {WIDEST} characters")))
}

fn register_relations(environment: &mut Environment<'static>, context: &Arc<TemplateContext>) {
    let known = Arc::clone(context);
    environment.add_function("ref", move |name: String| {
        if !known.models.contains(&name) {
            return Err(fail(
                Error::user(format!("there is no model or seed `{name}`"))
                    .did_you_mean(&name, known.models.iter().map(String::as_str)),
            ));
        }
        record(|r| r.refs.insert(name.clone()));
        Ok(known.relation(&name))
    });
    let known = Arc::clone(context);
    environment.add_function("source", move |source: String, table: String| {
        let key = (source.clone(), table.clone());
        if !known.sources.contains(&key) {
            let names: Vec<String> = known.sources.iter().map(|(s, t)| format!("{s}.{t}")).collect();
            return Err(fail(
                Error::user(format!("there is no source `{source}.{table}`"))
                    .did_you_mean(&format!("{source}.{table}"), names.iter().map(String::as_str))
                    .hint("sources are declared in `models/sources.yml`"),
            ));
        }
        record(|r| r.sources.insert(key));
        Ok(format!("{source}.{table}"))
    });
}

/// What questions alone have use for: `param('account')`, and the tables that readers are given.
fn register_questions(environment: &mut Environment<'static>, context: &Arc<TemplateContext>) {
    let known = Arc::clone(context);
    environment.add_function("param", move |name: String| {
        if !PARAMETERS.contains(&name.as_str()) {
            let error = Error::user(format!("there is no parameter `{name}`")).did_you_mean(&name, PARAMETERS);
            return Err(fail(error.hint(format!("parameters: {}", PARAMETERS.join(", ")))));
        }
        Ok(known.parameters.get(&name).map(|value| literal(value)))
    });
    let known = Arc::clone(context);
    environment.add_function("result_tables", move || {
        let tables = known.results.get().ok_or_else(|| {
            fail(Error::user("only questions know the result tables").hint("models are what these are made of"))
        })?;
        let tables = tables.iter().map(|table| {
            let grain = table.grain.iter().map(String::as_str).collect::<Value>();
            let columns = table.columns.iter().map(|(name, _)| name.as_str()).collect::<Value>();
            let typed = table.columns.iter().filter_map(|(name, kind)| Some((name.as_str(), (*kind)?.to_string())));
            let types = Value::from_pairs(typed.map(|(name, kind)| (name, Value::from(kind))));
            let name = Value::from(table.name.as_str());
            Value::from_pairs([("name", name), ("grain", grain), ("columns", columns), ("types", types)])
        });
        Ok::<Value, JinjaError>(tables.collect())
    });
}

fn register_settings(environment: &mut Environment<'static>, context: &Arc<TemplateContext>) {
    let known = Arc::clone(context);
    environment.add_function("var", move |name: String, default: Option<Value>| {
        let overridden = record(|r| r.vars.as_ref().and_then(|vars| vars.get(&name).cloned()));
        match overridden.as_ref().or_else(|| known.vars.get(&name)) {
            Some(value) => Ok(setting(name, value)),
            None => default.ok_or_else(|| {
                fail(
                    Error::user(format!("the setting `{name}` has no value"))
                        .did_you_mean(&name, known.vars.keys().map(String::as_str))
                        .hint("give it one under `vars:` in `config.yaml`, or with --vars"),
                )
            }),
        }
    });
    environment.add_function("config", |kwargs: Kwargs| {
        for key in kwargs.args() {
            let known = CONFIG.iter().chain(&CONFIG_OF_DBT).copied();
            if !known.clone().any(|known| known == key) {
                let error = Error::user(format!("config() has no `{key}`")).did_you_mean(key, known.clone());
                return Err(fail(error.hint(format!("known here: {}", CONFIG.join(", ")))));
            }
            let value: Value = kwargs.peek(key)?;
            if key == "materialized" {
                Materialization::read(value.as_str().unwrap_or_default()).map_err(fail)?;
            }
            let value = serde_json::to_value(&value)
                .map_err(|e| fail(Error::user(format!("config() cannot keep the value of `{key}`")).caused_by(&e)))?;
            record(|r| r.config.insert(key.to_owned(), value));
        }
        Ok::<_, JinjaError>(String::new())
    });
    environment.add_function("env_var", |name: String, default: Option<String>| {
        if name.starts_with(secrets::PREFIX) {
            let refused = Error::user(format!("the secret `{name}` is not for SQL: it is kept with what is published"));
            return Err(fail(refused.hint("secrets are for `targets` in `config.yaml`")));
        }
        std::env::var(&name).ok().or(default).ok_or_else(|| {
            fail(
                Error::user(format!("the environment variable `{name}` is not set"))
                    .hint(format!("set it, or give a default: env_var('{name}', '...')")),
            )
        })
    });
}

/// A setting for templates to work with; that it was read is recorded.
fn setting(path: String, value: &serde_json::Value) -> Value {
    record(|r| r.settings.insert(path.clone()));
    match value {
        serde_json::Value::Object(entries) => Value::from_object(Mapping { path, entries: entries.clone() }),
        _ => to_jinja(value),
    }
}

/// A mapping of settings, of which it is recorded what was read.
#[derive(Debug)]
struct Mapping {
    path: String,
    entries: Settings,
}

impl Object for Mapping {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let key = key.as_str()?;
        Some(setting(format!("{}.{key}", self.path), self.entries.get(key)?))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.entries.keys().map(|key| Value::from(key.as_str())).collect())
    }
}

/// A value for templates to work with. A number with more digits than a double has is a text: so none is lost.
pub(super) fn to_jinja(value: &serde_json::Value) -> Value {
    match value {
        serde_json::Value::Null => Value::from(()),
        serde_json::Value::Bool(flag) => Value::from(*flag),
        serde_json::Value::String(text) => Value::from(text.as_str()),
        serde_json::Value::Array(items) => items.iter().map(to_jinja).collect(),
        serde_json::Value::Object(entries) => {
            Value::from_pairs(entries.iter().map(|(key, value)| (key.as_str(), to_jinja(value))))
        }
        serde_json::Value::Number(number) => {
            let text = plain(&number.to_string());
            if let Ok(whole) = text.parse::<i128>() {
                return Value::from(whole);
            }
            match text.parse::<f64>() {
                Ok(double) if is_same_number(&text, &double.to_string()) => Value::from(double),
                _ => Value::from(text),
            }
        }
    }
}

/// Whether two texts without exponents are the same decimal.
fn is_same_number(one: &str, other: &str) -> bool {
    without_last_zeros(one) == without_last_zeros(other)
}

fn without_last_zeros(decimal: &str) -> String {
    match decimal.split_once('.') {
        Some((whole, fraction)) => format!("{whole}.{}", fraction.trim_end_matches('0')),
        None => format!("{decimal}."),
    }
}

/// `this`: the name in SQL of what is being rendered.
#[derive(Debug)]
struct This(Arc<TemplateContext>);

impl Object for This {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str()? {
            "name" | "identifier" | "table" => Some(Value::from(record(|r| r.this.clone()))),
            "schema" => Some(Value::from(self.0.schema.clone())),
            _ => None,
        }
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.relation(&record(|r| r.this.clone())))
    }
}

/// `exceptions.raise_compiler_error('...')`.
#[derive(Debug)]
struct Exceptions;

impl Object for Exceptions {
    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, JinjaError> {
        if method != "raise_compiler_error" {
            return Err(JinjaError::from(ErrorKind::UnknownMethod));
        }
        let words = args.first().map(ToString::to_string).unwrap_or_default();
        Err(fail(Error::user(words)))
    }
}

#[cfg(test)]
mod tests;
