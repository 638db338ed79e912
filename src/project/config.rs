//! `config.yaml`: where the source is, where results go, and the settings of the models.

use std::collections::BTreeMap;
use std::path::Path;

use super::files::TextFile;
use super::yaml::{self, Fields, Node};
use crate::common::athena::AthenaOptions;
use crate::common::dialect::Dialect;
use crate::common::error::{Error, Place, Result};
use crate::common::events::EventsOptions;
use crate::common::mail::{MailOptions, SesOptions};
use crate::common::s3::{Encryption, S3Options};
use crate::common::settings::Settings;
use crate::common::size;

mod described;
mod environment;

pub use described::DescribedSetting;

/// The name of the settings file, in the project folder.
const FILE: &str = "config.yaml";

/// `config.yaml` as it is written.
#[derive(Debug, Clone)]
pub struct Config {
    /// The project's name, which is also the schema of its models.
    pub name: String,
    /// The target that is used when none is asked for.
    pub target: String,
    /// Where to read and write, by name.
    pub targets: BTreeMap<String, Target>,
    /// The folders of `models/`, lowest first: a model may only read its own layer and lower ones.
    pub layers: Vec<String>,
    /// What the file says of each of them.
    pub described_layers: Vec<String>,
    /// The settings of the models.
    pub vars: Settings,
    /// What the file says of them.
    pub described: Vec<DescribedSetting>,
}

/// One place to read from and write to.
#[derive(Debug, Clone)]
pub struct Target {
    /// The dialect the models are compiled for.
    pub dialect: Dialect,
    /// Folder or URL of the Cost and Usage Report.
    pub source: String,
    /// Folder or URL of the result tables.
    pub output: String,
    /// How many threads work here; all cores if absent.
    pub threads: Option<usize>,
    /// How much memory the process may use, for instance `2GB`; most of what the machine has if absent.
    pub memory_limit: Option<String>,
    /// Whether folders of one period may hold parts of one bill.
    pub folders: Folders,
    /// Whether a month is published whole, or payer by payer.
    pub publish: Publish,
    /// How buckets are reached, where source or output is in S3.
    pub s3: S3Options,
    /// How it runs on Athena, or readers find it there.
    pub athena: Option<AthenaOptions>,
    /// Where events go, if they are told.
    pub events: Option<EventsOptions>,
    /// How mail goes out.
    pub mail: MailOptions,
    /// Seeds that are no files here, by name.
    pub seeds: BTreeMap<String, SeedQuery>,
}

/// A seed that a database has.
#[derive(Debug, Clone)]
pub struct SeedQuery {
    /// The query for PostgreSQL whose rows it has.
    pub postgres: String,
    /// Where the query stands.
    pub place: Place,
}

/// What the folders of one period are to each other.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Folders {
    /// Each holds bills of its own; the same bill in two of them is an error.
    #[default]
    Apart,
    /// They hold parts of the same bills, by day or account for instance.
    Together,
}

/// What becomes of a month in which a check fails.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Publish {
    /// Nothing is published.
    #[default]
    Whole,
    /// Payers whose rows are wrong keep those that were published before; the others are published.
    ByPayer,
}

impl Config {
    /// Reads `root/config.yaml`.
    ///
    /// # Errors
    /// When there is none, or it is malformed.
    pub fn read(root: &Path) -> Result<Self> {
        if !root.join(FILE).exists() {
            return Err(Error::user(format!("there is no `{FILE}` in `{}`", root.display()))
                .hint("name the project folder with --project, or make one with `apportion init DIR`"));
        }
        let file = TextFile::read(root, FILE)?;
        let mut node = yaml::read(&file)?;
        environment::fill(&file, &mut node, &|name| std::env::var(name).ok())?;
        Self::of(&file, &node)
    }

