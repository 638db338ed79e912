//! `export`.

use serde_json::json;

use super::Exit;
use super::args::{ExportArgs, Receiver};
use super::print::Printer;
use super::table::aligned;
use crate::commands::export::{self, ExportJob};
use crate::common::count::{count, thousands};
use crate::common::error::Result;
use crate::planned_run::Workspace;

pub(super) async fn command(args: &ExportArgs, printer: &Printer) -> Result<Exit> {
    let Receiver::Postgres = args.to;
    let workspace = Workspace::look(args.output.job()?).await?;
    let job = ExportJob { schema: args.schema.clone(), most_rows: args.most_rows };
    let exported = export::export(&workspace, &job).await?;
    for reason in &exported.left_out {
        printer.warn(reason);
    }
    let cells = exported.tables.iter().map(|(name, rows)| vec![Some(name.clone()), Some(thousands(*rows))]);
    let names = ["table", "rows"].map(str::to_owned);
    printer.data(&aligned(&names, &[false, true], &cells.collect::<Vec<_>>()));
    let periods: Vec<String> = exported.periods.iter().map(ToString::to_string).collect();
    let tables = count(exported.tables.len() as u64, "table");
    printer.say(
        &format!("{}: {tables} in the schema `{}` of {}", periods.join(", "), args.schema, exported.server),
        json!({ "billing_periods": periods, "tables": exported.tables.len() }),
    );
    Ok(Exit::Yes)
}
