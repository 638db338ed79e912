//! A bucket of a trial's own, and what the tests themselves put into it and read out of it.

use std::future::Future;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures::TryStreamExt;
use libtest_mimic::Failed;
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path as Key;
use object_store::{ObjectStore, ObjectStoreExt};

use super::server;
use crate::harness::{self, Files, Outcome};

static COUNT: AtomicUsize = AtomicUsize::new(0);
static RUNTIME: LazyLock<std::io::Result<tokio::runtime::Runtime>> = LazyLock::new(tokio::runtime::Runtime::new);

/// The runtime that the tests' own requests run on.
pub(crate) fn runtime() -> Result<&'static tokio::runtime::Runtime, Failed> {
    RUNTIME.as_ref().map_err(|error| error.to_string().into())
}

fn wait<T, E: std::fmt::Display>(asked: impl Future<Output = Result<T, E>>) -> Result<T, Failed> {
    runtime()?.block_on(asked).map_err(|error| error.to_string().into())
}

/// An empty bucket of a server.
pub(crate) struct Bucket {
    pub(crate) name: String,
    pub(crate) server: SocketAddr,
    store: AmazonS3,
}

impl Bucket {
    /// A new one of the server of S3.
    pub(crate) fn new() -> Result<Self, Failed> {
        Self::on(server::s3()?)
    }

    /// A new one of `server`.
    pub(crate) fn on(server: SocketAddr) -> Result<Self, Failed> {
        let name = format!("tests-{:03}", COUNT.fetch_add(1, Ordering::Relaxed));
        server::make_bucket(server, &name)?;
        let store = AmazonS3Builder::new()
            .with_bucket_name(&name)
            .with_endpoint(format!("http://{server}"))
            .with_allow_http(true)
            .with_region("us-east-1")
            .with_access_key_id("reader")
            .with_secret_access_key("reader")
            .build()?;
        Ok(Self { name, server, store })
    }

    /// `s3://bucket/below`
    pub(crate) fn url(&self, below: &str) -> String {
        format!("s3://{}/{below}", self.name)
    }

    pub(crate) fn put(&self, key: &str, bytes: Vec<u8>) -> Outcome {
        wait(self.store.put(&Key::from(key), bytes.into())).map(drop)
    }

    pub(crate) fn remove(&self, key: &str) -> Outcome {
        wait(self.store.delete(&Key::from(key)))
    }

    /// An object's bytes, if there is one.
    pub(crate) fn get(&self, key: &str) -> Result<Option<Vec<u8>>, Failed> {
        let read = async {
            match self.store.get(&Key::from(key)).await {
                Ok(found) => found.bytes().await.map(|bytes| Some(bytes.to_vec())),
                Err(object_store::Error::NotFound { .. }) => Ok(None),
                Err(error) => Err(error),
            }
        };
        wait(read)
    }

    /// The keys below `prefix`, sorted.
    pub(crate) fn keys(&self, prefix: &str) -> Result<Vec<String>, Failed> {
        let prefix = Key::from(prefix);
        let found: Vec<_> = wait(self.store.list(Some(&prefix)).try_collect())?;
        let mut keys: Vec<String> = found.into_iter().map(|object| object.location.to_string()).collect();
        keys.sort();
        Ok(keys)
    }

    /// All objects below `prefix` by the rest of their keys; one that goes meanwhile is none of them.
    pub(crate) fn contents(&self, prefix: &str) -> Result<Files, Failed> {
        let mut files = Files::new();
        for key in self.keys(prefix)? {
            if let Some(bytes) = self.get(&key)? {
                files.push((key.trim_start_matches(prefix).trim_start_matches('/').to_owned(), bytes));
            }
        }
        Ok(files)
    }

    /// Puts all files of `folder` below `prefix`.
    pub(crate) fn upload(&self, folder: &Path, prefix: &str) -> Outcome {
        for (path, bytes) in harness::contents(folder)? {
            self.put(&format!("{prefix}/{path}"), bytes)?;
        }
        Ok(())
    }
}
