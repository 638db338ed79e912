//! What the folders of a report hold of a period, and whether any of it would be added up twice or into another month.
//!
//! It looks at few columns, by what the files say of them at their ends where that is enough.

use std::collections::{BTreeMap, BTreeSet};

use datafusion::prelude::SessionContext;
use futures::{StreamExt, TryStreamExt, stream};

use self::facts::{Facts, OPEN};
use super::parquet::{self, Footer};
use crate::common::error::Result;
use crate::cur::{Bill, Bills, ReportFile, mapping};

mod doubles;
mod facts;
mod folders;
mod months;

/// Files that are looked at at the same time.
const AT_ONCE: usize = 16;

/// The files of one folder in one layout.
#[derive(Debug)]
struct FolderFiles {
    folder: String,
    layout: &'static str,
    files: Vec<OpenedFile>,
}

/// A file that has rows.
#[derive(Debug)]
struct OpenedFile {
    file: ReportFile,
    footer: Footer,
}

impl FolderFiles {
    /// The folder as it is told to people.
    fn name(&self) -> String {
        format!("`{}` ({})", self.folder, self.layout)
    }
}

/// What each folder of `report` holds.
pub(super) async fn list(context: &SessionContext, report: &Bills) -> Result<Vec<Bill>> {
    let groups = open(context, report).await?;
    let mut bills = Vec::new();
    for group in &groups {
        bills.push(bill(context, report, group));
    }
    at_once(bills).await
}

async fn bill(context: &SessionContext, report: &Bills, group: &FolderFiles) -> Result<Bill> {
    let facts = Facts::new(report);
    let rows = facts.rows_by_bill(context, &group.files).await?;
    let payers: BTreeSet<String> = rows.iter().filter_map(|row| row.payer.clone()).collect();
    Ok(Bill {
        name: group.name(),
        rows: rows.iter().map(|row| row.rows).sum(),
        payers: payers.into_iter().collect(),
        total: facts::total(&rows),
        is_open: facts.have_invoices(&group.files).then(|| rows.iter().all(|row| row.invoice == OPEN)),
    })
}

/// Refuses rows of other periods, and bills and rows that would be added up twice.
pub(super) async fn check(context: &SessionContext, report: &Bills) -> Result<()> {
    let groups = open(context, report).await?;
    months::check(context, report, &groups).await?;
    if !report.are_together {
        folders::check(context, report, &groups).await?;
    }
    doubles::check(context, report, &groups).await
}

/// The groups of `report`; files without rows are in none.
async fn open(context: &SessionContext, report: &Bills) -> Result<Vec<FolderFiles>> {
    let mut footers = Vec::new();
    for (folder, file) in report.files() {
        footers.push(opened(context, report, folder, file));
    }
    let mut groups: BTreeMap<(String, &'static str), Vec<OpenedFile>> = BTreeMap::new();
    for (folder, opened) in at_once(footers).await?.into_iter().filter(|(_, opened)| opened.footer.rows() > 0) {
        groups.entry((folder, mapping::layout(&opened.footer.schema))).or_default().push(opened);
    }
    Ok(groups.into_iter().map(|((folder, layout), files)| FolderFiles { folder, layout, files }).collect())
}

async fn opened(
    context: &SessionContext,
    report: &Bills,
    folder: &str,
    file: &ReportFile,
) -> Result<(String, OpenedFile)> {
    let footer = parquet::footer(context, &report.location, &file.object).await?;
    Ok((folder.to_owned(), OpenedFile { file: file.clone(), footer }))
}

/// What all `futures` give, in their order.
async fn at_once<T>(futures: Vec<impl Future<Output = Result<T>>>) -> Result<Vec<T>> {
    stream::iter(futures).buffered(AT_ONCE).try_collect().await
}
