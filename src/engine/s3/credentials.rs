//! Credentials of AWS's SDK for an object store, kept until shortly before they expire.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use object_store::CredentialProvider;
use object_store::aws::AwsCredential;
use tokio::sync::Mutex;

/// A request, with all that is tried again, has to end before its credentials do.
const MARGIN: Duration = Duration::from_secs(5 * 60);

/// What the SDK's chain of providers gives.
#[derive(Debug)]
pub(super) struct Credentials {
    chain: SharedCredentialsProvider,
    kept: Mutex<Option<Kept>>,
}

#[derive(Debug)]
struct Kept {
    credential: Arc<AwsCredential>,
    until: Option<SystemTime>,
}

impl Credentials {
    pub(super) fn new(chain: SharedCredentialsProvider) -> Self {
        Self { chain, kept: Mutex::new(None) }
    }
}

#[async_trait]
impl CredentialProvider for Credentials {
    type Credential = AwsCredential;

    async fn get_credential(&self) -> object_store::Result<Arc<AwsCredential>> {
        let mut kept = self.kept.lock().await;
        if let Some(kept) = kept.as_ref()
            && kept.until.is_none_or(|until| SystemTime::now() < until)
        {
            return Ok(Arc::clone(&kept.credential));
        }
        let found = self.chain.provide_credentials().await.map_err(|source| {
            object_store::Error::Unauthenticated { path: String::new(), source: Box::new(source) }
        })?;
        let credential = Arc::new(AwsCredential {
            key_id: found.access_key_id().to_owned(),
            secret_key: found.secret_access_key().to_owned(),
            token: found.session_token().map(str::to_owned),
        });
        let until = found.expiry().map(|expiry| expiry.checked_sub(MARGIN).unwrap_or(SystemTime::UNIX_EPOCH));
        *kept = Some(Kept { credential: Arc::clone(&credential), until });
        Ok(credential)
    }
}
