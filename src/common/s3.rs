//! How the buckets of a target are reached.

/// `s3:` of a target. What is not given is found as AWS's own tools find it: environment, profile, role.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct S3Options {
    /// The buckets' region.
    pub region: Option<String>,
    /// A server other than AWS's, for instance `http://127.0.0.1:9000`.
    pub endpoint: Option<String>,
    /// Whether the bucket stands in the path and not in the host; by default only with an endpoint.
    pub path_style: Option<bool>,
    /// The profile of AWS's shared configuration files.
    pub profile: Option<String>,
    /// How what is written is encrypted; as the bucket does it by default if absent.
    pub encryption: Option<Encryption>,
    /// The key of AWS KMS, with `encryption: sse-kms` or `dsse-kms`; AWS's own key if absent.
    pub kms_key_id: Option<String>,
    /// Whether this account pays for the requests.
    pub requester_pays: bool,
    /// How often a request that failed for a passing reason is sent again; 10 if absent.
    pub max_retries: Option<usize>,
    /// Up to how many bytes one request copies; larger objects are copied in parts of this size. 5 GiB, the most that S3
    /// takes, if absent.
    pub copy_part_size: Option<u64>,
    /// Seconds after which a request counts as failed; 60 if absent.
    pub request_timeout: Option<u64>,
}

/// Encryption at rest, named as in AWS's documentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    /// Keys of S3's own.
    S3,
    /// Keys of AWS KMS.
    Kms,
    /// Two layers with keys of AWS KMS.
    DualKms,
}

impl Encryption {
    /// Each with its name in `config.yaml`.
    pub const NAMES: [(&str, Self); 3] = [("sse-s3", Self::S3), ("sse-kms", Self::Kms), ("dsse-kms", Self::DualKms)];

    /// The value of the header `x-amz-server-side-encryption`.
    pub fn header(self) -> &'static str {
        match self {
            Self::S3 => "AES256",
            Self::Kms => "aws:kms",
            Self::DualKms => "aws:kms:dsse",
        }
    }
}
