//! What is written down before it happens, and what becomes of it.

use serde_json::json;

use super::*;
use crate::publish::{Lease, PublishedTable, WrittenFiles};
use crate::testing::{in_folder, run_record};

fn period() -> Period {
    Period::new(2018, 10).unwrap()
}

fn tables(run_id: &str) -> Vec<PublishedTable> {
    vec![PublishedTable::new("costs", period(), &run_record(run_id), WrittenFiles { attempt: 1, count: 1, rows: 1 })]
}

async fn told(output: &Location) -> Vec<Value> {
    owed(output).await.unwrap().iter().map(|note| note.event().clone()).collect()
}

#[test]
fn an_event_is_owed_once_what_it_tells_of_has_happened() {
    in_folder(async |output| {
        let mut lease = Lease::take(output, period(), "r1").await.unwrap();
        lease.publish(tables("r1"), &|at| Some(json!(at.timestamp_millis()))).await.unwrap();
        assert!(told(output).await.is_empty());
        assert_eq!(unsettled(output).await.unwrap(), [period()]);
        let at = lease.publication().seen_at().timestamp_millis();
        lease.note_and_tidy().await.unwrap();
        assert_eq!(told(output).await, [json!(at)]);
        assert!(unsettled(output).await.unwrap().is_empty());
        owed(output).await.unwrap()[0].remove(output).await.unwrap();
        assert!(told(output).await.is_empty());
    });
}

#[test]
fn the_next_claim_frees_what_a_dead_run_has_published() {
    in_folder(async |output| {
        let mut lease = Lease::take(output, period(), "r1").await.unwrap();
        lease.publish(tables("r1"), &|_| Some(json!("r1"))).await.unwrap();
        drop(lease);
        drop(Lease::take(output, period(), "r2").await.unwrap());
        assert_eq!(told(output).await, [json!("r1")]);
        // It stays owed, whatever is published afterwards.
        let mut lease = Lease::take(output, period(), "r3").await.unwrap();
        lease.publish(tables("r3"), &|_| None).await.unwrap();
        assert_eq!(told(output).await, [json!("r1")]);
    });
}

#[test]
fn the_next_claim_removes_what_has_never_happened() {
    in_folder(async |output| {
        for once in [Once::SeenSince(7), Once::Locked] {
            Note::new(period(), "dead", once, json!(1)).write(output).await.unwrap();
            drop(Lease::take(output, period(), "r1").await.unwrap());
            assert!(told(output).await.is_empty() && unsettled(output).await.unwrap().is_empty());
        }
        Note::new(period(), "dead", Once::Unlocked, json!(1)).write(output).await.unwrap();
        drop(Lease::take(output, period(), "r1").await.unwrap());
        assert_eq!(told(output).await, [json!(1)]);
    });
}

#[test]
fn a_lock_is_told_when_it_changes() {
    in_folder(async |output| {
        let mut lease = Lease::take(output, period(), "r1").await.unwrap();
        let announce = |_| Some(json!("changed"));
        lease.set_lock(false, &announce).await.unwrap();
        assert!(told(output).await.is_empty());
        lease.set_lock(true, &announce).await.unwrap();
        lease.set_lock(true, &|_| panic!("it is locked already")).await.unwrap();
        assert_eq!(told(output).await.len(), 1);
    });
}

#[test]
fn what_is_so_already_is_owed_once_for_each_key() {
    in_folder(async |output| {
        for (key, run) in [("a", "r1"), ("a", "r2"), ("b", "r3")] {
            owe_once(output, period(), run, key, json!(run)).await.unwrap();
        }
        assert_eq!(told(output).await, [json!("r1"), json!("r3")]);
    });
}

#[test]
fn a_damaged_note_is_named() {
    in_folder(async |output| {
        output.put(&format!("{}/r1.json", folder(period())), Bytes::from_static(b"{")).await.unwrap();
        let error = owed(output).await.unwrap_err().to_string();
        assert!(error.contains("outbox/2018-10/r1.json` is no event") && error.contains("remove it"), "{error}");
    });
}
