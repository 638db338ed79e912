//! A YAML text as a tree.

use std::collections::BTreeMap;
use std::str::FromStr;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Tag};
use serde_json::{Number, Value};

use crate::common::error::{Error, Place, Result};
use crate::common::settings::Settings;
use crate::project::TextFile;

/// How deeply a text may be nested.
const DEPTH: usize = 64;
/// How many nodes a text may have, aliases written out: they can name each other.
const NODES: usize = 200_000;

/// Where something stands in a text: line and column from 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Span {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

/// A value with its place.
#[derive(Debug, Clone)]
pub struct Node {
    /// Where it begins.
    pub at: Span,
    /// What it is.
    pub(in crate::project) kind: ValueKind,
}

/// What a value is.
#[derive(Debug, Clone)]
pub(in crate::project) enum ValueKind {
    /// Null, a boolean, a number with its digits as they are written, or a text.
    Scalar(Value),
    /// A text of the environment, which may be meant as any of these.
    Environment(String),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping; no key stands twice.
    Map(Vec<(Key, Node)>),
}

/// The key of a mapping.
#[derive(Debug, Clone)]
pub(in crate::project) struct Key {
    /// Where it begins.
    pub(in crate::project) at: Span,
    /// Its text.
    pub(in crate::project) name: String,
}

/// Reads a whole file; one without content is null.
///
/// # Errors
/// When the text is not YAML, has a key twice or more than one document; the error names line and column.
pub(in crate::project) fn read(file: &TextFile) -> Result<Node> {
    let node = Builder::new(&file.text).document();
    node.map_err(|error| error.relocate(|at| file.place_at(at.line, at.column)))
}

/// Reads a mapping that was typed.
///
/// # Errors
/// When it is not YAML or not a mapping.
pub fn settings(text: &str) -> Result<Settings> {
    match Builder::new(text).document()?.value() {
        Value::Object(settings) => Ok(settings),
        Value::Null => Ok(Settings::new()),
        _ => Err(Error::user("this is not a mapping of names to values")),
    }
}

impl Span {
    /// An error's place in a text whose file is not known here.
    fn place(self) -> Place {
        Place { file: Default::default(), line: self.line, column: self.column, text: None }
    }
}

impl Node {
    /// The value alone, without places.
    pub(in crate::project) fn value(&self) -> Value {
        match &self.kind {
            ValueKind::Scalar(value) => value.clone(),
            ValueKind::Environment(text) => Value::String(text.clone()),
            ValueKind::List(items) => Value::Array(items.iter().map(Self::value).collect()),
            ValueKind::Map(entries) => {
                Value::Object(entries.iter().map(|(key, node)| (key.name.clone(), node.value())).collect())
            }
        }
    }

    /// The value under `key`, if this is a mapping that has it.
    pub fn child(&self, key: &str) -> Option<&Self> {
        match &self.kind {
            ValueKind::Map(entries) => entries.iter().find(|(own, _)| own.name == key).map(|(_, node)| node),
            _ => None,
        }
    }

    /// Whether there is nothing.
    pub(super) fn is_null(&self) -> bool {
        matches!(self.kind, ValueKind::Scalar(Value::Null))
    }

    /// Where the text `word` stands in this, or where this begins.
    pub fn place_of(&self, word: &str) -> Span {
        self.find(word).unwrap_or(self.at)
    }

    fn find(&self, word: &str) -> Option<Span> {
        match &self.kind {
            ValueKind::Scalar(value) => (value.as_str() == Some(word)).then_some(self.at),
            ValueKind::Environment(_) => None,
            ValueKind::List(items) => items.iter().find_map(|item| item.find(word)),
            ValueKind::Map(entries) => {
                entries.iter().find_map(|(key, node)| if key.name == word { Some(key.at) } else { node.find(word) })
            }
        }
    }

    fn size(&self) -> usize {
        match &self.kind {
            ValueKind::Scalar(_) | ValueKind::Environment(_) => 1,
            ValueKind::List(items) => 1 + items.iter().map(Self::size).sum::<usize>(),
            ValueKind::Map(entries) => 1 + entries.iter().map(|(_, node)| node.size()).sum::<usize>(),
        }
    }
}

