"""A collector that takes traces and metrics by OTLP over HTTP, or does as it is told."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

OF_PATH = {
    "/v1/traces": (ExportTraceServiceRequest, ExportTraceServiceResponse),
    "/v1/metrics": (ExportMetricsServiceRequest, ExportMetricsServiceResponse),
}


def value(any_value):
    return getattr(any_value, any_value.WhichOneof("value"))


def attributes(pairs):
    return {pair.key: value(pair.value) for pair in pairs}


class Span:
    """A span as it was sent."""

    def __init__(self, sent, resource):
        self.name, self.trace, self.id, self.parent = sent.name, sent.trace_id, sent.span_id, sent.parent_span_id
        self.start, self.end = sent.start_time_unix_nano, sent.end_time_unix_nano
        self.attributes, self.resource = attributes(sent.attributes), resource
        self.is_error, self.description = sent.status.code == 2, sent.status.message

    def __getitem__(self, name):
        return self.attributes.get(f"apportion.{name}")


class Collector:
    """Takes what is sent as long as it is open; `answers` are status codes for the first requests, None hangs."""

    def __init__(self, *answers, always=200):
        self.answers, self.always, self.lock = list(answers), always, threading.Lock()
        self.bodies, self.headers, self.free = [], [], threading.Event()
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                collector.answer(self)

            def log_message(self, *words):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.free.set()
        self.server.shutdown()
        self.server.server_close()

    def answer(self, request):
        body = request.rfile.read(int(request.headers["Content-Length"]))
        with self.lock:
            code = self.answers.pop(0) if self.answers else self.always
            if code == 200:
                self.bodies.append((request.path, body))
                self.headers.append(dict(request.headers))
        if code is None:
            self.free.wait()
            return
        response = OF_PATH[request.path][1]().SerializeToString()
        request.send_response(code)
        request.send_header("Content-Type", "application/x-protobuf")
        request.send_header("Content-Length", str(len(response)))
        request.end_headers()
        request.wfile.write(response)

    def of_path(self, path):
        for sent, body in list(self.bodies):
            if sent == path:
                yield OF_PATH[path][0].FromString(body)

    def spans(self):
        """The spans, in the order in which they began."""
        found = [
            Span(span, attributes(group.resource.attributes))
            for request in self.of_path("/v1/traces")
            for group in request.resource_spans
            for scope in group.scope_spans
            for span in scope.spans
        ]
        return sorted(found, key=lambda span: span.start)

    def metrics(self):
        """Of each metric its unit and points: attributes with value."""
        found = {}
        for request in self.of_path("/v1/metrics"):
            for metric in (m for g in request.resource_metrics for s in g.scope_metrics for m in s.metrics):
                kind = metric.WhichOneof("data")
                of = {
                    "histogram": lambda point: point.sum,
                    "sum": lambda point: point.as_int,
                    "gauge": lambda point: point.as_double,
                }[kind]
                points = [(attributes(point.attributes), of(point)) for point in getattr(metric, kind).data_points]
                found.setdefault(metric.name, (metric.unit, []))[1].extend(points)
        return found
