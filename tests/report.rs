//! Cost and Usage Reports for tests: CSV files that people can read, made into the Parquet files that AWS delivers.
//!
//! A header cell is `name:type`. Types: string, large_string, dictionary, double, integer, bigint, unsigned, boolean,
//! decimal(p,s), date, timestamp_s, timestamp_ms, timestamp_us, timestamp_ns, timestamp_ms_utc, int96, map.
//! An empty cell is null, `''` an empty text; a map is written `key=value;key=value`.
//! A file without a header becomes one without columns.
//! `x.csv` becomes `x.parquet`, `x.truncated.csv` the first half of it.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, MapBuilder, RecordBatch, StringArray, StringBuilder};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{DataType, Field, Schema, TimeUnit};
use libtest_mimic::Failed;
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int96, Int96Type};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;

use crate::harness::Outcome;
use crate::rows;

/// Makes every CSV file below `folder` a Parquet file.
pub(crate) fn make(folder: &Path) -> Outcome {
    if !folder.exists() {
        return Ok(());
    }
    for entry in walkdir::WalkDir::new(folder).sort_by_file_name() {
        let path = entry?.into_path();
        if path.extension().is_some_and(|extension| extension == "csv") {
            make_one(&path).map_err(|e| at(&path, e))?;
            std::fs::remove_file(&path)?;
        }
    }
    Ok(())
}

fn at(path: &Path, failed: Failed) -> Failed {
    format!("{}: {}", path.display(), failed.message().unwrap_or("cannot be made")).into()
}

fn make_one(path: &Path) -> Outcome {
    let plain = path.with_extension("");
    let is_truncated = plain.extension().is_some_and(|extension| extension == "truncated");
    let target = if is_truncated { plain.with_extension("parquet") } else { path.with_extension("parquet") };
    let table = Table::read(path)?;
    if table.columns.iter().any(|column| column.kind == "int96") {
        write_with_int96(&table, &target)?;
    } else {
        rows::write(&table.batch()?, &target)?;
    }
    if is_truncated {
        let whole = std::fs::read(&target)?;
        std::fs::write(&target, &whole[..whole.len() / 2])?;
    }
    Ok(())
}

/// A CSV file by columns.
struct Table {
    columns: Vec<Written>,
}

/// A column as it is written in the CSV file.
struct Written {
    name: String,
    kind: String,
    values: Vec<Option<String>>,
}

impl Table {
    fn read(path: &Path) -> Result<Self, Failed> {
        let mut reader = csv::Reader::from_path(path)?;
        let mut columns = Vec::new();
        for cell in reader.headers()? {
            let (name, kind) = cell.split_once(':').ok_or_else(|| format!("`{cell}` is no name:type"))?;
            columns.push(Written { name: name.to_owned(), kind: kind.to_owned(), values: Vec::new() });
        }
        for record in reader.records() {
            for (column, text) in columns.iter_mut().zip(&record?) {
                column.values.push(match text {
                    "" => None,
                    "''" => Some(String::new()),
                    other => Some(other.to_owned()),
                });
            }
        }
        Ok(Self { columns })
    }

    fn batch(&self) -> Result<RecordBatch, Failed> {
        let mut fields = Vec::new();
        let mut arrays = Vec::new();
        for column in &self.columns {
            let array = column.array()?;
            fields.push(Field::new(&column.name, array.data_type().clone(), true));
            arrays.push(array);
        }
        let schema = Arc::new(Schema::new(fields));
        Ok(if arrays.is_empty() { RecordBatch::new_empty(schema) } else { RecordBatch::try_new(schema, arrays)? })
    }
}

impl Written {
    fn array(&self) -> Result<ArrayRef, Failed> {
        if self.kind == "map" {
            return self.map();
        }
        let texts: ArrayRef = Arc::new(self.values.iter().map(Option::as_deref).collect::<StringArray>());
        let strict = CastOptions { safe: false, ..CastOptions::default() };
        Ok(cast_with_options(&texts, &kind(&self.kind)?, &strict)?)
    }

    fn map(&self) -> Result<ArrayRef, Failed> {
        let mut builder = MapBuilder::new(None, StringBuilder::new(), StringBuilder::new());
        for value in &self.values {
            for pair in value.iter().flat_map(|value| value.split(';')).filter(|pair| !pair.is_empty()) {
                let (key, value) = pair.split_once('=').ok_or_else(|| format!("`{pair}` is no key=value"))?;
                builder.keys().append_value(key);
                builder.values().append_value(value);
            }
            builder.append(value.is_some())?;
        }
        Ok(Arc::new(builder.finish()))
    }
}

