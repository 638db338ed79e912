//! Floor 1: the project's files as plain structs. It reads files and knows no engine.

mod config;
mod files;
pub mod load;
pub mod properties;
mod seeds;
pub mod yaml;

pub use config::{Config, DescribedSetting, Folders, Publish, SeedQuery, Target};
pub use files::{Hash, TextFile};
pub use load::{Model, PUBLISHED, Project};
pub use properties::{ColumnProperties, GivenRow, ModelProperties, TestUse, UnitTest};
pub use seeds::{Seed, SeedText, replace_file};
pub use yaml::Span;
