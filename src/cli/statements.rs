//! `statements`.

use std::collections::BTreeMap;

use serde_json::json;

use super::Exit;
use super::args::{Format, StatementsBuildArgs};
use super::print::Printer;
use super::table;
use crate::commands::statements::{self, BuiltStatement, StatementJob};
use crate::common::count::count;
use crate::common::error::Result;
use crate::common::period::Period;
use crate::planned_run::Workspace;

/// The columns, and whether each is a number for people.
const COLUMNS: [(&str, bool); 8] = [
    ("billing_period", false),
    ("customer", false),
    ("total", true),
    ("currency", false),
    ("revision", true),
    ("is_new", false),
    ("is_provisional", false),
    ("folder", false),
];
/// Those that people get; folders follow from them.
const NARROW: usize = 7;

pub(super) async fn build(args: &StatementsBuildArgs, printer: &Printer) -> Result<Exit> {
    let workspace = Workspace::look(args.output.job()?).await?;
    let job = StatementJob { customers: args.customer.clone() };
    let built = statements::build(&workspace, &job).await?;
    let cells: Vec<Vec<Option<String>>> = built.iter().map(cells).collect();
    let names = COLUMNS.map(|(name, _)| name.to_owned());
    printer.data(&match args.format {
        Format::Table => {
            let narrow: Vec<_> = cells.iter().map(|row| row[..NARROW].to_vec()).collect();
            table::aligned(&names[..NARROW], &COLUMNS.map(|(_, is_number)| is_number)[..NARROW], &narrow)
        }
        Format::Csv => table::csv(&names, &cells)?,
        Format::Json => {
            let strings =
                names.each_ref().map(|name| !matches!(name.as_str(), "revision" | "is_new" | "is_provisional"));
            table::json(&names, &strings, &cells)
        }
    });
    let mut periods: BTreeMap<Period, Vec<&BuiltStatement>> = BTreeMap::new();
    built.iter().for_each(|one| periods.entry(one.period).or_default().push(one));
    for (period, of_period) in periods {
        let new = of_period.iter().filter(|one| one.is_new).count();
        let all = count(of_period.len() as u64, "statement");
        let folder = of_period.first().and_then(|one| one.folder.split("/customer=").next()).unwrap_or_default();
        printer.say(
            &format!("{period}: {all}, {new} new, in {folder}"),
            json!({ "billing_period": period.to_string(), "statements": of_period.len(), "new": new, "folder": folder }),
        );
    }
    if built.is_empty() {
        printer.warn("no customer has a charge in these months: say in `data/seeds/customer_accounts.csv` whose accounts are whose");
    }
    Ok(Exit::Yes)
}

fn cells(one: &BuiltStatement) -> Vec<Option<String>> {
    let BuiltStatement { period, customer, total, currency, is_provisional, revision, is_new, folder } = one;
    [
        period.to_string(),
        customer.clone(),
        total.clone(),
        currency.clone(),
        revision.to_string(),
        is_new.to_string(),
        is_provisional.to_string(),
        folder.clone(),
    ]
    .map(Some)
    .to_vec()
}
