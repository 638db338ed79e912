//! A project with its target: where it reads, where it writes, under which settings.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::DateTime;
use serde_json::Value;

use super::artifacts::Artifacts;
use super::inputs;
use super::registry;
use crate::common::dialect::Dialect;
use crate::common::error::{Error, Result};
use crate::common::period::{Period, Periods};
use crate::common::s3::S3Options;
use crate::common::secrets::masked;
use crate::common::settings::{Settings, merge, unknown};
use crate::common::size;
use crate::common::version::{BUILD, COMMIT, VERSION};
use crate::compile::{self, Compiled, DIMENSIONS, TemplateContext};
use crate::cur::Bills;
use crate::cur::Report;
use crate::engine::{AthenaExecutor, Executor, Limits, Planner, RunName, periods, version};
use crate::events::Teller;
use crate::project::{Config, Folders, Hash, Project, Publish, Target, TextFile};
use crate::publish::RunRecord;
use crate::storage::Location;

/// What a command was asked to work on.
#[derive(Debug, Clone, Default)]
pub struct Job {
    /// The project folder.
    pub project: PathBuf,
    /// The target, if not the project's own choice.
    pub target: Option<String>,
    /// The source, if not the target's.
    pub source: Option<String>,
    /// The output, if not the target's.
    pub output: Option<String>,
    /// Settings laid over the project's.
    pub vars: Settings,
    /// Threads, if not the target's.
    pub threads: Option<usize>,
    /// Memory, if not the target's, for instance `2GB`.
    pub memory_limit: Option<String>,
    /// Where artifacts go, if not below the project.
    pub target_path: Option<PathBuf>,
    /// Which billing periods.
    pub periods: Periods,
    /// A name for this run that no other run has.
    pub run_id: String,
    /// The day on which it began, `YYYY-MM-DD` (UTC).
    pub run_date: String,
    /// What it has in common with other runs and events that come of one cause.
    pub correlation_id: Option<String>,
}

impl Job {
    /// The name of the target.
    fn target_in<'a>(&'a self, config: &'a Config) -> &'a str {
        self.target.as_deref().unwrap_or(&config.target)
    }
}

/// A loaded project with its target.
#[derive(Debug, Clone)]
pub struct Workspace {
    /// What was asked for.
    pub job: Job,
    /// The project.
    pub project: Project,
    /// Seeds that a database had, as CSV.
    pub fetched: Vec<TextFile>,
    /// The target's name.
    pub target: String,
    /// The dialect to compile for.
    pub dialect: Dialect,
    /// The settings of the models, all laid over one another.
    pub vars: Settings,
    /// Where the report is.
    pub source: Location,
    /// Where results go.
    pub output: Location,
    /// How much of the machine may be used.
    pub limits: Limits,
    /// Where artifacts go.
    pub artifacts: Artifacts,
}

/// The report, and what of it is wanted.
#[derive(Debug, Clone)]
pub struct WantedReport {
    /// The report.
    pub report: Report,
    /// The billing periods that it has.
    pub(super) present: Vec<Period>,
    /// Those that are wanted, oldest first.
    pub wanted: Vec<Period>,
}

impl Workspace {
    /// Loads the project and settles what the job leaves open.
    ///
    /// # Errors
    /// All that is wrong with the project's files; an unknown target; a place that cannot be used.
    pub async fn open(job: Job) -> Result<Self> {
        let config = Config::read(&job.project)?;
        let fetched = registry::read(&config.target(job.target_in(&config))?.seeds, &job.project).await?;
        Self::with_seeds(job, config, fetched).await
    }

    /// As [`Self::open`], for who looks at what is published: no database is asked for seeds.
    ///
    /// # Errors
    /// As there.
    pub async fn look(job: Job) -> Result<Self> {
        let config = Config::read(&job.project)?;
        let unread = registry::unread(&config.target(job.target_in(&config))?.seeds);
        Self::with_seeds(job, config, unread).await
    }

