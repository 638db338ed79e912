//! `history`, `rollback`, `lock` and `unlock`.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::Exit;
use super::args::{Format, HistoryArgs, OutputArgs, RollbackArgs};
use super::events;
use super::print::Printer;
use super::table;
use crate::commands::history::{self, HistoryEntry};
use crate::common::error::Result;
use crate::common::settings::flattened;
use crate::planned_run::Workspace;
use crate::publish::RunRecord;

/// The columns for people: what changed says more to them than hashes.
const NARROW: [&str; 6] = ["billing_period", "published_at", "run_id", "state", "command", "changed"];
/// What machines get besides.
const MORE: [&str; 8] = ["version", "build", "commit", "source", "delivery", "models", "settings", "tables"];

pub(super) async fn command(args: &HistoryArgs, printer: &Printer) -> Result<Exit> {
    let workspace = Workspace::look(args.output.job()?).await?;
    let entries = history::history(&workspace, args.run_id.as_deref()).await?;
    let narrow = NARROW.map(str::to_owned);
    let all = NARROW.iter().chain(&MORE).map(|name| (*name).to_owned()).collect::<Vec<String>>();
    let cells = entries.iter().map(|entry| [narrow_cells(entry), more_cells(entry)].concat());
    let text = match (args.format, &args.run_id) {
        (Format::Table, None) => {
            let cells: Vec<_> = entries.iter().map(narrow_cells).collect();
            table::aligned(&narrow, &[false; NARROW.len()], &cells)
        }
        (Format::Table, Some(_)) => entries.iter().map(one_run).collect::<Vec<_>>().join("\n"),
        (Format::Csv, _) => table::csv(&all, &cells.collect::<Vec<_>>())?,
        (Format::Json, _) => {
            let strings: Vec<bool> = all.iter().map(|name| name != "settings" && name != "tables").collect();
            table::json(&all, &strings, &cells.collect::<Vec<_>>())
        }
    };
    printer.data(&text);
    Ok(Exit::Yes)
}

fn narrow_cells(entry: &HistoryEntry) -> Vec<Option<String>> {
    let run = entry.run();
    vec![
        Some(entry.past.publication.period.to_string()),
        Some(moment(entry.past.at)),
        run.map(|run| run.run_id.clone()),
        Some(state(entry).to_owned()),
        run.map(|run| run.command.clone()),
        changed(entry),
    ]
}

fn more_cells(entry: &HistoryEntry) -> Vec<Option<String>> {
    let mut cells = match entry.run() {
        Some(run) => {
            let RunRecord { version, build, commit, source, delivery, models, settings, .. } = run.clone();
            [version, build, commit, source, delivery, models, settings].map(Some).to_vec()
        }
        None => vec![None; MORE.len() - 1],
    };
    cells.push(Some(entry.past.publication.tables().count().to_string()));
    cells
}

fn moment(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%S").to_string()
}

fn state(entry: &HistoryEntry) -> &'static str {
    if entry.is_planned {
        return "planned";
    }
    match (entry.is_current, entry.is_locked) {
        (true, true) => "published, locked",
        (true, false) => "published",
        (false, _) => "kept",
    }
}

/// What is another than in the publication before; nothing for the oldest, which has none.
fn changed(entry: &HistoryEntry) -> Option<String> {
    let changed = entry.changed()?;
    Some(match changed.as_slice() {
        _ if entry.is_rollback() => "rolled back".to_owned(),
        [] => "nothing".to_owned(),
        parts => parts.join(", "),
    })
}

/// A publication key by key, with the values of the one before where they were others.
fn one_run(entry: &HistoryEntry) -> String {
    let Some(run) = entry.run() else { return String::new() };
    let before: BTreeMap<String, String> = entry.before.as_ref().map(facts).unwrap_or_default().into_iter().collect();
    let older = match entry.older_tables() {
        0 => String::new(),
        older => format!(", {older} of them from earlier runs"),
    };
    let mut rows = vec![
        ("billing_period".to_owned(), entry.past.publication.period.to_string(), String::new()),
        ("state".to_owned(), state(entry).to_owned(), String::new()),
        ("tables".to_owned(), format!("{}{older}", entry.past.publication.tables().count()), String::new()),
    ];
    let facts = facts(run);
    let gone = before.iter().filter(|(key, _)| !facts.iter().any(|(own, _)| own == *key));
    let gone: Vec<_> = gone.map(|(key, value)| (key.clone(), String::new(), value.clone())).collect();
    rows.extend(facts.into_iter().map(|(key, value)| {
        let other = before.get(&key).filter(|other| **other != value).cloned().unwrap_or_default();
        (key, value, other)
    }));
    rows.extend(gone);
    let cells: Vec<_> = rows.into_iter().map(|(key, value, other)| vec![Some(key), Some(value), Some(other)]).collect();
    table::aligned(&["key", "value", "before"].map(str::to_owned), &[false; 3], &cells)
}

/// All that is kept of a run, settings by their names.
fn facts(run: &RunRecord) -> Vec<(String, String)> {
    let mut facts = vec![
        ("run_id".to_owned(), run.run_id.clone()),
        (
            "published_at".to_owned(),
            if run.published_at > DateTime::UNIX_EPOCH { moment(run.published_at) } else { String::new() },
        ),
        ("command".to_owned(), run.command.clone()),
        ("version".to_owned(), run.version.clone()),
        ("build".to_owned(), run.build.clone()),
        ("commit".to_owned(), run.commit.clone()),
        ("source".to_owned(), run.source.clone()),
        ("delivery".to_owned(), run.delivery.clone()),
        ("models".to_owned(), run.models.clone()),
    ];
    let settings = serde_json::from_str(&run.settings).unwrap_or_else(|_| Value::from(run.settings.as_str()));
    facts.extend(flattened("settings", &settings));
    facts
}

pub(super) async fn rollback(args: &RollbackArgs, printer: &Printer) -> Result<Exit> {
    let workspace = Workspace::look(args.output.job()?).await?;
    let (period, run_id, untidy) = history::rollback(&workspace, args.run_id.as_deref()).await?;
    if let Some(error) = untidy {
        printer.warn(&format!("not everything was tidied up; the next run does the rest: {}", error.message()));
    }
    let fields = json!({ "billing_period": period.to_string(), "run_id": run_id });
    let words = format!(
        "{period}: readers see run {run_id} again, until the report changes; `apportion lock --period {period}` keeps it"
    );
    printer.say(&words, fields);
    events::tell(&workspace, printer, Exit::Yes).await
}

pub(super) async fn lock(args: &OutputArgs, is_locked: bool, printer: &Printer) -> Result<Exit> {
    let workspace = Workspace::look(args.job()?).await?;
    for period in history::set_lock(&workspace, is_locked).await? {
        let words = if is_locked { "locked: no run replaces it" } else { "unlocked" };
        printer
            .say(&format!("{period}: {words}"), json!({ "billing_period": period.to_string(), "locked": is_locked }));
    }
    events::tell(&workspace, printer, Exit::Yes).await
}
