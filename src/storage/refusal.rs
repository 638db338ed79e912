//! What to say when a store says no: why, and who has to do what.

use std::fmt;

use object_store::path::Path;

use super::Location;
use crate::common::error::{Error, ErrorKind};

/// What was asked of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Which objects there are.
    List,
    /// An object, or what is known of it.
    Read,
    /// To keep an object.
    Write,
    /// To remove an object.
    Remove,
    /// To forget parts of an object that was not written whole.
    AbortUploads,
}

impl Access {
    /// The action of S3 that has to be allowed, by its name in IAM.
    fn action(self) -> &'static str {
        match self {
            Self::List => "ListBucket",
            Self::Read => "GetObject",
            Self::Write => "PutObject",
            Self::Remove => "DeleteObject",
            Self::AbortUploads => "AbortMultipartUpload",
        }
    }
}

impl fmt::Display for Access {
    /// As a verb.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::List => "list",
            Self::Read => "read",
            Self::Write => "write",
            Self::Remove => "remove",
            Self::AbortUploads => "abort uploads to",
        })
    }
}

impl Location {
    /// The error for a store that said no to `access`.
    pub fn refused(&self, access: Access, path: &Path, error: &object_store::Error) -> Error {
        let plain = Error::environment(format!("cannot {access} `{}`", self.display(path)));
        let words = causes(error);
        match error {
            _ if words.contains("NoSuchBucket") => plain.hint(format!("there is no bucket `{}`", self.bucket_name())),
            object_store::Error::NotFound { .. } => plain.hint("there is nothing with that name"),
            _ if words.contains("ExpiredToken") => {
                plain.hint("the credentials have expired: get new ones and run again")
            }
            object_store::Error::Unauthenticated { .. } if self.is_s3() => plain.caused_by(&words).hint(
                "no credentials were found: set AWS_PROFILE or AWS_ACCESS_KEY_ID, or run with a role that has them",
            ),
            _ if words.contains("SignatureDoesNotMatch") || words.contains("InvalidAccessKeyId") => {
                plain.caused_by(&words).hint("the credentials are wrong: check AWS_PROFILE and AWS_ACCESS_KEY_ID")
            }
            // Of a list that is refused, object_store tells no more than what the server said.
            _ if words.contains("AccessDenied") => plain.hint(self.right_to(access)),
            object_store::Error::PermissionDenied { .. } | object_store::Error::Unauthenticated { .. } => {
                plain.hint(self.right_to(access))
            }
            _ if words.contains("Permission denied") || words.contains("os error 13") => {
                plain.caused_by(&words).hint(self.right_to(access))
            }
            _ if words.contains("Not a directory") => plain
                .caused_by(&words)
                .hint("there is a file where a folder should be: remove it, or name another folder"),
            _ if words.contains("No space left") => plain
                .caused_by(&words)
                .hint("the disk is full: free some space and run again; what was published is untouched"),
            _ if words.contains("Received redirect") => {
                plain.hint("the bucket is in another region: set `s3: { region: ... }` for the target, or AWS_REGION")
            }
            _ if self.is_s3() => plain.of_kind(ErrorKind::Later).caused_by(&words).hint(cure(&words)),
            _ => plain.caused_by(&words),
        }
    }

    /// What somebody has to allow; actions of S3 by their names in IAM.
    fn right_to(&self, access: Access) -> String {
        if !self.is_s3() {
            return format!("give this user permission to {access} it");
        }
        let (action, bucket) = (access.action(), self.bucket_name());
        let below = match self.prefix.as_ref() {
            _ if access == Access::List => String::new(),
            "" => "/*".to_owned(),
            prefix => format!("/{prefix}/*"),
        };
        format!("allow `s3:{action}` on `arn:aws:s3:::{bucket}{below}`")
    }

    fn bucket_name(&self) -> &str {
        self.root.host_str().unwrap_or_default()
    }
}

/// What to do about a fault of S3 or of the way to it, which was tried again in vain.
pub fn cure(words: &str) -> &'static str {
    if words.contains("SlowDown") || words.contains("503") {
        "S3 is too busy: run again later, or raise `max_retries` under `s3:` of the target"
    } else if words.contains("timed out") {
        "no answer came in time: run again, or raise `request_timeout` under `s3:` of the target"
    } else {
        "such errors usually pass: run again; if they do not, check the endpoint and the network"
    }
}

/// What to do about credentials, if they are why a service of AWS refuses, by its error code and words.
pub fn credentials_cure(code: Option<&str>, said: &str) -> Option<&'static str> {
    match code {
        Some("ExpiredTokenException" | "ExpiredToken") => {
            Some("the credentials have expired: get new ones and run again")
        }
        Some("UnrecognizedClientException" | "InvalidSignatureException") => {
            Some("the credentials are wrong: check AWS_PROFILE and AWS_ACCESS_KEY_ID")
        }
        None if said.contains("credentials") => {
            Some("no credentials were found: set AWS_PROFILE or AWS_ACCESS_KEY_ID, or run with a role that has them")
        }
        _ => None,
    }
}

/// What a service of AWS said, by code and message, or why it could not be asked.
pub fn words_of_aws(code: Option<&str>, message: Option<&str>, error: &dyn std::error::Error) -> String {
    match (code, message) {
        (Some(code), Some(message)) => format!("{code}: {message}"),
        (Some(code), None) => code.to_owned(),
        _ => causes(error),
    }
}

/// An error with what is underneath, each sentence once.
pub fn causes(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let more = cause.to_string();
        if !words.contains(&more) {
            words = format!("{words}: {more}");
        }
        source = cause.source();
    }
    words
}
