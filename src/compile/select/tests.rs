//! Node selection: what each method finds, and laws that hold for all of them.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::{prop_assert, prop_assert_eq};

use super::*;
use crate::common::error::ErrorKind;
use crate::compile::node::{DataTest, Materialization, ModelNode, Severity, Sql};
use crate::testing::fuzz::{self, Kind};
use crate::testing::{file, holds, model};

fn test_of(name: &str, model: Option<&str>, refs: &[&str]) -> DataTest {
    let refs = refs.iter().map(|name| (*name).to_owned()).collect();
    let sql = Sql { file: file(&format!("sql/tests/{name}.sql"), ""), refs, ..Sql::default() };
    let model = model.map(str::to_owned);
    DataTest { name: name.to_owned(), sql, severity: Severity::Error, model, generic: None, tags: vec![] }
}

/// seed -> stg_a -> mid -> costs, stg_b -> mid, stg_b -> other; tests on `mid` and over `stg_a` and `stg_b`.
fn project() -> Compiled {
    let nodes = [
        model("stg_a", "staging", &["seed"]),
        model("stg_b", "staging", &[]),
        model("mid", "working", &["stg_a", "stg_b"]),
        model("costs", "results", &["mid"]),
        model("other", "results", &["stg_b"]),
    ];
    let mut models: BTreeMap<String, ModelNode> = nodes.into_iter().map(|node| (node.name.clone(), node)).collect();
    for (name, node) in &mut models {
        node.tags = vec![format!("of_{name}"), "all".to_owned()];
    }
    let costs = models.get_mut("costs").unwrap();
    costs.materialization = Materialization::Table;
    costs.sql.sources.insert(("cur".to_owned(), "line_items".to_owned()));
    Compiled {
        models,
        order: ["stg_a", "stg_b", "mid", "costs", "other"].map(str::to_owned).to_vec(),
        seeds: BTreeMap::from([("seed".to_owned(), "data/seeds/seed.csv".to_owned())]),
        data_tests: vec![
            test_of("of_mid", Some("mid"), &["mid"]),
            test_of("of_both", None, &["stg_a", "stg_b", "seed"]),
        ],
        ..Compiled::default()
    }
}

fn picked(select: &[&str], exclude: &[&str]) -> Result<BTreeSet<String>> {
    let texts = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    Selection { select: texts(select), exclude: texts(exclude) }.pick(&project(), None)
}

fn set(names: &str) -> BTreeSet<String> {
    names.split_whitespace().map(str::to_owned).collect()
}

#[test]
fn each_method_finds_what_it_says() {
    let cases = [
        ("mid", "mid of_mid"),
        ("stg_*", "stg_a stg_b of_both"),
        ("*", "stg_a stg_b mid costs other seed of_mid of_both"),
        ("*o*s*", "costs"),
        ("staging", "stg_a stg_b of_both"),
        ("tag:of_mid", "mid of_mid"),
        ("tag:of_*,results", "costs other"),
        ("path:models/staging", "stg_a stg_b of_both"),
        ("path:models/staging/", "stg_a stg_b of_both"),
        ("path:models", "stg_a stg_b mid costs other of_mid of_both"),
        ("path:models/staging/stg_a.sql", "stg_a"),
        ("models/", "stg_a stg_b mid costs other of_mid of_both"),
        ("models/results", "costs other"),
        ("data/seeds/seed.csv", "seed"),
        ("source:cur", "costs"),
        ("source:cur.line_items", "costs"),
        ("source:*.line*", "costs"),
        ("resource_type:seed", "seed"),
        ("resource_type:test", "of_mid of_both"),
        ("config.materialized:table", "costs"),
        ("of_both", "of_both"),
    ];
    for (text, names) in cases {
        assert_eq!(picked(&[text], &[]).unwrap(), set(names), "{text}");
    }
}

#[test]
fn parents_and_children_are_added_by_generations() {
    let cases = [
        ("+costs", "costs mid stg_a stg_b seed of_mid of_both"),
        ("1+costs", "costs mid of_mid"),
        ("0+costs", "costs"),
        ("2+costs", "costs mid stg_a stg_b of_mid of_both"),
        ("99999999999999999999999+costs", "costs mid stg_a stg_b seed of_mid of_both"),
        ("stg_a+", "stg_a mid costs of_mid"),
        ("stg_a+1", "stg_a mid of_mid"),
        ("seed+1", "seed stg_a"),
        ("1+mid+1", "stg_a stg_b mid costs of_mid of_both"),
        ("+mid+", "stg_a stg_b mid costs seed of_mid of_both"),
        ("+other,+costs", "stg_b"),
        ("staging+,results", "costs other"),
    ];
    for (text, names) in cases {
        assert_eq!(picked(&[text], &[]).unwrap(), set(names), "{text}");
    }
}

