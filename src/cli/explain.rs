//! `explain`: the figure and its parts, rounded for people and exact for machines.

use serde_json::{Map, json};

use super::Exit;
use super::args::{DocumentFormat, ExplainArgs};
use super::print::Printer;
use super::table;
use crate::commands::explain::{self, ExplainJob, PART, Section};
use crate::common::error::{Error, Result};
use crate::planned_run::Workspace;

impl ExplainArgs {
    /// What was typed as what it means.
    ///
    /// # Errors
    /// When an option is of another subject.
    fn job(&self) -> Result<ExplainJob> {
        let subjects = [
            ("account", &self.account),
            ("line", &self.line),
            ("commitment", &self.commitment),
            ("customer", &self.customer),
        ];
        let narrower =
            [("service", &self.service), ("category", &self.category), ("pool", &self.pool), ("at", &self.at)];
        let subject = subjects.iter().find(|(_, value)| value.is_some()).map_or("account", |(name, _)| *name);
        let given = subjects.iter().chain(&narrower);
        let given = given.filter_map(|(name, value)| Some(((*name).to_owned(), value.as_ref()?.clone())));
        let as_customer = self.as_customer.then(|| ("as_customer".to_owned(), "true".to_owned()));
        let of = |name: &str| if name == "at" { "line" } else { "account" };
        if let Some((name, _)) = narrower.iter().find(|(name, value)| value.is_some() && of(name) != subject) {
            return Err(Error::user(format!("--{name} is for --{}, and not for --{subject}", of(name))));
        }
        Ok(ExplainJob { subject, parameters: given.chain(as_customer).collect() })
    }
}

pub(super) async fn command(args: &ExplainArgs, printer: &Printer) -> Result<Exit> {
    let workspace = Workspace::look(args.output.job()?).await?;
    let found = explain::explain(&workspace, &args.job()?).await?;
    let mut out = String::new();
    match args.format {
        DocumentFormat::Json => {
            let mut answers = Map::new();
            for section in &found.sections {
                answers.insert(section.name.clone(), table::objects(&section.answer)?.into());
            }
            let document =
                json!({ "billing_period": found.period.to_string(), "run_id": found.run_id, "answers": answers });
            out = format!("{}\n", serde_json::to_string_pretty(&document).unwrap_or_default());
        }
        form => {
            for section in &found.sections {
                let heading = format!("{}, {}", section.title, found.period);
                let rows = rounded(section)?;
                out.push_str(&match form {
                    DocumentFormat::Markdown => format!("#### {heading}\n\n{}\n", rows.markdown()),
                    _ => format!("{heading}\n\n{}\n", rows.aligned()),
                });
            }
        }
    }
    printer.data(out.trim_end_matches('\n'));
    printer.data("\n");
    Ok(Exit::Yes)
}

/// The rows for people: amounts to the cent, and below parts what rounding has left, and their sum.
fn rounded(section: &Section) -> Result<table::Cells> {
    let mut cells = table::Cells::of(&section.answer)?;
    let parts = cells.names.iter().position(|name| name == PART);
    cells.round_amounts(parts);
    Ok(cells)
}
