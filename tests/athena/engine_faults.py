"""What goes wrong with queries, requests, workgroups, reports and runs, each on a tiny project of its own."""

import random
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from collector import Collector
from engine_month import LEAVE, compare, differing_lines
from engine_place import BUCKET, ENDED, RESULTS
from engine_tiny import FIRST, LINES, LINES_TABLE, PERIOD, TOTAL, Tiny
from executions import ENGINE

# Cases that are tried side by side.
AT_ONCE = 4
CASES = []


@dataclass
class Case:
    """A case: what is shown, what shows it, and the place that it needs."""

    name: str
    check: object
    place: dict = field(default_factory=dict)


def case(name, **place):
    """Has a function be a case; it gets a place and yields what is wrong. `place` says of Tiny what it needs."""

    def add(check):
        CASES.append(Case(name, check, place))
        return check

    return add


def check(report, engine, names=()):
    """Tries all cases, or those in whose function's name one of some words is."""
    wanted = [one for one in CASES if not names or any(name in one.check.__name__ for name in names)]

    def attempt(one):
        started, faults = time.monotonic(), []
        folder = engine.work / one.check.__name__
        try:
            with Tiny(engine.options.binary, engine.running, folder, **one.place) as place:
                faults += one.check(place)
                faults += (f"violated: {fault}" for fault in place.api.violations)
        except Exception:
            # What a place cannot tell is this case's fault, and no other's.
            faults += traceback.format_exc().splitlines()
        report.check(one.name, f"{time.monotonic() - started:.0f} s", faults)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(attempt, wanted))


def passes(place, ran, total=TOTAL):
    """What is wrong with a run that has to have published, and to have left nothing."""
    return ran.differs(0) + place.shows(total) + place.left()


def unmet(place):
    """The faults that nothing has met, which are taken back."""
    faults = [f"not met: {fault}" for fault in place.api.faults.waiting]
    place.api.faults.clear()
    return faults


def refused(place, code, *words, environment=None, **target):
    """What is wrong with a run that has to be refused before it starts any query."""
    place.target(**target)
    ran = place.build(environment=environment)
    faults = ran.differs(code, *words) + publishes_nothing(place)
    return faults + [f"a query was started: {one['text'][:100]}" for one in own_executions(place)]


def own_executions(place):
    """The executions that runs of the place have started."""
    return [one for one in place.executions("") if not one["text"].startswith(("show ", "create database"))]


def publishes_nothing(place):
    return [f"published is {table}" for table in place.published()]


# Requests.


@case("throttled and refused starts are sent again")
def starts_throttled(place):
    for does in ["throttle", "limit", "throttle", "limit", "limit"]:
        place.api.faults.add({"do": does, "on": "StartQueryExecution", "times": 2})
    ran = place.build()
    yield from unmet(place)
    yield from passes(place, ran)


@case("polls that are throttled, broken and dropped")
def polls_fail(place):
    for does in ["throttle", "break", "drop", "break", "throttle", "lose"]:
        place.api.faults.add({"do": does, "on": "BatchGetQueryExecution", "times": 3})
    place.api.faults.add({"do": "throttle", "on": "GetWorkGroup", "times": 2})
    ran = place.build()
    yield from unmet(place)
    yield from passes(place, ran)


@case("answers that never come are asked for again")
def never_answered(place):
    place.target(s3={"request_timeout": 1})
    for operation in ["GetWorkGroup", "GetDatabase", "StartQueryExecution", "BatchGetQueryExecution"]:
        place.api.faults.add({"do": "slow", "on": operation, "seconds": 30})
    ran = place.build()
    yield from unmet(place)
    yield from passes(place, ran)
    if ran.seconds > 25:
        yield f"an answer was waited for: {ran.seconds:.0f} s"


@case("a start whose answer is lost starts one query")
def start_lost(place):
    place.api.faults.add({"do": "lose", "on": "StartQueryExecution", "times": 2})
    yield from passes(place, place.build())
    tokens = [one["token"] for one in place.executions("")]
    asked = place.starts("")
    if len(tokens) != len(set(tokens)) or len(asked) <= len(tokens):
        yield f"{len(asked)} starts of {len(set(asked))} tokens became {len(tokens)} executions"


