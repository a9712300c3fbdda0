"""A reseller: the vendors' tasks behind one Bearer key, in the shapes five public gateways document.

Unified `/v1/video/generations`; Kling under `/kling`; Ark under `/volc/v1`; Jimeng under `/jimeng/`
without signature; OpenAI-like `/v1/videos`. The vendors' own rules are reused, only the clothes differ.
"""

import time

import relay_forms
from ark import Ark
from ark_tables import status_of
from jimeng import Jimeng
from kling import Kling
from kling_tables import status_and_message
from tasks import CANCELLED, EXPIRED, FAILED, QUEUED, RUNNING, SUCCEEDED
from vendor import Refusal, Vendor, bearer, object_body, ok
from wire import Response

OUTER = {QUEUED: "QUEUED", RUNNING: "IN_PROGRESS", SUCCEEDED: "SUCCESS", FAILED: "FAILURE", CANCELLED: "FAILURE", EXPIRED: "FAILURE"}
PROSE = {QUEUED: "queued", RUNNING: "in_progress", SUCCEEDED: "completed", FAILED: "failed", CANCELLED: "failed", EXPIRED: "failed"}
MIDDLE = {QUEUED: "submitted", RUNNING: "processing", SUCCEEDED: "succeed", FAILED: "failed", CANCELLED: "failed", EXPIRED: "failed"}
PROGRESS = {QUEUED: "0%", RUNNING: "50%"}
KLING_NAMES = {"kling-v3-%s-%s" % (mode, sound): (mode, "on" if sound == "audio" else "off")
               for mode in ("std", "pro") for sound in ("silent", "audio")}


def account_of(station, request):
    token = bearer(request)
    if token not in station.keys["api_keys"]:
        raise Refusal("invalid_api_key", "Invalid token", status=401)
    return token


class RelayArk(Ark):
    """`/volc/v1/contents/generations/tasks`; the create answer has a foreign word in it."""

    root = ("volc", "v1", "contents", "generations", "tasks")

    def account(self, request):
        return account_of(self.station, request)

    def created(self, task):
        return ok({"id": task.id, "status": "submitted"})

    def failure(self, code, message=None, request=None, param="", status=None):
        return super().failure("AuthenticationError" if code == "invalid_api_key" else code, message, request, param, status)


class RelayKling(Kling):
    """`/kling/v1/videos/{kind}`: `model` counts here, and `metadata` holds what is not in the table."""

    root = ("kling", "v1", "videos")

    def account(self, request):
        try:
            return account_of(self.station, request)
        except Refusal:
            raise Refusal(1000, "Invalid token")

    def enter(self, body, account, kind, plan):
        return super().enter(relay_forms.kling_body(body), account, kind, plan)


class RelayJimeng(Jimeng):
    root = "/jimeng/"

    def account(self, request):
        try:
            return account_of(self.station, request)
        except Refusal:
            raise Refusal(100009, "Invalid token")


