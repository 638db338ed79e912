//! The rooms of `src/`: imports only ever go down, as `src/lib.rs` says.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use libtest_mimic::{Failed, Trial};

/// Each room with its floor. Rooms of one floor do not know each other.
const FLOORS: [(&str, u8); 18] = [
    ("common", 0),
    ("project", 1),
    ("sample", 1),
    ("pages", 2),
    ("postgres", 2),
    ("statements", 2),
    ("storage", 2),
    ("cur", 3),
    ("mail", 3),
    ("organizations", 3),
    ("publish", 3),
    ("compile", 4),
    ("engine", 4),
    ("events", 4),
    ("planned_run", 5),
    ("readers", 5),
    ("commands", 6),
    ("cli", 7),
];

/// Crates that one room alone may name, by the start of the paths that may.
const OWN: [(&str, &[&str]); 11] = [
    ("datafusion::", &["engine/datafusion/", "engine/mod.rs"]),
    ("sqlparser::", &["engine/datafusion/", "compile/tables.rs"]),
    ("tokio_postgres", &["postgres/"]),
    ("aws_sdk_organizations", &["organizations/"]),
    ("aws_sdk_sesv2", &["mail/ses.rs"]),
    ("aws_sdk_sqs", &["mail/feedback.rs"]),
    ("lettre", &["mail/"]),
    ("opentelemetry", &["cli/telemetry.rs"]),
    ("minijinja", &["compile/", "pages/template.rs", "readers/template.rs", "statements/page.rs"]),
    ("rust_xlsxwriter", &["statements/sheet/"]),
    ("typst", &["statements/pdf.rs"]),
];

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        Trial::test("house::imports_only_go_down", imports_only_go_down),
        Trial::test("house::the_map_has_every_room", the_map_has_every_room),
        Trial::test("house::crates_stay_in_their_rooms", crates_stay_in_their_rooms),
        Trial::test("house::commands_do_not_import_each_other", commands_do_not_import_each_other),
    ]
}

/// Every source file by its path below `src/`, without its comments and without tests.
fn sources() -> BTreeMap<String, String> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = walkdir::WalkDir::new(&top).into_iter().flatten().map(walkdir::DirEntry::into_path);
    let is_rust = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "rs");
    let is_test = |path: &str| path.contains("/tests/") || path.ends_with("/tests.rs") || path.starts_with("testing/");
    files
        .filter(is_rust)
        .filter_map(|path| Some((path.strip_prefix(&top).ok()?.to_string_lossy().into_owned(), path)))
        .filter(|(name, _)| !is_test(name))
        .filter_map(|(name, path)| Some((name, code(&std::fs::read_to_string(path).ok()?))))
        .collect()
}

fn code(text: &str) -> String {
    text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

fn floor(room: &str) -> Option<u8> {
    FLOORS.iter().find(|(name, _)| *name == room).map(|(_, floor)| *floor)
}

/// What `text` names of the crate, as paths: `cur`, `commands::run`.
fn named(text: &str) -> impl Iterator<Item = &str> {
    let starts = text.match_indices("crate::").map(|(at, found)| &text[at + found.len()..]);
    starts.map(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '_' && c != ':').next().unwrap_or_default())
}

fn imports_only_go_down() -> Result<(), Failed> {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for (path, text) in sources() {
        let Some((room, _)) = path.split_once('/') else { continue };
        let own = floor(room).ok_or(format!("`src/{path}` is in a room without a floor"))?;
        for other in named(&text).filter_map(|named| named.split(':').next()).filter(|other| *other != room) {
            seen += 1;
            if floor(other).is_none_or(|floor| floor >= own) {
                wrong.push(format!("src/{path} imports crate::{other}"));
            }
        }
    }
    if seen < 100 {
        return Err(format!("only {seen} imports were found").into());
    }
    none(&wrong)
}

fn the_map_has_every_room() -> Result<(), Failed> {
    let map = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs"))?;
    let missing = FLOORS.iter().filter(|(room, floor)| !map.contains(&format!("| {floor} | [`{room}`] |")));
    none(&missing.map(|(room, floor)| format!("src/lib.rs does not name {room} on floor {floor}")).collect::<Vec<_>>())
}

fn crates_stay_in_their_rooms() -> Result<(), Failed> {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        for (name, rooms) in OWN {
            let is_named = text
                .match_indices(name)
                .any(|(at, _)| !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':'));
            if is_named && !rooms.iter().any(|room| path.starts_with(room)) {
                wrong.push(format!("src/{path} names {name}"));
            }
        }
    }
    none(&wrong)
}

fn commands_do_not_import_each_other() -> Result<(), Failed> {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let Some(own) = path.strip_prefix("commands/").and_then(|rest| rest.split(['/', '.']).next()) else { continue };
        for named in named(&text).filter_map(|named| named.strip_prefix("commands::")) {
            let other = named.split(':').next().unwrap_or_default();
            if own != "mod" && other != own {
                wrong.push(format!("src/{path} imports crate::commands::{other}"));
            }
        }
    }
    none(&wrong)
}

fn none(wrong: &[String]) -> Result<(), Failed> {
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}
