//! Rows of a server as they are at one moment.

use std::path::Path;

use bytes::BytesMut;
use futures::{TryStreamExt, pin_mut};

use super::session::Session;
use crate::common::error::{Error, Result};

/// The variable of the environment that says where seeds are read: `postgresql://user:password@host:5432/database`.
const VARIABLE: &str = "APPORTION_ENV_SECRET_POSTGRES";

/// A session that sees all rows as they were when it began, and can change none.
pub struct Snapshot(Session);

impl Snapshot {
    /// Opens one on the server that the environment names; files that it names are below `root`.
    ///
    /// # Errors
    /// When it names none; when the server is not there or is not who it should be; when it refuses.
    pub async fn open(root: &Path) -> Result<Self> {
        Session::open(VARIABLE, root, "begin isolation level repeatable read, read only").await.map(Self)
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
            .0
            .answered(async {
                let rows = self.0.client.copy_out(&copy).await?;
                pin_mut!(rows);
                let mut bytes = BytesMut::new();
                while let Some(some) = rows.try_next().await? {
                    bytes.extend_from_slice(&some);
                }
                Ok(bytes)
            })
            .await?;
        String::from_utf8(bytes.into()).map_err(|error| {
            Error::bug(format!("{} sent a text that is not UTF-8", self.0.server.name)).caused_by(&error)
        })
    }
}
