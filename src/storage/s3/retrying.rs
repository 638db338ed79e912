//! What object_store does not ask again by itself: requests whose credentials have expired, lists and removals whose
//! answer broke off, and conditional writes whose answer was lost.
//!
//! Throttling, errors of the server and broken reads are object_store's own business.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::stream::{self, BoxStream};
use futures::{StreamExt, TryStreamExt};
use http::Method;
use object_store::multipart::MultipartStore;
use object_store::path::Path;
use object_store::signer::Signer;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, ObjectStoreExt,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};
use url::Url;

use super::part_copy::PartCopies;
use super::retry::{Retry, is_lost, never};
use super::upload::{AbandonedUploads, Upload};

/// A bucket whose requests are sent again where that can help.
#[derive(Debug, Clone)]
pub(in crate::storage) struct Retrying {
    retry: Retry,
    left: Arc<AbandonedUploads>,
    copies: Arc<PartCopies>,
}

impl Retrying {
    pub(super) fn new(retry: Retry, copies: PartCopies) -> Self {
        Self { retry, left: Arc::default(), copies: Arc::new(copies) }
    }

    /// Copies an object, in parts if it is too large for one request.
    pub(in crate::storage) async fn copy_whole(&self, from: &Path, to: &Path) -> Result<()> {
        let size = self.head(from).await?.size;
        if size <= self.copies.part_size() {
            return self.copy(from, to).await;
        }
        let id = self.retry.ask(never, || self.retry.store().create_multipart(to)).await?;
        let mut upload = Upload::new(&self.retry, &self.left, to.clone(), id);
        let mut first = 0;
        while first < size {
            let end = size.min(first + self.copies.part_size());
            upload.copy_part(&self.copies, from, (first, end)).await?;
            first = end;
        }
        upload.complete().await.map(drop)
    }

    /// A URL by which anybody can read an object, for so long.
    pub(in crate::storage) async fn link(&self, path: &Path, expires_in: Duration) -> Result<Url> {
        self.retry.store().signed_url(Method::GET, path, expires_in).await
    }

    /// Gives up the uploads below `folder` that were let go of.
    pub(in crate::storage) async fn give_up(&self, folder: &Path) -> Result<()> {
        self.left.give_up(&self.retry, folder).await
    }
}

impl fmt::Display for Retrying {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.retry.store().fmt(f)
    }
}

#[async_trait]
impl ObjectStore for Retrying {
    async fn put_opts(&self, location: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        self.retry.ask(is_lost, || self.retry.store().put_opts(location, payload.clone(), options.clone())).await
    }

    async fn put_multipart_opts(&self, location: &Path, _: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        let id = self.retry.ask(never, || self.retry.store().create_multipart(location)).await?;
        Ok(Box::new(Upload::new(&self.retry, &self.left, location.clone(), id)))
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.retry.ask(is_lost, || self.retry.store().get_opts(location, options.clone())).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        let this = self.clone();
        let removed = async move {
            let paths: Vec<Path> = locations.try_collect().await?;
            this.retry
                .ask(is_lost, || {
                    let paths = stream::iter(paths.clone().into_iter().map(Ok)).boxed();
                    this.retry.store().delete_stream(paths).try_collect::<Vec<Path>>()
                })
                .await
        };
        all(removed)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        let (this, prefix) = (self.clone(), prefix.cloned());
        all(async move {
            this.retry.ask(is_lost, || this.retry.store().list(prefix.as_ref()).try_collect::<Vec<ObjectMeta>>()).await
        })
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.retry.ask(is_lost, || self.retry.store().list_with_delimiter(prefix)).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.retry.ask(is_lost, || self.retry.store().copy_opts(from, to, options.clone())).await
    }
}

/// What `found` holds, one by one.
fn all<T: Send + 'static>(
    found: impl Future<Output = Result<Vec<T>>> + Send + 'static,
) -> BoxStream<'static, Result<T>> {
    stream::once(found).map_ok(|found| stream::iter(found.into_iter().map(Ok))).try_flatten().boxed()
}
