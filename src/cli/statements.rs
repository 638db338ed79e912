//! `statements`.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::json;

use super::Exit;
use super::args::{
    Format, StatementsApproveArgs, StatementsArgs, StatementsCommand, StatementsResolveArgs, StatementsSendArgs,
};
use super::events;
use super::print::Printer;
use super::table;
use crate::commands::statements::{
    self, Approved, BuiltStatement, SendJob, SentStatement, StatementJob, StatementStatus, Step,
};
use crate::common::count::count;
use crate::common::error::{Error, ErrorKind, Result};
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

pub(super) async fn command(command: &StatementsCommand, printer: &Printer) -> Result<Exit> {
    match command {
        StatementsCommand::Build(args) => build(args, printer).await,
        StatementsCommand::Approve(args) => approve(args, printer).await,
        StatementsCommand::Send(args) => send(args, printer).await,
        StatementsCommand::Status(args) => status(args, printer).await,
        StatementsCommand::Resolve(args) => resolve(args, printer).await,
    }
}

impl StatementsArgs {
    fn job(&self) -> StatementJob {
        StatementJob { customers: self.customer.clone() }
    }
}

async fn build(args: &StatementsArgs, printer: &Printer) -> Result<Exit> {
    let workspace = Workspace::look(args.output.job()?).await?;
    let built = statements::build(&workspace, &args.job(), false).await?;
    let cells: Vec<Vec<Option<String>>> = built.iter().map(cells).collect();
    print(&COLUMNS, NARROW, &cells, args.format, printer)?;
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
    events::tell(&workspace, printer, Exit::Yes).await
}

/// Prints a list; people get the first columns of it.
fn print(
    columns: &[(&str, bool)],
    narrow: usize,
    cells: &[Vec<Option<String>>],
    format: Format,
    printer: &Printer,
) -> Result<()> {
    let names: Vec<String> = columns.iter().map(|(name, _)| (*name).to_owned()).collect();
    printer.data(&match format {
        Format::Table => {
            let cells: Vec<_> = cells.iter().map(|row| row[..narrow].to_vec()).collect();
            let numeric: Vec<bool> = columns[..narrow].iter().map(|(_, is_number)| *is_number).collect();
            table::aligned(&names[..narrow], &numeric, &cells)
        }
        Format::Csv => table::csv(&names, cells)?,
        Format::Json => {
            let strings: Vec<bool> = names.iter().map(|name| name != "revision" && !name.starts_with("is_")).collect();
            table::json(&names, &strings, cells)
        }
    });
    Ok(())
}

async fn approve(args: &StatementsApproveArgs, printer: &Printer) -> Result<Exit> {
    let words = &args.statements;
    let workspace = Workspace::look(words.output.job()?).await?;
    let approved = statements::approve(&workspace, &words.job(), &args.by, args.provisional).await?;
    let columns = [
        ("billing_period", false),
        ("customer", false),
        ("total", true),
        ("currency", false),
        ("revision", true),
        ("is_new", false),
    ];
    let cells: Vec<Vec<Option<String>>> = approved.iter().map(approved_cells).collect();
    print(&columns, columns.len(), &cells, words.format, printer)?;
    let new = approved.iter().filter(|one| one.is_new).count();
    printer.say(
        &format!("{} approved by {}, {new} of them now", count(approved.len() as u64, "statement"), args.by),
        json!({ "approved": approved.len(), "new": new, "by": args.by }),
    );
    Ok(Exit::Yes)
}

fn approved_cells(one: &Approved) -> Vec<Option<String>> {
    let Approved { period, customer, revision, total, currency, is_new } = one;
    [period.to_string(), customer.clone(), total.clone(), currency.clone(), revision.to_string(), is_new.to_string()]
        .map(Some)
        .to_vec()
}

async fn send(args: &StatementsSendArgs, printer: &Printer) -> Result<Exit> {
    let words = &args.statements;
    let workspace = Workspace::look(words.output.job()?).await?;
    if args.build {
        statements::build(&workspace, &words.job(), !args.provisional).await?;
    }
    let has_ses = workspace.target()?.mail.ses.is_some();
    if !has_ses && !args.dry_run {
        printer.warn("no SES is set up for this target (`mail: { ses: {} }`): letters are written, and none is sent");
    }
    let is_written = args.dry_run || !has_ses;
    let job = SendJob {
        statements: words.job(),
        provisional: args.provisional,
        bounced: args.bounced,
        into: is_written.then(|| args.into.clone().unwrap_or_else(|| workspace.artifacts.folder().join("mail"))),
    };
    let sent = statements::send(&workspace, &job).await?;
    let columns = [
        ("billing_period", false),
        ("customer", false),
        ("revision", true),
        ("step", false),
        ("to", false),
        ("file", false),
        ("why", false),
    ];
    let cells: Vec<Vec<Option<String>>> = sent.iter().map(sent_cells).collect();
    // Reasons are sentences, and people read them below.
    print(&columns, columns.len() - 2, &cells, words.format, printer)?;
    for one in &sent {
        if let (Some(error), false) = (why(&one.step), matches!(one.step, Step::Later(_))) {
            printer.error(&error.clone().while_doing(format!("sending to `{}`", one.customer)));
        }
    }
    // That ends it for all that are left.
    if let Some(Step::Later(error)) = sent.iter().map(|one| &one.step).find(|step| matches!(step, Step::Later(_))) {
        printer.error(error);
    }
    let number = |is: fn(&Step) -> bool| sent.iter().filter(|one| is(&one.step)).count();
    let done = number(|step| matches!(step, Step::Sent | Step::Written(_)));
    let left = number(|step| why(step).is_some() || matches!(step, Step::Unknown(None)));
    let verb = match &job.into {
        Some(folder) => format!("written to {}", folder.display()),
        None => "sent".to_owned(),
    };
    printer.say(
        &format!("{} {verb}, {left} held back or in doubt", count(done as u64, "letter")),
        json!({ "sent": if is_written { 0 } else { done }, "written": if is_written { done } else { 0 }, "left": left }),
    );
    let exit = if number(|step| matches!(step, Step::Later(error) if error.kind() != ErrorKind::Later)) > 0 {
        Exit::Broken
    } else if number(|step| matches!(step, Step::Held(_) | Step::Refused(_) | Step::Unknown(_))) > 0 {
        Exit::No
    } else if number(|step| matches!(step, Step::Later(_))) > 0 {
        Exit::Later
    } else {
        Exit::Yes
    };
    events::tell(&workspace, printer, exit).await
}

