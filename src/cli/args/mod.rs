//! The command line as it is typed.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::commands::accounts::Grouping;
use crate::common::decimal::Decimal;
use crate::common::error::Result;
use crate::common::period::Period;
use crate::common::version;

mod explain;
mod focus;
mod pages;
mod shared;
#[cfg(feature = "statements")]
mod statements;

pub(super) use explain::ExplainArgs;
pub(super) use focus::{FocusArgs, FocusFormat};
pub(super) use pages::{DiagramArgs, DocsArgs};
pub(super) use shared::{DocumentFormat, Format, OutputArgs, ProjectArgs, PublishedArgs, SelectArgs};
#[cfg(feature = "statements")]
pub(super) use statements::{
    StatementsApproveArgs, StatementsArgs, StatementsCommand, StatementsResolveArgs, StatementsSendArgs,
};

/// What each AWS account under one payer really cost.
///
/// Reads the Cost and Usage Report, runs the SQL models of a project over it, checks them, and writes result tables.
#[derive(Debug, Parser)]
#[command(name = "apportion", version = version::LONG, propagate_version = true)]
pub(super) struct Args {
    /// How to log: text, or one JSON object per line
    #[arg(long, env = "APPORTION_LOG_FORMAT", global = true, value_enum, default_value = "text")]
    pub(super) log_format: LogFormat,
    /// How much to log; debug also shows which requests to S3 are retried, and why
    #[arg(long, env = "APPORTION_LOG_LEVEL", global = true, value_enum, default_value = "info")]
    pub(super) log_level: LogLevel,
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum LogFormat {
    Text,
    Json,
}

/// What is logged, and all that is worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(super) enum LogLevel {
    Error,
    Warning,
    Info,
    Debug,
}

impl LogLevel {
    /// The word for it in logs.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
            Self::Debug => "debug",
        }
    }
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run models and tests in graph order, and publish the tables if all is well
    Build(BuildArgs),
    /// Run models and publish their tables, without tests
    Run(BuildArgs),
    /// Run tests on the published tables
    Test(BuildArgs),
    /// Run models and tests, publish nothing, and say in what the tables would differ from the published ones
    Plan(PlanArgs),
    /// Publish what a plan has made, without running again
    Publish(PublishArgs),
    /// Write the compiled SQL and the manifest, without running anything
    Compile(CompileArgs),
    /// List models and tests
    #[command(visible_alias = "ls")]
    List(ListArgs),
    /// Run a model and everything it reads, and print rows, without publishing
    Show(ShowArgs),
    /// Query the published tables in SQL
    Query(QueryArgs),
    /// Explain a figure: what it is the sum of, which rule and setting decided, down to the report's lines
    Explain(ExplainArgs),
    /// Draw how the cost of an account came about, from what AWS billed, as SVG
    Diagram(DiagramArgs),
    /// Write the project as one page of HTML: models, columns, lineage, SQL, settings and seeds, and the last run
    Docs(DocsArgs),
    /// Write views of the published tables for an engine, a BI tool or a dbt project
    Views(ViewsArgs),
    /// Copy published tables to a database
    Export(ExportArgs),
    /// Write what customers are charged as data sets of FOCUS, for the tools that they read their bill with
    Focus(FocusArgs),
    /// Make what customers get: papers, sheets and pages of their month
    #[cfg(feature = "statements")]
    #[command(subcommand)]
    Statements(StatementsCommand),
    /// List what is published, what was published before, and what changed in between
    History(HistoryArgs),
    /// Bring back the tables of an earlier run
    Rollback(RollbackArgs),
    /// Keep the published tables of a billing period as they are: no run replaces them
    Lock(OutputArgs),
    /// Let runs replace the tables of a billing period again
    Unlock(OutputArgs),
    /// Check the project, source, engine and output, and say what is wrong
    Debug(ProjectArgs),
    /// Create a new project folder from the shipped models
    Init(InitArgs),
    /// Remove artifacts and unpublished tables; published ones stay
    Clean(CleanArgs),
    /// Generate a Cost and Usage Report
    Sample(SampleArgs),
    /// Update the account registry
    #[command(subcommand)]
    Accounts(AccountsCommand),
    /// Update the tables of tiers
    #[command(subcommand)]
    Prices(PricesCommand),
    /// Print a shell completion script
    Completions(CompletionsArgs),
    /// Print the manual page, or write one for every command
    Man(ManArgs),
}

#[derive(Debug, Subcommand)]
pub(super) enum AccountsCommand {
    /// Read names, addresses and groups from AWS Organizations into the seed account_registry, and print what changes
    Import(AccountsImportArgs),
}

#[derive(Debug, Subcommand)]
pub(super) enum PricesCommand {
    /// Read AWS's price lists into the seed tier_rates: changed rates are closed, new ones are added
    Import(ImportArgs),
}

/// What takes tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Receiver {
    Postgres,
}

