//! Amazon SES, which takes letters one by one. A request is sent once: SES has no token by which it would know it again.

use std::time::Duration;

use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::config::retry::RetryConfig;
use aws_sdk_sesv2::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sesv2::operation::send_email::SendEmailError;
use aws_sdk_sesv2::primitives::Blob;
use aws_sdk_sesv2::types::{Destination, EmailContent, MessageTag, RawMessage, VerificationStatus};
use lettre::Address;
use rand::Rng;

use crate::common::error::{Error, ErrorKind, Result};
use crate::common::mail::SesOptions;
use crate::common::s3::S3Options;
use crate::storage::{aws_configuration, credentials_cure, words_of_aws};

/// The tag that a letter has with SES: its events name it.
pub(super) const TAG: &str = "apportion_delivery";
/// How often a letter is sent that SES says it has not taken for now.
const ATTEMPTS: u32 = 8;
/// The first pause after that; each further one is twice as long.
const PAUSE: Duration = Duration::from_millis(500);
/// The longest pause.
const LONGEST: Duration = Duration::from_secs(20);
/// The longest that one request may take, in seconds: all of them end before a letter counts as unknown.
const PATIENCE: u64 = 60;
/// What SES says to a sender that is too fast.
const THROTTLED: [&str; 4] = ["TooManyRequestsException", "ThrottlingException", "Throttling", "RequestLimitExceeded"];
/// What it says when nothing more is taken today, or until somebody acts.
const PAUSED: [&str; 3] = ["LimitExceededException", "SendingPausedException", "AccountSuspendedException"];

/// What has become of a letter.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// SES has it, under this id.
    Sent(String),
    /// SES has not taken it, and would not take it a second time either.
    Refused(Error),
    /// SES has not taken it, nor would it take another one now.
    Later(Error),
    /// Nobody knows: the request was on its way.
    Unknown(Error),
}

/// Sends letters.
#[derive(Debug)]
pub struct Sender {
    client: Client,
    configuration_set: Option<String>,
}

impl Sender {
    /// Opens SES, and looks whether `from` may send there: before anything is claimed.
    ///
    /// # Errors
    /// When no region is known, SES cannot be reached, or does not know the sender.
    pub async fn open(options: &SesOptions, s3: &S3Options, from: &Address) -> Result<Self> {
        let region = options.region.clone().or_else(|| s3.region.clone());
        let request_timeout = Some(s3.request_timeout.map_or(PATIENCE, |seconds| seconds.min(PATIENCE)));
        let found = aws_configuration(&S3Options { region, request_timeout, ..s3.clone() }).await;
        if found.region().is_none() {
            return Err(Error::user("no region of SES is known")
                .hint("set `mail: { ses: { region: ... } }` for the target, or AWS_REGION"));
        }
        let patient = aws_sdk_sesv2::config::Builder::from(&found).build();
        Self::check(&Client::from_conf(patient.clone()), from).await?;
        // A second request would be a second letter.
        let once = patient.to_builder().retry_config(RetryConfig::disabled()).build();
        Ok(Self { client: Client::from_conf(once), configuration_set: options.configuration_set.clone() })
    }

    /// Whether SES answers, and knows the sender by address or domain.
    async fn check(client: &Client, from: &Address) -> Result<()> {
        let mut is_known = false;
        for identity in [from.to_string(), from.domain().to_owned()] {
            match client.get_email_identity().email_identity(&identity).send().await {
                Ok(answer)
                    if answer.verified_for_sending_status()
                        || answer.verification_status() == Some(&VerificationStatus::Success) =>
                {
                    return Ok(());
                }
                Ok(_) => is_known = true,
                Err(error) if error.code() == Some("NotFoundException") => {}
                Err(error) => {
                    let said = words_of_aws(error.code(), error.message(), &error);
                    let plain = Error::environment("SES refused GetEmailIdentity").caused_by(&said);
                    return Err(match (error.code(), credentials_cure(error.code(), &said)) {
                        (Some("AccessDeniedException"), _) => plain.hint("allow `ses:GetEmailIdentity`"),
                        (_, Some(cure)) => plain.hint(cure),
                        (None, None) => plain
                            .hint("such errors usually pass: run again; if they do not, check region and network")
                            .of_kind(ErrorKind::Later),
                        _ => plain,
                    });
                }
            }
        }
        let why = if is_known { "has not verified" } else { "does not know" };
        Err(Error::user(format!("SES {why} the sender {from}"))
            .hint("verify the address or its domain in SES, in this region (docs/statements.md)"))
    }

