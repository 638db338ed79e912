//! apportion
pub mod cli;
pub mod compile;
pub mod deeds;
pub mod engine;
pub mod pipeline;
pub mod project;
pub mod words;
