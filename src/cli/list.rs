//! `list`.

use super::Exit;
use super::args::{Format, ListArgs};
use super::print::Printer;
use super::table;
use crate::commands::list;
use crate::common::error::Result;
use crate::planned_run::Workspace;

pub(super) async fn command(args: &ListArgs, printer: &Printer) -> Result<Exit> {
    let workspace = Workspace::open(args.project.job()?).await?;
    let mut entries = list::list(&workspace, &args.select.selection()).await?;
    if let Some(kind) = &args.resource_type {
        entries.retain(|entry| entry.kind == kind);
    }
    let names = ["kind", "name", "materialized", "path", "description"].map(str::to_owned);
    let cells: Vec<Vec<Option<String>>> = entries
        .into_iter()
        .map(|e| [e.kind.to_owned(), e.name, e.materialization.to_owned(), e.path, e.description].map(Some).to_vec())
        .collect();
    let text = match args.format {
        Format::Table => table::aligned(&names, &[], &cells),
        Format::Csv => table::csv(&names, &cells)?,
        Format::Json => table::json(&names, &[true; 5], &cells),
    };
    printer.data(&text);
    Ok(Exit::Yes)
}
