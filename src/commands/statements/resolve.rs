//! `statements resolve`: somebody has found out whether a letter was sent that nobody knew of.

use chrono::Utc;

use crate::common::error::{Error, Result};
use crate::common::period::Period;
use crate::planned_run::Workspace;
use crate::publish::Publication;

use super::StatementJob;
use super::ledger::{DeliveryState, Ledger};
use super::listen::listen;
use super::paper::{Ended, Ending, Paper};

/// What is known now.
#[derive(Debug, Clone)]
pub struct Resolved {
    /// The month.
    pub period: Period,
    /// The customer.
    pub customer: String,
    /// The revision.
    pub revision: u64,
    /// Whether it was sent.
    pub is_sent: bool,
}

/// Keeps that the unknown letters of the named customers were sent, or were not, `by` somebody's word.
///
/// # Errors
/// When no customer is named, or one has no letter of which that is unknown.
pub async fn resolve(workspace: &Workspace, job: &StatementJob, is_sent: bool, by: &str) -> Result<Vec<Resolved>> {
    // SES's own word comes before a person's.
    listen(workspace).await?;
    let output = &workspace.output;
    let present = Publication::periods(output).await?;
    let mut found = Vec::new();
    for period in workspace.job.periods.pick(&present.into_iter().collect::<Vec<_>>())? {
        let ledger = Ledger::read(output, period).await?;
        for customer in &job.customers {
            for revision in ledger.revisions(customer) {
                let paper = Paper { period, customer: customer.clone(), revision };
                let entry = ledger.of(&paper);
                let now = Utc::now();
                match (entry.state(now), entry.last(now)) {
                    (DeliveryState::Unknown, Some((number, _))) => found.push((paper, number)),
                    (DeliveryState::Sending, _) => {
                        return Err(Error::later(format!(
                            "the statement of `{customer}` for {period} may still be on its way"
                        ))
                        .hint("ten minutes after it was begun it counts as unknown, and can be resolved"));
                    }
                    _ => {}
                }
            }
        }
    }
    for customer in &job.customers {
        if !found.iter().any(|(paper, _)| paper.customer == *customer) {
            return Err(Error::user(format!("of `{customer}` nothing is unknown in these months"))
                .hint("`apportion statements status` lists what is"));
        }
    }
    let ended = if is_sent { Ended::Sent } else { Ended::Released };
    let mut resolved = Vec::new();
    for (paper, number) in found {
        let ending = Ending { ended, at: Utc::now(), message_id: None, reason: None, by: Some(by.to_owned()) };
        if !paper.end(output, number, &ending).await? {
            return Err(Error::later(format!(
                "how the statement of `{}` ended was found out meanwhile",
                paper.customer
            ))
            .hint("`apportion statements status` says how"));
        }
        let Paper { period, customer, revision } = paper;
        resolved.push(Resolved { period, customer, revision, is_sent });
    }
    Ok(resolved)
}
