//! Parquet files of a location as a plan.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef};
use arrow::datatypes::{Schema, SchemaRef};
use arrow::record_batch::RecordBatch;
use bytes::Bytes;
use datafusion::common::Result as EngineResult;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl};
use datafusion::datasource::physical_plan::parquet::metadata::DFParquetMetadata;
use datafusion::datasource::physical_plan::parquet::transform_schema_to_view;
use datafusion::datasource::provider_as_source;
use datafusion::logical_expr::LogicalPlanBuilder;
use datafusion::prelude::SessionContext;
use object_store::ObjectMeta;
use object_store::path::Path;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::statistics::StatisticsConverter;
use parquet::errors::ParquetError;
use parquet::file::metadata::{PageIndexPolicy, ParquetMetaData};

use super::errors::of_store;
use crate::common::error::{Error, Result};
use crate::storage::{Access, Location};

/// The URL by which the engine finds an object of `location`.
pub(super) fn url(location: &Location, path: &Path) -> EngineResult<ListingTableUrl> {
    ListingTableUrl::parse(format!("{}{path}", location.root))
}

/// The rows of the files at `paths`, all with the columns of `schema`; none by a name that stands there twice.
pub(super) fn scan<'a>(
    location: &Location,
    paths: impl Iterator<Item = &'a Path>,
    schema: SchemaRef,
) -> EngineResult<LogicalPlanBuilder> {
    let schema = with_single_names(&schema);
    let urls: EngineResult<Vec<ListingTableUrl>> = paths.map(|path| url(location, path)).collect();
    let options = ListingOptions::new(Arc::new(ParquetFormat::default())).with_file_extension("");
    let config = ListingTableConfig::new_with_multi_paths(urls?).with_listing_options(options).with_schema(schema);
    LogicalPlanBuilder::scan("file", provider_as_source(Arc::new(ListingTable::try_new(config)?)), None)
}

fn with_single_names(schema: &SchemaRef) -> SchemaRef {
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for field in schema.fields() {
        *times.entry(field.name()).or_default() += 1;
    }
    if times.values().all(|times| *times == 1) {
        return Arc::clone(schema);
    }
    let single = schema.fields().iter().filter(|field| times.get(field.name().as_str()) == Some(&1));
    Arc::new(Schema::new(single.cloned().collect::<Vec<_>>()))
}

/// What a file says at its end.
#[derive(Debug, Clone)]
pub(super) struct Footer {
    /// Its columns.
    pub(super) schema: SchemaRef,
    metadata: Arc<ParquetMetaData>,
}

/// The footer of a file. The indexes of its pages are not read: they say nothing of columns.
pub(super) async fn footer(context: &SessionContext, location: &Location, object: &ObjectMeta) -> Result<Footer> {
    let cache = context.runtime_env().cache_manager.get_file_metadata_cache();
    let reader = DFParquetMetadata::new(location.store.as_ref(), object)
        .with_file_metadata_cache(Some(cache))
        .with_page_index_policy(Some(PageIndexPolicy::Skip));
    let read = match reader.fetch_metadata().await {
        Ok(metadata) => reader.fetch_schema().await.map(|schema| (metadata, schema)),
        Err(error) => Err(error),
    };
    let (metadata, schema) = read.map_err(|error| {
        if let Some(store) = of_store(&error) {
            return location.refused(Access::Read, &object.location, store);
        }
        Error::data(format!("`{}` is not a complete Parquet file", location.display(&object.location)))
            .caused_by(&error.strip_backtrace())
            .hint("it may be truncated: have it delivered again, or remove it")
    })?;
    // What a writer notes beside a column does not make it another one.
    let fields = schema.fields().iter().map(|field| field.as_ref().clone().with_metadata(HashMap::new()));
    let schema = Arc::new(transform_schema_to_view(&Schema::new(fields.collect::<Vec<_>>())));
    Ok(Footer { schema, metadata })
}

/// `rows` as a file.
///
/// # Errors
/// When they have a type that no file has.
pub(in crate::engine) fn bytes(rows: &RecordBatch) -> Result<Bytes> {
    let refused = |error: ParquetError| Error::bug("rows cannot be written as Parquet").caused_by(&error);
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, rows.schema(), None).map_err(refused)?;
    writer.write(rows).map_err(refused)?;
    writer.close().map_err(refused)?;
    Ok(bytes.into())
}

impl Footer {
    /// How many rows there are.
    pub(super) fn rows(&self) -> u64 {
        u64::try_from(self.metadata.file_metadata().num_rows()).unwrap_or_default()
    }

    /// The least and the greatest value of `column` in each group of rows, where the file tells them; long texts may
    /// be cut short.
    pub(super) fn bounds(&self, column: &str) -> Option<(ArrayRef, ArrayRef)> {
        let groups = self.metadata.row_groups();
        let parquet = self.metadata.file_metadata().schema_descr();
        let told = StatisticsConverter::try_new(column, &self.schema, parquet).ok()?;
        let (least, greatest) = (told.row_group_mins(groups).ok()?, told.row_group_maxes(groups).ok()?);
        (least.null_count() == 0 && greatest.null_count() == 0).then_some((least, greatest))
    }

    /// How many values of `column` are null, where the file tells.
    pub(super) fn nulls(&self, column: &str) -> Option<u64> {
        let parquet = self.metadata.file_metadata().schema_descr();
        let told =
            StatisticsConverter::try_new(column, &self.schema, parquet).ok()?.with_missing_null_counts_as_zero(false);
        let counts = told.row_group_null_counts(self.metadata.row_groups()).ok()?;
        (counts.null_count() == 0).then(|| counts.values().iter().sum())
    }
}