/// What is open while events come in.
enum Open {
    List(Span, usize, Vec<Node>),
    Map(Span, usize, Vec<(Key, Node)>, Option<Key>),
}

struct Builder<'a> {
    parser: Parser<'a, saphyr_parser::StrInput<'a>>,
    open: Vec<Open>,
    anchors: BTreeMap<usize, Node>,
    root: Option<Node>,
    nodes: usize,
    /// The characters that end lines, by number, and the end of the text.
    line_ends: Vec<usize>,
}

impl<'a> Builder<'a> {
    fn new(text: &'a str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let parser = Parser::new_from_str(text);
        let ends = text.chars().chain(['\n']).enumerate().filter(|(_, c)| *c == '\n');
        let line_ends = ends.map(|(at, _)| at).collect();
        Self { parser, open: Vec::new(), anchors: BTreeMap::new(), root: None, nodes: 0, line_ends }
    }

    /// The place of `marker`. The parser's own lines end with a carriage return alone, too, and there is one more of them
    /// behind a last one without an end.
    fn at(&self, marker: &Marker) -> Span {
        let at = marker.index().min(self.line_ends.last().copied().unwrap_or_default());
        let line = self.line_ends.partition_point(|end| *end < at);
        let start = line.checked_sub(1).and_then(|before| self.line_ends.get(before)).map_or(0, |end| end + 1);
        Span { line: line + 1, column: at - start + 1 }
    }

    fn document(mut self) -> Result<Node> {
        let mut documents = 0;
        while let Some(event) = self.parser.next_event() {
            let (event, span) = event.map_err(|error| {
                let at = self.at(error.marker());
                Error::user(format!("this is not YAML: {}", error.info())).at(at.place())
            })?;
            let at = self.at(&span.start);
            match event {
                Event::DocumentStart(_) => {
                    documents += 1;
                    if documents > 1 {
                        return Err(Error::user("there is a second document in this file")
                            .at(at.place())
                            .hint("remove the `---` between them, or make it a file of its own"));
                    }
                }
                Event::Scalar(text, style, anchor, tag) => {
                    let kind = ValueKind::Scalar(scalar(&text, style, tag.as_deref(), at)?);
                    self.count(1, at)?;
                    self.add(Node { at, kind }, anchor, style == ScalarStyle::Plain)?;
                }
                Event::Alias(anchor) => {
                    let node = self.anchors.get(&anchor).cloned();
                    let node = node.ok_or_else(|| Error::user("this alias refers to itself").at(at.place()))?;
                    self.count(node.size(), at)?;
                    self.add(Node { at, kind: node.kind }, 0, false)?;
                }
                Event::SequenceStart(anchor, _) => self.begin(Open::List(at, anchor, Vec::new()), at)?,
                Event::MappingStart(anchor, _) => self.begin(Open::Map(at, anchor, Vec::new(), None), at)?,
                Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                    Some(Open::List(at, anchor, items)) => {
                        self.add(Node { at, kind: ValueKind::List(items) }, anchor, false)?;
                    }
                    Some(Open::Map(at, anchor, entries, _)) => {
                        self.add(Node { at, kind: ValueKind::Map(merged(entries)) }, anchor, false)?;
                    }
                    None => {}
                },
                Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
            }
        }
        Ok(self.root.unwrap_or(Node { at: Span { line: 1, column: 1 }, kind: ValueKind::Scalar(Value::Null) }))
    }

    fn begin(&mut self, open: Open, at: Span) -> Result<()> {
        if self.open.len() == DEPTH {
            return Err(Error::user(format!("this is nested more than {DEPTH} levels deep")).at(at.place()));
        }
        self.open.push(open);
        self.count(1, at)
    }

    fn count(&mut self, more: usize, at: Span) -> Result<()> {
        self.nodes += more;
        if self.nodes > NODES {
            return Err(Error::user(format!("this file has more than {NODES} values")).at(at.place()));
        }
        Ok(())
    }

    fn add(&mut self, node: Node, anchor: usize, is_plain: bool) -> Result<()> {
        if anchor > 0 {
            // It is kept a second time.
            self.count(node.size(), node.at)?;
            self.anchors.insert(anchor, node.clone());
        }
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Open::List(_, _, items)) => items.push(node),
            Some(Open::Map(_, _, entries, key @ None)) => *key = Some(new_key(node, entries, is_plain)?),
            Some(Open::Map(_, _, entries, key)) => entries.extend(key.take().map(|key| (key, node))),
        }
        Ok(())
    }
}