#[test]
fn what_matches_nothing_is_an_error_that_names_it() {
    let texts = [
        "costz",
        "tag:none",
        "path:model",
        "path:models/stag",
        "path:/",
        "path:",
        "+",
        "++",
        "+nothing+",
        "mid,",
        ",",
        "1+",
        "cos",
    ];
    for text in texts.into_iter().chain([
        "Costs",
        "COSTS",
        "source:curr",
        "resource_type:Model",
        "**x",
        "a+b",
        "@costs",
        "tag:",
    ]) {
        let error = picked(&[text], &[]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::User, "{text}");
        assert!(error.message().contains('`'), "{text}: {error}");
    }
    assert!(picked(&["costz"], &[]).unwrap_err().hints().iter().any(|hint| hint.contains("`costs`")));
    assert!(picked(&[], &["costz"]).is_err());
}

#[test]
fn a_method_that_is_none_is_an_error() {
    let error = picked(&["tags:x"], &[]).unwrap_err();
    assert!(error.hints().iter().any(|hint| hint.contains("`tag`")), "{error}");
    let unlike = picked(&["q:x"], &[]).unwrap_err();
    assert!(!unlike.hints().iter().any(|hint| hint.contains("``")), "{unlike}");
}

#[test]
fn a_model_without_a_layer_is_in_no_layer() {
    let compiled = Compiled { models: BTreeMap::from([("a".to_owned(), model("a", "", &[]))]), ..Compiled::default() };
    for text in ["+", ",", "a,", "1+"] {
        let selection = Selection { select: vec![text.to_owned()], exclude: vec![] };
        assert!(selection.pick(&compiled, None).is_err(), "{text}");
    }
}

#[test]
fn nothing_is_everything_and_blanks_alone_are_nothing() {
    assert_eq!(picked(&[], &[]).unwrap().len(), 8);
    assert_eq!(picked(&[" "], &[]).unwrap().len(), 0);
    assert!(Selection::default().is_everything());
    assert!(!Selection { select: vec![], exclude: vec!["x".to_owned()] }.is_everything());
}

#[test]
fn a_test_over_several_models_comes_with_the_last_of_them() {
    assert!(!picked(&["stg_a"], &[]).unwrap().contains("of_both"));
    assert!(picked(&["stg_a stg_b"], &[]).unwrap().contains("stg_b"));
    assert!(picked(&["stg_*"], &[]).unwrap().contains("of_both"));
}

fn one_selector() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        Just("costs"),
        Just("stg_*"),
        Just("mid"),
        Just("seed"),
        Just("staging"),
        Just("tag:all"),
        Just("models/results"),
        Just("resource_type:model"),
        Just("*a*"),
        Just("of_mid"),
        Just("source:cur"),
        Just("nothing"),
    ];
    let before = prop_oneof![Just(""), Just("+"), Just("1+"), Just("2+")];
    let after = prop_oneof![Just(""), Just("+"), Just("+1")];
    (before, word, after).prop_map(|(before, word, after)| format!("{before}{word}{after}"))
}

fn some(text: &str) -> Result<BTreeSet<String>> {
    picked(&[text], &[])
}

#[test]
fn blanks_unite_and_commas_intersect() {
    holds((one_selector(), one_selector()), |(one, other)| {
        let (both, common) = (some(&format!("{one} {other}")), some(&format!("{one},{other}")));
        match (some(&one), some(&other)) {
            (Ok(left), Ok(right)) => {
                let union: BTreeSet<String> = left.union(&right).cloned().collect();
                prop_assert_eq!(picked(&[&one, &other], &[]).unwrap(), union.clone());
                prop_assert_eq!(both.unwrap(), union);
                prop_assert_eq!(common.unwrap(), left.intersection(&right).cloned().collect::<BTreeSet<_>>());
            }
            _ => prop_assert!(both.is_err() && common.is_err()),
        }
        Ok(())
    });
}

#[test]
fn what_is_excluded_is_taken_away_and_all_is_of_the_project() {
    let everything = picked(&[], &[]).unwrap();
    holds((one_selector(), one_selector()), |(one, other)| {
        if let (Ok(left), Ok(right)) = (some(&one), some(&other)) {
            prop_assert!(left.is_subset(&everything));
            prop_assert_eq!(
                picked(&[&one], &[&other]).unwrap(),
                left.difference(&right).cloned().collect::<BTreeSet<_>>()
            );
            prop_assert_eq!(
                picked(&[], &[&other]).unwrap(),
                everything.difference(&right).cloned().collect::<BTreeSet<_>>()
            );
        }
        Ok(())
    });
}

