//! `diagram`.

use std::collections::BTreeMap;

use serde_json::json;

use super::Exit;
use super::args::DiagramArgs;
use super::print::Printer;
use crate::commands::explain::{self, ExplainJob};
use crate::common::error::Result;
use crate::pages::{self, Templates};
use crate::planned_run::Workspace;
use crate::storage::write_whole;

pub(super) async fn command(args: &DiagramArgs, printer: &Printer) -> Result<Exit> {
    let workspace = Workspace::look(args.output.job()?).await?;
    let mut parameters = BTreeMap::from([("account".to_owned(), args.account.clone())]);
    parameters.extend(args.service.iter().map(|service| ("service".to_owned(), service.clone())));
    parameters.extend(args.as_customer.then(|| ("as_customer".to_owned(), "true".to_owned())));
    let found = explain::explain(&workspace, &ExplainJob { subject: "account", parameters }).await?;
    let flow = found.flow(args.service.as_deref(), args.currency.as_deref())?;
    let picture = pages::diagram(&Templates::of(&workspace.project.root)?, &flow)?;
    let Some(file) = &args.out else {
        printer.data(&picture);
        printer.data("\n");
        return Ok(Exit::Yes);
    };
    write_whole(file, picture.as_bytes())?;
    printer.say(&format!("{} drawn into {}", flow.title, file.display()), json!({ "steps": flow.steps.len() }));
    Ok(Exit::Yes)
}
