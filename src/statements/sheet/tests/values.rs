//! What values become in cells.

use serde_json::{Value, json};

use super::read::ReadCell;
use super::{error, lines, statement, written};

/// The cell of a value in a column of `format`.
fn cell(format: &str, value: Value) -> ReadCell {
    let column = format!("          - {{ label: words.amount, value: v, format: {format} }}\n");
    written(&lines(&column), &statement(json!([{ "v": value }]))).cell(1, "A2")
}

#[test]
fn a_text_stays_a_text_whatever_it_begins_with() {
    let texts = [
        "=1+1",
        "=cmd|' /C calc'!A0",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "{=1}",
        "https://example.com",
        "mailto:a@b.c",
        "internal:S!A1",
        "1234.5",
        "1e3",
        "TRUE",
        " x ",
        "<b>&amp;",
        "2026-10-01",
        "'x",
    ];
    for text in texts {
        let cell = cell("text", text.into());
        let expected = text.replace('\r', "_x000D_");
        assert_eq!((cell.text(), cell.format()), (expected.as_str(), "built in 49"), "{text}");
    }
}

#[test]
fn no_text_makes_a_formula_or_a_link() {
    let column = "          - { label: words.amount, value: v }\n";
    let rows = json!([{ "v": "=1+1" }, { "v": "https://example.com" }, { "v": "=HYPERLINK(\"x\")" }]);
    let written = written(&lines(column), &statement(rows));
    let sheet = written.part("xl/worksheets/sheet1.xml");
    assert!(!sheet.contains("<f") && !sheet.contains("hyperlink"), "{sheet}");
}

#[test]
fn an_id_keeps_its_zero() {
    assert_eq!(cell("text", "017234533803".into()).text(), "017234533803");
}

#[test]
fn letters_that_xml_forbids_do_not_break_the_file() {
    assert_eq!(cell("text", "a\u{ffff}b".into()).text(), "a\u{fffd}b");
    assert_eq!(cell("text", "_x0041_".into()).text(), "_x005F_x0041_");
}

#[test]
fn money_has_the_digits_of_its_currency() {
    let cases = [
        ("1234", "1234", "#,##0;[Red]-#,##0"),
        ("1234.50", "1234.5", "#,##0.00;[Red]-#,##0.00"),
        ("-0.005", "-0.005", "#,##0.000;[Red]-#,##0.000"),
        ("0.00", "0", "#,##0.00;[Red]-#,##0.00"),
        ("-0.00", "0", "#,##0.00;[Red]-#,##0.00"),
    ];
    for (text, number, format) in cases {
        let cell = cell("money", text.into());
        assert_eq!((cell.number(), cell.format()), (number, format), "{text}");
    }
}

#[test]
fn other_numbers_show_the_digits_they_need() {
    let cases = [
        ("quantity", "744.0000000000", "744", "#,##0"),
        ("quantity", "122.5000000000", "122.5", "#,##0.0"),
        ("quantity", "0.0000000001", "0.0000000001", "#,##0.0000000000"),
        ("quantity", "1200", "1200", "#,##0"),
        ("price", "1.6320", "1.632", "#,##0.000"),
        ("price", "17.0000", "17", "#,##0.00"),
        ("price", "0.000085", "0.000085", "#,##0.000000"),
        ("percentage", "16", "0.16", "#,##0%"),
        ("percentage", "98.40", "0.984", "#,##0.0%"),
        ("percentage", "-0.5", "-0.005", "#,##0.0%"),
    ];
    for (format, text, number, shown) in cases {
        let cell = cell(format, text.into());
        assert_eq!((cell.number(), cell.format()), (number, shown), "{format} {text}");
    }
}

#[test]
fn numbers_of_json_are_numbers_too() {
    let number: Value = serde_json::from_str("30.10").unwrap();
    assert_eq!(cell("money", number.clone()).format(), "#,##0.00;[Red]-#,##0.00");
    assert_eq!(cell("text", number).text(), "30.10");
}

#[test]
fn an_amount_that_a_number_does_not_hold_is_a_text() {
    for text in
        ["9007199254740993.00", "90071992547409.91", "90071992547409.90", "123456789012345.67", "-1234567890123456"]
    {
        assert_eq!(cell("money", text.into()).text(), text);
    }
    assert_eq!(cell("money", "9999999999999.99".into()).number(), "9999999999999.99");
    assert_eq!(cell("quantity", "1234567.1234567890".into()).text(), "1234567.123456789");
    assert_eq!(cell("percentage", "12345678901234567".into()).text(), "12345678901234567%");
    assert_eq!(cell("money", format!("1{}", "0".repeat(400)).into()).text().len(), 401);
}

#[test]
fn dates_are_dates() {
    let day = cell("date", "2026-10-01".into());
    assert_eq!((day.number(), day.format()), ("46296", "yyyy-mm-dd"));
    let instant = cell("date", "2026-10-01T12:00:00Z".into());
    assert_eq!((instant.number(), instant.format()), ("46296.5", "yyyy-mm-dd hh:mm"));
}

#[test]
fn what_is_null_is_an_empty_cell() {
    for format in ["text", "money", "quantity", "price", "percentage", "date"] {
        assert!(cell(format, Value::Null).is_empty(), "{format}");
    }
}

#[test]
fn yes_and_no_and_lists_are_words() {
    assert_eq!(cell("text", true.into()).text(), "Sí");
    assert_eq!(cell("text", json!(["Calle 60", null, "Mérida"])).text(), "Calle 60, Mérida");
}

#[test]
fn what_is_not_of_its_format_is_told() {
    for (format, value, message) in [
        ("money", "1,234.50", "`v` is `1,234.50`, not a number"),
        ("money", "1e3", "`v` is `1e3`, not a number"),
        ("quantity", "12.", "`v` is `12.`, not a number"),
        ("date", "1 de octubre", "`v` is `1 de octubre`, not a date"),
        ("date", "2026-02-30", "`v` is `2026-02-30`, not a date"),
        ("date", "2026-10-01T12:00:00+02:00", "`v` is `2026-10-01T12:00:00+02:00`, not a date"),
    ] {
        let column = format!("          - {{ label: words.amount, value: v, format: {format} }}\n");
        assert_eq!(error(&lines(&column), &statement(json!([{ "v": value }]))).message(), message);
    }
    let column = "          - { label: words.amount, value: v }\n";
    let long = error(&lines(column), &statement(json!([{ "v": "x".repeat(32_768) }])));
    assert_eq!(long.message(), "`v` has 32768 characters, and a cell of a spreadsheet holds 32767");
}
