//! The picture of what a model is made of, and what is made of it: two steps either way.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::template::fitted;

/// How many steps are drawn, either way.
const STEPS: usize = 2;
/// How many boxes stand in a column.
const TALLEST: usize = 14;
/// Width and height of a box, and what is between two of them.
const BOX: (usize, usize) = (192, 26);
const GAP: (usize, usize) = (32, 8);
/// How many characters fit into a box.
const LETTERS: usize = 26;

/// What a box stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A table of the report.
    Source,
    /// A lookup table.
    Seed,
    /// A model.
    Model,
}

/// What is made of what.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    kinds: BTreeMap<String, Kind>,
    parents: BTreeMap<String, BTreeSet<String>>,
    children: BTreeMap<String, BTreeSet<String>>,
}

impl Graph {
    /// Has `name` in the graph.
    pub fn add(&mut self, name: &str, kind: Kind) {
        self.kinds.insert(name.to_owned(), kind);
    }

    /// Says that `child` reads `parent`.
    pub fn connect(&mut self, parent: &str, child: &str) {
        self.parents.entry(child.to_owned()).or_default().insert(parent.to_owned());
        self.children.entry(parent.to_owned()).or_default().insert(child.to_owned());
    }

    /// What reads `name`.
    pub fn readers<'a>(&'a self, name: &str) -> impl Iterator<Item = (&'a str, Kind)> {
        self.with_kinds(self.children.get(name))
    }

    /// What `name` reads.
    pub fn read<'a>(&'a self, name: &str) -> impl Iterator<Item = (&'a str, Kind)> {
        self.with_kinds(self.parents.get(name))
    }

    fn with_kinds<'a>(&'a self, names: Option<&'a BTreeSet<String>>) -> impl Iterator<Item = (&'a str, Kind)> {
        names.into_iter().flatten().filter_map(|name| Some((name.as_str(), *self.kinds.get(name)?)))
    }
}

/// A picture, in pixels.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Lineage {
    width: usize,
    height: usize,
    boxes: Vec<Node>,
    /// Paths of SVG, one for each step from parent to child.
    lines: Vec<String>,
}

#[derive(Debug, Clone, Serialize)]
struct Node {
    name: String,
    /// The name as it fits into the box.
    label: String,
    kind: Option<Kind>,
    /// Whether it is what the picture is of.
    is_subject: bool,
    x: usize,
    y: usize,
    width: usize,
    height: usize,
}

/// The picture around `subject`.
pub(super) fn lineage(graph: &Graph, subject: &str) -> Lineage {
    let before = steps(&graph.parents, subject);
    let behind = steps(&graph.children, subject);
    let mut columns: Vec<Vec<&str>> = before.into_iter().rev().collect();
    columns.push(vec![subject]);
    columns.extend(behind);
    // A box stands near those that it belongs to.
    for at in (0..columns.len() / 2).rev() {
        sort(&mut columns, at, at + 1, &graph.children);
    }
    for at in columns.len() / 2 + 1..columns.len() {
        sort(&mut columns, at, at - 1, &graph.parents);
    }
    let tallest = columns.iter().map(|names| names.len().min(TALLEST)).max().unwrap_or(1);
    let height = tallest * (BOX.1 + GAP.1) - GAP.1;
    let mut boxes = Vec::new();
    let mut places: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let first = columns.iter().position(|names| !names.is_empty()).unwrap_or_default();
    let last = columns.iter().rposition(|names| !names.is_empty()).unwrap_or_default();
    for (column, names) in columns.iter().enumerate() {
        let shown = if names.len() > TALLEST { TALLEST - 1 } else { names.len() };
        let rows = names.len().min(TALLEST);
        let top = (height - (rows * (BOX.1 + GAP.1)).saturating_sub(GAP.1)) / 2;
        let x = column.saturating_sub(first) * (BOX.0 + GAP.0);
        let y = |row: usize| top + row * (BOX.1 + GAP.1);
        for (row, name) in names.iter().take(shown).enumerate() {
            places.insert(name, (column, y(row)));
            let kind = graph.kinds.get(*name).copied();
            boxes.push(node(name, fitted(name, LETTERS), kind, *name == subject, (x, y(row))));
        }
        if shown < names.len() {
            boxes.push(node("", format!("and {} more", names.len() - shown), None, false, (x, y(shown))));
        }
    }
    let lines = places.iter().flat_map(|(name, (column, y))| {
        let children = graph.children.get(*name).into_iter().flatten();
        let children = children.filter_map(|child| places.get(child.as_str()));
        let x = (column - first) * (BOX.0 + GAP.0) + BOX.0;
        let next = children.filter(move |(other, _)| *other == column + 1);
        next.map(move |(_, to)| curve((x, y + BOX.1 / 2), (x + GAP.0, to + BOX.1 / 2)))
    });
    let lines = lines.collect();
    Lineage { width: (last - first + 1) * (BOX.0 + GAP.0) - GAP.0, height, boxes, lines }
}

