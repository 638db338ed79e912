//! The order of models: parents first, circles refused, layers kept.

use proptest::prelude::*;
use proptest::{prop_assert, prop_assert_eq};

use super::*;
use crate::common::error::ErrorKind;
use crate::testing::{compiled, holds, model, places};

fn models(all: &[(&str, &[&str])]) -> BTreeMap<String, ModelNode> {
    all.iter().map(|(name, refs)| ((*name).to_owned(), model(name, "", refs))).collect()
}

#[test]
fn parents_stand_before_children_and_the_rest_by_name() {
    let models = models(&[("a", &["z"]), ("b", &[]), ("m", &["a", "b"]), ("z", &["seed"])]);
    assert_eq!(order(&models, "tiny").unwrap(), ["z", "a", "b", "m"]);
    assert_eq!(order(&BTreeMap::new(), "tiny").unwrap(), Vec::<String>::new());
}

#[test]
fn any_graph_is_ordered_or_has_a_circle() {
    let edges = prop::collection::vec((0..7_usize, 0..7_usize), 0..12);
    holds(edges, |edges| {
        let name = |n: &usize| format!("m{n}");
        let mut all: BTreeMap<String, ModelNode> = (0..7).map(|n| (name(&n), model(&name(&n), "", &[]))).collect();
        for (child, parent) in &edges {
            all.get_mut(&name(child)).unwrap().sql.refs.insert(name(parent));
        }
        // Whoever has no parents left is taken away, until nobody is.
        let mut left: Vec<usize> = (0..7).collect();
        loop {
            let free = |n: &usize| !edges.iter().any(|(child, parent)| child == n && left.contains(parent));
            let stuck: Vec<usize> = left.iter().filter(|n| !free(n)).copied().collect();
            if stuck.len() == left.len() {
                break;
            }
            left = stuck;
        }
        match order(&all, "tiny") {
            Ok(order) => {
                prop_assert!(left.is_empty());
                prop_assert_eq!(order.len(), 7);
                let at = |n: &usize| order.iter().position(|other| *other == name(n)).unwrap();
                prop_assert!(edges.iter().all(|(child, parent)| at(parent) < at(child)));
            }
            Err(error) => {
                prop_assert!(!left.is_empty());
                prop_assert_eq!(error.kind(), ErrorKind::User);
            }
        }
        Ok(())
    });
}

#[test]
fn a_circle_is_named_whole_and_without_those_that_lead_to_it() {
    let words = |all: &[(&str, &[&str])]| order(&models(all), "tiny").unwrap_err().message().to_owned();
    assert!(words(&[("a", &["b"]), ("b", &["c"]), ("c", &["b"])]).contains("b -> c -> b"));
    assert!(!words(&[("a", &["b"]), ("b", &["c"]), ("c", &["b"])]).contains("a -> b"));
    assert!(words(&[("a", &["a"])]).contains("a -> a"));
}

#[test]
fn a_circle_is_pointed_at_where_it_is_read() {
    let error = compiled(&[
        ("models/a.sql", "select 1 as x\nfrom {{ ref('b') }}"),
        ("models/b.sql", "select 1 as x from {{ ref('a') }}"),
    ]);
    assert_eq!(places(&error.unwrap_err()), [("models/a.sql".to_owned(), 2, 9)]);
}

#[test]
fn long_chains_of_models_are_ordered() {
    let names: Vec<String> = (0..3000).map(|n| format!("m{n:05}")).collect();
    let nodes = names.iter().enumerate().map(|(n, name)| {
        let parent: Vec<&str> = names.get(n + 1).map(String::as_str).into_iter().collect();
        (name.clone(), model(name, "", &parent))
    });
    let models: BTreeMap<String, ModelNode> = nodes.collect();
    let ordered = crate::testing::on_large_stack(|| order(&models, "tiny")).unwrap();
    assert_eq!(ordered.first().map(String::as_str), Some("m02999"));
}

#[test]
fn no_model_reads_a_higher_layer_and_only_the_lowest_reads_sources() {
    let layers = ["low".to_owned(), "high".to_owned()];
    let check = |nodes: Vec<ModelNode>| {
        let models = nodes.into_iter().map(|node| (node.name.clone(), node)).collect();
        check_layers(&models, "tiny", &layers).iter().map(|error| error.message().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(
        check(vec![model("a", "low", &[]), model("b", "high", &["a"]), model("c", "high", &["b", "a"])]).len(),
        0
    );
    let wrong = check(vec![model("a", "low", &["b"]), model("b", "high", &[])]);
    assert!(wrong.len() == 1 && wrong[0].contains("`a`") && wrong[0].contains("`b`"), "{wrong:?}");
    let mut reader = model("b", "high", &[]);
    reader.sql.sources.insert(("cur".to_owned(), "lines".to_owned()));
    assert!(check(vec![reader.clone()])[0].contains("`cur.lines`"));
    reader.layer = "low".to_owned();
    assert_eq!(check(vec![reader]).len(), 0);
    assert!(check(vec![model("x", "hihg", &[])])[0].contains("`hihg`"));
    assert_eq!(check(vec![model("x", "", &[])]).len(), 1);
}

#[test]
fn without_layers_nothing_is_above_anything() {
    let models = BTreeMap::from([("a".to_owned(), model("a", "x", &["b"])), ("b".to_owned(), model("b", "y", &[]))]);
    assert_eq!(check_layers(&models, "tiny", &[]).len(), 0);
}
