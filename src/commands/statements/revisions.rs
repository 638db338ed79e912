//! The papers of one customer and month: each stays as it is, and has a manifest that was written last.

use std::collections::BTreeSet;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::common::error::{Error, Result};
use crate::common::period::Period;
use crate::project::Hash;
use crate::statements::{FOLDER, Form, Issue, Statement, StatementFile};
use crate::storage::Location;

/// What is in a revision; without it, the revision was never finished.
const MANIFEST: &str = "manifest.json";
/// Whose a revision is that is being written.
const CLAIM: &str = "started";
/// The file for machines.
const STATEMENT: &str = "statement.json";
/// The version of the manifest.
const SCHEMA: u32 = 1;

/// A manifest.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Manifest {
    schema: u32,
    billing_period: String,
    pub(super) customer: String,
    revision: u64,
    pub(super) number: String,
    pub(super) is_provisional: bool,
    pub(super) currency_code: String,
    pub(super) total: String,
    /// The accounts in it.
    accounts: Vec<String>,
    /// A hash of what it tells and of the templates that it was made with.
    pub(super) content: String,
    run_id: String,
    published_at: String,
    files: Vec<ManifestFile>,
}

/// A file by its hash.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct ManifestFile {
    name: String,
    bytes: usize,
    sha256: String,
}

/// A revision that is to be written.
#[derive(Debug, Clone)]
pub(super) struct Revision {
    pub(super) number: u64,
    manifest: Manifest,
}

/// The newest finished revision.
#[derive(Debug, Clone)]
pub(super) struct Newest {
    pub(super) number: u64,
    /// What it tells.
    pub(super) statement: Value,
    pub(super) manifest: Manifest,
    /// The hash of the manifest, which has the hashes of all files.
    pub(super) hash: String,
    folder: String,
}

/// The revisions that there are.
#[derive(Debug, Clone)]
pub(super) struct Revisions {
    folder: String,
    begun: BTreeSet<u64>,
    finished: BTreeSet<u64>,
}

/// A hash of what a statement tells and of the `templates` that it is made with: not of when it is issued.
///
/// # Errors
/// When an amount cannot be printed.
pub(super) fn content(statement: &Statement, templates: &str) -> Result<String> {
    let mut hash = Hash::default();
    hash.add("statement", Value::Object(statement.content(Form::Exact)?).to_string());
    hash.add("templates", templates);
    Ok(hash.digits())
}

impl Revision {
    /// The revision of `statement` that has `files`.
    ///
    /// # Errors
    /// When an amount cannot be printed.
    pub(super) fn of(statement: &Statement, issue: &Issue, content: &str, files: &[StatementFile]) -> Result<Self> {
        let view = statement.view(issue, Form::Exact)?;
        let text = |name: &str| view[name].as_str().unwrap_or_default().to_owned();
        let of_file = |file: &StatementFile| ManifestFile {
            name: file.name.to_owned(),
            bytes: file.bytes.len(),
            sha256: sha256(&file.bytes),
        };
        let manifest = Manifest {
            schema: SCHEMA,
            billing_period: text("billing_period"),
            customer: text("customer"),
            revision: issue.revision,
            number: text("number"),
            is_provisional: view["is_provisional"].as_bool().unwrap_or_default(),
            currency_code: text("currency_code"),
            total: text("total"),
            accounts: statement.accounts(),
            content: content.to_owned(),
            run_id: issue.origin.run_id.clone(),
            published_at: view["run"]["published_at"].as_str().unwrap_or_default().to_owned(),
            files: files.iter().map(of_file).collect(),
        };
        Ok(Self { number: issue.revision, manifest })
    }

    /// Whether AWS has not closed the month.
    pub(super) fn is_provisional(&self) -> bool {
        self.manifest.is_provisional
    }
}

