//! `statements build`: the papers that customers get, of the published tables.

mod revisions;
mod rows;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures::TryStreamExt;

use crate::common::error::{Error, Result};
use crate::common::parallel;
use crate::common::period::Period;
use crate::common::quote::literal;
use crate::planned_run::Workspace;
use crate::publish::{Publication, RunRecord};
use crate::statements::{HEAD, Issue, Origin, Statement, StatementFile, Templates, Typesetter, issuer, render, text};

use revisions::{Revision, Revisions, content};

/// How many statements are rendered before they are written, so that memory does not grow with their number.
const AT_ONCE: usize = 16;
/// The seed of how many digits amounts have.
const CURRENCIES: &str = "currencies";

/// Which statements.
#[derive(Debug, Clone, Default)]
pub struct StatementJob {
    /// The customers; none are all.
    pub customers: Vec<String>,
}

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
///
/// # Errors
/// When nothing is published; when a question, template or amount is wrong; when a statement names an account that is
/// not its customer's. Statements that were written before stay.
pub async fn build(workspace: &Workspace, job: &StatementJob) -> Result<Vec<BuiltStatement>> {
    let seen = Publication::all(&workspace.output).await?;
    let present: Vec<Period> = seen.iter().map(|publication| publication.period).collect();
    let templates = Arc::new(Templates::read(&workspace.project.root)?);
    let typesetter = Typesetter::new(&templates)?;
    let mut built = Vec::new();
    let mut known = BTreeSet::new();
    for period in workspace.job.periods.pick(&present)? {
        let publication = seen.iter().find(|publication| publication.period == period);
        let run = publication.and_then(Publication::newest);
        let run = run.ok_or_else(|| Error::bug(format!("nothing is published for {period}")))?;
        if let Some(payers) = publication.and_then(|publication| publication.kept_payers()) {
            return Err(Error::data(format!("the tables of {period} have older rows of {payers}")).hint(
                "a check of that payer has failed; statements are made of whole months: mend it, and build again",
            ));
        }
        let month = Month { workspace, templates: &templates, typesetter: &typesetter, period };
        let mut statements = month.statements().await?;
        known.extend(statements.keys().cloned());
        statements.retain(|customer, _| job.customers.is_empty() || job.customers.contains(customer));
        let statements: Vec<(String, Statement)> = statements.into_iter().collect();
        for some in statements.chunks(AT_ONCE) {
            built.extend(month.build(some, run).await?);
        }
        // What was read of several tables is one month only if they were those of one publication.
        let now = Publication::read(&workspace.output, period).await?;
        if publication.is_some_and(|publication| !publication.is_same(&now)) {
            return Err(Error::later(format!("{period} was published anew while its statements were built"))
                .hint("build them again"));
        }
    }
    for customer in &job.customers {
        if !known.contains(customer) {
            return Err(Error::user(format!("the customer `{customer}` has no statement in these months"))
                .did_you_mean(customer, known.iter().map(String::as_str)));
        }
    }
    Ok(built)
}

/// What statements of one month are made of.
struct Month<'a> {
    workspace: &'a Workspace,
    templates: &'a Arc<Templates>,
    typesetter: &'a Typesetter,
    period: Period,
}

/// A statement that is still to be written.
struct Draft {
    revision: Revision,
    files: Vec<StatementFile>,
}

