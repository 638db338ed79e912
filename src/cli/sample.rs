//! `sample`.

use serde_json::json;

use super::Exit;
use super::args::{SampleArgs, SampleLayout};
use super::print::Printer;
use crate::common::count::count;
use crate::common::error::Result;
use crate::sample::{Layout, SampleJob, write_sample};

pub(super) fn command(args: &SampleArgs, printer: &Printer) -> Result<Exit> {
    let job = SampleJob {
        out: args.out.clone(),
        accounts: args.accounts,
        last_period: args.last()?,
        periods: args.periods,
        rows: args.rows,
        layout: match args.layout {
            SampleLayout::Legacy => Layout::Legacy,
            SampleLayout::Cur2 => Layout::Cur2,
        },
        seed: args.seed,
    };
    printer.start_bar(args.rows * u64::from(args.periods));
    let written = write_sample(&job, &mut |rows| printer.move_bar(rows, ""));
    printer.end_bar();
    let written = written?;
    let text = format!(
        "{}, {}, {} in {}",
        count(written.rows, "row"),
        count(written.bytes, "byte"),
        count(written.files.len() as u64, "file"),
        args.out.display()
    );
    printer.say(&text, json!({ "rows": written.rows, "bytes": written.bytes }));
    Ok(Exit::Yes)
}
