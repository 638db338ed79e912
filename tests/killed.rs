//! A run that is killed leaves what was published as it was, and nothing that the next run stumbles over; of two runs
//! at once, one wins.
//!
//! The project is `tests/projects/killed`; its last table takes seconds when the setting `slow` is on, so that a kill
//! after any other table comes before anything is published. Everything is done to a folder and to a bucket.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant, SystemTime};

use libtest_mimic::{Failed, Trial};

use crate::harness::{self, Dice, Files, Outcome, say};
use crate::s3::Job;
use crate::{published, report};

/// The word in the log after which the run is killed; the first kill comes before any word.
const MOMENTS: [&str; 4] = ["", "file of the report", "table stg_lines", "table costs"];
/// How many runs are killed at random instants, in a folder and in a bucket each, if APPORTION_KILLS does not say.
const KILLS: u64 = 30;
/// What SIGTERM may take: Fargate waits 30 seconds.
const LEAVE: Duration = Duration::from_secs(10);

type Check = fn(&Place) -> Outcome;

/// Trials in a folder, and the same ones in a bucket.
pub(crate) fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    for (name, open) in [("folder", Place::folder as fn() -> Result<Place, Failed>), ("bucket", Place::bucket)] {
        for moment in MOMENTS {
            let when = if moment.is_empty() { "at_once".to_owned() } else { moment.replace(' ', "_") };
            let trial = move || keeps(&open()?, moment);
            trials.push(Trial::test(format!("killed::{name}::{when}_keeps_what_was_published"), trial));
        }
        let checks: [(&str, Check); 7] = [
            ("the_next_run_publishes_and_clean_removes_leftovers", recovers),
            ("random_instants_leave_one_whole_result", random),
            ("a_publication_that_could_not_be_noted_is_not_lost", unnoted),
            ("sigterm_ends_in_good_order", |place| stops(place, "TERM", 143, &[])),
            ("sigint_ends_in_good_order", |place| stops(place, "INT", 130, &[])),
            ("sigterm_is_heard_while_every_thread_is_busy", |place| stops(place, "TERM", 143, &["--threads", "1"])),
            ("of_two_runs_at_once_one_wins", one_wins),
        ];
        for (check, run) in checks {
            trials.push(Trial::test(format!("killed::{name}::{check}"), move || run(&open()?)));
        }
    }
    trials.push(Trial::test("killed::bucket::a_lease_holds_until_it_runs_out", lease));
    trials.push(Trial::test("killed::bucket::who_has_lost_the_lease_publishes_nothing", overtaken));
    trials.push(Trial::test("killed::folder::a_file_that_was_being_written_is_removed", draft));
    trials
}

/// A project with tables published under the factor 1, and where they are.
struct Place {
    project: PathBuf,
    job: Option<Job>,
}

impl Place {
    fn folder() -> Result<Self, Failed> {
        let project = harness::folder("killed")?;
        let cases = harness::repository().join("tests/projects");
        harness::copy(&cases.join("base"), &project)?;
        harness::copy(&cases.join("killed"), &project)?;
        report::make(&project.join("report"))?;
        Self { project, job: None }.built()
    }

    fn bucket() -> Result<Self, Failed> {
        let job = Job::tiny("killed", "")?;
        Self { project: job.project.clone(), job: Some(job) }.built()
    }

    fn built(self) -> Result<Self, Failed> {
        self.run(&["build"])?.exits(0)?;
        self.shows(&[1])?;
        Ok(self)
    }

    fn command(&self, args: &[&str]) -> Command {
        match &self.job {
            Some(job) => job.command(args),
            None => harness::command(&self.project, args),
        }
    }

    fn run(&self, args: &[&str]) -> Result<harness::Ran, Failed> {
        match &self.job {
            Some(job) => job.run(args),
            None => harness::apportion(&self.project, args),
        }
    }

    /// A run that goes on while the trial does.
    fn start(&self, vars: &str, args: &[&str]) -> Result<Child, Failed> {
        let mut command = self.command(&[&["build", "--vars", vars], args].concat());
        Ok(command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?)
    }

