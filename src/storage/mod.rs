//! Floor 2: folders and buckets, and the objects in them. It knows bytes, and nothing of what they mean.

mod location;
mod refusal;
mod s3;
mod whole;

pub use location::Location;
pub use refusal::{Access, causes, credentials_cure, cure, words_of_aws};
pub use s3::{aws_configuration, chance};
pub use whole::{Draft, write_whole};
