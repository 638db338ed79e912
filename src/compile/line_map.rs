//! Which line of the analyst's file a compiled line came from.
//!
//! The file is rendered a second time with a marker at the head of each line that stands outside of
//! Jinja tags; the markers that come out say where each line came from. Only errors ask for that.

use std::sync::{Arc, LazyLock};

type Reading = Box<dyn FnOnce() -> Vec<usize> + Send>;

/// For each compiled line the line of the template, both from 1; worked out when it is first asked for.
#[derive(Debug, Clone)]
pub struct LineMap(Arc<LazyLock<Vec<usize>, Reading>>);

impl LineMap {
    /// A map that `read` gives.
    pub fn new(read: impl FnOnce() -> Vec<usize> + Send + 'static) -> Self {
        Self(Arc::new(LazyLock::new(Box::new(read))))
    }

    /// The template's line for the compiled `line`.
    pub fn line(&self, line: usize) -> Option<usize> {
        self.0.get(line.checked_sub(1)?).copied()
    }
}

impl Default for LineMap {
    /// No line is known.
    fn default() -> Self {
        Self::new(Vec::new)
    }
}

/// Puts a marker before every line of `template` that begins outside of a tag.
pub fn mark(template: &str) -> String {
    let mut marked = String::with_capacity(template.len() * 2);
    let mut closing: Option<&str> = None;
    for (index, line) in template.split_inclusive('\n').enumerate() {
        if closing.is_none() {
            marked.push_str(&format!("/*@{}@*/", index + 1));
        }
        marked.push_str(line);
        closing = after(line, closing);
    }
    marked
}

/// The end of tag that is awaited after `line`.
fn after<'a>(line: &str, mut closing: Option<&'a str>) -> Option<&'a str> {
    let mut rest = line;
    loop {
        match closing {
            Some(end) => match rest.find(end) {
                Some(at) => {
                    rest = &rest[at + end.len()..];
                    closing = None;
                }
                None => return closing,
            },
            None => {
                let openings = [("{{", "}}"), ("{%", "%}"), ("{#", "#}")];
                let next = openings.iter().filter_map(|(open, end)| rest.find(open).map(|at| (at, *end)));
                match next.min() {
                    Some((at, end)) => {
                        rest = &rest[at + 2..];
                        closing = Some(end);
                    }
                    None => return None,
                }
            }
        }
    }
}

/// Reads the markers of a rendered text: for each of its lines, the line of the template (from 1).
pub fn read(rendered: &str) -> Vec<usize> {
    let mut current = 1;
    rendered
        .lines()
        .map(|line| {
            let marker = line.split_once("/*@").and_then(|(_, rest)| rest.split_once("@*/"));
            if let Some(number) = marker.and_then(|(number, _)| number.parse().ok()) {
                current = number;
            }
            current
        })
        .collect()
}
