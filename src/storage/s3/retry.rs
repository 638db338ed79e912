//! Requests that are sent again: those whose credentials have expired, and those whose answer was lost.

use std::future::Future;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use object_store::aws::{AmazonS3, AwsCredential};
use object_store::client::{HttpError, HttpErrorKind};
use object_store::{CredentialProvider, Error, Result};

use super::credentials::Credentials;

/// How often a request is sent again here, at most.
const RETRIES: usize = 4;
/// The pause before the first of them; each further one is twice as long.
const PAUSE: Duration = Duration::from_millis(200);

/// A bucket with how its requests are sent again.
#[derive(Debug, Clone)]
pub(super) struct Retry(Arc<RetryParts>);

#[derive(Debug)]
struct RetryParts {
    store: AmazonS3,
    credentials: Option<Arc<Credentials>>,
    max_retries: usize,
}

impl Retry {
    pub(super) fn new(store: AmazonS3, credentials: Option<Arc<Credentials>>, max_retries: usize) -> Self {
        Self(Arc::new(RetryParts { store, credentials, max_retries }))
    }

    /// Asks again while `may_pass` says so of the error, or new credentials can be had for expired ones.
    pub(super) async fn ask<T, F>(
        &self,
        may_pass: fn(&Error) -> bool,
        mut request: impl FnMut() -> F + Send,
    ) -> Result<T>
    where
        F: Future<Output = Result<T>> + Send,
    {
        let mut pause = PAUSE;
        for _ in 0..self.0.max_retries.min(RETRIES) {
            let used = self.credential().await?;
            match request().await {
                Err(error) if is_expired(&error) && self.renew(used).await? => {
                    tracing::debug!("the credentials had expired; sending the request again with new ones: {error}");
                }
                Err(error) if may_pass(&error) && !self.was_asked_often(&error) => {
                    tracing::debug!("the answer was lost; sending the request again: {error}");
                }
                ended => return ended,
            }
            tokio::time::sleep(pause.mul_f64(0.5 + chance())).await;
            pause *= 2;
        }
        request().await
    }

    /// The bucket itself.
    pub(super) fn store(&self) -> &AmazonS3 {
        &self.0.store
    }

    /// Whether object_store has asked as often as it may, which its errors say in words alone.
    fn was_asked_often(&self, error: &Error) -> bool {
        error.to_string().contains(&format!(", after {} retries", self.0.max_retries))
    }

    async fn credential(&self) -> Result<Option<Arc<AwsCredential>>> {
        match &self.0.credentials {
            Some(credentials) => credentials.get_credential().await.map(Some),
            None => Ok(None),
        }
    }

    /// Whether there are other credentials than those that were `used`.
    async fn renew(&self, used: Option<Arc<AwsCredential>>) -> Result<bool> {
        match (&self.0.credentials, used) {
            (Some(credentials), Some(used)) => credentials.renew(&used).await,
            _ => Ok(false),
        }
    }
}

/// A number from 0 to 1, so that those who were refused together do not all come back together.
pub fn chance() -> f64 {
    f64::from(RandomState::new().build_hasher().finish() as u32) / f64::from(u32::MAX)
}

/// Of what is sent again for new credentials alone.
pub(super) fn never(_: &Error) -> bool {
    false
}

/// AWS answers 400; other servers answer 403, too.
fn is_expired(error: &Error) -> bool {
    error.to_string().contains("ExpiredToken")
}

/// Whether the answer was lost on its way.
pub(super) fn is_lost(error: &Error) -> bool {
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        if let Some(http) = cause.downcast_ref::<HttpError>() {
            return http.kind() != HttpErrorKind::Connect;
        }
        source = cause.source();
    }
    false
}

#[cfg(test)]
mod tests;
