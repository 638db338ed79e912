"""A stand-in for Amazon Athena's API, in front of a real Trino and of a server that speaks S3.

    with AthenaApi(trino_url, s3_client) as api:
        boto3.client("athena", endpoint_url=api.url, ...)

or as a command, for a program that is led here by AWS_ENDPOINT_URL_ATHENA:

    python tests/athena/api.py --trino http://127.0.0.1:8080 --s3 http://127.0.0.1:4566 --port 8090

Requests and answers are held against AWS's own model of the API, and what breaks it is answered with 500 and kept in
`violations`: what a test gets is what Athena may say. api_faults.py has what can be made to go wrong.

    GET /_seen       requests, executions and violations so far
    POST /_faults    a fault, or a list of faults
    DELETE /_faults  no faults any more, and what was held goes on
"""

import argparse
import base64
import json
import re
import socket
import sys
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import api_model
import results
import servers
import statements
from api_faults import Faults
from executions import ENGINE, Engine, Execution

TARGET = "AmazonAthena."
TYPE = "application/x-amz-json-1.1"
ONCE_MORE_SAME = ["QueryString", "QueryExecutionContext", "ResultConfiguration"]
DEFAULT_GROUP = {
    "EnforceWorkGroupConfiguration": False, "PublishCloudWatchMetricsEnabled": False, "RequesterPaysEnabled": False,
    "EngineVersion": ENGINE, "ManagedQueryResultsConfiguration": {"Enabled": False}, "ResultConfiguration": {},
}  # fmt: skip
THROTTLED = {
    "throttle": (400, "ThrottlingException", {"message": "Rate exceeded"}),
    "limit": (
        400, "TooManyRequestsException",
        {"Message": "You have exceeded the limit for the number of queries you can run concurrently. Reduce the number "
            "of concurrent queries submitted by this account.", "Reason": "CONCURRENT_QUERY_LIMIT_EXCEEDED"},
    ),
    "break": (500, "InternalServerException", {"Message": "Internal server error"}),
    "deny": (400, "AccessDeniedException", {"Message": "You are not authorized to perform this operation"}),
}  # fmt: skip


class Answered(Exception):
    """An error that Athena answers."""

    def __init__(self, status, kind, body):
        super().__init__(f"{kind}: {body}")
        self.status, self.kind, self.body = status, kind, body


def invalid(message, code="INVALID_INPUT"):
    """The error of requests that cannot be met; messages and codes were measured by aoyagikouhei/athena-local."""
    return Answered(400, "InvalidRequestException", {"Message": message, "AthenaErrorCode": code})


