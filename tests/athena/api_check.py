"""Does the stand-in for Athena's API do what Athena does? Asked through boto3's client, over a real Trino and an S3.

Called by api_check.sh, which sets up the tools: api_check.py WORK VERSION.
Prints one line a check and, below, what differs. Exits 1 if anything does.
"""

import json
import subprocess
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import boto3
import results
import servers
import statements
from api import AthenaApi
from botocore.config import Config
from botocore.exceptions import ClientError, HTTPClientError
from checks import Report

DATA = f"s3://{servers.DATA}"
ENDED = ["SUCCEEDED", "FAILED", "CANCELLED"]
WORKGROUPS = {
    "primary": {"ResultConfiguration": {"OutputLocation": f"{DATA}/results/"}},
    "enforced": {
        "ResultConfiguration": {"OutputLocation": f"{DATA}/enforced"}, "EnforceWorkGroupConfiguration": True,
    },
    "limited": {
        "ResultConfiguration": {"OutputLocation": f"{DATA}/results/"}, "BytesScannedCutoffPerQuery": 10_000_000,
    },
    "managed": {"ManagedQueryResultsConfiguration": {"Enabled": True}},
    "nowhere": {},
}  # fmt: skip
SYMLINKS = """
    row format serde 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe'
    stored as inputformat 'org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat'
    outputformat 'org.apache.hadoop.hive.ql.io.IgnoreKeyTextOutputFormat'"""


class NoAnswer(Exception):
    """A query has no results."""


class Asker:
    """boto3's client of the stand-in, which tries nothing twice by itself unless it is told to."""

    def __init__(self, api, s3, tries=1):
        self.api, self.s3 = api, s3
        self.client = boto3.client(
            "athena", endpoint_url=api.url, region_name="us-east-1", aws_access_key_id="t", aws_secret_access_key="t",
            config=Config(retries={"mode": "standard", "total_max_attempts": tries}, read_timeout=30),
        )  # fmt: skip

    def start(self, sql, workgroup="primary", **more):
        asked = {"QueryString": sql, "WorkGroup": workgroup, "QueryExecutionContext": {"Database": "shop"}} | more
        return self.client.start_query_execution(**asked)["QueryExecutionId"]

    def get(self, id):
        return self.client.get_query_execution(QueryExecutionId=id)["QueryExecution"]

    def state(self, id):
        return self.get(id)["Status"]["State"]

    def wait(self, id, states=ENDED):
        """The query when it is in one of some states."""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            found = self.get(id)
            if found["Status"]["State"] in states:
                return found
            time.sleep(0.02)
        raise TimeoutError(f"{id} is {found['Status']}")

    def run(self, sql, workgroup="primary", **more):
        return self.wait(self.start(sql, workgroup, **more))

    def reason(self, sql, workgroup="primary"):
        """State and reason of a query at its end."""
        status = self.run(sql, workgroup)["Status"]
        return f"{status['State']}: {status.get('StateChangeReason')}"

    def answer(self, sql, **more):
        found = self.run(sql)
        if found["Status"]["State"] != "SUCCEEDED":
            raise NoAnswer(f"{sql}: {found['Status']}")
        return self.client.get_query_results(QueryExecutionId=found["QueryExecutionId"], **more)

    def rows(self, sql):
        """What a query answers, as texts and nulls."""
        return rows_of(self.answer(sql))

    def done(self, *statements):
        """What of some statements did not succeed."""
        for sql in statements:
            reason = self.reason(sql)
            if reason != "SUCCEEDED: None":
                yield f"{sql}: {reason}"

    def error(self, ask, **asked):
        """Code and message of the error that a request gets."""
        try:
            return f"no error: {ask(**asked)}"
        except ClientError as error:
            return f"{error.response['Error']['Code']}: {error.response['Error']['Message']}"
        except HTTPClientError as error:
            return type(error).__name__

    def start_error(self, sql, workgroup="primary", **more):
        asked = {"QueryString": sql, "WorkGroup": workgroup} | more
        return self.error(self.client.start_query_execution, **asked)

    def keys(self, prefix):
        listed = self.s3.list_objects_v2(Bucket=servers.DATA, Prefix=prefix)
        return [entry["Key"] for entry in listed.get("Contents", [])]

    def text(self, url):
        key = url.removeprefix(f"{DATA}/")
        return self.s3.get_object(Bucket=servers.DATA, Key=key)["Body"].read().decode()

    def http(self, path, said=None, method=None):
        body = None if said is None else json.dumps(said).encode()
        with urlopen(Request(self.api.url + path, body, method=method)) as answer:
            return json.load(answer)

    def fault(self, **said):
        self.http("/_faults", said)


