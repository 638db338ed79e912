//! `publish`.

use serde_json::json;

use super::Exit;
use super::args::PublishArgs;
use super::events;
use super::print::Printer;
use crate::commands::run::{only_plan, publish_plan, vars_of_plan};
use crate::common::count::count;
use crate::common::error::Result;
use crate::planned_run::{Job, Workspace};

pub(super) async fn command(args: &PublishArgs, printer: &Printer) -> Result<Exit> {
    let job = args.project.job()?;
    let look = Workspace::look(job.clone()).await?;
    let run_id = match &args.run_id {
        Some(run_id) => run_id.clone(),
        None => only_plan(&look).await?,
    };
    let planned = vars_of_plan(&look, &run_id).await?;
    let vars = if args.project.vars.is_some() || planned.is_empty() {
        job.vars
    } else {
        printer.warn("this was planned with `--vars`: write them into `config.yaml`, or the next build goes back");
        planned
    };
    let workspace = Workspace::open(Job { vars, ..job }).await?;
    for published in publish_plan(&workspace, &run_id).await? {
        let (period, tables) = (published.period, published.tables);
        if let Some(error) = published.untidy {
            printer.warn(&format!(
                "{period} is published, but not everything was tidied up; the next run does the rest: {}",
                error.message()
            ));
        }
        printer.say(
            &format!("{period}: {} of {} published", count(tables as u64, "table"), run_id),
            json!({ "billing_period": period.to_string(), "published": tables, "plan": run_id }),
        );
    }
    events::tell(&workspace, printer, Exit::Yes).await
}
