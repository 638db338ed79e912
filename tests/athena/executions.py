"""Queries at work: what Athena keeps of each, and how it comes to its end in Trino."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import ddl
import results
import statements
import trino

ENGINE = {"SelectedEngineVersion": "Athena engine version 3", "EffectiveEngineVersion": "Athena engine version 3"}
HEADERS = {"X-Trino-Client-Capabilities": "PARAMETRIC_DATETIME"}
BY_USER = "Query cancelled by user"
OVER_LIMIT = "Bytes scanned limit was exceeded"
EXHAUSTED = "Query exhausted resources at this scale factor"
# Athena's types of errors by Trino's names, as measured by github.com/aoyagikouhei/athena-local; all others are 1000.
# https://docs.aws.amazon.com/athena/latest/ug/error-reference.html
ERROR_TYPES = {
    "TABLE_NOT_FOUND": 1301, "SCHEMA_NOT_FOUND": 1301, "COLUMN_NOT_FOUND": 1006, "TYPE_MISMATCH": 1002,
    "FUNCTION_NOT_FOUND": 1303, "DIVISION_BY_ZERO": 1001, "INVALID_CAST_ARGUMENT": 1100, "NOT_SUPPORTED": 1200,
}  # fmt: skip


class Failure(Exception):
    """Why a query failed, in Athena's categories: 1 is the system's fault, 2 the user's, 3 another's."""

    def __init__(self, reason, category=2, type=1000, retryable=False):
        super().__init__(reason)
        self.error = {
            "ErrorCategory": category, "ErrorType": type, "Retryable": retryable, "ErrorMessage": reason,
        }  # fmt: skip


class Cancelled(Exception):
    """Why a query ends before its time."""


class Execution:
    """A query and all that is known of it."""

    def __init__(self, id, request, workgroup, configuration, output):
        self.id, self.request, self.workgroup, self.configuration = id, request, workgroup, configuration
        self.text = request["QueryString"]
        self.type, self.subtype = statements.kind(self.text)
        self.schema = request.get("QueryExecutionContext", {}).get("Database", "default").lower()
        self.state, self.reason, self.error = "QUEUED", None, None
        self.submitted, self.began, self.completed = time.time(), None, None
        self.scanned = self.planning = self.stages = 0
        self.columns, self.rows, self.update_count = [], [], None
        self.stopped = threading.Event()
        self.lock = threading.Lock()
        self.manifest = None
        # Below this name lie the result and what belongs to it; none if Athena keeps results itself.
        is_table = self.subtype == "CREATE_TABLE_AS_SELECT"
        self.output = output and f"{output.rstrip('/')}/{'tables/' * is_table}{id}"
        ending = {"SELECT": ".csv", "INSERT": "", "CREATE_TABLE_AS_SELECT": ""}.get(self.subtype, ".txt")
        self.result = self.output and self.output + ending

    @property
    def has_ended(self):
        return self.completed is not None

    def begin(self):
        """Whether it can run: it may have been stopped in its queue."""
        with self.lock:
            if self.state == "QUEUED":
                self.state, self.began = "RUNNING", time.time()
            return self.state == "RUNNING"

    def end(self, state, reason=None, error=None):
        with self.lock:
            if not self.has_ended:
                self.state, self.reason, self.error, self.completed = state, reason, error, time.time()

    def stop(self):
        self.stopped.set()
        if self.state == "QUEUED":
            self.end("CANCELLED", BY_USER)

    def describe(self):
        """As GetQueryExecution tells it."""
        with self.lock:
            status = {
                "State": self.state, "SubmissionDateTime": self.submitted, "CompletionDateTime": self.completed,
                "StateChangeReason": self.reason, "AthenaError": self.error,
            }  # fmt: skip
            answer = {
                "QueryExecutionId": self.id, "Query": self.text, "StatementType": self.type,
                "SubstatementType": self.subtype, "WorkGroup": self.workgroup, "EngineVersion": ENGINE,
                "Status": {name: value for name, value in status.items() if value is not None},
                "Statistics": self.statistics(),
                "QueryExecutionContext": self.request.get("QueryExecutionContext", {}),
            }  # fmt: skip
            if self.result:
                answer["ResultConfiguration"] = {"OutputLocation": self.result}
            else:
                answer["ManagedQueryResultsConfiguration"] = {"Enabled": True}
            return answer

    def statistics(self):
        now = self.completed or time.time()
        began = self.began or now
        millis = lambda seconds: max(0, round(seconds * 1000))
        found = {
            "DataScannedInBytes": self.scanned, "EngineExecutionTimeInMillis": millis(now - began),
            "QueryQueueTimeInMillis": millis(began - self.submitted), "QueryPlanningTimeInMillis": self.planning,
            "TotalExecutionTimeInMillis": millis(now - self.submitted), "ServiceProcessingTimeInMillis": 0,
        }  # fmt: skip
        return found | ({"DataManifestLocation": self.manifest} if self.manifest else {})


class Engine:
    """Runs queries in Trino, some at once, and leaves in S3 what Athena would."""

    def __init__(self, url, s3, metastore, faults, at_once, literals, report):
        self.url, self.s3, self.faults, self.report = url, s3, faults, report
        self.metastore = ddl.Metastore(s3, metastore)
        self.as_in_athena = statements.with_doubles if literals == "double" else lambda sql: sql
        self.pool = ThreadPoolExecutor(at_once)

    def check_syntax(self, text, subtype):
        """Refuses what Athena refuses when a query is started: syntax errors of Trino's language.

        Errors in Hive's language make a query that fails.
        """
        if subtype not in statements.OF_TRINO:
            return
        text = statements.without_end(text)
        if subtype == "CREATE_TABLE_AS_SELECT":
            text, _ = statements.table_as(text).in_trino("s3://bucket/place")
        try:
            trino.query(self.url, f"prepare statement from\n{text}")
        except trino.Failed as failed:
            line, rest = str(failed).removeprefix("line ").split(":", 1)
            raise statements.Malformed(f"line {int(line) - 1}:{rest}") from failed

    def has_schema(self, name):
        return [name] in trino.query(self.url, "show schemas")

    def submit(self, execution):
        self.pool.submit(self.run, execution)

    def close(self, executions):
        for execution in executions:
            execution.stop()
        self.pool.shutdown()

    def run(self, execution):
        if not execution.begin():
            return
        try:
            self.meet_fault(execution)
            self.work(execution)
            execution.end("SUCCEEDED")
        except Cancelled as cancelled:
            execution.end("CANCELLED", str(cancelled))
        except Failure as failure:
            execution.end("FAILED", str(failure), failure.error)
        except Exception as unexpected:
            self.report(f"cannot run: {execution.text}: {unexpected!r}")
            execution.end("FAILED", f"the stand-in for Athena: {unexpected!r}")

    def meet_fault(self, execution):
        fault = self.faults.of_query(execution.text)
        if not fault:
            return
        self.leave_files(execution, fault.get("leaves", 0))
        if fault["do"] == "hold":
            self.faults.hold(execution.text, execution.stopped, fault.get("seconds"))
            if execution.stopped.is_set():
                raise Cancelled(BY_USER)
        elif fault["do"] == "exhaust":
            raise Failure(EXHAUSTED, 1, fault.get("type", 0), fault.get("retryable", False))
        else:
            reason = fault.get("reason", "GENERIC_INTERNAL_ERROR: the query engine had an internal error")
            raise Failure(reason, 1, fault.get("type", 200), fault.get("retryable", True))

    def leave_files(self, execution, count):
        """Leaves files as a CREATE TABLE AS does that does not come to its end: nobody removes them."""
        if not count:
            return
        place = statements.table_as(execution.text).location or f"{execution.output}/"
        for index in range(count):
            self.put(f"{place.rstrip('/')}/{execution.id}_{index}", b"PAR1")

    def work(self, execution):
        sql = statements.without_end(execution.text)
        if execution.subtype not in statements.OF_TRINO:
            self.define(execution, sql)
        elif execution.subtype == "SELECT":
            columns, rows = self.ask(execution, self.as_in_athena(sql))
            kinds = [column["typeSignature"] for column in columns]
            execution.columns = [results.column(column["name"], kind) for column, kind in zip(columns, kinds)]
            execution.rows = [list(map(results.text, row, kinds)) for row in rows]
            execution.update_count = 0
            header = [column["Name"] for column in execution.columns]
            self.write(execution, results.csv([header, *execution.rows]))
        elif execution.subtype == "CREATE_TABLE_AS_SELECT":
            self.create_table(execution, sql)
        elif execution.subtype == "INSERT":
            self.fill(execution, self.as_in_athena(sql), statements.target_of_insert(sql))
        else:
            self.ask(execution, self.as_in_athena(sql))
            execution.scanned = 0
            self.write(execution, b"")

    def define(self, execution, sql):
        """Does what is said in Hive's language."""
        try:
            answer = ddl.run(sql, ddl.Catalog(self.url, self.metastore, execution.schema))
        except ddl.Refused as refused:
            raise Failure(str(refused), 2, 1006 if "ParseException" in str(refused) else 1003) from refused
        if answer.column:
            execution.columns = [results.described(answer.column)]
            execution.rows = [[text] for text in answer.texts]
            execution.update_count = 0
        self.write(execution, "\n".join(answer.texts).encode())

    def create_table(self, execution, sql):
        table = statements.table_as(sql)
        sql, settings = table.in_trino(f"{execution.output}/")
        session = ",".join(f"{name}={value}" for name, value in settings.items())
        try:
            self.fill(execution, self.as_in_athena(sql), table.name, {"X-Trino-Session": session} if session else {})
        except Cancelled:
            # What exceeds a limit with its last bytes has made its table already.
            trino.query(self.url, f"drop table if exists {table.name}", execution.schema)
            raise
        except Failure as failure:
            if not str(failure).startswith("HIVE_PATH_ALREADY_EXISTS"):
                raise
            place = f"You may need to manually clean the data at location '{execution.output}' before retrying."
            raise Failure(f"{failure}. {place} Athena will not delete data in your account.") from failure

    def fill(self, execution, sql, table, headers=None):
        """Runs what writes files of a table, and lists them in a manifest."""
        columns, rows = self.ask(execution, sql, headers)
        execution.columns = [results.column(column["name"], column["typeSignature"]) for column in columns]
        execution.update_count = rows[0][0] if rows else 0
        paths = trino.query(
            self.url,
            f"""select distinct "$path" from {table} where "$path" like '%{execution.trino_id}%'""",
            execution.schema,
        )
        if execution.output:
            execution.manifest = f"{execution.output}-manifest.csv"
            self.put(execution.manifest, "".join(f"{path}\n" for [path] in sorted(paths)).encode())
            self.put(f"{execution.output}.metadata", execution.id.encode())

    def write(self, execution, result):
        if execution.result:
            self.put(execution.result, result)
            self.put(f"{execution.result}.metadata", execution.id.encode())

    def put(self, url, body):
        bucket, key = url.removeprefix("s3://").split("/", 1)
        self.s3.put_object(Bucket=bucket, Key=key, Body=body)

    def ask(self, execution, sql, headers=None):
        """Columns and rows of a statement, as long as nobody stops it and it does not read too much."""
        most = execution.configuration.get("BytesScannedCutoffPerQuery")
        columns, rows = [], []
        answers = trino.answers(self.url, sql, execution.schema, HEADERS | (headers or {}))
        try:
            for answer in answers:
                execution.trino_id = answer["id"]
                execution.scanned = answer["stats"]["physicalInputBytes"]
                execution.planning = answer["stats"].get("planningTimeMillis", 0)
                execution.stages = max(execution.stages, stages(answer["stats"].get("rootStage")))
                columns = answer.get("columns", columns)
                rows += answer.get("data", [])
                if most is not None and execution.scanned > most:
                    raise Cancelled(OVER_LIMIT)
                if execution.stopped.is_set() and "nextUri" in answer:
                    raise Cancelled(BY_USER)
        except trino.Failed as failed:
            raise failure_of(failed) from failed
        finally:
            answers.close()
        return columns, rows


def stages(stage):
    """How many stages there are in a stage and below."""
    return 1 + sum(map(stages, stage["subStages"])) if stage else 0


def failure_of(failed):
    """What Athena makes of an error of Trino."""
    reason = f"{failed.name}: {failed}"
    if failed.kind == "USER_ERROR" or failed.name == "HIVE_PATH_ALREADY_EXISTS":
        return Failure(reason, 2, ERROR_TYPES.get(failed.name, 1000))
    if failed.kind == "INSUFFICIENT_RESOURCES":
        return Failure(f"{EXHAUSTED}: {failed}", 1, 0)
    return Failure(reason, 3 if failed.kind == "EXTERNAL" else 1, 200)