def rows_of(answer):
    return [[datum.get("VarCharValue") for datum in row["Data"]] for row in answer["ResultSet"]["Rows"]]


def differ(what, found, wanted):
    if found != wanted:
        yield f"{what}: {found!r} and not {wanted!r}"


def has(what, found, words):
    if words not in found:
        yield f"{what}: {found!r} has no {words!r}"


def workgroups(ask):
    found = ask.client.get_work_group(WorkGroup="enforced")["WorkGroup"]["Configuration"]
    yield from differ("location", found["ResultConfiguration"], {"OutputLocation": f"{DATA}/enforced"})
    yield from differ("is enforced", found["EnforceWorkGroupConfiguration"], True)
    yield from differ("engine", found["EngineVersion"]["EffectiveEngineVersion"], "Athena engine version 3")
    wanted = "InvalidRequestException: WorkGroup is not found."
    yield from differ("unknown", ask.error(ask.client.get_work_group, WorkGroup="unknown"), wanted)
    yield from differ("start in an unknown one", ask.start_error("select 1", "unknown"), wanted)
    yield from has("no location", ask.start_error("select 1", "nowhere"), "No output location provided")
    where = {"ResultConfiguration": {"OutputLocation": f"{DATA}/own"}}
    yield from has(
        "own location", ask.run("select 1", "nowhere", **where)["ResultConfiguration"]["OutputLocation"], "/own/"
    )
    yield from has(
        "enforced", ask.run("select 1", "enforced", **where)["ResultConfiguration"]["OutputLocation"], "/enforced/"
    )
    found = ask.run("select 1", "managed")
    yield from differ("managed", found.get("ManagedQueryResultsConfiguration"), {"Enabled": True})


