//! `views`.

use serde_json::json;

use super::Exit;
use super::args::{ViewsArgs, ViewsFormat};
use super::invocation::RUN;
use super::print::Printer;
use crate::commands::views::{self, Reader};
use crate::common::count::count;
use crate::common::error::{Error, Result};
use crate::planned_run::{Job, Workspace};

pub(super) async fn command(args: &ViewsArgs, printer: &Printer) -> Result<Exit> {
    let workspace = Workspace::open(job(args)).await?;
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

fn job(args: &ViewsArgs) -> Job {
    Job {
        project: args.project.clone(),
        target: args.target.clone(),
        output: args.output.clone(),
        run_id: RUN.id.clone(),
        run_date: RUN.date.clone(),
        ..Job::default()
    }
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
