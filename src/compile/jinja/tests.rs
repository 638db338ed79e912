//! Rendering: what templates may ask for, how far they may go, and where they are wrong.

use std::time::{Duration, Instant};

use serde_json::json;

use super::*;
use crate::common::error::ErrorKind as Kind;
use crate::testing::fuzz;
use crate::testing::{assert_points_into, file, on_large_stack, place, places};

fn context() -> TemplateContext {
    let vars = r#"{"rate": 0.10, "small": 1e-7, "whole": 123456789012345678901234567890, "long": 0.1234567890123456789012345,
        "far": 1e400, "negative": -0.5, "deep": {"a": [1, "two"]}, "none": null, "yes": true}"#;
    TemplateContext {
        target: "local".to_owned(),
        schema: "tiny".to_owned(),
        models: ["stg_lines", "costs"].map(str::to_owned).into(),
        sources: [("cur".to_owned(), "line_items".to_owned())].into(),
        vars: serde_json::from_str(vars).unwrap(),
        ..Default::default()
    }
}

fn renderer(macros: &[(&str, &str)]) -> Result<Renderer> {
    let files: Vec<TextFile> = macros.iter().map(|(path, text)| file(path, text)).collect();
    Renderer::new(context(), &files)
}

fn render_with(macros: &str, text: &str) -> Result<(Sql, Recorded)> {
    let model = file("models/a.sql", text);
    on_large_stack(|| renderer(&[("sql/macros/m.sql", macros)])?.render(&model, "a", None))
}

fn rendered(text: &str) -> String {
    render_with("", text).unwrap_or_else(|error| panic!("{error}")).0.text
}

fn refused(text: &str) -> Error {
    let error = render_with("", text).unwrap_err();
    assert_eq!(error.kind(), Kind::User);
    assert_points_into(&error, text);
    error
}

#[test]
fn what_is_read_is_named_and_noted() {
    let (sql, recorded) =
        render_with("", "{{ ref('costs') }} {{ source('cur', 'line_items') }} {{ ref(\"costs\") }}").unwrap();
    assert_eq!(sql.text, "tiny.costs cur.line_items tiny.costs");
    assert_eq!((sql.refs.len(), recorded.sources.len()), (1, 1));
}

#[test]
fn what_is_not_there_is_pointed_at_and_the_nearest_name_offered() {
    let error = refused("select *\nfrom {{ ref('stg_line') }}");
    assert_eq!(place(&error), (2, 9));
    assert!(error.hints().iter().any(|hint| hint.contains("`stg_lines`")), "{error}");
    assert_eq!(place(&refused("größe {{ source('cur', 'lines') }}")), (1, 10));
    assert_eq!(place(&refused("\n\t{{ var('rte') }}")), (2, 5));
    assert_eq!(place(&refused("\r\n{{ env_var('APPORTION_IS_NOT_SET') }}")), (2, 4));
    assert_eq!(place(&refused("{{ nothing }}")), (1, 4));
    assert_eq!(place(&refused("a\n{% for x in nothing %}{% endfor %}")).0, 2);
    assert_eq!(place(&refused("{{ var('deep').b.c }}")).0, 1);
    assert_eq!(place(&refused("{{ notthere('x') }}")), (1, 4));
    refused("{{ ref() }}");
    refused("{{ ref('a', 'b') }}");
    refused("{{ ref(3) }}");
    refused("{{ source('cur') }}");
    refused("{{ 'x' | nofilter }}");
    refused("{{ 1 / 0 }}");
    refused("{{ 'a' + 1 }}");
}

#[test]
fn settings_are_written_with_all_their_digits() {
    let cases = [
        ("rate", "0.1"),
        ("small", "0.0000001"),
        ("whole", "123456789012345678901234567890"),
        ("long", "0.1234567890123456789012345"),
        ("far", "1e+400"),
        ("negative", "-0.5"),
        ("yes", "true"),
        ("none", "none"),
    ];
    for (name, expected) in cases {
        let written = rendered(&format!("{{{{ var('{name}') }}}}"));
        assert_eq!(written.to_lowercase(), expected, "{name}");
    }
    assert_eq!(
        rendered("{{ var('deep').a[1] }} {{ var('absent', 'or this') }} {{ var('deep')['a'][0] + 1 }}"),
        "two or this 2"
    );
}

