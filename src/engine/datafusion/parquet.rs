//! Parquet files of a location as a plan.

use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use datafusion::common::Result as EngineResult;
use datafusion::datasource::file_format::FileFormat;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl};
use datafusion::datasource::provider_as_source;
use datafusion::logical_expr::LogicalPlanBuilder;
use datafusion::prelude::SessionContext;
use object_store::ObjectMeta;
use object_store::path::Path;

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

/// The columns of a file.
pub(super) async fn schema(context: &SessionContext, location: &Location, object: &ObjectMeta) -> Result<SchemaRef> {
    let objects = std::slice::from_ref(object);
    ParquetFormat::default().infer_schema(&context.state(), &location.store, objects).await.map_err(|error| {
        if let Some(store) = of_store(&error) {
            return location.refused("read", &object.location, store);
        }
        Error::data(format!("`{}` is no whole Parquet file", location.display(&object.location)))
            .caused_by(&error.strip_backtrace())
            .hint("it may be truncated: have it delivered again, or remove it")
    })
}
