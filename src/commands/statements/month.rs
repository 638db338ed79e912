//! What tables say of every customer of a month, beside the papers that there are.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures::TryStreamExt;
use serde_json::Value;

use crate::common::error::{Error, Result};
use crate::common::period::Period;
use crate::planned_run::Workspace;
use crate::publish::{Publication, RunRecord, nothing};
use crate::statements::{HEAD, Statement, Templates, flag, issuer, text};

use super::StatementJob;
use super::revisions::{Newest, Revisions, content};
use super::rows;

/// The seed of how many digits amounts have.
const CURRENCIES: &str = "currencies";

/// A published month, and what its statements are made with.
pub(super) struct Month<'a> {
    pub(super) workspace: &'a Workspace,
    pub(super) templates: &'a Arc<Templates>,
    pub(super) publication: &'a Publication,
}

/// A statement as tables say it now.
pub(super) struct Current {
    pub(super) customer: String,
    pub(super) statement: Statement,
    /// A hash of what it tells and of what it is made with.
    pub(super) content: String,
    pub(super) revisions: Revisions,
    /// The newest revision, which may say otherwise.
    pub(super) newest: Option<Newest>,
}

impl Current {
    /// Whether AWS has not closed the month.
    pub(super) fn is_provisional(&self) -> bool {
        self.statement.head().is_ok_and(|head| flag(head, "is_provisional"))
    }

    /// What the newest revision says.
    pub(super) fn before(&self) -> Option<Value> {
        self.newest.as_ref().map(|newest| newest.statement.clone())
    }

    /// The newest revision, if it says what tables say.
    pub(super) fn paper(&self) -> Option<&Newest> {
        self.newest.as_ref().filter(|newest| newest.manifest.content == self.content)
    }
}

/// The wanted months, which have to be whole.
///
/// # Errors
/// When a month is not published, or has older rows of a payer.
pub(super) async fn publications(workspace: &Workspace) -> Result<Vec<Publication>> {
    let mut seen = Publication::all(&workspace.output).await?;
    if seen.is_empty() {
        return Err(nothing(&workspace.output));
    }
    let present: Vec<Period> = seen.iter().map(|publication| publication.period).collect();
    let wanted = workspace.job.periods.pick(&present)?;
    seen.retain(|publication| wanted.contains(&publication.period));
    seen.sort_by_key(|publication| publication.period);
    for publication in &seen {
        publication.check_whole("statements")?;
    }
    Ok(seen)
}

/// Refuses customers that are wanted and not `known`.
///
/// # Errors
/// When there is one.
pub(super) fn all_known(job: &StatementJob, known: &BTreeSet<String>) -> Result<()> {
    match job.customers.iter().find(|customer| !known.contains(*customer)) {
        Some(customer) => Err(Error::user(format!("the customer `{customer}` has no statement in these months"))
            .did_you_mean(customer, known.iter().map(String::as_str))),
        None => Ok(()),
    }
}

impl Month<'_> {
    pub(super) fn period(&self) -> Period {
        self.publication.period
    }

    /// The run that made its tables.
    ///
    /// # Errors
    /// When there is none.
    pub(super) fn run(&self) -> Result<&RunRecord> {
        let run = self.publication.newest();
        run.ok_or_else(|| Error::bug(format!("nothing is published for {}", self.period())))
    }

    /// The statements of the wanted customers, by name; adds the names of all to `known`.
    ///
    /// # Errors
    /// When a question, an amount or a paper is wrong.
    pub(super) async fn current(&self, job: &StatementJob, known: &mut BTreeSet<String>) -> Result<Vec<Current>> {
        let mut all = Vec::new();
        for (customer, statement) in self.statements().await? {
            known.insert(customer.clone());
            if !job.is_wanted(&customer) {
                continue;
            }
            let head = statement.head()?;
            let hash = self.templates.hash(text(head, "template"), text(head, "language"));
            let content = content(&statement, &hash)?;
            let revisions = Revisions::list(&self.workspace.output, self.period(), &customer).await?;
            let newest = revisions.newest(&self.workspace.output).await?;
            all.push(Current { customer, statement, content, revisions, newest });
        }
        // What was read of several tables is one month only if they were those of one publication.
        let now = Publication::read(&self.workspace.output, self.period()).await?;
        if self.publication.is_same(&now) {
            return Ok(all);
        }
        Err(Error::later(format!("{} was published anew while its statements were read", self.period()))
            .hint("try again"))
    }

    /// What tables say of every customer.
    async fn statements(&self) -> Result<BTreeMap<String, Statement>> {
        let questions = self.workspace.statement_questions(self.period())?;
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
}
