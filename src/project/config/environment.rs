//! `{{ env_var('NAME', 'default') }}` in `config.yaml`, as in dbt's profiles.

use crate::common::error::{Error, Result};
use crate::common::secrets;
use crate::project::TextFile;
use crate::project::yaml::{Node, ValueKind};

/// What `read` gives for the name of a variable.
type Read<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Puts variables of the environment where `node` names them. Secrets may be named below `targets` alone: settings are
/// kept with what is published.
///
/// # Errors
/// All variables that are not set and have no default, what cannot be read, and secrets elsewhere; each with its place.
pub(super) fn fill(file: &TextFile, node: &mut Node, read: Read<'_>) -> Result<()> {
    let mut errors = Vec::new();
    if let ValueKind::Map(entries) = &mut node.kind {
        for (key, node) in entries {
            fill_below(file, node, key.name == "targets", read, &mut errors);
        }
    }
    Error::many(errors).map_or(Ok(()), Err)
}

fn fill_below(file: &TextFile, node: &mut Node, is_target: bool, read: Read<'_>, errors: &mut Vec<Error>) {
    let at = node.at;
    match &mut node.kind {
        ValueKind::List(items) => items.iter_mut().for_each(|item| fill_below(file, item, is_target, read, errors)),
        ValueKind::Map(entries) => {
            entries.iter_mut().for_each(|(_, node)| fill_below(file, node, is_target, read, errors));
        }
        ValueKind::Environment(_) => {}
        ValueKind::Scalar(value) => match value.as_str().map(|text| filled(text, is_target, read)) {
            None | Some(Ok(None)) => {}
            Some(Ok(Some(text))) => node.kind = ValueKind::Environment(text),
            Some(Err(error)) => errors.push(error.at(file.place(at))),
        },
    }
}

/// `text` with what the environment says; nothing if it asks for nothing.
fn filled(text: &str, is_target: bool, read: Read<'_>) -> Result<Option<String>> {
    let (mut whole, mut rest, mut asks) = (String::new(), text, false);
    while let Some((before, after)) = rest.split_once("{{") {
        let call = after.trim_start();
        if !call.starts_with("env_var") {
            whole.push_str(before);
            whole.push_str("{{");
            rest = after;
            continue;
        }
        let unread = || {
            Error::user(format!("`{text}` cannot be read"))
                .hint("write \"{{ env_var('NAME') }}\" or \"{{ env_var('NAME', 'default') }}\"")
        };
        let (call, after) = after.split_once("}}").ok_or_else(unread)?;
        let (name, default) = arguments(call).ok_or_else(unread)?;
        whole.push_str(before);
        whole.push_str(&value(name, default, is_target, read)?);
        (rest, asks) = (after, true);
    }
    whole.push_str(rest);
    Ok(asks.then_some(whole))
}

fn value(name: &str, default: Option<&str>, is_target: bool, read: Read<'_>) -> Result<String> {
    let is_secret = name.starts_with(secrets::PREFIX);
    if is_secret && !is_target {
        return Err(Error::user(format!(
            "the secret `{name}` is not for settings: they are kept with what is published"
        ))
        .hint(format!("name it below `targets`, or give the variable a name without `{}`", secrets::PREFIX)));
    }
    let found = read(name).or_else(|| default.map(str::to_owned)).ok_or_else(|| {
        Error::user(format!("the environment variable `{name}` is not set"))
            .hint(format!("set it, or give a default: env_var('{name}', '...')"))
    })?;
    if is_secret {
        secrets::keep(&found);
    }
    Ok(found)
}

/// Name and default of `env_var('NAME', 'default')`.
fn arguments(call: &str) -> Option<(&str, Option<&str>)> {
    let inside = call.trim().strip_prefix("env_var")?.trim_start().strip_prefix('(')?.strip_suffix(')')?.trim();
    let (name, rest) = quoted(inside)?;
    match rest.trim() {
        "" => Some((name, None)),
        rest => {
            let (default, rest) = quoted(rest.strip_prefix(',')?.trim_start())?;
            rest.trim().is_empty().then_some((name, Some(default)))
        }
    }
}

/// What stands in quotes at the beginning of `text`, and what comes after.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let quote = text.chars().next().filter(|quote| matches!(quote, '\'' | '"'))?;
    text[1..].split_once(quote)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::yaml;

    fn fill_text(text: &str) -> Result<serde_json::Value> {
        let file = TextFile { path: "config.yaml".to_owned(), text: text.into() };
        let mut node = yaml::read(&file)?;
        let read = |name: &str| match name {
            "BUCKET" => Some("results".to_owned()),
            "APPORTION_ENV_SECRET_KEY" => Some("key-of-this-test".to_owned()),
            _ => None,
        };
        fill(&file, &mut node, &read)?;
        Ok(node.value())
    }

    fn refused(text: &str, words: &str) {
        let error = fill_text(text).unwrap_err().to_string();
        assert!(error.contains(words) && error.contains("config.yaml:"), "{error}");
    }

    #[test]
    fn variables_stand_for_texts_and_parts_of_texts() {
        let text = "targets:\n  t: { output: \"s3://{{ env_var('BUCKET') }}/{{ env_var(\"PREFIX\", 'a/b') }}\" }\n";
        let text = text.replace("\"PREFIX\"", "'PREFIX'");
        assert_eq!(fill_text(&text).unwrap()["targets"]["t"]["output"], "s3://results/a/b");
        assert_eq!(fill_text("vars: { a: \"{{ other }} 'x'\" }").unwrap()["vars"]["a"], "{{ other }} 'x'");
    }

    #[test]
    fn what_is_not_set_or_not_understood_is_named_with_its_place() {
        refused("vars:\n  a: \"{{ env_var('NONE') }}\"\n", "`NONE` is not set");
        for call in ["env_var()", "env_var('A' 'B')", "env_var('A', B)", "env_var('A'", "env_variable('A')"] {
            refused(&format!("vars:\n  a: \"{{{{ {call} }}}}\"\n"), "cannot be read");
        }
        refused("vars:\n  a: \"{{ env_var('A'\"\n", "cannot be read");
    }

    #[test]
    fn secrets_are_for_targets() {
        let secret = "{ a: \"{{ env_var('APPORTION_ENV_SECRET_KEY') }}\" }";
        assert_eq!(fill_text(&format!("targets: {secret}")).unwrap()["targets"]["a"], "key-of-this-test");
        refused(&format!("vars: {secret}"), "is not for settings");
        assert_eq!(secrets::masked("the key-of-this-test"), "the *****");
    }
}
