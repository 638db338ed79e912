//! Credentials of AWS's SDK for an object store, kept until shortly before they expire.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use object_store::CredentialProvider;
use object_store::aws::AwsCredential;
use tokio::sync::Mutex;

use super::aws_configuration;
use crate::common::s3::S3Options;

/// A request, with all that is tried again, has to end before its credentials do.
const MARGIN: Duration = Duration::from_secs(5 * 60);

/// What the SDK's chain of providers gives.
#[derive(Debug)]
pub(super) struct Credentials {
    options: S3Options,
    chain: Mutex<SharedCredentialsProvider>,
    kept: Mutex<Option<CachedCredentials>>,
}

#[derive(Debug)]
struct CachedCredentials {
    credential: Arc<AwsCredential>,
    until: Option<SystemTime>,
}

impl Credentials {
    /// Those of `chain`, which `options` led to.
    pub(super) fn new(options: S3Options, chain: SharedCredentialsProvider) -> Self {
        Self { options, chain: Mutex::new(chain), kept: Mutex::new(None) }
    }

    /// Has the chain made and asked anew, unless that was done since `refused` was given out; whether it gives others.
    pub(super) async fn renew(&self, refused: &AwsCredential) -> object_store::Result<bool> {
        {
            let mut chain = self.chain.lock().await;
            let mut kept = self.kept.lock().await;
            if kept.as_ref().is_some_and(|kept| *kept.credential == *refused) {
                *kept = None;
                // Profiles are read once by a chain.
                if let Some(fresh) = aws_configuration(&self.options).await.credentials_provider() {
                    *chain = fresh;
                }
            }
        }
        Ok(*self.get_credential().await? != *refused)
    }
}

#[async_trait]
impl CredentialProvider for Credentials {
    type Credential = AwsCredential;

    async fn get_credential(&self) -> object_store::Result<Arc<AwsCredential>> {
        let chain = self.chain.lock().await;
        let mut kept = self.kept.lock().await;
        if let Some(kept) = kept.as_ref()
            && kept.until.is_none_or(|until| SystemTime::now() < until)
        {
            return Ok(Arc::clone(&kept.credential));
        }
        let found = chain
            .provide_credentials()
            .await
            .map_err(|source| object_store::Error::Unauthenticated { path: String::new(), source: Box::new(source) })?;
        let credential = Arc::new(AwsCredential {
            key_id: found.access_key_id().to_owned(),
            secret_key: found.secret_access_key().to_owned(),
            token: found.session_token().map(str::to_owned),
        });
        let until = found.expiry().map(|expiry| expiry.checked_sub(MARGIN).unwrap_or(SystemTime::UNIX_EPOCH));
        *kept = Some(CachedCredentials { credential: Arc::clone(&credential), until });
        Ok(credential)
    }
}
