//! The order of models: parents first, cycles named whole, layers kept.

use std::collections::BTreeMap;

use super::node::ModelNode;
use crate::common::error::{Error, Result};

/// Names of all models, parents before children, otherwise by name.
///
/// # Errors
/// When models read each other in a circle; the error names the whole circle.
pub(super) fn order(models: &BTreeMap<String, ModelNode>, schema: &str) -> Result<Vec<String>> {
    let mut walk = Walk { models, schema, state: BTreeMap::new(), path: Vec::new(), order: Vec::new() };
    for name in models.keys() {
        walk.visit(name)?;
    }
    Ok(walk.order)
}

struct Walk<'a> {
    models: &'a BTreeMap<String, ModelNode>,
    schema: &'a str,
    state: BTreeMap<&'a str, bool>,
    path: Vec<&'a str>,
    order: Vec<String>,
}

impl<'a> Walk<'a> {
    fn visit(&mut self, name: &'a str) -> Result<()> {
        let Some(model) = self.models.get(name) else { return Ok(()) };
        match self.state.get(name) {
            Some(true) => return Ok(()),
            Some(false) => return Err(self.cycle(name)),
            None => {}
        }
        self.state.insert(name, false);
        self.path.push(name);
        for parent in &model.sql.refs {
            if let Some((parent, _)) = self.models.get_key_value(parent) {
                self.visit(parent)?;
            }
        }
        self.path.pop();
        self.state.insert(name, true);
        self.order.push(name.to_owned());
        Ok(())
    }

    fn cycle(&self, name: &str) -> Error {
        let start = self.path.iter().position(|n| *n == name).unwrap_or(0);
        let mut circle: Vec<&str> = self.path[start..].to_vec();
        circle.push(name);
        let error = Error::user(format!("models read each other in a circle: {}", circle.join(" -> ")))
            .hint("`a -> b` means that `a` reads `b`; remove one ref() from the circle");
        match (self.models.get(name), circle.get(1)) {
            (Some(model), Some(next)) => error.at(model.sql.place_of_table(&format!("{}.{next}", self.schema))),
            _ => error,
        }
    }
}

/// What breaks the rules that only the lowest layer reads sources and that no model reads a higher layer.
pub(super) fn check_layers(models: &BTreeMap<String, ModelNode>, schema: &str, layers: &[String]) -> Vec<Error> {
    let mut errors = Vec::new();
    for model in models.values() {
        let Some(own) = height(&model.layer, layers) else {
            if !layers.is_empty() {
                let layer = if model.layer.is_empty() { "(none)" } else { &model.layer };
                errors.push(
                    Error::user(format!("the model `{}` is not in a known layer: `{layer}`", model.name))
                        .did_you_mean(layer, layers.iter().map(String::as_str))
                        .hint(format!("layers of `config.yaml`, lowest first: {}", layers.join(", "))),
                );
            }
            continue;
        };
        if own > 0
            && let Some((source, table)) = model.sql.sources.first()
        {
            errors.push(
                Error::user(format!("`{}` reads the source `{source}.{table}`", model.name))
                    .at(model.sql.place_of_table(&format!("{source}.{table}")))
                    .hint(format!("only the layer `{}` may read sources; ref() one of its models", layers[0])),
            );
        }
        for parent in model.sql.refs.iter().filter_map(|parent| models.get(parent)) {
            if height(&parent.layer, layers).is_some_and(|theirs| theirs > own) {
                errors.push(
                    Error::user(format!(
                        "`{}` in layer `{}` reads `{}` in the higher layer `{}`",
                        model.name, model.layer, parent.name, parent.layer
                    ))
                    .at(model.sql.place_of_table(&format!("{schema}.{}", parent.name)))
                    .hint(format!("layers of `config.yaml`, lowest first: {}", layers.join(", "))),
                );
            }
        }
    }
    errors
}

fn height(layer: &str, layers: &[String]) -> Option<usize> {
    layers.iter().position(|known| known == layer)
}

#[cfg(test)]
mod tests;