#[test]
fn settings_of_one_rendering_are_laid_over_and_gone_afterwards() {
    let renderer = renderer(&[]).unwrap();
    let model = file("models/a.sql", "{{ var('rate') }}");
    let own = json!({"rate": 7}).as_object().cloned();
    assert_eq!(renderer.render(&model, "a", own).unwrap().0.text, "7");
    assert_eq!(renderer.render(&model, "a", None).unwrap().0.text, "0.1");
}

#[test]
fn a_failure_leaves_nothing_for_the_next_rendering() {
    let renderer = renderer(&[("m.sql", "{% macro m() %}{{ ref('costs') }}{{ nothing }}{% endmacro %}")]).unwrap();
    assert!(renderer.render(&file("a.sql", "{{ ref('stg_lines') }}{{ m() }}"), "a", None).is_err());
    let (sql, recorded) = renderer.render(&file("b.sql", "x"), "b", None).unwrap();
    assert!(sql.refs.is_empty() && recorded.config.is_empty() && recorded.depth == 0);
}

#[test]
fn variables_of_the_environment_are_read() {
    let path = std::env::var("PATH").unwrap();
    assert_eq!(rendered("{{ env_var('PATH') }} {{ env_var('APPORTION_IS_NOT_SET', 'x') }}"), format!("{path} x"));
    refused("{{ env_var('') }}");
    refused("{{ env_var('a=b') }}");
    refused("{{ env_var('a\\0b') }}");
}

#[test]
fn a_template_knows_itself_and_its_target() {
    let text = "{{ this }} {{ this.name }} {{ this.schema }} {{ target.name }} {{ target.type }} {{ execute }} {{ is_incremental() }}";
    assert_eq!(rendered(text), "tiny.a a tiny local datafusion True False");
    refused("{{ this.database }}");
}

#[test]
fn config_is_noted_and_only_what_is_known() {
    let (sql, recorded) =
        render_with("", "{{ config(materialized='table', tags=['x'], meta={'grain': ['a']}, grants={}) }}x").unwrap();
    assert_eq!(sql.text, "x");
    assert_eq!(recorded.config["meta"], json!({"grain": ["a"]}));
    assert_eq!(place(&refused("\n{{ config(materialised='table') }}")).0, 2);
    assert_eq!(place(&refused("\n{{ config(materialized='incremental') }}")).0, 2);
    refused("{{ config(materialized=3) }}");
    refused("{{ config('table') }}");
}

#[test]
fn words_are_logged_if_they_are_for_people() {
    let (_, recorded) = render_with("", "{{ log('a', info=true) }}{{ log('b') }}{% do log('c', info=true) %}").unwrap();
    assert_eq!(recorded.logs, ["a", "c"]);
}

#[test]
fn a_template_can_refuse_itself() {
    let error = refused("a\n  {{ exceptions.raise_compiler_error('not so') }}");
    assert_eq!((error.message(), place(&error).0), ("not so", 2));
    refused("{{ exceptions.warn('x') }}");
}

#[test]
fn raw_text_comments_and_blanks_are_jinja_s() {
    assert_eq!(rendered("{% raw %}{{ ref('x') }} {# c #}{% endraw %}"), "{{ ref('x') }} {# c #}");
    assert_eq!(rendered("a{# {{ ref('x') }} #}b"), "ab");
    assert_eq!(rendered("-- {{ ref('costs') }}\nx"), "-- tiny.costs\nx");
    assert_eq!(rendered("a \n {%- if true -%} \n b \n {%- endif -%} \n c\n"), "abc\n");
    assert_eq!(rendered("a\r\n{% if true %}\r\nb\r\n{% endif %}\r\n"), "a\r\n\r\nb\r\n\r\n");
    assert_eq!(rendered("x\n\n"), "x\n\n");
    assert_eq!(rendered(""), "");
    assert_eq!(rendered("{ { % } #}"), "{ { % } #}");
    assert_eq!(rendered("{{ '{{' }} {{ \"}}\" }}"), "{{ }}");
}

#[test]
fn blocks_that_are_never_closed_are_pointed_at() {
    for text in [
        "{% if true %}x",
        "{{ x",
        "{% for",
        "x {# y",
        "{% raw %}x",
        "{% endif %}",
        "{% else %}",
        "{{ }}",
        "{% %}",
        "{{ 'x }}",
    ] {
        refused(text);
    }
    assert_eq!(place(&refused("a\nb {{ 1 + }}\n")).0, 2);
    assert_eq!(place(&refused("a\n{% if true %}\nb\n{% endfor %}\n")).0, 4);
}

