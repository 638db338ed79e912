//! `init`.

use serde_json::json;

use super::Exit;
use super::args::InitArgs;
use super::print::Printer;
use crate::commands::init;
use crate::common::error::Result;

pub(super) fn command(args: &InitArgs, printer: &Printer) -> Result<Exit> {
    let files = init::init(&args.folder)?;
    let folder = args.folder.display();
    let text = format!("{files} files written into {folder}\nnext: cd {folder} && apportion build");
    printer.say(&text, json!({ "files": files }));
    Ok(Exit::Yes)
}