def definitions(ask):
    yield from ask.done(
        f"create database if not exists shop comment 'a' location '{DATA}/shop/'",
        "create database if not exists shop",
        f"-- marked\n/* twice */ create table shop.one with (format = 'PARQUET', external_location = '{DATA}/t/one/') "
        "as select 1 as id, 'a' as name, date '2026-10-01' as day",
        f"create table two with (external_location = '{DATA}/t/two') as "
        "select 2 as id, 'b' as name, date '2026-10-02' as day",
        f"create external table if not exists shop.pair (`id` int comment 'it\\'s', name string, `day` date) "
        f"comment 'c' stored as parquet location '{DATA}/t/' tblproperties ('classification' = 'parquet')",
        f"create external table if not exists shop.pair (`id` int) stored as parquet location '{DATA}/t/';",
        "create or replace view shop.seen as select id + 1 as id from pair",
    )
    yield from differ(
        "rows",
        sorted(ask.rows("select id, name, day from pair")[1:]),
        [["1", "a", "2026-10-01"], ["2", "b", "2026-10-02"]],
    )
    yield from differ("view", sorted(ask.rows("select * from seen")[1:]), [["2"], ["3"]])
    of = {"CatalogName": "AwsDataCatalog"}
    yield from differ("database", ask.client.get_database(DatabaseName="Shop", **of)["Database"], {"Name": "shop"})
    refused = ask.error(ask.client.get_database, DatabaseName="nowhere", **of)
    yield from has("unknown database", refused, "MetadataException: Database nowhere not found")
    yield from has("unknown database", refused, "EntityNotFoundException")
    shown = ask.answer("show tables in shop 'o*|t*'")
    yield from differ("names", rows_of(shown), [["one"], ["two"]])
    [column] = shown["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
    yield from differ("column", (column["Name"], column["Type"]), ("tab_name", "string"))
    yield from differ("all names", ask.rows("SHOW TABLES"), [["one"], ["pair"], ["seen"], ["two"]])
    yield from ask.done("drop view seen", "drop table if exists shop.nothing", "drop table `pair`")
    yield from has("drop", ask.reason("drop table pair"), "FAILED: FAILED: Execution Error")
    yield from has("create again", ask.reason("create database shop"), "already exists")
    yield from ask.done("create schema empty", "drop database if exists empty", "drop database if exists empty")


def types(ask):
    kinds = "s string, i int, b bigint, d double, f float, t boolean, ts timestamp, da date, de decimal(20,4), "
    more = "m map<string,string>, sm smallint, ti tinyint, bi binary, a array<int>, st struct<x:int,y:string>"
    yield from ask.done(f"create external table shop.typed ({kinds}{more}) stored as parquet location '{DATA}/typed/'")
    yield from ask.done(
        "insert into typed values ('it''s', 1, 2, 1e10, real '0.1', true, timestamp '2026-10-01 00:00:00.000', "
        "date '2026-10-01', decimal '12.5000', map(array['k', 'j'], array['1', '2']), smallint '3', tinyint '4', "
        "X'00ff', array[1, null], row(7, 'z'))",
        f"insert into typed values ({', '.join(['null'] * 15)})",
    )
    row = [
        "it's", "1", "2", "1.0E10", "0.1", "true", "2026-10-01 00:00:00.000", "2026-10-01", "12.5000", "{j=2, k=1}",
        "3", "4", "00 ff", "[1, null]", "{x=7, y=z}",
    ]  # fmt: skip
    answer = ask.answer("select * from typed order by s nulls last")
    yield from differ("values", rows_of(answer)[1:], [row, [None] * 15])
    yield from differ("a null", answer["ResultSet"]["Rows"][2]["Data"][0], {})
    columns = {one["Name"]: one for one in answer["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]}
    yield from differ("decimal", [columns["de"][of] for of in ["Type", "Precision", "Scale"]], ["decimal", 20, 4])
    yield from differ("types", [columns[name]["Type"] for name in ["f", "m", "ts"]], ["float", "map", "timestamp"])
    doubles = {1e7: "1.0E7", 123.25: "123.25", 1e-3: "0.001", 1.25e-5: "1.25E-5", 0.0: "0.0", -1.5e300: "-1.5E300"}
    yield from differ("doubles", {one: results.double(one) for one in doubles}, doubles)
    yield from differ(
        "a literal",
        ask.rows("select 0.1 + 0.2, typeof(1.5), decimal '1.50', '1.5' -- 1.5")[1:],
        [["0.30000000000000004", "double", "1.50", "1.5"]],
    )


def partitions(ask):
    where = f"location '{DATA}/t/one/'"
    yield from ask.done(
        "create external table shop.parted (`id` int) partitioned by (`month` string, n int) stored as parquet "
        f"location '{DATA}/parted/'",
        f"alter table shop.parted add partition (month = '2026-09', n = 1) {where} "
        f"partition (month='2026-10', n=2) {where}",
        f"alter table parted add if not exists partition (month = '2026-10', n = '2') {where}",
        "alter table parted add if not exists partition (month = '2026-11', n = 3)",
    )
    yield from differ(
        "rows", sorted(ask.rows("select * from parted")[1:]), [["1", "2026-09", "1"], ["1", "2026-10", "2"]]
    )
    names = [["month=2026-09/n=1"], ["month=2026-10/n=2"], ["month=2026-11/n=3"]]
    yield from differ("names", ask.rows("show partitions shop.parted"), names)
    yield from has(
        "add again", ask.reason("alter table parted add partition (month='2026-11', n=3)"), "already registered"
    )
    yield from ask.done(
        "alter table parted drop partition (month = '2026-09', n = 1), partition (month = '2026-11', n = 3)",
        "alter table parted drop if exists partition (month = '2026-09', n = 1)",
    )
    yield from differ("names then", ask.rows("show partitions parted"), names[1:2])
    yield from has(
        "drop again", ask.reason("alter table parted drop partition (month='2026-09', n=1)"), "does not exist"
    )


def symlinks(ask):
    """A table reads the files that a text lists, and no others that lie beside them."""
    [listed] = ask.keys("t/one/")
    body = ask.s3.get_object(Bucket=servers.DATA, Key=listed)["Body"].read()
    ask.s3.put_object(Bucket=servers.DATA, Key="t/one/not-listed", Body=body)
    [other] = ask.keys("t/two/")
    put = lambda *keys: ask.s3.put_object(
        Bucket=servers.DATA, Key="links/symlink.txt", Body="\n".join(f"{DATA}/{key}" for key in keys).encode()
    )
    put(listed, other)
    made = f"create external table if not exists shop.linked (id int, `name` string){SYMLINKS} location '{DATA}/links/'"
    yield from ask.done(made, made)
    read = lambda: sorted(ask.rows('select id, "$path" from linked')[1:])
    yield from differ("both", read(), [["1", f"{DATA}/{listed}"], ["2", f"{DATA}/{other}"]])
    put(other)
    yield from differ("another text", read(), [["2", f"{DATA}/{other}"]])
    ask.s3.delete_object(Bucket=servers.DATA, Key="t/one/not-listed")
    yield from ask.done("drop table linked")
    yield from differ("files stay", ask.keys("links/"), ["links/symlink.txt"])


def tables_as(ask):
    rows = "select n as id, n % 2 as part from unnest(sequence(1, 1000)) as t (n)"
    sizes = {}
    for codec in ["GZIP", "SNAPPY", "ZSTD", "NONE"]:
        place = f"packed/{codec}"
        yield from ask.done(
            f"create table packed_{codec} with (format = 'PARQUET', write_compression = '{codec}', "
            f"external_location = '{DATA}/{place}/') as {rows}"
        )
        [key] = ask.keys(place)
        sizes[codec] = ask.s3.head_object(Bucket=servers.DATA, Key=key)["ContentLength"]
    yield from differ("sizes", len(set(sizes.values())), 4)
    made = f"create table parts with (external_location = '{DATA}/parts', partitioned_by = array['part']) as {rows}"
    found = ask.run(made)
    id = found["QueryExecutionId"]
    files = [f"{DATA}/{key}" for key in ask.keys("parts/")]
    yield from differ("manifest", sorted(ask.text(found["Statistics"]["DataManifestLocation"]).split()), files)
    yield from differ(
        "its place", found["Statistics"]["DataManifestLocation"], f"{DATA}/results/tables/{id}-manifest.csv"
    )
    yield from differ("kind", (found["StatementType"], found["SubstatementType"]), ("DDL", "CREATE_TABLE_AS_SELECT"))
    answer = ask.client.get_query_results(QueryExecutionId=id)
    yield from differ("counted", (answer["UpdateCount"], rows_of(answer)), (1000, []))
    yield from ask.done("drop table parts")
    yield from has("place in use", ask.reason(made), "FAILED: HIVE_PATH_ALREADY_EXISTS: Target directory for table")
    yield from has("enforced", ask.start_error(made, "enforced"), "enforces a centralized output location")
    id = ask.run("create table free as select 1 as a", "enforced")["QueryExecutionId"]
    yield from differ("own place", len(ask.keys(f"enforced/tables/{id}/")), 1)
    yield from has(
        "property", ask.start_error("create table x with (color = 1) as select 1 as a"), "'color' does not exist"
    )
    found = ask.run("insert into free values (2), (3)")
    yield from differ("written by insert", len(ask.text(found["Statistics"]["DataManifestLocation"]).split()), 1)


def refusals(ask):
    yield from has("syntax", ask.start_error("selec 1"), "InvalidRequestException: Queries of this type")
    yield from has(
        "syntax", ask.start_error("select 1\nfrm x y"), "InvalidRequestException: line 2:5: mismatched input"
    )
    yield from has("not external", ask.start_error("create table t (a int)"), "External keyword required")
    asked = "create external table shop.t (date string) stored as parquet location 's3://data/x/'"
    yield from has("reserved", ask.reason(asked), "FAILED: FAILED: ParseException line 1:30 mismatched input 'date'")
    yield from has("hive", ask.reason("alter table t\nrename to u"), "FAILED: FAILED: ParseException line 2:0")
    yield from has("quotes", ask.reason('drop table "t"'), "FAILED: FAILED: ParseException line 1:11")
    error = ask.run("select * from none")["Status"]["AthenaError"]
    yield from differ("error", [error[of] for of in ["ErrorCategory", "ErrorType", "Retryable"]], [2, 1301, False])
    yield from has("its words", error["ErrorMessage"], "TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.shop.none'")
    yield from has("too long", ask.start_error(f"select '{'ä' * 131_072}'"), "length less than or equal to 262144")
    unknown = str(uuid.uuid4())
    wanted = f"InvalidRequestException: QueryExecution {unknown} was not found"
    for name in ["get_query_execution", "stop_query_execution", "get_query_results"]:
        yield from differ(name, ask.error(getattr(ask.client, name), QueryExecutionId=unknown), wanted)
    found = ask.client.batch_get_query_execution(QueryExecutionIds=[ask.start("select 1"), unknown])
    counts = len(found["QueryExecutions"]), len(found["UnprocessedQueryExecutionIds"])
    yield from differ("some", counts, (1, 1))
    failed = ask.run("select 1 / 0")
    asked = {"QueryExecutionId": failed["QueryExecutionId"]}
    yield from has("results", ask.error(ask.client.get_query_results, **asked), "Final query state: FAILED")


def executions(ask):
    marked = "-- apportion: model x\nselect 'a' as name, cast(null as varchar) as none, 'b\"c' as quoted"
    found = ask.run(marked)
    id = found["QueryExecutionId"]
    yield from differ("text", found["Query"], marked)
    yield from differ("kind", (found["StatementType"], found["WorkGroup"]), ("DML", "primary"))
    yield from differ("file", found["ResultConfiguration"]["OutputLocation"], f"{DATA}/results/{id}.csv")
    yield from differ("csv", ask.text(f"{DATA}/results/{id}.csv"), '"name","none","quoted"\n"a",,"b""c"\n')
    yield from differ("files", ask.keys(f"results/{id}"), [f"results/{id}.csv", f"results/{id}.csv.metadata"])
    times = found["Status"]["SubmissionDateTime"], found["Status"]["CompletionDateTime"]
    yield from differ("times", times[0] <= times[1], True)
    yield from differ("scanned", found["Statistics"]["DataScannedInBytes"], 0)
    found = ask.run("select * from one")
    [key] = ask.keys("t/one/")
    size = ask.s3.head_object(Bucket=servers.DATA, Key=key)["ContentLength"]
    yield from differ("scanned of a table", 0 < found["Statistics"]["DataScannedInBytes"] <= size, True)


def tokens(ask):
    token = str(uuid.uuid4())
    before = len(ask.api.seen()["executions"])
    first = ask.start("select 7 as n", ClientRequestToken=token)
    yield from differ("at once", ask.start("select 7 as n", ClientRequestToken=token), first)
    ask.wait(first)
    yield from differ("at its end", ask.start("select 7 as n", ClientRequestToken=token), first)
    wanted = "InvalidRequestException: Idempotent parameters do not match"
    yield from differ("another text", ask.start_error("select 8", ClientRequestToken=token), wanted)
    yield from differ("queries", len(ask.api.seen()["executions"]) - before, 1)
    with ThreadPoolExecutor(8) as pool:
        token = str(uuid.uuid4())
        ids = set(pool.map(lambda _: ask.start("select 9", ClientRequestToken=token), range(8)))
    yield from differ("eight at once", len(ids), 1)


def pages(ask):
    sql = "select n from unnest(sequence(1, 2500)) as t (n) order by n"
    id = ask.run(sql)["QueryExecutionId"]
    page = ask.client.get_query_results(QueryExecutionId=id, MaxResults=1000)
    yield from differ("first", (len(rows_of(page)), rows_of(page)[:2]), (1000, [["n"], ["1"]]))
    every = [
        row
        for one in ask.client.get_paginator("get_query_results").paginate(QueryExecutionId=id)
        for row in rows_of(one)
    ]
    yield from differ("all", every, [["n"], *([str(n)] for n in range(1, 2501))])
    asked = {"QueryExecutionId": id, "NextToken": "x"}
    yield from has("token", ask.error(ask.client.get_query_results, **asked), "InvalidRequestException")
    ids = [ask.start(f"select {n} as paged") for n in range(3)]
    listed = ask.client.list_query_executions(WorkGroup="primary", MaxResults=2)
    yield from differ("newest", listed["QueryExecutionIds"], ids[:0:-1])
    pages = ask.client.get_paginator("list_query_executions").paginate(
        WorkGroup="primary", PaginationConfig={"PageSize": 7}
    )
    every = [one for page in pages for one in page.get("QueryExecutionIds", [])]
    yield from differ("list", (every[:3], len(every)), (ids[::-1], len(set(every))))


def stopping(ask):
    sequences = " cross join ".join(f"unnest(sequence(1, 10000)) t{n} (n)" for n in range(3))
    slow = f"select count(*) from {sequences}"
    id = ask.start(slow)
    ask.wait(id, ["RUNNING"])
    yield from has(
        "results yet", ask.error(ask.client.get_query_results, QueryExecutionId=id), "Current state: RUNNING"
    )
    time.sleep(1)
    ask.client.stop_query_execution(QueryExecutionId=id)
    found = ask.wait(id)["Status"]
    yield from differ("stopped", (found["State"], found["StateChangeReason"]), ("CANCELLED", "Query cancelled by user"))
    yield from differ(
        "results",
        ask.error(ask.client.get_query_results, QueryExecutionId=id),
        "InvalidRequestException: Could not find results",
    )
    states = ask.rows(f"select distinct state, error_code from system.runtime.queries where query = '{slow}'")
    yield from differ("in Trino", states[1:], [["FAILED", "USER_CANCELED"]])
    id = ask.run("select 1")["QueryExecutionId"]
    ask.client.stop_query_execution(QueryExecutionId=id)
    yield from differ("at its end", ask.state(id), "SUCCEEDED")


def cutoff(ask):
    numbers = "unnest(sequence(1, 10000)) t (n) cross join unnest(sequence(1, 50)) u (m)"
    texts = f"select cast(uuid() as varchar) as a from {numbers}"
    yield from ask.done(f"create table wide with (external_location = '{DATA}/wide') as {texts}")
    wanted = "CANCELLED: Bytes scanned limit was exceeded"
    yield from differ("select", ask.reason("select max(a) from wide", "limited"), wanted)
    made = f"create table wide2 with (external_location = '{DATA}/wide2') as select a from wide"
    yield from differ("table", ask.reason(made, "limited"), wanted)
    yield from differ("no table", ask.rows("show tables 'wide2'"), [])
    yield from differ("without limit", ask.reason("select max(a) from wide"), "SUCCEEDED: None")
    yield from differ("below it", ask.reason("select * from one", "limited"), "SUCCEEDED: None")


def request_faults(ask):
    start = lambda: ask.start_error("select 1 as fault")
    ask.fault(do="throttle", on="StartQueryExecution", times=2)
    yield from differ("throttled", [start(), start()], ["ThrottlingException: Rate exceeded"] * 2)
    yield from has("then", start(), "no error")
    ask.fault(do="limit", on="StartQueryExecution")
    try:
        ask.start("select 1")
        yield "not limited"
    except ClientError as error:
        yield from differ("limited", error.response["Reason"], "CONCURRENT_QUERY_LIMIT_EXCEEDED")
    id = ask.start("select 1")
    for does, words in [
        ("throttle", "ThrottlingException"),
        ("break", "InternalServerException"),
        ("deny", "AccessDenied"),
    ]:
        ask.fault(do=does, on="GetQueryExecution")
        yield from has(does, ask.error(ask.client.get_query_execution, QueryExecutionId=id), words)
    ask.fault(do="slow", seconds=0.5)
    began = time.monotonic()
    ask.get(id)
    yield from differ("slow", time.monotonic() - began >= 0.5, True)
    try:
        ask.fault(do="explode")
        yield "takes faults that are none"
    except HTTPError as error:
        yield from differ("no fault", error.code, 400)


def lost_answers(ask):
    for does, queries in [("lose", 1), ("drop", 0)]:
        before = len(ask.http("/_seen")["executions"])
        ask.fault(do=does, on="StartQueryExecution")
        yield from differ(does, ask.start_error("select 1 as lost"), "ConnectionClosedError")
        yield from differ(f"{does}: queries", len(ask.http("/_seen")["executions"]) - before, queries)
    patient = Asker(ask.api, ask.s3, tries=3)
    before = len(ask.api.executions)
    ask.fault(do="lose", on="StartQueryExecution")
    yield from differ(
        "boto3 asks again", patient.state(patient.start("select 2 as lost")) in [*ENDED, "QUEUED", "RUNNING"], True
    )
    yield from differ("and has one query", len(ask.api.executions) - before, 1)


def query_faults(ask):
    made = f"create table once with (external_location = '{DATA}/once') as select 1 as a"
    ask.fault(do="fail", text="table once", leaves=2)
    found = ask.run(made)["Status"]
    error = [found["AthenaError"][of] for of in ["ErrorCategory", "ErrorType", "Retryable"]]
    yield from differ("failed", (found["State"], error), ("FAILED", [1, 200, True]))
    yield from differ("left", len(ask.keys("once/")), 2)
    yield from has("once more", ask.reason(made), "HIVE_PATH_ALREADY_EXISTS")
    ask.fault(do="exhaust", text="heavy", retryable=True, times=2)
    found = [ask.run("select 1 as heavy")["Status"].get("AthenaError") for _ in range(3)]
    yield from differ("exhausted", [one and one["Retryable"] for one in found], [True, True, None])
    yield from has("its words", found[0]["ErrorMessage"], "Query exhausted resources at this scale factor")


def holding(ask):
    ask.fault(do="hold", text="held", times=3)
    ids = [ask.start(f"select {n} as held") for n in range(3)]
    for id in ids:
        ask.wait(id, ["RUNNING"])
    queued = ask.start("select 3 as waits")
    yield from differ("a fourth waits", ask.state(queued), "QUEUED")
    ask.client.stop_query_execution(QueryExecutionId=queued)
    yield from differ("stopped in its queue", ask.state(queued), "CANCELLED")
    ask.client.stop_query_execution(QueryExecutionId=ids[0])
    yield from differ("stopped", ask.wait(ids[0])["Status"]["State"], "CANCELLED")
    yield from differ("still", ask.state(ids[1]), "RUNNING")
    ask.fault(do="release", text="1 as held")
    yield from differ("released", ask.wait(ids[1])["Status"]["State"], "SUCCEEDED")
    yield from differ("the other", ask.state(ids[2]), "RUNNING")
    ask.http("/_faults", method="DELETE")
    yield from differ("all released", ask.wait(ids[2])["Status"]["State"], "SUCCEEDED")


def limits(ask):
    ask.api.most_active = 1
    ask.fault(do="hold", text="active")
    id = ask.start("select 1 as active")
    yield from has("a second", ask.start_error("select 2"), "TooManyRequestsException")
    ask.api.most_active = None
    ask.api.faults.clear()
    ask.wait(id)


def violations(ask):
    """What breaks AWS's model is told and kept, and so is what the stand-in cannot do."""
    before = len(ask.api.violations)
    wrong = [
        ({"QueryString": "select 1", "ClientRequestToken": "short"}, "valid min length: 32"),
        ({"QueryString": "select 1", "WorkGroup": "a b"}, "is not of the form"),
        ({"QueryString": "select 'colour'"}, "Unknown parameter"),
        ({"QueryString": "explain select 1"}, "begin with EXPLAIN"),
        ({"QueryString": "select ?", "ExecutionParameters": ["1"]}, "ExecutionParameters"),
    ]
    plain = boto3.client(
        "athena", endpoint_url=ask.api.url, region_name="us-east-1", aws_access_key_id="t", aws_secret_access_key="t",
        config=Config(parameter_validation=False, retries={"total_max_attempts": 1}),
    )  # fmt: skip
    plain.meta.events.register_first("before-call.athena", add_colour)
    for asked, words in wrong:
        yield from has(words, ask.error(plain.start_query_execution, **asked), "InternalServerException")
        yield from has("kept", ask.api.violations[-1], words)
    ask.fault(do="limit", on="GetQueryExecution")
    asked = {"QueryExecutionId": ask.start("select 1")}
    yield from has("undeclared", ask.error(ask.client.get_query_execution, **asked), "does not declare")
    yield from differ("all", len(ask.api.violations) - before, 6)
    projected = "create external table p (a int) partitioned by (b string) stored as parquet location 's3://data/p/'"
    ask.run(f"{projected} tblproperties ('projection.enabled' = 'true')")
    yield from has("projection", ask.api.violations[-1], "partition projection")
    del ask.api.violations[before:]


def add_colour(params, **_):
    """Adds what boto3 does not send."""
    if b"colour" in params["body"]:
        params["body"] = json.dumps(json.loads(params["body"]) | {"Colour": "red"}).encode()


def seen(ask):
    found = ask.http("/_seen")
    yield from differ("violations", found["violations"], [])
    asked = {one["operation"] for one in found["requests"]}
    yield from differ("operations", len(asked), 7)
    [one] = [one for one in found["executions"] if one["text"] == "select 7 as n"]
    yield from differ("state", one["state"], "SUCCEEDED")
    starts = [
        one["parameters"].get("ClientRequestToken")
        for one in found["requests"]
        if one["parameters"].get("QueryString") == "select 7 as n"
    ]
    yield from differ("its token", starts, [one["token"]] * 3)


def command(s3_url, trino_url, s3):
    """The server as a program of its own."""
    words = [sys.executable, str(HERE / "api.py"), "--trino", trino_url, "--s3", s3_url]
    words += ["--workgroups", json.dumps(WORKGROUPS), "--faults", '[{"do": "throttle", "on": "GetWorkGroup"}]']
    with started(words) as url:
        ask = Asker(type("Elsewhere", (), {"url": url}), s3)
        yield from has("fault", ask.error(ask.client.get_work_group, WorkGroup="primary"), "ThrottlingException")
        yield from differ("rows", ask.rows("select id from one"), [["id"], ["1"]])
        yield from differ("violations", ask.http("/_seen")["violations"], [])


@contextmanager
def started(words):
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def texts():
    """What is read of statements, without a server."""
    yield from differ(
        "doubles",
        statements.with_doubles("select 1.5, .5, 1., '2.5', t1.a, 1e3, 2 -- 1.5"),
        "select 1.5E0, .5E0, 1.E0, '2.5', t1.a, 1e3, 2 -- 1.5",
    )
    yield from differ("kind", statements.kind("/* a */ -- b\n (select 1)"), ("DML", "SELECT"))
    table = statements.table_as(
        "create table if not exists \"a\".b with (bucketed_by = array['x', 'y'], bucket_count = 3) as select 1 as x"
    )
    yield from differ("name", table.name, '"a".b')
    yield from differ("properties", table.properties, {"bucketed_by": "array['x', 'y']", "bucket_count": "3"})


CHECKS = [
    workgroups, definitions, types, partitions, symlinks, tables_as, refusals, executions, tokens, pages, stopping,
    cutoff, request_faults, lost_answers, query_faults, holding, limits, violations, seen,
]  # fmt: skip


def faults_of(check, ask):
    """What a check finds; one that cannot go on does not hinder the others."""
    try:
        yield from check(ask)
    except (NoAnswer, ClientError, HTTPClientError, TimeoutError, ValueError) as error:
        yield f"the check ends here: {error!r}"


def main():
    work, version = Path(sys.argv[1]), sys.argv[2]
    report = Report()
    report.check("texts", "", texts())
    server, s3 = servers.s3(work / "api")
    with server, servers.trino(work, version, "modern", server.url) as trino:
        with AthenaApi(trino.url, s3, workgroups=WORKGROUPS, at_once=3) as api:
            ask = Asker(api, s3)
            for check in CHECKS:
                began = time.monotonic()
                faults = list(faults_of(check, ask))
                report.check(check.__name__.replace("_", " "), f"{time.monotonic() - began:.1f} s", faults)
        report.check("command", "", command(server.url, trino.url, s3))
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
