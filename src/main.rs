//! The `apportion` command.

use std::process::ExitCode;

/// Threads allocate and free batches all the time, in which the system's allocator loses much of the run.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    apportion::cli::main()
}
