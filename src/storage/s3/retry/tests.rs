//! Which requests are sent again, and how often.

use std::sync::atomic::{AtomicUsize, Ordering};

use object_store::aws::AmazonS3Builder;

use super::*;

fn retry(max_retries: usize) -> Retry {
    let store = AmazonS3Builder::new()
        .with_bucket_name("b")
        .with_region("r")
        .with_access_key_id("k")
        .with_secret_access_key("s");
    Retry::new(store.build().unwrap(), None, max_retries)
}

fn http(kind: HttpErrorKind) -> Error {
    let source = HttpError::new(kind, std::io::Error::other("broke"));
    Error::Generic { store: "S3", source: Box::new(source) }
}

fn plain(words: &str) -> Error {
    Error::Generic { store: "S3", source: words.to_owned().into() }
}

/// How often a request is sent that fails with `error` each time.
fn sent(max_retries: usize, may_pass: fn(&Error) -> bool, error: fn() -> Error) -> usize {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let count = AtomicUsize::new(0);
    let ended: Result<()> = runtime.block_on(retry(max_retries).ask(may_pass, || {
        count.fetch_add(1, Ordering::Relaxed);
        async { Err(error()) }
    }));
    assert!(ended.is_err());
    count.into_inner()
}

#[test]
fn an_answer_is_lost_if_the_request_may_have_arrived() {
    for kind in [HttpErrorKind::Timeout, HttpErrorKind::Interrupted, HttpErrorKind::Decode, HttpErrorKind::Request] {
        assert!(is_lost(&http(kind)), "{kind:?}");
    }
    assert!(!is_lost(&http(HttpErrorKind::Connect)));
    assert!(!is_lost(&plain("anything")));
}

#[test]
fn an_answer_is_lost_however_deeply_its_error_is_wrapped() {
    let wrapped = Error::Generic { store: "S3", source: Box::new(http(HttpErrorKind::Timeout)) };
    assert!(is_lost(&wrapped));
}

#[test]
fn credentials_have_expired_if_the_answer_says_so() {
    assert!(is_expired(&plain("<Code>ExpiredToken</Code>")));
    assert!(!is_expired(&plain("AccessDenied")));
}

#[test]
fn what_is_lost_is_asked_again_and_no_more_often_than_allowed() {
    assert_eq!(sent(1, is_lost, || http(HttpErrorKind::Timeout)), 2);
    assert_eq!(sent(0, is_lost, || http(HttpErrorKind::Timeout)), 1);
}

#[test]
fn what_cannot_pass_is_asked_once() {
    assert_eq!(sent(3, never, || http(HttpErrorKind::Timeout)), 1);
    assert_eq!(sent(3, is_lost, || plain("AccessDenied")), 1);
    assert_eq!(sent(3, is_lost, || http(HttpErrorKind::Connect)), 1);
}

#[test]
fn what_was_asked_as_often_as_allowed_is_not_asked_again() {
    let often = || {
        let source = HttpError::new(HttpErrorKind::Timeout, std::io::Error::other("broke, after 3 retries"));
        Error::Generic { store: "S3", source: Box::new(source) }
    };
    let said = retry(3).was_asked_often(&often());
    assert!(said, "{}", often());
    assert_eq!(sent(3, is_lost, often), 1);
}

#[test]
fn pauses_are_shared_out() {
    let chances: Vec<f64> = (0..50).map(|_| chance()).collect();
    assert!(chances.iter().all(|chance| (0.0..=1.0).contains(chance)));
    assert!(chances.iter().any(|chance| *chance < 0.5) && chances.iter().any(|chance| *chance > 0.5));
}
