"""A PostgreSQL of the tests' own, which speaks TLS alone, and an authority that signs its certificate."""

import datetime
import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import quote

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

# Who it runs as where the tests are root: it refuses that.
NOBODY = 65534
RULES = """\
local    all all         trust
hostssl  all all all     scram-sha-256
"""


class Server:
    """The server, as long as the block lasts; `user` has `password`, and may read what is granted to it."""

    def __init__(self, database, user, password):
        self.database, self.user, self.password = database, user, password

    def __enter__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="apportion-postgres-"))
        self.authority = make_certificates(self.folder)
        self.other_authority = make_certificates(self.folder / "other")
        self.data = self.folder / "data"
        for path in [self.folder, *self.folder.glob("*.*")]:
            if os.getuid() == 0:
                shutil.chown(path, NOBODY, NOBODY)
        self.as_nobody("initdb", "--username=admin", "--auth=trust", "--encoding=UTF8", "--pgdata", self.data)
        (self.data / "pg_hba.conf").write_text(RULES)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.start()
        self.ask("postgres", f"create database {self.database}", f"create role {self.user} login password '{self.password}'")
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self):
        words = {
            "port": self.port, "listen_addresses": "127.0.0.1", "unix_socket_directories": self.folder, "ssl": "on",
            "ssl_cert_file": self.folder / "server.crt", "ssl_key_file": self.folder / "server.key", "fsync": "off",
        }  # fmt: skip
        words = " ".join(f"-c {name}={value}" for name, value in words.items())
        self.as_nobody("pg_ctl", "--wait", "--pgdata", self.data, "--log", self.folder / "log", "--options", words, "start")

    def stop(self):
        self.as_nobody("pg_ctl", "--wait", "--mode=fast", "--pgdata", self.data, "stop")

    def as_nobody(self, *words):
        who = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"] if os.getuid() == 0 else []
        done = subprocess.run([*who, *map(str, words)], cwd=self.folder, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"{words[0]}: {done.stdout}{done.stderr}")

    def ask(self, database, *statements):
        """What the last statement answers, as the administrator; a line a row, columns apart by `|`."""
        done = subprocess.run(self.command(database, *statements), capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"{statements}: {done.stderr}")
        return done.stdout.split()

    def command(self, database, *statements):
        words = [word for statement in statements for word in ["--command", statement]]
        return ["psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--host", str(self.folder), "--port",
                str(self.port), "--username", "admin", "--set", "ON_ERROR_STOP=1", database, *words]  # fmt: skip

    def url(self, host="localhost", port=None, database=None, password=None, **settings):
        """How the user reaches it."""
        settings = {"sslrootcert": self.authority, **settings}
        words = "&".join(f"{key}={quote(str(value))}" for key, value in settings.items() if value is not None)
        password = quote(password or self.password, safe="")
        return f"postgresql://{self.user}:{password}@{host}:{port or self.port}/{database or self.database}?{words}"


def make_certificates(folder):
    """Makes an authority and a certificate of `localhost`; gives the authority's file."""
    folder.mkdir(exist_ok=True)
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority_name, name = named("an authority of the tests"), named("localhost")
    authority = certificate(authority_name, authority_name, authority_key, authority_key)
    authority = authority.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    of_server = certificate(name, authority_name, key, authority_key)
    of_server = of_server.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    pem = serialization.Encoding.PEM
    (folder / "authority.crt").write_bytes(authority.sign(authority_key, hashes.SHA256()).public_bytes(pem))
    (folder / "server.crt").write_bytes(of_server.sign(authority_key, hashes.SHA256()).public_bytes(pem))
    (folder / "server.key").touch(mode=0o600)
    (folder / "server.key").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder / "authority.crt"


def named(name):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def certificate(subject, issuer, key, signing_key):
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
    return builder.not_valid_after(now + datetime.timedelta(days=2))
