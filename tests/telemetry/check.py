"""Do traces and metrics tell what runs did, and is no run otherwise because of who takes them?

Called by run.sh, which sets up the tools: check.py BIN ROOT WORK [OPTION ...].
The binary runs a tiny project, and the sample, and sends to a collector of the checks' own. Prints one line a check
and, below, what differs. Exits 1 if anything does.
"""

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import traceback
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path += [str(HERE.parent), str(HERE.parent / "athena")]

import yaml
from checks import Report
from collector import Collector
from engine_tiny import LINES, PROJECT, write_report

MONTH = "2024-01"
# How long a collector may keep a run, and what the clock of this machine may add.
MOST, JITTER = 5, 2
SECRET = "not-for-anybody-else"
# What is sent of tables that Athena makes, of which there are none here.
OF_ATHENA = {"apportion.scanned_bytes"}
CASES = []


def case(name):
    """Has a function be a case; it gets a place and yields what is wrong."""
    return lambda check: CASES.append((name, check))


class Ended:
    """A run that has ended."""

    def __init__(self, running, started):
        self.text, _ = running.communicate(timeout=300)
        self.code, self.seconds = running.returncode, time.monotonic() - started

    def differs(self, code, *says):
        faults = [] if self.code == code else [f"the exit code is {self.code}, not {code}"]
        faults += [f"not said: {word}" for word in says if word not in self.text]
        return faults + ([f"| {line}" for line in self.text.splitlines()[-15:]] if faults else [])


