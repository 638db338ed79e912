//! Workbooks are made from small layouts, and read back from their XML.

mod errors;
mod read;
mod values;

use serde_json::{Value, json};

use self::read::Written;
use super::{SheetLayout, workbook};
use crate::common::error::{Error, Result};

/// A layout with one sheet, `S`, of one table of `lines` with these columns.
fn lines(columns: &str) -> String {
    format!("title: number\nsheets:\n  - name: words.s\n    tables:\n      - rows: lines\n        columns:\n{columns}")
}

fn statement(lines: Value) -> Value {
    json!({ "number": "2026-10-shop-1", "total": "10.50", "lines": lines, "run": { "published_at": "2026-11-04T09:12:44Z" } })
}

fn words() -> Value {
    json!({ "s": "S", "amount": "Importe", "name": "Nombre", "total": "Total", "yes": "Sí", "no": "No" })
}

fn made(layout: &str, statement: &Value) -> Result<Vec<u8>> {
    workbook(&SheetLayout::parse(layout)?, statement, &words())
}

fn written(layout: &str, statement: &Value) -> Written {
    Written::of(&made(layout, statement).unwrap_or_else(|error| panic!("{error}")))
}

fn error(layout: &str, statement: &Value) -> Error {
    made(layout, statement).expect_err("this layout is wrong")
}

const NAMES: &str = "          - { label: words.name, value: name }\n";
const AMOUNTS: &str = "          - { label: words.amount, value: amount, format: money, total: total }\n";

#[test]
fn the_same_statement_gives_the_same_bytes() {
    let rows: Vec<Value> = (0..50).map(|n| json!({ "name": format!("n{n}"), "amount": format!("{n}.25") })).collect();
    let layout = lines(&format!("{NAMES}{AMOUNTS}        chart: {{ label: name, value: amount }}\n"));
    let statement = statement(rows.into());
    assert_eq!(made(&layout, &statement).unwrap(), made(&layout, &statement).unwrap());
}

#[test]
fn a_file_is_from_when_the_run_was_published() {
    let written = written(&lines(NAMES), &statement(json!([])));
    let core = written.part("docProps/core.xml");
    assert!(core.contains("<dcterms:created xsi:type=\"dcterms:W3CDTF\">2026-11-04T09:12:44Z<"), "{core}");
    assert!(core.contains("<dc:title>2026-10-shop-1<"), "{core}");
}

#[test]
fn two_thousand_rows_are_filtered_without_their_total() {
    let rows: Vec<Value> = (0..2000).map(|n| json!({ "name": format!("n{n}"), "amount": "1.00" })).collect();
    let written = written(&lines(&format!("{NAMES}{AMOUNTS}")), &statement(rows.into()));
    let sheet = written.part("xl/worksheets/sheet1.xml");
    assert_eq!(written.cell(1, "A2001").text(), "n1999");
    assert_eq!(written.cell(1, "B2002").number(), "10.5");
    assert!(sheet.contains("<autoFilter ref=\"A1:B2001\"/>"));
    assert!(sheet.contains("<pane ySplit=\"1\" topLeftCell=\"A2\""));
    assert!(written.part("xl/workbook.xml").contains("_xlnm.Print_Titles"));
    assert!(!sheet.contains("<f>"));
}

#[test]
fn a_row_names_fields_of_every_list_it_is_in() {
    let layout = "title: number
sheets:
  - name: words.s
    tables:
      - rows: details.services.lines
        columns:
          - { label: words.name, value: details.name }
          - { label: words.name, value: services.name }
          - { label: words.name, value: name }
          - { label: [words.name, number], value: statement.number }
";
    let mut statement = statement(json!([]));
    statement["details"] = json!([
        { "name": "a", "services": [{ "name": "s", "lines": [{ "name": "x" }, { "name": "y" }] }] },
        { "name": "b", "services": [{ "name": "t", "lines": null }, { "name": "u", "lines": [{ "name": "z" }] }] },
    ]);
    let written = written(layout, &statement);
    let row = |n: u32| ["A", "B", "C"].map(|column| written.cell(1, &format!("{column}{n}")).text().to_owned());
    assert_eq!([row(2), row(3), row(4)], [["a", "s", "x"], ["a", "s", "y"], ["b", "u", "z"]]);
    assert_eq!(written.cell(1, "D1").text(), "Nombre 2026-10-shop-1");
    assert_eq!(written.cell(1, "D4").text(), "2026-10-shop-1");
}

#[test]
fn sheets_are_named_as_spreadsheets_want_and_once() {
    let sheet = |path: &str| format!("  - {{ name: {path} }}\n");
    let paths = ["words.a", "words.b", "words.c", "words.d", "words.e", "words.f"].map(sheet).concat();
    let layout = SheetLayout::parse(&format!("title: number\nsheets:\n{paths}")).unwrap();
    let words = json!({
        "a": "Detalle: [2026/10] \\ *todo?*", "b": "Un nombre que es muy largo para una hoja",
        "c": "UN NOMBRE que es muy largo para una hoja de cálculo", "d": "'", "e": "History", "f": "😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀",
    });
    let written = Written::of(&workbook(&layout, &statement(json!([])), &words).unwrap());
    let expected = [
        "Detalle- 2026-10 - todo",
        "Un nombre que es muy largo para",
        "UN NOMBRE que es muy largo (2)",
        "-",
        "History-",
        "😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀",
    ];
    assert_eq!(written.sheet_names(), expected);
}

#[test]
fn a_list_that_is_null_leaves_its_table_and_sheet_out() {
    let layout = format!(
        "{}  - {{ name: words.total, tables: [{{ rows: costs.steps, columns: [{{ label: words.name, value: name }}] }}] }}\n",
        lines(NAMES)
    );
    let mut without = statement(json!([{ "name": "a" }]));
    without["costs"] = Value::Null;
    assert_eq!(written(&layout, &without).sheet_names(), ["S"]);
    let mut with = without.clone();
    with["costs"] = json!({ "steps": [] });
    assert_eq!(written(&layout, &with).sheet_names(), ["S", "Total"]);
}

#[test]
fn a_chart_shows_the_first_rows_of_its_columns() {
    let layout = lines(&format!("{NAMES}{AMOUNTS}        chart: {{ label: name, value: amount }}\n"));
    let rows: Vec<Value> = (0..30).map(|n| json!({ "name": format!("n{n}"), "amount": "1.00" })).collect();
    let chart = written(&layout, &statement(rows.into())).part("xl/charts/chart1.xml").to_owned();
    assert!(chart.contains("<c:f>S!$A$2:$A$21</c:f>") && chart.contains("<c:f>S!$B$2:$B$21</c:f>"), "{chart}");
}

#[test]
fn a_foot_has_the_title_and_no_commands_of_its_own() {
    let mut statement = statement(json!([]));
    statement["number"] = "A&P".into();
    let written = written(&lines(NAMES), &statement);
    let sheet = written.part("xl/worksheets/sheet1.xml");
    assert!(sheet.contains("<oddFooter>&amp;L&amp;9A&amp;&amp;P &amp;R&amp;9&amp;P / &amp;N</oddFooter>"), "{sheet}");
}
