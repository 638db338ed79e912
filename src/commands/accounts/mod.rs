//! `accounts import`: names and groups from AWS Organizations into the seed `account_registry`.

mod registry;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use similar::TextDiff;

use crate::common::error::{Error, Result};
use crate::organizations::{MemberAccount, Wanted, accounts};
use crate::project::{Project, Seed, replace_file};

use registry::Registry;

/// The seed.
const SEED: &str = "account_registry";
/// Lines around each change in what is shown.
const CONTEXT: usize = 3;

/// What an account's group or division is made of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Grouping {
    /// It stays as the seed has it.
    #[default]
    Keep,
    /// The organizational unit that the account is in.
    Unit,
    /// That one with all that it is in, as `Customers/Acme`.
    UnitPath,
    /// The tag of this key.
    Tag(String),
}

impl Grouping {
    /// What it is for `account`; `None` where the seed's is to stay.
    fn of(&self, account: &MemberAccount) -> Option<String> {
        match self {
            Self::Keep => None,
            Self::Unit => Some(account.units.last().cloned().unwrap_or_default()),
            Self::UnitPath => Some(account.units.join("/")),
            Self::Tag(key) => Some(account.tags.get(key).cloned().unwrap_or_default()),
        }
    }
}

/// What to import.
#[derive(Debug, Clone)]
pub struct AccountsJob {
    /// The project folder.
    pub project: PathBuf,
    /// What groups are made of.
    pub group: Grouping,
    /// What divisions are made of.
    pub division: Grouping,
    /// The first day of new groups and divisions, `YYYY-MM-DD`.
    pub valid_from: String,
    /// Whether to leave the seed as it is.
    pub is_dry_run: bool,
}

/// What was imported.
#[derive(Debug, Clone)]
pub struct AccountsImport {
    /// The seed, below the project folder.
    pub seed: String,
    /// Its lines as they were and as they are now, as a unified diff; empty if nothing has changed.
    pub diff: String,
    /// How many accounts the organization has.
    pub accounts: usize,
    /// How many of them are new in the seed.
    pub added: usize,
    /// How many have another name or address, and of how many the group or division is another from a day on.
    pub renamed: usize,
    /// See `renamed`.
    pub moved: usize,
    /// Accounts that the seed has and the organization does not: of other payers, or left. They stay.
    pub elsewhere: Vec<String>,
    /// Accounts of the organization that are suspended or closed.
    pub inactive: Vec<String>,
}

/// Asks the organization for its accounts and brings the seed up to date.
///
/// # Errors
/// When the project cannot be read, the organization does not answer, one name is that of several organizational
/// units, or the seed cannot be written.
pub async fn import(job: &AccountsJob) -> Result<AccountsImport> {
    let project = Project::load(&job.project)?;
    let seed = project.seeds.get(SEED).map(|(seed, _)| seed).ok_or_else(|| {
        Error::user(format!("there is no seed `{SEED}`"))
            .hint("import accounts into a project made with `apportion init`")
    })?;
    let groupings = [&job.group, &job.division];
    let members = accounts(Wanted {
        units: groupings.iter().any(|of| matches!(of, Grouping::Unit | Grouping::UnitPath)),
        tags: groupings.iter().any(|of| matches!(of, Grouping::Tag(_))),
    });
    let (import, text) = merge(seed, &members.await?, job)?;
    if !import.diff.is_empty() && !job.is_dry_run {
        replace_file(&project.root.join(&import.seed), &text)?;
    }
    Ok(import)
}

/// What becomes of `seed` by what the organization says of its `members`, and its new text.
fn merge(seed: &Seed, members: &[MemberAccount], job: &AccountsJob) -> Result<(AccountsImport, String)> {
    let mut registry = Registry::read(seed)?;
    if [&job.group, &job.division].contains(&&Grouping::Unit) {
        check_names(members)?;
    }
    for member in members {
        registry.put(member, job.group.of(member), job.division.of(member), &job.valid_from)?;
    }
    let known: BTreeSet<&str> = members.iter().map(|member| member.id.as_str()).collect();
    let elsewhere = registry.accounts().filter(|id| !known.contains(id)).map(str::to_owned).collect();
    let path = &seed.file.path;
    let is_changed = registry.added + registry.renamed + registry.moved > 0;
    let text = if is_changed { registry.text() } else { seed.file.text.to_string() };
    let diff = TextDiff::from_lines(&*seed.file.text, text.as_str())
        .unified_diff()
        .context_radius(CONTEXT)
        .header(&format!("a/{path}"), &format!("b/{path}"))
        .to_string();
    let inactive = members.iter().filter(|member| !member.is_active).map(|member| member.id.clone()).collect();
    let (seed, accounts) = (path.clone(), members.len());
    let (added, renamed, moved) = (registry.added, registry.renamed, registry.moved);
    Ok((AccountsImport { seed, diff, accounts, added, renamed, moved, elsewhere, inactive }, text))
}

/// Fails if accounts are in several organizational units of one name: they would be one group.
fn check_names(members: &[MemberAccount]) -> Result<()> {
    let mut paths: BTreeMap<&str, &[String]> = BTreeMap::new();
    for member in members {
        let Some(name) = member.units.last() else { continue };
        if let Some(other) = paths.insert(name, &member.units)
            && other != member.units
        {
            let (one, other) = (other.join("/"), member.units.join("/"));
            return Err(Error::user(format!("two organizational units have the name `{name}`: {one} and {other}"))
                .hint("use `ou-path`, so that they stay two groups"));
        }
    }
    Ok(())
}
