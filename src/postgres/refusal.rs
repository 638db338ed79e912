//! What a server says, or the way to it, and what to do about it.

use std::error::Error as Cause;
use std::io;
use std::iter::successors;
use std::time::Duration;

use tokio_postgres::error::DbError;

use super::connection::VARIABLE;
use crate::common::error::Error;

/// A server that has not answered for `waited`.
pub(super) fn silent(server: &str, waited: Duration) -> Error {
    Error::later(format!("{server} has not answered for {} s", waited.as_secs()))
        .hint("the server may be starting, or no way leads to it: look at its security group, and at the subnets")
}

/// What it means for a run that `server` ended a request with `error`.
pub(super) fn refused(error: &tokio_postgres::Error, server: &str) -> Error {
    if let Some(said) = error.as_db_error() {
        return said_by_server(said, server);
    }
    let causes: Vec<&(dyn Cause + 'static)> = successors(error.source(), |cause| (*cause).source()).collect();
    let said = causes.last().map_or_else(|| error.to_string(), ToString::to_string);
    if let Some(error) = causes.iter().find_map(|cause| cause.downcast_ref::<io::Error>()) {
        return of_connection(error, server, &said);
    }
    if error.is_closed() {
        return Error::later(format!("{server} has closed the connection"));
    }
    let found = Error::environment(format!("{server} cannot be used: {said}"));
    if said.contains("does not support TLS") {
        return found
            .hint(format!("have it use TLS; or write `sslmode=disable` into `{VARIABLE}`, within one machine"));
    }
    found.hint(format!("look at `{VARIABLE}`"))
}

/// An error with a code of PostgreSQL (<https://www.postgresql.org/docs/current/errcodes-appendix.html>).
fn said_by_server(said: &DbError, server: &str) -> Error {
    let message = said.message();
    let mut error = match (said.code().code(), said.code().code().get(..2).unwrap_or_default()) {
        ("42501", _) => Error::environment(format!("{server} lets this user not read that: {message}"))
            .hint("grant select on the table to the user"),
        (_, "28") => Error::environment(format!("{server} refuses the user or the password: {message}"))
            .hint(format!("look at `{VARIABLE}`")),
        (_, "3D") => Error::environment(format!("{server} has no such database: {message}"))
            .hint(format!("look at `{VARIABLE}`")),
        ("57014", _) => Error::later(format!("{server} has ended the query, as it took too long: {message}"))
            .hint("a longer time is `options=-c%20statement_timeout=120s` in the connection"),
        (_, "08" | "40" | "53" | "55" | "57") => Error::later(format!("{server} cannot answer now: {message}")),
        _ => Error::user(format!("{server} does not take the query: {message}")),
    };
    for more in [said.detail(), said.hint()].into_iter().flatten() {
        error = error.hint(more);
    }
    error
}

fn of_connection(error: &io::Error, server: &str, said: &str) -> Error {
    let of_tls = error.get_ref().is_some_and(|inner| inner.is::<rustls::Error>());
    if of_tls || said.contains("certificate") {
        return Error::environment(format!("{server} does not prove who it is: {said}")).hint(
            "`sslrootcert` in the connection, or PGSSLROOTCERT, names the certificate of the authority that signed \
             the server's; the host has to be written as it stands in that",
        );
    }
    let found = format!("no way leads to {server}: {said}");
    // The resolver has no kinds of errors: what it calls temporary passes, another name has to be written.
    if said.contains("failed to lookup") && !said.contains("emporary") {
        return Error::environment(found).hint(format!("look at the host in `{VARIABLE}`"));
    }
    Error::later(found).hint("the server may be starting; or look at its security group, and at the subnets")
}
