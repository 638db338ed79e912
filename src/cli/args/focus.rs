//! What is typed after `focus`.

use std::path::PathBuf;

use clap::ValueEnum;

use super::OutputArgs;

#[derive(Debug, Clone, clap::Args)]
pub(in crate::cli) struct FocusArgs {
    /// Only this customer; by default each, in a folder of its own
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) customer: Option<String>,
    /// The accounts of a group of the registry, instead of a customer's
    #[arg(long, value_name = "NAME", conflicts_with = "customer")]
    pub(in crate::cli) group: Option<String>,
    /// What to write
    #[arg(long, value_enum, default_value = "parquet")]
    pub(in crate::cli) format: FocusFormat,
    /// The folder to write to
    #[arg(long, value_name = "DIR")]
    pub(in crate::cli) out: PathBuf,
    #[command(flatten)]
    pub(in crate::cli) output: OutputArgs,
}

/// What a data set is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum FocusFormat {
    Parquet,
    Csv,
}