#[test]
fn generations_add_up_to_all_ancestors_and_all_descendants() {
    let edges = prop::collection::vec((0..6_usize, 0..6_usize), 0..10);
    holds((edges, 0..6_usize), |(edges, at)| {
        let name = |n: usize| format!("m{n}");
        let mut models: BTreeMap<String, ModelNode> = (0..6).map(|n| (name(n), model(&name(n), "", &[]))).collect();
        // Children have higher numbers than parents, so that there are no circles.
        for (one, other) in edges.iter().filter(|(one, other)| one != other) {
            models.get_mut(&name(*one.max(other))).unwrap().sql.refs.insert(name(*one.min(other)));
        }
        let compiled = Compiled { models, order: (0..6).map(name).collect(), ..Compiled::default() };
        let pick = |text: String| Selection { select: vec![text], exclude: vec![] }.pick(&compiled, None).unwrap();
        let own = name(at);
        let with = |mut names: BTreeSet<String>| {
            names.insert(own.clone());
            names
        };
        prop_assert_eq!(pick(format!("+{own}")), with(compiled.ancestors(&own)));
        prop_assert_eq!(pick(format!("{own}+")), with(compiled.descendants(&own)));
        prop_assert_eq!(pick(format!("6+{own}+6")), pick(format!("+{own}+")));
        for n in 0..6 {
            let (fewer, more) = (pick(format!("{n}+{own}+{n}")), pick(format!("{}+{own}+{}", n + 1, n + 1)));
            prop_assert!(fewer.is_subset(&more) && fewer.contains(&own));
            let next: BTreeSet<String> =
                pick(format!("{n}+{own}")).iter().flat_map(|n| compiled.models[n].sql.refs.clone()).collect();
            prop_assert_eq!(
                pick(format!("{}+{own}", n + 1)),
                pick(format!("{n}+{own}")).union(&next).cloned().collect::<BTreeSet<_>>()
            );
        }
        for other in compiled.ancestors(&own) {
            prop_assert!(compiled.descendants(&other).contains(&own));
        }
        Ok(())
    });
}

#[test]
fn a_star_is_any_run_of_characters() {
    fn by_recursion(pattern: &[char], name: &[char]) -> bool {
        match (pattern, name) {
            ([], name) => name.is_empty(),
            (['*', rest @ ..], name) => (0..=name.len()).any(|at| by_recursion(rest, &name[at..])),
            ([one, rest @ ..], [other, name @ ..]) => one == other && by_recursion(rest, name),
            _ => false,
        }
    }
    holds(("[ab*ö]{0,7}", "[abö]{0,8}"), |(pattern, name)| {
        let chars = |text: &str| text.chars().collect::<Vec<_>>();
        prop_assert_eq!(wild(&pattern, &name), by_recursion(&chars(&pattern), &chars(&name)), "{} {}", pattern, name);
        Ok(())
    });
}

#[test]
fn many_stars_do_not_take_for_ever() {
    let started = std::time::Instant::now();
    assert!(!wild(&format!("{}b", "*a".repeat(40)), &"a".repeat(200)));
    assert!(wild(&"*a".repeat(40), &"a".repeat(200)));
    assert!(started.elapsed().as_secs() < 5);
}

#[test]
fn fuzz_select_is_names_of_the_project_or_an_error() {
    let words = &[
        "+",
        "2+",
        "tag:",
        "path:",
        "source:",
        "resource_type:",
        "*",
        "stg_",
        "costs",
        "models/",
        "config.materialized:",
        "@",
        "mid",
    ];
    let compiled = project();
    let everything = Selection::default().pick(&compiled, None).unwrap();
    fuzz::run(&Kind { name: "select", words }, move |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let (select, exclude) = text.split_once('\n').unwrap_or((&text, ""));
        let selection = Selection { select: vec![select.to_owned()], exclude: vec![exclude.to_owned()] };
        match selection.pick(&compiled, None) {
            Ok(names) => assert!(names.is_subset(&everything)),
            Err(error) => assert_eq!(error.kind(), ErrorKind::User),
        }
    });
}

#[test]
fn what_is_modified_is_found_with_all_that_reads_it() {
    let (compiled, modified) = (project(), set("stg_b of_both gone"));
    let pick = |text: &str, modified: Option<&BTreeSet<String>>| {
        Selection { select: vec![text.to_owned()], exclude: vec![] }.pick(&compiled, modified)
    };
    assert_eq!(pick("state:modified", Some(&modified)).unwrap(), set("stg_b of_both"));
    assert_eq!(pick("state:modified+", Some(&modified)).unwrap(), set("stg_b mid costs other of_mid of_both"));
    assert_eq!(pick("state:modified+,results", Some(&modified)).unwrap(), set("costs other"));
    assert!(pick("state:modified", Some(&set(""))).unwrap().is_empty());
    assert_eq!(pick("state:modified", None).unwrap_err().kind(), ErrorKind::Data);
    assert_eq!(pick("state:new", Some(&modified)).unwrap_err().kind(), ErrorKind::User);
    let wants = |text: &str| Selection { select: vec![], exclude: vec![text.to_owned()] }.wants_modified();
    assert_eq!(["results", "a state:modified", "results,2+state:modified+"].map(wants), [false, true, true]);
}
