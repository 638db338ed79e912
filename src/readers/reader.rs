//! Who reads: how each engine writes names and types, and by which URLs it finds files.

use crate::common::data_type::DataType;
use crate::common::error::{Error, Result};
use crate::common::quote::{backticked, identifier};
use crate::storage::Location;

/// What the views are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// Amazon Athena, engine version 3.
    Athena,
    /// A dbt project, to which the views of another reader are sources.
    Dbt,
    /// DuckDB 1 and 2.
    DuckDb,
    /// A database of PostgreSQL, which is given the rows.
    Postgres,
    /// Apache Spark, from version 4 on.
    Spark,
    /// Trino, with its Hive connector.
    Trino,
}

impl Reader {
    /// The file beside this one that says it.
    pub(super) fn template(self) -> &'static str {
        match self {
            Self::Athena => "athena.sql",
            Self::Dbt => "dbt.yml",
            Self::DuckDb => "duckdb.sql",
            Self::Postgres => "postgres.sql",
            Self::Spark => "spark.sql",
            Self::Trino => "trino.sql",
        }
    }

    /// What is made of a result for it.
    pub(super) fn made(self) -> &'static str {
        if self == Self::Postgres { "table" } else { "view" }
    }

    /// `name` as an identifier in queries.
    pub(super) fn quoted(self, name: &str) -> String {
        if self == Self::Spark { backticked(name) } else { identifier(name) }
    }

    /// The type in columns and casts; for dbt, as it is declared.
    pub(super) fn type_of(self, data_type: DataType) -> String {
        let name = match (self, data_type) {
            (Self::DuckDb | Self::Trino, DataType::String) => "varchar",
            (Self::Athena, DataType::Integer) => "int",
            (Self::Postgres, DataType::String) => "text",
            (Self::Postgres, DataType::Double) => "double precision",
            (Self::Athena | Self::DuckDb | Self::Postgres, DataType::TimestampMillis) => "timestamp",
            (Self::Spark, DataType::Timestamp | DataType::TimestampMillis) => "timestamp_ntz",
            (Self::Trino, DataType::Timestamp) => "timestamp(3)",
            (_, as_declared) => return as_declared.to_string(),
        };
        name.to_owned()
    }

    /// The type of text.
    pub(super) fn text(self) -> String {
        self.type_of(DataType::String)
    }

    /// The URL or path of `output` without a slash at its end, as the engine takes it.
    ///
    /// # Errors
    /// When the engine reads nothing there.
    pub fn location(self, output: &Location) -> Result<String> {
        let url = output.url(&output.prefix);
        let url = url.trim_end_matches('/');
        match (self, url.strip_prefix("s3://")) {
            (Self::Athena | Self::Trino, None) => {
                Err(Error::user(format!("the output `{}` is a folder: Athena and Trino read S3", output.name))
                    .hint("name a target whose output is in S3, or the output itself: --output s3://bucket/prefix"))
            }
            (Self::Spark, None) => Ok(format!("file://{url}")),
            (Self::Spark, Some(path)) => Ok(format!("s3a://{path}")),
            _ => Ok(url.to_owned()),
        }
    }
}
