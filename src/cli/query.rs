//! `query`.

use super::Answer;
use super::args::QueryArgs;
use super::print::Printer;
use super::table;
use crate::deeds::query;
use crate::pipeline::Workspace;
use crate::words::error::Result;

pub(super) async fn command(args: &QueryArgs, printer: &Printer) -> Result<Answer> {
    let workspace = Workspace::open(args.project.job()?).await?;
    let answer = query::query(&workspace, &args.sql).await?;
    printer.data(&table::format(&answer, args.format)?);
    Ok(Answer::Yes)
}