@case("no right to start queries")
def starts_denied(place):
    place.api.faults.add({"do": "deny", "on": "StartQueryExecution", "times": 100})
    ran = place.build()
    place.api.faults.clear()
    yield from ran.differs(2, "athena:StartQueryExecution", "`primary`")
    yield from publishes_nothing(place)


@case("no right to ask how queries are: said at once, and the query is stopped")
def polls_denied(place):
    held = "create external table"
    place.hold(held)
    place.api.faults.add({"do": "deny", "on": "BatchGetQueryExecution", "times": 100})
    ran = place.build()
    place.api.faults.clear()
    yield from ran.differs(2, "athena:BatchGetQueryExecution", "`primary`")
    yield from publishes_nothing(place)
    yield from stops(place, held)


@case("answers of several pages are read whole", lines=[(f"l{n}", "111111111111", 1.0) for n in range(2_345)])
def pages(place):
    place.target(local_limit=0)
    ran = place.build("--vars", "{most_of_line: 0}")
    yield from ran.differs(1, "FAIL test `lines_cost_little`: 2,345 wrong rows")
    [result] = [one for id, one in place.results().items() if id.endswith("lines_cost_little")]
    if result["failures"] != 2_345:
        yield f"run_results.json says {result}"
    yield from publishes_nothing(place)
    yield from place.left()


# Queries.


@case("a failure that passes is met by a second attempt")
def fails_once(place):
    place.api.faults.add({"do": "fail", "text": FIRST, "leaves": 2})
    ran = place.build()
    yield from passes(place, ran)
    written = place.published().get("working/stg_lines", {}).get("written", "")
    if not written.endswith("/2"):
        yield f"the lines were written to {written}"
    texts = [one["text"] for one in place.executions("")]
    at = lambda words, start=0: next((i for i in range(start, len(texts)) if words in texts[i]), 1_000)
    first = at("/stg_lines/1/")
    second = at("/stg_lines/2/")
    drop = at("drop table", first)
    if not first < drop < second < 1_000:
        yield f"the first attempt is query {first}, the removal of its table {drop}, the second attempt {second}"
    tokens = place.starts("drop table")
    if len(tokens) != len(set(tokens)):
        yield "a table is to be removed a second time by the token of the first time, so that Athena does nothing"


@case("failures that keep coming end the run")
def fails_always(place):
    place.api.faults.add({"do": "fail", "text": LINES_TABLE, "times": 100, "leaves": 1})
    ran = place.build()
    yield from ran.differs(75, "stg_lines")
    tries = len([one for one in place.executions(LINES_TABLE) if one["state"] == "FAILED"])
    if tries != 4:
        yield f"{tries} attempts"
    yield from publishes_nothing(place)
    yield from place.left()


@case("exhausted resources are not tried again")
def exhausted(place):
    place.api.faults.add({"do": "exhaust", "text": FIRST, "retryable": True})
    ran = place.build()
    yield from ran.differs(2, "stg_lines", " bytes", "exhausted resources")
    tries = len(place.executions(LINES_TABLE))
    if tries != 1:
        yield f"{tries} attempts"
    yield from publishes_nothing(place)
    yield from place.left()


def stops(place, text):
    """What is wrong if the queries with that text are to be stopped, and no other one is to run on for long."""
    place.wait(lambda: all(one["state"] in ENDED for one in place.executions("")), "all queries to end", 10)
    states = {one["state"] for one in place.executions(text)}
    if states != {"CANCELLED"}:
        yield f"the query is {states}"


def stopped(place, name, code, text=FIRST, words=()):
    """What is wrong with a run that gets a signal while a query stands still, its first table's if nothing is said."""
    place.hold(text)
    running = place.start("build", *words)
    place.wait_for_query(text)
    running.send(name)
    sent = time.monotonic()
    ran = running.end(60)
    if time.monotonic() - sent > LEAVE:
        yield f"the run went on for {time.monotonic() - sent:.1f} s"
    yield from ran.differs(code, f"error: stopped by {name}")
    yield from stops(place, text)
    yield from publishes_nothing(place)
    yield from (f"a file is left: runs/{key}" for key in place.keys("out/runs"))
    yield from heals(place)


def heals(place):
    """What is wrong with a run after one that a signal has ended."""
    ran = place.build()
    # Tables over the report's files may stay until `clean` removes them: there was no time for them.
    return ran.differs(0) + place.shows(TOTAL) + place.left(are_tables_gone=False)


