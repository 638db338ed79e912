//! `focus`.

use serde_json::json;

use super::Exit;
use super::args::{FocusArgs, FocusFormat};
use super::print::Printer;
use super::table::aligned;
use crate::commands::focus::{self, DataSets, FocusForm, FocusJob, FocusReceiver};
use crate::common::count::{count, thousands};
use crate::common::error::Result;
use crate::planned_run::Workspace;

pub(super) async fn command(args: &FocusArgs, printer: &Printer) -> Result<Exit> {
    let workspace = Workspace::look(args.output.job()?).await?;
    let receiver = match (&args.customer, &args.group) {
        (Some(customer), _) => FocusReceiver::Customer(customer.clone()),
        (None, Some(group)) => FocusReceiver::Group(group.clone()),
        (None, None) => FocusReceiver::Customers,
    };
    let form = match args.format {
        FocusFormat::Parquet => FocusForm::Parquet,
        FocusFormat::Csv => FocusForm::Csv,
    };
    let DataSets { period, written, left_out } =
        focus::focus(&workspace, &FocusJob { receiver, form, folder: args.out.clone() }).await?;
    let cells = written.iter().map(|one| {
        [one.receiver.clone(), one.version.clone(), thousands(one.rows as u64), one.path.display().to_string()]
            .map(Some)
            .to_vec()
    });
    let names = ["for", "version", "rows", "file"].map(str::to_owned);
    printer.data(&aligned(&names, &[false, false, true, false], &cells.collect::<Vec<_>>()));
    if left_out > 0 {
        let accounts = count(left_out as u64, "account");
        printer.warn(&format!("{accounts} are no customer's and in no data set; --group writes those of a group"));
    }
    printer.say(
        &format!("{period}: {} written", count(written.len() as u64, "data set")),
        json!({ "billing_period": period.to_string(), "data_sets": written.len() }),
    );
    Ok(Exit::Yes)
}
