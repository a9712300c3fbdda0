"""What every vendor emulator has in common: routing, accounts, refusals."""

import hashlib
import json
import random
import secrets
import string
import time

import inputs
from wire import Response


class Refusal(Exception):
    """A vendor error: the code decides status and body."""

    def __init__(self, code, message=None, **extra):
        super().__init__(message or code)
        self.code, self.message, self.extra = str(code), message, extra


class Vendor:
    """One wire form. `station` is where it stands: tasks, settings, links."""

    surface = "none"
    api_path = ""                  # what a client appends to the base address
    default_keys = {"api_keys": [], "pairs": []}
    unreachable = "InvalidParameter"   # the code for an input that cannot be downloaded
    queues_over_limit = False      # over the concurrency limit a task waits instead of being refused
    settings = {}                  # names and defaults of switches the control endpoint may set

    def __init__(self, station):
        self.station = station

    def operation(self, request):
        """create, query, list, cancel or other: what the counters and fault rules go by."""
        raise NotImplementedError

    def answer(self, request):
        raise NotImplementedError

    def failure(self, code, message=None, request=None, **extra):
        raise NotImplementedError

    def callback(self, task, state):
        """(body bytes, headers) to be posted for this change, or None."""
        return None

    def guarded(self, request):
        """The vendor's answer, its refusals included."""
        try:
            if self.setting("fetch_inputs") and self.operation(request) == "create":
                self._fetch_inputs(request)
            return self.answer(request)
        except Refusal as refusal:
            return self.failure(refusal.code, refusal.message, request, **refusal.extra)

    def _fetch_inputs(self, request):
        try:
            found = [inputs.fetch(link) for link in inputs.links(request.json())]
        except ValueError:
            return
        self.station.fetched.extend(found)
        for row in found:
            if row["status"] != 200:
                raise Refusal(self.unreachable, "Failed to download %s: status %s" % (row["link"], row["status"]))

    def setting(self, name):
        return self.station.settings[name]

    def now(self):
        return self.station.clock()


def bearer(request):
    """The token after exactly one space, or None."""
    value = request.header("Authorization", "")
    return value[7:] if value.startswith("Bearer ") and value[7:] and " " not in value[7:] else None


def number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def whole(value):
    return isinstance(value, int) and not isinstance(value, bool)


def weblink(value):
    return isinstance(value, str) and value.lower().startswith(("http://", "https://")) and len(value) > 8


def digits(count):
    return random.choice("123456789") + "".join(random.choices(string.digits, k=count - 1))


def request_id():
    return time.strftime("%Y%m%d%H%M%S", time.gmtime()) + secrets.token_hex(10).upper()


def stamp(text):
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def object_body(request):
    """The JSON object in the body; ValueError otherwise."""
    value = request.json()
    if not isinstance(value, dict):
        raise ValueError("the body is not a JSON object")
    return value


def ok(value, status=200):
    return Response.json(value, status)


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
