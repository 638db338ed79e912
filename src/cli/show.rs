//! `show`.

use serde_json::json;

use super::Exit;
use super::args::ShowArgs;
use super::print::Printer;
use super::table;
use crate::commands::show;
use crate::common::count::count;
use crate::common::error::Result;
use crate::planned_run::{Job, Workspace};
use crate::publish::looking;

pub(super) async fn command(args: &ShowArgs, printer: &Printer) -> Result<Exit> {
    let job = args.project.job()?;
    let workspace = Workspace::open(Job { run_id: looking(&job.run_id), ..job }).await?;
    let answer = show::show(&workspace, &args.model, args.limit).await?;
    printer.data(&table::format(&answer, args.format)?);
    let shown = answer.rows.min(args.limit as u64);
    printer.say(&format!("{shown} of {}", count(answer.rows, "row")), json!({ "rows": answer.rows }));
    Ok(Exit::Yes)
}
