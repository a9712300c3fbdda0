#!/usr/bin/env python3
"""A caller who asks for a task's status again and again: watcher.py PORT KEY TARGET

Half of the time on a connection that is kept, half of the time on a new one. For each line on standard input it prints
a line of JSON with what it saw since the one before: milliseconds, and what was not answered by 200.
"""

import collections
import http.client
import json
import select
import sys
import time

PAUSE_SECONDS = 0.02
PATIENCE_SECONDS = 30


class Watcher:
    def __init__(self, port, key, target):
        self.port, self.target, self.headers = port, target, {"Authorization": "Bearer " + key}
        self.kept = None
        self.forget()

    def forget(self):
        self.seen = {"kept": [], "new": []}
        self.failures = collections.Counter()

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)

    def ask(self, connection):
        connection.request("GET", self.target, headers=self.headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status

    def look(self, kind):
        began = time.perf_counter()
        try:
            if kind == "new":
                connection = self.connect()
                try:
                    status = self.ask(connection)
                finally:
                    connection.close()
            else:
                status = self.ask_kept()
            if status != 200:
                self.failures["status %d" % status] += 1
        except (OSError, http.client.HTTPException) as error:
            self.kept = None
            self.failures[type(error).__name__] += 1
        self.seen[kind].append((time.perf_counter() - began) * 1e3)

    def ask_kept(self):
        """As clients do: a kept connection that turns out to be closed is replaced once."""
        if self.kept:
            try:
                return self.ask(self.kept)
            except (http.client.RemoteDisconnected, ConnectionError):
                self.kept.close()
        self.kept = self.connect()
        return self.ask(self.kept)


def main():
    watcher = Watcher(int(sys.argv[1]), sys.argv[2], sys.argv[3])
    while True:
        for kind in ("kept", "new"):
            watcher.look(kind)
            if select.select([sys.stdin], [], [], PAUSE_SECONDS)[0]:
                if not sys.stdin.readline():
                    return
                print(json.dumps({**watcher.seen, "failures": dict(watcher.failures)}), flush=True)
                watcher.forget()


main()
