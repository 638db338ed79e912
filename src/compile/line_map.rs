//! Which line of the analyst's file a compiled line came from.
//!
//! The file is rendered a second time with a marker at the head of each line that stands outside of
//! Jinja tags; the markers that come out say where each line came from.

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
