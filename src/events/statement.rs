//! The events of statements. They name customer and revision, and hold no amounts and no addresses.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::month::{Author, Event, reason, text};
use crate::common::period::Period;

/// A revision of a customer's statement to which something happens.
#[derive(Debug, Clone)]
pub struct OfStatement<'a> {
    author: &'a Author,
    period: Period,
    customer: &'a str,
    revision: u64,
    at: DateTime<Utc>,
}

impl Author {
    /// Events of the statement that `customer` gets of `period`, of something that happens `at` a moment.
    pub fn of_statement<'a>(
        &'a self,
        period: Period,
        customer: &'a str,
        revision: u64,
        at: DateTime<Utc>,
    ) -> OfStatement<'a> {
        OfStatement { author: self, period, customer, revision, at }
    }
}

impl OfStatement<'_> {
    /// That it is there, in `folder`, and was not before; made of the tables of the run `run_id`.
    pub fn issued(&self, folder: &str, run_id: &str, is_provisional: bool) -> Event {
        let more = json!({ "run_id": run_id, "folder": folder, "is_provisional": is_provisional });
        self.event("StatementIssued", &format!("{}/{}", self.customer, self.revision), "issued_at", more)
    }

    /// That it was sent to so many `recipients`, as this `delivery`.
    pub fn sent(&self, delivery: &str, recipients: usize) -> Event {
        let more = json!({ "delivery": delivery, "recipients": recipients });
        self.event("StatementSent", delivery, "sent_at", more)
    }

    /// That it could not be sent, or came back, as this `delivery`; `key` tells several of one apart.
    pub fn failed(&self, delivery: &str, key: &str, why: &str) -> Event {
        let more = json!({ "delivery": delivery, "reason": reason(why) });
        self.event("StatementFailed", key, "failed_at", more)
    }

    fn event(&self, name: &str, key: &str, when: &str, more: Value) -> Event {
        let mut all = json!({ "customer": self.customer, "revision": self.revision });
        if let (Some(all), Value::Object(more)) = (all.as_object_mut(), more) {
            all.extend(more);
            all.insert(when.to_owned(), json!(text(self.at)));
        }
        self.author.event(name, self.period, key, all, self.at)
    }
}
