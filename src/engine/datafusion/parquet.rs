//! Parquet files of a location as a plan.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::datatypes::{Schema, SchemaRef};
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
use parquet::file::metadata::PageIndexPolicy;

use super::errors::of_store;
use crate::engine::Location;
use crate::words::error::{Error, Result};

/// The URL by which the engine finds an object of `location`.
pub(super) fn url(location: &Location, path: &Path) -> EngineResult<ListingTableUrl> {
    ListingTableUrl::parse(format!("{}{path}", location.root))
}

/// The rows of the files at `paths`, all with the columns of `schema`.
pub(super) fn scan<'a>(
    location: &Location,
    paths: impl Iterator<Item = &'a Path>,
    schema: SchemaRef,
) -> EngineResult<LogicalPlanBuilder> {
    let urls: EngineResult<Vec<ListingTableUrl>> = paths.map(|path| url(location, path)).collect();
    let options = ListingOptions::new(Arc::new(ParquetFormat::default())).with_file_extension("");
    let config = ListingTableConfig::new_with_multi_paths(urls?).with_listing_options(options).with_schema(schema);
    LogicalPlanBuilder::scan("file", provider_as_source(Arc::new(ListingTable::try_new(config)?)), None)
}

/// The columns of a file. The indexes of its pages are not read: they say nothing of columns.
pub(super) async fn schema(context: &SessionContext, location: &Location, object: &ObjectMeta) -> Result<SchemaRef> {
    let cache = context.runtime_env().cache_manager.get_file_metadata_cache();
    let footer = DFParquetMetadata::new(location.store.as_ref(), object)
        .with_file_metadata_cache(Some(cache))
        .with_page_index_policy(Some(PageIndexPolicy::Skip));
    let schema = footer.fetch_schema().await.map_err(|error| {
        if let Some(store) = of_store(&error) {
            return location.refused("read", &object.location, store);
        }
        Error::data(format!("`{}` is no whole Parquet file", location.display(&object.location)))
            .caused_by(&error.strip_backtrace())
            .hint("it may be truncated: have it delivered again, or remove it")
    })?;
    // What a writer notes beside a column does not make it another one.
    let fields = schema.fields().iter().map(|field| field.as_ref().clone().with_metadata(HashMap::new()));
    Ok(Arc::new(transform_schema_to_view(&Schema::new(fields.collect::<Vec<_>>()))))
}
