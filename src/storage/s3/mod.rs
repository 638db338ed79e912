//! Buckets of S3 as object stores.

use std::sync::Arc;
use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use object_store::aws::AmazonS3Builder;
use object_store::client::{HttpConnector, SpawnedReqwestConnector};
use object_store::{ClientOptions, RetryConfig};
use tokio::runtime::Handle;

use credentials::Credentials;
use part_copy::PartCopies;
use retry::Retry;

pub use retry::chance;
pub(super) use retrying::Retrying;

use crate::common::error::{Error, Result};
use crate::common::s3::S3Options;

mod credentials;
mod part_copy;
mod retry;
mod retrying;
mod upload;

/// Seconds for a request with its answer; a row group of a report takes a few.
const REQUEST_TIMEOUT: u64 = 60;
const MAX_RETRIES: usize = 10;
/// The region of requests where none is known, as object_store has it.
const REGION: &str = "us-east-1";

/// Opens `bucket`; no request is sent to it yet.
///
/// # Errors
/// When an option makes no sense.
pub(super) async fn open(bucket: &str, options: &S3Options) -> Result<Retrying> {
    let found = aws_configuration(options).await;
    let endpoint = options.endpoint.clone().or_else(|| endpoint_for_s3(&found));
    let path_style = options.path_style.unwrap_or(endpoint.is_some());
    let is_plain = endpoint.as_deref().is_some_and(|url| url.starts_with("http://"));
    let client = ClientOptions::new().with_timeout(request_timeout(options)).with_allow_http(is_plain);
    let region = found.region().map(ToString::to_string);
    let max_retries = options.max_retries.unwrap_or(MAX_RETRIES);
    let retry = RetryConfig { max_retries, ..RetryConfig::default() };
    // Requests go on here, however busy the threads are on which somebody waits for them.
    let connector = SpawnedReqwestConnector::new(Handle::current());
    let unusable = |error: object_store::Error| {
        Error::user(format!("the bucket `{bucket}` cannot be reached this way"))
            .caused_by(&error)
            .hint("check `s3:` of the target in `config.yaml`, and the variables AWS_*")
    };
    let own_client = connector.connect(&client).map_err(unusable)?;
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(bucket)
        .with_virtual_hosted_style_request(!path_style)
        .with_request_payer(options.requester_pays)
        .with_client_options(client)
        .with_http_connector(connector)
        .with_retry(retry);
    let credentials = found.credentials_provider().map(|chain| Arc::new(Credentials::new(options.clone(), chain)));
    if let Some(credentials) = &credentials {
        builder = builder.with_credentials(Arc::clone(credentials) as _);
    }
    if let Some(region) = &region {
        builder = builder.with_region(region);
    }
    if let Some(endpoint) = &endpoint {
        builder = builder.with_endpoint(endpoint);
    }
    let store = encrypted(builder, options).and_then(AmazonS3Builder::build).map_err(unusable)?;
    let region = region.unwrap_or_else(|| REGION.to_owned());
    let copies = PartCopies {
        client: own_client,
        credentials: credentials.clone(),
        url: url(bucket, endpoint.as_deref(), path_style, &region),
        bucket: bucket.to_owned(),
        region,
        requester_pays: options.requester_pays,
        part_size: options.copy_part_size,
    };
    Ok(Retrying::new(Retry::new(store, credentials, max_retries), copies))
}

/// Where requests on `bucket` go, as object_store has it.
fn url(bucket: &str, endpoint: Option<&str>, path_style: bool, region: &str) -> String {
    match (endpoint, path_style) {
        (Some(endpoint), true) => format!("{}/{bucket}", endpoint.trim_end_matches('/')),
        (Some(endpoint), false) => endpoint.trim_end_matches('/').to_owned(),
        (None, true) => format!("https://s3.{region}.amazonaws.com/{bucket}"),
        (None, false) => format!("https://{bucket}.s3.{region}.amazonaws.com"),
    }
}

fn encrypted(mut builder: AmazonS3Builder, options: &S3Options) -> object_store::Result<AmazonS3Builder> {
    if let Some(encryption) = options.encryption {
        builder = builder.with_config("aws_server_side_encryption".parse()?, encryption.header());
    }
    if let Some(key_id) = &options.kms_key_id {
        builder = builder.with_config("aws_sse_kms_key_id".parse()?, key_id);
    }
    Ok(builder)
}

/// Region, credentials and endpoint as AWS's own tools find them, for requests that are not waited for for ever.
pub async fn aws_configuration(options: &S3Options) -> SdkConfig {
    let timeouts = TimeoutConfig::builder().operation_attempt_timeout(request_timeout(options)).build();
    let client = aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12()).http_client(client).timeout_config(timeouts);
    if let Some(region) = &options.region {
        loader = loader.region(Region::new(region.clone()));
    }
    if let Some(profile) = &options.profile {
        loader = loader.profile_name(profile);
    }
    loader.load().await
}

fn request_timeout(options: &S3Options) -> Duration {
    Duration::from_secs(options.request_timeout.unwrap_or(REQUEST_TIMEOUT))
}

/// `AWS_ENDPOINT_URL_S3`, else the endpoint of all services.
fn endpoint_for_s3(found: &SdkConfig) -> Option<String> {
    let own = std::env::var("AWS_ENDPOINT_URL_S3").ok().filter(|url| !url.is_empty());
    own.or_else(|| found.endpoint_url().map(str::to_owned))
}