#[test]
fn macros_of_any_file_are_called_from_any_file() {
    let macros = [
        (
            "sql/macros/a.sql",
            "{% macro one(x, y=2) %}{{ x }}-{{ y }}{% endmacro %}\n{% macro two() -%} {{ three() }} {%- endmacro %}",
        ),
        ("sql/macros/b.sql", "{% macro three() %}{{ one(1) }} {{ ref('costs') }}{% endmacro %}"),
    ];
    let renderer = renderer(&macros).unwrap();
    let (sql, _) = renderer.render(&file("models/a.sql", "{{ one('a', y='b') }} {{ two() }}"), "a", None).unwrap();
    assert_eq!(sql.text, "a-b 1-2 tiny.costs");
    assert!(sql.refs.contains("costs"), "what a macro reads, its caller reads");
}

#[test]
fn a_macro_may_have_the_body_of_its_call() {
    let macros = "{% macro around(x) %}<{{ x }} {{ caller() }} {{ caller() }}>{% endmacro %}";
    let text = "{% call around(1) %}{{ ref('costs') }}{% endcall %}";
    assert_eq!(render_with(macros, text).unwrap().0.text, "<1 tiny.costs tiny.costs>");
}

#[test]
fn a_macro_is_defined_once() {
    let error = renderer(&[("a.sql", "\n{% macro m() %}{% endmacro %}"), ("b.sql", "ü {% macro m() %}{% endmacro %}")])
        .unwrap_err();
    assert_eq!(places(&error), [("b.sql".to_owned(), 1, 12)]);
    assert!(error.hints().iter().any(|hint| hint.contains("`a.sql`") && hint.contains('2')), "{error}");
    let tests = "{% test a(model) %}{% endtest %} {% test b(model) %}{% endtest %} {% test a(model) %}{% endtest %}";
    assert_eq!(place(&renderer(&[("a.sql", tests)]).unwrap_err()), (1, tests.rfind("a(model)").unwrap() + 1));
}

#[test]
fn an_error_in_a_macro_is_pointed_at_there_and_its_caller_named() {
    let error = render_with("ü\n{% macro m() %}\n  größe {{ nothing }}{% endmacro %}", "a\nb {{ m() }}").unwrap_err();
    assert_eq!(places(&error), [("sql/macros/m.sql".to_owned(), 3, 12)]);
    assert!(error.to_string().contains("`models/a.sql:2`"), "{error}");
}

#[test]
fn an_error_in_a_test_block_is_pointed_at_where_it_stands_in_the_file() {
    let text = "{% test one(model) %}x{% endtest %} {% test two(model) %}{{ nothing }}{% endtest %}";
    let renderer = renderer(&[("sql/tests/generic/g.sql", text)]).unwrap();
    let arguments = json!({"model": "tiny.costs"}).as_object().cloned().unwrap();
    let used = file("models/m.yml", "x");
    let error = renderer.render_test("two", &arguments, &used, used.place_at(1, 1)).unwrap_err();
    assert_eq!(places(&error), [("sql/tests/generic/g.sql".to_owned(), 1, text.find("nothing").unwrap() + 1)]);
    let broken = "{% test one(model) %}x{% endtest %} {% test two(model) %}{{ + }}{% endtest %}";
    let error = self::renderer(&[("sql/tests/generic/g.sql", broken)]).unwrap_err();
    assert_eq!(place(&error), (1, broken.find("+ }}").unwrap() + 1));
}

#[test]
fn a_generic_test_that_is_not_there_is_told_where_it_is_used() {
    let renderer = renderer(&[("g.sql", "{% test not_null(model) %}{% endtest %}")]).unwrap();
    let used = file("models/m.yml", "a\nb");
    let error = renderer.render_test("notnull", &Settings::new(), &used, used.place_at(2, 1)).unwrap_err();
    assert_eq!(place(&error), (2, 1));
    assert!(error.hints().iter().any(|hint| hint.contains("`not_null`")), "{error}");
}

#[test]
fn macros_that_never_end_are_stopped() {
    for macros in [
        "{% macro m(n) %}{{ m(n) }}{% endmacro %}",
        "{% macro m(n) %}{{ o(n) }}{% endmacro %}{% macro o(n) %}{{ m(n) }}{% endmacro %}",
        "{% macro m(n) %}{{ m(n) }}{{ m(n) }}{% endmacro %}",
    ] {
        let error = render_with(macros, "{{ m(1) }}").unwrap_err();
        assert_eq!(error.kind(), Kind::User, "{error}");
    }
    let ended = "{% macro m(n) %}{{ n }}{% if n > 0 %}{{ m(n - 1) }}{% endif %}{% endmacro %}";
    assert_eq!(render_with(ended, "{{ m(20) }}").unwrap().0.text.len(), 32);
}

