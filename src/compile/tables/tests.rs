//! SQL as it is parsed: one query, the tables that it reads, and where it is wrong in the analyst's file.

use super::*;
use crate::common::error::ErrorKind;
use crate::compile::TemplateContext;
use crate::compile::jinja::Renderer;
use crate::testing::fuzz::{self, Kind};
use crate::testing::{assert_points_into, file, on_large_stack, place};

fn renderer() -> Renderer {
    let context = TemplateContext {
        schema: "tiny".to_owned(),
        models: ["a", "b", "größe"].map(str::to_owned).into(),
        sources: [("cur".to_owned(), "lines".to_owned())].into(),
        ..Default::default()
    };
    Renderer::new(context, &[]).unwrap()
}

fn checked(text: &str) -> Result<Sql> {
    on_large_stack(|| {
        let (mut sql, _) = renderer().render(&file("models/m.sql", text), "m", None)?;
        check(&mut sql, "tiny", Dialect::DataFusion).map(|_| sql)
    })
}

fn fine(text: &str) -> Sql {
    checked(text).unwrap_or_else(|error| panic!("{error}"))
}

fn refused(text: &str) -> Error {
    let error = checked(text).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::User);
    assert_points_into(&error, text);
    error
}

#[test]
fn tables_are_read_by_ref_and_source_and_by_nothing_else() {
    fine("select * from {{ ref('a') }} join {{ source('cur', 'lines') }} using (x)");
    assert_eq!(place(&refused("select *\nfrom tiny.a")), (2, 6));
    assert_eq!(place(&refused("select *\nfrom {{ ref('a') }}, other")), (2, 22));
    assert_eq!(place(&refused("select * from {{ ref('a') }} where x in (select y from \"tiny\".\"b\")")).0, 1);
}

#[test]
fn what_ref_names_is_read() {
    assert_eq!(place(&refused("select 1\n-- {{ ref('a') }}")), (2, 11));
    assert_eq!(place(&refused("select '{{ ref('a') }}'")), (1, 16));
    assert_eq!(place(&refused("select 1 /* {{ source('cur', 'lines') }} */")), (1, 30));
}

#[test]
fn names_of_expressions_are_no_tables_where_they_are_known() {
    fine("with x as (select 1 as n), y as (select * from x) select * from y join x using (n)");
    fine("with X as (select 1) select * from x");
    fine("with recursive r as (select 1 as n union all select n + 1 from r) select * from r");
    fine("select * from (with x as (select 1) select * from x) as z");
    fine("select (with x as (select 1) select * from x)");
    assert_eq!(place(&refused("select * from (with x as (select 1) select * from x) as z, x")).1, 60);
    refused("with x as (select * from y) select * from x");
}

#[test]
fn names_are_compared_as_sql_does() {
    fine("select * from TINY.A -- ".replace("TINY.A -- ", "{{ ref('a') | upper }}").as_str());
    fine("select * from \"tiny\".\"a\" union all select * from {{ ref('a') }}");
}

#[test]
fn a_model_is_one_select() {
    for text in ["", "-- nothing\n", ";", "  \n\t", "{# only Jinja #}", "{{ config(materialized='view') }}"] {
        assert_eq!(place(&refused(text)), (0, 0), "{text:?}");
    }
    for text in [
        "create table x (a int)",
        "drop table x",
        "insert into x values (1)",
        "select 1; select 2",
        "copy x to 'y'",
        "set x = 1",
        "explain select 1",
    ] {
        refused(text);
    }
    for text in [
        "select 1;",
        "(select 1)",
        "values (1), (2)",
        "select 1 union all select 2",
        "with x as (select 1) select * from x;",
        "select 1;;\n;",
    ] {
        fine(text);
    }
}

#[test]
fn what_is_no_sql_is_pointed_at_in_the_file() {
    assert_eq!(place(&refused("select 1\nfrom from")), (2, 6));
    assert_eq!(place(&refused("select 'größe', )")), (1, 17));
    assert_eq!(place(&refused("{# a\nb #}select 1 as x,\n  {% if true %}2 2{% endif %}")), (3, 18));
    assert_eq!(place(&refused("select 1\r\n,,")).0, 2);
    for text in [
        "select 'never closed",
        "select \"never closed",
        "select /* never closed",
        "select $$x",
        "select (1",
        "select 1)",
        "\u{feff}select 1",
        "select 1 from",
        "😀",
    ] {
        refused(text);
    }
}

#[test]
fn the_shape_of_a_query_is_found() {
    let sql = fine("-- c\n with x as (select 1 as n)\nselect n, x.n as m, x.n + 1, x.n from x");
    assert_eq!((sql.shape.start, sql.shape.after_with, sql.shape.is_recursive), (Some((2, 2)), Some((2, 6)), false));
    assert_eq!(sql.shape.columns.keys().collect::<Vec<_>>(), ["m", "n"]);
    assert_eq!((sql.place_of_column("m").line, sql.place_of_column("absent").line), (3, 0));
    let recursive = fine("with recursive r as (select 1) select * from r");
    assert_eq!((recursive.shape.after_with, recursive.shape.is_recursive), (Some((1, 15)), true));
    assert_eq!(fine("(select 1 as x union select 2) union select 3").shape.columns["x"], (1, 14));
}