/// `node` as a key beside the `others`.
fn new_key(node: Node, others: &[(Key, Node)], is_plain: bool) -> Result<Key> {
    let name = match node.kind {
        ValueKind::Scalar(Value::String(text)) | ValueKind::Environment(text) => text,
        ValueKind::Scalar(Value::Null) if is_plain => String::new(),
        ValueKind::Scalar(value) => value.to_string(),
        ValueKind::List(_) | ValueKind::Map(_) => {
            return Err(Error::user("a key has to be a string").at(node.at.place()));
        }
    };
    match others.iter().find(|(other, _)| other.name == name) {
        Some((first, _)) => Err(Error::user(format!("the key `{name}` appears twice"))
            .at(node.at.place())
            .hint(format!("the other one is at line {}, column {}", first.at.line, first.at.column))),
        None => Ok(Key { at: node.at, name }),
    }
}

/// `entries` with those of the mappings under `<<` that they do not have themselves.
fn merged(entries: Vec<(Key, Node)>) -> Vec<(Key, Node)> {
    let (merges, mut own): (Vec<_>, Vec<_>) = entries.into_iter().partition(|(key, _)| key.name == "<<");
    for (_, node) in merges {
        match node.kind {
            ValueKind::List(nodes) => nodes.into_iter().for_each(|node| merge(&mut own, node)),
            _ => merge(&mut own, node),
        }
    }
    own
}

fn merge(own: &mut Vec<(Key, Node)>, node: Node) {
    let ValueKind::Map(more) = node.kind else { return };
    for (key, value) in more {
        if own.iter().all(|(other, _)| other.name != key.name) {
            own.push((key, value));
        }
    }
}

/// What a scalar means: YAML's core schema, in which a number that begins with zeros is a text, as account ids may.
fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>, at: Span) -> Result<Value> {
    let is_text = style != ScalarStyle::Plain;
    match tag {
        None if is_text => Ok(Value::from(text)),
        None => Ok(plain(text)),
        Some(tag) if tag.is_yaml_core_schema() && tag.suffix == "str" => Ok(Value::from(text)),
        Some(tag) if tag.is_yaml_core_schema() => Ok(plain(text)),
        Some(tag) => {
            Err(Error::user(format!("the tag `{tag}` is not known")).at(at.place()).hint("write the value without it"))
        }
    }
}

fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => number(text).map_or_else(|| Value::from(text), Value::Number),
    }
}

/// A number with the digits that are written; `None` for everything else.
fn number(text: &str) -> Option<Number> {
    let (sign, digits) = match text.split_at_checked(1) {
        Some(("-", rest)) => ("-", rest),
        Some(("+", rest)) => ("", rest),
        _ => ("", text),
    };
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        if let Some(digits) = digits.strip_prefix(prefix) {
            // A sign may only stand before all of it.
            let are_digits = digits.bytes().all(|byte| byte.is_ascii_alphanumeric());
            let number = u64::from_str_radix(digits, radix).ok().filter(|_| are_digits)?;
            return Number::from_str(&format!("{sign}{number}")).ok();
        }
    }
    let (mantissa, exponent) = digits.split_once(['e', 'E']).map_or((digits, None), |(m, e)| (m, Some(e)));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_number = are_digits(whole)
        && are_digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && !(whole.len() > 1 && whole.starts_with('0'))
        && exponent.is_none_or(|e| {
            let e = e.strip_prefix(['-', '+']).unwrap_or(e);
            !e.is_empty() && are_digits(e)
        });
    let whole = if whole.is_empty() { "0" } else { whole };
    let point = if mantissa.contains('.') { "." } else { "" };
    let fraction = if point == "." && fraction.is_empty() { "0" } else { fraction };
    let exponent = exponent.map(|e| format!("e{e}")).unwrap_or_default();
    let json = format!("{sign}{whole}{point}{fraction}{exponent}");
    if is_number { Number::from_str(&json).ok() } else { None }
}

fn are_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests;
