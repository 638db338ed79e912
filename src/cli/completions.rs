//! `completions`.

use clap::CommandFactory;

use super::Exit;
use super::args::{Args, CompletionsArgs};
use super::print::Printer;
use crate::common::error::Result;

pub(super) fn command(args: &CompletionsArgs, printer: &Printer) -> Result<Exit> {
    let mut command = Args::command();
    let name = command.get_name().to_owned();
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, name, &mut script);
    printer.data(&String::from_utf8_lossy(&script));
    Ok(Exit::Yes)
}
