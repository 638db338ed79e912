//! A session on a server, of which nothing is waited for longer than it may take.

use std::path::Path;
use std::time::Duration;

use tokio_postgres::Client;

use super::connection::{Connection, Server};
use super::refusal::{refused, silent};
use crate::common::error::Result;

/// How long a server may take for one statement, where `options` of the connection do not say it.
const STATEMENT: &str = "60s";
/// How long an answer is waited for, if the server does not end it.
const PATIENCE: Duration = Duration::from_secs(300);

/// A session in a transaction; what it has done counts for nothing unless that is committed.
pub(super) struct Session {
    /// Who asks.
    pub(super) client: Client,
    /// Whom.
    pub(super) server: Server,
}

impl Session {
    /// Opens one on the server that `variable` of the environment names; files that it names are below `root`. `begin`
    /// begins the transaction.
    ///
    /// # Errors
    /// When it names none; when the server is not there or is not who it should be; when it refuses.
    pub(super) async fn open(variable: &'static str, root: &Path, begin: &str) -> Result<Self> {
        let Connection { config, tls, server, patience } = Connection::of_environment(variable, root)?;
        let opened = tokio::time::timeout(patience, config.connect(tls)).await;
        let (client, driver) =
            opened.map_err(|_| silent(&server, patience))?.map_err(|error| refused(&error, &server))?;
        // It ends when the client is gone, and what it ends with is told to who asks the client.
        tokio::spawn(driver);
        let is_limited = config.get_options().is_some_and(|options| options.contains("statement_timeout"));
        let limit = if is_limited { String::new() } else { format!("set statement_timeout = '{STATEMENT}';") };
        let session = Self { client, server };
        let settings = "set datestyle = 'ISO'; set timezone = 'UTC'; set intervalstyle = 'iso_8601'";
        session.answered(session.client.batch_execute(&format!("{limit} {settings}; {begin}"))).await?;
        Ok(session)
    }

    /// What the server answers.
    ///
    /// # Errors
    /// When it refuses, or is not there any more.
    pub(super) async fn answered<T>(
        &self,
        answer: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T> {
        let answer = tokio::time::timeout(PATIENCE, answer).await.map_err(|_| silent(&self.server, PATIENCE))?;
        answer.map_err(|error| refused(&error, &self.server))
    }
}
