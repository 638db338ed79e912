//! Rows of a server as they are at one moment.

use std::path::Path;
use std::time::Duration;

use bytes::BytesMut;
use futures::{TryStreamExt, pin_mut};
use tokio_postgres::Client;

use super::connection::Connection;
use super::refusal::{refused, silent};
use crate::common::error::{Error, Result};

/// How long a server may take for one query, where `options` of the connection do not say it.
const STATEMENT: &str = "60s";
/// How long an answer is waited for, if the server does not end it.
const PATIENCE: Duration = Duration::from_secs(300);

/// A session that sees all rows as they were when it began, and can change none.
pub struct Snapshot {
    client: Client,
    server: String,
}

impl Snapshot {
    /// Opens one on the server that the environment names; files that it names are below `root`.
    ///
    /// # Errors
    /// When it names none; when the server is not there or is not who it should be; when it refuses.
    pub async fn open(root: &Path) -> Result<Self> {
        let Connection { config, tls, server } = Connection::of_environment(root)?;
        let connection = Connection { config, tls, server };
        let (patience, server) = (connection.patience(), connection.server);
        let opened = tokio::time::timeout(patience, connection.config.connect(connection.tls)).await;
        let (client, driver) =
            opened.map_err(|_| silent(&server, patience))?.map_err(|error| refused(&error, &server))?;
        // It ends when the client is gone, and what it ends with is told to who asks the client.
        tokio::spawn(driver);
        let limited = connection.config.get_options().is_some_and(|options| options.contains("statement_timeout"));
        let limit = if limited { String::new() } else { format!("set statement_timeout = '{STATEMENT}';") };
        let snapshot = Self { client, server };
        snapshot
            .answered(snapshot.client.batch_execute(&format!(
                "{limit} set datestyle = 'ISO'; set timezone = 'UTC'; set intervalstyle = 'iso_8601'; \
                 begin isolation level repeatable read, read only"
            )))
            .await?;
        Ok(snapshot)
    }

    /// The rows of `query` as CSV with a header, values in quotes, and null without them.
    ///
    /// # Errors
    /// When the server refuses the query, or is not there any more; when a text is not UTF-8.
    pub async fn csv(&self, query: &str) -> Result<String> {
        let query = query.trim().trim_end_matches(';');
        // A comment may stand at the end of the query.
        let copy = format!("copy (\n{query}\n) to stdout (format csv, header, force_quote *)");
        let bytes = self
            .answered(async {
                let rows = self.client.copy_out(&copy).await?;
                pin_mut!(rows);
                let mut bytes = BytesMut::new();
                while let Some(some) = rows.try_next().await? {
                    bytes.extend_from_slice(&some);
                }
                Ok(bytes)
            })
            .await?;
        String::from_utf8(bytes.into())
            .map_err(|error| Error::bug(format!("{} sent a text that is not UTF-8", self.server)).caused_by(&error))
    }

    async fn answered<T>(&self, answer: impl Future<Output = Result<T, tokio_postgres::Error>>) -> Result<T> {
        let answer = tokio::time::timeout(PATIENCE, answer).await.map_err(|_| silent(&self.server, PATIENCE))?;
        answer.map_err(|error| refused(&error, &self.server))
    }
}
