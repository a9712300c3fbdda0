"""Posts status changes to the callback address a task named.

Only loopback addresses are called: a test double must never send anything outside the machine.
A terminal change is tried up to three more times when no 2xx arrives within five seconds, as Ark
documents (82379/1520757); Kling's own retry rule is not known, so the same is used there.
"""

import http.client
import queue
import threading
import time
from urllib.parse import urlsplit

from tasks import TERMINAL

LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Courier:
    def __init__(self):
        self.sent = []
        self._queues, self._lock = {}, threading.Lock()

    def post(self, task, state, message):
        """Queues one message; the messages of one task keep their order unless its plan says otherwise."""
        manner = task.plan.get("callbacks", "normal")
        address = urlsplit(task.callback_url)
        if not task.callback_url or manner == "none" or address.hostname not in LOOPBACK:
            return
        with self._lock:
            line = self._queues.get(task.id)
            if line is None:
                line = self._queues[task.id] = queue.Queue()
                threading.Thread(target=self._run, args=(task.id, line), daemon=True).start()
        last = state in TERMINAL
        if manner == "reversed":
            # The early news is held back until the end has been told.
            if not last:
                task.facts.setdefault("_held", []).append(message)
                return
            line.put((task.callback_url, message, True))
            for index, early in enumerate(task.facts.pop("_held", [])):
                line.put((task.callback_url, early, False))
        else:
            for _ in range(2 if manner == "twice" else 1):
                line.put((task.callback_url, message, last))
        if last:
            line.put(None)

    def _run(self, key, line):
        while True:
            item = line.get()
            if item is None:
                break
            url, (body, headers), insist = item
            for attempt in range(4 if insist else 1):
                status = self._send(url, body, headers)
                with self._lock:
                    self.sent.append({"url": url, "status": status, "attempt": attempt + 1, "body": body.decode("utf-8")})
                    del self.sent[:-500]
                if 200 <= status < 300:
                    break
                time.sleep(0.2 * (attempt + 1))
        with self._lock:
            self._queues.pop(key, None)

    @staticmethod
    def _send(url, body, headers):
        address = urlsplit(url)
        maker = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
        try:
            connection = maker(address.hostname, address.port, timeout=5)
            target = (address.path or "/") + ("?" + address.query if address.query else "")
            connection.request("POST", target, body, {"Content-Type": "application/json", **headers})
            answer = connection.getresponse()
            answer.read()
            connection.close()
            return answer.status
        except (OSError, http.client.HTTPException):
            return 0
