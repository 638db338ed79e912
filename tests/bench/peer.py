"""dbt on DuckDB: how its commands read, and what they leave behind."""

import subprocess
import sys
from pathlib import Path

from measure import Contestant

HERE = Path(__file__).resolve().parent


class Peer:
    """The project's models in the hands of dbt-duckdb, below the folder `work`."""

    name = "dbt on DuckDB"

    def __init__(self, binary, source, work):
        self.work = work.resolve()
        self.database, self.results = self.work / "database", self.work / "results"
        self.work.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, HERE / "snapshot.py", binary, source, self.work], check=True)
        # dbt keeps what it parsed: as in a job that runs every day.
        subprocess.run(self.dbt("parse"), check=True)

    def dbt(self, *words):
        return [
            str(Path(sys.executable).with_name("dbt")), "--quiet", "--no-version-check", *words,
            "--project-dir", str(self.work / "project"),
            "--profiles-dir", str(self.work),
            "--target-path", str(self.work / "target"),
            "--log-path", str(self.work / "logs"),
            "--vars", (self.work / "vars.json").read_text(),
        ]  # fmt: skip

    def job(self):
        """Seeds and models, without tests, into a database that is not there yet."""
        command = self.dbt("build", "--resource-type", "seed", "--resource-type", "model")
        return Contestant(self.name, command, [self.database, self.results])

    def compile(self):
        return Contestant(f"{self.name}: compile", self.dbt("compile"), [])
