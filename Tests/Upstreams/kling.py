"""Kling's legacy video API: model_name in the body, one path per kind, success word `succeed`."""

import base64
import hashlib
import hmac
import threading
import time

import kling_check
import kling_fields
from kling_auth import account_of
from kling_tables import status_and_message
from tasks import QUEUED, RUNNING, SUCCEEDED, Task
from vendor import Refusal, Vendor, compact, digits, object_body, ok, weblink
from wire import Response

KINDS = (*kling_check.CHECKS, "video-extend")
WORDS = {QUEUED: "submitted", RUNNING: "processing", SUCCEEDED: "succeed"}
LIFE = 30 * 86400


class Kling(Vendor):
    surface = "kling"
    root = ("v1", "videos")
    default_keys = {"api_keys": ["kling-test-key"],
                    "pairs": [["AKexample0123456789abcdef0123456", "SKexample0123456789abcdef0123456"]]}
    unreachable = 1201
    settings = {"image_ratio": "16:9",         # shape of a picture given by link
                "input_video_seconds": 5}
    _entry = threading.Lock()

    def operation(self, request):
        kind, ident = self._target(request)
        if kind not in KINDS:
            return "other"
        if ident is None:
            return {"POST": "create", "GET": "list"}.get(request.method, "other")
        return "query" if request.method == "GET" else "other"

    def _target(self, request):
        """(kind, id): a kind may have two segments, as avatar/image2video has."""
        parts = request.segments()
        depth = len(self.root)
        if tuple(parts[:depth]) != self.root:
            return None, None
        rest = parts[depth:]
        for take in (2, 1):
            kind = "/".join(rest[:take])
            if kind in KINDS and len(rest) <= take + 1:
                return kind, rest[take] if len(rest) == take + 1 else None
        return "/".join(rest), None

    def account(self, request):
        return account_of(request, self.station.keys, self.setting("auth_now"))

    def answer(self, request):
        account = self.account(request)
        operation, (kind, ident) = self.operation(request), self._target(request)
        if operation == "create":
            return self.create(request, account, kind)
        if operation == "list":
            return self.list(request, account, kind)
        if operation == "query":
            task = self.station.book.find(self.surface, account, ident, kind, external=True)
            if task is None or self.now() - task.created > LIFE:
                raise Refusal(1203, "task not found")
            return self.wrap(self.view(task, request))
        if kind and kind.lower() == "identify-face" and request.method == "POST":
            return self.identify_face(request)
        if request.path == "/account/costs" and request.method == "GET":
            return self.costs(request)
        raise Refusal(1202 if kind in KINDS else 1203)

    # Create

    def create(self, request, account, kind):
        try:
            body = object_body(request)
        except ValueError as problem:
            raise Refusal(1200, "the body is not valid JSON: %s" % problem)
        if self.station.limit_rate():
            raise Refusal(1302)
        task = self.enter(body, account, kind, request.plan)
        return self.wrap({"task_id": task.id, "task_status": "submitted", "task_info": self._info(task),
                          "created_at": int(task.created * 1000), "updated_at": int(task.created * 1000)})

    def enter(self, body, account, kind, plan):
        body = {key: value for key, value in body.items() if value is not None}
        kling_fields.common(body)
        facts = {}
        if kind == "video-extend":
            name, mode, clip = self._extend(body, account, facts)
        else:
            name, mode, clip = kling_check.CHECKS[kind](body, self.station.settings)
        book, now = self.station.book, self.now()
        external = body.get("external_task_id", "")
        with self._entry:
            if external and book.find(self.surface, account, external, external=True):
                raise Refusal(1201, "external_task_id %s already exists" % external)
            limit = self.setting("concurrency")
            if limit is not None and len(book.live(self.surface, account)) >= int(limit):
                raise Refusal(1303)
            facts.update(mode=mode, watermark=bool((body.get("watermark_info") or {}).get("enabled")),
                         video_id=digits(18), seconds=clip["frames"] / clip["fps"])
            return book.add(Task(id=digits(18), surface=self.surface, kind=kind, account=account, model=name, request=body,
                                 created=now, clip=clip, facts=facts, plan=plan, external_id=external,
                                 callback_url=body.get("callback_url", "")))

    def _extend(self, body, account, facts):
        """Five more seconds in the source's size; the source is named by its video id."""
        ident = kling_fields.text(body, "video_id", 100, required=True)
        source = next((t for t in self.station.book.select(self.surface, account)
                       if t.facts.get("video_id") == ident and t.state == SUCCEEDED), None)
        if source is None or source.kind not in ("text2video", "image2video", "video-extend"):
            raise kling_fields.wrong("video_id", "no such video")
        kling_fields.text(body, "prompt", 2500)
        if source.model == "kling-v1" and (body.get("negative_prompt") or body.get("cfg_scale") is not None):
            raise kling_fields.wrong("cfg_scale", "not supported by V1")
        clip = dict(source.clip, frames=source.clip["frames"] + 5 * source.clip["fps"])
        if clip["frames"] / clip["fps"] > 181:
            raise kling_fields.wrong("video_id", "longer than three minutes")
        facts["parent"] = {"id": ident, "url": self.station.link(source),
                           "duration": decimals(source.facts["seconds"])}
        return source.model, source.facts["mode"], clip

    # Reading

    def _info(self, task):
        info = {"external_task_id": task.external_id} if task.external_id else {}
        if "parent" in task.facts:
            info["parent_video"] = task.facts["parent"]
        return info

    def view(self, task, request=None, look=None):
        look = look or self.station.look(task, request)
        state, word, linked = look.state, look.word, look.link_wanted
        shown = {"task_id": task.id, "task_status": word or WORDS.get(state, "failed"), "task_status_msg": "",
                 "task_info": self._info(task), "created_at": int(task.created * 1000),
                 "updated_at": int(task.updated * 1000)}
        if state == SUCCEEDED:
            video = {"id": task.facts["video_id"], "duration": decimals(task.facts["seconds"])}
            if linked:
                video["url"] = self.station.link(task)
                if task.facts["watermark"]:
                    video["watermark_url"] = self.station.link(task)
            shown["task_result"] = {"videos": [video]}
            shown["watermark_info"] = {"enabled": task.facts["watermark"]}
            # The rate is invented: one unit per second in std, two in pro, four in 4k.
            units = int(task.facts["seconds"]) * {"pro": 2, "4k": 4}.get(task.facts["mode"], 1)
            shown["final_unit_deduction"] = str(units)
            shown["final_balance_deduction"] = {"quota": "%.2f" % (units * 0.14), "list_price": "%.2f" % (units * 0.14)}
        elif state not in (QUEUED, RUNNING):
            shown["task_status_msg"] = self._reason(task)
        return shown

    @staticmethod
    def _reason(task):
        code, message = task.error.get("code") or "", task.error.get("message")
        if not message and str(code).isdigit():
            message = status_and_message(int(code))[1]
        return message or code or "Failure to pass the risk control system"

    def list(self, request, account, kind):
        page, size = self._page(request, "pageNum", 1, 1000), self._page(request, "pageSize", 30, 500)
        rows = [t for t in self.station.book.select(self.surface, account, kind) if self.now() - t.created <= LIFE]
        return self.wrap([self.view(task, request) for task in rows[(page - 1) * size:page * size]])

    @staticmethod
    def _page(request, name, default, most):
        value = request.param(name)
        if value is None or value == "":
            return default
        if not value.isdigit() or not 1 <= int(value) <= most:
            raise kling_fields.wrong(name, "1 to %d" % most)
        return int(value)

    # Other calls

    def identify_face(self, request):
        try:
            body = object_body(request)
        except ValueError as problem:
            raise Refusal(1200, str(problem))
        if bool(body.get("video_id")) == bool(body.get("video_url")):
            raise kling_fields.wrong("video_url", "exactly one of video_id and video_url")
        if body.get("video_url") and not weblink(body["video_url"]):
            raise kling_fields.wrong("video_url", "a link")
        return self.wrap({"session_id": digits(18), "face_data": [
            {"face_id": "0", "face_image": self.station.base_url + "/media/face.png", "start_time": 0, "end_time": 5000}]})

    def costs(self, request):
        for name in ("start_time", "end_time"):
            if not (request.param(name) or "").isdigit():
                raise kling_fields.wrong(name, "milliseconds are required")
        now = int(self.now() * 1000)
        return self.wrap({"code": 0, "msg": "success", "resource_pack_subscribe_infos": [
            {"resource_pack_name": "Video generation", "resource_pack_id": "pack-1", "resource_pack_type": "decreasing_total",
             "total_quantity": 1000.0, "remaining_quantity": 1000.0, "purchase_time": now - 86400000,
             "effective_time": now - 86400000, "invalid_time": now + LIFE * 1000, "status": "online"}]})

    # Envelope

    def wrap(self, data):
        return ok({"code": 0, "message": "SUCCEED", "request_id": digits(18), "data": data})

    def failure(self, code, message=None, request=None, **_):
        number = int(code) if str(code).isdigit() else 1200
        status, usual = status_and_message(number)
        return Response.json({"code": number, "message": message or usual, "request_id": digits(18)}, status)

    def callback(self, task, state):
        """The task's fields flat; signed in the Standard Webhooks way when a secret is configured."""
        body = compact(self.view(task))
        secret = self.station.keys.get("webhook_secret")
        if not secret:
            return body, {}
        ident, moment = digits(18), str(int(time.time()))
        return body, {"webhook-id": ident, "webhook-timestamp": moment,
                      "webhook-signature": webhook_signature(secret, ident, moment, body)}


def webhook_signature(secret, ident, moment, body):
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = ("%s.%s." % (ident, moment)).encode("ascii") + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode("ascii")


def decimals(seconds):
    """As Kling writes durations: a string, three decimals, cut and not rounded."""
    return "%.3f" % (int(seconds * 1000) / 1000)
