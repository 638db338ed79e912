//! `deploy/iam-policy.json` is all that the job needs, and nothing less: a server that enforces policies runs the job
//! under it, and under it less one right.

use std::net::SocketAddr;

use libtest_mimic::{Failed, Trial};
use serde_json::{Value, json};

use super::bucket::Bucket;
use super::job::Job;
use super::round_trip::publishes;
use super::server::{self, ask};
use crate::harness::{self, Outcome};

/// Requests that a server answers before it enforces anything.
const FREE: usize = 1_000_000;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        Trial::test("s3::policy::is_enough_and_each_right_is_needed", is_enough),
        Trial::test("s3::policy::names_every_action_once", names_actions),
    ]
}

/// The policy for a report and results in `bucket`.
fn policy(bucket: &str) -> Result<Value, Failed> {
    let text = std::fs::read_to_string(harness::repository().join("deploy/iam-policy.json"))?;
    let text = text.replace("REPORT_BUCKET", bucket).replace("REPORT_PREFIX", "report");
    Ok(serde_json::from_str(&text.replace("RESULTS_BUCKET", bucket).replace("RESULTS_PREFIX", "out"))?)
}

/// The policy without `action` on what lies below `folder`, or on the listing of it.
fn without(policy: &Value, action: &str, folder: &str) -> Value {
    let mut policy = policy.clone();
    let Some(statements) = policy["Statement"].as_array_mut() else { return policy };
    for statement in statements.iter_mut() {
        if statement.to_string().contains(&format!("{folder}/*")) {
            let actions = match &statement["Action"] {
                Value::Array(actions) => actions.clone(),
                one => vec![one.clone()],
            };
            statement["Action"] = actions.into_iter().filter(|one| *one != action).collect();
        }
    }
    statements.retain(|statement| statement["Action"].as_array().is_none_or(|actions| !actions.is_empty()));
    policy
}

/// One request to IAM; returns the answer.
fn iam(server: SocketAddr, action: &str, more: &[(&str, &str)]) -> Result<String, Failed> {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair("Action", action).append_pair("Version", "2010-05-08").append_pair("UserName", "job");
    form.extend_pairs(more);
    let headers = "Content-Type: application/x-www-form-urlencoded\r\nAuthorization: AWS4-HMAC-SHA256 \
                   Credential=AKIAX/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=x\r\n";
    ask(server, "POST /", headers, &form.finish())
}

/// Sets what the user may do, and has it enforced.
fn enforce(server: SocketAddr, policy: &Value) -> Outcome {
    free(server, FREE)?;
    let mut policy = policy.clone();
    if policy.to_string().contains("s3:DeleteObject") {
        // AWS asks for this right object by object, this server for the bucket if several are removed in one request.
        let bucket = json!({ "Effect": "Allow", "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::*" });
        policy["Statement"].as_array_mut().ok_or("there are no statements")?.push(bucket);
    }
    let document = policy.to_string();
    iam(server, "PutUserPolicy", &[("PolicyName", "job"), ("PolicyDocument", &document)])?;
    free(server, 0)
}

fn free(server: SocketAddr, requests: usize) -> Outcome {
    ask(server, "POST /moto-api/reset-auth", "", &requests.to_string()).map(drop)
}

fn is_enough() -> Outcome {
    let server = server::with_policies(FREE)?;
    iam(server, "CreateUser", &[])?;
    let keys = iam(server, "CreateAccessKey", &[])?;
    let word = |name: &str| {
        let found = keys.split(&format!("<{name}>")).nth(1).and_then(|rest| rest.split('<').next());
        found.ok_or_else(|| Failed::from(format!("no {name} in {keys}")))
    };
    let job = Job::tiny_in(Bucket::on(server)?, "policy", "max_retries: 1")?
        .with("AWS_ACCESS_KEY_ID", word("AccessKeyId")?)
        .with("AWS_SECRET_ACCESS_KEY", word("SecretAccessKey")?)
        .with("AWS_SESSION_TOKEN", "");
    let policy = policy(&job.bucket.name)?;
    for factor in 1..4 {
        enforce(server, &policy)?;
        job.run(&["build", "--vars", &format!("{{factor: {factor}}}")])?.exits(0)?;
        job.run(&["debug"])?.exits(0)?;
        free(server, FREE)?;
        publishes(&job, factor)?;
    }
    let rights = [
        ("s3:ListBucket", "report", "build"),
        ("s3:GetObject", "report", "build"),
        ("s3:GetObject", "out", "build"),
        ("s3:PutObject", "out", "build"),
        ("s3:DeleteObject", "out", "debug"),
    ];
    for (action, folder, command) in rights {
        let mut less = without(&policy, action, folder);
        if action == "s3:ListBucket" {
            // Both listings are of the same bucket here, and the server knows no conditions.
            less = without(&less, action, "out");
        }
        enforce(server, &less)?;
        let missing = |failed: Failed| -> Failed {
            format!("without {action} on {folder}: {}", failed.message().unwrap_or_default()).into()
        };
        let ran = job.run(&[command, "--vars", "{factor: 9}"])?.exits(2).map_err(missing)?;
        ran.says(&format!("allow `{action}` on `arn:aws:s3:::{}", job.bucket.name)).map_err(missing)?;
        free(server, FREE)?;
        publishes(&job, 3).map_err(missing)?;
    }
    Ok(())
}

fn names_actions() -> Outcome {
    let policy = policy("b")?;
    let statements = policy["Statement"].as_array().ok_or("there are no statements")?;
    let found: Vec<Value> =
        statements.iter().map(|one| json!([one["Action"], one["Resource"], one["Condition"]])).collect();
    let wanted = vec![
        json!(["s3:ListBucket", "arn:aws:s3:::b", { "StringLike": { "s3:prefix": ["report/*"] } }]),
        json!(["s3:GetObject", "arn:aws:s3:::b/report/*", null]),
        json!(["s3:ListBucket", "arn:aws:s3:::b", { "StringLikeIfExists": { "s3:prefix": ["out/*"] } }]),
        json!([
            ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"],
            "arn:aws:s3:::b/out/*",
            null
        ]),
    ];
    if found == wanted { Ok(()) } else { Err(format!("other rights are given: {found:?}").into()) }
}
