//! Options that commands share, and what they mean.

use std::path::PathBuf;

use clap::ValueEnum;

use crate::cli::invocation::RUN;
use crate::common::error::{Error, Result};
use crate::common::period::Periods;
use crate::common::settings::Settings;
use crate::compile::select::Selection;
use crate::planned_run::Job;
use crate::project::yaml;

/// Options of every command that works on a project.
#[derive(Debug, Clone, clap::Args)]
pub(in crate::cli) struct ProjectArgs {
    /// The project folder
    #[arg(long, env = "APPORTION_PROJECT", value_name = "DIR", default_value = ".")]
    pub(in crate::cli) project: PathBuf,
    /// The target in config.yaml to use
    #[arg(long, env = "APPORTION_TARGET", value_name = "NAME")]
    pub(in crate::cli) target: Option<String>,
    /// Where the report is, instead of the target's source
    #[arg(long, env = "APPORTION_SOURCE", value_name = "URL")]
    pub(in crate::cli) source: Option<String>,
    /// Where results go, instead of the target's output
    #[arg(long, env = "APPORTION_OUTPUT", value_name = "URL")]
    pub(in crate::cli) output: Option<String>,
    /// Billing periods: 2018-10, 2018-10..2018-12, or several separated by commas; by default the newest, and for build
    /// and run also published ones whose report has changed
    #[arg(long, env = "APPORTION_PERIOD", value_name = "YYYY-MM")]
    pub(in crate::cli) period: Vec<String>,
    /// Settings that override those in config.yaml, as YAML: '{sharing: {mode: owner_only}}'
    #[arg(long, env = "APPORTION_VARS", value_name = "YAML")]
    pub(in crate::cli) vars: Option<String>,
    /// Threads for each of compiling, planning and running; all cores by default. Other threads only wait for files and
    /// the store
    #[arg(long, env = "APPORTION_THREADS", value_name = "N")]
    pub(in crate::cli) threads: Option<usize>,
    /// How much memory the process may use, for instance 2GB; what does not fit goes to disk [default: 80% of what the
    /// machine or container has]
    #[arg(long, env = "APPORTION_MEMORY_LIMIT", value_name = "SIZE")]
    pub(in crate::cli) memory_limit: Option<String>,
    /// Where compiled SQL and other artifacts go [default: target/apportion in the project]
    #[arg(long, env = "APPORTION_TARGET_PATH", value_name = "DIR")]
    pub(in crate::cli) target_path: Option<PathBuf>,
}

/// Options of commands that look at what is published.
#[derive(Debug, Clone, clap::Args)]
pub(in crate::cli) struct PublishedArgs {
    /// The project folder
    #[arg(long, env = "APPORTION_PROJECT", value_name = "DIR", default_value = ".")]
    pub(in crate::cli) project: PathBuf,
    /// The target in config.yaml to use
    #[arg(long, env = "APPORTION_TARGET", value_name = "NAME")]
    pub(in crate::cli) target: Option<String>,
    /// Where results are, instead of the target's output
    #[arg(long, env = "APPORTION_OUTPUT", value_name = "URL")]
    pub(in crate::cli) output: Option<String>,
}

/// Options of commands that look at what is published of some periods.
#[derive(Debug, Clone, clap::Args)]
pub(in crate::cli) struct OutputArgs {
    #[command(flatten)]
    pub(in crate::cli) published: PublishedArgs,
    /// Billing periods: 2018-10, 2018-10..2018-12, or several separated by commas
    #[arg(long, env = "APPORTION_PERIOD", value_name = "YYYY-MM")]
    pub(in crate::cli) period: Vec<String>,
}

/// Which models and tests.
#[derive(Debug, Clone, clap::Args)]
pub(in crate::cli) struct SelectArgs {
    /// What to select: name, +name (with parents), name+ (with children), layer, tag:x, path, stg_*, state:modified (not as
    /// in the published run); a comma means both
    #[arg(long, short, value_name = "SELECTOR", num_args = 1..)]
    pub(in crate::cli) select: Vec<String>,
    /// What to leave out
    #[arg(long, value_name = "SELECTOR", num_args = 1..)]
    pub(in crate::cli) exclude: Vec<String>,
}

/// How rows are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Format {
    Table,
    Csv,
    Json,
}

/// How several tables are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum DocumentFormat {
    Table,
    Markdown,
    Json,
}

impl ProjectArgs {
    /// What was typed as what it means.
    ///
    /// # Errors
    /// When a period or the settings cannot be read.
    pub(in crate::cli) fn job(&self) -> Result<Job> {
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
            correlation_id: RUN.correlation_id.clone(),
        })
    }
}

impl PublishedArgs {
    /// What was typed as what it means.
    pub(in crate::cli) fn job(&self) -> Job {
        Job {
            project: self.project.clone(),
            target: self.target.clone(),
            output: self.output.clone(),
            run_id: RUN.id.clone(),
            run_date: RUN.date.clone(),
            correlation_id: RUN.correlation_id.clone(),
            ..Job::default()
        }
    }
}

impl OutputArgs {
    /// What was typed as what it means.
    ///
    /// # Errors
    /// When a period cannot be read.
    pub(in crate::cli) fn job(&self) -> Result<Job> {
        Ok(Job { periods: Periods::parse(&self.period)?, ..self.published.job() })
    }
}

impl SelectArgs {
    /// What was typed as a selection.
    pub(in crate::cli) fn selection(&self) -> Selection {
        Selection { select: self.select.clone(), exclude: self.exclude.clone() }
    }
}

fn settings(yaml: &str) -> Result<Settings> {
    yaml::settings(yaml).map_err(|error| {
        let error = Error::user("--vars is not a YAML mapping").caused_by(&error.message());
        error.hint("write it like --vars '{sharing: {mode: owner_only}}'")
    })
}
