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
    pub(super) task: Task,
    pub(super) name: String,
    pub(super) after: BTreeSet<usize>,
}

impl Task {
    /// Whether it is run under `scope`.
    fn is_of(self, scope: RunScope) -> bool {
        match self {
            Self::Model(_) => scope != RunScope::Test,
            Self::UnitTest(_) | Self::DataTest(_) => scope != RunScope::Run,
        }
    }
}

/// All steps of `scope` among `selected`; a step's `after` are indexes into the result.
pub(super) fn plan(compiled: &Compiled, scope: RunScope, selected: &BTreeSet<String>) -> Vec<Step> {
    let units = compiled.unit_tests.iter().enumerate().map(|(i, unit)| (Task::UnitTest(i), &unit.test.name));
    let models = compiled.order.iter().enumerate().map(|(i, name)| (Task::Model(i), name));
    let tests = compiled.data_tests.iter().enumerate().map(|(i, test)| (Task::DataTest(i), &test.name));
    let all = units.chain(models).chain(tests);
    let mut steps: Vec<Step> = all
        .filter(|(task, name)| task.is_of(scope) && selected.contains(*name))
        .map(|(task, name)| Step { task, name: name.clone(), after: BTreeSet::new() })
        .collect();
    connect(compiled, &mut steps);
    steps
}

/// Models wait for their parents, for their own unit tests, and for the data tests of all they read;
/// data tests wait for the models they read.
fn connect(compiled: &Compiled, steps: &mut [Step]) {
    let index: BTreeMap<Task, usize> = steps.iter().enumerate().map(|(i, step)| (step.task, i)).collect();
    let models = compiled.order.iter().enumerate();
    let models: BTreeMap<&String, usize> =
        models.filter_map(|(i, name)| Some((name, *index.get(&Task::Model(i))?))).collect();
    for (unit, node) in compiled.unit_tests.iter().enumerate() {
        if let (Some(before), Some(model)) = (index.get(&Task::UnitTest(unit)), models.get(&node.test.model)) {
            steps[*model].after.insert(*before);
        }
    }
    for name in &compiled.order {
        let Some(model) = models.get(name) else { continue };
        let parents = compiled.models.get(name).map(|node| &node.sql.refs);
        steps[*model].after.extend(parents.into_iter().flatten().filter_map(|parent| models.get(parent)));
    }
    let read_by: Vec<_> = models.iter().map(|(name, model)| (*model, compiled.ancestors(name))).collect();
    for (number, test) in compiled.data_tests.iter().enumerate() {
        let Some(step) = index.get(&Task::DataTest(number)).copied() else { continue };
        let read = &test.sql.refs;
        steps[step].after.extend(read.iter().filter_map(|name| models.get(name)));
        if test.severity == Severity::Warn || read.is_empty() {
            continue;
        }
        for (model, _) in read_by.iter().filter(|(_, ancestors)| read.is_subset(ancestors)) {
            steps[*model].after.insert(step);
        }
    }
}