    async fn with_seeds(job: Job, config: Config, fetched: Vec<TextFile>) -> Result<Self> {
        let name = job.target_in(&config).to_owned();
        let target = config.target(&name)?.clone();
        let project = Project::load_with(&job.project, config, fetched.clone())?;
        let vars = settings(&project.config.vars, &job.vars)?;
        let memory = job.memory_limit.as_deref().or(target.memory_limit.as_deref());
        let threads = job.threads.or(target.threads);
        if threads == Some(0) {
            return Err(Error::user("0 threads cannot do any work").hint("use --threads 1 or more"));
        }
        Ok(Self {
            source: place(job.source.as_deref(), &target.source, &project.root, &target.s3).await?,
            output: place(job.output.as_deref(), &target.output, &project.root, &target.s3).await?,
            limits: Limits { threads, memory: memory.map(memory_size).transpose()? },
            artifacts: Artifacts::new(&project.root, job.target_path.as_deref()),
            dialect: target.dialect,
            target: name,
            vars,
            project,
            fetched,
            job,
        })
    }

    /// The target as it is written.
    ///
    /// # Errors
    /// When there is none of its name.
    pub fn target(&self) -> Result<&Target> {
        self.project.config.target(&self.target)
    }

    /// Who tells of what happens to months.
    ///
    /// # Errors
    /// When there is no target of its name.
    pub fn teller(&self) -> Result<Teller<'_>> {
        Ok(Teller::new(self.target()?, &self.output, &self.job.run_id, self.job.correlation_id.as_deref()))
    }

    /// Whether a payer whose check fails keeps earlier rows, and the others are published.
    pub fn is_by_payer(&self) -> bool {
        self.target().is_ok_and(|target| target.publish == Publish::ByPayer)
    }

    /// The report with its billing periods.
    ///
    /// # Errors
    /// When there is no report, or it lacks a wanted period or has it only in part.
    pub async fn report(&self) -> Result<WantedReport> {
        let report = self.delivered().await?;
        let present = periods(&report, &self.limits).await?;
        let wanted = self.job.periods.pick(&present)?;
        let wrong = wanted.iter().filter_map(|period| report.files_of(*period).err()).collect();
        Error::many(wrong).map_or(Ok(WantedReport { report, present, wanted }), Err)
    }

    /// The report as it is now.
    ///
    /// # Errors
    /// When there is none.
    pub async fn delivered(&self) -> Result<Report> {
        Report::find(self.source.clone()).await
    }

    /// The files of `period`, as bills.
    ///
    /// # Errors
    /// When the report has the period only in part, or a column of it is declared wrongly.
    pub fn bills(&self, report: &Report, period: Period) -> Result<Bills> {
        let sources = inputs::of_report(&self.project);
        let columns: Result<Vec<_>> = sources.map(|source| inputs::source_columns(source, &self.vars)).collect();
        let target = self.target()?;
        Ok(Bills {
            location: report.location.clone(),
            columns: columns?.concat(),
            period,
            folders: report.folders_of(period)?,
            are_together: target.folders == Folders::Together,
            setting: format!("`folders: together` under `targets.{}` in `config.yaml`", self.target),
        })
    }

    /// What would be kept of this `command` for `period` over `report`; the hash of the models is still to come.
    ///
    /// # Errors
    /// When the report has the period only in part.
    pub fn record(&self, report: &Report, period: Period, command: &str) -> Result<RunRecord> {
        let mut delivery = Hash::default();
        delivery.add(&period.to_string(), &report.delivery(period)?);
        Ok(RunRecord {
            run_id: self.job.run_id.clone(),
            published_at: DateTime::UNIX_EPOCH,
            source: masked(&self.source.name).into_owned(),
            delivery: delivery.digits(),
            models: String::new(),
            settings: Value::Object(self.vars.clone()).to_string(),
            version: VERSION.to_owned(),
            build: BUILD.to_owned(),
            commit: COMMIT.to_owned(),
            command: command.to_owned(),
        })
    }

    /// Compiles the project for one period.
    ///
    /// # Errors
    /// All that is wrong with templates, dependencies and layers.
    pub fn compile(&self, period: Period) -> Result<Compiled> {
        compile::compile(&self.project, self.context(period))
    }

    /// Compiles the project for one period, for the planner and for the engine that runs it.
    ///
    /// # Errors
    /// As [`Self::compile`]; when the target's engine is not built in.
    pub fn compile_to_run(&self, period: Period) -> Result<Compiled> {
        if self.dialect == Dialect::DataFusion {
            return self.compile(period);
        }
        self.compile_as(period, Dialect::DataFusion)?.run_as(self.compile(period)?)
    }

    /// Compiles the project for one period and an engine that need not be the target's.
    pub(super) fn compile_as(&self, period: Period, dialect: Dialect) -> Result<Compiled> {
        compile::compile(&self.project, TemplateContext { dialect, ..self.context(period) })
    }

    /// A hash of all that the project compiles to for one period.
    ///
    /// # Errors
    /// As [`Self::compile`].
    pub fn models_hash(&self, period: Period) -> Result<String> {
        Ok(compile::hash(&self.project, &self.compile_to_run(period)?))
    }

    fn context(&self, period: Period) -> TemplateContext {
        self.context_of(period, self.vars.clone())
    }

    /// What names and settings mean in `period`, under `vars`.
    pub(super) fn context_of(&self, period: Period, mut vars: Settings) -> TemplateContext {
        vars.insert("billing_period".to_owned(), period.to_string().into());
        vars.insert("run_date".to_owned(), self.job.run_date.clone().into());
        TemplateContext { target: self.target.clone(), dialect: self.dialect, vars, ..TemplateContext::default() }
    }

    /// A planner that knows nothing yet.
    ///
    /// # Errors
    /// When the limits cannot be set up.
    pub fn planner(&self) -> Result<Planner> {
        Planner::new(self.output.clone(), &self.limits)
    }

    /// The target's engine in words, if a run can be had on it.
    ///
    /// # Errors
    /// When it is not built in, or is not set up for a run.
    pub async fn engine(&self) -> Result<String> {
        self.executor(&self.planner()?, Period::new(2026, 1)?).await?;
        let target = self.target()?;
        Ok(match &target.athena {
            Some(options) if self.dialect == Dialect::Athena => format!(
                "Athena, workgroup `{}` and database `{}`; planned on {}",
                options.workgroup,
                options.database,
                version()
            ),
            _ => version(),
        })
    }

    /// What runs on the target's engine what `planner` has planned for `period`.
    ///
    /// # Errors
    /// When the engine is not built in, or is not set up for it.
    pub(super) async fn executor(&self, planner: &Planner, period: Period) -> Result<Arc<dyn Executor>> {
        let target = self.target()?;
        match (self.dialect, &target.athena) {
            (Dialect::DataFusion, _) => Ok(Arc::new(planner.executor())),
            (Dialect::Athena, Some(options)) => {
                let run = RunName { run_id: self.job.run_id.clone(), period };
                Ok(Arc::new(AthenaExecutor::open(planner, options, &target.s3, run).await?))
            }
            (Dialect::Athena, None) => {
                Err(Error::user(format!("the target `{}` does not say where on Athena", self.target)).hint(format!(
                    "add `athena: {{ workgroup: ..., database: ... }}` to `targets.{}` in `config.yaml`",
                    self.target
                )))
            }
            (Dialect::DuckDb, _) => Err(Error::user(format!(
                "the target `{}` is for {}, which apportion compiles for but does not run",
                self.target,
                self.dialect.name()
            ))
            .hint("use `apportion compile`, or a target of type datafusion")),
        }
    }
}