/// Why a statement was not sent, where something has to be done about it.
fn why(step: &Step) -> Option<&Error> {
    match step {
        Step::Held(error) | Step::Refused(error) | Step::Later(error) | Step::Unknown(Some(error)) => Some(error),
        _ => None,
    }
}

fn sent_cells(one: &SentStatement) -> Vec<Option<String>> {
    let SentStatement { period, customer, revision, step, to } = one;
    let word = match step {
        Step::Sent => "sent".to_owned(),
        Step::Written(_) => "written".to_owned(),
        Step::Already(state) => format!("{} before", state.name()),
        Step::Missing => "not built".to_owned(),
        Step::Unapproved => "not approved".to_owned(),
        Step::Held(_) => "held back".to_owned(),
        Step::Refused(_) => "refused".to_owned(),
        Step::Unknown(_) => "unknown".to_owned(),
        Step::Later(_) => "later".to_owned(),
    };
    let file = match step {
        Step::Written(path) => Some(path.display().to_string()),
        _ => None,
    };
    let reason = why(step).map(|error| error.message().to_owned());
    vec![
        Some(period.to_string()),
        Some(customer.clone()),
        revision.map(|revision| revision.to_string()),
        Some(word),
        Some(to.join(", ")),
        file,
        reason,
    ]
}

async fn status(args: &StatementsArgs, printer: &Printer) -> Result<Exit> {
    let workspace = Workspace::look(args.output.job()?).await?;
    let report = statements::status(&workspace, &args.job()).await?;
    let columns = [
        ("billing_period", false),
        ("customer", false),
        ("revision", true),
        ("state", false),
        ("since", false),
        ("to", false),
        ("is_superseded", false),
        ("is_provisional", false),
        ("approved_by", false),
        ("delivery", false),
        ("detail", false),
        ("advice", false),
    ];
    let mut cells: Vec<Vec<Option<String>>> = report.statements.iter().map(status_cells).collect();
    if args.format == Format::Table {
        for (row, one) in cells.iter_mut().zip(&report.statements).filter(|(_, one)| one.is_superseded) {
            row[3] = Some(format!("{}, superseded", one.state.name()));
        }
    }
    print(&columns, 6, &cells, args.format, printer)?;
    if args.format == Format::Table {
        let advice = advice(&report.statements);
        if !advice.is_empty() {
            printer.data(&format!("\nTo do:\n\n{}", advice.join("\n")));
        }
    }
    if report.foreign > 0 {
        let messages = count(report.foreign as u64, "message");
        printer.warn(&format!("{messages} in the queue are of no delivery of this output, and are left there"));
    }
    events::tell(&workspace, printer, Exit::Yes).await
}

fn status_cells(one: &StatementStatus) -> Vec<Option<String>> {
    let StatementStatus { period, customer, revision, state, is_superseded, is_provisional, at, to, .. } = one;
    vec![
        Some(period.to_string()),
        Some(customer.clone()),
        revision.map(|revision| revision.to_string()),
        Some(state.name().to_owned()),
        at.map(moment),
        Some(to.join(", ")),
        Some(is_superseded.to_string()),
        Some(is_provisional.to_string()),
        one.approved_by.clone(),
        one.delivery.clone(),
        one.detail.clone(),
        one.advice.clone(),
    ]
}

/// What to do, for people: once for all statements that are in the same state for the same reason.
fn advice(statements: &[StatementStatus]) -> Vec<String> {
    let mut customers: BTreeMap<_, Vec<&str>> = BTreeMap::new();
    for one in statements {
        if let Some(advice) = &one.advice {
            customers.entry((one.state, &one.detail, advice)).or_default().push(&one.customer);
        }
    }
    let texts = customers.into_iter().map(|((state, detail, advice), customers)| {
        let why = detail.as_ref().map(|detail| format!(" ({detail})")).unwrap_or_default();
        format!("- {}{why}: {}\n  {advice}\n", state.name(), customers.join(", "))
    });
    texts.collect()
}

fn moment(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M").to_string()
}

async fn resolve(args: &StatementsResolveArgs, printer: &Printer) -> Result<Exit> {
    let workspace = Workspace::look(args.output.job()?).await?;
    let job = StatementJob { customers: args.customer.clone() };
    for one in statements::resolve(&workspace, &job, args.sent, &args.by).await? {
        let word = if one.is_sent { "was sent" } else { "was not sent: the next `send` sends it" };
        printer.say(
            &format!("{}: the statement of `{}`, revision {}, {word}", one.period, one.customer, one.revision),
            json!({ "billing_period": one.period.to_string(), "customer": one.customer, "sent": one.is_sent }),
        );
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
