"""moto's SES, SNS and SQS, and a proxy before SES that keeps every request to send, and has some go wrong."""

import base64
import email
import email.policy
import json
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import api_model
import boto3

REGION = "us-east-1"
SEND = "/v2/email/outbound-emails"
# How many seconds a request hangs: longer than anybody waits.
HANGS = 60
# What is answered in the place of moto: status, AWS's name of it, and its words.
REFUSED = {
    "throttle": (429, "TooManyRequestsException", "Too many requests"),
    "daily": (400, "ThrottlingException", "Daily message quota exceeded."),
    "refuse": (400, "MessageRejected", "Email address is not verified. The following identities failed the check"),
    "deny": (403, "AccessDeniedException", "User is not authorized to perform: ses:SendRawEmail"),
}
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_REGION": REGION}


@dataclass
class Sent:
    """A request to send a letter, as SES got it."""

    tag: str
    to: list
    configuration_set: str
    raw: bytes
    # The word for what went wrong with it, and whether SES took it.
    fault: str
    is_taken: bool

    @property
    def letter(self):
        return email.message_from_bytes(self.raw, policy=email.policy.default)

    @property
    def attachments(self):
        return {part.get_filename(): part.get_content() for part in self.letter.iter_attachments()}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Quiet(ThreadingHTTPServer):
    """A server to which it is nothing that who asked was killed."""

    daemon_threads = True

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class Aws:
    """The servers, from their making to the end of the `with` block.

    `faults` are met one after the other by requests to send, and only those that a letter is in: throttle, daily, refuse,
    deny: answered by the proxy. lose: SES takes it, and no answer comes. drop: it never arrives. break: SES takes it and
    answers 500. hang: SES takes it, and the answer does not come for as long as anybody waits. pass: nothing goes wrong.
    """

    def __init__(self, work):
        self.work, self.sent, self.faults, self.lock = Path(work), [], [], threading.Lock()
        self.always, self.delay = None, 0.0
        self.model, self.violations = api_model.Model("sesv2"), []
        self.recording = self.work / "moto_recording"

    def __enter__(self):
        self.work.mkdir(parents=True, exist_ok=True)
        self.recording.unlink(missing_ok=True)
        self.moto_url = f"http://127.0.0.1:{(port := free_port())}"
        own = os.environ | {"MOTO_RECORDER_FILEPATH": str(self.recording), "MOTO_ENABLE_RECORDING": "1"}
        self.log = (self.work / "moto.log").open("w")
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
        self.moto = subprocess.Popen(command, env=own, stdout=self.log, stderr=subprocess.STDOUT)
        self.proxy = Quiet(("127.0.0.1", 0), type("Bound", (Handler,), {"aws": self}))
        self.url = f"http://127.0.0.1:{self.proxy.server_port}"
        threading.Thread(target=self.proxy.serve_forever, args=[0.05], daemon=True).start()
        self.wait()
        return self

    def __exit__(self, *_):
        self.proxy.shutdown()
        self.proxy.server_close()
        self.moto.kill()
        self.moto.wait()
        self.log.close()

    def wait(self):
        for _ in range(300):
            try:
                urllib.request.urlopen(self.moto_url + "/moto-api/", timeout=2).close()
                return
            except OSError:
                if self.moto.poll() is not None:
                    break
                time.sleep(0.1)
        raise RuntimeError(f"moto does not start: {self.work / 'moto.log'}")

    def client(self, service):
        words = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing", "region_name": REGION}
        return boto3.client(service, endpoint_url=self.moto_url, **words)

    def environment(self):
        """What leads the binary here."""
        queue = {"AWS_ENDPOINT_URL_SQS": self.moto_url}
        return CREDENTIALS | {"AWS_ENDPOINT_URL_SESV2": self.url} | queue

    def fail(self, *faults):
        with self.lock:
            self.faults += faults

    def forget(self):
        with self.lock:
            self.sent, self.faults, self.always = [], [], None

    def taken(self):
        with self.lock:
            return [one for one in self.sent if one.is_taken]

    def recorded(self):
        """The tags of what moto itself has been asked to send, by its own recorder."""
        tags = []
        for line in self.recording.read_text().splitlines():
            entry = json.loads(line)
            if entry["url"].split("?")[0].endswith(SEND):
                text = base64.b64decode(entry["body"]) if entry["body_encoded"] else entry["body"]
                tags += [tag["Value"] for tag in json.loads(text)["EmailTags"]]
        return tags

    def take(self, body):
        """Keeps a request to send; gives the fault that it meets."""
        asked = json.loads(body)
        with self.lock:
            fault = self.faults.pop(0) if self.faults else self.always or "pass"
            tags = {tag["Name"]: tag["Value"] for tag in asked["EmailTags"]}
            is_taken = fault not in REFUSED and fault != "drop"
            raw = base64.b64decode(asked["Content"]["Raw"]["Data"])
            self.violations += self.model.request_faults("SendEmail", asked | {"Content": {"Raw": {"Data": raw}}})
            to = asked["Destination"]["ToAddresses"]
            one = Sent(tags["apportion_delivery"], to, asked.get("ConfigurationSetName"), raw, fault, is_taken)
            self.sent.append(one)
        return fault


class Handler(BaseHTTPRequestHandler):
    """One connection; `aws` is set by who makes the server."""

    protocol_version = "HTTP/1.1"

    def serve(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        is_send = self.command == "POST" and self.path.split("?")[0] == SEND
        fault = self.aws.take(body) if is_send else "pass"
        if is_send and self.aws.delay:
            time.sleep(self.aws.delay)
        if fault in REFUSED:
            status, kind, message = REFUSED[fault]
            self.answer(status, json.dumps({"message": message}).encode(), {"x-amzn-ErrorType": kind})
            return
        if fault == "drop":
            self.close_connection = True
            return
        status, found, headers = self.passed(body)
        if fault == "break":
            self.answer(500, b'{"message": "Internal failure"}', {"x-amzn-ErrorType": "InternalFailure"})
        elif fault in ["lose", "hang"]:
            time.sleep(HANGS if fault == "hang" else 0)
            self.close_connection = True
        else:
            self.answer(status, found, headers)

    do_GET = do_POST = do_PUT = serve

    def passed(self, body):
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ["host", "content-length"]}
        request = urllib.request.Request(self.aws.moto_url + self.path, body or None, headers, method=self.command)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read(), {}
        except urllib.error.HTTPError as error:
            kind = json.loads(found).get("__type", "") if (found := error.read()) else ""
            return error.code, found, {"x-amzn-ErrorType": kind}

    def answer(self, status, body, headers):
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            # Who asked was killed.
            self.close_connection = True

    def log_message(self, *_):
        pass
