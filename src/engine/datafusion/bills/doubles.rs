//! Rows that stand in two files of a folder: a copy under another name, or what an older delivery left behind.
//!
//! All rows of small reports are compared. Of large ones a part, chosen by what is in the rows and so the same in every
//! copy of them; and by three narrow columns first, so that the ids of lines are mostly not read.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::Decimal128Type;
use datafusion::common::Result as EngineResult;
use datafusion::common::hash_utils::{RandomState, create_hashes};
use datafusion::logical_expr::LogicalPlanBuilder;
use datafusion::prelude::SessionContext;
use futures::{StreamExt, TryStreamExt, stream};

use super::super::errors::explain;
use super::facts::{Fact, Facts};
use super::{FolderFiles, OpenedFile};
use crate::common::error::{Error, Result};
use crate::cur::Bills;

/// About how many rows are compared.
const COMPARED: u64 = 65_536;
/// Files that are read at the same time.
const AT_ONCE: usize = 4;
/// How many pairs of files are named.
const NAMED: usize = 3;

/// What rows are chosen by, and what copies have in common however they were made.
const NARROW: [Fact; 3] = [Fact::Cost, Fact::Start, Fact::Account];
/// The same with what tells a row from its like.
const WHOLE: [Fact; 5] = [Fact::Cost, Fact::Start, Fact::Account, Fact::LineType, Fact::LineId];

/// Refuses files of which most rows stand in another file of the folder, or of all folders that belong together.
pub(super) async fn check(context: &SessionContext, report: &Bills, groups: &[FolderFiles]) -> Result<()> {
    let mut folders: BTreeMap<&str, Vec<&OpenedFile>> = BTreeMap::new();
    for group in groups {
        let folder = if report.are_together { "" } else { group.folder.as_str() };
        folders.entry(folder).or_default().extend(group.files.iter().filter(|opened| tells_rows_apart(report, opened)));
    }
    let mut refused = Vec::new();
    for files in folders.into_values().filter(|files| files.len() > 1) {
        refused.extend(Comparison::new(context, report, files).refused().await?);
    }
    refused.truncate(NAMED);
    Error::many(refused).map_or(Ok(()), Err)
}

fn tells_rows_apart(report: &Bills, opened: &OpenedFile) -> bool {
    WHOLE.iter().all(|fact| !Facts::new(report).paths(*fact, &opened.footer.schema).is_empty())
}

/// The files of a folder that are compared with each other.
struct Comparison<'a> {
    context: &'a SessionContext,
    report: &'a Bills,
    files: Vec<&'a OpenedFile>,
    /// One of so many rows is compared.
    one_of: u64,
}

/// Rows of one file that stand in another.
struct Overlap {
    file: usize,
    other: usize,
    /// How many of the compared rows of the file.
    common: usize,
    /// How many were compared.
    compared: usize,
}

impl<'a> Comparison<'a> {
    fn new(context: &'a SessionContext, report: &'a Bills, files: Vec<&'a OpenedFile>) -> Self {
        let rows: u64 = files.iter().map(|opened| opened.footer.rows()).sum();
        Self { context, report, files, one_of: rows.div_ceil(COMPARED) }
    }

    async fn refused(&self) -> Result<Vec<Error>> {
        let all: Vec<usize> = (0..self.files.len()).collect();
        let suspects: Vec<usize> = if self.one_of == 1 {
            all
        } else {
            let alike = overlaps(&self.rows(&all, &NARROW).await?);
            let both = alike.iter().flat_map(|overlap| [overlap.file, overlap.other]);
            both.collect::<BTreeSet<_>>().into_iter().collect()
        };
        Ok(overlaps(&self.rows(&suspects, &WHOLE).await?).iter().map(|overlap| self.error(overlap)).collect())
    }

    fn error(&self, overlap: &Overlap) -> Error {
        let Overlap { file, other, common, compared } = overlap;
        Error::data(format!(
            "most rows of `{}` are also in `{}` and would be added up: {common} of {compared} that were compared agree \
             in line id, usage start, line type, account and cost",
            self.name_of(*file),
            self.name_of(*other)
        ))
        .hint("remove the file that does not count, or have the report delivered again into an empty folder")
    }

