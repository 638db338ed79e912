//! Floor 6: one module for each thing that a user asks for. They do not import each other.

pub mod accounts;
pub mod catalog;
pub mod clean;
pub mod compile;
pub mod debug;
pub mod docs;
pub mod explain;
pub mod export;
pub mod focus;
pub mod history;
pub mod init;
pub mod list;
pub mod manifest;
pub mod prices;
pub mod run;
pub mod show;
#[cfg(feature = "statements")]
pub mod statements;
pub mod views;
