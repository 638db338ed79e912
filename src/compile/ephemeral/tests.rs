//! Ephemeral models in the SQL of their readers: all of them, once, and nothing else changed.

use sqlparser::dialect::GenericDialect;
use sqlparser::parser::Parser;

use crate::compile::Compiled;
use crate::testing::compiled;

const INNER: (&str, &str) = ("models/e.sql", "{{ config(materialized='ephemeral') }}\nselect 1 as x, 2 as y\n");

fn project(files: &[(&str, &str)]) -> Compiled {
    let all: Vec<(&str, &str)> = std::iter::once(INNER).chain(files.iter().copied()).collect();
    compiled(&all).unwrap_or_else(|error| panic!("{error}"))
}

/// What the model `a`, which is `text`, is compiled to.
fn inlined(text: &str) -> String {
    let text = project(&[("models/a.sql", text)]).models["a"].compiled.clone();
    assert!(!text.contains("tiny.e"), "it is still read: {text}");
    assert!(is_sql(&text), "{text}");
    text
}

fn is_sql(text: &str) -> bool {
    Parser::parse_sql(&GenericDialect {}, text).is_ok()
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_reader_begins_with_what_it_reads() {
    let text = squeezed(&inlined("select * from {{ ref('e') }}"));
    assert_eq!(text, "with __dbt__cte__e as ( select 1 as x, 2 as y ) select * from __dbt__cte__e");
}

#[test]
fn a_reader_keeps_its_comments_and_its_own_expressions() {
    let text = squeezed(&inlined("-- first\n/* with */ with b as (select x from {{ ref('e') }})\nselect * from b\n"));
    let expected = "-- first /* with */ with __dbt__cte__e as ( select 1 as x, 2 as y ), b as (select x from __dbt__cte__e) select * from b";
    assert_eq!(text, expected);
}

#[test]
fn recursion_stays_at_the_beginning() {
    let text = squeezed(&inlined(
        "with recursive r as (select x from {{ ref('e') }} union all select x + 1 from r) select * from r",
    ));
    assert!(text.starts_with("with recursive __dbt__cte__e as ("), "{text}");
    assert_eq!(text.matches("recursive").count(), 1);
}

#[test]
fn every_way_to_name_the_table_is_renamed() {
    let text = inlined(
        "select {{ ref('e') }}.x, e.y, {{ ref('e') }}.*, 'tiny.' || 'e'\nfrom {{ ref('e') }}\njoin {{ ref('e') }} as e on e.x = {{ ref('e') }}.x",
    );
    assert_eq!(text.matches("__dbt__cte__e").count(), 6, "{text}");
    inlined("{% do ref('e') %}select \"tiny\".\"e\".x from \"tiny\".\"e\"");
}

#[test]
fn texts_and_comments_that_look_like_the_table_stay() {
    let project = project(&[("models/a.sql", "select 'tiny.e' as t -- tiny.e\nfrom {{ ref('e') }}")]);
    let text = &project.models["a"].compiled;
    assert!(text.contains("'tiny.e'") && text.contains("-- tiny.e"), "{text}");
    assert!(text.contains("from __dbt__cte__e"), "{text}");
}

#[test]
fn ephemeral_models_of_ephemeral_models_stand_before_their_readers_once() {
    let ephemeral = |text: &str| format!("{{{{ config(materialized='ephemeral') }}}} {text}");
    let (b, c) = (
        ephemeral("select x from {{ ref('e') }}"),
        ephemeral("select x from {{ ref('b') }} join {{ ref('e') }} using (x)"),
    );
    let project =
        project(&[("models/b.sql", &b), ("models/c.sql", &c), ("models/a.sql", "select * from {{ ref('c') }}")]);
    let text = &project.models["a"].compiled;
    let at: Vec<usize> =
        ["e as (", "b as (", "c as ("].iter().map(|name| text.find(&format!("__dbt__cte__{name}")).unwrap()).collect();
    assert!(at.is_sorted(), "{text}");
    assert_eq!(text.matches("__dbt__cte__e as (").count(), 1);
    assert!(is_sql(text));
}

#[test]
fn who_reads_no_ephemeral_model_stays_as_it_is() {
    let sql = "select x from {{ ref('plain') }} -- tiny.e\n";
    let project = project(&[("models/plain.sql", "select 1 as x"), ("models/a.sql", sql)]);
    assert_eq!(project.models["a"].compiled, project.models["a"].sql.text);
}

#[test]
fn names_that_begin_alike_are_told_apart() {
    let project = project(&[
        ("models/e2.sql", "select 1 as x"),
        ("models/a.sql", "select 1 from {{ ref('e2') }} join {{ ref('e') }} using (x)"),
    ]);
    let text = &project.models["a"].compiled;
    assert!(text.contains("from tiny.e2 join __dbt__cte__e using"), "{text}");
}

#[test]
fn characters_of_several_bytes_move_no_name() {
    let text = inlined("select 'größe 😀' as größe, {{ ref('e') }}.x from {{ ref('e') }}");
    assert!(text.contains("'größe 😀' as größe, __dbt__cte__e.x from __dbt__cte__e"), "{text}");
}
