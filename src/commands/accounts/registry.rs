//! The seed `account_registry` as text: rows are changed, ended and added, every other line stays as it is.

use std::collections::BTreeSet;

use crate::common::error::Result;
use crate::organizations::MemberAccount;
use crate::project::{Seed, SeedText};

/// Columns that are written; in new rows any other is left empty.
const COLUMNS: [&str; 7] = ["account_id", "name", "group", "division", "email", "valid_from", "valid_until"];

/// Where those columns stand.
struct Places {
    account_id: usize,
    name: usize,
    group: usize,
    division: usize,
    email: usize,
    valid_from: usize,
    valid_until: usize,
}

/// The seed, and what has become of it.
pub(super) struct Registry<'a> {
    at: Places,
    width: usize,
    text: SeedText<'a>,
    /// Accounts that were not there.
    pub(super) added: usize,
    /// Accounts whose name or address is another.
    pub(super) renamed: usize,
    /// Accounts whose group or division is another from a day on.
    pub(super) moved: usize,
}

impl<'a> Registry<'a> {
    /// Reads the seed.
    ///
    /// # Errors
    /// When a column is missing.
    pub(super) fn read(seed: &'a Seed) -> Result<Self> {
        let [account_id, name, group, division, email, valid_from, valid_until] = seed.columns(COLUMNS)?;
        let at = Places { account_id, name, group, division, email, valid_from, valid_until };
        Ok(Self { at, width: seed.header.len(), text: SeedText::of(seed), added: 0, renamed: 0, moved: 0 })
    }

    /// The accounts that have a row.
    pub(super) fn accounts(&self) -> impl Iterator<Item = &str> {
        let ids: BTreeSet<&str> = self.text.rows().map(|cells| cells[self.at.account_id].as_str()).collect();
        ids.into_iter()
    }

    /// Has the seed say of `account` what the organization says. A group or division that is `None` stays; another one
    /// counts from the day `from` on, and before it what was there.
    ///
    /// # Errors
    /// When the row is spread over several lines.
    pub(super) fn put(
        &mut self,
        account: &MemberAccount,
        group: Option<String>,
        division: Option<String>,
        from: &str,
    ) -> Result<()> {
        let Places { group: at_group, division: at_division, valid_from, valid_until, .. } = self.at;
        let own = self.text.rows().any(|cells| cells[self.at.account_id] == account.id);
        let Some((last, mut cells)) = self.in_force(&account.id, from) else {
            // Whoever has ended all rows of an account has wanted that.
            return if own { Ok(()) } else { self.add_new(account, group, division, from) };
        };
        let is_renamed = self.rename(&mut cells, account);
        let mut moved = cells.clone();
        group.into_iter().for_each(|group| moved[at_group] = group);
        division.into_iter().for_each(|division| moved[at_division] = division);
        self.renamed += usize::from(is_renamed);
        self.moved += usize::from(moved != cells);
        if moved == cells || cells[valid_from].as_str() >= from {
            // It has begun on that day itself, so that nothing was otherwise before.
            return self.text.replace(last, moved);
        }
        from.clone_into(&mut cells[valid_until]);
        from.clone_into(&mut moved[valid_from]);
        self.text.replace(last, cells)?;
        self.text.add(Some(last), moved)
    }

    /// The row of `account` that is in force on the day `from`, or else the first that begins after it.
    fn in_force(&self, account: &str, from: &str) -> Option<(usize, Vec<String>)> {
        let Places { account_id, valid_from, valid_until, .. } = self.at;
        let is_open = |cells: &[String]| cells[valid_until].is_empty() || cells[valid_until].as_str() > from;
        let own = self.text.rows().enumerate().filter(|(_, cells)| cells[account_id] == account && is_open(cells));
        own.min_by_key(|(_, cells)| &cells[valid_from]).map(|(row, cells)| (row, cells.to_vec()))
    }

    fn add_new(
        &mut self,
        account: &MemberAccount,
        group: Option<String>,
        division: Option<String>,
        from: &str,
    ) -> Result<()> {
        let mut cells = vec![String::new(); self.width];
        self.rename(&mut cells, account);
        account.id.clone_into(&mut cells[self.at.account_id]);
        cells[self.at.group] = group.unwrap_or_default();
        cells[self.at.division] = division.unwrap_or_default();
        cells[self.at.valid_from] = account.joined.map_or_else(|| from.to_owned(), |day| day.to_string());
        self.added += 1;
        self.text.add(None, cells)
    }

    /// Whether that changes anything.
    fn rename(&self, cells: &mut [String], account: &MemberAccount) -> bool {
        let mut is_renamed = false;
        for (at, new) in [(self.at.name, &account.name), (self.at.email, &account.email)] {
            if cells[at] != *new {
                new.clone_into(&mut cells[at]);
                is_renamed = true;
            }
        }
        is_renamed
    }

    /// The text of the file.
    pub(super) fn text(&self) -> String {
        self.text.text()
    }
}
