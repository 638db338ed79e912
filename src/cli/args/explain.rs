//! What is typed after `explain`.

use chrono::NaiveDateTime;

use super::{DocumentFormat, OutputArgs};

/// What is explained, and to whom.
#[derive(Debug, Clone, clap::Args)]
#[group(id = "subject", required = true, multiple = false, args = ["account", "line", "commitment", "customer"])]
pub(in crate::cli) struct ExplainArgs {
    /// What an account really cost
    #[arg(long, value_name = "ID")]
    pub(in crate::cli) account: Option<String>,
    /// Of it, only this service: AmazonEC2
    #[arg(long, value_name = "CODE")]
    pub(in crate::cli) service: Option<String>,
    /// Of it, only this category: borrowed
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) category: Option<String>,
    /// Of it, only this pool: ec2/us-east-1/m5
    #[arg(long, value_name = "KEY")]
    pub(in crate::cli) pool: Option<String>,
    /// What a line of the report really cost
    #[arg(long, value_name = "LINE_ITEM_ID")]
    pub(in crate::cli) line: Option<String>,
    /// Of it, only this hour: 2026-10-03T07:00
    #[arg(long, value_name = "HOUR", value_parser = hour)]
    pub(in crate::cli) at: Option<String>,
    /// What a commitment cost, and whom it served
    #[arg(long, value_name = "ARN")]
    pub(in crate::cli) commitment: Option<String>,
    /// What a customer is charged
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) customer: Option<String>,
    /// Say nothing that is not the customer's own: no other accounts, no margin
    #[arg(long)]
    pub(in crate::cli) as_customer: bool,
    #[command(flatten)]
    pub(in crate::cli) output: OutputArgs,
    /// The output format; all but JSON round to cents, and say what that leaves
    #[arg(long, value_enum, default_value = "table")]
    pub(in crate::cli) format: DocumentFormat,
}

fn hour(words: &str) -> std::result::Result<String, String> {
    let known = ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"];
    let words = words.trim_end_matches('Z');
    let read = known.iter().find_map(|form| NaiveDateTime::parse_from_str(words, form).ok());
    let read = read.ok_or_else(|| "it is an hour in UTC, for instance 2026-10-03T07:00".to_owned())?;
    Ok(read.format("%Y-%m-%dT%H:%M:%S").to_string())
}
