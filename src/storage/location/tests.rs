//! Places: how they are named, what lies below them, and whose fault it is if a store says no.

use proptest::prelude::*;
use proptest::prop_assert_eq;

use super::*;
use crate::common::error::ErrorKind;
use crate::storage::{causes, cure};
use crate::testing::holds;

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(future)
}

fn open(name: &str) -> Result<Location> {
    block_on(Location::open(name, FilePath::new("/base"), &S3Options::default()))
}

fn bucket(name: &str) -> Location {
    let options = S3Options { region: Some("eu-west-1".to_owned()), ..S3Options::default() };
    block_on(Location::open(name, FilePath::new("/base"), &options)).unwrap_or_else(|error| panic!("{error}"))
}

fn error_of(words: &str) -> object_store::Error {
    object_store::Error::Generic { store: "S3", source: words.to_owned().into() }
}

#[test]
fn folders_are_relative_to_the_base_and_dots_go_away() {
    let prefix = |name: &str| open(name).unwrap().prefix.to_string();
    assert_eq!(prefix("report"), "base/report");
    assert_eq!(prefix("./a/../report/"), "base/report");
    assert_eq!(prefix("/other"), "other");
    assert_eq!(prefix("file:///other/x"), "other/x");
    assert_eq!(prefix("."), "base");
    assert_eq!(prefix("/"), "");
    assert_eq!(prefix("größe und %20 #x"), "base/größe und %20 #x");
}

#[test]
fn stores_of_other_kinds_and_places_that_are_none_are_refused() {
    for name in ["gs://bucket/x", "http://host/x", "://x", "s3://", "s3:///x", "s3://a b/x"] {
        assert_eq!(open(name).unwrap_err().kind(), ErrorKind::User, "{name}");
    }
}

#[test]
fn a_bucket_is_named_with_its_prefix() {
    for name in ["s3://bucket/a/b", "s3://bucket/a/b/", "s3a://bucket/a/b"] {
        let location = bucket(name);
        assert_eq!((location.prefix.as_ref(), location.root.as_str(), location.is_s3()), ("a/b", "s3://bucket/", true));
    }
    assert_eq!(bucket("s3://bucket").prefix.as_ref(), "");
}

#[test]
fn objects_are_shown_as_the_user_would_write_them() {
    for (name, shown) in [("s3://bucket/a/", "s3://bucket/a/x/y.parquet"), ("s3://bucket", "s3://bucket/x/y.parquet")] {
        let location = bucket(name);
        assert_eq!(location.at("x/y.parquet"), shown);
        assert_eq!(location.at("/x//y.parquet/"), shown);
    }
    let folder = open("report").unwrap();
    assert_eq!(folder.display(&folder.path("x/y")), "report/x/y");
    assert_eq!(folder.at(""), "report/");
    assert_eq!(open("/").unwrap().at("x"), "/x");
}

#[test]
fn what_is_put_is_got_listed_copied_and_removed() {
    let folder = tempfile::tempdir().unwrap();
    block_on(async {
        let here = Location::open("in here", folder.path(), &S3Options::default()).await.unwrap();
        assert!(here.get("a/x").await.unwrap().is_none());
        assert_eq!(here.list("").await.unwrap().len(), 0);
        here.put("a/x", "one".into()).await.unwrap();
        here.put("a/b/y", "two".into()).await.unwrap();
        here.put("ab/z", "three".into()).await.unwrap();
        let names: Vec<String> =
            here.list("a").await.unwrap().iter().map(|object| here.display(&object.location)).collect();
        assert_eq!(names, ["in here/a/b/y", "in here/a/x"], "and not what only begins alike");
        here.copy("a/x", "c/x").await.unwrap();
        assert_eq!(here.get("c/x").await.unwrap().map(|(bytes, _)| bytes), Some("one".into()));
        assert!(here.check("c/x").await.is_ok() && here.check("c/y").await.is_err());
        assert_eq!(here.remove("a").await.unwrap(), 2);
        assert!(!folder.path().join("in here/a").exists(), "an empty folder goes, too");
        assert_eq!(here.list("").await.unwrap().len(), 2);
        assert_eq!(here.remove("nowhere").await.unwrap(), 0);
    });
}

