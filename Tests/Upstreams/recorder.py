"""What arrived: counters, and the last requests byte for byte (credentials masked)."""

import base64
import hashlib
import threading
import time
from collections import Counter, deque

KEPT_BODY = 256 * 1024      # of longer bodies the beginning; length and hash are always of the whole
SECRET_HEADERS = {"authorization", "x-security-token", "cookie", "proxy-authorization"}


class Recorder:
    def __init__(self):
        self.lock = threading.Lock()
        self.reset()

    def reset(self):
        with self.lock:
            self.counters, self.refused, self.log, self.serial = Counter(), Counter(), deque(maxlen=1000), 0

    def note(self, operation, request):
        entry = {
            "operation": operation, "time": time.time(), "method": request.method, "target": request.target,
            "headers": [[name, self._mask(name, value)] for name, value in request.headers],
            "body_length": len(request.body), "body_sha256": hashlib.sha256(request.body).hexdigest(),
            "status": None, "delivery": None,
        }
        kept = request.body[:KEPT_BODY]
        try:
            entry["body"] = kept.decode("utf-8")
        except UnicodeDecodeError:
            entry["body_base64"] = base64.b64encode(kept).decode("ascii")
        with self.lock:
            self.serial += 1
            entry["serial"] = self.serial
            self.counters[operation] += 1
            self.log.append(entry)
        return entry

    def answered(self, entry, response):
        with self.lock:
            entry["status"], entry["delivery"] = response.status, response.delivery
            if response.status >= 400:
                self.refused[entry["operation"]] += 1

    def last(self, count, operation=None):
        with self.lock:
            rows = [row for row in self.log if operation in (None, row["operation"])]
        return rows[-count:] if count else []

    @staticmethod
    def _mask(name, value):
        """The scheme and the public half of a credential may be looked at; the rest may not."""
        if name.lower() not in SECRET_HEADERS:
            return value
        scheme, space, rest = value.partition(" ")
        if scheme == "HMAC-SHA256" and "Signature=" in rest:
            return scheme + space + rest.partition("Signature=")[0] + "Signature=***"
        return scheme + " ***" if space else "***"
