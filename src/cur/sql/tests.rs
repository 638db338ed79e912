//! Which engines are given files.

use super::check;
use crate::common::dialect::Dialect;
use crate::common::error::ErrorKind;

#[test]
fn engines_that_read_files_by_themselves_are_given_them() {
    assert!(check(Dialect::DuckDb).is_ok());
    assert!(check(Dialect::Athena).is_ok());
    assert_eq!(check(Dialect::DataFusion).unwrap_err().kind(), ErrorKind::User);
}