    fn name_of(&self, file: usize) -> String {
        self.report.location.display(&self.files[file].file.object.location)
    }

    /// The compared rows of the files `at`, as hashes of `facts`.
    async fn rows(&self, at: &[usize], facts: &'static [Fact]) -> Result<BTreeMap<usize, Vec<u64>>> {
        let mut read = Vec::new();
        for file in at {
            read.push(self.rows_of(*file, facts));
        }
        stream::iter(read).buffered(AT_ONCE).try_collect().await
    }

    async fn rows_of(&self, file: usize, facts: &[Fact]) -> Result<(usize, Vec<u64>)> {
        let plan = Facts::new(self.report)
            .plan(&[self.files[file]], facts)
            .and_then(LogicalPlanBuilder::build)
            .map_err(explain)?;
        let frame = self.context.execute_logical_plan(plan).await.map_err(explain)?;
        let mut batches = frame.execute_stream().await.map_err(explain)?;
        let mut found = Vec::new();
        while let Some(batch) = batches.next().await {
            self.choose(&batch.map_err(explain)?, &mut found).map_err(explain)?;
        }
        Ok((file, found))
    }

    /// Adds the hashes of the rows of `batch` that are compared: those that cost something, as others do no harm.
    fn choose(&self, batch: &RecordBatch, found: &mut Vec<u64>) -> EngineResult<()> {
        let costs = batch.column(0).as_primitive::<Decimal128Type>();
        let narrow = hashes(&batch.columns()[..NARROW.len()])?;
        let mut chosen = (0..batch.num_rows())
            .filter(|row| narrow[*row] % self.one_of == 0 && is_told(batch, *row) && costs.value(*row) != 0)
            .peekable();
        if chosen.peek().is_some() {
            let whole = if batch.num_columns() > NARROW.len() { hashes(batch.columns())? } else { narrow.clone() };
            found.extend(chosen.map(|row| whole[row]));
        }
        Ok(())
    }
}

/// Whether no fact of `row` is null.
fn is_told(batch: &RecordBatch, row: usize) -> bool {
    batch.columns().iter().all(|column| column.is_valid(row))
}

/// A hash of each row of `columns`, the same in every file.
fn hashes(columns: &[ArrayRef]) -> EngineResult<Vec<u64>> {
    let mut hashes = vec![0; columns.first().map_or(0, |column| column.len())];
    create_hashes(columns, &RandomState::with_seed(0), &mut hashes)?;
    Ok(hashes)
}

/// The files of which more than half of the compared rows stand in another, each with the one that has most of them;
/// of two that hold each other the one that is held more.
fn overlaps(rows: &BTreeMap<usize, Vec<u64>>) -> Vec<Overlap> {
    let mut holders: HashMap<u64, HashSet<usize>> = HashMap::new();
    for (file, hashes) in rows {
        for hash in hashes {
            holders.entry(*hash).or_default().insert(*file);
        }
    }
    let mut found: Vec<Overlap> = Vec::new();
    for (file, hashes) in rows {
        let mut common: BTreeMap<usize, usize> = BTreeMap::new();
        for other in hashes.iter().filter_map(|hash| holders.get(hash)).flatten().filter(|other| *other != file) {
            *common.entry(*other).or_default() += 1;
        }
        let most = common.into_iter().max_by_key(|(other, common)| (*common, std::cmp::Reverse(*other)));
        if let Some((other, common)) = most.filter(|(_, common)| 2 * common > hashes.len()) {
            found.push(Overlap { file: *file, other, common, compared: hashes.len() });
        }
    }
    found.sort_by(|a, b| (b.common * a.compared).cmp(&(a.common * b.compared)).then(a.file.cmp(&b.file)));
    let mut pairs = HashSet::new();
    found.retain(|overlap| pairs.insert((overlap.file.min(overlap.other), overlap.file.max(overlap.other))));
    found
}
