//! What object_store does not ask again by itself: requests whose credentials have expired, lists and removals whose
//! answer broke off, and conditional writes whose answer was lost.
//!
//! Throttling, errors of the server and broken reads are object_store's own business.

use std::fmt;
use std::future::Future;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::stream::{self, BoxStream};
use futures::{StreamExt, TryStreamExt};
use object_store::aws::{AmazonS3, AwsCredential};
use object_store::client::{HttpError, HttpErrorKind};
use object_store::multipart::MultipartStore;
use object_store::path::Path;
use object_store::{
    CopyOptions, CredentialProvider, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};

use super::credentials::Credentials;
use super::upload::{Left, Upload};

/// How often a request is sent again here, at most.
const RETRIES: usize = 4;
/// The pause before the first of them; each further one is twice as long.
const PAUSE: Duration = Duration::from_millis(200);

/// A bucket whose requests are sent again where that can help.
#[derive(Debug, Clone)]
pub(in crate::engine) struct Patient(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: AmazonS3,
    credentials: Option<Arc<Credentials>>,
    max_retries: usize,
    left: Left,
}

impl Patient {
    pub(super) fn new(store: AmazonS3, credentials: Option<Arc<Credentials>>, max_retries: usize) -> Self {
        Self(Arc::new(Inner { store, credentials, max_retries, left: Left::default() }))
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
                Err(error) if is_expired(&error) && self.renew(used).await? => {}
                Err(error) if may_pass(&error) && !self.was_asked_often(&error) => {}
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

    /// The uploads that somebody began and let go of.
    pub(super) fn left(&self) -> &Left {
        &self.0.left
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
fn chance() -> f64 {
    f64::from(RandomState::new().build_hasher().finish() as u32) / f64::from(u32::MAX)
}

fn never(_: &Error) -> bool {
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

impl fmt::Display for Patient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.store.fmt(f)
    }
}

#[async_trait]
impl ObjectStore for Patient {
    async fn put_opts(&self, location: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        self.ask(is_lost, || self.0.store.put_opts(location, payload.clone(), options.clone())).await
    }

    async fn put_multipart_opts(&self, location: &Path, _: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        let id = self.ask(never, || self.0.store.create_multipart(location)).await?;
        Ok(Box::new(Upload::new(self.clone(), location.clone(), id)))
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.ask(is_lost, || self.0.store.get_opts(location, options.clone())).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        let this = self.clone();
        let removed = async move {
            let paths: Vec<Path> = locations.try_collect().await?;
            let request = || this.0.store.delete_stream(stream::iter(paths.clone().into_iter().map(Ok)).boxed());
            this.ask(is_lost, || request().try_collect::<Vec<Path>>()).await
        };
        all(removed)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        let (this, prefix) = (self.clone(), prefix.cloned());
        all(
            async move { this.ask(is_lost, || this.0.store.list(prefix.as_ref()).try_collect::<Vec<ObjectMeta>>()).await },
        )
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.ask(is_lost, || self.0.store.list_with_delimiter(prefix)).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.ask(is_lost, || self.0.store.copy_opts(from, to, options.clone())).await
    }
}

/// What `found` holds, one by one.
fn all<T: Send + 'static>(
    found: impl Future<Output = Result<Vec<T>>> + Send + 'static,
) -> BoxStream<'static, Result<T>> {
    stream::once(found).map_ok(|found| stream::iter(found.into_iter().map(Ok))).try_flatten().boxed()
}
