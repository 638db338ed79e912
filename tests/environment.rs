//! What comes from outside of the project: variables that SQL is made with, and options that a container sets.

use std::path::{Path, PathBuf};

use libtest_mimic::{Failed, Trial};

use crate::harness::{self, Outcome, Ran};
use crate::report;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        Trial::test("environment::a_variable_that_sql_is_made_with_is_a_reason_to_run", variable),
        Trial::test("environment::what_leaves_no_trace_in_sql_is_no_reason_to_run", description),
        Trial::test("environment::variables_stand_for_options", options),
        Trial::test("environment::variables_stand_in_settings", settings),
        Trial::test("environment::a_secret_is_shown_and_kept_nowhere", secret),
        Trial::test("environment::artifacts_go_where_they_can", artifacts),
        Trial::test("environment::a_month_that_failed_is_not_run_again_until_something_changes", failed),
        Trial::test("environment::what_cannot_be_kept_after_the_instant_is_a_warning", untidy),
    ]
}

fn project() -> Result<PathBuf, Failed> {
    let project = harness::folder("environment")?;
    harness::copy(&harness::repository().join("tests/projects/base"), &project)?;
    report::make(&project.join("report"))?;
    Ok(project)
}

fn ran(project: &Path, args: &[&str], variables: &[(&str, &str)]) -> Result<Ran, Failed> {
    let mut command = harness::command(project, args);
    command.envs(variables.iter().copied());
    harness::ran(args, command)
}

fn variable() -> Outcome {
    let project = project()?;
    let model = project.join("models/results/costs.sql");
    let sql =
        std::fs::read_to_string(&model)?.replace("sum(amount)", "sum(mul_div(amount, {{ env_var('RATE', '1') }}, 1))");
    std::fs::write(&model, sql)?;
    let total = |wanted: &str| ran(&project, &["query", "select sum(amount) from costs"], &[])?.exits(0)?.says(wanted);
    ran(&project, &["build"], &[])?.exits(0)?.says("2 tables published")?;
    ran(&project, &["build"], &[("RATE", "1")])?.exits(0)?.says("nothing to do")?;
    total("60.0000000000")?;
    ran(&project, &["build"], &[("RATE", "2")])?.exits(0)?.says("2 tables published")?;
    total("120.0000000000")
}

fn description() -> Outcome {
    let project = project()?;
    ran(&project, &["build"], &[])?.exits(0)?.says("2 tables published")?;
    std::fs::write(
        project.join("models/results/costs.yml"),
        "version: 2\n\nmodels:\n  - name: costs\n    description: what accounts cost\n",
    )?;
    ran(&project, &["build"], &[])?.exits(0)?.says("nothing to do")?;
    std::fs::write(project.join("sql/tests/positive.sql"), "select * from {{ ref('costs') }} where amount < 0\n")?;
    ran(&project, &["build"], &[])?.exits(0)?.says("1 test passed")
}

fn options() -> Outcome {
    let project = project()?;
    let elsewhere = harness::folder("elsewhere")?;
    let variables = [
        ("APPORTION_PROJECT", project.to_str().unwrap_or_default()),
        ("APPORTION_SOURCE", "../report-of-another"),
        ("APPORTION_OUTPUT", "results"),
        ("APPORTION_VARS", "{factor: 3}"),
        ("APPORTION_THREADS", "1"),
        ("APPORTION_LOG_FORMAT", "json"),
    ];
    std::fs::create_dir_all(elsewhere.join("here"))?;
    harness::copy(&project.join("report"), &elsewhere.join("report-of-another"))?;
    let built = ran(&elsewhere.join("here"), &["build"], &variables)?.exits(0)?;
    for line in built.stderr.lines() {
        let line: serde_json::Value = serde_json::from_str(line)?;
        if ["time", "run_id", "level", "message"].iter().any(|key| line[key].as_str().is_none()) {
            return Err(format!("a line lacks something: {line}").into());
        }
    }
    if !elsewhere.join("here/results/costs").exists() {
        return Err("the output is not where the variable says".into());
    }
    // What is typed counts more.
    ran(&elsewhere.join("here"), &["build", "--source", "nowhere"], &variables)?.exits(2)?.says("`nowhere`").map(drop)
}

fn artifacts() -> Outcome {
    let project = project()?;
    // A file stands where the folder of artifacts would be, as on a disk that cannot be written.
    std::fs::write(project.join("target"), "")?;
    ran(&project, &["build"], &[])?
        .exits(2)?
        .says("put artifacts elsewhere with --target-path or APPORTION_TARGET_PATH")?;
    let mut command = harness::command(&project, &["build", "--target-path", "../artifacts"]);
    command.env_clear();
    harness::ran(&["build"], command)?.exits(0)?;
    for file in ["compiled/models/results/costs.sql", "manifest.json", "run_results.json"] {
        if !project.join("../artifacts").join(file).exists() {
            return Err(format!("`{file}` is not there").into());
        }
    }
    Ok(())
}