impl Revisions {
    /// Looks which there are.
    ///
    /// # Errors
    /// When the store does not answer, or the customer's name cannot be that of a folder.
    pub(super) async fn list(output: &Location, period: Period, customer: &str) -> Result<Self> {
        let is_plain = |character: char| character.is_alphanumeric() || "-_. &".contains(character);
        if customer.starts_with('.') || !customer.chars().all(is_plain) {
            return Err(Error::user(format!("the customer `{customer}` cannot have a folder of its name"))
                .hint("name customers with letters, digits, `-`, `_` and `.` in `data/seeds/customers.csv`"));
        }
        let folder = format!("{FOLDER}/billing_period={period}/customer={customer}");
        let (mut begun, mut finished) = (BTreeSet::new(), BTreeSet::new());
        for object in output.list(&folder).await? {
            let path = object.location.as_ref();
            let Some((_, below)) = path.rsplit_once("/revision=") else { continue };
            let Some((number, name)) = below.split_once('/') else { continue };
            let Ok(number) = number.parse() else { continue };
            begun.insert(number);
            if name == MANIFEST {
                finished.insert(number);
            }
        }
        Ok(Self { folder, begun, finished })
    }

    /// The folder of a revision.
    pub(super) fn folder(&self, revision: u64) -> String {
        format!("{}/revision={revision}", self.folder)
    }

    /// Where a revision has its manifest.
    pub(super) fn manifest(&self, revision: u64) -> String {
        format!("{}/{MANIFEST}", self.folder(revision))
    }

    /// The number of the next one; one that was begun and never finished keeps its own.
    pub(super) fn next(&self) -> u64 {
        self.begun.last().map_or(1, |last| last + 1)
    }

    /// The newest that is finished.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(super) async fn newest(&self, output: &Location) -> Result<Option<Newest>> {
        let Some(number) = self.finished.last().copied() else { return Ok(None) };
        let folder = self.folder(number);
        let (manifest, bytes): (Manifest, _) = read(output, &self.manifest(number)).await?;
        let (statement, _) = read(output, &format!("{folder}/{STATEMENT}")).await?;
        Ok(Some(Newest { number, statement, manifest, hash: sha256(&bytes), folder }))
    }

    /// Writes a revision, its manifest last.
    ///
    /// # Errors
    /// When somebody else is writing it, or the store does not answer.
    pub(super) async fn write(&self, output: &Location, revision: &Revision, files: Vec<StatementFile>) -> Result<()> {
        let folder = self.folder(revision.number);
        let claim = format!("{folder}/{CLAIM}");
        if !output.put_new(&claim, Bytes::from(revision.manifest.run_id.clone())).await? {
            return Err(Error::later(format!("another run is writing `{}`", output.at(&folder))));
        }
        for file in files {
            output.put(&format!("{folder}/{}", file.name), file.bytes.into()).await?;
        }
        let manifest = serde_json::to_string_pretty(&revision.manifest)
            .map_err(|error| Error::bug("a manifest is no JSON").caused_by(&error))?;
        output.put(&self.manifest(revision.number), manifest.into()).await?;
        output.delete(&output.path(&claim)).await
    }
}

impl Newest {
    /// The file `name`, as it was written.
    ///
    /// # Errors
    /// When it is not there, or is another by now.
    pub(super) async fn file(&self, output: &Location, name: &str) -> Result<Bytes> {
        let known = self.manifest.files.iter().find(|file| file.name == name).ok_or_else(|| {
            let names = self.manifest.files.iter().map(|file| file.name.as_str());
            Error::user(format!("a statement has no file `{name}`")).did_you_mean(name, names)
        })?;
        let path = self.path(name);
        let bytes = output.get(&path).await?.map(|(bytes, _)| bytes);
        let bytes = bytes.filter(|bytes| sha256(bytes) == known.sha256);
        bytes.ok_or_else(|| {
            Error::data(format!("`{}` is gone or not what it was", output.at(&path)))
                .hint("a revision is never changed: remove that revision, and build the statement again")
        })
    }

    /// Where the file `name` is.
    pub(super) fn path(&self, name: &str) -> String {
        format!("{}/{name}", self.folder)
    }
}

pub(super) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A JSON object of a revision, and its bytes.
async fn read<T: for<'de> Deserialize<'de>>(output: &Location, path: &str) -> Result<(T, Bytes)> {
    let cure = "remove that revision, and build the statement again";
    let found = output.get(path).await?.map(|(bytes, _)| bytes);
    let bytes = found.ok_or_else(|| Error::data(format!("there is no `{}`", output.at(path))).hint(cure))?;
    let parsed = serde_json::from_slice(&bytes)
        .map_err(|error| Error::data(format!("`{}` is damaged", output.at(path))).caused_by(&error).hint(cure))?;
    Ok((parsed, bytes))
}
