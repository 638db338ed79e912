//! All tests that run the real binary: one test binary, every check a trial of its own name.
//!
//! `tests/README.md` says how to add one.

mod artifacts;
mod bills;
mod deliveries;
mod determinism;
mod docs;
mod doubles;
mod environment;
mod explain;
mod harness;
mod history;
mod house;
mod killed;
mod late;
mod leases;
mod memory;
mod metamorphic;
mod migration;
mod months_before;
mod mul_div;
mod oracle;
mod plan;
mod projects;
mod published;
mod readme;
mod report;
mod rows;
mod s3;
mod sample;
mod shipped;

use std::process::ExitCode;

use libtest_mimic::Arguments;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trials = [
        projects::trials(),
        bills::trials(),
        artifacts::trials(),
        mul_div::trials(),
        docs::trials(),
        doubles::trials(),
        environment::trials(),
        explain::trials(),
        oracle::trials(),
        plan::trials(),
        killed::trials(),
        late::trials(),
        history::trials(),
        house::trials(),
        leases::trials(),
        deliveries::trials(),
        memory::trials(),
        migration::trials(),
        months_before::trials(),
        shipped::trials(),
        determinism::trials(),
        metamorphic::trials(),
        sample::trials(),
        readme::trials(),
        s3::trials(),
    ];
    let conclusion = libtest_mimic::run(&arguments, trials.into_iter().flatten().collect());
    s3::stop();
    harness::clean_up();
    conclusion.exit_code()
}
