#!/usr/bin/env python3
"""Hostile clients, thousands in one process: crowd.py KIND COUNT PORT [name=value ...]

Prints one line of JSON once all have begun, goes on until a line comes on standard input, then prints another with what
became of them. Kinds: idle, readers, drip, uploads.
"""

import collections
import heapq
import json
import os
import re
import select
import socket
import sys
import time

# A connection has one of these addresses, so that thousands of them do not use up the ports of one.
SOURCES = ["127.0.0.%d" % number for number in range(2, 10)]
OPENING_AT_ONCE = 256


class Client:
    """One connection; kinds say what it sends and when."""

    #: Sends and reads in steps of so many seconds; None: only when something can be read.
    interval = None
    receive_buffer = None
    #: What is waited for once everything that was to be sent at once is sent.
    events = select.EPOLLIN

    def __init__(self, crowd, number):
        self.crowd, self.number = crowd, number
        self.received = b""
        self.outcome = None
        self.began = time.monotonic()
        self.socket = socket.socket()
        self.socket.setblocking(False)
        if self.receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self.receive_buffer)
        self.socket.bind((SOURCES[number % len(SOURCES)], 0))
        self.socket.connect_ex(("127.0.0.1", crowd.port))

    def opened(self):
        """The connection stands: what is sent at once, as bytes."""
        return b""

    def step(self):
        """Called every `interval` seconds."""

    def readable(self):
        data = self.socket.recv(65536)
        if not data:
            return self.crowd.end(self, self.status or "closed without a word")
        self.received = (self.received + data)[:4096]

    @property
    def status(self):
        found = re.match(rb"HTTP/1\.1 (\d+)", self.received)
        return found and found.group(1).decode()


class Idle(Client):
    """Every second one is silent from the start, the others were answered once."""

    def opened(self):
        return b"" if self.number % 2 else b"GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n"


class Reader(Client):
    """Asks for a clip and takes `rate` bytes a second of it."""

    interval = 0.2
    events = 0

    def __init__(self, crowd, number):
        self.receive_buffer = int(crowd.options.get("buffer", 0)) or None
        self.bytes = 0
        super().__init__(crowd, number)

    def opened(self):
        return ("GET %s HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer %s\r\n\r\n"
                % (self.crowd.options["path"], self.crowd.options["key"])).encode()

    def step(self):
        try:
            data = self.socket.recv(int(int(self.crowd.options.get("rate", 50_000)) * self.interval))
        except BlockingIOError:
            return
        if not data:
            return self.crowd.end(self, "cut off")
        self.received = (self.received + data)[:4096]
        self.bytes += len(data)
        if self.status != "200":
            self.crowd.end(self, self.status)


class Drip(Client):
    """A byte now and then: of a head, of a chunked body, of a body with a length."""

    interval = 0.5

    def opened(self):
        kind = self.number % 3
        if kind == 0:
            return b"GET / HTTP/1.1\r\nHost: h\r\nX-Slow: "
        framing = "Transfer-Encoding: chunked\r\n\r\n10000\r\n{" if kind == 1 else "Content-Length: 900000\r\n\r\n{"
        return ("POST /v1/videos HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nAuthorization: Bearer %s\r\n%s"
                % (self.crowd.options["key"], framing)).encode()

    def step(self):
        # An answer that is there already would be lost to the reset that further bytes bring about.
        try:
            self.readable()
        except BlockingIOError:
            pass
        if not self.received and self.socket.fileno() >= 0:
            try:
                self.socket.send(b" ")
            except BlockingIOError:
                pass


class Upload(Client):
    """Begins an upload of `length` bytes, sends `sent` of them and stops, or goes on with `trickle` bytes a second; a
    form, a JSON body, or text in turn."""

    def __init__(self, crowd, number):
        self.trickle = int(crowd.options.get("trickle", 0))
        if self.trickle:
            self.interval = 1
        super().__init__(crowd, number)

    def step(self):
        try:
            self.socket.send(b"A" * self.trickle)
        except BlockingIOError:
            pass

    def opened(self):
        length, sent = int(self.crowd.options["length"]), int(self.crowd.options["sent"])
        kinds = self.crowd.options.get("kinds", "form,media,text").split(",")
        kind = kinds[self.number % len(kinds)]
        media = "application/json"
        if kind == "form":
            media = "multipart/form-data; boundary=b"
            start = (b'--b\r\nContent-Disposition: form-data; name="input_reference"; filename="a.png"\r\n'
                     b"Content-Type: image/png\r\n\r\n\x89PNG\r\n\x1a\n")
        elif kind == "media":
            start = b'{"model":"m","image":"data:image/png;base64,'
        else:
            start = b'{"model":"m","prompt":"a b'
        head = ("POST /v1/videos HTTP/1.1\r\nHost: h\r\nContent-Type: %s\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n"
                % (media, self.crowd.options["key"], length)).encode()
        filling = b"A" if kind != "text" else b"a "
        return head + start + (filling * sent)[:max(0, sent - len(start))]