class Relay(Vendor):
    default_keys = {"api_keys": ["sk-relay-test-key"], "pairs": []}
    settings = {**Ark.settings, **Kling.settings, **Jimeng.settings,
                "vocabulary": "upper",          # outer words: upper | prose
                "link_at": "video_url"}         # where a Kling result's link stands: video_url | url | fail_reason | result_url
    UNIFIED = ["v1", "video", "generations"]

    def __init__(self, station):
        super().__init__(station)
        self.parts = {"volc": RelayArk(station), "kling": RelayKling(station), "jimeng": RelayJimeng(station)}

    def _part(self, request):
        first = request.segments()[:1]
        return self.parts.get(first[0]) if first else None

    def operation(self, request):
        part = self._part(request)
        if part:
            return part.operation(request)
        segments = request.segments()
        if segments[:3] == self.UNIFIED:
            if len(segments) == 3 and request.method == "POST":
                return "create"
            return "query" if len(segments) == 4 and request.method == "GET" else "other"
        if segments[:2] == ["v1", "videos"]:
            if len(segments) == 2 and request.method == "POST":
                return "create"
            if len(segments) == 4 and segments[3] == "content" and request.method == "GET":
                return "media"
            return "query" if len(segments) == 3 and request.method == "GET" else "other"
        return "other"

    def guarded(self, request):
        part = self._part(request)
        return part.guarded(request) if part else super().guarded(request)

    def answer(self, request):
        account, operation, segments = account_of(self.station, request), self.operation(request), request.segments()
        openai = segments[:2] == ["v1", "videos"]
        if operation == "create":
            try:
                body = relay_forms.form_body(request) if openai else object_body(request)
            except ValueError as problem:
                raise Refusal("invalid_request", "invalid body: %s" % problem)
            task = self.enter(body, account, request.plan)
            return ok(self.openai_view(task, task.state)) if openai else ok({"task_id": task.id})
        if operation == "query":
            task = self._task(account, segments[-1])
            look = self.station.look(task, request)
            return ok(self.openai_view(task, look.state) if openai else self.unified_view(task, look))
        if operation == "media":             # the reseller streams the file itself
            task = self._task(account, segments[2])
            if task.state != SUCCEEDED:
                raise Refusal("video_not_ready", "the video is not complete", status=404)
            return self.station.file(task, "mp4", request, request.spoiled)
        raise Refusal("not_found", "Invalid URL (%s %s)" % (request.method, request.path), status=404)

    def _task(self, account, ident):
        for surface in ("ark", "kling"):
            task = self.station.book.find(surface, account, ident)
            if task:
                return task
        raise Refusal("task_not_exist", "task_not_exist", status=404)

    # Create

    def enter(self, body, account, plan):
        model = body.get("model")
        if not isinstance(model, str) or not model:
            raise Refusal("invalid_request", "model is required")
        if self.station.limit_rate():
            raise Refusal("rate_limit_exceeded", "too many requests", status=429)
        if model in KLING_NAMES or model.startswith("kling-"):
            mode, sound = KLING_NAMES.get(model, (None, None))
            vendor_body = relay_forms.kling_unified(body, "kling-v3" if mode else model, mode, sound)
            kind = "image2video" if vendor_body.get("image") else "text2video"
            task = self.parts["kling"].enter(vendor_body, account, kind, plan)
        else:
            task = self.parts["volc"].enter(relay_forms.ark_unified(body), account, plan)
        task.facts["asked"] = model
        return task

    # Reading

    def unified_view(self, task, look):
        """Three vocabularies inside one another; the outer two may lag behind the innermost."""
        outer = RUNNING if look.lagging and look.state == SUCCEEDED else look.state
        words = PROSE if self.setting("vocabulary") == "prose" else OUTER
        data = {"task_id": task.id, "action": "generate", "status": look.word or words[outer],
                "fail_reason": "", "submit_time": int(task.created), "start_time": int(task.started),
                "finish_time": int(task.finished), "progress": PROGRESS.get(outer, "100%")}
        if look.state in (FAILED, EXPIRED, CANCELLED):
            data["fail_reason"] = task.error.get("message") or str(task.error.get("code") or look.state)
        if task.surface == "ark":
            data["data"] = self._ark_middle(task, look, outer)
        else:
            raw = self.parts["kling"].view(task, look=look)
            data["data"] = {"code": 0, "message": "SUCCEED", "request_id": task.id, "data": raw}
            if look.state == SUCCEEDED and look.link_wanted:
                data[self.setting("link_at")] = self.station.link(task)
        return {"code": "success", "message": "", "data": data}

    def _ark_middle(self, task, look, outer):
        facts, part = task.facts, self.parts["volc"]
        middle = {"id": task.id, "draft": facts.get("draft", False), "model": "volcengine/" + task.model,
                  "ratio": facts["ratio"], "frames": facts.get("frames", 0), "status": MIDDLE[outer],
                  "duration": facts.get("duration", 0), "created_at": rfc3339(task.created),
                  "resolution": facts["resolution"], "updated_at": rfc3339(task.updated)}
        inner = part.view(task, look=look)
        middle["result"] = dict(inner, id="cgt-%s-%s" % (time.strftime("%Y%m%d%H%M%S", time.gmtime(task.created)), task.id[-5:]))
        return middle

    def openai_view(self, task, state):
        shown = {"id": task.id, "object": "video", "model": task.facts.get("asked", task.model), "status": PROSE[state],
                 "progress": {QUEUED: 0, RUNNING: 50}.get(state, 100), "created_at": int(task.created),
                 "seconds": str(int(task.clip["frames"] / task.clip["fps"])),
                 "size": "%dx%d" % (task.clip["width"], task.clip["height"])}
        if state == SUCCEEDED:
            shown["completed_at"] = int(task.finished)
        if PROSE[state] == "failed":
            shown["error"] = {"code": str(task.error.get("code") or "failed"), "message": task.error.get("message") or "failed"}
        return shown

    def failure(self, code, message=None, request=None, status=None, **_):
        part = self._part(request) if request else None
        if part:
            return part.failure(code, message, request)
        if status is None:
            status = status_and_message(int(code))[0] if str(code).isdigit() else RELAY_STATUS.get(code) or status_of(code)
        return Response.json({"error": {"message": "%s" % (message or code), "type": "upstream_error", "param": "",
                                        "code": str(code)}}, status)

    def callback(self, task, state):
        return self.parts["volc" if task.surface == "ark" else "kling"].callback(task, state)


RELAY_STATUS = {"invalid_api_key": 401, "insufficient_user_quota": 403, "model_not_found": 503, "rate_limit_exceeded": 429,
                "invalid_request": 400, "task_not_exist": 404, "do_request_failed": 500}


def rfc3339(moment):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))
