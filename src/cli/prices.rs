//! `prices import`.

use serde_json::json;

use super::Exit;
use super::args::ImportArgs;
use super::print::Printer;
use crate::commands::prices::{FileImport, Import, ImportJob, SeedChange, TableChange, import};
use crate::common::count::count;
use crate::common::error::Result;

pub(super) fn command(args: &ImportArgs, printer: &Printer) -> Result<Exit> {
    let job = ImportJob {
        project: args.project.clone(),
        files: args.files.clone(),
        tables: args.table.clone(),
        is_dry_run: args.dry_run,
    };
    let import = import(&job)?;
    for file in &import.files {
        say_file(file, printer);
    }
    say_seed(&import, job.is_dry_run, printer);
    Ok(Exit::Yes)
}

fn say_file(file: &FileImport, printer: &Printer) {
    let text = format!("{}: {}, published {}", file.file.display(), file.offer, file.published);
    printer.say(&text, json!({ "file": file.file, "offer": file.offer, "published": file.published }));
    for table in &file.tables {
        let fields = json!({ "tier_group": table.tier_group, "change": word(table.change), "from": table.from });
        printer.say(&line(table), fields);
    }
    for (of, free) in &file.free {
        let text = format!("  free       {of}: {free}, read from the report, not from the seed");
        printer.say(&text, json!({ "table": of, "free": free }));
    }
    for usage_type in &file.without_region {
        printer.warn(&format!("`{usage_type}` is left out: its price has no region code"));
    }
    if file.tables.is_empty() {
        printer.warn("no price in this list has tiers and a rule in `tier_rules`");
    }
}

fn line(table: &TableChange) -> String {
    let (group, from) = (&table.tier_group, &table.from);
    let what = match table.change {
        SeedChange::Unchanged => return format!("  unchanged  {group}"),
        SeedChange::Older => return format!("  left       {group}: the seed has rates from a later day than {from}"),
        SeedChange::Added | SeedChange::Replaced => format!("{} from {from}", count(table.tiers as u64, "tier")),
        SeedChange::Closed => {
            let closed = count(table.closed_rows as u64, "row");
            format!("{} from {from}, {closed} closed", count(table.tiers as u64, "tier"))
        }
    };
    format!("  {:<9}  {group}: {what}", word(table.change))
}

fn word(change: SeedChange) -> &'static str {
    match change {
        SeedChange::Added => "added",
        SeedChange::Closed => "changed",
        SeedChange::Replaced => "replaced",
        SeedChange::Unchanged => "unchanged",
        SeedChange::Older => "left",
    }
}

fn say_seed(import: &Import, is_dry_run: bool, printer: &Printer) {
    let (seed, is_changed) = (&import.seed, import.is_changed);
    let text = match (is_changed, is_dry_run) {
        (false, _) => format!("`{seed}` is up to date"),
        (true, true) => format!("`{seed}` is unchanged: this was a dry run"),
        (true, false) => format!("`{seed}` was updated"),
    };
    printer.say(&text, json!({ "seed": seed, "changed": is_changed, "dry_run": is_dry_run }));
}
