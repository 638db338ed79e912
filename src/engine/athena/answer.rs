//! What a query answers, page by page: texts that become columns of the planned types.

use std::collections::VecDeque;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions, StringArray};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{Field, Schema, SchemaRef};
use arrow::util::display::FormatOptions;
use aws_sdk_athena::types::Row;
use futures::StreamExt;
use futures::stream::{self, BoxStream};

use super::client::Queries;
use crate::common::error::{Error, Result};
use crate::engine::Rows;

/// Where reading has come to.
struct Pages {
    queries: Arc<Queries>,
    id: String,
    schema: SchemaRef,
    next: Option<String>,
    /// Whether the first page is still to come, whose first row is the names.
    is_first: bool,
    has_ended: bool,
}

/// The rows of the query `id`, which has succeeded, with columns of `schema`.
pub(super) fn rows_of(queries: &Arc<Queries>, id: String, schema: &Schema) -> Rows {
    let nullable = schema.fields().iter().map(|field| Field::new(field.name(), field.data_type().clone(), true));
    let schema = Arc::new(Schema::new(nullable.collect::<Vec<_>>()));
    let pages = Pages {
        queries: Arc::clone(queries),
        id,
        schema: Arc::clone(&schema),
        next: None,
        is_first: true,
        has_ended: false,
    };
    let batches: BoxStream<'static, Result<RecordBatch>> = stream::try_unfold(pages, async |mut pages: Pages| {
        if pages.has_ended {
            return Ok(None);
        }
        let batch = pages.read().await?;
        Ok(Some((batch, pages)))
    })
    .boxed();
    Rows { schema, batches }
}

impl Pages {
    async fn read(&mut self) -> Result<RecordBatch> {
        let page = self.queries.page(&self.id, self.next.as_deref()).await?;
        let mut rows: VecDeque<&Row> = page.result_set().map(|set| set.rows().iter().collect()).unwrap_or_default();
        if std::mem::take(&mut self.is_first) {
            rows.pop_front();
        }
        self.next = page.next_token().map(str::to_owned);
        self.has_ended = self.next.is_none();
        batch(&Vec::from(rows), &self.schema)
    }
}

/// `rows` as columns.
fn batch(rows: &[&Row], schema: &SchemaRef) -> Result<RecordBatch> {
    let columns: Result<Vec<ArrayRef>> =
        schema.fields().iter().enumerate().map(|(index, field)| column(rows, index, field)).collect();
    let options = RecordBatchOptions::new().with_row_count(Some(rows.len()));
    RecordBatch::try_new_with_options(Arc::clone(schema), columns?, &options)
        .map_err(|e| Error::bug("the answer of Athena does not form a batch").caused_by(&e))
}

fn column(rows: &[&Row], index: usize, field: &Field) -> Result<ArrayRef> {
    let text = |row: &&Row| row.data().get(index).and_then(|cell| cell.var_char_value()).map(str::to_owned);
    let texts: ArrayRef = Arc::new(rows.iter().map(text).collect::<StringArray>());
    let strict = CastOptions { safe: false, format_options: FormatOptions::default() };
    cast_with_options(&texts, field.data_type(), &strict).map_err(|e| {
        Error::bug(format!("Athena answered what is not of the type of the column `{}`", field.name())).caused_by(&e)
    })
}
