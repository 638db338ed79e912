//! The steps of a build and what each waits for.

use std::collections::{BTreeMap, BTreeSet};

use super::RunScope;
use crate::compile::{Compiled, Severity};

/// A step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Task {
    /// The unit test of this index.
    UnitTest(usize),
    /// The model of this index in the order.
    Model(usize),
    /// The data test of this index.
    DataTest(usize),
}

/// A step with the steps that must have ended well before.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) what: Task,
    pub(super) name: String,
    pub(super) after: BTreeSet<usize>,
}

/// All steps of `scope` among `selected`; a step's `after` are indexes into the result.
pub(super) fn plan(compiled: &Compiled, scope: RunScope, selected: &BTreeSet<String>) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut add = |what, name: &str| {
        steps.push(Step { what, name: name.to_owned(), after: BTreeSet::new() });
    };
    if scope != RunScope::Run {
        let units = compiled.unit_tests.iter().enumerate();
        units.filter(|(_, u)| selected.contains(&u.test.name)).for_each(|(i, u)| add(Task::UnitTest(i), &u.test.name));
    }
    if scope != RunScope::Test {
        let models = compiled.order.iter().enumerate();
        models.filter(|(_, name)| selected.contains(*name)).for_each(|(i, name)| add(Task::Model(i), name));
    }
    if scope != RunScope::Run {
        let tests = compiled.data_tests.iter().enumerate();
        tests.filter(|(_, t)| selected.contains(&t.name)).for_each(|(i, t)| add(Task::DataTest(i), &t.name));
    }
    connect(compiled, &mut steps);
    steps
}

/// Models wait for their parents, for their own unit tests, and for the data tests of all they read;
/// data tests wait for the models they read.
fn connect(compiled: &Compiled, steps: &mut [Step]) {
    let index: BTreeMap<Task, usize> = steps.iter().enumerate().map(|(i, step)| (step.what, i)).collect();
    let position = |name: &String| compiled.order.iter().position(|n| n == name);
    let model_step = |name: &String| position(name).and_then(|i| index.get(&Task::Model(i)).copied());
    for (unit, node) in compiled.unit_tests.iter().enumerate() {
        if let (Some(before), Some(model)) = (index.get(&Task::UnitTest(unit)), model_step(&node.test.model)) {
            steps[model].after.insert(*before);
        }
    }
    for name in &compiled.order {
        let Some(model) = model_step(name) else { continue };
        let parents = compiled.models.get(name).map(|node| &node.sql.refs);
        steps[model].after.extend(parents.into_iter().flatten().filter_map(model_step));
    }
    for (number, test) in compiled.data_tests.iter().enumerate() {
        let Some(step) = index.get(&Task::DataTest(number)).copied() else { continue };
        let read: Vec<&String> = test.sql.refs.iter().collect();
        steps[step].after.extend(read.iter().filter_map(|name| model_step(name)));
        if test.severity == Severity::Warn {
            continue;
        }
        for name in &compiled.order {
            let ancestors = compiled.ancestors(name);
            if let Some(model) = model_step(name)
                && !read.is_empty()
                && read.iter().all(|read| ancestors.contains(*read))
            {
                steps[model].after.insert(step);
            }
        }
    }
}