#[test]
fn macros_of_files_call_each_other_32_deep_and_no_deeper() {
    let chain = |length: usize| {
        let macros: Vec<(String, String)> = (0..length)
            .map(|n| {
                let next = if n + 1 < length { format!("{{{{ m{}() }}}}", n + 1) } else { "end".to_owned() };
                (format!("m{n}.sql"), format!("{{% macro m{n}() %}}{next}{{% endmacro %}}"))
            })
            .collect();
        let macros: Vec<(&str, &str)> = macros.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let model = file("models/a.sql", "{{ m0() }}");
        on_large_stack(|| renderer(&macros).unwrap().render(&model, "a", None).map(|(sql, _)| sql.text))
    };
    assert_eq!(chain(DEPTH).unwrap(), "end");
    assert_eq!(chain(DEPTH + 1).unwrap_err().kind(), Kind::User);
}

#[test]
fn work_without_end_is_stopped_before_it_takes_the_memory() {
    let texts = [
        "{% for a in range(10000) %}{% for b in range(10000) %}x{% endfor %}{% endfor %}",
        "{{ 'x' * 100000000000 }}",
        "{{ [1] * 100000000000 }}",
        "{{ range(1000000000000) | list }}",
        "{{ ('x' * 1000) * 1000000000 }}",
        "{% set n = namespace(x='abcdefgh') %}{% for i in range(60) %}{% set n.x = n.x ~ n.x %}{% endfor %}{{ n.x }}",
        "{{ 'x'.ljust(99) * 1000000000000 }}",
        "{% set n = namespace(x='a') %}{% for i in range(60) %}{% set n.x = n.x.replace('a', 'aaaaaaaa') %}{% endfor %}{{ n.x | length }}",
        "{% set n = namespace(x='a') %}{% for i in range(60) %}{% set n.x = n.x | replace('a', 'aaaaaaaa') %}{% endfor %}{{ n.x | length }}",
        "{% set n = namespace(x='a') %}{% for i in range(60) %}{% set n.x = [n.x, n.x] | join(n.x) %}{% endfor %}{{ n.x | length }}",
        "{% set n = namespace(x='a') %}{% for i in range(60) %}{% set n.x = n.x.join([n.x, n.x]) %}{% endfor %}{{ n.x | length }}",
        "{% set n = namespace(x='a') %}{% for i in range(60) %}{% set n.x = '%s%s' | format(n.x, n.x) %}{% endfor %}{{ n.x | length }}",
        "{% set n = namespace(x='a') %}{% for i in range(60) %}{% set n.x = '{}{}'.format(n.x, n.x) %}{% endfor %}{{ n.x | length }}",
        "{{ '{:0100000000000}'.format(1) }}",
        "{{ '{0:x>99999999999999999999999}'.format('y') }}",
        "{{ '{:.100000000000f}'.format(1.5) }}",
        "{{ [1, 2] | tojson(indent=100000000000) }}",
        "{{ [1, 2] | tojson(100000000000) }}",
        "{{ 'a\nb' | indent(100000000000) }}",
        "{{ '%0100000000000d' | format(1) }}",
        "{{ '%0100000000000d' % 1 }}",
        "{{ 'a'.center(100000000000) }}",
        "{{ 'a'.ljust(100000000000) }}",
        "{{ 'a'.zfill(100000000000) }}",
        "{{ [1] | batch(100000000000, 'x') | list | length }}",
        "{{ [1] | slice(100000000000) | list | length }}",
    ];
    for text in texts {
        let started = Instant::now();
        // Not all of these are there; those that are have to end soon.
        let _ = render_with("", text);
        assert!(started.elapsed() < Duration::from_secs(30), "{text}");
    }
    for text in texts.iter().filter(|text| text.contains(" * ") || text.contains("range(") || text.contains("tojson")) {
        refused(text);
    }
    assert_eq!(
        rendered("{{ '{:05}|{:>3}'.format(1, 'x') }} {{ {'a': [1]} | tojson(indent=2) }} {{ [1] | tojson }}"),
        "00001|  x {\n  \"a\": [\n    1\n  ]\n} [1]"
    );
}

