//! `statements build`: the papers that customers get, of the published tables.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::Utc;
use futures::TryStreamExt;

use crate::common::error::Result;
use crate::common::parallel;
use crate::common::period::Period;
use crate::common::quote::literal;
use crate::events::Author;
use crate::planned_run::Workspace;
use crate::statements::{Form, Issue, Origin, StatementFile, Templates, Typesetter, render, text};

use super::StatementJob;
use super::ledger::Ledger;
use super::month::{Current, Month, all_known, publications};
use super::paper::short;
use super::revisions::Revision;
use super::rows;

/// How many statements are rendered before they are written, so that memory does not grow with their number.
const AT_ONCE: usize = 16;

/// A statement that is there now.
#[derive(Debug, Clone)]
pub struct BuiltStatement {
    /// The month.
    pub period: Period,
    /// The customer.
    pub customer: String,
    /// What it comes to.
    pub total: String,
    /// The currency of that.
    pub currency: String,
    /// Whether AWS has not closed the month.
    pub is_provisional: bool,
    /// Counts the papers of a customer and month.
    pub revision: u64,
    /// Whether that revision was not there before.
    pub is_new: bool,
    /// Where it is.
    pub folder: String,
}

/// Builds the statements of all wanted periods: one whose content is that of the newest revision stays.
/// With `only_closed`, those of months that AWS has not closed are left out.
///
/// # Errors
/// When nothing is published; when a question, template or amount is wrong; when a statement names an account that is
/// not its customer's. Statements that were written before stay.
pub async fn build(workspace: &Workspace, job: &StatementJob, only_closed: bool) -> Result<Vec<BuiltStatement>> {
    let publications = publications(workspace).await?;
    let templates = Arc::new(Templates::read(&workspace.project.root)?);
    let typesetter = Typesetter::new(&templates)?;
    let mut built = Vec::new();
    let mut known = BTreeSet::new();
    for publication in &publications {
        let month = Month { workspace, templates: &templates, publication };
        let mut statements = month.current(job, &mut known).await?;
        statements.retain(|one| !(only_closed && one.is_provisional()));
        for some in statements.chunks(AT_ONCE) {
            built.extend(of_month(&month, &typesetter, some).await?);
        }
    }
    all_known(job, &known)?;
    Ok(built)
}

/// Renders and writes `statements`.
async fn of_month(month: &Month<'_>, typesetter: &Typesetter, statements: &[Current]) -> Result<Vec<BuiltStatement>> {
    let (owners, run, output) = (owners(month).await?, month.run()?, &month.workspace.output);
    let origin = Origin {
        run_id: run.run_id.clone(),
        published_at: run.published_at,
        models: run.models.clone(),
        delivery: run.delivery.clone(),
    };
    let ledger = Ledger::read(output, month.period()).await?;
    let drafts = parallel::map(statements, |current| {
        // What was approved or sent keeps its number, even where its folder is gone.
        let number = current.revisions.next().max(ledger.last(&current.customer) + 1);
        let issue = Issue { revision: number, origin: origin.clone(), before: current.before() };
        draft(month.templates, typesetter, current, &issue, &owners)
    });
    let mut built = Vec::new();
    for (draft, current) in drafts.into_iter().zip(statements) {
        let draft = draft?;
        let is_new = draft.is_some();
        let revision = match (draft, &current.newest) {
            (Some(draft), _) => {
                let number = draft.revision.number;
                let teller = month.workspace.teller()?;
                let name = format!("{}-{number}", short(&current.customer));
                let event = |author: &Author| {
                    let of = author.of_statement(month.period(), &current.customer, number, Utc::now());
                    let folder = output.at(&current.revisions.folder(number));
                    Some(of.issued(&folder, &run.run_id, draft.revision.is_provisional()))
                };
                let note = teller.promise(month.period(), &name, &current.revisions.manifest(number), event).await?;
                current.revisions.write(output, &draft.revision, draft.files).await?;
                if let Some(note) = note {
                    note.free(output).await?;
                }
                number
            }
            (None, Some(newest)) => newest.number,
            (None, None) => continue,
        };
        let exact = current.statement.content(Form::Exact)?;
        let of = |name: &str| exact[name].as_str().unwrap_or_default().to_owned();
        built.push(BuiltStatement {
            period: month.period(),
            customer: of("customer"),
            total: of("total"),
            currency: of("currency_code"),
            is_provisional: exact["is_provisional"].as_bool().unwrap_or_default(),
            revision,
            is_new,
            folder: output.at(&current.revisions.folder(revision)),
        });
    }
    Ok(built)
}

/// A statement that is still to be written.
struct Draft {
    revision: Revision,
    files: Vec<StatementFile>,
}

/// Renders a statement, if the newest revision says something else.
fn draft(
    templates: &Arc<Templates>,
    typesetter: &Typesetter,
    current: &Current,
    issue: &Issue,
    owners: &BTreeMap<String, BTreeSet<String>>,
) -> Result<Option<Draft>> {
    if current.paper().is_some() {
        return Ok(None);
    }
    let customer = &current.customer;
    let others = owners.iter().filter(|(owner, _)| *owner != customer).flat_map(|(_, ids)| ids);
    let foreign: BTreeSet<String> = others.cloned().collect();
    let files = render(typesetter, templates, &current.statement, issue, &foreign)
        .map_err(|error| error.while_doing(format!("rendering the statement of `{customer}`")))?;
    let revision = Revision::of(&current.statement, issue, &current.content, &files)?;
    Ok(Some(Draft { revision, files }))
}

/// All accounts that are known, by whose they are in this month.
async fn owners(month: &Month<'_>) -> Result<BTreeMap<String, BTreeSet<String>>> {
    let period = literal(&month.period().to_string());
    let sql = format!(
        "select account_id, max(case when billing_period = {period} then customer end) as customer \
         from accounts group by account_id"
    );
    let batches: Vec<_> = month.workspace.query(&sql).await?.batches.try_collect().await?;
    let mut owners: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in rows::of(&batches)? {
        owners.entry(text(&row, "customer").to_owned()).or_default().insert(text(&row, "account_id").to_owned());
    }
    Ok(owners)
}