/// The place that is `typed`, relative to where one stands; else the one `written` in the project's file in `root`.
async fn place(typed: Option<&str>, written: &str, root: &Path, options: &S3Options) -> Result<Location> {
    match typed {
        Some(typed) => Location::open(typed, Path::new("."), options).await,
        None => Location::open(written, root, options).await,
    }
}

/// The settings of `config.yaml` with those that were typed laid over them; a name that is not there is a slip, but for
/// that of a new dimension.
fn settings(written: &Settings, typed: &Settings) -> Result<Settings> {
    let mut named = typed.clone();
    named.shift_remove(DIMENSIONS);
    if let Some((path, known)) = unknown(written, &named) {
        let name = path.rsplit('.').next().unwrap_or(&path);
        return Err(Error::user(format!("there is no setting `{path}`"))
            .did_you_mean(name, known.iter().copied())
            .hint("settings are under `vars:` in `config.yaml`; add a new one there first"));
    }
    let mut vars = written.clone();
    merge(&mut vars, typed);
    Ok(vars)
}

/// An amount of memory in bytes.
fn memory_size(text: &str) -> Result<usize> {
    size::bytes(text).and_then(|bytes| usize::try_from(bytes).ok()).filter(|bytes| *bytes > 0).ok_or_else(|| {
        Error::user(format!("`{text}` is not an amount of memory")).hint("write it like 2GB, 512MB or 1.5GiB")
    })
}
