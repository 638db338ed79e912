//! One run of the binary over many months.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use libtest_mimic::Failed;

use super::allocate::allocate;
use super::cells::{self, Cells};
use super::compare::{Difference, differences};
use super::month::{Answer, Month, Settings, Tables};
use super::read::published;
use super::{combinations, tables, write};
use crate::harness::{self, Outcome};

/// The result tables that are compared, with all that they read.
const SELECTED: &[&str] = &[
    "+account_costs",
    "+line_item_costs",
    "+commitment_usage",
    "+tier_benefits",
    "+transfers",
    "+transfer_pairs",
    "+leakage",
    "+customer_charges",
];

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
        write::seeds(&project, combinations::circles(name))?;
        let tables = tables::read(&project)?;
        std::fs::remove_dir_all(&project)?;
        Ok(Self { settings, tables, name: name.to_owned() })
    }

    /// The settings of all runs.
    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Allocates the months in one run of the binary, and by the specification. What the models give to somebody who is
    /// no payer of the months would be held against nothing, and is refused.
    pub(crate) fn compare<'a>(&self, months: &[&'a Month]) -> Result<Vec<Compared<'a>>, Failed> {
        let folder = self.fresh()?;
        write::registry(&folder, months)?;
        write::report(&folder.join("report"), months)?;
        let vars = combinations::vars(&self.settings);
        let mut args = vec!["run", "--source", "report", "--threads", "1", "--vars", &vars, "--select"];
        args.extend_from_slice(SELECTED);
        harness::apportion(&folder, &args)?.exits(0)?;
        let found = published(&folder.join("data/out"))?;
        match std::env::var_os("APPORTION_ORACLE_KEEP") {
            Some(kept) => keep(&folder, &PathBuf::from(kept).join(&self.name), &vars)?,
            None => std::fs::remove_dir_all(&folder)?,
        }
        let payers: BTreeSet<&str> = months.iter().map(|month| month.payer.as_str()).collect();
        if let Some(stranger) = found.keys().find(|payer| !payers.contains(payer.as_str())) {
            return Err(format!("there are rows of the payer `{stranger}`, who has no month").into());
        }
        let nothing = Cells::new();
        let compared = months.iter().map(|&month| {
            let answer = allocate(month, &self.settings, &self.tables);
            let found = found.get(&month.payer).unwrap_or(&nothing);
            let expected = cells::of_answer(month, &answer);
            let differences = differences(month, &answer, &self.settings, (&expected, found));
            Compared { month, answer, differences }
        });
        Ok(compared.collect())
    }

    fn fresh(&self) -> Result<PathBuf, Failed> {
        let project = harness::shipped_project(&format!("oracle-{}", self.name))?;
        write::seeds(&project, combinations::circles(&self.name))?;
        Ok(project)
    }
}

/// Moves the project in `folder`, with its report and without what came of it, to `kept`, with its settings beside it.
fn keep(folder: &Path, kept: &Path, vars: &str) -> Outcome {
    std::fs::remove_dir_all(folder.join("data/out"))?;
    std::fs::create_dir_all(kept)?;
    std::fs::rename(folder, kept.join("project"))?;
    Ok(std::fs::write(kept.join("vars"), vars)?)
}