fn kind(word: &str) -> Result<DataType, Failed> {
    let timestamp = |unit| Ok(DataType::Timestamp(unit, None));
    match word {
        "string" => Ok(DataType::Utf8),
        "large_string" => Ok(DataType::LargeUtf8),
        "dictionary" => Ok(DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))),
        "double" => Ok(DataType::Float64),
        "integer" => Ok(DataType::Int32),
        "bigint" => Ok(DataType::Int64),
        "unsigned" => Ok(DataType::UInt64),
        "boolean" => Ok(DataType::Boolean),
        "date" => Ok(DataType::Date32),
        "timestamp_s" => timestamp(TimeUnit::Second),
        "timestamp_ms" => timestamp(TimeUnit::Millisecond),
        "timestamp_us" => timestamp(TimeUnit::Microsecond),
        "timestamp_ns" => timestamp(TimeUnit::Nanosecond),
        "timestamp_ms_utc" => Ok(DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into()))),
        other => decimal(other).ok_or_else(|| format!("`{other}` is no type of a report's column").into()),
    }
}

fn decimal(word: &str) -> Option<DataType> {
    let inner = word.strip_prefix("decimal(")?.strip_suffix(')')?;
    let (precision, scale) = inner.split_once(',').or_else(|| inner.split_once(' '))?;
    Some(DataType::Decimal128(precision.trim().parse().ok()?, scale.trim().parse().ok()?))
}

/// Arrow does not write INT96, the timestamps of old Hive and Spark; beside them, texts and doubles are enough.
fn write_with_int96(table: &Table, path: &Path) -> Outcome {
    let fields = table.columns.iter().map(|column| {
        let kind = match column.kind.as_str() {
            "int96" => "INT96",
            "double" => "DOUBLE",
            _ => "BYTE_ARRAY",
        };
        let note = if kind == "BYTE_ARRAY" { " (UTF8)" } else { "" };
        format!("optional {kind} {}{note};", column.name)
    });
    let schema = format!("message report {{ {} }}", fields.collect::<Vec<_>>().join(" "));
    let schema = Arc::new(parse_message_type(&schema)?);
    let mut writer = SerializedFileWriter::new(File::create(path)?, schema, Arc::default())?;
    let mut rows = writer.next_row_group()?;
    for column in &table.columns {
        write_column(column, &mut rows)?;
    }
    rows.close()?;
    writer.close()?;
    Ok(())
}

fn write_column(column: &Written, rows: &mut SerializedRowGroupWriter<'_, File>) -> Outcome {
    let levels: Vec<i16> = column.values.iter().map(|value| i16::from(value.is_some())).collect();
    let present = || column.values.iter().flatten();
    let mut writer = rows.next_column()?.ok_or("a column too many")?;
    match column.kind.as_str() {
        "int96" => {
            let values: Result<Vec<Int96>, Failed> = present().map(|text| int96(text)).collect();
            writer.typed::<Int96Type>().write_batch(&values?, Some(&levels), None)?;
        }
        "double" => {
            let values: Result<Vec<f64>, _> = present().map(|text| text.parse()).collect();
            writer.typed::<DoubleType>().write_batch(&values?, Some(&levels), None)?;
        }
        _ => {
            let values: Vec<ByteArray> = present().map(|text| ByteArray::from(text.as_str())).collect();
            writer.typed::<ByteArrayType>().write_batch(&values, Some(&levels), None)?;
        }
    }
    writer.close()?;
    Ok(())
}

/// Nanoseconds of the day in two words, and the Julian day.
fn int96(text: &str) -> Result<Int96, Failed> {
    let instant = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S")?;
    let epoch = chrono::NaiveDate::from_ymd_opt(1970, 1, 1).ok_or("no epoch")?;
    let days = (instant.date() - epoch).num_days() + 2_440_588;
    let nanos = (instant - instant.date().and_time(chrono::NaiveTime::MIN)).num_nanoseconds().ok_or("no time")?;
    let mut value = Int96::new();
    value.set_data(u32::try_from(nanos & 0xffff_ffff)?, u32::try_from(nanos >> 32)?, u32::try_from(days)?);
    Ok(value)
}
