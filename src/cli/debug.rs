//! `debug`.

use serde_json::json;

use super::Exit;
use super::args::ProjectArgs;
use super::print::Printer;
use crate::commands::debug;
use crate::common::error::Result;
use crate::planned_run::Workspace;

pub(super) async fn command(args: &ProjectArgs, printer: &Printer) -> Result<Exit> {
    let workspace = Workspace::open(args.job()?).await?;
    let checks = debug::debug(&workspace).await;
    for check in &checks {
        match &check.found {
            Ok(found) => printer.say(&format!("ok     {:<8} {found}", check.name), json!({ "check": check.name })),
            Err(error) => {
                printer.say(&format!("ERROR  {}", check.name), json!({ "check": check.name }));
                printer.error(error);
            }
        }
    }
    Ok(if checks.iter().all(|check| check.found.is_ok()) { Exit::Yes } else { Exit::Broken })
}
