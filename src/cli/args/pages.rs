//! What is typed after `diagram` and `docs`.

use std::path::PathBuf;

use super::{OutputArgs, ProjectArgs};

#[derive(Debug, Clone, clap::Args)]
pub(in crate::cli) struct DiagramArgs {
    /// The account
    #[arg(long, value_name = "ID")]
    pub(in crate::cli) account: String,
    /// Of it, only this service: AmazonEC2
    #[arg(long, value_name = "CODE")]
    pub(in crate::cli) service: Option<String>,
    /// The currency, if its cost is in several
    #[arg(long, value_name = "CODE")]
    pub(in crate::cli) currency: Option<String>,
    /// Say nothing that is not the customer's own: no other accounts, no margin
    #[arg(long)]
    pub(in crate::cli) as_customer: bool,
    /// Write the picture here, instead of printing it
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) out: Option<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) output: OutputArgs,
}

#[derive(Debug, Clone, clap::Args)]
pub(in crate::cli) struct DocsArgs {
    #[command(flatten)]
    pub(in crate::cli) project: ProjectArgs,
    /// Write the page here [default: docs.html among the artifacts]
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) out: Option<PathBuf>,
}
