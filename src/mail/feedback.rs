//! What SES tells of letters later, by way of SNS into a queue of SQS: sent, delivered, bounced, complained of
//! (<https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html>).

use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ses::TAG;
use crate::common::error::{Error, Result};
use crate::common::mail::SesOptions;
use crate::common::s3::S3Options;
use crate::storage::{aws_configuration, credentials_cure, words_of_aws};

/// Messages of one request; SQS gives no more.
const TOGETHER: i32 = 10;
/// How long what was received is hidden from others, in seconds.
const HIDDEN: i32 = 60;
/// How many requests one look takes.
const MOST: usize = 500;

/// What has become of a letter that SES has taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// SES has it.
    Sent,
    /// It could not be delivered yet.
    Delayed,
    /// The recipient's server has it.
    Delivered,
    /// SES has found something in it, and has not sent it.
    Rejected,
    /// It came back.
    Bounced,
    /// The recipient takes it for spam.
    Complained,
}

/// What SES tells of a letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// What has happened.
    pub kind: NoticeKind,
    /// The delivery, by the tag that it was sent with.
    pub delivery: String,
    /// SES's own id of the letter.
    pub message_id: String,
    /// When, as SES says.
    pub at: String,
    /// The addresses that it concerns.
    pub addresses: Vec<String>,
    /// Whether it will not be otherwise another time.
    pub is_permanent: bool,
    /// What the recipient's server said.
    pub detail: String,
}

/// What is in the queue.
#[derive(Debug)]
pub struct Feedback {
    client: Client,
    queue: String,
}

/// A message that was received.
#[derive(Debug)]
pub struct Received {
    /// What it says; none if SES did not write it, or it is of no delivery.
    pub notice: Option<Notice>,
    handle: String,
}

impl Feedback {
    /// Opens the queue of `options`, if there is one.
    pub async fn open(options: &SesOptions, s3: &S3Options) -> Option<Self> {
        let queue = options.queue.clone()?;
        let region = options.region.clone().or_else(|| s3.region.clone());
        let found = aws_configuration(&S3Options { region, ..s3.clone() }).await;
        Some(Self { client: Client::new(&found), queue })
    }

    /// All messages that wait, each hidden from others for a minute.
    ///
    /// # Errors
    /// When the queue cannot be read.
    pub async fn receive(&self) -> Result<Vec<Received>> {
        let mut all = Vec::new();
        for _ in 0..MOST {
            let request = self.client.receive_message().queue_url(&self.queue);
            let request = request.max_number_of_messages(TOGETHER).visibility_timeout(HIDDEN).wait_time_seconds(1);
            let answer = request.send().await.map_err(|error| self.refused("sqs:ReceiveMessage", &error))?;
            let messages = answer.messages.unwrap_or_default();
            if messages.is_empty() {
                break;
            }
            all.extend(messages.into_iter().map(|message| Received {
                notice: notice(message.body().unwrap_or_default()),
                handle: message.receipt_handle.unwrap_or_default(),
            }));
        }
        Ok(all)
    }

    /// Removes a message that is kept elsewhere now.
    ///
    /// # Errors
    /// When the queue does not let it.
    pub async fn remove(&self, message: &Received) -> Result<()> {
        let request = self.client.delete_message().queue_url(&self.queue).receipt_handle(&message.handle);
        request.send().await.map(drop).map_err(|error| self.refused("sqs:DeleteMessage", &error))
    }

    fn refused<E>(&self, right: &str, error: &SdkError<E>) -> Error
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let said = words_of_aws(error.code(), error.message(), error);
        let plain = Error::environment(format!("the queue `{}` cannot be read", self.queue)).caused_by(&said);
        match (error.code(), credentials_cure(error.code(), &said)) {
            (_, Some(cure)) => plain.hint(cure),
            (Some(code), _) if code.contains("AccessDenied") => plain.hint(format!("allow `{right}` on it")),
            (Some(code), _) if code.contains("NonExistentQueue") || code.contains("QueueDoesNotExist") => {
                plain.hint("check `mail: { ses: { queue: ... } }` of the target: it is the queue's URL")
            }
            _ => plain.hint("such errors usually pass: run again; if they do not, check region and network"),
        }
    }
}

/// What a message says: SES's text, in SNS's envelope or as it is.
fn notice(body: &str) -> Option<Notice> {
    let outer: Value = serde_json::from_str(body).ok()?;
    let inner = outer["Message"].as_str().and_then(|text| serde_json::from_str(text).ok());
    let event: Value = inner.unwrap_or(outer);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let kind = event["eventType"].as_str().or(event["notificationType"].as_str())?;
    let (kind, part) = match kind {
        "Send" => (NoticeKind::Sent, "send"),
        "Delivery" => (NoticeKind::Delivered, "delivery"),
        "DeliveryDelay" => (NoticeKind::Delayed, "deliveryDelay"),
        "Bounce" => (NoticeKind::Bounced, "bounce"),
        "Complaint" => (NoticeKind::Complained, "complaint"),
        "Reject" => (NoticeKind::Rejected, "reject"),
        _ => return None,
    };
    let (mail, part) = (&event["mail"], &event[part]);
    let recipients = ["bouncedRecipients", "complainedRecipients", "delayedRecipients"];
    let recipients = recipients.iter().find_map(|name| part[name].as_array()).cloned().unwrap_or_default();
    let mut addresses: Vec<String> = recipients.iter().map(|one| text(&one["emailAddress"])).collect();
    if addresses.is_empty() {
        addresses = part["recipients"].as_array().iter().copied().flatten().map(text).collect();
    }
    let details = recipients.iter().map(|one| text(&one["diagnosticCode"]));
    let subtypes = ["bounceSubType", "complaintFeedbackType", "reason", "delayType"];
    let detail = details.chain(subtypes.iter().map(|name| text(&part[name]))).find(|detail| !detail.is_empty());
    Some(Notice {
        kind,
        delivery: text(&mail["tags"][TAG][0]),
        message_id: text(&mail["messageId"]),
        at: part["timestamp"].as_str().or(mail["timestamp"].as_str()).unwrap_or_default().to_owned(),
        addresses,
        is_permanent: kind == NoticeKind::Complained
            || kind == NoticeKind::Bounced && part["bounceType"].as_str() == Some("Permanent"),
        detail: detail.unwrap_or_default(),
    })
    .filter(|notice| !notice.delivery.is_empty())
}

#[cfg(test)]
mod tests;
