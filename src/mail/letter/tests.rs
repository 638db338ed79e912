use std::time::{Duration, SystemTime};

use super::*;

/// Values that would become headers, or other recipients, if somebody let them.
const HOSTILE: [&str; 13] = [
    "",
    "nobody",
    "a@x.example.com\r\nBcc: b@y.example.com",
    "a@x.example.com\nb@y.example.com",
    "a@x.example.com, b@y.example.com",
    "a@x.example.com; b@y.example.com",
    "a@x.example.com b@y.example.com",
    "<a@x.example.com>",
    "A <a@x.example.com>",
    "\"a, b@y.example.com\"@x.example.com",
    "a@b@x.example.com",
    "a@x.example.com\0",
    "josé@x.example.com",
];

fn letter() -> Letter {
    Letter {
        from: sender("Example <bills@example.com>").unwrap(),
        reply_to: None,
        to: vec![address("one@shop.example.com").unwrap(), address("two@shop.example.com").unwrap()],
        subject: "Detalle de consumo, octubre: ¡ñandú!".to_owned(),
        text: "Hola".to_owned(),
        html: "<p>Hola</p>".to_owned(),
        attachments: vec![Attachment { name: "2026-10-shop-1.pdf".to_owned(), bytes: b"%PDF".to_vec() }],
        id: "2026-10-0011-1-1-aa".to_owned(),
        at: SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000),
    }
}

/// The headers of a letter, unfolded.
fn headers(letter: &Letter) -> Vec<String> {
    let text = String::from_utf8(letter.bytes().unwrap()).unwrap();
    let (head, _) = text.split_once("\r\n\r\n").unwrap();
    head.replace("\r\n ", " ").split("\r\n").map(str::to_owned).collect()
}

#[test]
fn a_letter_says_who_it_is_from_and_to() {
    let headers = headers(&letter());
    for expected in [
        "From: Example <bills@example.com>",
        "To: one@shop.example.com, two@shop.example.com",
        "Message-ID: <2026-10-0011-1-1-aa@example.com>",
        "Auto-Submitted: auto-generated",
        "Date: Tue, 14 Nov 2023 22:13:20 +0000",
    ] {
        assert!(headers.iter().any(|header| header == expected), "{expected}: {headers:#?}");
    }
    let text = String::from_utf8(letter().bytes().unwrap()).unwrap();
    assert!(text.is_ascii());
    assert!(text.contains("filename=\"2026-10-shop-1.pdf\"") && text.contains("JVBERg=="), "{text}");
}

#[test]
fn nothing_that_stands_in_a_value_becomes_a_header() {
    let hostile = "A\r\nBcc: thief@evil.example.com\r\n\r\nbody";
    let mut letter = letter();
    letter.subject = hostile.to_owned();
    letter.from.name = Some(hostile.to_owned());
    letter.attachments[0].name = format!("{hostile}.pdf");
    let headers = headers(&letter);
    assert!(!headers.iter().any(|header| header.to_lowercase().starts_with("bcc")), "{headers:#?}");
    let text = String::from_utf8(letter.bytes().unwrap()).unwrap();
    assert!(!text.lines().any(|line| line.to_lowercase().starts_with("bcc")), "{text}");
}

#[test]
fn an_address_is_one_and_nothing_else() {
    for hostile in HOSTILE {
        let error = address(hostile).unwrap_err().to_string();
        assert!(error.contains("is no address for mail"), "{hostile:?}: {error}");
    }
    for good in ["a@x.example.com", "ana.maria+aws@sub.x.mx", "o'neill@x.example.com", "a@xn--mxico-bsa.example"] {
        assert_eq!(address(good).unwrap().to_string(), good);
    }
}

#[test]
fn a_sender_may_have_a_name() {
    assert_eq!(sender("a@example.com").unwrap().name, None);
    for text in ["Example, Inc. <a@example.com>", "\"Example, Inc.\" <a@example.com>"] {
        let sender = sender(text).unwrap();
        assert_eq!(
            (sender.name.as_deref(), sender.email.to_string().as_str()),
            (Some("Example, Inc."), "a@example.com")
        );
    }
    assert!(sender("Example\r\nBcc: b@y.example.com <a@example.com>").is_err());
    assert!(sender("Example").is_err());
}
