//! What is typed after `statements`.

use std::path::PathBuf;

use clap::Subcommand;

use super::{Format, OutputArgs};

/// What can be done with statements.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum StatementsCommand {
    /// Write the statements of the published months; one that would say the same again stays as it is
    Build(StatementsArgs),
    /// Let the newest revisions go out
    Approve(StatementsApproveArgs),
    /// Send what is approved, each once, to the customer's contacts
    Send(StatementsSendArgs),
    /// Tell how far statements have got, what came back, and what to do
    Status(StatementsArgs),
    /// Say of a letter of which nobody knows whether it was sent that it was, or was not
    Resolve(StatementsResolveArgs),
}

#[derive(Debug, Clone, clap::Args)]
pub(in crate::cli) struct StatementsArgs {
    /// Whose statements; by default everybody's
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(in crate::cli) customer: Vec<String>,
    #[command(flatten)]
    pub(in crate::cli) output: OutputArgs,
    /// The output format of the list
    #[arg(long, value_enum, default_value = "table")]
    pub(in crate::cli) format: Format,
}

#[derive(Debug, Clone, clap::Args)]
pub(in crate::cli) struct StatementsApproveArgs {
    /// Who approves
    #[arg(long, value_name = "NAME", env = "USER")]
    pub(in crate::cli) by: String,
    /// Also those of a month that AWS has not closed
    #[arg(long)]
    pub(in crate::cli) provisional: bool,
    #[command(flatten)]
    pub(in crate::cli) statements: StatementsArgs,
}

#[derive(Debug, Clone, clap::Args)]
pub(in crate::cli) struct StatementsSendArgs {
    /// Build them first, where tables say something new and AWS has closed the month
    #[arg(long)]
    pub(in crate::cli) build: bool,
    /// Write the letters as files, and send none; so it is where no SES is set up
    #[arg(long)]
    pub(in crate::cli) dry_run: bool,
    /// The folder for these files; by default `mail` beside the artifacts
    #[arg(long, value_name = "DIR")]
    pub(in crate::cli) into: Option<PathBuf>,
    /// Also those of a month that AWS has not closed
    #[arg(long)]
    pub(in crate::cli) provisional: bool,
    /// Also to addresses that mail came back from
    #[arg(long)]
    pub(in crate::cli) bounced: bool,
    #[command(flatten)]
    pub(in crate::cli) statements: StatementsArgs,
}

#[derive(Debug, Clone, clap::Args)]
#[group(id = "answer", required = true, multiple = false, args = ["sent", "not_sent"])]
pub(in crate::cli) struct StatementsResolveArgs {
    /// Whose letter
    #[arg(long, value_name = "NAME", value_delimiter = ',', required = true)]
    pub(in crate::cli) customer: Vec<String>,
    /// It was sent
    #[arg(long)]
    pub(in crate::cli) sent: bool,
    /// It was not sent: the next `send` sends it
    #[arg(long)]
    pub(in crate::cli) not_sent: bool,
    /// Who says so
    #[arg(long, value_name = "NAME", env = "USER")]
    pub(in crate::cli) by: String,
    #[command(flatten)]
    pub(in crate::cli) output: OutputArgs,
}
