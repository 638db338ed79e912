"""A stand-in for Amazon EventBridge's API: it takes events, and says what is wrong with them.

Requests and answers are held against AWS's own model of the API, and events against their schemas; what breaks either is
kept in `violations`.
"""

import json
import re
import threading
import time
import uuid
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import api_model
import jsonschema

TARGET = "AWSEvents.PutEvents"
TYPE = "application/x-amz-json-1.1"
# What an event is promised to stay below.
LIGHT = 4_096
# How many seconds a request hangs: longer than anybody should wait.
HANGS = 120
NO_ENTRY = {"ErrorCode": "InternalFailure", "ErrorMessage": "Internal service failure"}
REFUSED = {
    "throttle": (400, "ThrottlingException", "Rate exceeded"),
    "break": (500, "InternalException", "Internal error"),
    "deny": (400, "AccessDeniedException", "User is not authorized to perform: events:PutEvents"),
}


class Bus:
    """The server, from its making to the end of the `with` block; `faults` are met one after the other.

    throttle, break, deny: the request is refused. lose: it is heard, and not answered. hang: it is neither for as long as
    anybody waits. first: its first entry is not taken.
    """

    def __init__(self, name, schemas):
        self.name, self.events, self.requests, self.violations, self.faults = name, [], 0, [], []
        self.model, self.lock = api_model.Model("events"), threading.Lock()
        self.schemas = {path.stem: json.loads(path.read_text()) for path in sorted(schemas.glob("*.json"))}
        for schema in self.schemas.values():
            jsonschema.Draft202012Validator.check_schema(schema)
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"bus": self}))
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=[0.05])

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def fail(self, word, times=1):
        self.faults += [word] * times

    def answer(self, headers, body):
        """Status and body of the answer to a request, or the word for why it gets none."""
        with self.lock:
            self.requests += 1
            fault = self.faults.pop(0) if self.faults else None
            if headers.get("X-Amz-Target") != TARGET or headers.get("Content-Type") != TYPE:
                self.violations.append(f"headers that AWS does not take: {dict(headers)}")
            if fault in REFUSED:
                status, kind, message = REFUSED[fault]
                return status, {"__type": kind, "message": message}
            if fault == "hang":
                return fault
            asked = json.loads(body)
            self.violations += self.model.request_faults("PutEvents", asked | {"Entries": list(map(dated, asked["Entries"]))})
            entries = [self.take(entry, fault == "first" and index == 0) for index, entry in enumerate(asked["Entries"])]
            failed = sum("ErrorCode" in entry for entry in entries)
            answer = {"FailedEntryCount": failed, "Entries": entries}
            self.violations += self.model.answer_faults("PutEvents", answer)
            return fault if fault == "lose" else (200, answer)

    def take(self, entry, is_refused):
        if is_refused:
            return NO_ENTRY
        self.violations += self.wrong(entry)
        detail = json.loads(entry["Detail"])
        self.events.append({"type": entry["DetailType"], "time": entry["Time"]} | detail)
        return {"EventId": str(uuid.uuid4())}

    def wrong(self, entry):
        """What is wrong with an entry."""
        if (entry.get("Source"), entry.get("EventBusName")) != ("apportion", self.name):
            yield f"sent by {entry.get('Source')} to {entry.get('EventBusName')}"
        if len(entry["Detail"].encode()) > LIGHT:
            yield f"{entry['DetailType']} has {len(entry['Detail'])} bytes"
        schema = self.schemas.get(entry["DetailType"])
        if schema is None:
            yield f"there is no schema of {entry['DetailType']}"
            return
        for error in jsonschema.Draft202012Validator(schema).iter_errors(json.loads(entry["Detail"])):
            yield f"{entry['DetailType']}: {error.json_path}: {error.message}"


def dated(entry):
    """An entry as botocore has it: with a time that is one."""
    return entry | ({"Time": datetime.fromtimestamp(entry["Time"], timezone.utc)} if "Time" in entry else {})


class Handler(BaseHTTPRequestHandler):
    """One connection; `bus` is set by who makes the server."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        answer = self.bus.answer(self.headers, body)
        if isinstance(answer, str):
            time.sleep(HANGS if answer == "hang" else 0)
            self.close_connection = True
            return
        status, found = answer
        text = json.dumps(found).encode()
        self.send_response(status)
        self.send_header("Content-Type", TYPE)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass
