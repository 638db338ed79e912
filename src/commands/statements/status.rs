//! `statements status`: who got what when, what came back, what nobody knows, and what to do about it.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::common::error::Result;
use crate::common::period::Period;
use crate::planned_run::Workspace;
use crate::statements::Templates;

use super::StatementJob;
use super::ledger::{Attempt, DeliveryState, Entry, Ledger};
use super::listen::listen;
use super::month::{Current, Month, all_known, publications};
use super::paper::Paper;

/// How far a revision has got.
#[derive(Debug, Clone)]
pub struct StatementStatus {
    /// The month.
    pub period: Period,
    /// The customer.
    pub customer: String,
    /// The revision; none if none is built.
    pub revision: Option<u64>,
    /// How far it has got.
    pub state: DeliveryState,
    /// Whether another revision, or tables that say otherwise, have come after it.
    pub is_superseded: bool,
    /// Whether AWS has not closed the month.
    pub is_provisional: bool,
    /// Since when.
    pub at: Option<DateTime<Utc>>,
    /// Who it went to.
    pub to: Vec<String>,
    /// Who approved it.
    pub approved_by: Option<String>,
    /// The name of the delivery, with SES.
    pub delivery: Option<String>,
    /// What is known beside that.
    pub detail: Option<String>,
    /// What to do, if there is something.
    pub advice: Option<String>,
}

/// All of it, and how many messages of the queue were of no delivery of this output.
#[derive(Debug, Clone, Default)]
pub struct StatusReport {
    /// By month, customer and revision.
    pub statements: Vec<StatementStatus>,
    /// Messages that are left in the queue.
    pub foreign: usize,
}

/// Reads what SES tells, keeps it, and says how far the statements of the wanted months have got.
///
/// # Errors
/// When the store or the queue does not answer, or nothing is published.
pub async fn status(workspace: &Workspace, job: &StatementJob) -> Result<StatusReport> {
    let foreign = listen(workspace).await?;
    let publications = publications(workspace).await?;
    let templates = Arc::new(Templates::read(&workspace.project.root)?);
    let (mut statements, mut known) = (Vec::new(), BTreeSet::new());
    for publication in &publications {
        let month = Month { workspace, templates: &templates, publication };
        let ledger = Ledger::read(&workspace.output, month.period()).await?;
        let current = month.current(job, &mut known).await?;
        for one in &current {
            statements.extend(of_customer(&month, &ledger, one));
        }
        // Who has no charge any more may have been sent something all the same.
        for (customer, revisions) in ledger.customers() {
            if !known.contains(&customer) && job.is_wanted(&customer) {
                known.insert(customer.clone());
                statements.extend(revisions.into_iter().map(|revision| {
                    let paper = Paper { period: month.period(), customer: customer.clone(), revision };
                    let status = of_paper(&paper, &ledger.of(&paper), false);
                    StatementStatus { is_superseded: true, ..status }
                }));
            }
        }
    }
    all_known(job, &known)?;
    Ok(StatusReport { statements, foreign })
}

/// The newest revision of a customer, and those that were sent before it.
fn of_customer(month: &Month<'_>, ledger: &Ledger, current: &Current) -> Vec<StatementStatus> {
    let (period, customer) = (month.period(), current.customer.clone());
    let build = format!("run `apportion statements build --period {period}`");
    let Some(newest) = &current.newest else {
        return vec![StatementStatus {
            period,
            customer,
            revision: None,
            state: DeliveryState::Missing,
            is_superseded: false,
            is_provisional: false,
            at: None,
            to: Vec::new(),
            approved_by: None,
            delivery: None,
            detail: None,
            advice: Some(build),
        }];
    };
    let mut revisions = ledger.revisions(&customer);
    revisions.retain(|revision| {
        let paper = Paper { period, customer: customer.clone(), revision: *revision };
        *revision < newest.number && !ledger.of(&paper).attempts.is_empty()
    });
    revisions.push(newest.number);
    let of_revision = |revision| {
        let paper = Paper { period, customer: customer.clone(), revision };
        let is_provisional = revision == newest.number && newest.manifest.is_provisional;
        let mut status = of_paper(&paper, &ledger.of(&paper), is_provisional);
        let is_outdated = revision == newest.number && current.paper().is_none();
        status.is_superseded = is_outdated || revision != newest.number;
        if is_outdated {
            status.detail = Some("tables say something else by now".to_owned());
            status.advice = Some(build.clone());
        } else if status.is_superseded && status.state != DeliveryState::Unknown {
            status.advice = None;
        }
        status
    };
    revisions.into_iter().map(of_revision).collect()
}

/// What the worst notices of a try say, each once.
fn worst(attempt: &Attempt) -> Option<String> {
    let worst = attempt.notices.iter().map(|notice| notice.kind).max()?;
    let of_kind = attempt.notices.iter().filter(|notice| notice.kind == worst && !notice.detail.is_empty());
    let texts: BTreeSet<String> =
        of_kind.map(|notice| format!("{}: {}", notice.addresses.join(", "), notice.detail)).collect();
    Some(texts.into_iter().collect::<Vec<_>>().join("; ")).filter(|text| !text.is_empty())
}

/// What is known of one revision.
fn of_paper(paper: &Paper, entry: &Entry, is_provisional: bool) -> StatementStatus {
    let Paper { period, customer, revision } = paper;
    let now = Utc::now();
    let state = entry.state(now);
    let last = entry.last(now).map(|(_, attempt)| attempt);
    let ending = last.and_then(|attempt| attempt.ending.as_ref());
    let since = ending.map(|ending| ending.at).or(last.map(|attempt| attempt.claim.at));
    let told = last.filter(|_| state > DeliveryState::Sent).and_then(worst);
    let detail = told.or_else(|| ending.and_then(|ending| ending.reason.clone()));
    let advice = match state {
        DeliveryState::Built if is_provisional => {
            "wait until AWS has closed the month, or approve it with `--provisional`"
        }
        DeliveryState::Built => "look at it, and approve it: `apportion statements approve`",
        DeliveryState::Approved => "send it: `apportion statements send`",
        DeliveryState::Unknown => "ask the recipient, then say `apportion statements resolve --sent` or `--not-sent`",
        DeliveryState::Refused => "mend that, and send again",
        DeliveryState::Rejected => "SES has found something harmful in it: look at the template's files",
        DeliveryState::Bounced => "mend the address in the seed `customers`, build the month and its statements again",
        DeliveryState::Complained => "ask the customer; nothing more goes to that address",
        _ => "",
    };
    StatementStatus {
        period: *period,
        customer: customer.clone(),
        revision: Some(*revision),
        state,
        is_superseded: false,
        is_provisional,
        at: since.or(entry.approval.as_ref().map(|approval| approval.at)),
        to: last.map(|attempt| attempt.claim.to.clone()).unwrap_or_default(),
        approved_by: entry.approval.as_ref().map(|approval| approval.by.clone()),
        delivery: last.map(|attempt| attempt.claim.delivery.clone()),
        detail,
        advice: Some(advice.to_owned()).filter(|advice| !advice.is_empty()),
    }
}
