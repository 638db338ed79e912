//! What stands where in templates: test blocks, macros and the texts in calls.

use proptest::prelude::*;
use proptest::{prop_assert, prop_assert_eq};

use super::*;
use crate::testing::holds;

fn as_macros(text: &str) -> String {
    with_test_blocks(text).text.into_owned()
}

fn names(text: &str) -> Vec<&str> {
    macros(text).into_iter().map(|(name, _)| name).collect()
}

#[test]
fn test_blocks_become_macros_and_the_rest_stays() {
    let text = "a {%- test  x(model) -%} b {%endtest%} c";
    assert_eq!(as_macros(text), "a {%- macro  test_x(model) -%} b {%endmacro%} c");
    let other = "{% macro test(x) %}{{ test }} endtest {% endmacro %}{# {% test y() %} #}";
    assert_eq!(as_macros(other), other);
}

#[test]
fn test_blocks_in_raw_text_and_comments_are_none() {
    for text in
        ["{% raw %}{% test x() %}{% endtest %}{% endraw %}", "{# {% test x() %}{% endtest %} #}", "test endtest"]
    {
        assert_eq!(as_macros(text), text);
    }
}

#[test]
fn every_byte_of_the_macros_has_its_place_in_the_file() {
    let piece = prop_oneof![
        Just("{% test abc(model) %}".to_owned()),
        Just("{% endtest %}".to_owned()),
        Just("{%- endtest -%}\n".to_owned()),
        "[a-zü \n]{0,6}",
    ];
    holds(prop::collection::vec(piece, 0..8), |pieces| {
        let text = pieces.concat();
        let blocks = with_test_blocks(&text);
        for (at, _) in blocks.text.char_indices() {
            let there = blocks.in_file(at);
            prop_assert!(there <= text.len());
            // Outside of the words that are others, both hold the same.
            if !blocks.text[at..].starts_with(['m', 't', 'a', 'c', 'r', 'o', 'e', 's', '_', 'n', 'd', 'b']) {
                prop_assert_eq!(text[there..].chars().next(), blocks.text[at..].chars().next());
            }
        }
        Ok(())
    });
}

#[test]
fn the_name_of_a_second_test_block_is_found_in_the_file() {
    let text = "{% test a() %}x{% endtest %} {% test b() %}y{% endtest %}";
    let blocks = with_test_blocks(text);
    let found = macros(&blocks.text);
    let at: Vec<usize> = found.iter().map(|(_, at)| blocks.in_file(at.start)).collect();
    assert_eq!(at, [text.find("a()").unwrap(), text.find("b()").unwrap()]);
}

#[test]
fn macros_are_found_with_their_places() {
    let text = "{% macro a() %}1{% endmacro %}\nü\n{%- macro b(x, y=2) -%}2{%- endmacro b -%} rest";
    let found: Vec<&str> = macros(text).into_iter().map(|(_, at)| &text[at]).collect();
    assert_eq!(found, ["a", "b"]);
}

#[test]
fn macros_in_macros_are_theirs_alone() {
    assert_eq!(
        names("{% macro a() %}{% macro b() %}{% endmacro %}{% endmacro %}{% macro c() %}{% endmacro %}"),
        ["a", "c"]
    );
}

#[test]
fn what_only_looks_like_a_macro_is_none() {
    for text in
        ["{# {% macro a() %}{% endmacro %} #}", "{% raw %}{% macro a() %}{% endmacro %}{% endraw %}", "macro a()"]
    {
        assert_eq!(names(text), Vec::<&str>::new(), "{text}");
    }
}

#[test]
fn broken_templates_have_the_macros_before_the_break() {
    for text in ["{% macro", "{% macro %}", "{% endmacro %}", "{% macro 3() %}{% endmacro %}"] {
        assert_eq!(names(text), Vec::<&str>::new(), "{text}");
    }
    assert_eq!(names("{% endmacro %}{% macro a() %}{% endmacro %}{{ \"open"), ["a"]);
    assert_eq!(names("{% macro a() %}{% macro b() %}"), ["a"]);
    assert_eq!(names("{% macro a() %}{% endmacro endmacro %}{% endmacro %}{% macro b() %}"), ["a", "b"]);
}

#[test]
fn a_text_in_a_call_is_found_and_no_other() {
    let text = "-- 'x' in ref('y')\n{{ var('x') }} {{ ref(  'x' ) }}";
    assert_eq!(argument(text, "ref", "x"), text.rfind("'x'"));
    assert_eq!(argument(text, "ref", "y"), None, "it stands in no block");
    assert_eq!(argument(text, "source", "x"), None);
    let nested = "{{ config(meta={'grain': ['a', ('b')]}) }}";
    assert_eq!(argument(nested, "config", "b"), nested.find("'b'"));
    let escaped = "{{ ref(\"a\\tb\") }}";
    assert_eq!(argument(escaped, "ref", "a\tb"), escaped.find('"'));
    assert_eq!(argument("{{ ref('a') }} {{ 'b' }}", "ref", "b"), None);
    assert_eq!(argument("{{ ref(", "ref", "b"), None);
}
