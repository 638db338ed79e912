//! Which usage has a table: the seed `tier_rules`, read as the model `tier_kinds` reads it.

use crate::common::error::{Error, Result};
use crate::project::Seed;

/// What has a table of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TablesBy {
    Region,
    Prefix,
    Global,
}

/// A rule that is in force.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    priority: i64,
    name: String,
    service: String,
    usage_name: String,
    by: TablesBy,
    /// The table; empty keeps the usage out of all.
    pub(super) table: String,
}

/// The rules in the order in which they are tried.
#[derive(Debug, Clone)]
pub(super) struct Rules(Vec<Rule>);

impl Rules {
    /// The rows of the seed that have no end.
    ///
    /// # Errors
    /// When a column is missing, or a priority or `tables_by` cannot be read.
    pub(super) fn read(seed: &Seed) -> Result<Self> {
        let columns = ["priority", "rule", "service_code", "usage_name", "tables_by", "tier_table", "valid_until"];
        let at = seed.columns(columns)?;
        let mut rules = Vec::new();
        for (line, row) in &seed.rows {
            let [priority, name, service, usage_name, by, table, until] = at.map(|index| row[index].clone());
            let by = match by.as_str() {
                "" => TablesBy::Region,
                "prefix" => TablesBy::Prefix,
                "global" => TablesBy::Global,
                other => {
                    return Err(wrong(seed, *line, format!("`{other}` is not a valid `tables_by`"))
                        .hint("leave it empty, or write prefix or global"));
                }
            };
            let priority =
                priority.parse().map_err(|_| wrong(seed, *line, format!("`{priority}` is not a valid priority")))?;
            if until.is_empty() {
                rules.push(Rule { priority, name, service, usage_name, by, table });
            }
        }
        rules.sort_by(|a, b| (a.priority, &a.name).cmp(&(b.priority, &b.name)));
        Ok(Self(rules))
    }

    /// The rule for a usage type of a service, if it names a table.
    pub(super) fn find(&self, service: &str, usage_type: &str) -> Option<&Rule> {
        let rule = self.0.iter().find(|rule| {
            (rule.service.is_empty() || rule.service == service)
                && rule.prefix(usage_type).is_some_and(|prefix| prefix.is_empty() || rule.by != TablesBy::Global)
        });
        rule.filter(|rule| !rule.table.is_empty())
    }

    /// The allowance that AWS gives over all regions: a usage type of its own, before whose name stands `Global`.
    pub(super) fn find_allowance(&self, service: &str, usage_type: &str) -> Option<&Rule> {
        self.find(service, usage_type.strip_prefix("Global-")?)
    }

    /// The names of all tables.
    pub(super) fn tables(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|rule| rule.table.as_str()).filter(|table| !table.is_empty())
    }
}

impl Rule {
    /// What stands before the rule's name in a usage type that is of this name.
    fn prefix<'a>(&self, usage_type: &'a str) -> Option<&'a str> {
        let before = usage_type.strip_suffix(self.usage_name.as_str())?;
        if before.is_empty() { Some(before) } else { before.strip_suffix('-') }
    }

    /// The region of the table, as the seed of tables names it; `None` where the price list has none.
    pub(super) fn region<'a>(&self, usage_type: &'a str, region: &'a str) -> Option<&'a str> {
        let found = match self.by {
            TablesBy::Region => region,
            TablesBy::Prefix => self.prefix(usage_type).unwrap_or(""),
            TablesBy::Global => "global",
        };
        (!found.is_empty()).then_some(found)
    }
}

/// The error for what stands in a `line` of a seed.
pub(super) fn wrong(seed: &Seed, line: usize, what: String) -> Error {
    Error::user(what).at(seed.file.place_at(line, 0))
}