#[test]
fn a_folder_may_be_called_whatever_the_file_system_allows() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["größe 😀", "a#b", "a%20b", "a%b", "a?b", "a~b", "a'b", "[a]", "a=b", "a+b&c"] {
        block_on(async {
            let here = Location::open(name, folder.path(), &S3Options::default()).await.unwrap();
            here.put("x/y.txt", "text".into()).await.unwrap();
            let expected = folder.path().join(name).join("x/y.txt");
            assert!(expected.exists(), "{name}");
            assert_eq!(here.file("x/y.txt").unwrap(), Some(expected.clone()), "{name}");
            assert_eq!(here.get("x/y.txt").await.unwrap().map(|(bytes, _)| bytes), Some("text".into()), "{name}");
            assert_eq!(here.list("").await.unwrap().len(), 1, "{name}");
            assert_eq!(here.remove("").await.unwrap(), 1, "{name}");
            assert!(!expected.exists(), "{name}");
        });
    }
}

#[test]
fn a_path_below_is_the_same_however_its_slashes_stand() {
    let location = bucket("s3://bucket/a");
    holds("(/{0,2}[a-z0-9._=-]{1,5}){1,4}/{0,2}", |below| {
        let parts: Vec<&str> = below.split('/').filter(|part| !part.is_empty()).collect();
        prop_assume!(parts.iter().all(|part| *part != "." && *part != ".."));
        prop_assert_eq!(location.path(&below), location.path(&parts.join("/")));
        prop_assert_eq!(location.at(&below), format!("s3://bucket/a/{}", parts.join("/")));
        Ok(())
    });
}

#[test]
fn drafts_of_killed_processes_are_removed_where_they_are_ours() {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str| {
        let full = folder.path().join(path);
        std::fs::create_dir_all(full.parent().unwrap()).unwrap();
        std::fs::write(full, "x").unwrap();
    };
    for path in ["runs/a/00000.parquet#1", "runs/b/00000.parquet#1", "runs/a/00000.parquet", "other/x.parquet#2"] {
        write(path);
    }
    let here =
        block_on(Location::open(folder.path().to_str().unwrap(), FilePath::new("/"), &S3Options::default())).unwrap();
    here.remove_drafts("runs", |folder| folder == FilePath::new("a"));
    let left = |path: &str| folder.path().join(path).exists();
    assert!(!left("runs/a/00000.parquet#1") && left("runs/b/00000.parquet#1"));
    assert!(left("runs/a/00000.parquet") && left("other/x.parquet#2"));
}

#[test]
fn what_may_pass_is_for_later_and_what_somebody_must_mend_is_not() {
    let location = bucket("s3://bucket/a");
    let kind = |error: &object_store::Error| location.refused(Access::Read, &location.path("x"), error).kind();
    for words in ["SlowDown", "operation timed out", "connection reset", "500 Internal Server Error"] {
        assert_eq!(kind(&error_of(words)), ErrorKind::Later, "{words}");
    }
    for words in [
        "NoSuchBucket",
        "ExpiredToken",
        "AccessDenied",
        "SignatureDoesNotMatch",
        "InvalidAccessKeyId",
        "Received redirect",
    ] {
        assert_eq!(kind(&error_of(words)), ErrorKind::Environment, "{words}");
    }
    let folder = open("/x").unwrap();
    assert_eq!(folder.refused(Access::Read, &folder.path("y"), &error_of("anything")).kind(), ErrorKind::Environment);
}

#[test]
fn rights_that_are_missing_are_named_as_iam_names_them() {
    let location = bucket("s3://bucket/a/b");
    let hint = |access| location.refused(access, &location.path("x"), &error_of("AccessDenied")).hints().join(" ");
    assert!(hint(Access::List).contains("`s3:ListBucket` on `arn:aws:s3:::bucket`"));
    assert!(hint(Access::Read).contains("`s3:GetObject` on `arn:aws:s3:::bucket/a/b/*`"));
    assert!(hint(Access::Write).contains("`s3:PutObject`") && hint(Access::Remove).contains("`s3:DeleteObject`"));
    assert!(
        bucket("s3://bucket").refused(Access::Read, &Path::from("x"), &error_of("AccessDenied")).hints()[0]
            .contains(":::bucket/*`")
    );
}

#[test]
fn what_can_be_done_depends_on_the_fault() {
    assert!(cure("SlowDown: please").contains("max_retries") && cure("status 503").contains("max_retries"));
    assert!(cure("request timed out").contains("request_timeout"));
    assert!(!cure("connection reset").contains("max_retries"));
}

#[test]
fn each_cause_is_told_once() {
    #[derive(Debug)]
    struct Layer(&'static str, Option<Box<Layer>>);
    impl std::fmt::Display for Layer {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str(self.0)
        }
    }
    impl std::error::Error for Layer {
        fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
            self.1.as_deref().map(|layer| layer as _)
        }
    }
    let error = Layer("outer: middle", Some(Box::new(Layer("middle", Some(Box::new(Layer("inner", None)))))));
    assert_eq!(causes(&error), "outer: middle: inner");
}