fn failed() -> Outcome {
    let project = project()?;
    let test = project.join("sql/tests/cheap.sql");
    std::fs::write(&test, "select * from {{ ref('costs') }} where amount > 30\n")?;
    let build = |args: &[&str]| ran(&project, &[&["build"], args].concat(), &[]);
    build(&[])?.exits(1)?.says("1 wrong row")?;
    let again = build(&[])?.exits(1)?;
    again.says(", which failed: test `cheap`; it would fail again (--full-refresh runs it anyway)")?;
    if again.stderr.contains("steps") {
        return Err(format!("it was run again\n{}", again.stderr).into());
    }
    build(&["--full-refresh"])?.exits(1)?.says("1 wrong row")?;
    build(&["--vars", "{factor: 2}"])?.exits(1)?.says("1 wrong row")?;
    build(&["--select", "costs+"])?.exits(2)?;
    std::fs::write(&test, "select * from {{ ref('costs') }} where amount > 31\n")?;
    build(&[])?.exits(0)?.says("2 tables published")?;
    // An error is told as one.
    std::fs::write(&test, "select 1 / (amount - amount) as x from {{ ref('costs') }}\n")?;
    build(&[])?.exits(2)?;
    build(&[])?.exits(2)?.says("which failed: test `cheap`")
}

fn untidy() -> Outcome {
    let project = project()?;
    // A file stands where notes of what was published would lie.
    std::fs::create_dir_all(project.join("out/.apportion/history"))?;
    std::fs::write(project.join("out/.apportion/history/2024-01"), "")?;
    let built = ran(&project, &["build"], &[])?.exits(0)?;
    built.says("warning: 2024-01 is published, but not everything was tidied up; the next run does the rest: ")?;
    ran(&project, &["query", "select sum(amount) from costs"], &[])?.exits(0)?.says("60.0000000000")?;
    std::fs::remove_file(project.join("out/.apportion/history/2024-01"))?;
    ran(&project, &["build", "--vars", "{factor: 2}"], &[])?.exits(0)?;
    let history = ran(&project, &["history"], &[])?.exits(0)?;
    if history.stdout.lines().count() == 4 { Ok(()) } else { Err(format!("the history is\n{}", history.stdout).into()) }
}

/// Has the target of the project have these settings.
fn configure(project: &Path, settings: &str) -> Outcome {
    let path = project.join("config.yaml");
    let (text, target) = (std::fs::read_to_string(&path)?, "local: { source: report, output: out, threads: 1 }");
    if !text.contains(target) {
        return Err(format!("config.yaml has no {target}").into());
    }
    Ok(std::fs::write(path, text.replace(target, &format!("local: {{ {settings} }}")))?)
}

fn settings() -> Outcome {
    let project = project()?;
    configure(
        &project,
        "source: \"{{ env_var('SOURCE', 'report') }}\", output: \"data/{{ env_var('OUT') }}\", threads: \"{{ env_var('N', \
         '2') }}\"",
    )?;
    let unset = ran(&project, &["build"], &[])?.exits(2)?;
    unset.says("config.yaml:")?;
    unset.says("the environment variable `OUT` is not set")?;
    let wrong = ran(&project, &["build"], &[("OUT", "a"), ("N", "many")])?.exits(2)?;
    wrong.says("`many`, from the environment, and should be a whole number")?;
    ran(&project, &["build"], &[("OUT", "a")])?.exits(0)?.says("2 tables published")?;
    ran(&project, &["build"], &[("OUT", "b")])?.exits(0)?.says("2 tables published")?;
    ran(&project, &["build"], &[("OUT", "b"), ("SOURCE", "nowhere")])?.exits(2)?.says("nowhere")
}

/// A secret in the place of the report, which is in errors, in what is published and in what is logged.
fn secret() -> Outcome {
    const SECRET: &str = "a-word-for-nobody";
    let project = project()?;
    std::fs::rename(project.join("report"), project.join(SECRET))?;
    configure(&project, "source: \"{{ env_var('APPORTION_ENV_SECRET_PLACE') }}\", output: out")?;
    let variables = [("APPORTION_ENV_SECRET_PLACE", SECRET)];
    let mut said = String::new();
    for args in [
        &["build", "--log-level", "debug"][..],
        &["build", "--log-format", "json", "--full-refresh"],
        &["history", "--format", "json"],
        &["debug"],
        &["query", "select source from published_runs"],
        &["build", "--period", "1999-01"],
    ] {
        let ran = ran(&project, args, &variables)?;
        said.push_str(&ran.stdout);
        said.push_str(&ran.stderr);
    }
    if said.contains(SECRET) || !said.contains("*****") {
        return Err(format!("the secret is shown, or nothing in its place:\n{said}").into());
    }
    for (path, bytes) in harness::contents(&project)? {
        if bytes.windows(SECRET.len()).any(|part| part == SECRET.as_bytes()) {
            return Err(format!("`{path}` keeps the secret").into());
        }
    }
    let setting = "{{ env_var('APPORTION_ENV_SECRET_PLACE') }}";
    let model = project.join("models/results/costs.sql");
    let sql = std::fs::read_to_string(&model)?;
    std::fs::write(&model, format!("-- {setting}\n{sql}"))?;
    ran(&project, &["build"], &variables)?.exits(2)?.says("is not for SQL")?;
    std::fs::write(&model, sql)?;
    let config = project.join("config.yaml");
    let text = std::fs::read_to_string(&config)?;
    std::fs::write(&config, text.replace("vars:", &format!("vars:\n  place: \"{setting}\"")))?;
    ran(&project, &["build"], &variables)?.exits(2)?.says("is not for settings")
}
