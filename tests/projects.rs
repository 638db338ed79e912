//! Tiny whole projects: each folder of `tests/projects/` is one, with the commands that are run in it and all that
//! they say as a snapshot in its `case.trycmd`. `TRYCMD=overwrite cargo test projects` writes the snapshots anew.

use std::path::Path;

use libtest_mimic::{Failed, Trial};

use crate::harness::{self, Outcome};
use crate::report;

/// The file with commands and what they say.
const CASE: &str = "case.trycmd";
/// What every project without a `config.yaml` of its own is laid over.
const BASE: &str = "base";

/// A trial for each folder.
pub(crate) fn trials() -> Vec<Trial> {
    let folders = std::fs::read_dir(harness::repository().join("tests/projects"));
    let mut names: Vec<String> = folders
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name != BASE)
        .collect();
    names.sort();
    names.into_iter().map(|name| Trial::test(format!("projects::{name}"), move || run(&name))).collect()
}

fn run(name: &str) -> Outcome {
    let cases = harness::repository().join("tests/projects");
    let case = cases.join(name);
    let work = harness::folder(name)?;
    // `case.in` is where trycmd runs the commands of `case.trycmd`.
    let project = work.join("case.in");
    std::fs::create_dir_all(&project)?;
    if !case.join("config.yaml").exists() {
        harness::copy(&cases.join(BASE), &project)?;
    }
    harness::copy(&case, &project)?;
    std::fs::rename(project.join(CASE), work.join(CASE))?;
    report::make(&project.join("report"))?;
    commands_can_fail(&work.join(CASE))?;
    match snapshot(&work.join(CASE))? {
        Some(text) => Ok(std::fs::write(case.join(CASE), text)?),
        None => Ok(()),
    }
}

/// Holds what the commands of the file `copy` say against what it says they say; gives its new text under
/// `TRYCMD=overwrite`, if it has changed.
pub(crate) fn snapshot(copy: &Path) -> Result<Option<String>, Failed> {
    let cases = trycmd::TestCases::new();
    cases.register_bin("apportion", harness::binary()).register_bin("cat", Path::new("/bin/cat"));
    cases.env("RUST_BACKTRACE", "0").case(copy);
    let before = std::fs::read_to_string(copy)?;
    cases.run();
    let after = std::fs::read_to_string(copy)?;
    Ok((after != before).then(|| without_times(&after)))
}

/// trycmd passes over commands that it does not know, and over files without any.
fn commands_can_fail(path: &Path) -> Outcome {
    let text = std::fs::read_to_string(path)?;
    let mut commands = text.lines().filter_map(|line| line.strip_prefix("$ ")).peekable();
    if commands.peek().is_none() {
        return Err(Failed::from("there is no command in `case.trycmd`"));
    }
    match commands.find(|command| !command.starts_with("apportion ") && !command.starts_with("cat ")) {
        Some(other) => Err(format!("`{other}` would not be run: only apportion and cat are known").into()),
        None => Ok(()),
    }
}

/// Puts `[..]` where the next run will say something else: seconds, and sizes of files.
fn without_times(text: &str) -> String {
    let mut out = String::new();
    // Whether the lines are those of the table that closes a run.
    let mut in_table = false;
    for line in text.lines() {
        in_table = !line.is_empty() && (in_table || line.starts_with("table "));
        out.push_str(&timeless(&without_run_id(line), in_table));
        out.push('\n');
    }
    out
}

/// `20240101T000000000Z-1a2b3c4d`, wherever it stands, as `[..]`.
fn without_run_id(line: &str) -> String {
    const ENDS: [char; 5] = ['/', ' ', ';', ',', '`'];
    let is_run = |word: &str| {
        let Some((time, chance)) = word.split_once("Z-") else { return false };
        time.len() == 18 && time.chars().nth(8) == Some('T') && chance.chars().all(|c| c.is_ascii_hexdigit())
    };
    let parts = line.split_inclusive(ENDS).map(|part| {
        let word = part.trim_end_matches(ENDS);
        if is_run(word) { format!("[..]{}", &part[word.len()..]) } else { part.to_owned() }
    });
    parts.collect()
}

fn timeless(line: &str, in_table: bool) -> String {
    let is_number = |word: &str| word.contains('.') && word.parse::<f64>().is_ok();
    let words: Vec<&str> = line.split_whitespace().collect();
    if let Some(head) = line.strip_suffix(" s")
        && let Some((before, number)) = head.rsplit_once(' ')
        && is_number(number)
    {
        // ` 1/4 ok     table costs: 2 rows, 812 B, 0.03 s`
        let sized = before.rsplit_once(" row").and_then(|(rows, size)| Some((rows, size.split_once(", ")?.0)));
        return match sized.filter(|_| words.contains(&"table")) {
            Some((rows, plural)) => format!("{rows} row{plural}, [..] s"),
            None => format!("{before} [..] s"),
        };
    }
    if !in_table {
        return line.to_owned();
    }
    // `costs  2    812     0.03`
    match words.as_slice() {
        [name, rows, bytes, seconds]
            if is_number(seconds)
                && [rows, bytes].iter().all(|w| w.chars().all(|c| c.is_ascii_digit() || c == ',')) =>
        {
            let end = line.find(rows).filter(|at| *at >= name.len()).map_or(name.len(), |at| at + rows.len());
            format!("{}[..]", &line[..end])
        }
        ["table", "rows", "bytes", "seconds"] => "table[..]rows[..]bytes  seconds".to_owned(),
        [rule, ..] if words.len() == 4 && words.iter().all(|w| w.chars().all(|c| c == '-')) => format!("{rule}[..]"),
        _ => line.to_owned(),
    }
}
