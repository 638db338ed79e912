//! Copies of objects that are too large for one request: part by part, without the bytes coming here.
//!
//! object_store begins and completes the upload; the request for a part with a source it does not know.

use std::sync::Arc;

use http::header::HeaderValue;
use http::{Method, Request, StatusCode};
use object_store::aws::{AwsAuthorizer, AwsCredential};
use object_store::client::{HttpClient, HttpRequestBody};
use object_store::multipart::PartId;
use object_store::path::Path;
use object_store::{CredentialProvider, Error, Result};

use super::credentials::Credentials;
use super::retry::is_lost;

/// The most that one request copies (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html>).
const LARGEST: u64 = 5 << 30;

/// A bucket, for requests that are signed here.
#[derive(Debug)]
pub(super) struct PartCopies {
    pub(super) client: HttpClient,
    pub(super) credentials: Option<Arc<Credentials>>,
    /// The URL of the bucket, without a slash at its end.
    pub(super) url: String,
    pub(super) bucket: String,
    pub(super) region: String,
    pub(super) requester_pays: bool,
    /// Up to how many bytes one request copies, if less than it may.
    pub(super) part_size: Option<u64>,
}

/// A part of an object that becomes a part of another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part<'a> {
    pub(super) from: &'a Path,
    /// Its first byte, and the first that is no longer of it.
    pub(super) bytes: (u64, u64),
    pub(super) to: &'a Path,
    /// The upload, and the number of the part in it, from 1.
    pub(super) upload: &'a str,
    pub(super) number: usize,
}

impl PartCopies {
    /// Up to how many bytes one request copies.
    pub(super) fn part_size(&self) -> u64 {
        self.part_size.unwrap_or(LARGEST)
    }

    /// Copies one part.
    pub(super) async fn copy(&self, part: &Part<'_>) -> Result<PartId> {
        let url = format!(
            "{}/{}?partNumber={}&uploadId={}",
            self.url,
            encoded(part.to.as_ref()),
            part.number,
            encoded(part.upload).replace('/', "%2F")
        );
        let (first, end) = part.bytes;
        let mut request = Request::builder()
            .method(Method::PUT)
            .uri(url)
            .header("x-amz-copy-source", format!("/{}/{}", self.bucket, encoded(part.from.as_ref())))
            .header("x-amz-copy-source-range", format!("bytes={first}-{}", end - 1))
            .body(HttpRequestBody::empty())
            .map_err(generic)?;
        if self.requester_pays {
            request.headers_mut().insert("x-amz-request-payer", HeaderValue::from_static("requester"));
        }
        if let Some(credentials) = &self.credentials {
            let credential: Arc<AwsCredential> = credentials.get_credential().await?;
            AwsAuthorizer::new(&credential, "s3", &self.region).authorize(&mut request, None);
        }
        let answer = self.client.execute(request).await.map_err(generic)?;
        let status = answer.status();
        let body = answer.into_body().bytes().await.map_err(generic)?;
        part_id(status, &String::from_utf8_lossy(&body))
    }
}

/// The part that S3 says it has made. It may begin with 200 and end in an error.
fn part_id(status: StatusCode, body: &str) -> Result<PartId> {
    let tag = body.split_once("<ETag>").and_then(|(_, rest)| rest.split_once("</ETag>"));
    match tag.filter(|_| status.is_success()) {
        Some((tag, _)) => Ok(PartId { content_id: tag.replace("&quot;", "\"").replace("&#34;", "\"") }),
        None => Err(generic(format!("S3 answered {status} to a copy: {body}"))),
    }
}

/// Whether a copy may go well when it is asked for again.
pub(super) fn may_pass(error: &Error) -> bool {
    is_lost(error) || error.to_string().contains("S3 answered 5")
}

/// `path` in a URL: all but the letters, digits and marks that stand for themselves.
fn encoded(path: &str) -> String {
    let byte = |byte: u8| match byte {
        b'/' | b'-' | b'_' | b'.' | b'~' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    path.bytes().map(byte).collect()
}

fn generic(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::Generic { store: "S3", source: source.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_behind_a_good_status_is_an_error() {
        let tag = part_id(StatusCode::OK, "<CopyPartResult><ETag>&quot;a1&quot;</ETag></CopyPartResult>").unwrap();
        assert_eq!(tag.content_id, "\"a1\"");
        assert!(part_id(StatusCode::OK, "<Error><Code>InternalError</Code></Error>").is_err());
        assert!(part_id(StatusCode::FORBIDDEN, "").is_err());
    }

    #[test]
    fn what_means_something_in_a_url_is_encoded() {
        assert_eq!(encoded("a/billing_period=2026-10/x y+1.parquet"), "a/billing_period%3D2026-10/x%20y%2B1.parquet");
    }
}
