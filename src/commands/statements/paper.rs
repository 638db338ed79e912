//! What is written of a revision that goes out: small objects below `.apportion/deliveries/`, each of which is written
//! once and never changed. Whoever writes a claim may send; nobody else does, whatever becomes of it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::common::error::{Error, Result};
use crate::common::period::Period;
use crate::mail::Notice;
use crate::storage::Location;

/// Where deliveries are kept, below the output.
pub(super) const DELIVERIES: &str = ".apportion/deliveries";
/// Where addresses are kept that mail came back from.
const CONTACTS: &str = ".apportion/contacts";
/// The names of objects.
pub(super) const APPROVAL: &str = "approval";
pub(super) const CLAIM: &str = "claim";
pub(super) const ENDING: &str = "ending";

/// A revision of a customer's statement.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Paper {
    pub(super) period: Period,
    pub(super) customer: String,
    pub(super) revision: u64,
}

/// That somebody has looked at a revision, and lets it go out.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Approval {
    pub(super) customer: String,
    pub(super) by: String,
    pub(super) at: DateTime<Utc>,
    /// The hash of the manifest that was there.
    pub(super) manifest: String,
}

/// That a letter is sent now.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Claim {
    pub(super) customer: String,
    /// What SES's events call it.
    pub(super) delivery: String,
    pub(super) run_id: String,
    pub(super) at: DateTime<Utc>,
    pub(super) to: Vec<String>,
    pub(super) subject: String,
    /// The files that go with it.
    pub(super) files: Vec<String>,
    /// The hash of the letter.
    pub(super) sha256: String,
}

/// How that has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Ended {
    /// SES has taken it.
    Sent,
    /// It has not, and another try would end so, too.
    Refused,
    /// It has not; another try may do.
    Released,
}

/// That it has ended.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Ending {
    pub(super) ended: Ended,
    pub(super) at: DateTime<Utc>,
    /// SES's id of the letter.
    pub(super) message_id: Option<String>,
    /// Why it was not sent.
    pub(super) reason: Option<String>,
    /// Who knows, if it is not what sent it.
    pub(super) by: Option<String>,
}

/// An address that mail came back from, or whose owner complained.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Mark {
    pub(super) address: String,
    pub(super) notice: Notice,
}

impl Paper {
    /// The name of the try `number`, with what makes it unlike any other's: letters, digits and dashes.
    pub(super) fn delivery(&self, number: u64, nonce: u32) -> String {
        format!("{}-{}-{}-{number}-{nonce:08x}", self.period, short(&self.customer), self.revision)
    }

    fn folder(&self) -> String {
        format!("{DELIVERIES}/{}/{}/{}", self.period, short(&self.customer), self.revision)
    }

    /// Where a try ends.
    pub(super) fn ending(&self, number: u64) -> String {
        format!("{}/{number}/{ENDING}.json", self.folder())
    }

    /// Keeps that it may go out; whether nobody had said so before.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(super) async fn approve(&self, output: &Location, approval: &Approval) -> Result<bool> {
        write(output, &format!("{}/{APPROVAL}.json", self.folder()), approval).await
    }

    /// Where a notice of a try is kept: the same wherever and however often it is told.
    pub(super) fn notice(&self, number: u64, notice: &Notice) -> String {
        format!("{}/{number}/{}.json", self.folder(), notice_name(notice))
    }

    /// Keeps what SES tells of a try.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(super) async fn keep(&self, output: &Location, number: u64, notice: &Notice) -> Result<()> {
        // What settles the try comes first: a notice that is there is not looked at again.
        let (ended, message_id) = (Ended::Sent, Some(notice.message_id.clone()));
        let ending = Ending { ended, at: Utc::now(), message_id, reason: None, by: Some("SES".to_owned()) };
        self.end(output, number, &ending).await?;
        if notice.is_permanent {
            for address in &notice.addresses {
                let mark = Mark { address: address.clone(), notice: notice.clone() };
                write(output, &contact(address), &mark).await?;
            }
        }
        write(output, &self.notice(number, notice), notice).await.map(drop)
    }

    /// Claims a try; only who is told `true` may send.
    ///
    /// # Errors
    /// When the store does not answer; then it is not known whether the claim is there.
    pub(super) async fn claim(&self, output: &Location, number: u64, claim: &Claim) -> Result<bool> {
        write(output, &format!("{}/{number}/{CLAIM}.json", self.folder()), claim).await
    }

    /// Keeps how a try has ended; whether nobody had said so before.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(super) async fn end(&self, output: &Location, number: u64, ending: &Ending) -> Result<bool> {
        write(output, &self.ending(number), ending).await
    }
}

/// Why nothing should be sent to `address`, if mail to it came back or its owner complained.
///
/// # Errors
/// When the store does not answer.
pub(super) async fn mark(output: &Location, address: &str) -> Result<Option<Mark>> {
    let path = contact(address);
    match output.get(&path).await? {
        Some((bytes, _)) => parse(&bytes, || output.at(&path)).map(Some),
        None => Ok(None),
    }
}

fn contact(address: &str) -> String {
    format!("{CONTACTS}/{}.json", short(&address.to_lowercase()))
}

/// A name for a notice, by all that it says.
pub(super) fn notice_name(notice: &Notice) -> String {
    let text = serde_json::to_string(notice).unwrap_or_default();
    format!("notice-{}", short(&text))
}

/// A name for what may have any characters: 64 bits of its hash.
pub(super) fn short(text: &str) -> String {
    Sha256::digest(text).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// Writes an object that is not there yet; whether it was not.
async fn write<T: Serialize>(output: &Location, path: &str, object: &T) -> Result<bool> {
    let text = serde_json::to_string_pretty(object)
        .map_err(|error| Error::bug("what is kept of a delivery is no JSON").caused_by(&error))?;
    output.put_new(path, text.into()).await
}

/// An object as it was written.
///
/// # Errors
/// When it is damaged.
pub(super) fn parse<T: for<'de> Deserialize<'de>>(bytes: &[u8], at: impl Fn() -> String) -> Result<T> {
    serde_json::from_slice(bytes).map_err(|error| {
        Error::data(format!("`{}` is damaged", at()))
            .caused_by(&error)
            .hint("bring back an earlier version of it: it tells what was sent to whom")
    })
}