#[test]
fn every_use_of_a_table_is_found_with_its_place() {
    let sql = fine("select tiny.a.x, tiny.a.* from {{ ref('a') }}\njoin {{ source('cur', 'lines') }} as l on true");
    let found: Vec<_> = sql.shape.tables.iter().map(|table| (table.name.as_str(), table.start, table.end)).collect();
    let expected = [
        ("tiny.a", (1, 8), (1, 14)),
        ("tiny.a", (1, 18), (1, 24)),
        ("tiny.a", (1, 32), (1, 38)),
        ("cur.lines", (2, 6), (2, 15)),
    ];
    assert_eq!(found, expected);
    assert_eq!((sql.place_of_table("cur.lines").line, sql.place_of_table("cur.lines").column), (2, 9));
}

#[test]
fn queries_nested_without_end_are_refused() {
    let many = 20_000;
    let texts = [
        format!("select {}1{}", "(".repeat(many), ")".repeat(many)),
        format!("select {}1", "(".repeat(many)),
        "select * from (".repeat(many),
        format!("select {}true", "not ".repeat(many)),
        format!("select {}1", "- ".repeat(many)),
        "case when ".repeat(many),
        format!("select {}", "case when 1 then ".repeat(many)),
        format!("select {}1{}", "f(".repeat(many), ")".repeat(many)),
        format!("select {}", "[".repeat(many)),
        "with x as (".repeat(many),
        format!("select 1 from a {}", "join (a ".repeat(many)),
        format!("select cast(1 as {}", "struct(a ".repeat(many)),
        format!("select cast(1 as {}", "map(".repeat(many)),
        format!("select cast(1 as {}", "nullable(".repeat(many)),
        format!("select {}", "interval ".repeat(many)),
        format!("select {}", "date ".repeat(many)),
        "explain ".repeat(many),
        format!("select cast(1 as {}", "array<".repeat(many)),
        format!("select 1 where x in {}", "(select 1 where x in ".repeat(many)),
    ];
    for text in texts {
        refused(&text);
    }
}

#[test]
fn what_is_left_open_again_and_again_is_pointed_at_and_not_tried_in_every_way() {
    assert_eq!(place(&refused(&format!("select\n {}1", "case when a then ".repeat(40)))), (2, 2));
    assert_eq!(place(&refused(&format!("select\n {}1", "cast(".repeat(40)))), (2, 6));
    refused("select 1 +\n (2");
    refused("select case when a then 1");
}

#[test]
fn what_people_nest_is_read() {
    let case = format!("select {}1{}", "case when true then 0 else ".repeat(40), " end".repeat(40));
    let casts = format!("select {}1{}", "cast(".repeat(20), " as int)".repeat(20));
    let types = format!("select cast(null as {}int{})", "array<".repeat(9), "> ".repeat(9));
    let comparisons = format!("select 1 < 2 and array[1] < array[2]{}", " and 1 > 2 and 3 < 4".repeat(300));
    let brackets = format!("select {}", "(1 + [2][1]) * ".repeat(500) + "1");
    for text in [case, casts, types, comparisons, brackets] {
        fine(&text);
    }
    fine(
        "select \"case\", \"end\", t.\"case\" from {{ ref('a') }} as t where '((((((((((' = 'case case case case case case case case case'",
    );
}

#[test]
fn long_chains_of_operators_are_read_or_refused() {
    let many = 20_000;
    let texts = [
        format!("select 1{}", " + 1".repeat(many)),
        format!("select 1 where true{}", " and true".repeat(many)),
        format!("select 1 where x = 1{}", " or x = 1".repeat(many)),
        format!("select 'a'{}", " || 'a'".repeat(many)),
        format!("select 1{}", " union all select 1".repeat(many)),
        format!("select x{}", "::int".repeat(many)),
        format!("select x{}", "[1]".repeat(many)),
        format!("select x{}", ".x".repeat(many)),
        format!("select 1{}", ", 1".repeat(many)),
        format!("select 1 where x in (1{})", ", 1".repeat(many)),
        format!("select x{}", " is null".repeat(many)),
    ];
    for text in texts {
        if let Err(error) = checked(&text) {
            assert_points_into(&error, &text);
        }
    }
}

#[test]
fn fuzz_sql_is_a_query_or_wrong_at_a_place() {
    let words = &[
        "select ",
        "from ",
        "where ",
        "with ",
        "recursive ",
        "as ",
        "join ",
        "on ",
        "union all ",
        "group by ",
        "order by ",
        "case when ",
        "then ",
        "else ",
        "end ",
        "cast(",
        "decimal(28,10)",
        "interval '1 day'",
        "/*",
        "*/",
        "--",
        "::",
        "||",
        "->",
        "$1",
        "$$",
        "e'",
        "x'",
        "u&'",
        "over (",
        "tiny.a",
        "cur.lines",
        ".*",
        "in (",
        "exists (",
        "not ",
        "array[",
        "{x: 1}",
        "lateral ",
        "values ",
        "create table ",
        "insert into ",
        ";",
        "`",
        "@",
        "unnest(",
    ];
    let renderer = renderer();
    fuzz::run(&Kind { name: "sql", words }, move |bytes| {
        let text = String::from_utf8_lossy(bytes);
        // Without Jinja in it, the text is rendered as it is, and every place of it is one of the file.
        let plain = text.replace(['{', '}'], " ");
        let (mut sql, _) = renderer.render(&file("models/m.sql", &plain), "m", None).unwrap();
        assert_eq!(sql.text, plain);
        for dialect in [Dialect::DataFusion, Dialect::Athena, Dialect::DuckDb] {
            if let Err(error) = check(&mut sql, "tiny", dialect) {
                assert_points_into(&error, &plain);
            }
        }
    });
}
