//! One run of the binary over many months.

use std::collections::BTreeMap;
use std::path::PathBuf;

use libtest_mimic::Failed;

use super::allocate::allocate;
use super::cells;
use super::compare::{Difference, differences};
use super::month::{Answer, Month, Settings, Tables};
use super::read::{Published, published};
use super::{combinations, tables, write};
use crate::harness;

/// The result tables that are compared, with all that they read.
const SELECTED: &[&str] =
    &["+account_costs", "+line_item_costs", "+commitment_usage", "+tier_benefits", "+transfers", "+leakage"];

/// A copy of the shipped project for runs with the same settings.
pub(crate) struct Project {
    settings: Settings,
    tables: Tables,
    name: String,
}

/// A month with the specification's answer, and where the models' differs.
pub(crate) struct Compared<'a> {
    pub(crate) month: &'a Month,
    pub(crate) answer: Answer,
    pub(crate) differences: Vec<Difference>,
}

impl Project {
    /// For runs with these settings; `name` is for people who look into the folders.
    pub(crate) fn new(name: &str, settings: Settings) -> Result<Self, Failed> {
        let project = harness::shipped_project(&format!("oracle-{name}"))?;
        write::seeds(&project)?;
        let tables = tables::read(&project)?;
        std::fs::remove_dir_all(&project)?;
        Ok(Self { settings, tables, name: name.to_owned() })
    }

    /// The settings of all runs.
    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Allocates the months in one run of the binary, and by the specification.
    pub(crate) fn compare<'a>(&self, months: &[&'a Month]) -> Result<Vec<Compared<'a>>, Failed> {
        let folder = self.fresh()?;
        write::registry(&folder, months)?;
        write::report(&folder.join("report"), months)?;
        let vars = combinations::vars(&self.settings);
        let mut args = vec!["run", "--source", "report", "--threads", "1", "--vars", &vars, "--select"];
        args.extend_from_slice(SELECTED);
        harness::apportion(&folder, &args)?.exits(0)?;
        let found: Published = published(&folder.join("data/out"))?;
        std::fs::remove_dir_all(&folder)?;
        let nothing = BTreeMap::new();
        let compared = months.iter().map(|&month| {
            let answer = allocate(month, &self.settings, &self.tables);
            let prefix = month.payer.split_once('-').map_or("", |(before, _)| before);
            let found = found.get(&format!("{prefix}-")).unwrap_or(&nothing);
            let differences = differences(month, self.settings.tiers, &cells::of_answer(month, &answer), found);
            Compared { month, answer, differences }
        });
        Ok(compared.collect())
    }

    fn fresh(&self) -> Result<PathBuf, Failed> {
        let project = harness::shipped_project(&format!("oracle-{}", self.name))?;
        write::seeds(&project)?;
        Ok(project)
    }
}
