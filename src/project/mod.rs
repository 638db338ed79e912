//! Floor 1: the project's files as plain structs. It reads files and knows no engine.

pub mod config;
pub mod files;
pub mod load;
pub mod properties;
pub mod seeds;
pub mod yaml;

pub use config::{Config, Folders, Publish, Target};
pub use files::{Hash, TextFile};
pub use load::{Model, PUBLISHED, Project};
pub use properties::{ColumnProperties, GivenRow, ModelProperties, SourceTable, TestUse, UnitTest};
pub use seeds::Seed;
pub use yaml::Span;
