//! `history`, `rollback`, `lock` and `unlock`.

use serde_json::json;

use super::Answer;
use super::args::{Format, HistoryArgs, OutputArgs, RollbackArgs};
use super::print::Printer;
use super::table;
use crate::deeds::history::{self, Entry};
use crate::pipeline::Workspace;
use crate::words::error::Result;

/// How much of a hash is printed; enough to see whether two are the same.
const HASH: usize = 12;

pub(super) async fn command(args: &HistoryArgs, printer: &Printer) -> Result<Answer> {
    let workspace = Workspace::open(args.output.job()?).await?;
    let entries = history::history(&workspace).await?;
    let names = ["billing_period", "published_at", "run_id", "state", "tables", "report", "models", "source"];
    let names = names.map(str::to_owned);
    let cells: Vec<Vec<Option<String>>> = entries.iter().map(cells).collect();
    let text = match args.format {
        Format::Table => table::aligned(&names, &[false, false, false, false, true, false, false, false], &cells),
        Format::Csv => table::csv(&names, &cells)?,
        Format::Json => table::json(&names, &[true, true, true, true, false, true, true, true], &cells),
    };
    printer.data(&text);
    Ok(Answer::Yes)
}

fn cells(entry: &Entry) -> Vec<Option<String>> {
    let state = match (entry.is_current, entry.is_locked) {
        (true, true) => "published, locked",
        (true, false) => "published",
        (false, _) => "kept",
    };
    let newest = entry.past.publication.newest();
    let short = |hash: &str| hash.chars().take(HASH).collect::<String>();
    vec![
        Some(entry.past.publication.period.to_string()),
        Some(entry.past.at.format("%Y-%m-%d %H:%M:%S").to_string()),
        newest.map(|run| run.run_id.clone()),
        Some(state.to_owned()),
        Some(entry.past.publication.tables().count().to_string()),
        newest.map(|run| short(&run.delivery)),
        newest.map(|run| short(&run.models)),
        newest.map(|run| run.source.clone()),
    ]
}

pub(super) async fn rollback(args: &RollbackArgs, printer: &Printer) -> Result<Answer> {
    let workspace = Workspace::open(args.output.job()?).await?;
    let (period, run_id) = history::rollback(&workspace, args.run_id.as_deref()).await?;
    let fields = json!({ "billing_period": period.to_string(), "run_id": run_id });
    printer.say(&format!("{period}: readers see run {run_id} again"), fields);
    Ok(Answer::Yes)
}

pub(super) async fn lock(args: &OutputArgs, is_locked: bool, printer: &Printer) -> Result<Answer> {
    let workspace = Workspace::open(args.job()?).await?;
    for period in history::set_lock(&workspace, is_locked).await? {
        let words = if is_locked { "locked: no run replaces it" } else { "unlocked" };
        printer
            .say(&format!("{period}: {words}"), json!({ "billing_period": period.to_string(), "locked": is_locked }));
    }
    Ok(Answer::Yes)
}
