//! `statements approve`: somebody has looked at a revision, and lets it go out.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::Utc;

use crate::common::error::{Error, Result};
use crate::common::period::Period;
use crate::planned_run::Workspace;
use crate::statements::Templates;

use super::StatementJob;
use super::month::{Month, all_known, publications};
use super::paper::{Approval, Paper};

/// A revision that may go out.
#[derive(Debug, Clone)]
pub struct Approved {
    /// The month.
    pub period: Period,
    /// The customer.
    pub customer: String,
    /// The revision.
    pub revision: u64,
    /// What it comes to.
    pub total: String,
    /// The currency of that.
    pub currency: String,
    /// Whether nobody had approved it before.
    pub is_new: bool,
}

/// Approves the newest revisions of the wanted months, `by` somebody; provisional ones only if they `may` be.
///
/// # Errors
/// When one is provisional, is not built, or says something else than tables do: then none is approved.
pub async fn approve(workspace: &Workspace, job: &StatementJob, by: &str, may: bool) -> Result<Vec<Approved>> {
    let publications = publications(workspace).await?;
    let templates = Arc::new(Templates::read(&workspace.project.root)?);
    let (mut ready, mut known) = (Vec::new(), BTreeSet::new());
    for publication in &publications {
        let month = Month { workspace, templates: &templates, publication };
        let mut wrong = Vec::new();
        for current in month.current(job, &mut known).await? {
            let Some(newest) = current.paper() else {
                wrong.push(not_built(&month, &current.customer, current.newest.is_some()));
                continue;
            };
            if newest.manifest.is_provisional && !may {
                wrong.push(provisional(&month, &current.customer));
                continue;
            }
            let approval = Approval {
                customer: current.customer.clone(),
                by: by.to_owned(),
                at: Utc::now(),
                manifest: newest.hash.clone(),
            };
            let paper = Paper { period: month.period(), customer: current.customer.clone(), revision: newest.number };
            ready.push((paper, approval, newest.manifest.clone()));
        }
        if let Some(error) = Error::many(wrong) {
            return Err(error);
        }
    }
    all_known(job, &known)?;
    let mut approved = Vec::new();
    for (paper, approval, manifest) in ready {
        let is_new = paper.approve(&workspace.output, &approval).await?;
        let Paper { period, customer, revision } = paper;
        let (total, currency) = (manifest.total, manifest.currency_code);
        approved.push(Approved { period, customer, revision, total, currency, is_new });
    }
    Ok(approved)
}

fn not_built(month: &Month<'_>, customer: &str, is_there: bool) -> Error {
    let what = if is_there { "says something else than the tables do by now" } else { "is not built" };
    Error::data(format!("the statement of `{customer}` for {} {what}", month.period()))
        .hint(format!("run `apportion statements build --period {}`", month.period()))
}

/// Why what is provisional is not sent just so.
pub(super) fn provisional(month: &Month<'_>, customer: &str) -> Error {
    Error::data(format!(
        "the statement of `{customer}` for {} is provisional: AWS has not closed the month",
        month.period()
    ))
    .hint("wait until the report has invoice ids, or say `--provisional`")
}