fn node(name: &str, label: String, kind: Option<Kind>, is_subject: bool, (x, y): (usize, usize)) -> Node {
    Node { name: name.to_owned(), label, kind, is_subject, x, y, width: BOX.0, height: BOX.1 }
}

fn curve(from: (usize, usize), to: (usize, usize)) -> String {
    let middle = usize::midpoint(from.0, to.0);
    format!("M{} {}C{middle} {} {middle} {} {} {}", from.0, from.1, from.1, to.1, to.0, to.1)
}

/// What is one step away from `subject`, two steps, and so on; each in the nearest.
fn steps<'a>(next: &'a BTreeMap<String, BTreeSet<String>>, subject: &'a str) -> Vec<Vec<&'a str>> {
    let mut seen = BTreeSet::from([subject]);
    let mut last = vec![subject];
    let mut found = Vec::new();
    for _ in 0..STEPS {
        let names = last.iter().flat_map(|name| next.get(*name).into_iter().flatten());
        let new: BTreeSet<&str> = names.map(String::as_str).filter(|name| !seen.contains(name)).collect();
        seen.extend(&new);
        last = new.into_iter().collect();
        found.push(last.clone());
    }
    found
}

/// Sorts the column `at` by where in the column `beside` stands what each is connected with by `next`.
fn sort(columns: &mut [Vec<&str>], at: usize, beside: usize, next: &BTreeMap<String, BTreeSet<String>>) {
    let places: BTreeMap<&str, usize> =
        columns[beside].iter().enumerate().map(|(place, name)| (*name, place)).collect();
    let place = |name: &str| {
        let near: Vec<usize> =
            next.get(name).into_iter().flatten().filter_map(|it| places.get(it.as_str())).copied().collect();
        // The mean, in thousandths of a place.
        near.iter().sum::<usize>() * 1000 / near.len().max(1)
    };
    columns[at].sort_by_key(|name| (place(name), *name));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A chain `a` to `e`, and `x` to `c` besides.
    fn chain() -> Graph {
        let mut graph = Graph::default();
        for (name, kind) in [("a", Kind::Source), ("x", Kind::Seed)] {
            graph.add(name, kind);
        }
        for name in ["b", "c", "d", "e", "f"] {
            graph.add(name, Kind::Model);
        }
        for (parent, child) in [("a", "b"), ("b", "c"), ("x", "c"), ("c", "d"), ("d", "e"), ("e", "f")] {
            graph.connect(parent, child);
        }
        graph
    }

    fn names(lineage: &Lineage) -> Vec<(&str, usize)> {
        lineage.boxes.iter().map(|node| (node.label.as_str(), node.x / (BOX.0 + GAP.0))).collect()
    }

    #[test]
    fn two_steps_are_drawn_either_way() {
        let drawn = lineage(&chain(), "c");
        assert_eq!(names(&drawn), [("a", 0), ("b", 1), ("x", 1), ("c", 2), ("d", 3), ("e", 4)]);
        assert_eq!(drawn.lines.len(), 5);
        assert_eq!(drawn.width, 5 * BOX.0 + 4 * GAP.0);
    }

    #[test]
    fn columns_without_a_box_take_no_room() {
        let drawn = lineage(&chain(), "a");
        assert_eq!(names(&drawn), [("a", 0), ("b", 1), ("c", 2)]);
        assert_eq!(drawn.width, 3 * BOX.0 + 2 * GAP.0);
    }

    #[test]
    fn a_long_column_ends_in_how_many_more_there_are() {
        let mut graph = Graph::default();
        graph.add("a", Kind::Model);
        for number in 0..20 {
            let name = format!("model_{number:02}");
            graph.add(&name, Kind::Model);
            graph.connect("a", &name);
        }
        let drawn = lineage(&graph, "a");
        assert_eq!(drawn.boxes.len(), 1 + TALLEST);
        assert_eq!(drawn.boxes.last().map(|node| node.label.as_str()), Some("and 7 more"));
        assert_eq!(graph.readers("a").count(), 20);
    }
}