class AthenaApi:
    """The server, from its making to the end of the `with` block.

    `workgroups` are Configurations by name, with what is said of `primary` and others over DEFAULT_GROUP. `at_once` is
    how many queries run at a time, and `most_active` from how many queued and running ones on a start is refused.
    `literals` says what 1.5 is: "double", as in Athena, or "decimal", as in Trino. `metastore` is where Trino's is.
    """

    def __init__(
        self, trino_url, s3_client, *, region="us-east-1", faults=(), workgroups=None, at_once=5, most_active=None,
        literals="double", metastore=servers.metastore("modern"), port=0,
    ):  # fmt: skip
        self.region, self.most_active = region, most_active
        self.model, self.faults = api_model.Model(), Faults(faults)
        self.workgroups = {name: DEFAULT_GROUP | one for name, one in ({"primary": {}} | (workgroups or {})).items()}
        for name, configuration in self.workgroups.items():
            for fault in self.model.type_faults("WorkGroupConfiguration", configuration):
                raise ValueError(f"workgroup {name}: {fault}")
        self.requests, self.violations = [], []
        self.executions, self.tokens, self.lock = {}, {}, threading.Lock()
        report = self.violations.append
        self.engine = Engine(trino_url, s3_client, metastore, self.faults, at_once, literals, report)
        self.server = Server(("127.0.0.1", port), type("Bound", (Handler,), {"api": self}))
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=[0.05])

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.faults.clear()
        self.engine.close(self.executions.values())
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def seen(self):
        """All that was asked and run, in its order."""
        described = [
            {
                "id": one.id, "state": one.state, "reason": one.reason, "text": one.text, "workgroup": one.workgroup,
                "token": one.request["ClientRequestToken"], "scanned": one.scanned, "stages": one.stages,
            }
            for one in list(self.executions.values())
        ]  # fmt: skip
        return {"requests": self.requests, "executions": described, "violations": self.violations}

    def answer(self, headers, body):
        """Status, body and kind of error of the answer to a request, or None where the connection is lost."""
        operation = headers.get("X-Amz-Target", "").removeprefix(TARGET)
        asked = {"operation": operation, "parameters": json.loads(body), "answer": "lost"}
        self.requests.append(asked)
        try:
            status, answer = 200, self.meet(operation, asked["parameters"], headers)
            asked["answer"] = "ok" if answer is not None else "lost"
            return answer if answer is None else (status, answer)
        except Answered as answered:
            asked["answer"] = answered.kind
            found = self.model.error_faults(operation, answered.kind, answered.body) if operation in OPERATIONS else []
            if found:
                return self.violate(asked, found)
            return answered.status, {"__type": answered.kind} | answered.body
        except (api_model.Broken, statements.Unsupported) as broken:
            return self.violate(asked, [str(broken)])

    def violate(self, asked, found):
        self.violations += [f"{asked['operation']}: {fault}" for fault in found]
        asked["answer"] = "violation"
        return 500, {"__type": "InternalServerException", "Message": "; ".join(found)}

    def meet(self, operation, parameters, headers):
        """The answer to a request as it is, or None where a fault has the connection lost."""
        self.check_request(operation, parameters, headers)
        seconds, fault = self.faults.of_request(operation)
        time.sleep(seconds)
        does = fault and fault["do"]
        if does in THROTTLED:
            raise Answered(*THROTTLED[does])
        if does == "drop":
            return None
        answer = OPERATIONS[operation](self, **parameters)
        found = self.model.answer_faults(operation, answer)
        if found:
            raise api_model.Broken("; ".join(found))
        return None if does == "lose" else answer

    def check_request(self, operation, parameters, headers):
        if operation not in OPERATIONS:
            raise api_model.Broken(f"an operation that the stand-in does not have: {headers.get('X-Amz-Target')}")
        scope = rf"AWS4-HMAC-SHA256 Credential=[^/]+/\d{{8}}/{self.region}/athena/aws4_request, .*Signature="
        if headers.get("Content-Type") != TYPE or not re.match(scope, headers.get("Authorization", "")):
            raise api_model.Broken(f"headers that AWS does not take: {dict(headers)}")
        # AWS counts bytes: https://docs.aws.amazon.com/athena/latest/ug/service-limits.html
        if len(parameters.get("QueryString", "").encode()) > api_model.LONGEST_QUERY:
            message = (
                "Value at 'queryString' failed to satisfy constraint: Member must have length less than or equal to"
            )
            raise invalid(f"1 validation error detected: {message} {api_model.LONGEST_QUERY}")
        found = self.model.request_faults(operation, parameters)
        if found:
            raise api_model.Broken("; ".join(found))

    def workgroup(self, name):
        if name not in self.workgroups:
            raise invalid("WorkGroup is not found.")
        return self.workgroups[name]

    def execution(self, id):
        if id not in self.executions:
            raise invalid(f"QueryExecution {id} was not found", "QUERY_EXECUTION_NOT_FOUND")
        return self.executions[id]

    def get_workgroup(self, WorkGroup):
        configuration = self.workgroup(WorkGroup)
        return {"WorkGroup": {"Name": WorkGroup, "State": "ENABLED", "Configuration": configuration}}

    def get_database(self, CatalogName, DatabaseName, WorkGroup="primary"):
        self.workgroup(WorkGroup)
        if CatalogName.lower() != "awsdatacatalog":
            raise invalid(f"Data catalog {CatalogName} was not found")
        if not self.engine.has_schema(DatabaseName.lower()):
            message = f"Database {DatabaseName} not found. (Service: AmazonDataCatalog; Status Code: 400; "
            raise Answered(400, "MetadataException", {"Message": message + "Error Code: EntityNotFoundException)"})
        return {"Database": {"Name": DatabaseName.lower()}}

    def start(self, **request):
        """Starts a query, once for a token.

        https://docs.aws.amazon.com/athena/latest/APIReference/API_StartQueryExecution.html
        """
        if "ExecutionParameters" in request:
            raise statements.Unsupported("ExecutionParameters")
        if "ClientRequestToken" not in request:
            raise invalid("clientRequestToken is null or empty")
        with self.lock:
            known = self.tokens.get(request["ClientRequestToken"])
            if known:
                if any(known.request.get(name) != request.get(name) for name in ONCE_MORE_SAME):
                    raise invalid("Idempotent parameters do not match", "IDEMPOTENT_PARAMETER_MISMATCH")
                return {"QueryExecutionId": known.id}
            active = sum(not one.has_ended for one in self.executions.values())
            if self.most_active is not None and active >= self.most_active:
                raise Answered(*THROTTLED["limit"])
            execution = self.make(request)
            self.tokens[request["ClientRequestToken"]] = self.executions[execution.id] = execution
        self.engine.submit(execution)
        return {"QueryExecutionId": execution.id}

    def make(self, request):
        name = request.get("WorkGroup", "primary")
        configuration = self.workgroup(name)
        output = output_of(request, configuration)
        try:
            execution = Execution(str(uuid.uuid4()), request, name, configuration, output)
            self.engine.check_syntax(execution.text, execution.subtype)
            is_table = execution.subtype == "CREATE_TABLE_AS_SELECT"
            table = statements.table_as(execution.text) if is_table else None
        except statements.Malformed as malformed:
            raise invalid(str(malformed), "MALFORMED_QUERY") from malformed
        # https://docs.aws.amazon.com/athena/latest/ug/workgroups-settings-override.html
        if table and table.location and configuration["EnforceWorkGroupConfiguration"]:
            raise invalid(
                "The Create Table As Select query failed because it was submitted with an 'external_location' property "
                "to an Athena Workgroup that enforces a centralized output location for all queries. Please remove the "
                "'external_location' property and resubmit the query."
            )
        return execution

    def get(self, QueryExecutionId):
        return {"QueryExecution": self.execution(QueryExecutionId).describe()}

    def get_some(self, QueryExecutionIds):
        known = [id for id in QueryExecutionIds if id in self.executions]
        unknown = [
            {"QueryExecutionId": id, "ErrorCode": "INVALID_INPUT", "ErrorMessage": f"QueryExecution {id} was not found"}
            for id in QueryExecutionIds
            if id not in self.executions
        ]
        described = [self.executions[id].describe() for id in known]
        return {"QueryExecutions": described, "UnprocessedQueryExecutionIds": unknown}

    def stop(self, QueryExecutionId):
        self.execution(QueryExecutionId).stop()
        return {}

    def list(self, WorkGroup="primary", MaxResults=50, NextToken=None):
        self.workgroup(WorkGroup)
        newest_first = [one.id for one in reversed(list(self.executions.values())) if one.workgroup == WorkGroup]
        first = offset_of(NextToken, WorkGroup)
        last = first + (MaxResults or 50)
        answer = {"QueryExecutionIds": newest_first[first:last]} if newest_first[first:last] else {}
        return answer | next_token(last, len(newest_first), WorkGroup)

    def results(self, QueryExecutionId, MaxResults=1000, NextToken=None, QueryResultType="DATA_ROWS"):
        if QueryResultType != "DATA_ROWS":
            raise statements.Unsupported(QueryResultType)
        execution = self.execution(QueryExecutionId)
        if execution.state == "CANCELLED":
            raise invalid("Could not find results", "RESULT_NOT_FOUND")
        if execution.state != "SUCCEEDED":
            is_over = "Query did not finish successfully. Final query state:"
            yet = is_over if execution.state == "FAILED" else "Query has not yet finished. Current state:"
            raise invalid(f"{yet} {execution.state}", "INVALID_QUERY_EXECUTION_STATE")
        # The names of a query's columns are its first row, and rows written are counted, not told.
        header = [[column["Name"] for column in execution.columns]] if execution.subtype == "SELECT" else []
        rows = header + execution.rows
        first = offset_of(NextToken, QueryExecutionId)
        told = [{"Data": list(map(results.datum, row))} for row in rows[first : first + MaxResults]]
        answer = {"ResultSet": {"Rows": told, "ResultSetMetadata": {"ColumnInfo": execution.columns}}}
        if execution.update_count is not None:
            answer["UpdateCount"] = execution.update_count
        return answer | next_token(first + MaxResults, len(rows), QueryExecutionId)


