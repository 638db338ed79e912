"""What checks in Python share: a copy of the project, apportion at work on it, and the table of what was found."""

import json
import shutil
import subprocess

import yaml

SHOWN = 20
# Settings under which every layer is there.
EVERY_LAYER = {"focus": {"versions": ["1.2", "1.4"]}}


class Refused(Exception):
    """A tool could not do what it was asked at all."""


class Report:
    """The table of checks, and the faults below it."""

    def __init__(self):
        self.faults = []

    def check(self, name, counted, faults):
        """Prints a check's line; `counted` says of how much it is true."""
        faults = list(faults)
        print(f"  {'ok  ' if not faults else 'FAIL'}  {name:<48} {counted}", flush=True)
        if faults:
            self.faults.append((name, faults))

    def end(self):
        for name, faults in self.faults:
            print(f"\n{name}:")
            for fault in faults[:SHOWN]:
                print(f"  {fault}")
            if len(faults) > SHOWN:
                print(f"  ... and {len(faults) - SHOWN} more")
        return 1 if self.faults else 0


def snapshot(root, project, targets, settings=None):
    """Copies what is read of a project, with further targets, dialects by their names, and settings of its own; gives
    what its config.yaml says.

    Files that are edited meanwhile cannot make two readings of different texts look like a disagreement.
    """
    shutil.rmtree(project, ignore_errors=True)
    project.mkdir(parents=True)
    for name in ["models", "sql", "data/seeds", "statements"]:
        shutil.copytree(root / name, project / name)
    shutil.copy(root / "dbt_project.yml", project)
    config = yaml.safe_load((root / "config.yaml").read_text())
    for name, own in (settings or {}).items():
        config["vars"][name] = {**config["vars"][name], **own}
    place = config["targets"][config["target"]]
    for name, dialect in targets.items():
        config["targets"][name] = {"type": dialect, "source": place["source"], "output": place["output"]}
    (project / "config.yaml").write_text(yaml.safe_dump(config, sort_keys=False))
    return config


class Apportion:
    """The binary at work on a project."""

    def __init__(self, binary, project):
        self.binary = binary
        self.project = project
        self.artifacts = project / "target" / "apportion"

    def run(self, *words):
        command = [self.binary, *words, "--project", str(self.project)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise Refused(f"apportion {' '.join(words)}:\n{done.stderr}{done.stdout}")
        return done.stdout

    def compile(self, target, *words):
        """Compiles for `target`; gives the manifest and the folder of SQL."""
        shutil.rmtree(self.artifacts, ignore_errors=True)
        self.run("compile", "--target", target, *words)
        return json.loads((self.artifacts / "manifest.json").read_text()), self.artifacts / "compiled"

    def list(self, words, kind="model"):
        select = ["--select", *words] if words else []
        text = self.run("list", "--resource-type", kind, "--format", "json", *select)
        return {entry["name"] for entry in json.loads(text)}


def parents_first(manifest):
    """The manifest's models, each after those it reads."""
    nodes, done = manifest["nodes"], {}

    def add(id):
        if id in nodes and nodes[id]["resource_type"] == "model" and id not in done:
            for parent in nodes[id]["depends_on"]["nodes"]:
                add(parent)
            done[id] = nodes[id]

    for id in nodes:
        add(id)
    return list(done.values())


def of_kind(manifest, kind):
    """The manifest's nodes of a kind, by name."""
    return {node["name"]: node for node in manifest["nodes"].values() if node["resource_type"] == kind}
