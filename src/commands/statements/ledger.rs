//! What is known of a month's deliveries, from what was written of each.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use futures::{StreamExt, TryStreamExt, stream};

use crate::common::error::{Error, Result};
use crate::common::period::Period;
use crate::mail::{Notice, NoticeKind};
use crate::storage::Location;

use super::paper::{APPROVAL, Approval, CLAIM, Claim, DELIVERIES, ENDING, Ended, Ending, Paper, parse, short};

/// How long a letter can be on its way: requests end before that.
const ON_ITS_WAY: Duration = Duration::minutes(10);
/// How many objects are read at a time.
const TOGETHER: usize = 16;

/// One try to send a revision.
#[derive(Debug, Clone)]
pub(super) struct Attempt {
    pub(super) claim: Claim,
    pub(super) ending: Option<Ending>,
    pub(super) notices: Vec<Notice>,
}

/// What is known of a revision.
#[derive(Debug, Clone, Default)]
pub(super) struct Entry {
    pub(super) approval: Option<Approval>,
    /// By their numbers, from 1 on.
    pub(super) attempts: BTreeMap<u64, Attempt>,
}

/// How far a revision has got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DeliveryState {
    /// There is none.
    Missing,
    /// Nobody has approved it.
    Built,
    /// It may go out.
    Approved,
    /// It is being sent.
    Sending,
    /// It was on its way when what sent it ended, or no answer came.
    Unknown,
    /// SES has refused it.
    Refused,
    /// SES has it.
    Sent,
    /// The recipient's server does not take it yet.
    Delayed,
    /// The recipients' servers have it.
    Delivered,
    /// SES has found something in it and not sent it.
    Rejected,
    /// It came back from a recipient.
    Bounced,
    /// A recipient takes it for spam.
    Complained,
}

impl DeliveryState {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Built => "built",
            Self::Approved => "approved",
            Self::Sending => "sending",
            Self::Unknown => "unknown",
            Self::Refused => "refused",
            Self::Sent => "sent",
            Self::Delayed => "delayed",
            Self::Delivered => "delivered",
            Self::Rejected => "rejected",
            Self::Bounced => "bounced",
            Self::Complained => "complained",
        }
    }

    /// Whether SES has taken it, whatever became of it then.
    pub fn is_sent(self) -> bool {
        self >= Self::Sent
    }
}

impl Attempt {
    /// How far it has got by `now`.
    fn state(&self, now: DateTime<Utc>) -> DeliveryState {
        // What recipients' servers say weighs more than what SES does, and of several recipients the worst.
        let told = self.notices.iter().map(|notice| match notice.kind {
            NoticeKind::Sent => DeliveryState::Sent,
            NoticeKind::Delayed => DeliveryState::Delayed,
            NoticeKind::Delivered => DeliveryState::Delivered,
            NoticeKind::Rejected => DeliveryState::Rejected,
            NoticeKind::Bounced => DeliveryState::Bounced,
            NoticeKind::Complained => DeliveryState::Complained,
        });
        match (&self.ending, told.max()) {
            (Some(Ending { ended: Ended::Released, .. }), None) => DeliveryState::Approved,
            (Some(Ending { ended: Ended::Refused, .. }), None) => DeliveryState::Refused,
            (_, Some(state)) => state,
            (Some(Ending { ended: Ended::Sent, .. }), None) => DeliveryState::Sent,
            (None, None) if now - self.claim.at < ON_ITS_WAY => DeliveryState::Sending,
            (None, None) => DeliveryState::Unknown,
        }
    }
}

impl Entry {
    /// How far the revision has got by `now`.
    pub(super) fn state(&self, now: DateTime<Utc>) -> DeliveryState {
        let mut attempts = self.attempts.values().map(|attempt| attempt.state(now));
        let waiting = if self.approval.is_some() { DeliveryState::Approved } else { DeliveryState::Built };
        match attempts.clone().find(|state| state.is_sent()) {
            Some(sent) => sent,
            None => attempts.next_back().unwrap_or(waiting),
        }
    }

    /// The try that decides by `now`, if there was one.
    pub(super) fn last(&self, now: DateTime<Utc>) -> Option<(u64, &Attempt)> {
        let sent = self.attempts.iter().find(|(_, attempt)| attempt.state(now).is_sent());
        sent.or_else(|| self.attempts.last_key_value()).map(|(number, attempt)| (*number, attempt))
    }

    /// The number of the next try, if all before have ended and none has sent it.
    pub(super) fn next(&self, now: DateTime<Utc>) -> Option<u64> {
        let may = |state| matches!(state, DeliveryState::Refused | DeliveryState::Approved);
        let is_open = self.attempts.values().all(|attempt| may(attempt.state(now)));
        is_open.then(|| self.attempts.last_key_value().map_or(1, |(last, _)| last + 1))
    }
}

