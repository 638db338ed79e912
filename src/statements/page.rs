//! Pages and mails: Jinja templates.

use std::sync::Arc;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Error as JinjaError, HtmlEscape, UndefinedBehavior};
use serde_json::{Value, json};

use super::folder::Templates;
use crate::common::error::{Error, Place, Result};

/// How much work a template may be: about one for each step and each 64 bytes of text.
const FUEL: u64 = 50_000_000;

/// The text that `template` makes of `file` with `view` and `words`. What is in `view` is text on a page and no part of it.
///
/// # Errors
/// What is wrong with the template, with its place.
pub(super) fn render(
    templates: &Arc<Templates>,
    template: &str,
    file: &str,
    view: &Value,
    words: &Value,
) -> Result<String> {
    let known = json!({ "view": view, "words": words });
    let name = format!("{template}/{file}");
    let environment = environment(templates, template).map_err(|error| wrong(templates, &error))?;
    let page = environment.get_template(&name).and_then(|page| page.render(Serde(&known)));
    page.map_err(|error| wrong(templates, &error))
}

/// A link of a page to `target`.
pub(super) fn link(name: &str, target: &str) -> String {
    format!("<a href=\"{}\">{}</a>", HtmlEscape(target), HtmlEscape(name))
}

fn environment(templates: &Arc<Templates>, template: &str) -> Result<Environment<'static>, JinjaError> {
    let mut environment = Environment::new();
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    environment.set_auto_escape_callback(
        |name| {
            if name.contains(".html") { AutoEscape::Html } else { AutoEscape::None }
        },
    );
    let (files, folder) = (Arc::clone(templates), template.to_owned());
    // A part is in the template's own folder, or in the one above.
    environment.set_loader(move |name| {
        let own = format!("{folder}/{name}");
        let path = [name, own.as_str()].into_iter().find(|path| files.get(path).is_some());
        Ok(path.and_then(|path| files.text(path).ok().flatten()).map(str::to_owned))
    });
    Ok(environment)
}

fn wrong(templates: &Templates, error: &JinjaError) -> Error {
    let detail = error.detail().unwrap_or_default();
    let message = if detail.is_empty() { error.kind().to_string() } else { format!("{}: {detail}", error.kind()) };
    let found = Error::user(message);
    let Some(name) = error.name() else { return found };
    let Ok(Some(text)) = templates.text(name) else { return found.at(Place::file(templates.name(name))) };
    let line = error.line().unwrap_or_default();
    let begins = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum::<usize>();
    let column = error.range().and_then(|range| {
        let before = text.get(begins..range.start)?;
        Some(before.chars().count() + 1)
    });
    found.at(Place::in_text(templates.name(name), text, line, column.unwrap_or_default()))
}