class Place:
    """A copy of the tiny project with a report."""

    def __init__(self, options, folder):
        shutil.rmtree(folder, ignore_errors=True)
        self.binary, self.root, self.project = options.binary, Path(options.root), folder / "project"
        shutil.copytree(PROJECT, self.project)
        config = yaml.safe_load((self.project / "config.yaml").read_text())
        source = "{{ env_var('APPORTION_ENV_SECRET_PLACE', 'report') }}"
        config["targets"] = {"here": {"type": "datafusion", "source": source, "output": "out"}}
        (self.project / "config.yaml").write_text(yaml.safe_dump(config))
        write_report(self.project / f"report/BILLING_PERIOD={MONTH}/lines.parquet", LINES)

    def start(self, collector, *words, environment=None):
        """Starts apportion; `collector` is a collector, an address, or nothing."""
        url = getattr(collector, "url", collector)
        led = {"OTEL_EXPORTER_OTLP_ENDPOINT": url} if url else {}
        own = {name: text for name, text in os.environ.items() if not name.startswith(("OTEL_", "APPORTION_"))}
        words = words if "--project" in words else [*words, "--project", str(self.project)]
        return subprocess.Popen(
            [self.binary, *words], env=own | led | (environment or {}),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip

    def run(self, collector, *words, environment=None):
        started = time.monotonic()
        return Ended(self.start(collector, *words or ["build"], environment=environment), started)

    def sample(self, folder):
        """Words that build the sample into `folder`."""
        return [
            "build", "--project", str(self.root), "--output", str(folder / "out"),
            "--target-path", str(folder / "artifacts"),
        ]  # fmt: skip


def results(artifacts):
    return json.loads((artifacts / "run_results.json").read_text())


def told(spans, ended, is_whole=True):
    """What is wrong with the spans of one run: one trace, each inside of its parent, whose root has the exit code."""
    by_id = {span.id: span for span in spans}
    roots = [span for span in spans if not span.parent]
    if len({span.trace for span in spans}) != 1 or len(roots) != 1:
        yield f"{len({span.trace for span in spans})} traces with {len(roots)} roots"
        return
    if roots[0]["exit_code"] != ended.code or roots[0].is_error != (ended.code != 0):
        yield f"the root tells {roots[0].attributes}, is_error {roots[0].is_error}"
    for span in spans:
        parent = by_id.get(span.parent)
        if span.parent and not parent and is_whole:
            yield f"the parent of {span.name} was not sent"
        # Who is stopped does not wait for everything that was begun.
        if is_whole and parent and not parent.start <= span.start <= span.end <= parent.end:
            yield f"{span.name} is not inside of {parent.name}"
        if span.resource["service.name"] != "apportion" or "service.version" not in span.resource:
            yield f"{span.name} is of {span.resource}"


def steps(spans):
    return {span.name: span for span in spans if span["step"]}


def differs_from_results(spans, artifacts):
    """What the spans of steps tell otherwise than run_results.json."""
    kinds = {"model": ("table", "view"), "test": ("test",), "unit_test": ("unit test",)}
    found = steps(spans)
    known = results(artifacts)["results"]
    if len(known) != len(found):
        yield f"{len(found)} steps are told of {len(known)}"
    for result in known:
        kind, _, name = result["unique_id"].split(".", 2)
        span = next((found[f"{word} {name}"] for word in kinds[kind] if f"{word} {name}" in found), None)
        if span is None:
            yield f"not told: {result['unique_id']}"
            continue
        response = result["adapter_response"]
        wanted = (result["status"], response["rows_affected"], response["bytes_written"])
        is_table = span["kind"] == "table"
        if (span["status"], span["rows"] if is_table else 0, span["written_bytes"] if is_table else 0) != wanted:
            yield f"{span.name} tells {span.attributes}, not {wanted}"
        if is_table and not (span["memory_bytes"] >= 0 and span["spilled_bytes"] >= 0):
            yield f"{span.name} tells no memory: {span.attributes}"
        took = (span.end - span.start) / 1e9
        if abs(took - result["execution_time"]) > 1:
            yield f"{span.name} took {took:.2f} s, not {result['execution_time']:.2f}"


def parts(spans):
    """The names of spans that are no steps, with those of their parents."""
    by_id = {span.id: span for span in spans}
    return {(span.name, by_id[span.parent].name if span.parent else None) for span in spans if not span["step"]}


WHOLE = {
    ("apportion build", None), ("load", "apportion build"), ("report", "apportion build"),
    (f"month {MONTH}", "apportion build"), ("plan", f"month {MONTH}"), ("publish", f"month {MONTH}"),
}  # fmt: skip


@case("a build is one trace: load, report, month, plan, steps, publish")
def whole(place):
    with Collector() as collector:
        ran = place.run(collector, "build", environment={"APPORTION_CORRELATION_ID": "execution-7"})
        yield from ran.differs(0)
        spans = collector.spans()
        yield from told(spans, ran)
        yield from differs_from_results(spans, place.project / "target/apportion")
        if parts(spans) != WHOLE:
            yield f"spans are {sorted(parts(spans), key=str)}"
        root, month = spans[0], next(span for span in spans if span["billing_period"])
        run = results(place.project / "target/apportion")["metadata"]["invocation_id"]
        if root["run_id"] != run or root["correlation_id"] != "execution-7":
            yield f"the root tells {root.attributes}"
        tables = [span for span in steps(spans).values() if span["kind"] == "table"]
        if month["published_tables"] != len(tables) or month["is_idle"] is not False:
            yield f"the month tells {month.attributes}"
        under = {span.parent for span in steps(spans).values()}
        if under != {month.id}:
            yield "steps are not the month's"


@case("metrics tell how long, how many rows, and how old the delivery is")
def metrics(place):
    file = next((place.project / "report").rglob("*.parquet"))
    written = time.time() - 7_200
    os.utime(file, (written, written))
    with Collector() as collector:
        yield from place.run(collector).differs(0)
        found = collector.metrics()
    run = {"apportion.command": "build", "apportion.target": "here", "apportion.outcome": "published"}
    period = {"apportion.billing_period": MONTH}
    wanted = {
        "apportion.month.duration": ("s", run | period), "apportion.month.rows": ("{row}", run | period),
        "apportion.delivery.age": ("s", period),
    }  # fmt: skip
    if {name: (unit, points[0][0]) for name, (unit, points) in found.items()} != wanted:
        yield f"metrics are {found}"
        return
    [(_, rows)] = found["apportion.month.rows"][1]
    if rows != sum(one["adapter_response"]["rows_affected"] for one in results(place.project / "target/apportion")["results"]):
        yield f"{rows} rows are told"
    [(_, age)] = found["apportion.delivery.age"][1]
    if not 7_200 <= age <= 7_260:
        yield f"the delivery is {age} s old"


@case("the sample: each of its models and tests is a span")
def sample(place):
    folder = place.project.parent
    with Collector() as collector:
        ran = place.run(collector, *place.sample(folder))
        yield from ran.differs(0)
        spans = collector.spans()
    yield from told(spans, ran)
    yield from differs_from_results(spans, folder / "artifacts")
    if not any(span["memory_bytes"] for span in spans):
        yield "no table took any memory"


@case("a month with nothing to do")
def idle(place):
    yield from place.run(None).differs(0)
    with Collector() as collector:
        ran = place.run(collector)
        yield from ran.differs(0, "nothing to do")
        yield from told(collector.spans(), ran)
        [month] = [span for span in collector.spans() if span["billing_period"]]
        if month["is_idle"] is not True or month.is_error:
            yield f"the month tells {month.attributes}"
        [(of, _)] = collector.metrics()["apportion.month.duration"][1]
        if of["apportion.outcome"] != "idle":
            yield f"the outcome is {of}"


@case("a test that fails, and a model that breaks")
def broken(place):
    with Collector() as collector:
        ran = place.run(collector, "build", "--vars", "{most_of_line: 0}")
        yield from ran.differs(1)
        yield from told(collector.spans(), ran)
        failed = steps(collector.spans())["test lines_cost_little"]
        if not failed.is_error or failed["wrong_rows"] != len(LINES) or failed["status"] != "fail":
            yield f"the test tells {failed.attributes}"
        [(of, _)] = collector.metrics()["apportion.month.rows"][1]
        if of["apportion.outcome"] != "failed":
            yield f"the outcome is {of}"
    with Collector() as collector:
        ran = place.run(collector, "build", "--vars", "{factor: not_a_number}")
        yield from ran.differs(2)
        yield from told(collector.spans(), ran)
        if not any(span.is_error and span.description for span in collector.spans() if span.parent):
            yield "no span says what is wrong"


@case("run, and test, are traces; nothing else is, and none where it is switched off")
def others(place):
    for words, code in [(["run"], 0), (["test"], 0)]:
        with Collector() as collector:
            ran = place.run(collector, *words)
            yield from ran.differs(code)
            yield from told(collector.spans(), ran)
            if collector.spans()[0].name != f"apportion {words[0]}":
                yield f"the root is {collector.spans()[0].name}"
    with Collector() as collector:
        for words in [["list"], ["history"], ["compile"]]:
            yield from place.run(collector, *words).differs(0)
        yield from place.run(collector, environment={"OTEL_SDK_DISABLED": "true"}).differs(0)
        yield from place.run("", environment={"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": collector.url}).differs(0)
        if collector.bodies:
            yield f"{len(collector.bodies)} requests"


@case("what OpenTelemetry has variables for holds")
def variables(place):
    with Collector() as collector:
        environment = {
            "OTEL_SERVICE_NAME": "billing", "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment.name=prod",
            "OTEL_EXPORTER_OTLP_HEADERS": "x-key=abc",
        }  # fmt: skip
        yield from place.run(collector, environment=environment).differs(0)
        resource = collector.spans()[0].resource
        if resource["service.name"] != "billing" or resource["deployment.environment.name"] != "prod":
            yield f"the resource is {resource}"
        if any(headers.get("x-key") != "abc" for headers in collector.headers):
            yield f"headers are {collector.headers}"


@case("no secret is sent, and nothing that docs/tracing.md does not name")
def secrets(place):
    (place.project / "report").rename(place.project / SECRET)
    model = place.project / "models/staging/stg_lines.sql"
    model.write_text(model.read_text() + f"\n{{{{ exceptions.raise_compiler_error('broken: {SECRET}') }}}}")
    documented = set(re.findall(r"`(apportion\.[a-z_.]+)`", (place.root / "docs/tracing.md").read_text()))
    with Collector() as collector:
        environment = {"APPORTION_ENV_SECRET_PLACE": SECRET, "APPORTION_CORRELATION_ID": "execution-7"}
        ran = place.run(collector, environment=environment)
        yield from ran.differs(2, "broken: ")
        if not any("broken: " in span.description for span in collector.spans()):
            yield "no span says what is wrong"
        if any(SECRET.encode() in body for _, body in collector.bodies):
            yield "the secret is sent"
    with Collector() as good:
        model.write_text((PROJECT / "models/staging/stg_lines.sql").read_text())
        yield from place.run(good, "build", "--vars", "{most_of_line: 0}", environment=environment).differs(1)
    known = {key for span in [*collector.spans(), *good.spans()] for key in span.attributes}
    for found in [collector.metrics(), good.metrics()]:
        known |= set(found) | {key for _, points in found.values() for of, _ in points for key in of}
    others = {key for key in known if key.startswith("apportion")} ^ (documented - OF_ATHENA)
    yield from (f"{name} is not both sent and documented" for name in sorted(others))
    yield from (f"sent is {name}" for name in known if not name.startswith("apportion."))


def keeps(ran, plain, *says):
    """What is wrong with a run whose collector does not do its part, beside one without any."""
    yield from ran.differs(0, "tables published", *says)
    if ran.seconds > plain.seconds + MOST + JITTER:
        yield f"it took {ran.seconds:.1f} s, and without a collector {plain.seconds:.1f}"


@case("a collector that is dead")
def dead(place):
    plain = place.run(None)
    ran = place.run("http://127.0.0.1:9", "build", "--full-refresh")
    yield from keeps(ran, plain, "warning: traces and metrics", "Connection refused")


@case("a collector that hangs")
def hanging(place):
    plain = place.run(None)
    with Collector(always=None) as collector:
        ran = place.run(collector, "build", "--full-refresh", environment={"OTEL_BSP_SCHEDULE_DELAY": "10"})
        yield from keeps(ran, plain, "warning: traces and metrics")


@case("a collector that refuses")
def refusing(place):
    plain = place.run(None)
    for code in [401, 404, 500, 503]:
        with Collector(always=code) as collector:
            ran = place.run(collector, "build", "--full-refresh")
            yield from keeps(ran, plain, f"it answers {code}")


@case("a collector that comes late")
def late(place):
    with Collector(503, 429, 503) as collector:
        ran = place.run(collector)
        yield from ran.differs(0)
        if "traces and metrics" in ran.text:
            yield f"it is said that not all came: {ran.text}"
        yield from told(collector.spans(), ran)
        yield from differs_from_results(collector.spans(), place.project / "target/apportion")


@case("an address that is none, and a protocol that is not spoken")
def unspoken(place):
    plain = place.run(None)
    for url, protocol in [("not an address", "http/protobuf"), ("ftp://127.0.0.1", "http/protobuf"), ("http://127.0.0.1:9", "grpc")]:
        ran = place.run(url, "build", "--full-refresh", environment={"OTEL_EXPORTER_OTLP_PROTOCOL": protocol})
        yield from keeps(ran, plain, "warning: traces and metrics")


@case("a run that SIGTERM stops tells so")
def stopped(place):
    folder = place.project.parent
    with Collector() as collector:
        running = place.start(collector, *place.sample(folder), environment={"OTEL_BSP_SCHEDULE_DELAY": "100"})
        end = time.monotonic() + 120
        while not steps(collector.spans()) and time.monotonic() < end:
            time.sleep(0.1)
        running.send_signal(signal.SIGTERM)
        ran = Ended(running, time.monotonic())
        yield from ran.differs(143)
        yield from told(collector.spans(), ran, is_whole=False)


@case("the debug log stays as it is")
def debug(place):
    with Collector() as collector:
        ran = place.run(collector, "build", "--log-level", "debug")
        yield from ran.differs(0)
        yield from told(collector.spans(), ran)
        strange = [line for line in ran.text.splitlines() if re.search(r"hyper|opentelemetry|reqwest", line, re.I)]
        yield from strange


def main():
    parser = argparse.ArgumentParser(prog="tests/telemetry/run.sh BIN", description=__doc__.splitlines()[0])
    for name in ["binary", "root", "work"]:
        parser.add_argument(name, help=argparse.SUPPRESS)
    parser.add_argument("--cases", nargs="+", metavar="WORD", help="those with such a word in their names")
    options = parser.parse_args()
    report = Report()
    for name, check in CASES:
        if options.cases and not any(word in check.__name__ for word in options.cases):
            continue
        started = time.monotonic()
        try:
            faults = list(check(Place(options, Path(options.work) / check.__name__)))
        except Exception:
            # What a case cannot tell is its own fault, and no other's.
            faults = traceback.format_exc().splitlines()
        report.check(name, f"{time.monotonic() - started:.0f} s", faults)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
