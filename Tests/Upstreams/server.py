#!/usr/bin/env python3
"""Starts one vendor emulator, or all of them under path prefixes, on 127.0.0.1 unless told otherwise.

Prints one line of JSON when it listens and nothing more; SIGTERM or SIGINT ends it.
"""

import argparse
import json
import os
import signal
import sys
import tempfile
import threading
import time
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from ark import Ark
from jimeng import Jimeng
from kling import Kling
from relay import Relay
from station import Station
from wire import Request, Response, deliver

VENDORS = {"ark": Ark, "kling": Kling, "jimeng": Jimeng, "relay": Relay}
BODY_LIMIT = 96 * 1024 * 1024


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "upstream"
    sys_version = ""
    timeout = 120
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def _serve(self):
        try:
            body = self._read_body()
            if body is None:
                self.close_connection = True
                return deliver(self, Response.json({"error": "body too large or malformed"}, 413))
            deliver(self, self._answer(body), head_only=self.command == "HEAD")
        except (ConnectionError, TimeoutError, ValueError, OSError):
            self.close_connection = True

    do_GET = do_POST = do_DELETE = do_HEAD = do_PUT = do_PATCH = do_OPTIONS = _serve

    def _answer(self, body):
        for prefix, station in self.server.stations.items():
            if self.path == prefix or self.path.startswith((prefix + "/", prefix + "?")):
                request = Request(self.command, self.path, list(self.headers.items()), body, prefix)
                try:
                    return station.handle(request)
                except Exception:       # one bad request must not look like a dead vendor
                    traceback.print_exc(file=sys.stderr)
                    return Response.json({"error": "emulator fault", "trace": traceback.format_exc()}, 500)
        return Response.json({"error": "no vendor is mounted here", "mounts": list(self.server.stations)}, 404)

    def _read_body(self):
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return self._read_chunks()
        length = int(self.headers.get("Content-Length") or 0)
        if length > BODY_LIMIT:
            return None
        body = self.rfile.read(length) if length else b""
        if len(body) < length:
            raise ConnectionError("the client went away")
        return body

    def _read_chunks(self):
        parts, total = [], 0
        while True:
            size = int(self.rfile.readline(1024).split(b";")[0], 16)
            if size == 0:
                while self.rfile.readline(65536).strip():
                    pass
                return b"".join(parts)
            total += size
            if total > BODY_LIMIT:
                return None
            parts.append(self.rfile.read(size))
            self.rfile.readline(1024)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256
    stations = {}

    def handle_error(self, request, client_address):
        pass          # broken connections are daily bread here

    def shutdown_request(self, request):
        try:
            super().shutdown_request(request)
        except OSError:
            pass


def build(vendor, port=0, delay=1.0, keys=(), access_key=None, secret_key=None, session_token=None,
          webhook_secret=None, clips=None, state=None, host="127.0.0.1"):
    """A listening server (not yet serving) and the line that describes it."""
    clips = clips or os.path.join(tempfile.gettempdir(), "upstream-clips-%d" % os.getuid())
    server = Server((host, port), Handler)
    names = list(VENDORS) if vendor == "all" else [vendor]
    origin = "http://%s:%d" % server.server_address[:2]
    server.stations, described = {}, []
    for name in names:
        kind = VENDORS[name]
        credentials = {"api_keys": list(keys) or kind.default_keys["api_keys"],
                       "pairs": [[access_key, secret_key]] if access_key else kind.default_keys["pairs"],
                       "session_token": session_token, "webhook_secret": webhook_secret}
        prefix = "/" + name if vendor == "all" else ""
        file = state and (state + "." + name if vendor == "all" else state)
        station = Station(name, kind, credentials, clips, prefix, delay, file)
        station.origin = origin
        server.stations[prefix] = station
        described.append({"vendor": name, "base_url": station.base_url, "api_base": station.base_url + kind.api_path,
                          "port": server.server_address[1],
                          "keys": {key: value for key, value in credentials.items() if value}})
    line = described[0] if vendor != "all" else {
        "vendor": "all", "base_url": origin, "port": server.server_address[1], "vendors": described}
    return server, line


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vendor", required=True, choices=[*VENDORS, "all"])
    parser.add_argument("--host", default="127.0.0.1", help="another address; for networks that lead nowhere")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--delay", type=float, default=1.0, help="seconds from creation to result")
    parser.add_argument("--key", action="append", default=[], help="an API key (repeatable; each is an account)")
    parser.add_argument("--access-key")
    parser.add_argument("--secret-key")
    parser.add_argument("--session-token", help="the key pair is temporary and needs this token")
    parser.add_argument("--webhook-secret", help="whsec_…: sign Kling callbacks")
    parser.add_argument("--clips", help="directory of rendered clips (kept, may be shared)")
    parser.add_argument("--state", help="file the tasks are kept in")
    parser.add_argument("--with-parent", action="store_true", help="end when the process that started this one ends")
    given = parser.parse_args()
    if bool(given.access_key) != bool(given.secret_key):
        parser.error("--access-key and --secret-key go together")
    server, line = build(given.vendor, given.port, given.delay, given.key, given.access_key, given.secret_key,
                         given.session_token, given.webhook_secret, given.clips, given.state, given.host)

    def stop(*_):
        threading.Thread(target=server.shutdown, daemon=True).start()

    def watch(parent):
        while os.getppid() == parent:
            time.sleep(0.5)
        stop()

    if given.with_parent:
        threading.Thread(target=watch, args=(os.getppid(),), daemon=True).start()
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    print(json.dumps(line), flush=True)
    server.serve_forever(poll_interval=0.1)
    for station in server.stations.values():
        station.save()
    sys.stdout.flush()
    os._exit(0)       # sleeping fault threads must not hold the process


if __name__ == "__main__":
    main()
