"""One vendor on its feet: routes a request to control, media or the vendor, faults applied."""

import json
import os
import sys
import threading
import time
from collections import deque

import media
import tasks
from callbacks import Courier
from faults import BadRule, Faults, Rule
from media import ClipShelf
from recorder import Recorder
from tasks import TaskBook
from vendor import stamp
from wire import HOLD_SECONDS, Response

BASE_SETTINGS = {"delay": 1.0, "seen": False, "link_ttl": None, "clock_offset": 0.0, "concurrency": None, "rpm": None,
                 "auth_now": None, "strict": False, "fetch_inputs": False}


# How long a result link lives, and whether it carries a signature of its own.
LINKS = {"ark": (86400, True), "kling": (30 * 86400, False), "jimeng": (3600, True)}


class Look:
    """A task as this one query shall see it."""

    def __init__(self, state, word, link_wanted, lagging):
        self.state, self.word, self.link_wanted, self.lagging = state, word, link_wanted, lagging


class Station:
    def __init__(self, name, vendor_class, keys, clips, prefix="", delay=1.0, state_file=None):
        self.name, self.prefix, self.keys = name, prefix, keys
        self.origin = ""                                  # set once the port is known
        self.settings = dict(BASE_SETTINGS, delay=delay)
        self.settings.update(vendor_class.settings)
        self.faults, self.recorder, self.courier = Faults(), Recorder(), Courier()
        self.shelf = ClipShelf(clips)
        self.book = TaskBook(self.clock, lambda: float(self.settings["delay"]), self._changed)
        self.book.seen = lambda: bool(self.settings["seen"])
        self.book.concurrency = lambda: self.settings["concurrency"] if vendor_class.queues_over_limit else None
        self.vendor = vendor_class(self)
        self.state_file = state_file
        self.fetched = deque(maxlen=200)
        self._creates = []
        self._create_lock = threading.Lock()
        self._holds = {}
        if state_file and os.path.exists(state_file):
            with open(state_file, encoding="utf-8") as source:
                self.book.load(json.load(source))
        threading.Thread(target=self._heartbeat, daemon=True).start()

    @property
    def base_url(self):
        return self.origin + self.prefix

    def clock(self):
        return time.time() + float(self.settings["clock_offset"])

    # Requests

    def handle(self, request):
        if request.path.partition("?")[0] == "/_control":
            return self._control(request)
        operation = "media" if self._is_file(request) else self.vendor.operation(request)
        entry = self.recorder.note(operation, request)
        rule = self.faults.take(operation, request)
        if rule and rule.delay:
            time.sleep(rule.delay)
        if rule and rule.hold and rule.reply != "drip":
            self._held(rule.hold).wait(HOLD_SECONDS)
        response = self._respond(operation, request, rule)
        self.recorder.answered(entry, response)
        return response

    def _respond(self, operation, request, rule):
        worker = self._media if self._is_file(request) else self.vendor.guarded
        if rule is None:
            return worker(request)
        response = Response()
        if rule.works:
            request.plan, request.answer, request.spoiled = dict(rule.task), dict(rule.answer), rule.media
            if rule.media and operation == "create":
                request.plan["media"] = rule.media
            response = worker(request)
        if rule.replaces:
            response = rule.substitute(self.vendor, request, self.base_url)
        response = rule.dress(response)
        if rule.hold and rule.reply == "drip":
            response.options["hold"] = self._held(rule.hold)
        return response

    @staticmethod
    def _is_file(request):
        return request.path.startswith("/media/")

    def _held(self, word):
        """What requests that are held by this word wait for."""
        with self._create_lock:
            return self._holds.setdefault(word, threading.Event())

    def limit_rate(self):
        """True when this create is over the configured creates per minute."""
        limit = self.settings["rpm"]
        if limit is None:
            return False
        with self._create_lock:
            now = time.time()
            self._creates = [moment for moment in self._creates if now - moment < 60]
            if len(self._creates) >= int(limit):
                return True
            self._creates.append(now)
            return False

    # Tasks

    def look(self, task, request):
        """What this query shall see: the real state, or the scripted one (no query: the real one)."""
        if request is None:
            return Look(task.state, None, True, False)
        with self.book.lock:
            task.looks += 1
            looks, task.seen = task.looks, task.state
        state, plan, answer = task.state, task.plan, request.answer
        if plan.get("backwards") and looks % 2 == 0:
            state = {tasks.RUNNING: tasks.QUEUED, tasks.SUCCEEDED: tasks.RUNNING, tasks.FAILED: tasks.RUNNING}.get(state, state)
        state = answer.get("state", state)
        scripted = plan.get("status") if state not in tasks.TERMINAL and "state" not in answer else None
        word = answer.get("status") or scripted
        wanted = not (plan.get("no_link") or answer.get("no_link"))
        return Look(state, word, wanted, bool(plan.get("lag")) and looks % 2 == 1)

    def link(self, task, kind="mp4"):
        url = "%s/media/%s.%s" % (self.base_url, task.id, kind)
        if not LINKS[task.surface][1]:
            return url
        return url + "?X-Tos-Date=%s&X-Tos-Expires=%d&X-Tos-Signature=%s" % (
            time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(task.finished)), self._ttl(task), self._link_mark(task, kind))

    def _ttl(self, task):
        ttl = self.settings["link_ttl"]
        return LINKS[task.surface][0] if ttl is None else float(ttl)

    @staticmethod
    def _link_mark(task, kind):
        return stamp("%s.%s.%s" % (task.id, kind, task.created))

    def _changed(self, task, state):
        if state == tasks.QUEUED and task.clip and task.plan.get("outcome", "succeed") == "succeed":
            self.shelf.prepare(task.clip)
        if task.callback_url:
            message = self.vendor.callback(task, state)
            if message:
                self.courier.post(task, state, message)

    # Result files

    def _media(self, request):
        """Presigned for GET only: HEAD is refused, as a signature covers the method."""
        if request.method != "GET":
            return denied("SignatureDoesNotMatch", "The request signature we calculated does not match", 403)
        name = request.segments()[-1]
        task_id, _, kind = name.rpartition(".")
        self.book.tick()
        task = self.book.tasks.get(task_id)
        if task is None or task.state != tasks.SUCCEEDED:
            return denied("NoSuchKey", "The specified key does not exist.", 404)
        if LINKS[task.surface][1] and request.param("X-Tos-Signature") != self._link_mark(task, kind):
            return denied("AccessDenied", "The link is not signed", 403)
        if self.clock() > task.finished + self._ttl(task):
            return denied("AccessDenied", "Request has expired", 403)
        return self.file(task, kind, request, request.spoiled)

    def file(self, task, kind, request, spoiled=""):
        """The result file, whole or as a broken store hands it out."""
        spoiled = spoiled or task.plan.get("media", "")
        if spoiled == "404":
            return denied("NoSuchKey", "The specified key does not exist.", 404)
        if spoiled == "html":
            return Response(200, b"<html><body>Sign in to continue</body></html>", content_type="text/html")
        if spoiled == "close":
            return Response(delivery="close")
        if spoiled == "expired":
            return denied("AccessDenied", "Request has expired", 403)
        types = {"mp4": "video/mp4", "mov": "video/quicktime", "png": "image/png"}
        if kind not in types:
            return denied("NoSuchKey", "The specified key does not exist.", 404)
        with open(self.shelf.path(task.clip, kind), "rb") as source:
            data = media.spoil(source.read(), spoiled)
        response = self._ranged(request, data)
        response.content_type = types[kind]
        if spoiled in ("truncate", "drip"):
            response.delivery, response.options = spoiled, {"chunk": 4096, "interval": 0.05}
        return response

    @staticmethod
    def _ranged(request, data):
        asked = request.header("Range", "")
        if asked.startswith("bytes=") and "," not in asked and data:
            first, _, last = asked[6:].partition("-")
            if first.isdigit() or last.isdigit():
                start = int(first) if first else max(0, len(data) - int(last))
                end = min(int(last), len(data) - 1) if first and last.isdigit() else len(data) - 1
                if start >= len(data):
                    return Response(416, b"", [("Content-Range", "bytes */%d" % len(data))])
                return Response(206, data[start:end + 1], [
                    ("Content-Range", "bytes %d-%d/%d" % (start, end, len(data))), ("Accept-Ranges", "bytes")])
        return Response(200, data, [("Accept-Ranges", "bytes")])

    # Control

    def _control(self, request):
        try:
            if request.method == "GET":
                return Response.json(self._report(request))
            if request.method != "POST":
                return Response.json({"error": "GET or POST"}, 405)
            orders = request.json()
            for order in orders if isinstance(orders, list) else [orders]:
                self._obey(order)
            return Response.json({"ok": True, "rules": self.faults.view(), "settings": self.settings})
        except (BadRule, ValueError, TypeError, KeyError, AttributeError) as problem:
            return Response.json({"error": "%s: %s" % (type(problem).__name__, problem)}, 400)

    def _obey(self, order):
        if not isinstance(order, dict):
            raise BadRule("an order is an object")
        verbs = {"settings", "reset", "clear", "script", "id", "plan", "release"}
        if not verbs & set(order):
            return self.faults.add(Rule.read(order))
        if set(order) - verbs:
            raise BadRule("unknown keys %s" % sorted(set(order) - verbs))
        if order.get("reset"):
            with self.book.lock:
                self.book.tasks.clear()
                self.book.created_total, self.book.dirty = 0, True
            self.recorder.reset()
            self.fetched.clear()
            self.courier.sent.clear()
            self.faults.clear()
        if order.get("clear"):
            self.faults.clear()
        if "settings" in order:
            unknown = set(order["settings"]) - set(self.settings)
            if unknown:
                raise BadRule("unknown settings %s; known: %s" % (sorted(unknown), sorted(self.settings)))
            self.settings.update(order["settings"])
        for rule in order.get("script", []):
            self.faults.add(Rule.read(rule))
        if "release" in order:
            self._held(order["release"]).set()
        if "id" in order:
            plan = Rule.read({"task": order["plan"]}).task
            with self.book.lock:
                self.book.tasks[order["id"]].plan.update(plan)
                self.book.dirty = True

    def _report(self, request):
        self.book.tick()
        with self.book.lock:
            rows = [{"id": t.id, "surface": t.surface, "kind": t.kind, "model": t.model, "state": t.state,
                     "clip": t.clip, "external_id": t.external_id, "request": t.request} for t in self.book.tasks.values()]
            created = self.book.created_total
        counted = self.recorder.counters
        return {
            "vendor": self.name, "base_url": self.base_url, "settings": self.settings, "rules": self.faults.view(),
            "counters": {"creates_received": counted["create"], "tasks_created": created, "queries": counted["query"],
                         "lists": counted["list"], "cancels": counted["cancel"], "media_gets": counted["media"],
                         "others": counted["other"], "refused": dict(self.recorder.refused)},
            "tasks": rows, "callbacks": self.courier.sent[-100:],
            "fetched": list(self.fetched),
            "requests": self.recorder.last(int(request.param("last", "50")), request.param("on")),
        }

    # Housekeeping

    def _heartbeat(self):
        """Callbacks must go out although nobody asks; the state file follows within a moment."""
        while True:
            time.sleep(0.05)
            try:
                self.book.tick()
                if self.state_file and self.book.dirty:
                    self.save()
            except Exception:       # the heartbeat must survive whatever one task holds
                time.sleep(0.5)

    def save(self):
        if not self.state_file:
            return
        draft = "%s.%d" % (self.state_file, threading.get_ident())
        try:
            with open(draft, "w", encoding="utf-8") as out:
                json.dump(self.book.dump(), out, ensure_ascii=False)
            os.replace(draft, self.state_file)
        except OSError as problem:
            print("state not saved: %s" % problem, file=sys.stderr)


def denied(code, message, status):
    body = ('<?xml version="1.0" encoding="UTF-8"?><Error><Code>%s</Code><Message>%s</Message></Error>' % (code, message))
    return Response(status, body.encode("utf-8"), content_type="application/xml")