@case("SIGTERM stops queries, and frees the month")
def sigterm(place):
    yield from stopped(place, "SIGTERM", 143)


@case("SIGINT stops queries, and frees the month")
def sigint(place):
    yield from stopped(place, "SIGINT", 130)


@case("SIGTERM stops a query that is just being started")
def sigterm_in_start(place):
    place.hold()
    place.api.faults.add({"do": "slow", "on": "StartQueryExecution", "seconds": 2, "times": 100})
    running = place.start("build")
    place.wait(lambda: place.starts(FIRST), "the start of the first table's query")
    if place.executions(FIRST):
        yield "the query had been started when the signal was sent"
    running.send("SIGTERM")
    yield from running.end(LEAVE).differs(143, "error: stopped by SIGTERM")
    place.api.faults.clear()
    states = [one["state"] for one in place.executions(FIRST)]
    if states != ["CANCELLED"]:
        yield f"the query is {states}"
    yield from publishes_nothing(place)
    yield from heals(place)


@case("SIGTERM stops queries that wait for others", at_once=1)
def sigterm_in_queue(place):
    place.hold("of somebody else")
    other = place.begin("select 'of somebody else'")
    place.wait_for_query("of somebody else")
    running = place.start("build")
    place.wait(lambda: len(place.starts("")) > 2, "the run to start a query")
    running.send("SIGTERM")
    yield from running.end(LEAVE).differs(143, "error: stopped by SIGTERM")
    yield from publishes_nothing(place)
    states = [one["state"] for one in place.executions("") if one["id"] != other][1:]
    if set(states) != {"CANCELLED"}:
        yield f"the queries of the run are {states}"
    place.release()
    yield from passes(place, place.build())


@case("a query that somebody cancels")
def cancelled(place):
    place.hold()
    running = place.start("build")
    [query] = place.wait_for_query(FIRST)
    place.athena.stop_query_execution(QueryExecutionId=query["id"])
    ran = running.end()
    yield from ran.differs(2, "`stg_lines` was cancelled on Athena", query["id"])
    if len(place.executions(FIRST)) != 1:
        yield "it was started again"
    yield from publishes_nothing(place)
    yield from place.left()
    yield from passes(place, place.build("--full-refresh"))


def some_lines(count):
    """Lines of which no two bytes are the same twice, so that they are as long in a file."""
    dice = random.Random(7)
    return [(f"{dice.getrandbits(200):050x}", "111111111111", 1.0) for _ in range(count)]


@case(
    "a query that scans more than the workgroup allows",
    workgroups={"limited": RESULTS | {"BytesScannedCutoffPerQuery": 10_000_000}}, lines=some_lines(300_000),
)  # fmt: skip
def cutoff(place):
    place.target(workgroup="limited")
    ran = place.build()
    words = ["`stg_lines` was cancelled on Athena", "it had scanned 1", "BytesScannedCutoffPerQuery", "`limited`"]
    yield from ran.differs(2, *words)
    yield from publishes_nothing(place)
    yield from place.left()


# What is set up wrongly.


ENFORCED = RESULTS | {"EnforceWorkGroupConfiguration": True}
OLD = {name: text.replace("3", "2") for name, text in ENGINE.items()}
GROUPS = {
    "enforced": ENFORCED, "managed": {"ManagedQueryResultsConfiguration": {"Enabled": True}}, "nowhere": {},
    "old": RESULTS | {"EngineVersion": OLD},
}  # fmt: skip


@case("workgroups that are of no use are refused at once", workgroups=GROUPS)
def workgroups(place):
    yield from refused(place, 2, "`enforced` enforces", "Override client-side settings", workgroup="enforced")
    yield from refused(place, 2, "`managed` keeps results", "turn managed query results off", workgroup="managed")
    yield from refused(place, 2, "`old` has Athena engine version 2", "Athena engine version 3", workgroup="old")
    yield from refused(place, 2, "`nowhere`", "set `results: s3://bucket/prefix`", workgroup="nowhere")
    yield from refused(place, 2, "workgroup", "check `athena:` of the target", workgroup="unknown")
    place.target(workgroup="nowhere", results=f"{BUCKET}/results-of-the-target/")
    yield from passes(place, place.build())


