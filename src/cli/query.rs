//! `query`.

use futures::TryStreamExt;

use super::Exit;
use super::args::QueryArgs;
use super::print::Printer;
use super::table;
use crate::common::error::Result;
use crate::planned_run::Workspace;

pub(super) async fn command(args: &QueryArgs, printer: &Printer) -> Result<Exit> {
    let workspace = Workspace::look(args.project.job()?).await?;
    let mut rows = workspace.query(&args.sql).await?;
    let mut form = table::Writer::new(&rows.schema, args.format);
    while let Some(batch) = rows.batches.try_next().await? {
        printer.data(&form.add(batch)?);
    }
    printer.data(&form.end()?);
    Ok(Exit::Yes)
}
