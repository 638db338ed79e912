//! The way back from compiled SQL to the analyst's file.

use proptest::prelude::*;
use proptest::{prop_assert, prop_assert_eq};

use super::*;
use crate::compile::TemplateContext;
use crate::compile::jinja::Renderer;
use crate::testing::{file, holds};

#[test]
fn lines_and_columns_are_characters_from_one() {
    let text = "a\nöb\r\n\nc";
    let cases = [((1, 1), 0), ((1, 2), 1), ((2, 1), 2), ((2, 2), 4), ((3, 1), 7), ((4, 1), 8), ((4, 2), 9)];
    for ((line, column), at) in cases {
        assert_eq!(offset(text, line, column), Some(at), "{line}:{column}");
        assert_eq!(line_and_column(text, at), (line, column), "{at}");
    }
}

#[test]
fn a_column_behind_the_line_is_its_end_and_a_line_behind_the_text_is_none() {
    assert_eq!(offset("ab\nc", 1, 9), Some(2));
    assert_eq!(offset("ab\nc", 1, 0), Some(0));
    assert_eq!(offset("ab\nc", 3, 1), None);
    assert_eq!(offset("ab\nc", 0, 1), None);
    assert_eq!(offset("", 1, 1), None);
}

#[test]
fn a_byte_inside_of_a_character_counts_as_somewhere_in_the_text() {
    assert_eq!(line_and_column("ö", 1), (1, 2));
    assert_eq!(line_and_column("ab", 99), (1, 3));
}

#[test]
fn a_place_and_its_byte_are_the_same() {
    holds(("[aö\n\r😀]{1,20}", any::<prop::sample::Index>()), |(text, index)| {
        let places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        let at = places[index.index(places.len())];
        let (line, column) = line_and_column(&text, at);
        prop_assert_eq!(offset(&text, line, column), Some(at));
        Ok(())
    });
}

/// Pieces of a template, and how often what they hold is written.
fn piece() -> impl Strategy<Value = String> {
    let raw = "[a-z ,ö\n]{1,8}";
    prop_oneof![
        raw,
        Just("{{ var('word') }}".to_owned()),
        Just("{{- 1 + 1 -}}".to_owned()),
        Just("{# a comment\n of lines #}".to_owned()),
        Just("{% set x = 'größe' %}{{ x }}".to_owned()),
        raw.prop_map(|text| format!("{{% for i in range(3) %}}{text}{{{{ i }}}}{{% endfor %}}")),
        raw.prop_map(|text| format!("{{% if false %}}{text}{{% else -%}}\n {text}{{% endif %}}")),
        raw.prop_map(|text| format!("{{% raw %}}{{{{ {text} }}}}{{% endraw %}}")),
        raw.prop_map(|text| format!("{{% macro own() %}}{text}\n{text}{{% endmacro %}}{{{{ own() }}}}")),
        Just("{{ lines(2) }}".to_owned()),
        Just("\r\n".to_owned()),
    ]
}

#[test]
fn every_byte_of_what_is_rendered_comes_from_somewhere_in_the_file() {
    let macros =
        file("sql/macros/m.sql", "{% macro lines(n) %}x\n{% for i in range(n) %}ö\n{% endfor %}{% endmacro %}");
    let vars = serde_json::json!({"word": "two\nlines"});
    let context = TemplateContext { vars: vars.as_object().cloned().unwrap(), ..Default::default() };
    let renderer = Renderer::new(context, &[macros]).unwrap();
    holds(prop::collection::vec(piece(), 0..10), |pieces| {
        let text = pieces.concat();
        let file = file("models/a.sql", &text);
        let (sql, _) = renderer.render(&file, "a", None).map_err(|error| TestCaseError::fail(error.to_string()))?;
        for (at, c) in sql.text.char_indices() {
            let from = sql.origin.of(at);
            prop_assert!(from.is_some_and(|from| text.is_char_boundary(from) && from < text.len()), "{at} of {text:?}");
            let index = sql.origin.0.partition_point(|piece| piece.output.end <= at);
            if sql.origin.0[index].is_raw {
                prop_assert_eq!(text[from.unwrap()..].chars().next(), Some(c));
            }
        }
        let lines = text.split('\n').count();
        for line in 1..=sql.text.lines().count() {
            prop_assert!((1..=lines).contains(&sql.place(line, 1).line), "line {line} of {:?} from {text:?}", sql.text);
        }
        Ok(())
    });
}

#[test]
fn lines_behind_what_grew_or_vanished_are_those_of_the_file() {
    let text = "{# a\nb #}\nselect {% for i in range(2) %}\n  {{ i }},{% endfor %}\n  öx\nfrom t\n";
    let renderer = Renderer::new(TemplateContext::default(), &[]).unwrap();
    let (sql, _) = renderer.render(&file("a.sql", text), "a", None).unwrap();
    let at = sql.text.lines().position(|line| line == "from t").unwrap() + 1;
    let place = sql.place(at, 6);
    assert_eq!((place.line, place.column, place.text.as_deref()), (6, 6, Some("from t")));
    assert_eq!(sql.place(99, 1).line, 0);
}