@case("no region, no credentials, no such database")
def not_led(place):
    nowhere = {"AWS_REGION": None, "AWS_DEFAULT_REGION": None}
    yield from refused(place, 2, "no region of Athena is known", "AWS_REGION", environment=nowhere)
    nobody = {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None}
    yield from refused(place, 2, "credentials", environment=nobody)
    database = ["Athena knows no database `not_there`", "create database not_there"]
    yield from refused(place, 2, *database, database="not_there")


@case("a source or an output in a folder is refused at once")
def in_folders(place):
    yield from refused(place, 2, "is a folder: Athena reads and writes S3", source=str(place.folder / "report-lines"))


# What the report and tests say.


@case("a text that is no number is named", lines=[*LINES[:2], ("c", "222222222222", "1,5")], cost="string")
def no_number(place):
    ran = place.build()
    words = "`1,5` in column `line_item_unblended_cost` of `s3://", "/lines.parquet` is not a valid decimal(28,10)"
    yield from ran.differs(2, *words, "models/staging/stg_lines.sql")
    here = place.build(target="here")
    if said(ran) != said(here):
        yield from ["otherwise than DataFusion:", *ran.told(), "DataFusion:", *here.told()]
    yield from publishes_nothing(place)
    yield from place.left()


def said(ran, of=("ERROR ", "FAIL ", "error: ")):
    """The faults that a run tells, from the first one on, without its last line, in which seconds are."""
    lines = ran.err.splitlines()
    first = next((index for index, line in enumerate(lines) if line.startswith(of)), len(lines))
    return [line for line in lines[first:] if not line.startswith(f"{PERIOD}: ")]


@case("a test that fails shows the same wrong rows")
def test_fails(place):
    for limit in [0, 1 << 28]:
        place.target(local_limit=limit)
        ran = place.build("--vars", "{most_of_line: 15}", "--full-refresh")
        here = place.build("--vars", "{most_of_line: 15}", "--full-refresh", target="here")
        yield from ran.differs(1, "FAIL test `lines_cost_little`: 2 wrong rows")
        if said(ran) != said(here):
            yield from ["otherwise than DataFusion:", *ran.told(), "DataFusion:", *here.told()]
        yield from publishes_nothing(place)
        yield from place.left()
    yield from passes(place, place.build())


@case("by payer: a payer whose test fails keeps its rows")
def by_payer(place):
    for limit in [0, 1 << 28]:
        place.target(f"out-{limit}", f"here-{limit}", publish="by_payer", local_limit=limit)
        for words, code in [([], 0), (["--vars", "{factor: 2, most_of_payer: 30}"], 1), (["--vars", "{factor: 2}"], 0)]:
            ran, here = (place.build(*words, target=target) for target in ["athena", "here"])
            yield from ran.differs(code)
            if said(ran) != said(here):
                yield from ["otherwise than DataFusion:", *ran.told(), "DataFusion:", *here.told()]
            yield from other_tables(place, f"out-{limit}", f"here-{limit}")
            yield from place.left(f"out-{limit}")


def other_tables(place, ours, theirs):
    """What is published otherwise in two outputs: rows, in whatever order, and the payers who keep theirs."""
    keeps = [{table: row["kept_payers"] for table, row in place.published(below).items()} for below in [ours, theirs]]
    if keeps[0] != keeps[1]:
        yield f"kept payers are {keeps[0]}, in DataFusion {keeps[1]}"
    yield from compare(place.download(ours), place.download(theirs), {})


# What happens meanwhile.


@case("a report that changes while it is read is read again")
def report_changes(place):
    place.hold()
    running = place.start("build")
    place.wait_for_query(FIRST)
    place.deliver([("d", "222222222222", 40.0)], "more")
    place.release()
    ran = running.end()
    yield from ran.differs(0, "changed while it was being read (attempt 1 of 3)")
    yield from passes(place, ran, 100)
    tokens = [one["token"] for one in place.executions(LINES_TABLE)]
    if len(tokens) != 2 or len(set(tokens)) != 2:
        yield f"the tokens of the two attempts are {tokens}"


@case("of two runs at once one publishes")
def two_runs(place):
    place.hold()
    running = place.start("build")
    place.wait_for_query(FIRST)
    second = place.build("--vars", "{factor: 2}")
    yield from second.differs(75, f"another run is at work on {PERIOD}")
    place.release()
    yield from passes(place, running.end())


