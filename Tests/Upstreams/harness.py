"""Starts an emulator as a process of its own and talks to it; for the tests in this folder."""

import http.client
import http.server
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import zlib
from urllib.parse import urlsplit

HERE = os.path.dirname(os.path.abspath(__file__))
CLIPS = os.path.join(tempfile.gettempdir(), "upstream-test-clips-%d" % os.getuid())


class Upstream:
    """One running server; `call` sends exactly what it is given."""

    def __init__(self, vendor, delay=0.0, *options):
        self.process = subprocess.Popen(
            [sys.executable, os.path.join(HERE, "server.py"), "--vendor", vendor, "--delay", str(delay), "--clips", CLIPS,
             "--with-parent", *options], stdout=subprocess.PIPE, text=True)
        self.line = json.loads(self.process.stdout.readline())
        self.base, self.port = self.line["base_url"], self.line["port"]
        self.host = urlsplit(self.base).hostname

    def stop(self):
        """The rest of stdout (there must be none) and the exit status."""
        self.process.send_signal(signal.SIGTERM)
        rest = self.process.stdout.read()
        self.process.stdout.close()
        return rest, self.process.wait(timeout=60)

    def call(self, method, target, body=None, headers=None, timeout=60):
        """(status, headers, body bytes)"""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=timeout)
        try:
            if isinstance(body, (dict, list)):
                body = json.dumps(body)
            if isinstance(body, str):
                body = body.encode("utf-8")
            connection.request(method, target, body, {"Content-Type": "application/json", **(headers or {})})
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()

    def json(self, method, target, body=None, headers=None):
        """(status, JSON)"""
        status, _, data = self.call(method, target, body, headers)
        return status, json.loads(data)

    def control(self, *orders, prefix=""):
        status, answer = self.json("POST", prefix + "/_control", list(orders))
        if status != 200:
            raise AssertionError(answer)
        return answer

    def report(self, query="", prefix=""):
        return self.json("GET", prefix + "/_control" + query)[1]

    def release(self, word, prefix=""):
        """Lets go what a rule holds by this word."""
        self.control({"release": word}, prefix=prefix)

    def counters(self):
        return self.report("?last=0")["counters"]

    def fetch(self, link, method="GET", headers=None):
        parts = urlsplit(link)
        return self.call(method, parts.path + ("?" + parts.query if parts.query else ""), None, headers, timeout=120)


def reserve_port():
    """A socket that keeps a port for whoever will listen there later, also more than once: bound, and never listening.

    Until then connections there are refused. Nobody else is given the port meanwhile, be it to listen or to connect
    from; who names it, as servers do with SO_REUSEADDR, gets it."""
    place = socket.socket()
    place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    place.bind(("127.0.0.1", 0))
    return place


def probe(data):
    """What ffprobe sees in a clip: width, height, fps, seconds, frames, audio."""
    with tempfile.NamedTemporaryFile(suffix=".mp4") as file:
        file.write(data)
        file.flush()
        out = subprocess.run(["ffprobe", "-v", "error", "-show_streams", "-show_format", "-of", "json", file.name],
                             check=True, capture_output=True, text=True).stdout
    report = json.loads(out)
    video = next(s for s in report["streams"] if s["codec_type"] == "video")
    return {"width": video["width"], "height": video["height"], "fps": int(video["r_frame_rate"].split("/")[0]),
            "frames": int(video["nb_frames"]), "seconds": float(video["duration"]), "codec": video["codec_name"],
            "pixels": video["pix_fmt"], "audio": any(s["codec_type"] == "audio" for s in report["streams"])}


def png(width, height):
    """A grey picture of this size."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = (b"\0" + b"\x80" * width) * height
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def wait_for(condition, seconds=60):
    """The first true value of `condition()`; AssertionError when none comes in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError("nothing came within %s s" % seconds)


S15, S10, S20 = "doubao-seedance-1-5-pro-251215", "doubao-seedance-1-0-pro-250528", "doubao-seedance-2-0-260128"
ARK_PATH = "/api/v3/contents/generations/tasks"
ARK_KEY = {"Authorization": "Bearer ark-test-key"}
KLING_KEY = {"Authorization": "Bearer kling-test-key"}
RELAY_KEY = {"Authorization": "Bearer sk-relay-test-key"}


def text(prompt="a cat", **more):
    """A plain Ark create body."""
    return {"model": S15, "content": [{"type": "text", "text": prompt}], **more}


class Listener:
    """A small web server that remembers what was posted to it; at any port unless one is given."""

    def __init__(self, port=0):
        self.port = port

    def __enter__(self):
        posts = self.posts = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                posts.append((self.path, dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.url = "http://127.0.0.1:%d" % self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


class Case(unittest.TestCase):
    """One server per class, emptied and set back before every test."""

    vendor, delay, options = "", 0.0, ()

    @classmethod
    def setUpClass(cls):
        cls.up = Upstream(cls.vendor, cls.delay, *cls.options)
        cls.addClassCleanup(cls.up.stop)
        cls.usual = cls.up.report()["settings"]

    def setUp(self):
        self.up.control({"reset": True, "settings": self.usual})
