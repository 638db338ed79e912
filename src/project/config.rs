//! `config.yaml`: where the source is, where results go, and the settings of the models.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::files::TextFile;
use super::yaml;
use crate::words::dialect::Dialect;
use crate::words::error::{Error, Result};
use crate::words::s3::S3Options;
use crate::words::settings::Settings;

/// The name of the settings file, in the project folder.
pub const FILE: &str = "config.yaml";

/// `config.yaml` as it is written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The project's name, which is also the schema of its models.
    pub name: String,
    /// The target that is used when none is asked for.
    pub target: String,
    /// Where to read and write, by name.
    pub targets: BTreeMap<String, Target>,
    /// The folders of `models/`, lowest first: a model may only read its own layer and lower ones.
    #[serde(default)]
    pub layers: Vec<String>,
    /// The settings of the models.
    #[serde(default)]
    pub vars: Settings,
}

/// One place to read from and write to.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// The dialect the models are compiled for.
    #[serde(default, rename = "type")]
    pub dialect: Dialect,
    /// Folder or URL of the Cost and Usage Report.
    pub source: String,
    /// Folder or URL of the result tables.
    pub output: String,
    /// How many threads to use; all cores if absent.
    #[serde(default)]
    pub threads: Option<usize>,
    /// How much memory the process may use, for instance `2GB`; most of what the machine has if absent.
    #[serde(default)]
    pub memory_limit: Option<String>,
    /// Whether folders of one period may hold parts of one bill.
    #[serde(default)]
    pub folders: Folders,
    /// How buckets are reached, where source or output is in S3.
    #[serde(default)]
    pub s3: S3Options,
}

/// What the folders of one period are to each other.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Folders {
    /// Each holds bills of its own; the same bill in two of them is an error.
    #[default]
    Apart,
    /// They hold parts of the same bills, by day or account for instance.
    Together,
}

impl Config {
    /// Reads `root/config.yaml`.
    ///
    /// # Errors
    /// When there is none, or it is malformed.
    pub fn read(root: &Path) -> Result<(TextFile, Self)> {
        if !root.join(FILE).exists() {
            return Err(Error::user(format!("there is no `{FILE}` in `{}`", root.display()))
                .hint("name the project folder with --project, or make one with `apportion init DIR`"));
        }
        let file = TextFile::read(root, FILE)?;
        let config: Self = yaml::read(&file)?;
        config.check(&file)?;
        Ok((file, config))
    }

    fn check(&self, file: &TextFile) -> Result<()> {
        let valid = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if self.name.is_empty() || !self.name.chars().all(valid) {
            return Err(Error::user(format!("`{}` cannot be the name of a project", self.name))
                .at(file.place_of("name"))
                .hint("use lower-case letters, digits and `_`"));
        }
        self.target(&self.target).map(drop).map_err(|e| e.at(file.place_of("target")))
    }

    /// The target called `name`.
    ///
    /// # Errors
    /// When there is none of that name.
    pub fn target(&self, name: &str) -> Result<&Target> {
        self.targets.get(name).ok_or_else(|| {
            let known: Vec<&str> = self.targets.keys().map(String::as_str).collect();
            Error::user(format!("there is no target `{name}` in `{FILE}`"))
                .did_you_mean(name, known.iter().copied())
                .hint(format!("targets: {}", known.join(", ")))
        })
    }
}