OPERATIONS = {
    "GetWorkGroup": AthenaApi.get_workgroup,
    "GetDatabase": AthenaApi.get_database,
    "StartQueryExecution": AthenaApi.start,
    "GetQueryExecution": AthenaApi.get,
    "BatchGetQueryExecution": AthenaApi.get_some,
    "StopQueryExecution": AthenaApi.stop,
    "GetQueryResults": AthenaApi.results,
    "ListQueryExecutions": AthenaApi.list,
}


def output_of(request, configuration):
    """Where a query's results go, or None if Athena keeps them."""
    of_client = request.get("ResultConfiguration", {}).get("OutputLocation")
    of_group = configuration["ResultConfiguration"].get("OutputLocation")
    if configuration["ManagedQueryResultsConfiguration"]["Enabled"]:
        return None
    output = of_group if configuration["EnforceWorkGroupConfiguration"] else of_client or of_group
    if not output:
        raise invalid(
            "No output location provided. You did not provide an output location for  your query results. Either "
            "specify an S3 bucket location or enable Athena managed query results in your workgroup settings."
        )
    if not re.match(r"s3://[^/]+", output):
        raise invalid("outputLocation is not a valid S3 path.")
    return output


def next_token(at, all, of):
    """A token for what comes from a place on, if anything does."""
    return {"NextToken": base64.b64encode(f"{at} {of}".encode()).decode()} if at < all else {}


