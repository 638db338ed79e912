//! What networks and busy services do: passing faults cost time only; lasting ones end the run with what, where and the
//! cure, and readers keep what they had.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use libtest_mimic::{Failed, Trial};

use super::job::Job;
use super::proxy::{Fault, Proxy, kinds};
use super::round_trip::publishes;
use crate::harness::{Outcome, say};

const SLOW_DOWN: Fault = Fault::Refused(503, "SlowDown");
const INTERNAL: Fault = Fault::Refused(500, "InternalError");
/// Longer than `request_timeout` in `LASTING`.
const TOO_SLOW: Fault = Fault::Slow(Duration::from_secs(3));
const SLOW: Fault = Fault::Slow(Duration::from_millis(300));

/// Faults by name.
const PASSING: [(&str, Fault); 6] = [
    ("slow_down", SLOW_DOWN),
    ("internal_error", INTERNAL),
    ("reset", Fault::Reset),
    ("truncated", Fault::Truncated),
    ("stalled", Fault::Stalled),
    ("slow", SLOW),
];
const LASTING: [(&str, Fault); 6] = [
    ("slow_down", SLOW_DOWN),
    ("internal_error", INTERNAL),
    ("reset", Fault::Reset),
    ("truncated", Fault::Truncated),
    ("stalled", Fault::Stalled),
    ("too_slow", TOO_SLOW),
];
/// What a run does, with how an error names it.
const KINDS: [(&str, &str); 7] = [
    ("list", "cannot list `s3://"),
    ("claim", "cannot write `s3://"),
    ("read what is published", "cannot read `s3://"),
    ("read the report", "cannot read `s3://"),
    ("write", "cannot write `s3://"),
    ("copy", "cannot write `s3://"),
    ("publish", "cannot write `s3://"),
];

/// One trial for each fault, passing and lasting, and for what is not asked again at once.
pub(crate) fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    for (name, fault) in PASSING {
        trials.push(Trial::test(format!("s3::faults::passing_{name}_costs_time_only"), move || passes(fault)));
    }
    for (name, fault) in LASTING {
        trials.push(Trial::test(format!("s3::faults::lasting_{name}_is_said"), move || lasts(fault)));
    }
    trials.push(Trial::test("s3::faults::expired_credentials_are_said", expired));
    trials.push(Trial::test("s3::faults::expired_credentials_are_renewed", renewed));
    trials.push(Trial::test("s3::faults::a_missing_right_is_named", denied));
    trials.push(Trial::test("s3::faults::encryption_and_requester_pays_are_asked_for", headers));
    trials
}

/// A job behind a proxy, with factor 1 published before.
fn behind_proxy(name: &str, s3: &str) -> Result<(Job, Proxy), Failed> {
    let job = Job::tiny(name, s3)?;
    let proxy = Proxy::before(job.bucket.server)?;
    job.run(&["build"])?.exits(0)?;
    Ok((job.by(&proxy.url()), proxy))
}

/// The first two requests of each kind fail.
fn passes(fault: Fault) -> Outcome {
    let (job, proxy) = behind_proxy("passing", "max_retries: 6, request_timeout: 2")?;
    proxy.spoil(move |_, earlier| (earlier < 2).then_some(fault));
    let ran = job.run(&["build", "--vars", "{factor: 2}", "--log-level", "debug"])?.exits(0)?;
    // What only comes slowly is not asked for again.
    if !matches!(fault, Fault::Slow(_)) {
        ran.says("debug: ")?;
    }
    publishes(&job, 2)?;
    let (spoiled, seen) = (proxy.spoiled(), kinds(&proxy.seen()));
    say(&format!("{fault:?}: {spoiled} faults among {seen:?}"));
    if KINDS.iter().any(|(kind, _)| !seen.contains_key(kind)) || spoiled < 2 * KINDS.len() {
        return Err(format!("some requests were not spoiled: {seen:?}").into());
    }
    Ok(())
}

/// All requests of one kind fail, for each kind.
fn lasts(fault: Fault) -> Outcome {
    let (job, proxy) = behind_proxy("lasting", "max_retries: 1, request_timeout: 1")?;
    let has_body = |kind: &str| ["list", "read what is published", "read the report", "copy"].contains(&kind);
    for (kind, words) in KINDS {
        if fault == TOO_SLOW && !has_body(kind) {
            continue;
        }
        // The first write of what is published is the mark of a claim, the second the instant.
        let is_meant = move |earlier: usize| kind != "publish" || earlier > 0;
        proxy.spoil(move |request, earlier| (request.kind() == kind && is_meant(earlier)).then_some(fault));
        let in_kind = |failed: Failed| -> Failed { format!("{kind}: {}", failed.message().unwrap_or_default()).into() };
        let ran = job.run(&["build", "--vars", "{factor: 2}"])?;
        if kind == "publish" && fault.is_let_through() {
            // The one request that matters was heard, though no answer came back: what is there tells.
            ran.exits(0).map_err(in_kind)?;
            publishes(&job, 2).map_err(in_kind)?;
            continue;
        }
        let ran = ran.exits(75).map_err(in_kind)?;
        ran.says(words).and_then(|()| ran.says("  hint: ")).map_err(in_kind)?;
        say(&format!("{fault:?} {kind}: {} faults\n{}", proxy.spoiled(), ran.stderr));
        publishes(&job, 1).map_err(in_kind)?;
        release(&job)?;
    }
    proxy.spoil(|_, _| None);
    job.run(&["build", "--vars", "{factor: 3}"])?.exits(0)?;
    publishes(&job, 3)
}

