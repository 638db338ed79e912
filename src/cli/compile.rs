//! `compile`.

use serde_json::json;

use super::Answer;
use super::args::ProjectArgs;
use super::print::Printer;
use crate::deeds::{compile, manifest};
use crate::pipeline::{COMPILED, Workspace, write_json};
use crate::words::error::Result;

pub(super) async fn command(args: &ProjectArgs, printer: &Printer) -> Result<Answer> {
    let workspace = Workspace::open(args.job()?)?;
    let compiled = compile::compile(&workspace).await?;
    write_json(&workspace.project.root, "manifest.json", &manifest::manifest(&workspace, &compiled))?;
    let text = format!(
        "{} models, {} data tests and {} unit tests compiled into {COMPILED}",
        compiled.models.len(),
        compiled.data_tests.len(),
        compiled.unit_tests.len()
    );
    printer.say(&text, json!({ "models": compiled.models.len() }));
    Ok(Answer::Yes)
}