def offset_of(token, of):
    if token is None:
        return 0
    try:
        at, found = base64.b64decode(token, validate=True).decode().split(" ")
    except ValueError:
        found = None
    if found != of:
        raise invalid("The token is not valid.")
    return int(at)


class Server(ThreadingHTTPServer):
    """A server whose clients may go away at any time."""

    daemon_threads = True

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """One connection; `api` is set by who makes the server."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/_faults":
            self.add_faults(json.loads(body))
            return
        answer = self.api.answer(self.headers, body)
        if answer is None:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
        else:
            self.say(*answer)

    def add_faults(self, said):
        try:
            for fault in said if isinstance(said, list) else [said]:
                self.api.faults.add(fault)
        except ValueError as error:
            self.say(400, {"error": str(error)})
        else:
            self.say(200, self.api.faults.waiting)

    def do_GET(self):
        known = {"/_seen": self.api.seen, "/_faults": lambda: self.api.faults.waiting}
        self.say(200, known[self.path]()) if self.path in known else self.say(404, {})

    def do_DELETE(self):
        self.api.faults.clear()
        self.say(200, [])

    def say(self, status, answer):
        text = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", TYPE)
        self.send_header("Content-Length", str(len(text)))
        self.send_header("x-amzn-RequestId", str(uuid.uuid4()))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


def main():
    parser = argparse.ArgumentParser(description="A stand-in for Athena's API over a Trino and an S3.")
    parser.add_argument("--trino", required=True, metavar="URL")
    parser.add_argument("--s3", required=True, metavar="URL")
    parser.add_argument("--port", type=int, default=0, help="any free one if it is not said")
    parser.add_argument("--region", default="us-east-1")
    parser.add_argument(
        "--metastore", default=servers.metastore("modern"), help="where Trino keeps its tables' metadata"
    )
    parser.add_argument("--workgroups", type=json.loads, default={}, help="JSON: Configurations by their names")
    parser.add_argument("--faults", type=json.loads, default=[], help="JSON: a list of faults")
    parser.add_argument("--at-once", type=int, default=5)
    parser.add_argument("--literals", choices=["double", "decimal"], default="double", help="what 1.5 is")
    given = parser.parse_args()
    options = {name: value for name, value in vars(given).items() if name not in ["trino", "s3"]}
    with AthenaApi(given.trino, servers.s3_client(given.s3), **options) as api:
        print(api.url, flush=True)
        api.thread.join()


if __name__ == "__main__":
    main()
