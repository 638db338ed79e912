//! Tables of a server, replaced all in one instant.

use std::path::Path;

use bytes::Bytes;
use futures::{SinkExt, StreamExt, pin_mut};
use tokio_postgres::CopyInSink;

use super::session::Session;
use crate::common::error::Result;

/// The variable of the environment that says where results go: `postgresql://user:password@host:5432/database`.
const VARIABLE: &str = "APPORTION_ENV_SECRET_POSTGRES_EXPORT";

/// A transaction that others see whole or not at all. If it is dropped, nothing has happened.
pub struct Exchange(Session);

impl Exchange {
    /// Begins one on the server that the environment names; files that it names are below `root`.
    ///
    /// # Errors
    /// When it names none; when the server is not there or is not who it should be; when it refuses.
    pub async fn begin(root: &Path) -> Result<Self> {
        Session::open(VARIABLE, root, "begin").await.map(Self)
    }

    /// The server in words.
    pub fn server(&self) -> &str {
        &self.0.server.name
    }

    /// Does `statements`, with `;` between them.
    ///
    /// # Errors
    /// When the server refuses one, or is not there any more.
    pub async fn execute(&self, statements: &str) -> Result<()> {
        self.0.answered(self.0.client.batch_execute(statements)).await
    }

    /// Has `copy ... from stdin` take `rows`; returns how many there were.
    ///
    /// # Errors
    /// When a row cannot be had; when the server does not take them, or is not there any more.
    pub async fn copy(&self, statement: &str, rows: impl StreamExt<Item = Result<Bytes>>) -> Result<u64> {
        let sink: CopyInSink<Bytes> = self.0.answered(self.0.client.copy_in(statement)).await?;
        pin_mut!(sink, rows);
        while let Some(some) = rows.next().await {
            self.0.answered(sink.send(some?)).await?;
        }
        self.0.answered(sink.as_mut().finish()).await
    }

    /// Has others see it.
    ///
    /// # Errors
    /// When the server does not answer; then it may or may not have been done, and doing it again does no harm.
    pub async fn commit(self) -> Result<()> {
        self.execute("commit").await
    }
}
