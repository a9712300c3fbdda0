"""Volcengine Ark / BytePlus ModelArk video tasks (82379/1520757, 1521309, 1521675, 1521720)."""

import random
import string
import time

import ark_check
from ark_tables import TYPES, message_of, status_of
from tasks import CANCELLED, EXPIRED, FAILED, QUEUED, RUNNING, SUCCEEDED, Task
from vendor import Refusal, Vendor, bearer, compact, object_body, ok, request_id
from wire import Response

WEEK = 7 * 86400
STATES = (QUEUED, RUNNING, SUCCEEDED, FAILED, CANCELLED, EXPIRED)
SMALLEST_BODY_REFUSED = 64 * 1024 * 1024


class Ark(Vendor):
    surface = "ark"
    api_path = "/api/v3"
    root = ("api", "v3", "contents", "generations", "tasks")
    default_keys = {"api_keys": ["ark-test-key"], "pairs": []}
    queues_over_limit = True
    unreachable = "InvalidImageURL.DownloadFailed"
    settings = {
        "adaptive_ratio": "16:9",          # what "adaptive" becomes where no picture size is known
        "auto_seconds": 6,                 # what duration -1 becomes: deliberately not the default of 5
        "input_video_seconds": 5,          # assumed length of a reference video, for the token count
        "delete_running_status": 409,      # not documented; a guess
        "endpoints": {"ep-20260101000000-s10pr": "doubao-seedance-1-0-pro-250528",
                      "ep-20260101000000-s15pr": "doubao-seedance-1-5-pro-251215",
                      "ep-20260101000000-s20st": "doubao-seedance-2-0-260128"},
    }

    def operation(self, request):
        parts = tuple(request.segments())
        depth = len(self.root)
        if parts[:depth] != self.root or len(parts) > depth + 1:
            return "other"
        if len(parts) == depth:
            return {"POST": "create", "GET": "list"}.get(request.method, "other")
        return {"GET": "query", "DELETE": "cancel"}.get(request.method, "other")

    def account(self, request):
        token = bearer(request)
        if token not in self.station.keys["api_keys"]:
            raise Refusal("AuthenticationError", "The API key in the request is missing or invalid.")
        return token

    def answer(self, request):
        account, operation = self.account(request), self.operation(request)
        if operation == "create":
            return self.create(request, account)
        if operation == "list":
            return self.list(request, account)
        if operation == "other":
            raise Refusal("NotFound.Path", "The path or method does not exist.")
        task = self.station.book.find(self.surface, account, request.segments()[-1])
        if task is None or self.now() - task.created > WEEK:
            raise Refusal("NotFound.Task", "The requested task does not exist.")
        return self.delete(task) if operation == "cancel" else ok(self.view(task, request))

    # Create

    def create(self, request, account):
        if len(request.body) > SMALLEST_BODY_REFUSED:
            raise Refusal("InvalidParameter", "The request body is larger than 64 MB.")
        try:
            body = object_body(request)
        except ValueError as problem:
            raise Refusal("InvalidParameter", "The request body is not valid JSON: %s." % problem)
        if self.station.limit_rate():
            raise Refusal("RateLimitExceeded.EndpointRPMExceeded")
        task = self.enter(body, account, request.plan)
        return self.created(task)

    def created(self, task):
        reply = {"id": task.id}
        if task.facts.get("safety_identifier") is not None:
            reply["safety_identifier"] = task.facts["safety_identifier"]
        return ok(reply)

    def enter(self, body, account, plan):
        """Checks the body and puts the task into the book."""
        reading = ark_check.read(body, self.station.settings, self.setting("endpoints"),
                                 lambda ident: self._draft(account, ident))
        given, now = reading.body, self.now()
        facts = {"seed": reading.seed if reading.seed != -1 else random.randint(0, 99999),
                 "resolution": reading.resolution, "ratio": reading.ratio, "framespersecond": ark_check.FPS,
                 "service_tier": given.get("service_tier", "default"),
                 "execution_expires_after": given.get("execution_expires_after", 172800),
                 "tokens": reading.tokens(), "asked_model": given["model"],
                 "return_last_frame": bool(given.get("return_last_frame")),
                 "file": given.get("output_format", "mp4")}
        facts["frames" if reading.frames else "duration"] = reading.frames or reading.duration
        if reading.limits.sound:
            facts["generate_audio"] = bool(reading.sound)
            facts["draft"] = reading.draft
        if reading.draft_task is not None:
            facts["draft_task_id"] = reading.draft_task.id
        for name in ("safety_identifier", "tools", "output_format"):
            if name in given:
                facts[name] = given[name]
        if reading.limits.priority:
            facts["priority"] = given.get("priority", 0)
        return self.station.book.add(Task(
            id=self.new_id(now), surface=self.surface, kind="", account=account, model=reading.model, request=body,
            created=now, clip=reading.clip(), facts=facts, plan=plan, callback_url=given.get("callback_url", ""),
            priority=given.get("priority", 0), expires_at=now + facts["execution_expires_after"]))

    @staticmethod
    def new_id(now):
        return "cgt-%s-%s" % (time.strftime("%Y%m%d%H%M%S", time.gmtime(now + 8 * 3600)),
                              "".join(random.choices(string.ascii_lowercase + string.digits, k=5)))

    def _draft(self, account, ident):
        task = self.station.book.find(self.surface, account, ident)
        good = task and task.state == SUCCEEDED and task.facts.get("draft") and self.now() - task.created <= WEEK
        return task if good else None

    # Reading

    def view(self, task, request=None, look=None):
        """The task object; early states carry the short form only."""
        look = look or self.station.look(task, request)
        state, word, linked = look.state, look.word, look.link_wanted
        facts = task.facts
        shown = {"id": task.id, "model": task.model, "status": word or state, "created_at": int(task.created),
                 "updated_at": int(task.updated), "service_tier": facts["service_tier"],
                 "execution_expires_after": facts["execution_expires_after"]}
        if state == FAILED:
            error = task.error or {}
            code = error.get("code") or "OutputVideoSensitiveContentDetected"
            shown["error"] = {"code": code, "message": error.get("message") or
                              "%s Request id: %s" % (message_of(code), request_id())}
        if state != SUCCEEDED:
            return shown
        if linked:
            shown["content"] = {"video_url": self.station.link(task, facts["file"])}
            if facts["return_last_frame"]:
                shown["content"]["last_frame_url"] = self.station.link(task, "png")
        else:
            shown["content"] = {}
        shown["usage"] = {"completion_tokens": facts["tokens"], "total_tokens": facts["tokens"]}
        if facts.get("tools"):
            shown["usage"]["tool_usage"] = {"web_search": 1}
        for name in ("seed", "resolution", "ratio", "duration", "frames", "framespersecond", "generate_audio", "draft",
                     "draft_task_id", "tools", "safety_identifier", "priority", "output_format"):
            if name in facts:
                shown[name] = facts[name]
        return shown

    def list(self, request, account):
        page, size = self._page(request, "page_num", 1), self._page(request, "page_size", 20)
        status, model = request.param("filter.status"), request.param("filter.model")
        tier, wanted = request.param("filter.service_tier"), request.params("filter.task_ids")
        if status is not None and status not in STATES:
            raise ark_check.invalid("filter.status", "unknown status")
        if tier is not None and tier not in ("default", "flex"):
            raise ark_check.invalid("filter.service_tier", "default or flex")
        rows = [task for task in self.station.book.select(self.surface, account)
                if self.now() - task.created <= WEEK and (status is None or task.state == status)
                and (not wanted or task.id in wanted) and (tier is None or task.facts["service_tier"] == tier)
                and (model is None or model in (task.facts["asked_model"], task.model))]
        part = rows[(page - 1) * size:page * size]
        return ok({"items": [self.view(task, request) for task in part], "total": len(rows)})

    def _page(self, request, name, default):
        text = request.param(name)
        if text is None or text == "":
            return default
        if not text.isdigit() or not 1 <= int(text) <= 500:
            raise ark_check.invalid(name, "must be an integer from 1 to 500")
        return int(text)

    def delete(self, task):
        """Queued: cancelled. Finished: forgotten. Running or already cancelled: refused."""
        book = self.station.book
        if book.cancel(task):
            return ok({})
        if task.state in (SUCCEEDED, FAILED, EXPIRED):
            book.remove(task)
            return ok({})
        return self.failure("OperationDenied.InvalidState", "A task that is %s cannot be deleted." % task.state,
                            status=int(self.setting("delete_running_status")))

    # Refusals and callbacks

    def failure(self, code, message=None, request=None, param="", status=None):
        status = status or status_of(code)
        text = "%s Request id: %s" % (message or message_of(code), request_id())
        return Response.json({"error": {"code": code, "message": text, "param": param, "type": TYPES.get(status, "BadRequest")}},
                             status)

    def callback(self, task, state):
        return None if state == CANCELLED else (compact(self.view(task)), {})
