//! Publications of earlier versions, brought into the present layout.
//!
//! First all tables of all periods are copied, then one write a period names the copies. So readers who look for tables
//! where they lie now find all periods at every moment or, before the first write, none but by the old names; and a
//! process that is killed in between has the next one do it again.

use std::fs::File;

use futures::{StreamExt, TryStreamExt, stream};
use object_store::ObjectStoreExt;
use parquet::file::metadata::ParquetMetaDataReader;

use super::table::PublishedTable;
use super::{PRIVATE, Publication};
use crate::common::error::{Error, Result};
use crate::common::period::Period;
use crate::storage::{Access, Location};

/// How many files are copied at a time.
const AT_ONCE: usize = 8;
/// Bytes at the end of a file that most footers lie in.
const FOOTER: u64 = 64 * 1024;

/// Brings every publication in `output` into the present layout.
///
/// # Errors
/// When the store does not answer, or a published file is gone.
pub(super) async fn migrate(output: &Location) -> Result<()> {
    if of_before(output).await?.is_empty() {
        return Ok(());
    }
    // In a bucket, each write has its condition; a file system has none, so that one process does it at a time.
    let _alone = alone(output)?;
    let before = of_before(output).await?;
    let mut moved = Vec::new();
    for publication in &before {
        moved.push(copied(output, publication).await?);
    }
    for publication in moved {
        // Whoever was faster has done the same.
        publication.write(output).await?;
    }
    Ok(())
}

/// The publications in the layout of earlier versions. One that is damaged is said when its period is asked for.
async fn of_before(output: &Location) -> Result<Vec<Publication>> {
    let periods = Publication::periods(output).await?;
    let read = stream::iter(periods).map(|period| Publication::read_unless_damaged(output, period)).buffered(AT_ONCE);
    let all: Vec<Publication> = read.try_collect().await?;
    Ok(all.into_iter().filter(|publication| publication.tables().any(|table| table.files.is_none())).collect())
}

fn alone(output: &Location) -> Result<Option<File>> {
    let Some(path) = output.file(&format!("{PRIVATE}/claims/layout"))? else { return Ok(None) };
    let file = File::create(&path).map_err(|e| Error::io("write", &path, &e))?;
    file.lock().map_err(|e| Error::io("lock", &path, &e))?;
    Ok(Some(file))
}

/// `publication` with copies of its tables in the present layout.
async fn copied(output: &Location, publication: &Publication) -> Result<Publication> {
    let period = publication.period;
    let tables = publication.tables().map(async |table| {
        let table = in_layout(output, period, table).await?;
        table.put_in_place(output, period).await?;
        Ok::<_, Error>(table)
    });
    let tables: Vec<PublishedTable> = stream::iter(tables).buffered(AT_ONCE).try_collect().await?;
    let tables = tables.into_iter().map(|table| (table.table.clone(), table)).collect();
    Ok(Publication { tables, ..publication.clone() })
}

/// `table` in the present layout, its file copied to where it would have been written.
pub(super) async fn in_layout(output: &Location, period: Period, table: &PublishedTable) -> Result<PublishedTable> {
    if table.files.is_some() {
        return Ok(table.clone());
    }
    let from = table.written(period).concat();
    let moved = table.moved(period, rows(output, &from).await?);
    output.copy(&from, &moved.written(period).concat()).await?;
    Ok(moved)
}

/// How many rows the Parquet file at `path` has.
async fn rows(output: &Location, path: &str) -> Result<u64> {
    let object = output.path(path);
    let size = output.store.head(&object).await.map_err(|error| output.refused(Access::Read, &object, &error))?.size;
    let mut wanted = FOOTER.min(size);
    loop {
        let tail = output.store.get_range(&object, size - wanted..size).await;
        let tail = tail.map_err(|error| output.refused(Access::Read, &object, &error))?;
        let mut reader = ParquetMetaDataReader::new();
        match reader.try_parse_sized(&tail, size) {
            Ok(()) => {
                let metadata = reader.finish().map_err(|error| not_whole(output, path, &error))?;
                let rows = metadata.file_metadata().num_rows();
                return u64::try_from(rows).map_err(|error| not_whole(output, path, &error));
            }
            Err(parquet::errors::ParquetError::NeedMoreData(needed)) if (needed as u64) > wanted => {
                wanted = (needed as u64).min(size);
            }
            Err(error) => return Err(not_whole(output, path, &error)),
        }
    }
}

fn not_whole(output: &Location, path: &str, cause: &dyn std::fmt::Display) -> Error {
    Error::data(format!("`{}` is not a complete Parquet file", output.at(path))).caused_by(cause)
}
