"""Faults on demand: scripted rules and the words in a prompt that do the same.

A rule names an operation, how many requests it applies to, and what shall happen. Unknown keys
are refused, so that a typo in a test cannot turn a fault into a silent success.
"""

import re
import threading
from dataclasses import dataclass, field

from wire import DELIVERIES, Response

OPERATIONS = ("create", "query", "list", "cancel", "media", "other", "any")
REPLIES = tuple(name for name in DELIVERIES if name != "whole") + (
    "accept_close", "accept_reset", "html502", "empty", "redirect")
MEDIA = ("404", "expired", "truncate", "short", "corrupt", "empty", "drip", "close", "html")
PLAN_KEYS = {"outcome", "code", "message", "delay", "queue", "run", "stuck", "status", "backwards",
             "no_link", "lag", "media", "callbacks"}
ANSWER_KEYS = {"state", "status", "no_link"}
# These happen after the vendor has done its work; the others happen instead of it.
AFTER = {"accept_close", "accept_reset", "truncate", "wrong_length", "chunked", "chunked_cut", "drip", "empty"}
PROMPT_WORD = re.compile(rb"fault:([A-Za-z0-9_.\-]+(?::[A-Za-z0-9_.\-]+)*)")


class BadRule(ValueError):
    pass


@dataclass
class Rule:
    on: str = "any"
    times: int = 1                 # 0: until cleared
    skip: int = 0
    match: str = ""
    delay: float = 0.0
    hold: str = ""                 # until `{"release": …}` says this word
    error: str = ""
    message: str = ""
    status: int = 0
    headers: dict = field(default_factory=dict)
    retry_after: object = None
    body: object = None
    content_type: str = "application/json"
    reply: str = ""
    accept: object = None          # overrides whether the vendor does its work at all
    location: str = ""
    bytes: int = 100 * 1024 * 1024
    chunk: int = 0
    interval: float = 0.05
    task: dict = field(default_factory=dict)
    answer: dict = field(default_factory=dict)
    media: str = ""
    used: int = 0

    @classmethod
    def read(cls, value):
        if not isinstance(value, dict):
            raise BadRule("a rule is an object")
        known = set(cls.__dataclass_fields__) - {"used"}
        unknown = set(value) - known
        if unknown:
            raise BadRule("unknown keys: %s; known: %s" % (sorted(unknown), sorted(known)))
        value = dict(value)
        if "error" in value:
            value["error"] = str(value["error"])
        if isinstance(value.get("task"), str):
            value["task"] = plan_word(value["task"])
        if "media" in value:
            value["media"] = str(value["media"])
        rule = cls(**value)
        for name, allowed, given in (("on", OPERATIONS, [rule.on]), ("reply", REPLIES, [rule.reply] if rule.reply else []),
                                     ("media", MEDIA, [rule.media] if rule.media else []),
                                     ("task", PLAN_KEYS, rule.task), ("answer", ANSWER_KEYS, rule.answer)):
            wrong = [item for item in given if item not in allowed]
            if wrong:
                raise BadRule("%s: unknown %s; known: %s" % (name, wrong, sorted(allowed)))
        return rule

    @property
    def replaces(self):
        """Whether the vendor's own answer is thrown away."""
        return bool(self.error or self.status or self.body is not None
                    or self.reply in ("html502", "empty", "redirect", "huge"))

    @property
    def works(self):
        """Whether the vendor does its work (a create really creates)."""
        if self.accept is not None:
            return bool(self.accept)
        if self.reply:
            return self.reply in AFTER
        return not self.replaces

    def dress(self, response):
        """The answer in the manner of this rule."""
        if self.reply:
            how = self.reply.replace("accept_", "")
            if how in DELIVERIES:
                response.delivery = how
                response.options = {"bytes": self.bytes, "interval": self.interval}
                if self.chunk:
                    response.options["chunk"] = self.chunk
        for name, value in self.headers.items():
            response.headers.append((name, value))
        if self.retry_after is not None:
            response.headers.append(("Retry-After", self.retry_after))
        return response

    def substitute(self, vendor, request, base_url):
        """The answer sent in place of the vendor's own."""
        if self.reply == "html502":
            return Response(502, b"<html><head><title>502 Bad Gateway</title></head>"
                                 b"<body><center><h1>502 Bad Gateway</h1></center></body></html>", content_type="text/html")
        if self.reply == "empty":
            return Response(self.status or 200, b"", content_type="")
        if self.reply == "redirect":
            return Response(self.status or 302, b"", [("Location", self.location or base_url + "/elsewhere")])
        if self.error:
            response = vendor.failure(self.error, self.message or None, request)
            if self.status:
                response.status = self.status
            return response
        if self.body is not None:
            if isinstance(self.body, str):
                return Response(self.status or 200, self.body.encode("utf-8"), content_type=self.content_type)
            response = Response.json(self.body, self.status or 200)
            response.content_type = self.content_type
            return response
        if self.reply == "huge":
            return Response(self.status or 200)
        return Response.json({"error": "scripted"}, self.status)


class Faults:
    def __init__(self):
        self.rules, self.lock = [], threading.Lock()

    def add(self, rule):
        with self.lock:
            self.rules.append(rule)

    def clear(self):
        with self.lock:
            self.rules.clear()

    def take(self, operation, request):
        """The first rule that applies to this request, used up by one; None when there is none."""
        with self.lock:
            for rule in self.rules:
                if rule.on not in ("any", operation) or (rule.times and rule.used >= rule.times):
                    continue
                if rule.match and rule.match not in request.target and rule.match.encode() not in request.body:
                    continue
                if rule.skip > 0:
                    rule.skip -= 1
                    continue
                rule.used += 1
                return rule
        return spoken(request) if operation == "create" else None

    def view(self):
        with self.lock:
            return [{"on": r.on, "times": r.times, "used": r.used, "error": r.error, "reply": r.reply} for r in self.rules]


def spoken(request):
    """A rule spelled in the prompt (`fault:<word>`), so that a person can try one by hand."""
    found = PROMPT_WORD.search(request.body)
    if not found:
        return None
    word = found.group(1).decode("ascii").rstrip(".-")      # it may end a sentence
    if word in REPLIES:
        return Rule(on="create", reply=word)
    plan = plan_word(word)
    return Rule(on="create", task=plan) if plan else Rule(on="create", error=word)


def plan_word(word):
    """`async:<code>`, `stuck`, `expire`, `no_link`, `backwards`, `unknown`, `media:<how>`; else nothing."""
    head, _, rest = word.partition(":")
    if head == "async":
        return {"outcome": "fail", "code": rest}
    if head == "media" and rest in MEDIA:
        return {"media": rest}
    return {"stuck": {"stuck": True}, "expire": {"outcome": "expire"}, "no_link": {"no_link": True},
            "backwards": {"backwards": True}, "unknown": {"status": "pondering"}, "lag": {"lag": True},
            "fail": {"outcome": "fail"}}.get(word, {})
