//! The macros of a file: where each stands, and each with only what it needs.

use std::borrow::Cow;
use std::ops::Range;

/// dbt's `{% test x(...) %}` blocks are macros named `test_x`.
pub fn with_test_blocks(text: &str) -> Cow<'_, str> {
    if !text.contains("endtest") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 64);
    let mut rest = text;
    while let Some(at) = rest.find("{%") {
        let (head, tail) = rest.split_at(at);
        out.push_str(head);
        let Some(end) = tail.find("%}") else {
            rest = tail;
            break;
        };
        let (tag, after) = tail.split_at(end + 2);
        let inner = tag.trim_start_matches("{%").trim_start_matches('-').trim_start();
        if let Some(name) = inner.strip_prefix("test ") {
            out.push_str("{% macro test_");
            out.push_str(name.trim_start());
        } else if inner.starts_with("endtest") {
            out.push_str(&tag.replace("endtest", "endmacro"));
        } else {
            out.push_str(tag);
        }
        rest = after;
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The names of all macros in `text`.
pub fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split("{%").skip(1).filter_map(opened)
}

/// `text` with only the macro `name` and those it may call; the others are blanks, so that what is left keeps its place.
///
/// A call makes all macros of a template before it runs one.
pub fn alone(text: &str, name: &str) -> String {
    let (mut kept, mut others): (Vec<_>, Vec<_>) = blocks(text).into_iter().partition(|(other, _)| *other == name);
    let mut next = 0;
    while let Some((_, block)) = kept.get(next).cloned() {
        kept.extend(others.extract_if(.., |(other, _)| text[block.clone()].contains(*other)));
        next += 1;
    }
    let mut alone = text.to_owned();
    for (_, block) in others {
        let blanks: String = text[block.clone()].bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect();
        alone.replace_range(block, &blanks);
    }
    alone
}

/// The macros of `text` from `{% macro` to the end of `endmacro %}`.
fn blocks(text: &str) -> Vec<(&str, Range<usize>)> {
    let mut blocks = Vec::new();
    let mut open = None;
    for (at, _) in text.match_indices("{%") {
        let tag = &text[at + 2..];
        if let (Some(name), None) = (opened(tag), open) {
            open = Some((name, at));
        } else if inner(tag).starts_with("endmacro")
            && let (Some((name, start)), Some(length)) = (open.take(), tag.find("%}"))
        {
            blocks.push((name, start..at + 2 + length + 2));
        }
    }
    blocks
}

/// The name of the macro that `tag` opens, the text after `{%`.
fn opened(tag: &str) -> Option<&str> {
    inner(tag).strip_prefix("macro ")?.split_once('(').map(|(name, _)| name.trim())
}

fn inner(tag: &str) -> &str {
    tag.trim_start_matches('-').trim_start()
}