    /// What readers take, in a folder with all other files of the output.
    fn files(&self) -> Result<Files, Failed> {
        let Some(job) = &self.job else { return harness::contents(&self.project.join("out")) };
        // In a bucket, replaced files stay for an hour: there would soon be hundreds of them to read.
        let mut files: Files = Vec::new();
        for (path, bytes) in job.bucket.contents("out/published_runs")? {
            files.push((format!("published_runs/{path}"), bytes));
        }
        for path in published::paths(&files)? {
            if let Some(bytes) = job.bucket.get(&format!("out/{path}"))? {
                files.push((path, bytes));
            }
        }
        Ok(files)
    }

    /// The names of all files of the output.
    fn names(&self) -> Result<Vec<String>, Failed> {
        let Some(job) = &self.job else {
            return Ok(self.files()?.into_iter().map(|(path, _)| path).collect());
        };
        let keys = job.bucket.keys("out")?.into_iter();
        Ok(keys.map(|key| key.trim_start_matches("out/").to_owned()).collect())
    }

    /// The runs whose own files are there, published or not.
    fn runs(&self) -> Result<Vec<String>, Failed> {
        let names = self.names()?;
        let below = names.iter().filter_map(|path| path.strip_prefix("runs/2024-01/"));
        let mut runs: Vec<String> = below.filter_map(|path| path.split('/').next().map(str::to_owned)).collect();
        runs.dedup();
        Ok(runs)
    }

    /// The factor of what readers see, both by the files and by `query`; fails unless it is one of `allowed`.
    fn shows(&self, allowed: &[i64]) -> Result<i64, Failed> {
        let factor = published::factor(&self.files()?)?.ok_or("nothing is published any more")?;
        if !allowed.contains(&factor) {
            return Err(format!("what readers see is of the factor {factor}, not of {allowed:?}").into());
        }
        let asked = self.run(&["query", "select sum(amount) as total from costs"])?.exits(0)?;
        asked.says(&format!("\n{}.0000000000\n", 60 * factor))?;
        Ok(factor)
    }

    /// As if the last run had been killed before it could note what it had published.
    fn forget_last_note(&self) -> Outcome {
        let names = self.names()?;
        let last = names.iter().filter(|name| name.starts_with(".apportion/history/")).max().ok_or("no note")?;
        match &self.job {
            Some(job) => job.bucket.remove(&format!("out/{last}")),
            None => Ok(std::fs::remove_file(self.project.join("out").join(last))?),
        }
    }

    /// Has the claim of a killed run end: in a bucket, time does it.
    fn time_passes(&self) -> Outcome {
        self.write_lease(chrono::Utc::now() - chrono::TimeDelta::seconds(1))
    }

    fn write_lease(&self, until: chrono::DateTime<chrono::Utc>) -> Outcome {
        let Some(job) = &self.job else { return Ok(()) };
        let lease = format!("{{\"run_id\":\"20240101T000000000Z-1\",\"until\":\"{}\"}}", until.to_rfc3339());
        job.bucket.put("out/.apportion/claims/2024-01", lease.into_bytes())
    }
}

/// Reads the log of `child` until it holds `moment`.
fn read_until(child: &mut Child, moment: &str) -> Result<String, Failed> {
    let mut log = BufReader::new(child.stderr.take().ok_or("there is no log")?);
    let mut said = String::new();
    while !said.contains(moment) {
        if log.read_line(&mut said)? == 0 {
            return Err(format!("the run ended before it could be killed\n{said}").into());
        }
    }
    child.stderr = Some(log.into_inner());
    Ok(said)
}

fn signal(child: &Child, name: &str) -> Outcome {
    let sent = Command::new("kill").args(["-s", name, &child.id().to_string()]).status()?;
    if sent.success() { Ok(()) } else { Err(format!("SIG{name} could not be sent").into()) }
}

/// Sends `signal` to `child` and waits for its end.
fn end(child: &mut Child, signal: &str) -> Result<ExitStatus, Failed> {
    let sent = Instant::now();
    let id = child.id().to_string();
    // A child that has ended already cannot be told anything; it still waits to be asked how it ended.
    Command::new("kill").args(["-s", signal, &id]).stderr(Stdio::null()).status()?;
    let status = child.wait()?;
    if sent.elapsed() > LEAVE {
        return Err(format!("after SIG{signal}, the run went on for {:?}", sent.elapsed()).into());
    }
    Ok(status)
}