@case("debug starts nothing, show leaves nothing, and a profile tells what queries cost")
def looked_at(place):
    place.target(local_limit=0)
    before = len(place.executions(""))
    debug = place.run("debug", "--target", "athena", "--period", PERIOD)
    yield from debug.differs(0, "Athena, workgroup `primary`")
    if len(place.executions("")) != before:
        yield "debug started a statement"
    shown = place.run("show", "costs", "--target", "athena", "--period", PERIOD, "--format", "csv")
    yield from shown.differs(0)
    if sum(line.startswith(PERIOD) for line in shown.out.splitlines()) != 2:
        yield f"show shows {shown.out}"
    yield from place.left()
    profiled = place.build("--profile")
    yield from passes(place, profiled)
    if "cost_usd" not in profiled.out or "scanned_mb" not in profiled.out:
        yield f"the profile is {profiled.out}"


# What a plan asks of every project: which rows are others, and by how much at most.
QUESTIONS = {
    "rows": """
        select 'costs' as "table", count(*) as others
        from {{ ref('costs') }} as a
        inner join {{ source('published', 'costs') }} as b on a.payer_account_id = b.payer_account_id
        where a.factor <> b.factor
        having count(*) > 0
    """,
    "largest_difference": """
        select max(a.amount) as largest_difference from {{ ref('costs') }} as a
    """,
}


@case("a plan shows readers nothing, and what it has made is published without running again")
def planned(place):
    (place.project / "sql/plan").mkdir(parents=True)
    for name, question in QUESTIONS.items():
        (place.project / f"sql/plan/{name}.sql").write_text(question)
    yield from passes(place, place.build())
    ran = place.run("plan", "--vars", "{factor: 2}")
    yield from ran.differs(3, f"{PERIOD}: planned beside what run") + place.shows(TOTAL)
    made = len(place.executions(LINES_TABLE))
    yield from place.run("publish").differs(0, "published") + place.shows(2 * TOTAL) + place.left()
    if len(place.executions(LINES_TABLE)) != made:
        yield "publish has made a table again"


