"""Jimeng video on Volcengine visual (85621/1777001 and others; common errors 6444/69728).

One path, the operation in the query, everything signed. A task must be asked for with the req_key
it was submitted with. Two kinds of errors: the gateway's (ResponseMetadata) and the service's (code).
"""

import json
import random

from ark_tables import RATIOS, pixels
from pictures import BadPicture, decode_base64, measure, nearest
from tasks import EXPIRED, FAILED, QUEUED, RUNNING, SUCCEEDED, Task
from vendor import Refusal, Vendor, digits, object_body, ok, request_id, weblink, whole
from volc_signature import BadSignature, verify
from wire import Response

VERSION = "2022-08-31"
ACTIONS = {"CVSync2AsyncSubmitTask": "create", "CVSync2AsyncGetResult": "query", "CVSubmitTask": "create", "CVGetResult": "query"}
LIFE = 12 * 3600
WORDS = {QUEUED: "in_queue", RUNNING: "generating", SUCCEEDED: "done", EXPIRED: "expired"}

# req_key: (resolution, fewest images, most images, prompt needed)
KEYS = {
    "jimeng_ti2v_v30_pro": ("1080p", 0, 1, False),
    "jimeng_t2v_v30": ("720p", 0, 0, True),
    "jimeng_t2v_v30_1080p": ("1080p", 0, 0, True),
    "jimeng_i2v_first_v30": ("720p", 1, 1, False),
    "jimeng_i2v_first_v30_1080": ("1080p", 1, 1, False),
    "jimeng_i2v_first_tail_v30": ("720p", 2, 2, False),
    "jimeng_i2v_first_tail_v30_1080": ("1080p", 2, 2, False),
    "jimeng_i2v_recamera_v30": ("720p", 1, 1, False),
    "jimeng_vgfm_t2v_l20": ("720p", 0, 0, True),
    "jimeng_vgfm_i2v_l20": ("720p", 1, 1, False),
}
# Loosely: the named links must be there. The OmniHuman key goes through CVSubmitTask.
LINKED = {
    "jimeng_dream_actor_m1_gen_video_cv": ("image_url", "video_url"),
    "jimeng_motion_imitation_v2": (),
    "jimeng_realman_avatar_picture_omni_v15": ("image_url", "audio_url"),
}
OMNIHUMAN = {"jimeng_realman_avatar_picture_omni_v15"}
TEMPLATES = {"hitchcock_dolly_in", "hitchcock_dolly_out", "robo_arm", "dynamic_orbit", "central_orbit", "crane_push",
             "quick_pull_back", "counterclockwise_swivel", "clockwise_swivel", "handheld", "rapid_push_pull"}

BUSINESS = {
    50411: (400, "Pre Img Risk Not Pass"), 50412: (400, "Text Risk Not Pass"), 50413: (400, "Post Text Risk Not Pass"),
    50511: (400, "Post Img Risk Not Pass"), 50512: (400, "Text Risk Not Pass"), 50516: (400, "Output Video Risk Not Pass"),
    50517: (400, "Output Audio Risk Not Pass"), 50518: (400, "Copyright Risk Not Pass"),
    50519: (400, "Output Image Copyright Risk Not Pass"), 50520: (400, "Risk Internal Error"),
    50521: (400, "Copyright Check Internal Error"), 50522: (400, "Copyright Check Internal Error"),
    50429: (429, "Request Has Reached API Limit, Please Try Later"),
    50430: (429, "Request Has Reached API Concurrent Limit, Please Try Later"),
    50500: (500, "Internal Error"), 50501: (500, "Internal RPC Error"),
    50200: (400, "Invalid Arguments"), 50201: (400, "Missing Arguments"), 50204: (400, "Parse Failure"),
    50205: (400, "Image Too Large"), 50206: (400, "Image Empty"), 50215: (400, "Input Invalid"),
}
GATEWAY = {
    100002: (400, "MissingParameter"), 100004: (400, "MissingRequestInfo"), 100006: (400, "InvalidTimestamp"),
    100007: (404, "ServiceNotFound"), 100008: (404, "InvalidActionOrVersion"), 100009: (401, "InvalidAccessKey"),
    100010: (401, "SignatureDoesNotMatch"), 100013: (403, "AccessDenied"), 100014: (500, "InternalError"),
    100016: (500, "InternalServiceTimeout"), 100018: (429, "FlowLimitExceeded"), 100019: (500, "ServiceUnavailableTemp"),
    100023: (500, "InternalServiceError"), 100024: (401, "InvalidAuthorization"), 100025: (401, "InvalidCredential"),
    100026: (401, "InvalidSecretToken"),
}
GATEWAY_NAMES = {name: number for number, (_, name) in GATEWAY.items()}