impl Month<'_> {
    /// What tables say of every customer.
    async fn statements(&self) -> Result<BTreeMap<String, Statement>> {
        let questions = self.workspace.statement_questions(self.period)?;
        if !questions.iter().any(|question| question.name == HEAD) {
            return Err(Error::user(format!("there is no question `sql/statements/{HEAD}.sql`"))
                .hint("it says which statements there are; `apportion init` brings one"));
        }
        let issuer = issuer(self.templates)?;
        let minor_units = self.minor_units()?;
        let mut statements: BTreeMap<String, Statement> = BTreeMap::new();
        for question in &questions {
            let of_file = |error: Error| error.while_doing(format!("answering `{}`", question.sql.file.path));
            let found = self.workspace.query(&question.sql.text).await.map_err(of_file)?;
            let batches: Vec<_> = found.batches.try_collect().await.map_err(of_file)?;
            for row in rows::of(&batches).map_err(of_file)? {
                let statement = statements.entry(text(&row, "customer").to_owned()).or_default();
                statement.rows.entry(question.name.clone()).or_default().push(row);
            }
        }
        statements.retain(|_, statement| statement.rows.contains_key(HEAD));
        for statement in statements.values_mut() {
            statement.issuer.clone_from(&issuer);
            statement.minor_units.clone_from(&minor_units);
            for question in &questions {
                statement.rows.entry(question.name.clone()).or_default();
            }
        }
        Ok(statements)
    }

    /// How many digits amounts have, by the seed.
    fn minor_units(&self) -> Result<BTreeMap<String, usize>> {
        let found = self.workspace.project.seeds.get(CURRENCIES).map(|(seed, _)| seed);
        let seed = found.ok_or_else(|| Error::user(format!("there is no seed `{CURRENCIES}`")))?;
        let [code, minor_unit] = seed.columns(["currency_code", "minor_unit"])?;
        let units = seed.rows.iter().map(|(line, row)| {
            let digits = row[minor_unit].parse().ok().filter(|digits| *digits <= 4_usize);
            let digits = digits.ok_or_else(|| {
                Error::user(format!("`{}` is not a number of digits from 0 to 4", row[minor_unit]))
                    .at(seed.file.place_at(*line, 1))
            })?;
            Ok((row[code].clone(), digits))
        });
        units.collect()
    }

    /// Accounts that are known and not `customer`'s in this month.
    async fn foreign(&self) -> Result<BTreeMap<String, BTreeSet<String>>> {
        let period = literal(&self.period.to_string());
        let sql = format!(
            "select account_id, max(case when billing_period = {period} then customer end) as customer \
             from accounts group by account_id"
        );
        let batches: Vec<_> = self.workspace.query(&sql).await?.batches.try_collect().await?;
        let mut owners: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for row in rows::of(&batches)? {
            owners.entry(text(&row, "customer").to_owned()).or_default().insert(text(&row, "account_id").to_owned());
        }
        Ok(owners)
    }

    /// Renders and writes `statements`.
    async fn build(&self, statements: &[(String, Statement)], run: &RunRecord) -> Result<Vec<BuiltStatement>> {
        let owners = self.foreign().await?;
        let output = &self.workspace.output;
        let mut planned = Vec::new();
        for (customer, statement) in statements {
            let head = statement.head()?;
            let hash = self.templates.hash(text(head, "template"), text(head, "language"));
            let content = content(statement, &hash)?;
            let revisions = Revisions::list(output, self.period, customer).await?;
            let newest = revisions.newest(output).await?;
            planned.push((statement, content, revisions, newest));
        }
        let origin = Origin {
            run_id: run.run_id.clone(),
            published_at: run.published_at,
            models: run.models.clone(),
            delivery: run.delivery.clone(),
        };
        let drafts = parallel::map(&planned, |(statement, content, revisions, newest)| {
            if newest.as_ref().is_some_and(|newest| newest.content == *content) {
                return Ok(None);
            }
            let before = newest.as_ref().map(|newest| newest.statement.clone());
            let issue = Issue { revision: revisions.next(), origin: origin.clone(), before };
            let customer = text(statement.head()?, "customer");
            let others = owners.iter().filter(|(owner, _)| owner.as_str() != customer).flat_map(|(_, ids)| ids);
            let foreign: BTreeSet<String> = others.cloned().collect();
            let files = render(self.typesetter, self.templates, statement, &issue, &foreign)
                .map_err(|error| error.while_doing(format!("rendering the statement of `{customer}`")))?;
            let revision = Revision::of(statement, &issue, content, &files)?;
            Ok(Some(Draft { revision, files }))
        });
        let mut built = Vec::new();
        for (draft, (statement, _, revisions, newest)) in drafts.into_iter().zip(&planned) {
            let draft = draft?;
            let is_new = draft.is_some();
            let revision = match (draft, newest) {
                (Some(draft), _) => {
                    revisions.write(output, &draft.revision, draft.files).await?;
                    draft.revision.number
                }
                (None, Some(newest)) => newest.number,
                (None, None) => continue,
            };
            let exact = statement.content(crate::statements::Form::Exact)?;
            let of = |name: &str| exact[name].as_str().unwrap_or_default().to_owned();
            built.push(BuiltStatement {
                period: self.period,
                customer: of("customer"),
                total: of("total"),
                currency: of("currency_code"),
                is_provisional: exact["is_provisional"].as_bool().unwrap_or_default(),
                revision,
                is_new,
                folder: output.at(&revisions.folder(revision)),
            });
        }
        Ok(built)
    }
}