/// Starts a run that would change every table, and kills it once its log holds `moment`.
fn kill_at(place: &Place, moment: &str) -> Outcome {
    let mut child = place.start("{factor: 2, slow: true}", &[])?;
    read_until(&mut child, moment)?;
    let status = end(&mut child, "KILL")?;
    if status.code().is_some() {
        return Err(format!("the run ended before it could be killed: {status}").into());
    }
    Ok(())
}

fn keeps(place: &Place, moment: &str) -> Outcome {
    // What names the tables bears the mark of whoever has claimed them last.
    let ours = [".apportion/", "runs/", "published_runs/"];
    let seen = |files: Files| -> Result<(Vec<String>, Files), Failed> {
        let named = published::paths(&files)?;
        Ok((named, files.into_iter().filter(|(path, _)| !ours.iter().any(|own| path.starts_with(own))).collect()))
    };
    let before = seen(place.files()?)?;
    kill_at(place, moment)?;
    if seen(place.files()?)? != before {
        return Err("the published tables are not the old ones".into());
    }
    place.shows(&[1]).map(drop)
}

fn recovers(place: &Place) -> Outcome {
    kill_at(place, "table costs")?;
    place.time_passes()?;
    if place.runs()?.len() != 2 {
        return Err("a killed run should have left something to remove".into());
    }
    let cleaned = place.run(&["clean"])?.exits(0)?;
    if place.runs()?.len() != 1 {
        return Err(format!("`clean` should remove what was not published, and only that\n{}", cleaned.stdout).into());
    }
    place.shows(&[1])?;
    kill_at(place, "table costs")?;
    place.time_passes()?;
    place.run(&["build", "--vars", "{factor: 2}"])?.exits(0)?;
    if place.runs()?.len() != 2 {
        return Err("the next run should remove what the killed one left".into());
    }
    place.shows(&[2]).map(drop)
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

/// The factors of the publications that can be brought back, oldest first, with their runs.
fn history(place: &Place) -> Result<Vec<(i64, String)>, Failed> {
    let ran = place.run(&["history", "--format", "json"])?.exits(0)?;
    let entries: Vec<serde_json::Value> = serde_json::from_str(&ran.stdout)?;
    let entry =
        |entry: &serde_json::Value| Some((entry["settings"]["factor"].as_i64()?, entry["run_id"].as_str()?.to_owned()));
    entries.iter().map(|found| entry(found).ok_or_else(|| format!("what is {found}?").into())).collect()
}

/// Fails unless the history ends with publications of the factors `noted`, as many as are kept.
fn remembers(place: &Place, noted: &[i64]) -> Outcome {
    let kept = &noted[noted.len().saturating_sub(5)..];
    let found: Vec<i64> = history(place)?.into_iter().map(|(factor, _)| factor).collect();
    if found == kept { Ok(()) } else { Err(format!("published were {noted:?}, and the history is {found:?}").into()) }
}

/// A run that is killed between the instant and its note: its publication is seen, and the next run notes it.
fn unnoted(place: &Place) -> Outcome {
    place.run(&["build", "--vars", "{factor: 2}"])?.exits(0)?;
    remembers(place, &[1, 2])?;
    place.forget_last_note()?;
    remembers(place, &[1, 2])?;
    place.run(&["build", "--vars", "{factor: 3}"])?.exits(0)?;
    remembers(place, &[1, 2, 3])?;
    place.run(&["rollback", "--period", "2024-01"])?.exits(0)?;
    place.shows(&[2])?;
    place.forget_last_note()?;
    place.run(&["rollback", "--period", "2024-01", &history(place)?[0].1])?.exits(0)?;
    place.shows(&[1])?;
    remembers(place, &[1, 2, 3, 2, 1])?;
    // The month is locked by whoever has settled it.
    place.forget_last_note()?;
    place.run(&["lock", "--period", "2024-01"])?.exits(0)?;
    place.run(&["unlock", "--period", "2024-01"])?.exits(0)?;
    remembers(place, &[1, 2, 3, 2, 1])
}

/// Kills runs at random instants. After each, readers find one whole result, old or new, and the next run publishes.
/// Each publication is in the history, and each that is kept can be brought back.
fn random(place: &Place) -> Outcome {
    let clock = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
    let seed = number("APPORTION_SEED").unwrap_or(u64::from(clock.subsec_nanos()));
    let kills = number("APPORTION_KILLS").unwrap_or(KILLS);
    let with_seed = |kill: u64| {
        move |failed: Failed| -> Failed {
            format!("APPORTION_SEED={seed}, kill {kill}: {}", failed.message().unwrap_or_default()).into()
        }
    };
    let mut dice = Dice(seed);
    let mut whole = Duration::from_millis(100);
    let (mut old, mut new, mut factor) = (0, 0, 1);
    let mut noted = vec![factor];
    for kill in 0..kills {
        let delay = Duration::from_micros(dice.roll(u64::try_from(whole.as_micros())? * 11 / 10));
        let signal = if dice.roll(2) == 0 { "KILL" } else { "TERM" };
        let found = random_kill(place, factor, delay, signal).map_err(with_seed(kill))?;
        if found == factor {
            old += 1
        } else {
            new += 1;
            noted.push(found);
        }
        place.time_passes()?;
        factor += 2;
        let started = Instant::now();
        let vars = format!("{{factor: {factor}}}");
        place.run(&["build", "--vars", &vars])?.exits(0).map_err(with_seed(kill))?;
        whole = started.elapsed();
        place.shows(&[factor]).map_err(with_seed(kill))?;
        noted.push(factor);
        remembers(place, &noted).map_err(with_seed(kill))?;
    }
    for (factor, run) in history(place)? {
        place.run(&["rollback", "--period", "2024-01", &run])?.exits(0).map_err(with_seed(kills))?;
        place.shows(&[factor]).map_err(with_seed(kills))?;
    }
    say(&format!(
        "APPORTION_SEED={seed}: {kills} kills, {old} left the old result, {new} the new one, 0 anything else"
    ));
    let left: Vec<String> = place.names()?.into_iter().filter(|path| path.contains('#')).collect();
    if place.runs()?.len() > 5 || !left.is_empty() {
        return Err(with_seed(kills)(format!("leftovers: {:?} {left:?}", place.runs()?).into()));
    }
    Ok(())
}

/// Kills a run of the next factor; returns the factor of what readers see then.
fn random_kill(place: &Place, factor: i64, delay: Duration, signal: &str) -> Result<i64, Failed> {
    let before = place.runs()?;
    let mut child = place.start(&format!("{{factor: {}}}", factor + 1), &[])?;
    std::thread::sleep(delay);
    let status = end(&mut child, signal)?;
    let mut said = String::new();
    child.stderr.take().ok_or("there is no log")?.read_to_string(&mut said)?;
    let found = place.shows(&[factor, factor + 1])?;
    // Before the run listens, SIGTERM ends it as it ends everybody.
    let is_expected = match (signal, status.code(), status.signal()) {
        (_, Some(0), None) => found == factor + 1,
        ("TERM", Some(143), None) => found == factor && place.runs()? == before,
        ("TERM", None, Some(15)) => found == factor,
        ("KILL", None, Some(9)) => true,
        _ => false,
    };
    if !is_expected {
        return Err(format!("after SIG{signal} the run ended with {status}, readers see {found}\n{said}").into());
    }
    Ok(found)
}

/// A signal while tables are written.
fn stops(place: &Place, signal: &str, code: i32, args: &[&str]) -> Outcome {
    let before = place.runs()?;
    let mut child = place.start("{factor: 2, slow: true}", args)?;
    let mut said = read_until(&mut child, "table costs")?;
    // The slow table is planned by then, and keeps one thread busy for many seconds.
    std::thread::sleep(Duration::from_secs(1));
    let status = end(&mut child, signal)?;
    child.stderr.take().ok_or("there is no log")?.read_to_string(&mut said)?;
    if status.code() != Some(code) || !said.contains(&format!("error: stopped by SIG{signal}\n")) {
        return Err(format!("the run ended with {status}, not with exit code {code}\n{said}").into());
    }
    place.shows(&[1])?;
    if place.runs()? != before {
        return Err(format!("the stopped run left files: {:?}", place.runs()?).into());
    }
    // Nothing has to pass: the claim was released.
    place.run(&["build", "--vars", "{factor: 3}"])?.exits(0)?;
    place.shows(&[3]).map(drop)
}

fn one_wins(place: &Place) -> Outcome {
    let mut first = place.start("{factor: 2, slow: true}", &[])?;
    read_until(&mut first, "table stg_lines")?;
    let second = place.run(&["build", "--vars", "{factor: 3}"])?.exits(75)?;
    second.says("error: another run is at work on 2024-01 in `")?;
    second.says("  hint: wait until ")?;
    let won = end(&mut first, "TERM")?.success();
    place.shows(&[if won { 2 } else { 1 }])?;
    for factor in 4..10 {
        let vars = |factor: i64| format!("{{factor: {factor}}}");
        let mut other = place.start(&vars(100 + factor), &[])?;
        let ran = place.run(&["build", "--vars", &vars(factor)])?;
        let status = other.wait()?;
        let won: Vec<i64> = [(ran.code, factor), (status.code(), 100 + factor)]
            .into_iter()
            .filter_map(|(code, factor)| (code == Some(0)).then_some(factor))
            .collect();
        if won.is_empty() || [ran.code, status.code()].iter().any(|code| !matches!(code, Some(0 | 75))) {
            return Err(format!("both runs should not fail: {status}\n{}", ran.stderr).into());
        }
        place.shows(&won)?;
    }
    Ok(())
}

fn lease() -> Outcome {
    let place = Place::bucket()?;
    kill_at(&place, "table stg_lines")?;
    let refused = place.run(&["build", "--vars", "{factor: 2}"])?.exits(75)?;
    refused.says("error: another run is at work on 2024-01 in `s3://")?;
    place.write_lease(chrono::Utc::now() + chrono::TimeDelta::seconds(40))?;
    let refused = place.run(&["build", "--vars", "{factor: 2}"])?.exits(75)?;
    refused.says("wait until `20240101T000000000Z-1` has ended, or until ")?;
    place.shows(&[1])?;
    place.time_passes()?;
    place.run(&["build", "--vars", "{factor: 2}"])?.exits(0)?;
    place.shows(&[2]).map(drop)
}

/// A run that stands still until its lease has run out, and goes on when another has published.
fn overtaken() -> Outcome {
    let place = Place::bucket()?;
    for (moment, attempt) in ["file of the report", "table stg_lines", "table costs"].into_iter().zip(0..) {
        let (old, late, new) = (1 + 3 * attempt, 2 + 3 * attempt, 4 + 3 * attempt);
        let mut first = place.start(&format!("{{factor: {late}}}"), &[])?;
        read_until(&mut first, moment)?;
        signal(&first, "STOP")?;
        if place.shows(&[old, late])? == late {
            // It was too quick to be held.
            signal(&first, "CONT")?;
            first.wait()?;
            place.time_passes()?;
            place.run(&["build", "--vars", &format!("{{factor: {new}}}")])?.exits(0)?;
            continue;
        }
        place.time_passes()?;
        place.run(&["build", "--vars", &format!("{{factor: {new}}}")])?.exits(0)?;
        signal(&first, "CONT")?;
        let status = first.wait()?;
        let mut said = String::new();
        first.stderr.take().ok_or("there is no log")?.read_to_string(&mut said)?;
        if status.code() != Some(75) || !said.contains("nothing was published by this run") {
            return Err(format!("the run that was overtaken ended with {status}\n{said}").into());
        }
        place.shows(&[new])?;
        published::tables(&place.job.as_ref().ok_or("no bucket")?.bucket.contents("out")?)?;
    }
    Ok(())
}

/// A file that was being written when its run was killed has a name that no list shows.
fn draft() -> Outcome {
    let place = Place::folder()?;
    let folder = place.project.join("out/runs/2024-01/20240101T000000000Z-1/costs/1");
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join("00000.parquet#1"), "half")?;
    let published = place.project.join("out/published_runs/billing_period=2024-01/data.parquet#1");
    std::fs::write(&published, "half")?;
    let noted = place.project.join("out/.apportion/history/2024-01/1-20240101T000000000Z-1.parquet#1");
    std::fs::write(&noted, "half")?;
    let of_another = place.project.join("out/published_runs/billing_period=2024-02/data.parquet#1");
    std::fs::create_dir_all(of_another.parent().ok_or("a file has a folder")?)?;
    std::fs::write(&of_another, "half")?;
    place.run(&["build", "--vars", "{factor: 2}"])?.exits(0)?;
    if folder.exists() || published.exists() || noted.exists() {
        return Err("the next run should remove what the killed one was writing".into());
    }
    if !of_another.exists() {
        return Err("what another period's run is writing should be left alone".into());
    }
    place.shows(&[2]).map(drop)
}