@case("a trace tells what each query has read")
def traced(place):
    with Collector() as collector:
        ran = place.build(environment={"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url})
    yield from passes(place, ran)
    told = {span["step"]: span["scanned_bytes"] for span in collector.spans() if span["kind"] == "table"}
    results = {result["unique_id"].split(".")[-1]: result for result in place.results().values()}
    known = {name: results[name]["adapter_response"]["data_scanned_in_bytes"] for name in told}
    if told != known or not any(told.values()):
        yield f"spans tell {told}, run_results.json {known}"


@case("readers find on Athena what is published, and what is brought back")
def readers(place):
    contract = place.project / "models/results/costs.yml"
    contract.write_text(contract.read_text().replace("costs\n", "costs\n    config: { contract: { enforced: true } }\n", 1))
    for factor in ["1", "3", "2"]:
        yield from place.build("--vars", f"{{factor: {factor}}}").differs(0)
        yield from shown(place, factor)
    yield from place.run("rollback", "--target", "athena", "--period", PERIOD).differs(0)
    yield from shown(place, "3")
    [files] = [name for name in place.tables() if name.startswith("costs_files_")]
    partitions = place.ask(f"show partitions {place.database}.{files}")
    if len(partitions) > 3:
        yield f"partitions are left: {partitions}"


def shown(place, factor):
    """What is wrong unless readers see the factor in both views."""
    for view in ["costs", "bi_costs"]:
        answer = place.ask(f'select distinct cast(factor as varchar) from "{place.database}"."{view}"')
        if answer[1:] != [[factor]]:
            yield f"{view} shows {answer[1:]}, not {factor}"


@case("kill -9 shows nothing; clean and the next run heal")
def killed(place):
    yield from passes(place, place.build())
    place.hold()
    running = place.start("build", "--vars", "{factor: 2}")
    place.wait_for_query("/stg_lines/1/")
    running.send("SIGKILL")
    running.end()
    yield from place.shows(TOTAL)
    place.frees_lease()
    cleaned = place.run("clean")
    yield from cleaned.differs(0, "query ")
    place.wait(lambda: not [one for one in place.executions() if one["state"] not in ENDED], "the query to be stopped")
    yield from place.shows(TOTAL)
    ran = place.build("--vars", "{factor: 3}")
    yield from ran.differs(0) + place.shows(3 * TOTAL)
    runs = {key.split("/")[1] for key in place.keys("out/runs") if key.startswith(PERIOD)}
    if len(runs) != 2:
        yield f"the runs {runs} are left"


# What else Athena is asked for.


@case("questions, tests and published tables on Athena alone")
def all_on_athena(place):
    place.target(local_limit=0)
    for words in [[], ["--vars", "{factor: 2}"], ["--vars", "{factor: 3}", "--select", "costs"]]:
        ran, here = (place.build(*words, target=target) for target in ["athena", "here"])
        yield from ran.differs(0, *([] if "--select" in words else ["Costs: of every payer"]))
        if ran.out != here.out:
            yield from differing_lines(ran.out, here.out)
        yield from other_tables(place, "out", "here")
        yield from place.left()
    yield from place.run("test").differs(0, "2 tests passed")
    asked = len(place.executions("1000000"))
    if asked < 7:
        yield f"{asked} queries of tests ran on Athena"
    for fault in [{"do": "throttle", "times": 3}, {"do": "break"}]:
        place.api.faults.add(fault | {"on": "GetQueryResults"})
        yield from place.run("test").differs(0, "2 tests passed") + unmet(place) + place.left()


@case("SIGTERM stops questions, too")
def sigterm_in_test(place):
    place.target(local_limit=0)
    yield from stopped(place, "SIGTERM", 143, "4711", ["--vars", "{most_of_line: 4711}"])


@case("a test and a table over the report that fail once on Athena's side are tried again")
def tries_again(place):
    place.target(local_limit=0)
    for text in ["1000000", "create external table", "show tables"]:
        place.api.faults.add({"do": "fail", "text": text})
    yield from place.run("clean").differs(0)
    ran = place.build()
    yield from unmet(place)
    yield from passes(place, ran)
    place.api.faults.add({"do": "fail", "text": "1000000", "times": 100})
    yield from place.run("test").differs(75, "lines_cost_little", "the question failed on Athena")
    place.api.faults.clear()
    yield from place.left()


@case("tables that cannot be made or removed")
def tables_fail(place):
    place.api.faults.add({"do": "fail", "text": "create external table", "times": 100})
    yield from place.build().differs(75, "stg_lines")
    yield from publishes_nothing(place)
    place.api.faults.clear()
    place.api.faults.add({"do": "fail", "text": "drop table", "times": 100})
    ran = place.build()
    yield from ran.differs(0, "not everything was tidied up") + place.shows(TOTAL)
    place.api.faults.clear()


def beside_tests(place, *words):
    """What is wrong with tests on Athena that something else is done beside."""
    place.target(local_limit=0)
    yield from passes(place, place.build())
    place.hold("4711")
    running = place.start("test", "--vars", "{most_of_line: -4711}")
    place.wait_for_query("4711")
    yield from place.run(*words).differs(0)
    place.release()
    yield from running.end().differs(1, "FAIL test `lines_cost_little`: 3 wrong rows")


@case("clean takes nothing away from tests that are running")
def clean_beside_tests(place):
    yield from beside_tests(place, "clean")


@case("a build takes nothing away from tests that are running")
def build_beside_tests(place):
    yield from beside_tests(place, "build", "--full-refresh")


@case("rows of another month are refused")
def other_month(place):
    model = place.project / "models/results/costs.sql"
    model.write_text(model.read_text().replace("""'{{ var("billing_period") }}'""", "'2024-02'"))
    ran, here = (place.build(target=target) for target in ["athena", "here"])
    yield from ran.differs(2, "`billing_period` is `2024-02` in a row of the run for 2024-01")
    if said(ran) != said(here):
        yield from ["otherwise than DataFusion:", *ran.told(), "DataFusion:", *here.told()]
    yield from publishes_nothing(place)
    yield from place.left()


@case("a statement that is longer than Athena takes it")
def too_long(place):
    model = place.project / "models/staging/stg_sums.sql"
    model.write_text(model.read_text().replace("group by", f"where payer_account_id <> '{'x' * 270_000}'\ngroup by"))
    yield from refused(place, 2, "`costs` is a statement of 27", "262144", "materialized: table")
