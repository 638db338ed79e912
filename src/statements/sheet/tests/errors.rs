//! What is wrong with a layout is told with what there is.

use serde_json::{Value, json};

use super::{NAMES, error, lines, statement};
use crate::common::error::Error;

/// An error's message and hints.
fn told(error: &Error) -> String {
    std::iter::once(error.message()).chain(error.hints().iter().map(String::as_str)).collect::<Vec<_>>().join("\n")
}

fn of_column(column: &str) -> String {
    let mut statement = statement(json!([]));
    statement["details"] = json!([{ "account_id": "1", "lines": [{ "amount": "1.00", "unit": null }] }]);
    let layout = lines(&format!("          - {column}\n")).replace("rows: lines", "rows: details.lines");
    told(&error(&layout, &statement))
}

#[test]
fn a_field_that_is_not_in_a_row() {
    assert_eq!(
        of_column("{ label: words.amount, value: amuont }"),
        "`amuont` is not in `lines`\ndid you mean `amount`?\nin `lines` there is amount, unit"
    );
    assert_eq!(
        of_column("{ label: words.amount, value: account_id }"),
        "`account_id` is not in `lines`\nthere is a `details.account_id`\nin `lines` there is amount, unit"
    );
    assert_eq!(
        of_column("{ label: words.amount, value: details.name }"),
        "`details.name` is not in `details`\nin `details` there is account_id, lines"
    );
    assert_eq!(
        of_column("{ label: words.amount, value: amount.cents }"),
        "`amount.cents` is not in `lines`\n`amount` has no fields"
    );
}

#[test]
fn a_field_that_is_not_in_the_statement_or_the_words() {
    let total = of_column("{ label: words.amount, value: amount, total: run.publishd_at }");
    assert_eq!(
        total,
        "`run.publishd_at` is not in the statement\ndid you mean `published_at`?\nin `run` there is published_at"
    );
    let word = of_column("{ label: words.amuont, value: amount }");
    assert!(
        word.starts_with("`words.amuont` is not in the words\ndid you mean `amount`?\nin the words there is s, amount"),
        "{word}"
    );
    let label = of_column("{ label: amount, value: amount }");
    assert!(label.starts_with("`amount` is not in the statement\nthere is a `words.amount`"), "{label}");
    let group = of_column("{ label: run, value: amount }");
    assert_eq!(group, "`run` is more than one value\nname one of its fields: published_at");
}

#[test]
fn an_error_says_in_which_sheet_and_table() {
    let error = error(&lines("          - { label: words.name, value: nome }\n"), &statement(json!([{ "name": "a" }])));
    let text = error.to_string();
    assert!(text.contains("while writing the table of `lines`\n  while filling the sheet `S`"), "{text}");
}

#[test]
fn rows_that_are_not_a_list() {
    let layout = |rows: &str| lines(NAMES).replace("rows: lines", &format!("rows: {rows}"));
    let told = |rows: &str| told(&error(&layout(rows), &statement(json!([{ "name": "a" }]))));
    assert!(told("line").starts_with("`line` is not in the statement\ndid you mean `lines`?"));
    assert_eq!(told("lines.parts"), "`parts` is not in `lines`\nin `lines` there is name");
    assert_eq!(told("number"), "`number` in `number` is not a list");
    assert_eq!(told("run"), "`run` in `run` is not a list");
    assert!(told("lines[]").contains("`lines[]` is not the name of a field"));
    assert!(told("lines..x").contains("`lines..x` is not the name of a field"));
}

#[test]
fn keys_and_formats_that_are_not_known() {
    let told = |column: &str| told(&error(&lines(&format!("          - {column}\n")), &statement(json!([]))));
    let key = told("{ label: words.name, valeu: name }");
    assert!(
        key.contains("unknown field `valeu`, expected one of `label`, `value`")
            && key.contains("did you mean `value`?"),
        "{key}"
    );
    let format = told("{ label: words.name, value: name, format: mony }");
    assert!(format.contains("unknown variant `mony`, expected one of `text`, `money`"), "{format}");
    assert!(format.contains("did you mean `money`?"), "{format}");
    let list = told("{ label: words.name, value: 'services[].name' }");
    assert!(list.contains("`services[].name` is not the name of a field"), "{list}");
    assert!(told("{ label: words.name }").contains("missing field `value`"));
}

#[test]
fn a_chart_of_a_column_that_is_not_there() {
    let layout = lines(&format!("{NAMES}        chart: {{ label: name, value: amount }}\n"));
    let told = told(&error(&layout, &statement(json!([{ "name": "a" }]))));
    assert_eq!(
        told,
        "the chart shows `amount`, which is not the value of a column of its table\nits columns have name"
    );
}

#[test]
fn more_rows_than_a_sheet_has() {
    let many = Value::Array(vec![Value::Null; 1_048_576]);
    let told = told(&error(&lines(NAMES), &statement(many)));
    assert!(told.starts_with("1048583 rows are more than the 1048576 that a sheet holds"), "{told}");
}

#[test]
fn an_instant_that_is_not_one() {
    let mut statement = statement(json!([]));
    statement["run"]["published_at"] = "yesterday".into();
    let told = told(&error(&lines(NAMES), &statement));
    assert!(told.starts_with("`statement.run.published_at` is `yesterday`, not an instant"), "{told}");
    statement["run"]["published_at"] = Value::Null;
    assert!(error(&lines(NAMES), &statement).message().contains("is ``, not an instant"));
}

#[test]
fn a_layout_with_nothing_in_it() {
    let told = |layout: &str| error(layout, &statement(json!([]))).message().to_owned();
    assert_eq!(told("title: number\nsheets: []\n"), "`sheets` has no sheet");
    let bare = "title: number\nsheets: [{ name: words.s, tables: [{ rows: lines, columns: [] }] }]\n";
    assert_eq!(told(bare), "the table of `lines` has no column");
}
