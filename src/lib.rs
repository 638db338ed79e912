//! apportion
pub mod words;
