//! How a server is reached, as a variable of the environment says it.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore, crypto};
use tokio_postgres::config::{Config, Host, SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;
use url::Url;

use crate::common::error::{Error, Result};
use crate::common::secrets;

/// What connections are called, for who looks at the server.
const APPLICATION: &str = "apportion";
/// How long it may take until a server is there, where `connect_timeout` does not say it.
const PATIENCE: Duration = Duration::from_secs(10);

/// A server and who asks it.
pub(super) struct Connection {
    /// Whom to ask, and as whom.
    pub(super) config: Config,
    /// Whom to trust.
    pub(super) tls: MakeRustlsConnect,
    /// The server.
    pub(super) server: Server,
    /// How long it may take until the server is there.
    pub(super) patience: Duration,
}

/// A server as it is spoken of.
#[derive(Debug, Clone)]
pub(super) struct Server {
    /// What it is and where; no secret is in it.
    pub(super) name: String,
    /// The variable of the environment that says how it is reached.
    pub(super) variable: &'static str,
}

impl Connection {
    /// What `variable` of the environment says; files that it names are below `root`.
    ///
    /// # Errors
    /// When it says nothing, or nothing that can be understood; when a certificate cannot be read.
    pub(super) fn of_environment(variable: &'static str, root: &Path) -> Result<Self> {
        let text = std::env::var(variable).map_err(|_| {
            Error::user(format!("there is no connection to PostgreSQL: `{variable}` is not set"))
                .hint("set it to postgresql://user:password@host:5432/database")
        })?;
        secrets::keep(&text);
        let authority = std::env::var("PGSSLROOTCERT").ok().filter(|path| !path.is_empty());
        Self::of(variable, &text, authority, root)
    }

    /// What `text` says, with `sslmode` and `sslrootcert` as `libpq` has them
    /// (<https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS>); but whoever is not told
    /// `sslmode=disable` has the server prove who it is, by the certificates of `authority` or of the system.
    fn of(variable: &'static str, text: &str, mut authority: Option<String>, root: &Path) -> Result<Self> {
        let not_understood = |why: &str| {
            Error::user(format!("`{variable}` is not understood: {why}")).hint(
                "write it as postgresql://user:password@host:5432/database, with %40 for @ in a password and the like",
            )
        };
        let mut url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "postgres" | "postgresql"));
        let url = url.as_mut().ok_or_else(|| not_understood("it is no URL of PostgreSQL"))?;
        let mut is_encrypted = true;
        for (key, value) in url.query_pairs() {
            match &*key {
                "sslmode" => is_encrypted = value != "disable",
                "sslrootcert" => authority = Some(value.into_owned()),
                _ => {}
            }
        }
        // As they are written: a form would have `+` for blanks.
        let parts = url.query().unwrap_or_default().split('&');
        let is_ours = |part: &&str| part.starts_with("sslmode=") || part.starts_with("sslrootcert=");
        let others: Vec<&str> = parts.filter(|part| !is_ours(part)).collect();
        let others = others.join("&");
        url.set_query(Some(others.as_str()).filter(|others| !others.is_empty()));
        let mut config: Config = url.as_str().parse().map_err(|error: tokio_postgres::Error| {
            not_understood(&std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string))
        })?;
        if let Some(password) = config.get_password() {
            secrets::keep(&String::from_utf8_lossy(password));
        }
        if config.get_hosts().is_empty() || config.get_user().is_none() {
            return Err(not_understood("it names no host or no user"));
        }
        config.ssl_mode(if is_encrypted { SslMode::Require } else { SslMode::Disable });
        if config.get_application_name().is_none() {
            config.application_name(APPLICATION);
        }
        let authority = authority.filter(|_| is_encrypted).map(|path| root.join(path));
        Ok(Self {
            server: Server { name: name(&config), variable },
            tls: trusting(authority.as_deref())?,
            patience: config.get_connect_timeout().copied().unwrap_or(PATIENCE),
            config,
        })
    }
}

fn name(config: &Config) -> String {
    let names = config.get_hosts().iter().enumerate().map(|(index, host)| {
        let port = config.get_ports().get(index).or(config.get_ports().first()).copied().unwrap_or(5432);
        match host {
            Host::Tcp(name) => format!("{name}:{port}"),
            Host::Unix(path) => path.display().to_string(),
        }
    });
    format!("PostgreSQL at `{}`", names.collect::<Vec<_>>().join(","))
}

/// A client that trusts the certificates in the file `authority`, or those that the system trusts.
fn trusting(authority: Option<&Path>) -> Result<MakeRustlsConnect> {
    let mut roots = RootCertStore::empty();
    if let Some(path) = authority {
        let unread = |why: String| {
            Error::environment(format!("cannot read certificates of `{}`: {why}", path.display()))
                .hint("`sslrootcert` is a file in PEM with the certificate of the authority; of RDS, its bundle")
        };
        for certificate in CertificateDer::pem_file_iter(path).map_err(|error| unread(error.to_string()))? {
            let certificate = certificate.map_err(|error| unread(error.to_string()))?;
            roots.add(certificate).map_err(|error| unread(error.to_string()))?;
        }
        if roots.is_empty() {
            return Err(unread("there is none in it".to_owned()));
        }
    } else {
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    }
    let config = ClientConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::bug("TLS cannot be set up").caused_by(&error))?;
    Ok(MakeRustlsConnect::new(config.with_root_certificates(roots).with_no_client_auth()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<Connection> {
        Connection::of("A_VARIABLE", text, None, Path::new("/nowhere"))
    }

    #[test]
    fn a_connection_is_encrypted_unless_it_is_said_otherwise() {
        for (text, mode) in [
            ("postgresql://me:pass-of-this-test@db.example/bills", SslMode::Require),
            ("postgres://me@db.example/bills?sslmode=prefer", SslMode::Require),
            ("postgres://me@db.example/bills?sslmode=verify-full&connect_timeout=3", SslMode::Require),
            ("postgres://me@db.example/bills?connect_timeout=3&sslmode=disable", SslMode::Disable),
        ] {
            assert_eq!(of(text).unwrap().config.get_ssl_mode(), mode, "{text}");
        }
        let found = of("postgres://me:pass%20of-this-test@db.example:6432/bills?connect_timeout=3").unwrap();
        assert_eq!(
            (found.patience, found.server.name.as_str()),
            (Duration::from_secs(3), "PostgreSQL at `db.example:6432`")
        );
        assert_eq!(secrets::masked("with pass of-this-test"), "with *****");
    }

    #[test]
    fn what_is_not_understood_is_told_without_the_secret() {
        for text in [
            "host=db.example user=me password=key-of-that-test",
            "mysql://me:key-of-that-test@db.example/bills",
            "postgresql://me:key-of-that-test@db.example/bills?sslmod=require",
            "postgresql:///bills",
        ] {
            let error = of(text).err().unwrap().to_string();
            assert!(error.contains("`A_VARIABLE` is not understood") && !error.contains("key-of-that-test"), "{error}");
        }
    }

    #[test]
    fn certificates_that_cannot_be_read_are_named() {
        let error = of("postgresql://me@db.example/bills?sslrootcert=ca.pem").err().unwrap().to_string();
        assert!(error.contains("/nowhere/ca.pem"), "{error}");
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), "nothing").unwrap();
        let found =
            Connection::of("A_VARIABLE", "postgresql://me@db.example/bills", Some("ca.pem".to_owned()), folder.path());
        assert!(found.err().unwrap().to_string().contains("there is none in it"));
    }
}
