use chrono::TimeZone;

use super::*;
use crate::commands::statements::paper::mark;
use crate::common::s3::S3Options;

fn paper() -> Paper {
    Paper { period: "2026-10".parse().unwrap(), customer: "Niño & Co.".to_owned(), revision: 2 }
}

fn at(minute: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 3, 9, minute, 0).unwrap()
}

fn claim(number: u64, minute: u32) -> Claim {
    Claim {
        customer: paper().customer,
        delivery: paper().delivery(number, 42),
        run_id: "run".to_owned(),
        at: at(minute),
        to: vec!["a@x.example.com".to_owned()],
        subject: "s".to_owned(),
        files: Vec::new(),
        sha256: String::new(),
    }
}

fn ending(ended: Ended) -> Ending {
    Ending { ended, at: at(1), message_id: None, reason: None, by: None }
}

fn notice(kind: NoticeKind) -> Notice {
    Notice {
        kind,
        delivery: paper().delivery(1, 42),
        message_id: "m".to_owned(),
        at: "2026-11-03T09:00:00.000Z".to_owned(),
        addresses: vec!["A@x.example.com".to_owned()],
        is_permanent: kind == NoticeKind::Bounced,
        detail: String::new(),
    }
}

async fn place() -> (tempfile::TempDir, Location) {
    let folder = tempfile::tempdir().unwrap();
    let name = folder.path().to_str().unwrap().to_owned();
    let output = Location::open(&name, folder.path(), &S3Options::default()).await.unwrap();
    (folder, output)
}

async fn entry(output: &Location) -> Entry {
    Ledger::read(output, paper().period).await.unwrap().of(&paper())
}

#[tokio::test]
async fn a_try_is_claimed_once() {
    let (_folder, output) = place().await;
    assert!(paper().claim(&output, 1, &claim(1, 0)).await.unwrap());
    assert!(!paper().claim(&output, 1, &claim(1, 0)).await.unwrap());
    let entry = entry(&output).await;
    assert_eq!(entry.state(at(5)), DeliveryState::Sending);
    assert_eq!(entry.state(at(11)), DeliveryState::Unknown, "what sent it must have ended");
    assert_eq!(entry.next(at(11)), None, "nobody tries again by himself");
}

#[tokio::test]
async fn what_was_refused_or_given_back_may_be_tried_again() {
    let (_folder, output) = place().await;
    for (number, ended) in [(1, Ended::Refused), (2, Ended::Released)] {
        paper().claim(&output, number, &claim(number, 0)).await.unwrap();
        paper().end(&output, number, &ending(ended)).await.unwrap();
        assert_eq!(entry(&output).await.next(at(2)), Some(number + 1));
    }
    paper().claim(&output, 3, &claim(3, 2)).await.unwrap();
    paper().end(&output, 3, &ending(Ended::Sent)).await.unwrap();
    let entry = entry(&output).await;
    assert_eq!((entry.state(at(3)), entry.next(at(3))), (DeliveryState::Sent, None));
}

#[tokio::test]
async fn the_first_word_on_how_it_ended_stays() {
    let (_folder, output) = place().await;
    paper().claim(&output, 1, &claim(1, 0)).await.unwrap();
    assert!(paper().end(&output, 1, &ending(Ended::Sent)).await.unwrap());
    assert!(!paper().end(&output, 1, &ending(Ended::Released)).await.unwrap());
    assert_eq!(entry(&output).await.state(at(2)), DeliveryState::Sent);
}

#[tokio::test]
async fn what_ses_tells_settles_the_unknown() {
    let (_folder, output) = place().await;
    paper().claim(&output, 1, &claim(1, 0)).await.unwrap();
    let told = notice(NoticeKind::Sent);
    let ledger = Ledger::read(&output, paper().period).await.unwrap();
    assert_eq!(ledger.find(&told), Some((paper(), 1)));
    for _ in 0..2 {
        paper().keep(&output, 1, &told).await.unwrap();
    }
    let entry = entry(&output).await;
    assert_eq!((entry.state(at(30)), entry.attempts[&1].notices.len()), (DeliveryState::Sent, 1));
}

#[tokio::test]
async fn of_several_recipients_the_worst_counts_and_is_marked() {
    let (_folder, output) = place().await;
    paper().claim(&output, 1, &claim(1, 0)).await.unwrap();
    paper().end(&output, 1, &ending(Ended::Sent)).await.unwrap();
    for kind in [NoticeKind::Bounced, NoticeKind::Delivered] {
        paper().keep(&output, 1, &notice(kind)).await.unwrap();
    }
    assert_eq!(entry(&output).await.state(at(30)), DeliveryState::Bounced);
    assert!(mark(&output, "a@X.example.com").await.unwrap().is_some());
    assert!(mark(&output, "b@x.example.com").await.unwrap().is_none());
}

#[tokio::test]
async fn another_delivery_of_that_name_is_not_ours() {
    let (_folder, output) = place().await;
    paper().claim(&output, 1, &claim(1, 0)).await.unwrap();
    let ledger = Ledger::read(&output, paper().period).await.unwrap();
    let other = Notice { delivery: paper().delivery(1, 43), ..notice(NoticeKind::Sent) };
    assert_eq!(ledger.find(&other), None);
}

#[tokio::test]
async fn what_is_damaged_is_named() {
    let (_folder, output) = place().await;
    paper().claim(&output, 1, &claim(1, 0)).await.unwrap();
    output.put(&paper().ending(1), "{".into()).await.unwrap();
    let error = Ledger::read(&output, paper().period).await.unwrap_err().to_string();
    assert!(error.contains("ending.json` is damaged"), "{error}");
}
