//! `compile`.

use serde_json::json;

use super::Exit;
use super::args::CompileArgs;
use super::print::Printer;
use crate::commands::{compile, manifest};
use crate::common::count::count;
use crate::common::error::Result;
use crate::planned_run::Workspace;

pub(super) async fn command(args: &CompileArgs, printer: &Printer) -> Result<Exit> {
    let workspace = Workspace::open(args.project.job()?).await?;
    let compiled = compile::compile(&workspace, args.sources).await?;
    workspace.artifacts.write_json("manifest.json", &manifest::manifest(&workspace, &compiled))?;
    let text = format!(
        "{}, {} and {} compiled into {}",
        count(compiled.models.len() as u64, "model"),
        count(compiled.data_tests.len() as u64, "data test"),
        count(compiled.unit_tests.len() as u64, "unit test"),
        workspace.artifacts.compiled()
    );
    printer.say(&text, json!({ "models": compiled.models.len() }));
    Ok(Exit::Yes)
}
