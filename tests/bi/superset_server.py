"""A Superset of its own: SQLite for its metadata, no Redis, gone at the end.

The metadata database is made once and copied for every start, since making it takes most of the time.
"""

import io
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import yaml
from checks import Refused

USER = "admin"
SECONDS = 120

CONFIG = """
SECRET_KEY = {key!r}
SQLALCHEMY_DATABASE_URI = "sqlite:///{home}/superset.db"
# One process without HTTPS on 127.0.0.1: no proxy, no strict headers.
TALISMAN_ENABLED = False
SESSION_COOKIE_SAMESITE = "Lax"
RATELIMIT_ENABLED = False
# Every question goes to the database.
CACHE_CONFIG = DATA_CACHE_CONFIG = {{"CACHE_TYPE": "NullCache"}}
# A picture wants the charts below the fold, too.
FEATURE_FLAGS = {{"DASHBOARD_VIRTUALIZATION": False}}
"""


class Superset:
    """Superset at home in a folder; `with` starts it, and stops what was started."""

    def __init__(self, home):
        self.bin = Path(sys.executable).parent
        self.home = home
        home.mkdir(parents=True, exist_ok=True)
        self.password = self.kept("password")
        config = home / "superset_config.py"
        config.write_text(CONFIG.format(key=self.kept("key"), home=home))
        self.environment = os.environ | {
            "FLASK_APP": "superset.app:create_app()",
            "SUPERSET_HOME": str(home),
            "SUPERSET_CONFIG_PATH": str(config),
            "PYTHONWARNINGS": "ignore",
        }

    def kept(self, name):
        """A secret that is drawn once."""
        file = self.home / name
        if not file.exists():
            file.write_text(secrets.token_urlsafe(42))
        return file.read_text()

    def command(self, *words):
        """Runs `superset`; what it said is told if it fails."""
        done = subprocess.run(
            [self.bin / "superset", *words], env=self.environment, cwd=self.home, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        if done.returncode != 0:
            raise Refused(f"superset {words[0]}:\n{done.stdout[-4000:]}")

    def initialise(self):
        """Tables of the metadata database, roles and an administrator, as often as Superset is another."""
        database, empty, made_by = (self.home / name for name in ["superset.db", "empty.db", "made_by"])
        requirements = Path(__file__).with_name("requirements.txt").read_text()
        if not made_by.exists() or made_by.read_text() != requirements:
            database.unlink(missing_ok=True)
            self.command("db", "upgrade")
            names = ["--username", USER, "--firstname", "Local", "--lastname", "Admin", "--email", "admin@example.com"]
            self.command("fab", "create-admin", *names, "--password", self.password)
            self.command("init")
            shutil.copy(database, empty)
            made_by.write_text(requirements)
        shutil.copy(empty, database)

    def import_dashboards(self, folder, uri):
        """Imports a folder in Superset's export format, reading from `uri`."""
        bundle = self.home / "import.zip"
        bundle.write_bytes(zipped(folder, uri, "Dashboard"))
        self.command("import-dashboards", "--path", str(bundle), "-u", USER)

    def __enter__(self):
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.log = self.home / "server.log"
        with self.log.open("wb") as log:
            self.server = subprocess.Popen(
                [
                    self.bin / "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", "1", "--worker-class", "gthread",
                    "--threads", "8", "--timeout", str(SECONDS), "superset.app:create_app()",
                ],
                env=self.environment, cwd=self.home, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        end = time.monotonic() + SECONDS
        while not self.answers():
            if self.server.poll() is not None or time.monotonic() > end:
                self.stop()
                raise Refused(f"Superset did not start:\n{self.log.read_text(errors='replace')[-4000:]}")
            time.sleep(0.5)
        return self

    def __exit__(self, *_):
        self.stop()

    def answers(self):
        try:
            return urlopen(f"{self.url}/health", timeout=5).status == 200
        except (OSError, URLError):
            return False

    def stop(self):
        if self.server.poll() is None:
            os.killpg(self.server.pid, signal.SIGTERM)
            try:
                self.server.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(self.server.pid, signal.SIGKILL)
                self.server.wait()


def zipped(folder, uri, kind):
    """The folder as the zip that Superset imports, with the database at `uri`.

    `superset import-dashboards` takes the kind `Dashboard`, the import that overwrites `assets`.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as bundle:
        for file in sorted(folder.rglob("*.yaml")):
            name = file.relative_to(folder)
            content = yaml.safe_load(file.read_text())
            if name.parts[0] == "databases":
                content["sqlalchemy_uri"] = uri
            if str(name) == "metadata.yaml":
                content["type"] = kind
            text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
            bundle.writestr(f"dashboards/{name}", text)
    return buffer.getvalue()


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]
