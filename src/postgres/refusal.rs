//! What a server says, or the way to it, and what to do about it.

use std::error::Error as Cause;
use std::io;
use std::iter::successors;
use std::time::Duration;

use tokio_postgres::error::DbError;

use super::connection::Server;
use crate::common::error::Error;

/// A server that has not answered for `waited`.
pub(super) fn silent(server: &Server, waited: Duration) -> Error {
    let name = &server.name;
    Error::later(format!("{name} has not answered for {} s", waited.as_secs()))
        .hint("the server may be starting, or no way leads to it: look at its security group, and at the subnets")
}

/// What it means for a run that `server` ended a request with `error`.
pub(super) fn refused(error: &tokio_postgres::Error, server: &Server) -> Error {
    let Server { name, variable } = server;
    if let Some(said) = error.as_db_error() {
        return said_by_server(said, server);
    }
    let causes: Vec<&(dyn Cause + 'static)> = successors(error.source(), |cause| (*cause).source()).collect();
    let said = causes.last().map_or_else(|| error.to_string(), ToString::to_string);
    if let Some(error) = causes.iter().find_map(|cause| cause.downcast_ref::<io::Error>()) {
        return of_connection(error, server, &said);
    }
    if error.is_closed() {
        return Error::later(format!("{name} has closed the connection"));
    }
    let found = Error::environment(format!("{name} cannot be used: {said}"));
    if said.contains("does not support TLS") {
        return found
            .hint(format!("have it use TLS; or write `sslmode=disable` into `{variable}`, within one machine"));
    }
    found.hint(format!("look at `{variable}`"))
}

/// An error with a code of PostgreSQL (<https://www.postgresql.org/docs/current/errcodes-appendix.html>).
fn said_by_server(said: &DbError, server: &Server) -> Error {
    let Server { name, variable } = server;
    let message = said.message();
    let mut error = match (said.code().code(), said.code().code().get(..2).unwrap_or_default()) {
        ("42501", _) => Error::environment(format!("{name} does not let this user do that: {message}"))
            .hint("docs/registry.md and docs/export.md say which rights it needs"),
        (_, "28") => Error::environment(format!("{name} refuses the user or the password: {message}"))
            .hint(format!("look at `{variable}`")),
        (_, "3D") => {
            Error::environment(format!("{name} has no such database: {message}")).hint(format!("look at `{variable}`"))
        }
        ("57014", _) => Error::later(format!("{name} has ended the query, as it took too long: {message}"))
            .hint("a longer time is `options=-c%20statement_timeout=120s` in the connection"),
        (_, "08" | "40" | "53" | "55" | "57") => Error::later(format!("{name} cannot answer now: {message}")),
        _ => Error::user(format!("{name} does not take the query: {message}")),
    };
    for more in [said.detail(), said.hint()].into_iter().flatten() {
        error = error.hint(more);
    }
    error
}

fn of_connection(error: &io::Error, server: &Server, said: &str) -> Error {
    let Server { name, variable } = server;
    let of_tls = error.get_ref().is_some_and(|inner| inner.is::<rustls::Error>());
    if of_tls || said.contains("certificate") {
        return Error::environment(format!("{name} does not prove who it is: {said}")).hint(
            "`sslrootcert` in the connection, or PGSSLROOTCERT, names the certificate of the authority that signed \
             the server's; the host has to be written as it stands in that",
        );
    }
    let found = format!("no way leads to {name}: {said}");
    // The resolver has no kinds of errors: what it calls temporary passes, another name has to be written.
    if said.contains("failed to lookup") && !said.contains("emporary") {
        return Error::environment(found).hint(format!("look at the host in `{variable}`"));
    }
    Error::later(found).hint("the server may be starting; or look at its security group, and at the subnets")
}
