//! The command line as it is typed.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::PathBuf;
use std::sync::LazyLock;

use chrono::Utc;
use clap::{Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::common::error::{Error, Result};
use crate::common::period::{Period, Periods};
use crate::common::settings::Settings;
use crate::common::version;
use crate::compile::select::Selection;
use crate::planned_run::Job;
use crate::project::yaml;

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
    /// Write the compiled SQL and the manifest, without running anything
    Compile(CompileArgs),
    /// List models and tests
    #[command(visible_alias = "ls")]
    List(ListArgs),
    /// Run a model and everything it reads, and print rows, without publishing
    Show(ShowArgs),
    /// Query the published tables in SQL
    Query(QueryArgs),
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
    /// Update the tables of tiers
    #[command(subcommand)]
    Prices(PricesCommand),
    /// Print a shell completion script
    Completions(CompletionsArgs),
    /// Print the manual page, or write one for every command
    Man(ManArgs),
}

#[derive(Debug, Subcommand)]
pub(super) enum PricesCommand {
    /// Read AWS's price lists into the seed tier_rates: changed rates are closed, new ones are added
    Import(ImportArgs),
}

/// Options of every command that works on a project.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct ProjectArgs {
    /// The project folder
    #[arg(long, env = "APPORTION_PROJECT", value_name = "DIR", default_value = ".")]
    pub(super) project: PathBuf,
    /// The target in config.yaml to use
    #[arg(long, env = "APPORTION_TARGET", value_name = "NAME")]
    pub(super) target: Option<String>,
    /// Where the report is, instead of the target's source
    #[arg(long, env = "APPORTION_SOURCE", value_name = "URL")]
    pub(super) source: Option<String>,
    /// Where results go, instead of the target's output
    #[arg(long, env = "APPORTION_OUTPUT", value_name = "URL")]
    pub(super) output: Option<String>,
    /// Billing periods: 2018-10, 2018-10..2018-12, or several separated by commas; by default the newest, and for build
    /// and run also published ones whose report has changed
    #[arg(long, env = "APPORTION_PERIOD", value_name = "YYYY-MM")]
    pub(super) period: Vec<String>,
    /// Settings that override those in config.yaml, as YAML: '{sharing: {mode: owner_only}}'
    #[arg(long, env = "APPORTION_VARS", value_name = "YAML")]
    pub(super) vars: Option<String>,
    /// Threads for each of compiling, planning and running; all cores by default. Other threads only wait for files and
    /// the store
    #[arg(long, env = "APPORTION_THREADS", value_name = "N")]
    pub(super) threads: Option<usize>,
    /// How much memory the process may use, for instance 2GB; what does not fit goes to disk [default: 80% of what the
    /// machine or container has]
    #[arg(long, env = "APPORTION_MEMORY_LIMIT", value_name = "SIZE")]
    pub(super) memory_limit: Option<String>,
    /// Where compiled SQL and other artifacts go [default: target/apportion in the project]
    #[arg(long, env = "APPORTION_TARGET_PATH", value_name = "DIR")]
    pub(super) target_path: Option<PathBuf>,
}

/// Options of commands that look at what is published.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct OutputArgs {
    /// The project folder
    #[arg(long, env = "APPORTION_PROJECT", value_name = "DIR", default_value = ".")]
    pub(super) project: PathBuf,
    /// The target in config.yaml to use
    #[arg(long, env = "APPORTION_TARGET", value_name = "NAME")]
    pub(super) target: Option<String>,
    /// Where results are, instead of the target's output
    #[arg(long, env = "APPORTION_OUTPUT", value_name = "URL")]
    pub(super) output: Option<String>,
    /// Billing periods: 2018-10, 2018-10..2018-12, or several separated by commas
    #[arg(long, env = "APPORTION_PERIOD", value_name = "YYYY-MM")]
    pub(super) period: Vec<String>,
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

