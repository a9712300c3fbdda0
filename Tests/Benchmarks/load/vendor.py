#!/usr/bin/env python3
"""A vendor whose only clip is as large as is wished: vendor.py MEGABYTES

Speaks as much of Ark's API as one clip needs, on loopback, one process for thousands of connections. Prints its port.
The clip is a sparse file that begins like an MP4. Serves ranges, with a strong entity tag.
"""

import json
import os
import re
import selectors
import socket
import sys
import tempfile
import time

HEAD = bytes.fromhex("0000001c667479706d703432000000006d703432697330006d6f6f760000000866726565")
TAG = '"clip-1"'
PIECE = 256 * 1024


class Connection:
    def __init__(self, vendor, sock):
        self.vendor, self.socket = vendor, sock
        self.received, self.waiting = b"", b""
        # What is still to be sent of the clip.
        self.offset = self.left = 0

    def readable(self):
        data = self.socket.recv(65536)
        if not data:
            return self.vendor.close(self)
        self.received += data
        self.next_request()

    def next_request(self):
        if self.waiting or self.left:
            return
        head, found, rest = self.received.partition(b"\r\n\r\n")
        if not found:
            return
        length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
        length = int(length.group(1)) if length else 0
        if len(rest) < length:
            return
        self.received = rest[length:]
        self.answer(head.decode("latin-1"))
        self.writable()

    def answer(self, head):
        method, target, _ = head.split("\r\n", 1)[0].split(" ")
        if target.startswith("/clip"):
            return self.send_clip(method, head)
        if method == "POST":
            return self.send_json({"id": "cgt-%x" % time.time_ns()})
        now = int(time.time())
        self.send_json({
            "id": target.rsplit("/", 1)[1], "model": "doubao-seedance-1-5-pro-251215", "status": "succeeded",
            "created_at": now, "updated_at": now, "service_tier": "default", "execution_expires_after": 172800,
            "content": {"video_url": self.vendor.base + "/clip.mp4"},
            "usage": {"completion_tokens": 10_000, "total_tokens": 10_000}})

    def send_json(self, value):
        body = json.dumps(value).encode()
        self.waiting = (
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)) + body

    def send_clip(self, method, head):
        if method != "GET":
            self.waiting = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"
            return
        size = self.vendor.size
        self.offset, self.left, status, more = 0, size, "200 OK", ""
        wanted = re.search(r"(?i)\r\nrange: *bytes=(\d+)-(\d*)", head)
        if wanted:
            self.offset = int(wanted.group(1))
            end = min(int(wanted.group(2) or size - 1), size - 1)
            self.left, status = end + 1 - self.offset, "206 Partial Content"
            more = "Content-Range: bytes %d-%d/%d\r\n" % (self.offset, end, size)
        self.waiting = (
            "HTTP/1.1 %s\r\nContent-Type: video/mp4\r\nContent-Length: %d\r\nETag: %s\r\n%sAccept-Ranges: bytes\r\n\r\n"
            % (status, self.left, TAG, more)).encode()

    def writable(self):
        try:
            if self.waiting:
                self.waiting = self.waiting[self.socket.send(self.waiting):]
            if self.left and not self.waiting:
                sent = os.sendfile(self.socket.fileno(), self.vendor.file, self.offset, min(self.left, PIECE))
                self.offset += sent
                self.left -= sent
        except BlockingIOError:
            pass
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if self.waiting or self.left else 0)
        self.vendor.selector.modify(self.socket, wanted, self)
        if not self.waiting and not self.left:
            self.next_request()


class Vendor:
    def __init__(self, size):
        self.size = size
        file = tempfile.TemporaryFile()
        file.write(HEAD)
        file.truncate(size)
        file.flush()
        self.kept, self.file = file, file.fileno()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.listener.setblocking(False)
        self.base = "http://127.0.0.1:%d" % self.listener.getsockname()[1]
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.listener, selectors.EVENT_READ, None)

    def close(self, connection):
        self.selector.unregister(connection.socket)
        connection.socket.close()

    def accept(self):
        try:
            sock = self.listener.accept()[0]
        except BlockingIOError:
            return
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.selector.register(sock, selectors.EVENT_READ, Connection(self, sock))

    def run(self):
        while True:
            for key, events in self.selector.select():
                if key.data is None:
                    self.accept()
                    continue
                try:
                    if events & selectors.EVENT_WRITE:
                        key.data.writable()
                    elif events & selectors.EVENT_READ:
                        key.data.readable()
                except OSError:
                    self.close(key.data)


if __name__ == "__main__":
    vendor = Vendor(int(sys.argv[1]) * 1_000_000)
    print(vendor.listener.getsockname()[1], flush=True)
    vendor.run()
