//! `clean`.

use serde_json::json;

use super::Exit;
use super::args::{CleanArgs, PublishedArgs};
use super::invocation::RUN;
use super::print::Printer;
use crate::commands::clean;
use crate::common::error::Result;

pub(super) async fn command(args: &CleanArgs, printer: &Printer) -> Result<Exit> {
    let PublishedArgs { project, target, output } = &args.published;
    let removed = clean::clean(project, target.as_deref(), output.as_deref(), &RUN.id).await?;
    for name in &removed {
        printer.say(&format!("removed {name}"), json!({ "removed": name }));
    }
    if removed.is_empty() {
        printer.say("there was nothing to remove", json!({}));
    }
    Ok(Exit::Yes)
}
