//! Which apportion this is.

/// The version that its makers gave it.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
/// A hash of `src/` and `Cargo.lock`, made when it was built: builds of one version can differ.
pub const BUILD: &str = env!("APPORTION_BUILD");
/// The commit it was built from; empty where git did not know.
pub const COMMIT: &str = env!("APPORTION_COMMIT");
/// All of it, in a line.
pub const LONG: &str = env!("APPORTION_VERSION");
