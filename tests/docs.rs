//! `docs/tables.md` says of every result table what its YAML says: each column is explained once, there.
//!
//! `TRYCMD=overwrite` writes the page anew. What stands between two blocks is the writer's own.

use std::path::{Path, PathBuf};

use libtest_mimic::{Failed, Trial};
use serde_yaml::Value;

use crate::harness::{self, Outcome};

/// The page.
const PAGE: &str = "docs/tables.md";

pub(crate) fn trials() -> Vec<Trial> {
    vec![Trial::test("docs::tables_are_explained_as_their_models_declare_them", tables)]
}

fn tables() -> Outcome {
    let page = harness::repository().join(PAGE);
    let written = std::fs::read_to_string(&page)?;
    let mut made = written.clone();
    for model in results(&harness::repository().join("models"))? {
        let name = model["name"].as_str().ok_or("a model has no name")?;
        let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->\n"));
        let found = made.find(&begin).zip(made.find(&end));
        let (from, to) = found.ok_or_else(|| format!("{PAGE} has no lines\n{begin}{end}for the model `{name}`"))?;
        made.replace_range(from + begin.len()..to, &block(&model)?);
    }
    if made == written {
        return Ok(());
    }
    if std::env::var("TRYCMD").is_ok_and(|mode| mode == "overwrite") {
        return Ok(std::fs::write(page, made)?);
    }
    let pairs = made.lines().zip(written.lines()).find(|(made, written)| made != written);
    Err(format!("{PAGE} is not what the models declare: {pairs:?}; TRYCMD=overwrite writes it anew").into())
}

/// What is declared of every model that is published as a result.
fn results(models: &Path) -> Result<Vec<Value>, Failed> {
    let mut found = Vec::new();
    for layer in sorted(models)?.into_iter().filter(|path| path.is_dir()) {
        for file in sorted(&layer)?.into_iter().filter(|path| path.extension().is_some_and(|kind| kind == "yml")) {
            let sql = std::fs::read_to_string(file.with_extension("sql"))?;
            let config = sql.lines().next().unwrap_or_default();
            if config.contains("materialized='table'") && !config.contains("schema=") {
                let declared: Value = serde_yaml::from_str(&std::fs::read_to_string(file)?)?;
                found.push(declared["models"][0].clone());
            }
        }
    }
    if found.is_empty() { Err("there is no result".into()) } else { Ok(found) }
}

fn sorted(folder: &Path) -> Result<Vec<PathBuf>, Failed> {
    let mut paths = std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>, Failed>>()?;
    paths.sort();
    Ok(paths)
}

/// What the page says of `model`.
fn block(model: &Value) -> Result<String, Failed> {
    let description = words(&model["description"]);
    let meta = &model["config"]["meta"];
    let mut text = format!("{description}\n");
    let grain = names(&meta["grain"]);
    if !grain.is_empty() {
        text += &format!("One row for each {}.\n", listed(&grain));
    }
    let sorted = names(&meta["sort_by"]);
    if !sorted.is_empty() {
        text += &format!("Sorted by {}.\n", listed(&sorted));
    }
    text += "\n| column | type | meaning |\n|---|---|---|\n";
    for column in model["columns"].as_sequence().ok_or("a result has no columns")? {
        let name = column["name"].as_str().ok_or("a column has no name")?;
        let kind = column["data_type"].as_str().ok_or_else(|| format!("`{name}` has no type"))?;
        let meaning = words(&column["description"]);
        if meaning.is_empty() {
            return Err(format!("`{name}` of `{}` is not explained", words(&model["name"])).into());
        }
        text += &format!("| `{name}` | {kind} | {meaning} |\n");
    }
    if meta["dimensions"].as_bool() == Some(true) {
        text += "| ... | string | One column for each of `dimensions` in `config.yaml`; empty where a line has no value |\n";
    }
    Ok(text)
}

fn words(value: &Value) -> String {
    value.as_str().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn names(value: &Value) -> Vec<String> {
    let names = value.as_sequence().into_iter().flatten().filter_map(Value::as_str);
    names.filter(|name| *name != "billing_period").map(|name| format!("`{name}`")).collect()
}

/// `a`, `b` and `c`.
fn listed(names: &[String]) -> String {
    match names {
        [before @ .., last] if !before.is_empty() => format!("{} and {last}", before.join(", ")),
        names => names.concat(),
    }
}
