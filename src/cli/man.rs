//! `man`.

use std::path::Path;

use clap::{Command, CommandFactory};
use clap_mangen::Man;
use serde_json::json;

use super::Exit;
use super::args::{Args, ManArgs};
use super::print::Printer;
use crate::common::count::count;
use crate::common::error::{Error, Result};
use crate::common::version;

pub(super) fn command(args: &ManArgs, printer: &Printer) -> Result<Exit> {
    // Of the version and not of the build, so that packagers get the same pages from the same sources.
    let mut command = Args::command().version(version::VERSION).disable_help_subcommand(true);
    command.build();
    let Some(folder) = &args.out else {
        printer.data(&text(&man(&command))?);
        return Ok(Exit::Yes);
    };
    std::fs::create_dir_all(folder).map_err(|e| Error::io("create the folder", folder, &e))?;
    let pages = write(&command, folder)?;
    let said = format!("{} written into {}", count(pages, "page"), folder.display());
    printer.say(&said, json!({ "pages": pages }));
    Ok(Exit::Yes)
}

/// Writes the page of `command` and those of all commands below it into `folder`; gives how many.
fn write(command: &Command, folder: &Path) -> Result<u64> {
    let man = man(command);
    let path = folder.join(man.get_filename());
    std::fs::write(&path, text(&man)?).map_err(|e| Error::io("write", &path, &e))?;
    command.get_subcommands().try_fold(1, |pages, below| Ok(pages + write(below, folder)?))
}

fn man(command: &Command) -> Man {
    Man::new(command.clone()).source(format!("apportion {}", version::VERSION))
}

fn text(man: &Man) -> Result<String> {
    let mut roff = Vec::new();
    man.render(&mut roff).map_err(|e| Error::bug("could not render the manual page").caused_by(&e))?;
    Ok(String::from_utf8_lossy(&roff).into_owned())
}