    /// Sends a letter `to` those who get it, as the delivery `id`.
    pub async fn send(&self, letter: &[u8], to: &[Address], id: &str) -> Outcome {
        let mut pause = PAUSE;
        let mut throttled = None;
        for _ in 0..ATTEMPTS {
            match self.send_once(letter, to, id).await {
                Ok(outcome) => return outcome,
                Err(error) => throttled = Some(error),
            }
            let jitter = rand::rng().random_range(0.5..1.5);
            tokio::time::sleep(pause.mul_f64(jitter)).await;
            pause = (pause * 2).min(LONGEST);
        }
        let error = throttled.unwrap_or_else(|| Error::bug("nothing was sent"));
        Outcome::Later(error.hint("SES takes no more for now: send again later"))
    }

    /// One request; an error if SES says that it was too fast, and has not taken it.
    async fn send_once(&self, letter: &[u8], to: &[Address], id: &str) -> Result<Outcome> {
        let built = RawMessage::builder().data(Blob::new(letter)).build();
        let (Ok(raw), Ok(tag)) = (built, MessageTag::builder().name(TAG).value(id).build()) else {
            return Ok(Outcome::Refused(Error::bug("a letter without content")));
        };
        let request = self
            .client
            .send_email()
            .destination(
                Destination::builder().set_to_addresses(Some(to.iter().map(Address::to_string).collect())).build(),
            )
            .content(EmailContent::builder().raw(raw).build())
            .email_tags(tag)
            .set_configuration_set_name(self.configuration_set.clone());
        match request.send().await {
            Ok(answer) => Ok(Outcome::Sent(answer.message_id().unwrap_or_default().to_owned())),
            Err(error) => outcome(&error),
        }
    }
}

/// What an error means: whether SES can have taken the letter.
fn outcome(error: &SdkError<SendEmailError>) -> Result<Outcome> {
    let said = words_of_aws(error.code(), error.message(), error);
    let refused = || Error::environment("SES has not taken the letter").caused_by(&said);
    let status = error.raw_response().map(|response| response.status().as_u16());
    let code = error.code().unwrap_or_default();
    Ok(match (error, status) {
        // It was never sent.
        (SdkError::ConstructionFailure(_), _) => {
            let plain = refused().of_kind(ErrorKind::Later);
            Outcome::Later(match credentials_cure(error.code(), &said) {
                Some(cure) => plain.hint(cure),
                None => plain,
            })
        }
        (SdkError::ServiceError(_), Some(400..=499)) if THROTTLED.contains(&code) && !said.contains("Daily") => {
            return Err(refused().of_kind(ErrorKind::Later));
        }
        (SdkError::ServiceError(_), Some(400..=499)) if THROTTLED.contains(&code) || PAUSED.contains(&code) => {
            Outcome::Later(
                refused()
                    .of_kind(ErrorKind::Later)
                    .hint("SES takes nothing more today, or until its console says why: nothing of it was sent"),
            )
        }
        (SdkError::ServiceError(_), Some(400..=499)) => Outcome::Refused(match code {
            "AccessDeniedException" => {
                refused().hint("allow `ses:SendRawEmail` and `ses:SendEmail` on the identity and the configuration set")
            }
            "MessageRejected" if said.contains("not verified") => refused().hint(
                "in SES's sandbox recipients must be verified, too: ask for production access (docs/statements.md)",
            ),
            code => match credentials_cure(Some(code), &said) {
                Some(cure) => refused().hint(cure),
                None => refused(),
            },
        }),
        _ => Outcome::Unknown(
            Error::environment("nobody knows whether SES has taken the letter")
                .caused_by(&said)
                .hint("it is not sent again by itself: `apportion statements status` says what to do"),
        ),
    })
}

#[cfg(test)]
mod tests;