    fn of(file: &TextFile, node: &Node) -> Result<Self> {
        let mut fields = Fields::of(file, node)?;
        let ((name, name_at), (target, target_at)) = (fields.required("name"), fields.required("target"));
        let config = Self {
            name,
            target,
            targets: fields.one("targets", |file, node| by_name(file, node, self::target)).unwrap_or_default(),
            described_layers: fields.get("layers").map(|layers| described::items(file, layers)).unwrap_or_default(),
            layers: fields.names("layers"),
            described: fields.get("vars").map(|vars| described::described(file, vars)).unwrap_or_default(),
            vars: fields.settings("vars"),
        };
        fields.done()?;
        let is_begun = config.name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
        let is_valid = config.name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if !is_begun || !is_valid {
            return Err(Error::user(format!("`{}` cannot be the name of a project", config.name))
                .at(file.place(name_at))
                .hint("use lower-case letters, digits and `_`, and begin with a letter: it is a name in SQL"));
        }
        config.target(&config.target).map_err(|e| e.at(file.place(target_at)))?;
        Ok(config)
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

/// What `item` reads of each entry of a map, by the entries' names.
fn by_name<T>(
    file: &TextFile,
    node: &Node,
    item: impl Fn(&TextFile, &Node) -> Result<T>,
) -> Result<BTreeMap<String, T>> {
    let mut fields = Fields::of(file, node)?;
    let mut found = BTreeMap::new();
    for (key, _) in fields.entries() {
        found.extend(fields.one(&key.name, &item).map(|read| (key.name.clone(), read)));
    }
    fields.done()?;
    Ok(found)
}

fn target(file: &TextFile, node: &Node) -> Result<Target> {
    let mut fields = Fields::of(file, node)?;
    let dialects = [Dialect::DataFusion, Dialect::Athena, Dialect::DuckDb].map(|dialect| (dialect.name(), dialect));
    let read = Target {
        dialect: fields.word("type", &dialects).unwrap_or_default(),
        source: fields.required("source").0,
        output: fields.required("output").0,
        threads: fields.count("threads"),
        memory_limit: fields.text("memory_limit"),
        folders: fields
            .word("folders", &[("apart", Folders::Apart), ("together", Folders::Together)])
            .unwrap_or_default(),
        publish: fields
            .word("publish", &[("whole", Publish::Whole), ("by_payer", Publish::ByPayer)])
            .unwrap_or_default(),
        s3: fields.one("s3", s3).unwrap_or_default(),
        athena: fields.one("athena", athena),
        events: fields.one("events", events),
        mail: fields.one("mail", mail).unwrap_or_default(),
        seeds: fields.one("seeds", |file, node| by_name(file, node, seed)).unwrap_or_default(),
    };
    fields.done()?;
    Ok(read)
}

fn s3(file: &TextFile, node: &Node) -> Result<S3Options> {
    let mut fields = Fields::of(file, node)?;
    let read = S3Options {
        region: fields.text("region"),
        endpoint: fields.text("endpoint"),
        path_style: fields.flag("path_style"),
        profile: fields.text("profile"),
        encryption: fields.word("encryption", &Encryption::NAMES),
        kms_key_id: fields.text("kms_key_id"),
        requester_pays: fields.flag("requester_pays").unwrap_or_default(),
        max_retries: fields.count("max_retries"),
        copy_part_size: fields.one("copy_part_size", part_size),
        request_timeout: fields.count("request_timeout"),
    };
    fields.done()?;
    Ok(read)
}

fn athena(file: &TextFile, node: &Node) -> Result<AthenaOptions> {
    let mut fields = Fields::of(file, node)?;
    let read = AthenaOptions {
        workgroup: fields.required("workgroup").0,
        database: fields.required("database").0,
        concurrency: fields.number("concurrency", "a whole number from 1"),
        results: fields.text("results"),
        local_limit: fields.one("local_limit", size),
        price_per_tb: fields.number("price_per_tb", "a number"),
    };
    fields.done()?;
    Ok(read)
}

fn events(file: &TextFile, node: &Node) -> Result<EventsOptions> {
    let mut fields = Fields::of(file, node)?;
    let read = EventsOptions { eventbridge: fields.required("eventbridge").0 };
    fields.done()?;
    Ok(read)
}

fn mail(file: &TextFile, node: &Node) -> Result<MailOptions> {
    let mut fields = Fields::of(file, node)?;
    let usual = MailOptions::default();
    let attach = fields.names("attach");
    let read = MailOptions {
        from: fields.text("from"),
        reply_to: fields.text("reply_to"),
        domains: fields.names("domains"),
        attach: if attach.is_empty() { usual.attach } else { attach },
        attach_limit: fields.one("attach_limit", size).unwrap_or(usual.attach_limit),
        link_days: fields.one("link_days", days).unwrap_or(usual.link_days),
        ses: fields.one("ses", ses),
    };
    fields.done()?;
    Ok(read)
}

fn ses(file: &TextFile, node: &Node) -> Result<SesOptions> {
    let mut fields = Fields::of(file, node)?;
    let read = SesOptions {
        region: fields.text("region"),
        configuration_set: fields.text("configuration_set"),
        queue: fields.text("queue"),
    };
    fields.done()?;
    Ok(read)
}

/// How long a link to an object works: S3 signs none for longer than a week
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html>).
fn days(file: &TextFile, node: &Node) -> Result<u64> {
    let days = node.value().as_u64().filter(|days| (1..=7).contains(days));
    days.ok_or_else(|| Error::user("a link to a file works for 1 to 7 days").at(file.place(node.at)))
}

fn seed(file: &TextFile, node: &Node) -> Result<SeedQuery> {
    let mut fields = Fields::of(file, node)?;
    let (postgres, at) = fields.required("postgres");
    fields.done()?;
    Ok(SeedQuery { postgres, place: file.place(at) })
}

/// The size of a part of an object: at least 5 MiB, at most 5 GiB
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html>).
fn part_size(file: &TextFile, node: &Node) -> Result<u64> {
    let bytes = size(file, node)?;
    if (5 << 20..=5 << 30).contains(&bytes) {
        return Ok(bytes);
    }
    Err(Error::user("S3 takes parts of 5MiB to 5GiB").at(file.place(node.at)))
}

/// An amount of bytes.
fn size(file: &TextFile, node: &Node) -> Result<u64> {
    let text = node.value();
    let text = text.as_str().map_or_else(|| text.to_string(), str::to_owned);
    size::bytes(&text).ok_or_else(|| {
        Error::user(format!("`{text}` is not an amount of bytes"))
            .at(file.place(node.at))
            .hint("write it like 256MB or 1GiB")
    })
}

#[cfg(test)]
mod tests;
