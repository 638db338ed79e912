//! The summary that ends a run: tables for people, one JSON object a row for machines.

use serde_json::json;

use super::args::Format;
use super::table;
use crate::commands::run::PeriodReport;
use crate::common::error::Result;

/// Every answer as a table below its heading.
pub(super) fn tables(report: &PeriodReport) -> Result<String> {
    let mut out = String::new();
    for told in &report.summary {
        let shown = table::format(&told.answer, Format::Table)?;
        out.push_str(&format!("\n{}, {}\n\n{shown}", told.title, report.period));
    }
    Ok(out)
}

/// Every row of every answer as a JSON object on a line of its own.
pub(super) fn lines(report: &PeriodReport) -> Result<String> {
    let mut out = String::new();
    for told in &report.summary {
        for row in table::objects(&told.answer)? {
            let line = json!({ "billing_period": report.period.to_string(), "summary": told.name, "row": row });
            out.push_str(&format!("{line}\n"));
        }
    }
    Ok(out)
}
