"""Spans leave the process, and reach whoever collects them."""

import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

ONE_SPAN = """
import sys
from opentelemetry import trace
from stores.tracing import tracing
with tracing(sys.argv[1] or None, service="a-house"):
    trace.get_tracer("test").start_span("an-operation").end()
"""


@pytest.fixture
def collector():
    class Collect(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.server.got.append((self.path, body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Collect) as server:
        server.got = []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def run(endpoint):
    """In a process of its own, for OpenTelemetry lets a process choose once."""
    command = [sys.executable, "-c", ONE_SPAN, endpoint]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def test_spans_are_sent_to_the_endpoint_before_the_process_ends(collector):
    done = run(f"http://127.0.0.1:{collector.server_port}/")

    assert (done.returncode, done.stderr) == (0, "")
    [(path, body)] = collector.got
    assert path == "/v1/traces"
    assert b"a-house" in body
    assert b"an-operation" in body


def test_without_an_endpoint_nothing_is_sent(collector):
    done = run("")

    assert (done.returncode, collector.got) == (0, [])
