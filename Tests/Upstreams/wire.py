"""Requests as received, answers as sent.

The request keeps the raw target, header pairs and body bytes, because signatures are computed
over exactly those and because tests want to look at them. The answer carries, besides status
and body, the manner in which it goes over the wire: whole, cut short, dripping, or not at all.
"""

import json
import socket
import struct
import time
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote


@dataclass
class Request:
    method: str
    target: str
    headers: list
    body: bytes
    prefix: str = ""
    plan: dict = field(default_factory=dict)      # scripted fate of a task this request creates
    answer: dict = field(default_factory=dict)    # scripted changes to a query's answer
    spoiled: str = ""                             # scripted damage to a file

    @property
    def raw_path(self):
        """The path the client signed, mount prefix included."""
        return self.target.partition("?")[0]

    @property
    def path(self):
        return self.raw_path[len(self.prefix):] or "/"

    @property
    def query(self):
        return parse_qsl(self.target.partition("?")[2], keep_blank_values=True)

    def segments(self):
        return [unquote(part) for part in self.path.split("/") if part]

    def header(self, name, default=None):
        wanted = name.lower()
        for key, value in self.headers:
            if key.lower() == wanted:
                return value
        return default

    def param(self, name, default=None):
        for key, value in self.query:
            if key == name:
                return value
        return default

    def params(self, name):
        return [value for key, value in self.query if key == name]

    def json(self):
        """The body as JSON; ValueError when it is none."""
        return json.loads(self.body.decode("utf-8"))


@dataclass
class Response:
    status: int = 200
    body: bytes = b""
    headers: list = field(default_factory=list)
    content_type: str = "application/json"
    delivery: str = "whole"
    options: dict = field(default_factory=dict)

    @classmethod
    def json(cls, value, status=200, headers=None):
        body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
        return cls(status=status, body=body, headers=list(headers or []))


# An answer that nobody lets go ends with its test.
HOLD_SECONDS = 600
DELIVERIES = ("whole", "close", "reset", "truncate", "wrong_length", "chunked", "chunked_cut", "huge", "drip")


def deliver(handler, response, head_only=False):
    """Writes the answer through a BaseHTTPRequestHandler in the manner the response asks for."""
    how = response.delivery
    if how in ("close", "reset"):
        return hang_up(handler, abort=how == "reset")
    body = response.body
    handler.send_response(response.status)
    named = {name.lower() for name, _ in response.headers}
    if "content-type" not in named and response.content_type:
        handler.send_header("Content-Type", response.content_type)
    for name, value in response.headers:
        handler.send_header(name, str(value))
    if how in ("chunked", "chunked_cut"):
        handler.send_header("Transfer-Encoding", "chunked")
    elif how == "wrong_length":
        handler.send_header("Content-Length", str(max(0, len(body) - response.options.get("short_by", 7))))
    elif how == "huge":
        handler.send_header("Content-Length", str(response.options["bytes"]))
    elif "content-length" not in named and response.status not in (204, 304):
        handler.send_header("Content-Length", str(len(body)))
    if how in ("truncate", "wrong_length", "chunked_cut"):
        handler.close_connection = True
    handler.end_headers()
    if head_only or response.status in (204, 304):
        return
    out = handler.wfile
    if how == "truncate":
        out.write(body[: len(body) // 2])
        out.flush()
        hang_up(handler)
    elif how in ("chunked", "chunked_cut"):
        size = max(1, response.options.get("chunk", 5))
        for start in range(0, len(body), size):
            piece = body[start:start + size]
            out.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            out.flush()
            if how == "chunked_cut" and start >= len(body) // 2:
                return hang_up(handler)
        out.write(b"0\r\n\r\n")
    elif how == "drip":
        size, pause = max(1, response.options.get("chunk", 1)), response.options.get("interval", 0.05)
        for start in range(0, len(body), size):
            out.write(body[start:start + size])
            out.flush()
            if start == 0 and "hold" in response.options:
                response.options["hold"].wait(HOLD_SECONDS)
            time.sleep(pause)
    elif how == "huge":
        write_huge(out, response.options["bytes"])
    else:
        out.write(body)
    out.flush()


def write_huge(out, total):
    """A valid JSON object of exactly `total` bytes, so that only a size limit can refuse it."""
    head, tail = b'{"padding":"', b'"}'
    out.write(head)
    left, block = total - len(head) - len(tail), b"x" * 65536
    while left > 0:
        out.write(block[: min(left, len(block))])
        left -= len(block)
    out.write(tail)


def hang_up(handler, abort=False):
    """Ends the connection at once: politely (FIN) or with a reset (RST)."""
    handler.close_connection = True
    connection = handler.connection
    try:
        if abort:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()
        else:
            connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
