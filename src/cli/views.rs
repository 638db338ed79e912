//! `views`.

use serde_json::json;

use super::Exit;
use super::args::{ViewsArgs, ViewsFormat};
use super::print::Printer;
use crate::commands::views;
use crate::common::count::count;
use crate::common::error::{Error, Result};
use crate::planned_run::Workspace;
use crate::readers::Reader;

pub(super) async fn command(args: &ViewsArgs, printer: &Printer) -> Result<Exit> {
    let workspace = Workspace::look(args.published.job()).await?;
    let views = views::views(&workspace, reader(args.format)).await?;
    for words in &views.left_out {
        printer.warn(words);
    }
    let Some(file) = &args.out else {
        printer.data(&views.text);
        return Ok(Exit::Yes);
    };
    std::fs::write(file, &views.text).map_err(|e| Error::io("write", file, &e))?;
    let said = format!("views of {} written into {}", count(views.tables as u64, "table"), file.display());
    printer.say(&said, json!({ "tables": views.tables }));
    Ok(Exit::Yes)
}

fn reader(format: ViewsFormat) -> Reader {
    match format {
        ViewsFormat::Athena => Reader::Athena,
        ViewsFormat::Dbt => Reader::Dbt,
        ViewsFormat::DuckDb => Reader::DuckDb,
        ViewsFormat::Spark => Reader::Spark,
        ViewsFormat::Trino => Reader::Trino,
    }
}
