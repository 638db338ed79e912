//! Floor 7: what was typed, and what is said back. One file for each subcommand; only `print` writes.

mod accounts;
mod args;
mod build;
mod clean;
mod compile;
mod completions;
mod debug;
mod debug_log;
mod diagram;
mod docs;
mod events;
mod explain;
mod export;
mod focus;
mod history;
mod init;
mod invocation;
mod list;
mod man;
mod plan;
mod prices;
mod print;
mod profile;
mod progress;
mod publish;
mod query;
mod sample;
mod show;
mod signals;
#[cfg(feature = "statements")]
mod statements;
mod summary;
mod table;
mod telemetry;
mod views;

use std::mem;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use tokio::runtime::Handle;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

use args::{AccountsCommand, Args, Command, LogFormat, LogLevel, PricesCommand, ProjectArgs};
use print::Printer;
use telemetry::Telemetry;

use crate::commands::run::RunScope;
use crate::common::error::{Error, ErrorKind, Result};
use crate::common::parallel;
use crate::project::Config;

/// How a command ended: yes, or no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exit {
    /// All is well.
    Yes,
    /// A test failed, or a total does not balance.
    No,
    /// Tables would be others.
    Changed,
    /// It could not be found out; what went wrong has been said.
    Broken,
    /// It can be found out later, by the same command; why has been said.
    Later,
    /// A signal ended it in good order; that has been said. What is kept is the exit code.
    Stopped(u8),
}

/// Reads the command line, does what it says, and gives the exit code: 0 yes, 1 no, 2 could not answer, 3 changes,
/// 75 not now.
pub fn main() -> ExitCode {
    let args = Args::parse();
    let printer = Arc::new(Printer::new(args.log_format == LogFormat::Json, args.log_level));
    let threads = threads(&args);
    if let Some(threads) = threads {
        parallel::limit(threads);
    }
    let answer = runtime(threads).and_then(|main| {
        let steps = runtime(threads)?;
        let answer = main.block_on(watched(&args, steps.handle(), &printer));
        // What a signal left half done is not waited for. Nor are threads told to end: `pthread_detach` of
        // glibc looks into a thread once more after it is detached, and crashes if it has ended meanwhile.
        mem::forget((steps, main));
        answer
    });
    if let Err(error) = &answer {
        printer.error(error);
    }
    ExitCode::from(code(&answer))
}

/// The exit code of a command.
fn code(answer: &Result<Exit>) -> u8 {
    match answer {
        Ok(Exit::Yes) => 0,
        Ok(Exit::No) => 1,
        Ok(Exit::Changed) => 3,
        Ok(Exit::Broken) => 2,
        Ok(Exit::Later) => LATER,
        Ok(Exit::Stopped(code)) => *code,
        Err(error) if is_for_later(error) => LATER,
        Err(_) => 2,
    }
}

/// Does what `args` say; who is to hear of it on the way, hears of it.
async fn watched(args: &Args, steps: &Handle, printer: &Arc<Printer>) -> Result<Exit> {
    let telemetry = match args.command.is_run().then(|| Telemetry::open(&Handle::current())).transpose() {
        Ok(telemetry) => telemetry.flatten(),
        Err(error) => {
            printer.warn(&format!("traces and metrics of this run are not sent: {}", error.message()));
            None
        }
    };
    let debug = (args.log_level == LogLevel::Debug).then(|| debug_log::layer(Arc::clone(printer)));
    if debug.is_some() || telemetry.is_some() {
        let layers = (debug.map(Layer::boxed).into_iter()).chain(telemetry.as_ref().map(|all| all.layer().boxed()));
        // Whoever listens already, as in tests, goes on.
        let _ = tracing_subscriber::registry().with(layers.collect::<Vec<_>>()).try_init();
    }
    let answer = dispatch(args, steps, printer).await;
    if let Some(telemetry) = telemetry {
        telemetry.end(printer).await;
    }
    answer
}

/// The exit code for "come back later", `EX_TEMPFAIL` of `sysexits.h`.
const LATER: u8 = 75;

/// Whether nobody has to act on `error`, nor on any gathered with it.
fn is_for_later(error: &Error) -> bool {
    error.each().all(|error| error.kind() == ErrorKind::Later)
}

/// Threads that wait for files.
const BLOCKING_THREADS: usize = 8;

/// How many threads may work: as typed, or as the target says. What is wrong with the project is said later.
fn threads(args: &Args) -> Option<usize> {
    let words = args.command.project()?;
    words.threads.or_else(|| threads_of_target(words)).filter(|threads| *threads > 0)
}

fn threads_of_target(words: &ProjectArgs) -> Option<usize> {
    let config = Config::read(&words.project).ok()?;
    config.target(words.target.as_deref().unwrap_or(&config.target)).ok()?.threads
}

fn runtime(threads: Option<usize>) -> Result<tokio::runtime::Runtime> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    if let Some(threads) = threads {
        builder.worker_threads(threads);
    }
    // Deep plans recurse deeply, most of all in a build without optimizations.
    builder.thread_stack_size(16 * 1024 * 1024);
    // They read and write files, and what each has allocated stays with it for a while.
    builder.max_blocking_threads(BLOCKING_THREADS);
    builder.enable_all().build().map_err(|e| Error::environment("cannot start threads").caused_by(&e))
}

/// `steps` has threads of its own for the steps of a build.
async fn dispatch(args: &Args, steps: &Handle, printer: &Printer) -> Result<Exit> {
    match &args.command {
        Command::Build(words) => build::command(words, RunScope::Build, steps, printer).await,
        Command::Run(words) => build::command(words, RunScope::Run, steps, printer).await,
        Command::Test(words) => build::command(words, RunScope::Test, steps, printer).await,
        Command::Plan(words) => plan::command(words, steps, printer).await,
        Command::Publish(words) => publish::command(words, printer).await,
        Command::Compile(words) => compile::command(words, printer).await,
        Command::List(words) => list::command(words, printer).await,
        Command::Show(words) => show::command(words, printer).await,
        Command::Query(words) => query::command(words, printer).await,
        Command::Explain(words) => explain::command(words, printer).await,
        Command::Diagram(words) => diagram::command(words, printer).await,
        Command::Docs(words) => docs::command(words, printer).await,
        Command::Views(words) => views::command(words, printer).await,
        Command::Export(words) => export::command(words, printer).await,
        Command::Focus(words) => focus::command(words, printer).await,
        #[cfg(feature = "statements")]
        Command::Statements(command) => statements::command(command, printer).await,
        Command::History(words) => history::command(words, printer).await,
        Command::Rollback(words) => history::rollback(words, printer).await,
        Command::Lock(words) => history::lock(words, true, printer).await,
        Command::Unlock(words) => history::lock(words, false, printer).await,
        Command::Debug(words) => debug::command(words, printer).await,
        Command::Init(words) => init::command(words, printer),
        Command::Clean(words) => clean::command(words, printer).await,
        Command::Sample(words) => sample::command(words, printer),
        Command::Accounts(AccountsCommand::Import(words)) => accounts::command(words, printer).await,
        Command::Prices(PricesCommand::Import(words)) => prices::command(words, printer),
        Command::Completions(words) => completions::command(words, printer),
        Command::Man(words) => man::command(words, printer),
    }
}
