//! §6, `sharing.mode`: the circles of the seed, and who is in them.

use std::collections::BTreeMap;

use crate::oracle::allocate::kinds::text;
use crate::oracle::month::{Month, Registered, Settings, SharingMode, Tables, Ungrouped};

/// What the registry says of an account; one that is absent shares, as a group of its own, and comes last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Member {
    account: String,
    group: Option<String>,
    division: Option<String>,
    pub(super) priority: Option<i64>,
    pub(super) shares: bool,
}

impl Member {
    /// The registry's word on an account.
    pub(super) fn of(month: &Month, account: &str) -> Self {
        let known = month.registry.iter().find(|row| row.account_id == account);
        let field = |of: fn(&Registered) -> Option<String>| known.and_then(of);
        Self {
            account: account.to_owned(),
            group: field(|row| row.group.clone()),
            division: field(|row| row.division.clone()),
            priority: known.and_then(|row| row.priority),
            shares: known.and_then(|row| row.shares).unwrap_or(true),
        }
    }

    /// Its group; an account without one is a group of its own.
    pub(super) fn group(&self) -> &str {
        self.group.as_deref().unwrap_or(&self.account)
    }

    /// Whether the words of the seed, `all` or `without_group`, mean the account.
    fn is_meant(&self, who: &str) -> bool {
        who != "without_group" || self.group.is_none()
    }
}

/// Circles that are shared in at the same time: a row of the seed.
#[derive(Clone, Debug)]
pub(super) struct Round {
    name: String,
    divided_by: String,
    lends: String,
    borrows: String,
    pub(super) is_wanted: bool,
}

impl Round {
    /// The circle of an account.
    pub(super) fn circle_of(&self, member: &Member) -> String {
        let part = match self.divided_by.as_str() {
            "group" => member.group(),
            "division" => member.division.as_deref().unwrap_or(&member.account),
            _ => return self.name.clone(),
        };
        format!("{}:{part}", self.name)
    }

    /// Whether an account may lend here. What nobody wants concerns also those that do not share by choice.
    pub(super) fn lends(&self, member: &Member) -> bool {
        member.is_meant(&self.lends) && (member.shares || !self.is_wanted)
    }

    /// Whether an account may borrow here.
    pub(super) fn borrows(&self, member: &Member) -> bool {
        member.is_meant(&self.borrows) && (member.shares || !self.is_wanted)
    }
}

/// The rounds of the settings, in their order.
pub(super) fn rounds(settings: &Settings, tables: &Tables) -> Vec<Round> {
    let mode = match settings.mode {
        SharingMode::Open => "open",
        SharingMode::Prioritized => "prioritized",
        SharingMode::Restricted => "restricted",
        SharingMode::OwnerOnly => "owner_only",
    };
    let ungrouped = match settings.ungrouped {
        Ungrouped::Organization => "organization",
        Ungrouped::None => "none",
    };
    let is_in_force = |row: &&BTreeMap<String, String>| {
        let if_ungrouped = text(row, "if_ungrouped");
        [mode, "*"].contains(&text(row, "mode")) && (if_ungrouped.is_empty() || if_ungrouped == ungrouped)
    };
    let mut rows: Vec<_> = tables.seed("sharing_circles").iter().filter(is_in_force).collect();
    rows.sort_by_key(|row| text(row, "circle_order").parse::<i64>().unwrap_or(i64::MAX));
    let round = |row: &BTreeMap<String, String>| Round {
        name: text(row, "circle").to_owned(),
        divided_by: text(row, "divided_by").to_owned(),
        lends: text(row, "lends").to_owned(),
        borrows: text(row, "borrows").to_owned(),
        is_wanted: text(row, "is_wanted") == "true",
    };
    rows.into_iter().map(round).collect()
}
