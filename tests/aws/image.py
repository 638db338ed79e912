"""The image: its last stage is built without an engine and without a registry, and run as Fargate runs it.

What the Dockerfile compiles is replaced by a folder with the binary that is there, laid out by the same script, and
the base by a folder with the C library of this machine.
"""

import json
import os
import re
import shutil
import subprocess

IMAGE = "localhost/apportion-test"
BASE = "localhost/apportion-base"

# Below the limits of machines that are containers themselves.
CONTAINERS = """\
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
"""
STORAGE = """\
[storage]
driver = "{driver}"
graphroot = "{folder}/graph"
runroot = "{folder}/run"
"""

# As the task definition has it.
CONFINED = "--read-only --cap-drop all --user 65532:65532 --network host --memory 3840m".split()


class NotBuilt(Exception):
    """A tool that could not do it; the text is what it said."""


class Engine:
    """buildah and podman with a storage of their own."""

    def __init__(self, folder):
        self.folder = folder.resolve()
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "containers.conf").write_text(CONTAINERS)
        (self.folder / "storage.conf").write_text(STORAGE.format(folder=self.folder, driver="vfs"))
        self.environment = {
            **os.environ,
            "CONTAINERS_CONF": str(self.folder / "containers.conf"),
            "CONTAINERS_STORAGE_CONF": str(self.folder / "storage.conf"),
            "BUILDAH_ISOLATION": "chroot",
        }

    def tidy(self):
        """Removes images that have lost their names to newer ones."""
        self.run("podman", "system", "prune", "--force", "--volumes")

    def run(self, *words, exits=(0,)):
        """Runs a command; gives what it did, and refuses exit codes that were not asked for."""
        done = subprocess.run(words, capture_output=True, text=True, env=self.environment)
        if exits is not None and done.returncode not in exits:
            raise NotBuilt(f"{' '.join(map(str, words))}: exit code {done.returncode}\n{done.stderr[-2000:]}")
        return done

    def base(self, binary):
        """What distroless/cc has of the things that a program needs: the C library, certificates, time zones."""
        folder = self.folder / "base"
        shutil.rmtree(folder, ignore_errors=True)
        listing = subprocess.run(["ldd", binary], capture_output=True, text=True, check=True).stdout
        for path in re.findall(r"(/\S+) \(0x", listing):
            target = folder / path.lstrip("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
        for path in ["/etc/ssl/certs/ca-certificates.crt", "/usr/share/zoneinfo/UTC"]:
            target = folder / path.lstrip("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
        (folder / "tmp").mkdir()
        (folder / "Containerfile").write_text("FROM scratch\nCOPY . /\n")
        self.run("buildah", "bud", "--quiet", "--tag", BASE, "--file", folder / "Containerfile", folder)

    def build(self, root, binary, tag=IMAGE):
        """The last stage of deploy/Dockerfile; `root` is the repository."""
        stage = self.folder / "stage"
        shutil.rmtree(stage, ignore_errors=True)
        (stage / "out").mkdir(parents=True)
        self.run(root / "deploy/stage.sh", binary, stage / "out")
        self.run(
            "buildah", "bud", "--quiet", "--tag", tag, "--build-context", f"build={stage}",
            "--build-arg", f"BASE={BASE}", "--file", root / "deploy/Dockerfile", root,
        )  # fmt: skip
        self.tidy()

    def start(self, image, *words, options=(), exits=(0,)):
        return self.run("podman", "run", "--rm", *CONFINED, *options, image, *words, exits=exits)


def check(engine, root, binary):
    """Builds the image, looks at it, and runs it twice on the bundled sample; yields what is wrong."""
    engine.base(binary)
    engine.build(root, binary)
    yield from looks(engine, root)
    yield from runs(engine, root)


def looks(engine, root):
    """What the image says of itself."""
    config = json.loads(engine.run("podman", "inspect", IMAGE).stdout)[0]["Config"]
    wanted = {
        "User": "65532:65532", "WorkingDir": "/project", "Entrypoint": ["/usr/local/bin/apportion"], "Cmd": ["build"],
        "Volumes": {"/scratch": {}},
    }  # fmt: skip
    yield from (f"{key} is {config.get(key)}" for key, value in wanted.items() if config.get(key) != value)
    channel = re.search(r'channel = "(\d+\.\d+)', (root / "rust-toolchain.toml").read_text())[1]
    if f"ARG RUST=rust:{channel}-" not in (root / "deploy/Dockerfile").read_text():
        yield f"the compiler is not {channel} of rust-toolchain.toml"
    listing = engine.start(IMAGE, "list", "--format", "json").stdout
    if '"account_costs"' not in listing:
        yield "the project is not in the image"


def runs(engine, root):
    """As on Fargate: nothing but the scratch folder can be written. The second run has nothing to do."""
    output = engine.folder / "out"
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir()
    os.chown(output, 65532, 65532)
    options = ["--volume", f"{root}/data/sample:/sample:ro", "--volume", f"{output}:/out"]
    for variable in ["APPORTION_SOURCE=/sample", "APPORTION_OUTPUT=/out", "APPORTION_TARGET=local"]:
        options += ["--env", variable]
    for turn, said in [("first", "tables published"), ("second", "nothing to do")]:
        done = engine.start(IMAGE, options=options, exits=None)
        if done.returncode != 0:
            yield f"the {turn} run: exit code {done.returncode}: {done.stderr[-500:]}"
        elif said not in done.stderr + done.stdout:
            yield f"the {turn} run does not say `{said}`: {done.stderr[-500:]}"
    if not list(output.glob("account_costs/billing_period=*/run_id=*/*.parquet")):
        yield "there is no table"
    bad = engine.start(IMAGE, "compile", options=["--env", "APPORTION_TARGET_PATH=/elsewhere"], exits=None)
    if bad.returncode != 2:
        yield f"what is outside of the scratch folder can be written: exit code {bad.returncode}"