/// What is kept of one month.
#[derive(Debug, Clone, Default)]
pub(super) struct Ledger(BTreeMap<(String, u64), Entry>);

impl Ledger {
    /// Reads what is kept of `period`.
    ///
    /// # Errors
    /// When the store does not answer, or an object is damaged.
    pub(super) async fn read(output: &Location, period: Period) -> Result<Self> {
        let top = format!("{DELIVERIES}/{period}");
        let prefix = output.path(&top);
        let objects = output.list(&top).await?;
        let names = objects.iter().filter_map(|object| {
            let below = object.location.as_ref().strip_prefix(prefix.as_ref())?.trim_start_matches('/');
            Some(below.to_owned())
        });
        let read = names.map(|name| {
            let path = format!("{top}/{name}");
            async move { Ok::<_, Error>((name, output.get(&path).await?.map(|(bytes, _)| bytes))) }
        });
        let found: Vec<_> = stream::iter(read).buffered(TOGETHER).try_collect().await?;
        let mut ledger = Self::default();
        let (mut endings, mut notices) = (Vec::new(), Vec::new());
        for (name, bytes) in found {
            let Some(bytes) = bytes else { continue };
            let at = || output.at(&format!("{top}/{name}"));
            let parts: Vec<&str> = name.trim_end_matches(".json").split('/').collect();
            let revision = parts.get(1).and_then(|revision| revision.parse().ok());
            let (Some(customer), Some(revision)) = (parts.first(), revision) else { continue };
            let key = ((*customer).to_owned(), revision);
            match (parts.get(2), parts.get(3), parts.get(2).and_then(|number| number.parse().ok())) {
                (Some(&APPROVAL), None, _) => {
                    ledger.0.entry(key).or_default().approval = Some(parse(&bytes, at)?);
                }
                (_, Some(&CLAIM), Some(number)) => {
                    let attempt = Attempt { claim: parse(&bytes, at)?, ending: None, notices: Vec::new() };
                    ledger.0.entry(key).or_default().attempts.insert(number, attempt);
                }
                (_, Some(&ENDING), Some(number)) => endings.push((key, number, parse::<Ending>(&bytes, at)?)),
                (_, Some(_), Some(number)) => notices.push((key, number, parse::<Notice>(&bytes, at)?)),
                _ => {}
            }
        }
        for (key, number, ending) in endings {
            if let Some(attempt) = ledger.attempt_of(&key, number) {
                attempt.ending = Some(ending);
            }
        }
        for (key, number, notice) in notices {
            if let Some(attempt) = ledger.attempt_of(&key, number) {
                attempt.notices.push(notice);
            }
        }
        Ok(ledger)
    }

    fn attempt_of(&mut self, key: &(String, u64), number: u64) -> Option<&mut Attempt> {
        self.0.get_mut(key)?.attempts.get_mut(&number)
    }

    /// What is known of a revision.
    pub(super) fn of(&self, paper: &Paper) -> Entry {
        self.0.get(&(short(&paper.customer), paper.revision)).cloned().unwrap_or_default()
    }

    /// The revisions of a customer of which something is known.
    pub(super) fn revisions(&self, customer: &str) -> Vec<u64> {
        let customer = short(customer);
        self.0.keys().filter(|(of, _)| *of == customer).map(|(_, revision)| *revision).collect()
    }

    /// The last revision of a customer of which something is known; 0 if of none.
    pub(super) fn last(&self, customer: &str) -> u64 {
        self.revisions(customer).last().copied().unwrap_or_default()
    }

    /// The customers of whom a try is known, with their revisions.
    pub(super) fn customers(&self) -> BTreeMap<String, Vec<u64>> {
        let mut customers: BTreeMap<String, Vec<u64>> = BTreeMap::new();
        for ((_, revision), entry) in &self.0 {
            if let Some((_, attempt)) = entry.attempts.last_key_value() {
                customers.entry(attempt.claim.customer.clone()).or_default().push(*revision);
            }
        }
        customers
    }

    /// The try that a notice is of.
    pub(super) fn find(&self, notice: &Notice) -> Option<(Paper, u64)> {
        self.0.iter().find_map(|((_, revision), entry)| {
            let found = entry.attempts.iter().find(|(_, attempt)| attempt.claim.delivery == notice.delivery)?;
            let (number, attempt) = found;
            let period = period_of(&notice.delivery)?;
            Some((Paper { period, customer: attempt.claim.customer.clone(), revision: *revision }, *number))
        })
    }
}

/// The month that a delivery's name begins with.
pub(super) fn period_of(delivery: &str) -> Option<Period> {
    delivery.get(..7)?.parse().ok()
}

#[cfg(test)]
mod tests;
