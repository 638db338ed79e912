//! The engines whose SQL the models are written for.

/// Which engine's dialect a target speaks; `target.type` in Jinja.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dialect {
    /// Apache DataFusion, the engine that is built in.
    #[default]
    DataFusion,
    /// Amazon Athena, whose engine is Trino.
    Athena,
    /// DuckDB: models are compiled for it, not run.
    DuckDb,
}

impl Dialect {
    /// The name that Jinja sees.
    pub fn name(self) -> &'static str {
        match self {
            Self::DataFusion => "datafusion",
            Self::Athena => "athena",
            Self::DuckDb => "duckdb",
        }
    }
}