KINDS = {"idle": Idle, "readers": Reader, "drip": Drip, "uploads": Upload}


class Crowd:
    """Opens all clients, a few hundred at a time, and gives each what happens to it."""

    def __init__(self, kind, count, port, options):
        self.kind, self.count, self.port, self.options = KINDS[kind], count, port, options
        # Whether a connection that was ended is replaced by a new one.
        self.again = options.get("again") == "1"
        self.poll = select.epoll()
        self.clients = {}
        self.outgoing = {}
        self.opening = set()
        self.made = self.opened = 0
        self.outcomes = collections.Counter()
        self.seconds = []
        self.steps = []

    def make(self):
        client = self.kind(self, self.made)
        self.made += 1
        self.clients[client.socket.fileno()] = client
        self.opening.add(client)
        self.poll.register(client.socket, select.EPOLLOUT)

    def end(self, client, outcome):
        descriptor = client.socket.fileno()
        if descriptor < 0:
            return
        self.outcomes[str(outcome)] += 1
        self.seconds.append(time.monotonic() - client.began)
        self.opening.discard(client)
        self.outgoing.pop(client, None)
        del self.clients[descriptor]
        client.socket.close()

    def writable(self, client):
        if client in self.opening:
            error = client.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if error:
                return self.end(client, os.strerror(error))
            self.opening.discard(client)
            self.opened += 1
            client.began = time.monotonic()
            self.outgoing[client] = memoryview(client.opened())
            if client.interval:
                heapq.heappush(self.steps, (client.began + client.interval * (client.number % 16 + 1) / 16, client.number, client))
        waiting = self.outgoing[client]
        if waiting:
            waiting = self.outgoing[client] = waiting[client.socket.send(waiting):]
        if not waiting:
            del self.outgoing[client]
            self.poll.modify(client.socket, client.events)

    def turn(self, seconds):
        """Does what is due and waits for what happens, at most so long."""
        limit = self.made + OPENING_AT_ONCE - len(self.opening)
        while self.made < limit and (len(self.clients) if self.again else self.made) < self.count:
            self.make()
        now = time.monotonic()
        while self.steps and self.steps[0][0] <= now:
            due, number, client = heapq.heappop(self.steps)
            if client.socket.fileno() >= 0:
                self.guard(client, client.step)
                heapq.heappush(self.steps, (max(due, now - client.interval) + client.interval, number, client))
        if self.steps:
            seconds = max(0, min(seconds, self.steps[0][0] - now))
        for descriptor, events in self.poll.poll(seconds, 4096):
            client = self.clients.get(descriptor)
            if client is None:
                continue
            if events & select.EPOLLOUT:
                self.guard(client, self.writable, client)
            elif client.events & select.EPOLLIN:
                self.guard(client, client.readable)
            else:
                self.end(client, client.status or "reset")

    def guard(self, client, call, *arguments):
        try:
            call(*arguments)
        except BlockingIOError:
            pass
        except OSError as error:
            self.end(client, client.status or error.strerror)

    def report(self):
        ended = sorted(self.seconds)
        return {"opened": self.opened, "open": len(self.clients), "outcomes": dict(self.outcomes),
                "first_end": round(ended[0], 1) if ended else None, "last_end": round(ended[-1], 1) if ended else None,
                "bytes": sum(getattr(client, "bytes", 0) for client in self.clients.values())}


def main():
    kind, count, port = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    crowd = Crowd(kind, count, port, dict(option.split("=", 1) for option in sys.argv[4:]))
    said = time.monotonic() + 60
    is_told = False
    while True:
        crowd.turn(0.2)
        if not is_told and (crowd.opened >= count and not crowd.outgoing or time.monotonic() > said):
            print(json.dumps(crowd.report()), flush=True)
            is_told = True
        if select.select([sys.stdin], [], [], 0)[0]:
            break
    # What the server did before counts, too: an answer and its end are two turns.
    for _ in range(8):
        crowd.turn(0.05)
    print(json.dumps(crowd.report()), flush=True)


if __name__ == "__main__":
    main()
