//! `docs`.

use serde_json::json;

use super::Exit;
use super::args::DocsArgs;
use super::print::Printer;
use crate::commands::{catalog, docs, manifest};
use crate::common::count::count;
use crate::common::error::Result;
use crate::common::secrets::masked;
use crate::planned_run::Workspace;
use crate::storage::write_whole;

/// The page, among the artifacts.
const PAGE: &str = "docs.html";

pub(super) async fn command(args: &DocsArgs, printer: &Printer) -> Result<Exit> {
    let workspace = Workspace::look(args.project.job()?).await?;
    let described = docs::compiled(&workspace).await?;
    let artifacts = &workspace.artifacts;
    let page = docs::page(&workspace, &described)?;
    let compiled = &described.compiled;
    let path = match &args.out {
        Some(path) => {
            write_whole(path, masked(&page).as_bytes())?;
            path.display().to_string()
        }
        None => artifacts.write(PAGE, &page)?,
    };
    artifacts.write_json("manifest.json", &manifest::manifest(&workspace, compiled))?;
    artifacts.write_json("catalog.json", &catalog::catalog(&workspace, compiled))?;
    let models = compiled.models.len();
    printer.say(&format!("{} written into {path}", count(models as u64, "model")), json!({ "models": models }));
    Ok(Exit::Yes)
}
