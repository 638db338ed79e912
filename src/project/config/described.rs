//! What `config.yaml` itself says of its settings: the comments above and behind them.

use crate::project::TextFile;
use crate::project::yaml::{Node, ValueKind};

/// A setting as the file explains it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DescribedSetting {
    /// Its name, as `sharing.mode`. A mapping in one line is one setting.
    pub path: String,
    /// The comment above it.
    pub description: String,
    /// The comment behind it: the values that it may have.
    pub choices: String,
}

/// The settings below `node` with their comments, in the file's order.
pub(super) fn described(file: &TextFile, node: &Node) -> Vec<DescribedSetting> {
    let lines: Vec<&str> = file.text.lines().collect();
    let mut found = Vec::new();
    walk(&lines, node, "", &mut found);
    found
}

/// What the file says behind each item of the list `node`.
pub(super) fn items(file: &TextFile, node: &Node) -> Vec<String> {
    let lines: Vec<&str> = file.text.lines().collect();
    let ValueKind::List(items) = &node.kind else { return Vec::new() };
    items.iter().map(|item| of_line(&lines, item.at.line).choices).collect()
}

fn walk(lines: &[&str], node: &Node, above: &str, found: &mut Vec<DescribedSetting>) {
    let ValueKind::Map(entries) = &node.kind else { return };
    for (key, value) in entries {
        let path = if above.is_empty() { key.name.clone() } else { format!("{above}.{}", key.name) };
        match &value.kind {
            ValueKind::Map(below) if below.first().is_some_and(|(first, _)| first.at.line > key.at.line) => {
                let described = DescribedSetting { path, ..of_line(lines, key.at.line) };
                let name = described.path.clone();
                if !described.description.is_empty() {
                    found.push(described);
                }
                walk(lines, value, &name, found);
            }
            _ => found.push(DescribedSetting { path, ..of_line(lines, key.at.line) }),
        }
    }
}

/// What comments say of the setting in a line, counted from 1.
fn of_line(lines: &[&str], line: usize) -> DescribedSetting {
    let own = line.saturating_sub(1);
    let is_comment = |line: &&str| line.trim_start().starts_with('#');
    let begin = lines[..own.min(lines.len())].iter().rposition(|line| !is_comment(line)).map_or(0, |at| at + 1);
    let words = lines.get(begin..own).unwrap_or_default().iter().map(|line| line.trim_start_matches([' ', '#']));
    let behind = lines.get(own).and_then(|line| line.split_once(" # ")).map(|(_, behind)| behind.trim().to_owned());
    DescribedSetting {
        path: String::new(),
        description: words.map(str::trim_end).collect::<Vec<_>>().join(" "),
        choices: behind.unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::yaml;

    #[test]
    fn comments_above_and_behind_are_what_a_setting_decides() {
        let text = "# the first\n# of all\none: 1 # 1 | 2\n\n# all of them\nmany:\n  # deeper\n  two: [a]\n  three: { a: 1, b: 2 }\n";
        let file = TextFile { path: "config.yaml".to_owned(), text: text.into() };
        let found = described(&file, &yaml::read(&file).expect("valid YAML"));
        let told: Vec<_> =
            found.iter().map(|one| (one.path.as_str(), one.description.as_str(), one.choices.as_str())).collect();
        let wanted = [
            ("one", "the first of all", "1 | 2"),
            ("many", "all of them", ""),
            ("many.two", "deeper", ""),
            ("many.three", "", ""),
        ];
        assert_eq!(told, wanted);
    }
}