/// Which models and tests.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct SelectArgs {
    /// What to select: name, +name (with parents), name+ (with children), layer, tag:x, path, stg_*; a comma means both
    #[arg(long, short, value_name = "SELECTOR", num_args = 1..)]
    pub(super) select: Vec<String>,
    /// What to leave out
    #[arg(long, value_name = "SELECTOR", num_args = 1..)]
    pub(super) exclude: Vec<String>,
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
pub(super) struct CompileArgs {
    #[command(flatten)]
    pub(super) project: ProjectArgs,
    /// Also write each source as a select over the report's files, for a target of type duckdb
    #[arg(long)]
    pub(super) sources: bool,
}

#[derive(Debug, Clone, clap::Args)]
pub(super) struct CleanArgs {
    /// The project folder
    #[arg(long, env = "APPORTION_PROJECT", value_name = "DIR", default_value = ".")]
    pub(super) project: PathBuf,
    /// Another output to clean, besides those of the targets
    #[arg(long, env = "APPORTION_OUTPUT", value_name = "URL")]
    pub(super) output: Option<String>,
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

/// How rows are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    Table,
    Csv,
    Json,
}

impl Command {
    /// The project that the command works on, if it takes more of it than its output.
    pub(super) fn project(&self) -> Option<&ProjectArgs> {
        match self {
            Self::Build(words) | Self::Run(words) | Self::Test(words) => Some(&words.project),
            Self::Compile(words) => Some(&words.project),
            Self::Debug(words) => Some(words),
            Self::List(words) => Some(&words.project),
            Self::Show(words) => Some(&words.project),
            Self::Query(words) => Some(&words.project),
            _ => None,
        }
    }
}

impl ProjectArgs {
    /// What was typed as what it means.
    ///
    /// # Errors
    /// When a period or the settings cannot be read.
    pub(super) fn job(&self) -> Result<Job> {
        Ok(Job {
            project: self.project.clone(),
            target: self.target.clone(),
            source: self.source.clone(),
            output: self.output.clone(),
            vars: self.vars.as_deref().map(settings).transpose()?.unwrap_or_default(),
            threads: self.threads,
            memory_limit: self.memory_limit.clone(),
            target_path: self.target_path.clone(),
            periods: Periods::parse(&self.period)?,
            run_id: RUN.id.clone(),
            run_date: RUN.date.clone(),
        })
    }
}

impl OutputArgs {
    /// What was typed as what it means.
    ///
    /// # Errors
    /// When a period cannot be read.
    pub(super) fn job(&self) -> Result<Job> {
        Ok(Job {
            project: self.project.clone(),
            target: self.target.clone(),
            output: self.output.clone(),
            periods: Periods::parse(&self.period)?,
            run_id: RUN.id.clone(),
            run_date: RUN.date.clone(),
            ..Job::default()
        })
    }
}

impl SelectArgs {
    /// What was typed as a selection.
    pub(super) fn selection(&self) -> Selection {
        Selection { select: self.select.clone(), exclude: self.exclude.clone() }
    }
}

fn settings(yaml: &str) -> Result<Settings> {
    yaml::settings(yaml).map_err(|error| {
        let error = Error::user("--vars is not a YAML mapping").caused_by(&error.message());
        error.hint("write it like --vars '{sharing: {mode: owner_only}}'")
    })
}

/// This run: a name that no other run has, and the day on which it begins.
#[derive(Debug)]
pub(super) struct Invocation {
    pub(super) id: String,
    pub(super) date: String,
}

/// The one place where the clock is read for either. In a container every process may be the first, and so have the
/// same number.
pub(super) static RUN: LazyLock<Invocation> = LazyLock::new(|| {
    let now = Utc::now();
    let chance = RandomState::new().build_hasher().finish() as u32;
    Invocation {
        id: format!("{}-{chance:08x}", now.format("%Y%m%dT%H%M%S%3fZ")),
        date: now.format("%Y-%m-%d").to_string(),
    }
});

impl SampleArgs {
    /// The last period.
    ///
    /// # Errors
    /// When it is none.
    pub(super) fn last(&self) -> Result<Period> {
        self.last_period.parse()
    }
}