class Jimeng(Vendor):
    surface = "jimeng"
    root = "/"
    default_keys = {"api_keys": [], "pairs": [["AKLTEXAMPLEACCESSKEYID0001", "RXhhbXBsZVNlY3JldEtleUZvclRlc3RPbmx5MDAwMQ=="]]}
    unreachable = 50215
    settings = {"jimeng_ratio": "16:9", "region": "cn-north-1", "service": "cv"}

    def operation(self, request):
        if request.path.rstrip("/") != self.root.rstrip("/"):
            return "other"
        return ACTIONS.get(request.param("Action"), "other")

    def account(self, request):
        try:
            return verify(request, dict(self.station.keys["pairs"]), self.station.keys.get("session_token"),
                          self.setting("region"), self.setting("service"), self.setting("auth_now"))
        except BadSignature as problem:
            raise Refusal(problem.code, str(problem))

    def answer(self, request):
        for name in ("Action", "Version"):
            if not request.param(name):
                raise Refusal(100002, "%s is required" % name)
        operation = self.operation(request)
        if request.method != "POST" or operation == "other" or request.param("Version") != VERSION:
            raise Refusal(100008, "Could not find operation %s for version %s" % (
                request.param("Action"), request.param("Version")))
        account = self.account(request)
        try:
            body = object_body(request)
        except ValueError:
            raise Refusal(50204)
        key = body.get("req_key")
        if not isinstance(key, str) or not key:
            raise Refusal(50201, "req_key is required")
        if operation == "query":
            return self.result(request, body, account, key)
        if self.station.limit_rate():
            raise Refusal(50429)
        return self.submit(request, body, account, key)

    # Submit

    def submit(self, request, body, account, key):
        body = {name: value for name, value in body.items() if value is not None}
        if (key in OMNIHUMAN) != (request.param("Action") == "CVSubmitTask"):
            raise Refusal(50200, "%s does not go with %s" % (key, request.param("Action")))
        if key in KEYS:
            clip = self._video(body, key)
        elif key in LINKED:
            clip = self._linked(body, LINKED[key])
        else:
            raise Refusal(50200, "unknown req_key %s" % key)
        limit, book = self.setting("concurrency"), self.station.book
        with book.lock:
            if limit is not None and len(book.live(self.surface, account, key)) >= int(limit):
                raise Refusal(50430)
            task = book.add(Task(id=digits(19), surface=self.surface, kind=key, account=account, model=key, request=body,
                                 created=self.now(), clip=clip, plan=request.plan))
        return self.wrap({"task_id": task.id})

    def _video(self, body, key):
        resolution, fewest, most, prompted = KEYS[key]
        prompt = body.get("prompt", "")
        if not isinstance(prompt, str) or len(prompt) > 800:
            raise Refusal(50200, "prompt: a string of at most 800 characters")
        count, shape = self._images(body)
        if count < fewest:
            raise Refusal(50206, "%s needs %d image(s), got %d" % (key, fewest, count))
        if count > most:
            raise Refusal(50200, "%s takes %d image(s), got %d" % (key, most, count))
        if not prompt and (prompted or not count):
            raise Refusal(50201, "prompt is required")
        frames = body.get("frames", 121)
        if not whole(frames) or frames not in (121, 241):
            raise Refusal(50200, "frames must be 121 or 241")
        if "seed" in body and not whole(body["seed"]):
            raise Refusal(50200, "seed must be an integer")
        ratio = body.get("aspect_ratio", "16:9")
        if ratio not in RATIOS:
            raise Refusal(50200, "aspect_ratio must be one of %s" % ", ".join(RATIOS))
        if count:
            ratio = (nearest(*shape, RATIOS) if shape else None) or self.setting("jimeng_ratio")
        if key == "jimeng_i2v_recamera_v30":
            if body.get("template_id") not in TEMPLATES:
                raise Refusal(50200, "template_id is unknown")
            if body.get("camera_strength", "medium") not in ("weak", "medium", "strong"):
                raise Refusal(50200, "camera_strength must be weak, medium or strong")
        # 720p sizes are not listed for Jimeng; those of Seedance 1.0 are used, whose 1080p sizes are the same.
        width, height = pixels("old", resolution, ratio)
        return {"width": width, "height": height, "frames": frames, "fps": 24, "audio": False}

    def _images(self, body):
        """How many pictures, and the first known shape. The two ways of giving them exclude each other."""
        inline, links = body.get("binary_data_base64") or [], body.get("image_urls") or []
        for name, rows in (("binary_data_base64", inline), ("image_urls", links)):
            if not isinstance(rows, list) or any(not isinstance(row, str) for row in rows):
                raise Refusal(50200, "%s must be an array of strings" % name)
        if inline and links:
            raise Refusal(50200, "binary_data_base64 and image_urls exclude each other")
        if any(not weblink(link) for link in links):
            raise Refusal(50215, "image_urls must be links")
        shape = None
        for row in inline:
            try:
                data = decode_base64(row)
                kind, width, height = measure(data)
            except BadPicture as problem:
                raise Refusal(50215, "binary_data_base64: %s" % problem)
            if len(data) > 4.7 * 1024 * 1024 or (width or 0) > 4096 or (height or 0) > 4096:
                raise Refusal(50205)
            if kind not in ("jpeg", "png"):
                raise Refusal(50215, "JPEG or PNG only")
            if width and height:
                if min(width, height) < 320 or max(width, height) > 3 * min(width, height):
                    raise Refusal(50215, "short side at least 320, long:short at most 3")
                shape = shape or (width, height)
        return len(inline) + len(links), shape

    def _linked(self, body, fields):
        for field in fields:
            if not weblink(body.get(field)):
                raise Refusal(50201, "%s is required" % field)
        return {"width": 1280, "height": 720, "frames": 121, "fps": 24, "audio": True}

    # Result

    def result(self, request, body, account, key):
        ident = body.get("task_id")
        if not isinstance(ident, str) or not ident:
            raise Refusal(50201, "task_id is required")
        tagged = self._meta(body.get("req_json"))
        task = self.station.book.find(self.surface, account, ident, key)
        age = self.now() - task.created if task else 0
        if task is None or age > 2 * LIFE:
            return self.wrap({"status": "not_found"})
        look = self.station.look(task, request)
        if look.state == EXPIRED or age > LIFE:
            return self.wrap({"status": look.word or "expired"})
        if look.state == SUCCEEDED:
            done = {"status": look.word or "done", "aigc_meta_tagged": tagged}
            if look.link_wanted:
                done["video_url"] = self.station.link(task)
            return self.wrap(done)
        if look.state == FAILED:
            code = str(task.error.get("code") or "50511")
            raise Refusal(code, task.error.get("message") or None)
        return self.wrap({"status": look.word or WORDS.get(look.state, "in_queue")})

    @staticmethod
    def _meta(text):
        """req_json is a JSON string; whether it asks for the hidden origin mark."""
        if text is None:
            return False
        try:
            value = json.loads(text)
            return isinstance(value.get("aigc_meta"), dict)
        except (TypeError, ValueError, AttributeError):
            raise Refusal(50204, "req_json is not JSON text")

    # Envelopes

    def wrap(self, data):
        return ok({"code": 10000, "data": data, "message": "Success", "request_id": request_id(), "status": 10000,
                   "time_elapsed": elapsed()})

    def failure(self, code, message=None, request=None, **_):
        number = GATEWAY_NAMES.get(str(code), int(code) if str(code).isdigit() else 50500)
        if number in GATEWAY:
            status, name = GATEWAY[number]
            return Response.json({"ResponseMetadata": {
                "RequestId": request_id(), "Action": request.param("Action", "") if request else "",
                "Version": request.param("Version", "") if request else "", "Service": "cv", "Region": "cn-north-1",
                "Error": {"CodeN": number, "Code": name, "Message": message or name}}}, status)
        status, usual = BUSINESS.get(number, (500, "Internal Error"))
        return Response.json({"code": number, "data": None, "message": message or usual, "request_id": request_id(),
                              "status": number, "time_elapsed": elapsed()}, status)


def elapsed():
    return "%.6fms" % random.uniform(20, 200)
