use serde_json::json;

use super::*;

const DELIVERY: &str = "2026-10-00112233aabbccdd-1-1-0000002a";

fn event(kind: &str, part: &str, more: Value) -> Value {
    json!({
        "eventType": kind,
        "mail": {
            "timestamp": "2026-11-03T09:00:00.000Z",
            "messageId": "0100-aa",
            "destination": ["a@x.example.com"],
            "tags": { "apportion_delivery": [DELIVERY], "ses:configuration-set": ["apportion"] },
        },
        part: more,
    })
}

/// As SNS wraps it for SQS.
fn wrapped(event: &Value) -> String {
    json!({ "Type": "Notification", "MessageId": "m", "TopicArn": "arn", "Message": event.to_string() }).to_string()
}

#[test]
fn a_bounce_names_the_address_and_what_its_server_said() {
    let bounce = event(
        "Bounce",
        "bounce",
        json!({
            "bounceType": "Permanent",
            "bounceSubType": "General",
            "bouncedRecipients": [{ "emailAddress": "a@x.example.com", "diagnosticCode": "smtp; 550 5.1.1 user unknown" }],
            "timestamp": "2026-11-03T09:00:07.000Z",
        }),
    );
    let expected = Notice {
        kind: NoticeKind::Bounced,
        delivery: DELIVERY.to_owned(),
        message_id: "0100-aa".to_owned(),
        at: "2026-11-03T09:00:07.000Z".to_owned(),
        addresses: vec!["a@x.example.com".to_owned()],
        is_permanent: true,
        detail: "smtp; 550 5.1.1 user unknown".to_owned(),
    };
    assert_eq!(notice(&wrapped(&bounce)), Some(expected.clone()));
    assert_eq!(notice(&bounce.to_string()), Some(expected), "raw delivery");
}

#[test]
fn a_mailbox_that_is_full_may_be_emptied() {
    let recipients = json!([{ "emailAddress": "a@x.example.com" }]);
    let full = json!({ "bounceType": "Transient", "bounceSubType": "MailboxFull", "bouncedRecipients": recipients });
    let told = notice(&wrapped(&event("Bounce", "bounce", full))).unwrap();
    assert!(!told.is_permanent);
    assert_eq!((told.detail.as_str(), told.at.as_str()), ("MailboxFull", "2026-11-03T09:00:00.000Z"));
}

#[test]
fn each_kind_is_told_apart() {
    let recipients = json!([{ "emailAddress": "a@x.example.com" }]);
    let cases = [
        (event("Send", "send", json!({})), NoticeKind::Sent, false),
        (event("Delivery", "delivery", json!({ "recipients": ["a@x.example.com"] })), NoticeKind::Delivered, false),
        (event("DeliveryDelay", "deliveryDelay", json!({ "delayType": "General" })), NoticeKind::Delayed, false),
        (event("Reject", "reject", json!({ "reason": "Bad content" })), NoticeKind::Rejected, false),
        (event("Complaint", "complaint", json!({ "complainedRecipients": recipients })), NoticeKind::Complained, true),
    ];
    for (event, kind, is_permanent) in cases {
        let told = notice(&wrapped(&event)).unwrap();
        assert_eq!((told.kind, told.is_permanent), (kind, is_permanent), "{event}");
    }
}

#[test]
fn what_is_of_no_delivery_is_no_notice() {
    let mut untagged = event("Bounce", "bounce", json!({}));
    untagged["mail"]["tags"] = json!({});
    let opened = event("Open", "open", json!({}));
    for body in [wrapped(&untagged), wrapped(&opened), "no JSON".to_owned(), "{}".to_owned()] {
        assert_eq!(notice(&body), None, "{body}");
    }
}
