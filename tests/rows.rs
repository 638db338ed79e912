//! Rows of Parquet files: read, changed and written anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Float64Array, RecordBatch, StringArray, UInt64Array};
use arrow::compute::{cast, concat_batches, filter_record_batch, take_record_batch};
use arrow::datatypes::{DataType, Decimal128Type, Float64Type};
use bytes::Bytes;
use libtest_mimic::Failed;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;

use crate::harness::{Dice, Outcome};

/// A row of a result table: its decimals as whole numbers of their last digit, everything else as text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Row {
    pub(crate) texts: BTreeMap<String, String>,
    pub(crate) amounts: BTreeMap<String, i128>,
}

/// The rows of a result file; what is null is left out.
pub(crate) fn results(file: &[u8]) -> Result<Vec<Row>, Failed> {
    let batch = parse(file)?;
    let mut rows = vec![Row { texts: BTreeMap::new(), amounts: BTreeMap::new() }; batch.num_rows()];
    for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
        let name = field.name();
        if let Some(decimals) = column.as_primitive_opt::<Decimal128Type>() {
            for (row, value) in rows.iter_mut().zip(decimals) {
                row.amounts.extend(value.map(|value| (name.clone(), value)));
            }
        } else {
            for (row, value) in rows.iter_mut().zip(&utf8(column)?) {
                row.texts.extend(value.map(|value| (name.clone(), value.to_owned())));
            }
        }
    }
    Ok(rows)
}

/// The columns of a result file that [`results`] gives as texts, whether a row has one or not.
pub(crate) fn text_columns(file: &[u8]) -> Result<BTreeSet<String>, Failed> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(Bytes::copy_from_slice(file))?;
    let fields = builder.schema().fields().iter();
    let texts = fields.filter(|field| !matches!(field.data_type(), DataType::Decimal128(..)));
    Ok(texts.map(|field| field.name().clone()).collect())
}

/// All values of the column `name`.
pub(crate) fn texts(rows: &RecordBatch, name: &str) -> Result<Vec<String>, Failed> {
    let column = rows.column_by_name(name).ok_or_else(|| format!("there is no column {name}"))?;
    Ok(utf8(column)?.iter().flatten().map(str::to_owned).collect())
}

fn utf8(column: &ArrayRef) -> Result<StringArray, Failed> {
    Ok(cast(column, &DataType::Utf8)?.as_string::<i32>().clone())
}

/// `rows` with `change` done to every text.
pub(crate) fn map_texts(rows: &RecordBatch, change: &impl Fn(&str) -> String) -> Result<RecordBatch, Failed> {
    map_columns(rows, |_, column| {
        let texts = column.as_string_opt::<i32>()?;
        Some(Arc::new(texts.iter().map(|text| text.map(change)).collect::<StringArray>()))
    })
}

/// `rows` with `change` done to the numbers in the columns that `is_meant` names.
pub(crate) fn map_numbers(
    rows: &RecordBatch,
    is_meant: impl Fn(&str) -> bool,
    change: impl Fn(f64) -> f64,
) -> Result<RecordBatch, Failed> {
    map_columns(rows, |name, column| {
        let numbers = column.as_primitive_opt::<Float64Type>().filter(|_| is_meant(name))?;
        Some(Arc::new(numbers.iter().map(|number| number.map(&change)).collect::<Float64Array>()))
    })
}

/// `rows` with `text` in every row of the column `name`.
pub(crate) fn set_text(rows: &RecordBatch, name: &str, text: &str) -> Result<RecordBatch, Failed> {
    map_columns(rows, |column, values| {
        (column == name).then(|| Arc::new(StringArray::from(vec![text; values.len()])) as ArrayRef)
    })
}

fn map_columns(
    rows: &RecordBatch,
    change: impl Fn(&str, &ArrayRef) -> Option<ArrayRef>,
) -> Result<RecordBatch, Failed> {
    let schema = rows.schema();
    let columns = schema.fields().iter().zip(rows.columns());
    let columns = columns.map(|(field, column)| change(field.name(), column).unwrap_or_else(|| Arc::clone(column)));
    Ok(RecordBatch::try_new(Arc::clone(&schema), columns.collect())?)
}

/// The rows that have `text` in the column `name`.
pub(crate) fn rows_with(rows: &RecordBatch, name: &str, text: &str) -> Result<RecordBatch, Failed> {
    let column = rows.column_by_name(name).ok_or_else(|| format!("there is no column {name}"))?;
    let wanted: BooleanArray = utf8(column)?.iter().map(|value| Some(value == Some(text))).collect();
    Ok(filter_record_batch(rows, &wanted)?)
}

/// The rows of both.
pub(crate) fn both(one: &RecordBatch, two: &RecordBatch) -> Result<RecordBatch, Failed> {
    Ok(concat_batches(&one.schema(), [one, two])?)
}

/// All rows of the file at `path`.
pub(crate) fn read(path: &Path) -> Result<RecordBatch, Failed> {
    parse(&std::fs::read(path)?)
}

/// All rows of a Parquet file in memory.
pub(crate) fn parse(file: &[u8]) -> Result<RecordBatch, Failed> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(Bytes::copy_from_slice(file))?;
    let schema = Arc::clone(builder.schema());
    let batches: Result<Vec<RecordBatch>, _> = builder.build()?.collect();
    Ok(concat_batches(&schema, &batches?)?)
}

/// Writes `rows` to a file of their own.
pub(crate) fn write(rows: &RecordBatch, path: &Path) -> Outcome {
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
    let mut writer = ArrowWriter::try_new(File::create(path)?, rows.schema(), Some(properties))?;
    writer.write(rows)?;
    writer.close()?;
    Ok(())
}

/// The Parquet files below `folder`.
pub(crate) fn files(folder: &Path) -> Result<Vec<PathBuf>, Failed> {
    let entries: Result<Vec<_>, _> = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().collect();
    let paths = entries?.into_iter().map(walkdir::DirEntry::into_path);
    Ok(paths.filter(|path| path.extension().is_some_and(|extension| extension == "parquet")).collect())
}

/// Writes the rows of every file below `from` into `parts` files below `to`, in another order.
pub(crate) fn shuffle(from: &Path, to: &Path, parts: usize) -> Outcome {
    let mut dice = Dice(7);
    for path in files(from)? {
        let target = target(&path, from, to)?;
        let rows = read(&path)?;
        let mut order: Vec<u64> = (0..rows.num_rows() as u64).collect();
        for last in (1..order.len()).rev() {
            order.swap(last, usize::try_from(dice.roll(last as u64 + 1))?);
        }
        for (number, indexes) in order.chunks(order.len().div_ceil(parts)).enumerate() {
            let part = take_record_batch(&rows, &UInt64Array::from(indexes.to_vec()))?;
            write(&part, &target.with_file_name(format!("part-{:03}.parquet", parts - number)))?;
        }
    }
    Ok(())
}

/// Writes every file below `from` to the same place below `to`, with its rows changed.
pub(crate) fn rewrite(from: &Path, to: &Path, change: impl Fn(&RecordBatch) -> Result<RecordBatch, Failed>) -> Outcome {
    for path in files(from)? {
        write(&change(&read(&path)?)?, &target(&path, from, to)?)?;
    }
    Ok(())
}

/// The place of `path` below `to`, in a folder that is there.
fn target(path: &Path, from: &Path, to: &Path) -> Result<PathBuf, Failed> {
    let target = to.join(path.strip_prefix(from)?);
    std::fs::create_dir_all(target.parent().unwrap_or(to))?;
    Ok(target)
}