#[derive(Debug, Clone, clap::Args)]
pub(super) struct ExportArgs {
    /// The kind of database; APPORTION_ENV_SECRET_POSTGRES_EXPORT says where it is:
    /// postgresql://user:password@host:5432/database
    #[arg(long, value_enum)]
    pub(super) to: Receiver,
    /// The schema that the tables are in
    #[arg(long, value_name = "NAME", default_value = "apportion")]
    pub(super) schema: String,
    /// Leave out tables that have more rows in these periods
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    pub(super) most_rows: u64,
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

#[derive(Debug, Clone, clap::Args)]
pub(super) struct HistoryArgs {
    /// Print this run in full, key by key, next to the run that it replaced
    pub(super) run_id: Option<String>,
    #[command(flatten)]
    pub(super) output: OutputArgs,
    /// The output format
    #[arg(long, value_enum, default_value = "table")]
    pub(super) format: Format,
}

#[derive(Debug, Clone, clap::Args)]
pub(super) struct RollbackArgs {
    /// The run to bring back; by default the one before the current one
    pub(super) run_id: Option<String>,
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

#[derive(Debug, Clone, clap::Args)]
pub(super) struct BuildArgs {
    #[command(flatten)]
    pub(super) project: ProjectArgs,
    #[command(flatten)]
    pub(super) select: SelectArgs,
    /// Also run a period whose report, models and settings are those of its published run, or of one that failed
    #[arg(long, short)]
    pub(super) full_refresh: bool,
    /// Print every step, including tests that pass
    #[arg(long, short)]
    pub(super) verbose: bool,
    /// Show where time and memory went: every table, and the operators of the slowest ones
    #[arg(long)]
    pub(super) profile: bool,
}

#[derive(Debug, Clone, clap::Args)]
pub(super) struct PlanArgs {
    #[command(flatten)]
    pub(super) project: ProjectArgs,
    /// End with exit code 1 if the real cost of an account would differ by more than this, in its currency
    #[arg(long, value_name = "AMOUNT", value_parser = amount)]
    pub(super) fail_above: Option<Decimal>,
    /// Also print how files differ from those of the published run: of these models and seeds, or of all
    #[arg(long, value_name = "NAME", num_args = 0..)]
    pub(super) diff: Option<Vec<String>>,
    /// Also run a period whose report, models and settings are those of its published run
    #[arg(long, short)]
    pub(super) full_refresh: bool,
    /// Print every step, including tests that pass
    #[arg(long, short)]
    pub(super) verbose: bool,
    /// The output format; markdown is for the comment of a pull request
    #[arg(long, value_enum, default_value = "table")]
    pub(super) format: DocumentFormat,
}

fn amount(words: &str) -> std::result::Result<Decimal, String> {
    Decimal::parse(words).ok_or_else(|| "it is an amount, for instance 100 or 0.50".to_owned())
}

#[derive(Debug, Clone, clap::Args)]
pub(super) struct PublishArgs {
    /// The run of the plan, as `apportion plan` and `apportion history` name it; not needed where only one is kept
    pub(super) run_id: Option<String>,
    #[command(flatten)]
    pub(super) project: ProjectArgs,
}

#[derive(Debug, Clone, clap::Args)]
pub(super) struct ListArgs {
    #[command(flatten)]
    pub(super) project: ProjectArgs,
    #[command(flatten)]
    pub(super) select: SelectArgs,
    /// Only model, test or unit_test
    #[arg(long, value_name = "KIND")]
    pub(super) resource_type: Option<String>,
    /// The output format
    #[arg(long, value_enum, default_value = "table")]
    pub(super) format: Format,
}

#[derive(Debug, Clone, clap::Args)]
pub(super) struct ShowArgs {
    /// The model
    pub(super) model: String,
    #[command(flatten)]
    pub(super) project: ProjectArgs,
    /// How many rows to print
    #[arg(long, default_value_t = 10)]
    pub(super) limit: usize,
    /// The output format
    #[arg(long, value_enum, default_value = "table")]
    pub(super) format: Format,
}

#[derive(Debug, Clone, clap::Args)]
pub(super) struct QueryArgs {
    /// A select over the published tables
    pub(super) sql: String,
    #[command(flatten)]
    pub(super) project: ProjectArgs,
    /// The output format
    #[arg(long, value_enum, default_value = "table")]
    pub(super) format: Format,
}

#[derive(Debug, Clone, clap::Args)]
pub(super) struct ViewsArgs {
    /// Who reads; for dbt it is a sources.yml over the views that another reader's file makes
    #[arg(long, value_enum)]
    pub(super) format: ViewsFormat,
    /// Write the file here, instead of printing it
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
    #[command(flatten)]
    pub(super) published: PublishedArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ViewsFormat {
    /// Amazon Athena: external tables and views; one statement at a time
    Athena,
    /// A sources.yml, so that models of a dbt project can say source('apportion', 'account_costs')
    Dbt,
    /// DuckDB
    #[value(name = "duckdb")]
    DuckDb,
    /// Apache Spark 4 or newer
    Spark,
    /// Trino with a Hive catalog: external tables and views
    Trino,
}

#[derive(Debug, Clone, clap::Args)]
pub(super) struct InitArgs {
    /// The folder to create
    pub(super) folder: PathBuf,
}

#[derive(Debug, Clone, clap::Args)]
pub(super) struct ImportArgs {
    /// A service's price list as AWS publishes it, JSON or CSV
    #[arg(value_name = "FILE", required = true)]
    pub(super) files: Vec<PathBuf>,
    /// The project folder
    #[arg(long, env = "APPORTION_PROJECT", value_name = "DIR", default_value = ".")]
    pub(super) project: PathBuf,
    /// Only this table; by default all that tier_rules names
    #[arg(long, value_name = "NAME")]
    pub(super) table: Vec<String>,
    /// Print what would change, and leave the seed as it is
    #[arg(long)]
    pub(super) dry_run: bool,
}

#[derive(Debug, Clone, clap::Args)]
pub(super) struct AccountsImportArgs {
    /// Ask AWS Organizations; the credentials are those of the payer, or of a delegated administrator
    #[arg(long, required = true)]
    pub(super) organizations: bool,
    /// What groups are: keep, ou (the organizational unit), ou-path, or tag:KEY
    #[arg(long, value_name = "SOURCE", default_value = "keep", value_parser = grouping)]
    pub(super) group: Grouping,
    /// What divisions are, in the same words
    #[arg(long, value_name = "SOURCE", default_value = "keep", value_parser = grouping)]
    pub(super) division: Grouping,
    /// The first day of changed groups and divisions, YYYY-MM-DD; by default the first of this month
    #[arg(long, value_name = "DAY")]
    pub(super) valid_from: Option<NaiveDate>,
    /// The project folder
    #[arg(long, env = "APPORTION_PROJECT", value_name = "DIR", default_value = ".")]
    pub(super) project: PathBuf,
    /// Print what would change, and leave the seed as it is
    #[arg(long)]
    pub(super) dry_run: bool,
}

fn grouping(words: &str) -> std::result::Result<Grouping, String> {
    match words {
        "keep" => Ok(Grouping::Keep),
        "ou" => Ok(Grouping::Unit),
        "ou-path" => Ok(Grouping::UnitPath),
        _ => match words.strip_prefix("tag:").filter(|key| !key.is_empty()) {
            Some(key) => Ok(Grouping::Tag(key.to_owned())),
            None => Err("it is `keep`, `ou`, `ou-path` or `tag:KEY`".to_owned()),
        },
    }
}

#[derive(Debug, Clone, clap::Args)]
pub(super) struct CompileArgs {
    #[command(flatten)]
    pub(super) project: ProjectArgs,
    /// Also write each source as a select over the report's files, for a target of type duckdb or athena
    #[arg(long)]
    pub(super) sources: bool,
}

#[derive(Debug, Clone, clap::Args)]
pub(super) struct CleanArgs {
    #[command(flatten)]
    pub(super) published: PublishedArgs,
}

#[derive(Debug, Clone, clap::Args)]
pub(super) struct SampleArgs {
    /// The folder to write to
    #[arg(long, value_name = "DIR")]
    pub(super) out: PathBuf,
    /// How many accounts, including the payer
    #[arg(long, default_value_t = 12, value_parser = clap::value_parser!(u32).range(2..))]
    pub(super) accounts: u32,
    /// How many billing periods
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) periods: u32,
    /// The last billing period
    #[arg(long, value_name = "YYYY-MM", default_value = "2026-10")]
    pub(super) last_period: String,
    /// About how many rows per period
    #[arg(long, default_value_t = 20_000)]
    pub(super) rows: u64,
    /// The layout of the report
    #[arg(long, value_enum, default_value = "legacy")]
    pub(super) layout: SampleLayout,
    /// The random seed; another seed makes another report
    #[arg(long, default_value_t = 1)]
    pub(super) seed: u64,
}

#[derive(Debug, Clone, clap::Args)]
pub(super) struct CompletionsArgs {
    /// The shell to complete commands and options in
    #[arg(value_enum)]
    pub(super) shell: Shell,
}

#[derive(Debug, Clone, clap::Args)]
pub(super) struct ManArgs {
    /// Write the page of apportion and one for each command into this folder, instead of printing
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum SampleLayout {
    Legacy,
    Cur2,
}

impl Command {
    /// The project that the command works on, if it takes more of it than its output.
    pub(super) fn project(&self) -> Option<&ProjectArgs> {
        match self {
            Self::Build(words) | Self::Run(words) | Self::Test(words) => Some(&words.project),
            Self::Compile(words) => Some(&words.project),
            Self::Docs(words) => Some(&words.project),
            Self::Plan(words) => Some(&words.project),
            Self::Publish(words) => Some(&words.project),
            Self::Debug(words) => Some(words),
            Self::List(words) => Some(&words.project),
            Self::Show(words) => Some(&words.project),
            Self::Query(words) => Some(&words.project),
            _ => None,
        }
    }

    /// Whether the command runs models or tests.
    pub(super) fn is_run(&self) -> bool {
        matches!(self, Self::Build(_) | Self::Run(_) | Self::Test(_))
    }
}

impl SampleArgs {
    /// The last period.
    ///
    /// # Errors
    /// When it is none.
    pub(super) fn last(&self) -> Result<Period> {
        self.last_period.parse()
    }
}
