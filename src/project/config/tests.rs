//! `config.yaml`: what it may say, and where it is wrong.

use super::*;
use crate::common::error::ErrorKind;
use crate::testing::{CONFIG, file, place, places, write};

fn config(text: &str) -> Result<Config> {
    let file = file(FILE, text);
    Config::of(&file, &yaml::read(&file)?)
}

fn wrong(text: &str) -> Vec<(usize, usize)> {
    let error = config(text).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::User);
    places(&error).into_iter().map(|(_, line, column)| (line, column)).collect()
}

/// A target that says `text` besides.
fn target_of(text: &str) -> String {
    format!("name: tiny\ntarget: t\ntargets:\n  t:\n    source: in\n    output: out\n    {text}\n")
}

#[test]
fn what_is_not_said_is_as_by_default() {
    let config = config(CONFIG).unwrap();
    let target = config.target("local").unwrap();
    assert_eq!((config.name.as_str(), config.layers.len(), config.vars.len()), ("tiny", 0, 0));
    assert_eq!((target.source.as_str(), target.output.as_str()), ("report", "out"));
    assert_eq!((target.dialect, target.folders, target.publish), (Dialect::DataFusion, Folders::Apart, Publish::Whole));
    assert_eq!((target.threads, &target.memory_limit), (None, &None));
    assert_eq!(target.s3, S3Options::default());
}

#[test]
fn all_that_a_target_may_say_is_read() {
    let s3 = "s3: {region: r, endpoint: e, path_style: true, profile: p, encryption: sse-kms, kms_key_id: k, \
              requester_pays: true, max_retries: 0, request_timeout: 5}";
    let text = target_of(&format!(
        "type: athena\n    threads: 2\n    memory_limit: 2GB\n    folders: together\n    publish: by_payer\n    {s3}"
    ));
    let config = config(&text).unwrap();
    let target = config.target("t").unwrap();
    assert_eq!((target.dialect, target.folders), (Dialect::Athena, Folders::Together));
    assert_eq!((target.publish, target.threads), (Publish::ByPayer, Some(2)));
    assert_eq!(target.memory_limit.as_deref(), Some("2GB"));
    let options = &target.s3;
    assert_eq!(
        (options.encryption, options.path_style, options.max_retries),
        (Some(Encryption::Kms), Some(true), Some(0))
    );
    assert_eq!((options.requester_pays, options.request_timeout), (true, Some(5)));
}

#[test]
fn settings_keep_their_digits_and_their_order() {
    let config = config(&format!("{CONFIG}vars: {{z: 0.10, a: 1e-7}}\nlayers: [staging, results]\n")).unwrap();
    assert_eq!(serde_json::to_string(&config.vars).unwrap(), r#"{"z":0.10,"a":1e-7}"#);
    assert_eq!(config.layers, ["staging", "results"]);
}

#[test]
fn a_key_that_nobody_reads_is_pointed_at_wherever_it_is() {
    assert_eq!(wrong(&format!("{CONFIG}var: {{}}\n")), [(5, 1)]);
    assert_eq!(wrong(&target_of("thread: 2")), [(7, 5)]);
    assert_eq!(wrong(&target_of("s3: {regoin: x}")), [(7, 10)]);
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    assert_eq!(wrong(&target_of("threads: many\n    folders: apart,\n    type: spark")), [(9, 11), (7, 14), (8, 14)]);
}

#[test]
fn an_empty_file_lacks_a_name_and_a_target() {
    assert_eq!(wrong(""), [(1, 1), (1, 1)]);
}

#[test]
fn a_name_is_one_that_sql_takes_as_a_schema() {
    for name in ["Tiny", "ti-ny", "'ti ny'", "tïny", "'a.b'", "''", "'1a'", "'2024'"] {
        assert_eq!(wrong(&CONFIG.replace("tiny", name)).len(), 1, "{name}");
    }
    for name in ["tiny_2", "_tiny", "t"] {
        assert!(config(&CONFIG.replace("tiny", name)).is_ok(), "{name}");
    }
    assert_eq!(wrong(&CONFIG.replace("tiny", "Tiny")), [(1, 7)]);
}

#[test]
fn a_target_that_is_not_there_is_pointed_at() {
    let error = config(&CONFIG.replace("target: local", "target: locale")).unwrap_err();
    assert_eq!(place(&error), (2, 9));
    assert!(error.hints().iter().any(|hint| hint.contains("`local`")), "{error}");
}

#[test]
fn a_folder_without_settings_is_no_project() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(Config::read(folder.path()).unwrap_err().kind(), ErrorKind::User);
    write(folder.path(), &[(FILE, CONFIG)]);
    assert_eq!(Config::read(folder.path()).unwrap().name, "tiny");
}
