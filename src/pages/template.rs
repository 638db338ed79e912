//! Renders the templates of pages: the project's, or those that are built in.

use std::path::Path;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Error as JinjaError, HtmlEscape, UndefinedBehavior, Value};
use serde::Serialize;

use crate::common::error::{Error, Place, Result};

/// Where a project may have its own.
const FOLDER: &str = "docs/templates";
/// Those that are built in.
const BUILT_IN: [(&str, &str); 2] = [
    (PAGE, include_str!("../../docs/templates/page.html")),
    (DIAGRAM, include_str!("../../docs/templates/diagram.svg")),
];

/// The template of the page of a project.
pub(super) const PAGE: &str = "page.html";
/// The template of the diagram of an account.
pub(super) const DIAGRAM: &str = "diagram.svg";

/// The templates of pages.
#[derive(Debug, Clone)]
pub struct Templates {
    /// Each by its name, with where it is and its text.
    files: Vec<(&'static str, String, String)>,
}

impl Templates {
    /// Those of the project in `root`, and what is built in where it has none.
    ///
    /// # Errors
    /// When one of them cannot be read.
    pub fn of(root: &Path) -> Result<Self> {
        let files = BUILT_IN.map(|(name, built_in)| {
            let path = root.join(FOLDER).join(name);
            let text = if path.exists() {
                std::fs::read_to_string(&path).map_err(|e| Error::io("read", &path, &e))?
            } else {
                built_in.to_owned()
            };
            Ok((name, format!("{FOLDER}/{name}"), text))
        });
        Ok(Self { files: files.into_iter().collect::<Result<_>>()? })
    }

    /// What the template `name` makes of `view`, which is text there and no part of the page.
    ///
    /// # Errors
    /// What is wrong with the template, with its place.
    pub(super) fn render(&self, name: &str, view: &impl Serialize) -> Result<String> {
        let made = self.environment().and_then(|it| it.get_template(name)?.render(Serde(view)));
        made.map_err(|error| self.wrong(&error))
    }

    fn environment(&self) -> Result<Environment<'_>, JinjaError> {
        let mut environment = Environment::new();
        environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_debug(true);
        environment.set_auto_escape_callback(|_| AutoEscape::Html);
        environment.add_filter("marked", |text: &str| Value::from_safe_string(marked(text)));
        for (name, _, text) in &self.files {
            environment.add_template(name, text)?;
        }
        Ok(environment)
    }

    fn wrong(&self, error: &JinjaError) -> Error {
        let detail = error.detail().unwrap_or_default();
        let message = if detail.is_empty() { error.kind().to_string() } else { format!("{}: {detail}", error.kind()) };
        let found = Error::user(message);
        match self.files.iter().find(|(name, ..)| error.name() == Some(name)) {
            Some((_, path, text)) => found.at(Place::in_text(path, text, error.line().unwrap_or_default(), 0)),
            None => found,
        }
    }
}

/// A text as HTML, in which what stands between backticks is code.
fn marked(text: &str) -> String {
    let parts = text.split('`').enumerate().map(|(at, part)| {
        let escaped = HtmlEscape(part);
        if at % 2 == 1 { format!("<code>{escaped}</code>") } else { escaped.to_string() }
    });
    parts.collect()
}

/// `name`, or as much of it as `letters` hold.
pub(super) fn fitted(name: &str, letters: usize) -> String {
    if name.chars().count() <= letters {
        return name.to_owned();
    }
    let begin: String = name.chars().take(letters - 1).collect();
    format!("{begin}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_of_the_project_comes_first_and_an_error_in_it_has_its_line() {
        let root = tempfile::tempdir().expect("a folder");
        let folder = root.path().join(FOLDER);
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::write(folder.join(PAGE), "<p>{{ word }}</p>\n{{ missing }}\n").expect("a file");
        let templates = Templates::of(root.path()).expect("templates");
        let error = templates.render(PAGE, &serde_json::json!({ "word": "<b>" })).expect_err("an undefined name");
        assert_eq!(error.place().map(|place| place.line), Some(2), "{error}");
        std::fs::write(folder.join(PAGE), "<p>{{ word }}{{ word|marked }}</p>\n").expect("a file");
        let templates = Templates::of(root.path()).expect("templates");
        let text = templates.render(PAGE, &serde_json::json!({ "word": "<b> `a<b`" })).expect("a page");
        assert_eq!(text, "<p>&lt;b&gt; `a&lt;b`&lt;b&gt; <code>a&lt;b</code></p>");
    }
}
