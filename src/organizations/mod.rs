//! Floor 3: AWS Organizations, which knows what accounts there are, their names, and how they are grouped.

use std::collections::{BTreeMap, HashMap};
use std::error::Error as StdError;

use aws_sdk_organizations::Client;
use aws_sdk_organizations::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_organizations::types::{Account, AccountState};
use chrono::{DateTime, NaiveDate};

use crate::common::error::{Error, Result};
use crate::common::s3::S3Options;
use crate::storage::{aws_configuration, credentials_cure, words_of_aws};

/// The organization's API is here, wherever its accounts work
/// (<https://docs.aws.amazon.com/general/latest/gr/ao.html>).
const REGION: &str = "us-east-1";

/// An account of the organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberAccount {
    /// Its twelve digits.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The address that it was opened with.
    pub email: String,
    /// The day on which it joined (UTC).
    pub joined: Option<NaiveDate>,
    /// Whether it may be used.
    pub is_active: bool,
    /// The names of the organizational units that it is in, the widest first; not asked for, or right below the root,
    /// none.
    pub units: Vec<String>,
    /// Its tags, if they were asked for.
    pub tags: BTreeMap<String, String>,
}

/// What is asked for beside names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The organizational units.
    pub units: bool,
    /// The tags.
    pub tags: bool,
}

/// All accounts of the organization that the credentials belong to, by their ids.
///
/// # Errors
/// When there are no credentials, or they may not ask, or the organization cannot be reached.
pub async fn accounts(wanted: Wanted) -> Result<Vec<MemberAccount>> {
    let found = aws_configuration(&S3Options { region: Some(REGION.to_owned()), ..S3Options::default() }).await;
    let organization = Organization(Client::new(&found));
    let units = if wanted.units { organization.units_by_account().await? } else { HashMap::new() };
    let mut accounts = Vec::new();
    for account in organization.accounts().await? {
        let mut account = member(&account, &units);
        if wanted.tags {
            account.tags = organization.tags(&account.id).await?;
        }
        accounts.push(account);
    }
    accounts.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(accounts)
}

fn member(account: &Account, units: &HashMap<String, Vec<String>>) -> MemberAccount {
    let id = account.id().unwrap_or_default().to_owned();
    let joined = account.joined_timestamp().and_then(|joined| DateTime::from_timestamp(joined.secs(), 0));
    MemberAccount {
        name: account.name().unwrap_or_default().to_owned(),
        email: account.email().unwrap_or_default().to_owned(),
        joined: joined.map(|joined| joined.date_naive()),
        is_active: account.state().is_none_or(|state| *state == AccountState::Active),
        units: units.get(&id).cloned().unwrap_or_default(),
        tags: BTreeMap::new(),
        id,
    }
}

struct Organization(Client);

impl Organization {
    async fn accounts(&self) -> Result<Vec<Account>> {
        let pages = self.0.list_accounts().into_paginator().send().collect::<Result<Vec<_>, _>>().await;
        let pages = pages.map_err(|error| refused("ListAccounts", &error))?;
        Ok(pages.into_iter().flat_map(|page| page.accounts.unwrap_or_default()).collect())
    }

    /// The names of the units that each account is in, from the root down.
    async fn units_by_account(&self) -> Result<HashMap<String, Vec<String>>> {
        let roots = self.0.list_roots().into_paginator().send().collect::<Result<Vec<_>, _>>().await;
        let roots = roots.map_err(|error| refused("ListRoots", &error))?;
        let roots = roots.iter().flat_map(|page| page.roots());
        let mut open: Vec<(String, Vec<String>)> =
            roots.map(|root| (root.id().unwrap_or_default().to_owned(), Vec::new())).collect();
        let mut found = HashMap::new();
        while let Some((parent, names)) = open.pop() {
            let accounts = self.0.list_accounts_for_parent().parent_id(&parent).into_paginator().send();
            let accounts = accounts.collect::<Result<Vec<_>, _>>().await;
            let accounts = accounts.map_err(|error| refused("ListAccountsForParent", &error))?;
            for account in accounts.iter().flat_map(|page| page.accounts()) {
                found.insert(account.id().unwrap_or_default().to_owned(), names.clone());
            }
            let units = self.0.list_organizational_units_for_parent().parent_id(&parent).into_paginator().send();
            let units = units.collect::<Result<Vec<_>, _>>().await;
            let units = units.map_err(|error| refused("ListOrganizationalUnitsForParent", &error))?;
            for unit in units.iter().flat_map(|page| page.organizational_units()) {
                let name = unit.name().unwrap_or_default().to_owned();
                open.push((unit.id().unwrap_or_default().to_owned(), names.iter().cloned().chain([name]).collect()));
            }
        }
        Ok(found)
    }

    async fn tags(&self, account: &str) -> Result<BTreeMap<String, String>> {
        let pages = self.0.list_tags_for_resource().resource_id(account).into_paginator().send();
        let pages = pages.collect::<Result<Vec<_>, _>>().await;
        let pages = pages.map_err(|error| refused("ListTagsForResource", &error))?;
        Ok(pages.into_iter().flat_map(|page| page.tags.unwrap_or_default()).map(|tag| (tag.key, tag.value)).collect())
    }
}

/// What to say of a request for `action` that was refused.
fn refused<E>(action: &str, error: &SdkError<E>) -> Error
where
    E: ProvideErrorMetadata + StdError + 'static,
{
    let said = words_of_aws(error.code(), error.message(), error);
    let plain = Error::environment(format!("AWS Organizations refused {action}")).caused_by(&said);
    match error.code() {
        Some("AccessDeniedException") => plain
            .hint(format!("allow `organizations:{action}`, in the management account or a delegated administrator's")),
        Some("AWSOrganizationsNotInUseException") => {
            plain.hint("these credentials are of an account that is in no organization: take the payer's")
        }
        code => match credentials_cure(code, &said) {
            Some(cure) => plain.hint(cure),
            None => plain.hint("such errors usually pass: run again; if they do not, check the network"),
        },
    }
}