#[test]
fn work_in_macros_counts_as_the_caller_s() {
    let macros = "{% macro m() %}{% for a in range(10000) %}x{% endfor %}{% endmacro %}";
    assert!(render_with(macros, "{{ m() }}").is_ok());
    assert!(render_with(macros, "{% for i in range(10000) %}{{ m() }}{% endfor %}").is_err());
}

#[test]
fn templates_nested_without_end_are_refused() {
    let many = 20_000;
    let texts = [
        format!("{{{{ {}1{} }}}}", "(".repeat(many), ")".repeat(many)),
        format!("{{{{ {}1{} }}}}", "[".repeat(many), "]".repeat(many)),
        "{% if true %}".repeat(many),
        format!("{}{}", "{% if true %}".repeat(many), "{% endif %}".repeat(many)),
        "{% for x in [1] %}".repeat(many),
        format!("{{{{ a{} }}}}", "(".repeat(many)),
        format!("{{{{ {{{} }}}}", "'a': {".repeat(many)),
    ];
    for text in texts {
        refused(&text);
    }
}

#[test]
fn long_chains_in_templates_are_rendered_or_refused() {
    let many = 20_000;
    let texts = [
        format!("{{{{ 1{} }}}}", " + 1".repeat(many)),
        format!("{{{{ {}1 }}}}", "not ".repeat(many)),
        format!("{{{{ {}1 }}}}", "- ".repeat(many)),
        format!("{{{{ 'a'{} }}}}", " ~ 'a'".repeat(many)),
        format!("{{{{ true{} }}}}", " and true".repeat(many)),
        format!("{{{{ 'a'{} }}}}", " | upper".repeat(many)),
        format!("{{{{ this{} }}}}", ".name".repeat(many)),
        format!("{{{{ [1]{} }}}}", "[0]".repeat(many)),
        format!("{{{{ 1{} }}}}", " if true else 1".repeat(many)),
        format!("{{% if true %}}{}{{% endif %}}", "{% elif true %}".repeat(many)),
        format!("{{{{ [{}] | length }}}}", "1,".repeat(many)),
    ];
    for text in texts {
        if let Err(error) = render_with("", &text) {
            assert_points_into(&error, &text);
        }
    }
}

#[test]
fn fuzz_jinja_ends_well_or_says_where_it_is_wrong() {
    let words = &[
        "{{ ",
        " }}",
        "{% ",
        " %}",
        "{%- ",
        "-%}",
        "{# ",
        "#}",
        "{% raw %}",
        "{% endraw %}",
        "{% if x %}",
        "{% endif %}",
        "{% else %}",
        "{% for x in range(3) %}",
        "{% endfor %}",
        "{% macro m(x) %}",
        "{% endmacro %}",
        "{% test t(model) %}",
        "{% endtest %}",
        "{{ m(1) }}",
        "{% call m() %}",
        "{% endcall %}",
        "{% set x = 1 %}",
        "{{ ref('costs') }}",
        "{{ var('rate') }}",
        "{{ config(tags=['x']) }}",
        "ref(",
        "source('cur', 'line_items')",
        "this.",
        "target.",
        " | join(',')",
        "range(",
        " ~ ",
        " ** ",
        "not ",
        "loop.index",
        "caller()",
        "select ",
    ];
    let helpers = "{% macro helper(x) %}{{ x }}{{ caller() if caller is defined }}{% endmacro %}";
    let renderer = renderer(&[("sql/macros/h.sql", helpers)]).unwrap();
    fuzz::run(&fuzz::Kind { name: "jinja", words }, move |bytes| {
        let text = String::from_utf8_lossy(bytes);
        match renderer.render(&file("models/a.sql", &text), "a", None) {
            Ok((sql, _)) => {
                for line in [1, 2, sql.text.lines().count()] {
                    let place = sql.place(line, 1);
                    assert!(place.line <= text.split('\n').count());
                }
                let _ = (sql.place_of_argument("ref", "costs"), sql.place_of_argument("config", "x"));
            }
            Err(error) if error.place().is_some_and(|place| place.file.ends_with("a.sql")) => {
                assert_points_into(&error, &text)
            }
            Err(error) => assert_eq!(error.kind(), Kind::User, "{error}"),
        }
        if let Err(error) = Renderer::new(context(), &[file("sql/macros/m.sql", &text)]) {
            assert_points_into(&error, &text);
        }
    });
}
