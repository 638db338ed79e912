//! Names of sheets, which spreadsheets are particular about.

use std::collections::BTreeSet;

/// How long a name may be, in UTF-16 units.
const LONGEST: usize = 31;

/// The names that are given so far.
#[derive(Debug, Default)]
pub(super) struct SheetNames(BTreeSet<String>);

impl SheetNames {
    /// A name for a sheet that is as near to `wanted` as it may be, and not given twice.
    pub(super) fn give(&mut self, wanted: &str) -> String {
        let clean = cleaned(wanted);
        let mut name = cut(&clean, LONGEST);
        let mut count = 1_usize;
        // Spreadsheets do not tell names by their case.
        while !self.0.insert(name.to_lowercase()) {
            count += 1;
            let tail = format!(" ({count})");
            name = format!("{}{tail}", cut(&clean, LONGEST - tail.len()));
        }
        name
    }
}

fn cleaned(wanted: &str) -> String {
    let mut clean = String::new();
    for letter in wanted.chars() {
        match letter {
            ':' | '/' | '\\' => clean.push('-'),
            '[' | ']' | '*' | '?' => {}
            letter if letter.is_control() => clean.push(' '),
            letter => clean.push(letter),
        }
    }
    match cut(&clean, LONGEST).as_str() {
        "" => "-".to_owned(),
        // Excel keeps this name for itself.
        name if name.eq_ignore_ascii_case("history") => format!("{name}-"),
        _ => clean,
    }
}

/// What of a text fits into `length`, without apostrophes and spaces at its ends.
fn cut(text: &str, length: usize) -> String {
    let is_edge = |letter: char| letter == '\'' || letter.is_whitespace();
    let mut units = 0;
    let fitting = text.trim_start_matches(is_edge).chars().take_while(|letter| {
        units += letter.len_utf16();
        units <= length
    });
    fitting.collect::<String>().trim_end_matches(is_edge).to_owned()
}