/// Removes a claim that could not be released, as time would.
fn release(job: &Job) -> Outcome {
    for key in job.bucket.keys("out/.apportion/claims")? {
        job.bucket.put(&key, br#"{"run_id":"gone","until":"2020-01-01T00:00:00Z"}"#.to_vec())?;
    }
    Ok(())
}

fn expired() -> Outcome {
    for status in [400, 403] {
        let (job, proxy) = behind_proxy("expired", "")?;
        proxy.spoil(move |_, earlier| (earlier > 0).then_some(Fault::Refused(status, "ExpiredToken")));
        let ran = job.run(&["build", "--vars", "{factor: 2}"])?.exits(2)?;
        ran.says("the credentials have expired: get new ones and run again")?;
        publishes(&job, 1)?;
    }
    Ok(())
}

/// A process gives credentials of which only the newest are taken.
fn renewed() -> Outcome {
    let (job, proxy) = behind_proxy("renewed", "profile: rolling")?;
    let (script, count, config) =
        (job.project.join("credentials.sh"), job.project.join("count"), job.project.join("aws-config"));
    std::fs::write(&count, "")?;
    let text = format!(
        "printf x >> {0}\nprintf '{{\"Version\": 1, \"AccessKeyId\": \"AKIAROLLING\", \"SecretAccessKey\": \
         \"{1}\", \"SessionToken\": \"{2}%s\"}}' $(wc -c < {0})\n",
        count.display(),
        super::job::SECRET,
        super::job::TOKEN
    );
    std::fs::write(&script, text)?;
    std::fs::write(&config, format!("[profile rolling]\ncredential_process = sh {}\n", script.display()))?;
    let job = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"]
        .into_iter()
        .fold(job, |job, name| job.with(name, ""))
        .with("AWS_CONFIG_FILE", &config.display().to_string());
    for (factor, (kind, _)) in (2..).zip(KINDS) {
        // The token of the first request of this kind is not taken.
        let expired = Mutex::new(None);
        proxy.spoil(move |request, _| {
            let token = request.headers.lines().find(|line| line.starts_with("x-amz-security-token:"))?;
            let mut expired = expired.lock().unwrap_or_else(PoisonError::into_inner);
            let is_refused = request.kind() == kind && expired.get_or_insert_with(|| token.to_owned()) == token;
            is_refused.then_some(Fault::Refused(400, "ExpiredToken"))
        });
        let vars = format!("{{factor: {factor}}}");
        job.run(&["build", "--vars", &vars])?.exits(0)?;
        publishes(&job, factor)?;
        if proxy.spoiled() == 0 {
            return Err(format!("no request to {kind} was refused").into());
        }
    }
    Ok(())
}

fn denied() -> Outcome {
    let (job, proxy) = behind_proxy("denied", "")?;
    let rights = [
        ("list", "s3:ListBucket"),
        ("read the report", "s3:GetObject"),
        ("write", "s3:PutObject"),
        ("remove", "s3:DeleteObject"),
    ];
    for (kind, right) in rights {
        let refused = move |request: &super::proxy::Request, _| {
            (request.kind() == kind).then_some(Fault::Refused(403, "AccessDenied"))
        };
        proxy.spoil(refused);
        let ran = job.run(&["debug"])?.exits(2)?;
        ran.says(&format!("allow `{right}` on `arn:aws:s3:::{}", job.bucket.name))?;
    }
    Ok(())
}

fn headers() -> Outcome {
    let keys = "encryption: sse-kms, kms_key_id: 'arn:aws:kms:us-east-1:111122223333:key/k1', requester_pays: true";
    let (job, proxy) = behind_proxy("headers", keys)?;
    job.run(&["build", "--vars", "{factor: 2}"])?.exits(0)?;
    publishes(&job, 2)?;
    let key = "x-amz-server-side-encryption-aws-kms-key-id: arn:aws:kms:us-east-1:111122223333:key/k1";
    for request in proxy.seen() {
        let has = |header: &str| request.headers.lines().any(|line| line == header);
        let is_encrypted = has("x-amz-server-side-encryption: aws:kms") && has(key);
        if request.method == "PUT" && !is_encrypted {
            return Err(
                format!("{} {} is not to be encrypted\n{}", request.method, request.target, request.headers).into()
            );
        }
        if !has("x-amz-request-payer: requester") {
            return Err(format!("{} {} is not paid for\n{}", request.method, request.target, request.headers).into());
        }
    }
    Ok(())
}
