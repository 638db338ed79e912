//! A report read back from its files, column by column, in exact numbers.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;

use apportion::sample::SampleSummary;
use arrow::array::{Array, AsArray};
use arrow::datatypes::{DataType, Float64Type, TimestampMillisecondType};
use libtest_mimic::Failed;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::{Outcome, Sums};

/// A report, column by column.
pub(crate) struct Report {
    pub(crate) rows: usize,
    pub(crate) texts: BTreeMap<String, Vec<String>>,
    pub(crate) numbers: BTreeMap<String, Vec<i128>>,
    /// Columns of each file.
    pub(crate) columns: Vec<BTreeSet<String>>,
}

impl Report {
    pub(crate) fn read(summary: &SampleSummary) -> Result<Self, Failed> {
        let mut report = Self { rows: 0, texts: BTreeMap::new(), numbers: BTreeMap::new(), columns: Vec::new() };
        for path in &summary.files {
            let file = File::open(path)?;
            let builder = ParquetRecordBatchReaderBuilder::try_new(file)?;
            let names = builder.schema().fields().iter().map(|field| field.name().clone());
            report.columns.push(names.collect());
            for batch in builder.with_batch_size(8192).build()? {
                report.add(&batch?)?;
            }
        }
        Ok(report)
    }

    fn add(&mut self, batch: &arrow::array::RecordBatch) -> Outcome {
        let before = self.rows;
        self.rows += batch.num_rows();
        for (field, array) in batch.schema().fields().iter().zip(batch.columns()) {
            match field.data_type() {
                DataType::Utf8 => {
                    let values = self.texts.entry(field.name().clone()).or_default();
                    values.resize(before, String::new());
                    let array = array.as_string::<i32>();
                    values.extend(array.iter().map(|text| text.unwrap_or_default().to_owned()));
                }
                DataType::Float64 => {
                    let values = self.numbers.entry(field.name().clone()).or_default();
                    values.resize(before, 0);
                    for double in array.as_primitive::<Float64Type>() {
                        values.push(exact(field.name(), double.unwrap_or_default())?);
                    }
                }
                DataType::Timestamp(_, _) => {
                    let values = self.numbers.entry(field.name().clone()).or_default();
                    values.resize(before, 0);
                    let array = array.as_primitive::<TimestampMillisecondType>();
                    values.extend(array.iter().map(|time| i128::from(time.unwrap_or_default() / 1000)));
                }
                _ => {
                    let values = self.texts.entry(field.name().clone()).or_default();
                    values.resize(before, String::new());
                    for row in 0..array.len() {
                        values.push(arrow::util::display::array_value_to_string(array, row)?);
                    }
                }
            }
        }
        for values in self.texts.values_mut() {
            values.resize(self.rows, String::new());
        }
        for values in self.numbers.values_mut() {
            values.resize(self.rows, 0);
        }
        Ok(())
    }

    pub(crate) fn text(&self, name: &str, row: usize) -> &str {
        self.texts.get(name).map_or("", |values| values[row].as_str())
    }

    pub(crate) fn number(&self, name: &str, row: usize) -> i128 {
        self.numbers.get(name).map_or(0, |values| values[row])
    }

    pub(crate) fn kind(&self, row: usize) -> &str {
        self.text("line_item_line_item_type", row)
    }

    pub(crate) fn account(&self, row: usize) -> &str {
        self.text("line_item_usage_account_id", row)
    }

    pub(crate) fn period(&self, row: usize) -> i128 {
        self.number("bill_billing_period_start_date", row)
    }

    pub(crate) fn hour(&self, row: usize) -> i128 {
        self.number("line_item_usage_start_date", row)
    }

    /// ARN of the reservation or the plan.
    pub(crate) fn arn(&self, row: usize) -> &str {
        let reservation = self.text("reservation_reservation_a_r_n", row);
        if reservation.is_empty() { self.text("savings_plan_savings_plan_a_r_n", row) } else { reservation }
    }

    pub(crate) fn owner(&self, row: usize) -> &str {
        self.arn(row).split(':').nth(4).unwrap_or_default()
    }

    /// Sums of a column over the rows of some kinds, by a key.
    pub(crate) fn sums<K: Ord>(&self, column: &str, kinds: &[&str], key: impl Fn(usize) -> K) -> Sums<K> {
        let mut sums = BTreeMap::new();
        for row in 0..self.rows {
            if kinds.is_empty() || kinds.contains(&self.kind(row)) {
                *sums.entry(key(row)).or_insert(0) += self.number(column, row);
            }
        }
        sums
    }
}

/// A double at 10 decimals, which must give the same double again.
fn exact(column: &str, double: f64) -> Result<i128, Failed> {
    let scaled = (double * 1e10).round();
    if (scaled / 1e10 - double).abs() > 0.0 {
        return Err(format!("{column}: {double:e} is not a number of 10 decimals").into());
    }
    Ok(scaled as i128)
}
