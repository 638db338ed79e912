//! `accounts import`.

use chrono::{Datelike, NaiveDate, Utc};
use serde_json::json;

use super::Exit;
use super::args::AccountsImportArgs;
use super::print::Printer;
use crate::commands::accounts::{AccountsImport, AccountsJob, import};
use crate::common::count::count;
use crate::common::error::Result;

pub(super) async fn command(args: &AccountsImportArgs, printer: &Printer) -> Result<Exit> {
    let job = AccountsJob {
        project: args.project.clone(),
        group: args.group.clone(),
        division: args.division.clone(),
        valid_from: args.valid_from.unwrap_or_else(first_of_month).to_string(),
        is_dry_run: args.dry_run,
    };
    let import = import(&job).await?;
    printer.data(&import.diff);
    for (what, accounts) in [("suspended or closed", &import.inactive), ("not in this organization", &import.elsewhere)]
    {
        if !accounts.is_empty() {
            let fields = json!({ "what": what, "accounts": accounts });
            printer.say(&format!("{} {what}: {}", verb(accounts.len()), accounts.join(", ")), fields);
        }
    }
    say_seed(&import, job.is_dry_run, printer);
    Ok(Exit::Yes)
}

/// The accounts, and that they stay.
fn verb(accounts: usize) -> String {
    format!("{} stay{} as in the seed, being", count(accounts as u64, "account"), if accounts == 1 { "s" } else { "" })
}

/// The month that is going on, from its first day: a group counts for the whole of a month.
fn first_of_month() -> NaiveDate {
    let today = Utc::now().date_naive();
    today.with_day(1).unwrap_or(today)
}

fn say_seed(import: &AccountsImport, is_dry_run: bool, printer: &Printer) {
    let AccountsImport { seed, accounts, added, renamed, moved, .. } = import;
    let end = match (import.diff.is_empty(), is_dry_run) {
        (true, _) => format!("`{seed}` is up to date"),
        (false, true) => format!("`{seed}` is unchanged: this was a dry run"),
        (false, false) => format!("`{seed}` was updated"),
    };
    let text = format!(
        "{} in the organization: {added} new, {renamed} renamed, {moved} moved; {end}",
        count(*accounts as u64, "account")
    );
    let fields = json!({
        "seed": seed, "changed": !import.diff.is_empty(), "dry_run": is_dry_run,
        "accounts": accounts, "added": added, "renamed": renamed, "moved": moved,
    });
    printer.say(&text, fields);
}
