//! Large objects in parts: each can be sent again, and an upload that is let go of is given up, so that nobody pays for
//! parts that nobody sees.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use object_store::multipart::{MultipartStore, PartId};
use object_store::path::Path;
use object_store::{Error, MultipartId, MultipartUpload, ObjectStoreExt, PutPayload, PutResult, Result, UploadPart};

use super::part_copy::{Part, PartCopies, may_pass};
use super::retry::{Retry, is_lost};

/// Uploads that were begun and let go of.
#[derive(Debug, Default)]
pub(super) struct AbandonedUploads(Mutex<Vec<(Path, MultipartId)>>);

impl AbandonedUploads {
    fn add(&self, path: &Path, id: &MultipartId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((path.clone(), id.clone()));
    }

    fn take_below(&self, folder: &Path) -> Vec<(Path, MultipartId)> {
        let mut left = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        left.extract_if(.., |(path, _)| path.prefix_matches(folder)).collect()
    }

    /// Gives up those below `folder`.
    pub(super) async fn give_up(&self, retry: &Retry, folder: &Path) -> Result<()> {
        for (path, id) in self.take_below(folder) {
            abort(retry, &path, &id).await?;
        }
        Ok(())
    }
}

/// Gives up one upload. One that is not known has been completed or given up before.
async fn abort(retry: &Retry, path: &Path, id: &MultipartId) -> Result<()> {
    match retry.ask(is_lost, || retry.store().abort_multipart(path, id)).await {
        Err(Error::NotFound { .. }) => Ok(()),
        aborted => aborted,
    }
}

/// An upload in parts.
#[derive(Debug)]
pub(super) struct Upload {
    retry: Retry,
    left: Arc<AbandonedUploads>,
    place: Arc<(Path, MultipartId)>,
    count: usize,
    parts: Arc<Mutex<BTreeMap<usize, PartId>>>,
    has_ended: bool,
}

impl Upload {
    /// The upload `id` of the object at `path`, which goes to `left` should it be let go of.
    pub(super) fn new(retry: &Retry, left: &Arc<AbandonedUploads>, path: Path, id: MultipartId) -> Self {
        let (retry, left) = (retry.clone(), Arc::clone(left));
        Self { retry, left, place: Arc::new((path, id)), count: 0, parts: Arc::default(), has_ended: false }
    }
}

impl Upload {
    /// Has the next part be the `bytes`, from and up to, of the object at `from`.
    pub(super) async fn copy_part(&mut self, copies: &PartCopies, from: &Path, bytes: (u64, u64)) -> Result<()> {
        let (to, upload) = &*self.place;
        let index = self.count;
        self.count += 1;
        let part = Part { from, bytes, to, upload, number: index + 1 };
        let id = self.retry.ask(may_pass, || copies.copy(&part)).await?;
        self.parts.lock().unwrap_or_else(PoisonError::into_inner).insert(index, id);
        Ok(())
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        if !self.has_ended {
            self.left.add(&self.place.0, &self.place.1);
        }
    }
}

#[async_trait]
impl MultipartUpload for Upload {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        let (retry, place, parts) = (self.retry.clone(), Arc::clone(&self.place), Arc::clone(&self.parts));
        let number = self.count;
        self.count += 1;
        Box::pin(async move {
            let (path, id) = &*place;
            let part = retry.ask(is_lost, || retry.store().put_part(path, id, number, data.clone())).await?;
            parts.lock().unwrap_or_else(PoisonError::into_inner).insert(number, part);
            Ok(())
        })
    }

    async fn complete(&mut self) -> Result<PutResult> {
        let parts: Vec<PartId> = {
            let parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
            parts.values().cloned().collect()
        };
        if parts.len() != self.count {
            let source = "not all parts were written".into();
            return Err(Error::Generic { store: "S3", source });
        }
        let (path, id) = &*self.place;
        let store = self.retry.store();
        let put = match self.retry.ask(is_lost, || store.complete_multipart(path, id, parts.clone())).await {
            // The upload is no longer known if it was completed and the answer lost on its way. The object tells: its
            // name is of this run alone.
            Err(Error::NotFound { .. }) => {
                let there = self.retry.ask(is_lost, || store.head(path)).await?;
                PutResult { e_tag: there.e_tag, version: there.version }
            }
            completed => completed?,
        };
        self.has_ended = true;
        Ok(put)
    }

    async fn abort(&mut self) -> Result<()> {
        let (path, id) = &*self.place;
        abort(&self.retry, path, id).await?;
        self.has_ended = true;
        Ok(())
    }
}
