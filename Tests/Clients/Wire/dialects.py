"""The five formats as plain HTTP: how each names a model and an order, and how each says what became of it."""

import json

SUBMIT, RESULT = ("/jimeng/?Action=%s&Version=2022-08-31" % action
                  for action in ("CVSync2AsyncSubmitTask", "CVSync2AsyncGetResult"))


class Order:
    """What is wanted, in nobody's format."""

    def __init__(self, model, prompt="", images=(), last=None, videos=(), seconds=None, ratio=None, options=()):
        self.model, self.prompt, self.images, self.last = model, prompt, list(images), last
        self.videos, self.seconds, self.ratio, self.options = list(videos), seconds, ratio, dict(options)

    def given(self, **fields):
        return {name: value for name, value in fields.items() if value not in (None, "", [])} | self.options


class Unified:
    name = "unified"
    states = {"queued": "queued", "in_progress": "running", "completed": "succeeded", "failed": "failed"}
    unknown = (404, lambda body: body["error"]["code"] and body["data"] is None)
    denied = (401, lambda body: body["error"]["message"])

    def create(self, order):
        images = {"image": order.images[0]} if len(order.images) == 1 else {"images": order.images}
        return "POST", "/v1/video/generations", order.given(
            model=order.model, prompt=order.prompt, last_image=order.last, videos=order.videos, duration=order.seconds,
            aspect_ratio=order.ratio, **images)

    def made(self, body):
        return body["task_id"]

    def get(self, task):
        return "GET", "/v1/video/generations/" + task, None

    def state(self, body):
        return self.states[body["status"]]

    def link(self, body):
        return body["url"]


class OpenAI:
    name = "openai"
    states = Unified.states
    unknown = (404, lambda body: body["error"]["message"] and body["error"]["type"])
    denied = (401, lambda body: body["error"]["type"])

    def create(self, order):
        reference = {"input_reference": order.images[0]} if len(order.images) == 1 else {"images": order.images}
        return "POST", "/v1/videos", order.given(
            model=order.model, prompt=order.prompt, last_image=order.last, videos=order.videos,
            seconds=str(order.seconds) if order.seconds else None, aspect_ratio=order.ratio, **reference)

    def made(self, body):
        return body["id"]

    def get(self, task):
        return "GET", "/v1/videos/" + task, None

    def state(self, body):
        return self.states[body["status"]]

    def link(self, body):
        return body["metadata"]["url"]


class Kling:
    name = "kling"
    states = {"submitted": "queued", "processing": "running", "succeed": "succeeded", "failed": "failed"}
    unknown = (404, lambda body: body["code"] == 1203 and body["request_id"])
    denied = (401, lambda body: 1000 <= body["code"] <= 1004)

    def create(self, order):
        if order.videos:
            body = order.given(model_name=order.model, prompt=order.prompt, duration=order.seconds,
                               image_list=[{"image_url": link} for link in order.images],
                               video_list=[{"video_url": link, "refer_type": "feature"} for link in order.videos])
            return "POST", "/kling/v1/videos/omni-video", body
        if len(order.images) > 1:
            return "POST", "/kling/v1/videos/multi-image2video", order.given(
                model_name=order.model, prompt=order.prompt, duration=order.seconds,
                image_list=[{"image": link} for link in order.images])
        kind = "image2video" if order.images else "text2video"
        return "POST", "/kling/v1/videos/" + kind, order.given(
            model_name=order.model, prompt=order.prompt, image=(order.images or [None])[0], image_tail=order.last,
            duration=str(order.seconds) if order.seconds else None, aspect_ratio=order.ratio)

    def made(self, body):
        return body["data"]["task_id"]

    def get(self, task):
        return "GET", "/kling/v1/videos/text2video/" + task, None

    def state(self, body):
        return self.states[body["data"]["task_status"]]

    def link(self, body):
        return body["data"]["task_result"]["videos"][0]["url"]


class Volc:
    name = "volc"
    states = {word: word for word in ("queued", "running", "succeeded", "failed", "cancelled", "expired")}
    unknown = (404, lambda body: body["error"]["code"] and body["error"]["message"])
    denied = (401, lambda body: body["error"]["code"])

    def create(self, order):
        content = [{"type": "text", "text": order.prompt}] if order.prompt else []
        roles = ["first_frame" if order.last else None] if len(order.images) == 1 else ["reference_image"] * len(order.images)
        for link, role in zip(order.images, roles):
            content.append({"type": "image_url", "image_url": {"url": link}, **({"role": role} if role else {})})
        if order.last:
            content.append({"type": "image_url", "image_url": {"url": order.last}, "role": "last_frame"})
        content += [{"type": "video_url", "video_url": {"url": link}, "role": "reference_video"} for link in order.videos]
        return "POST", "/volc/v1/contents/generations/tasks", order.given(
            model=order.model, content=content, duration=order.seconds, ratio=order.ratio)

    def made(self, body):
        return body["id"]

    def get(self, task):
        return "GET", "/volc/v1/contents/generations/tasks/" + task, None

    def state(self, body):
        return self.states[body["status"]]

    def link(self, body):
        return body["content"]["video_url"]


class Jimeng:
    name = "jimeng"
    states = {"in_queue": "queued", "generating": "running", "done": "succeeded", "expired": "expired", "not_found": "unknown"}
    # An unknown id is an answer here, and a refused key is the vendor's own gateway's error.
    unknown = (200, lambda body: body["code"] == 10000 and body["data"]["status"] == "not_found")
    denied = (401, lambda body: body["ResponseMetadata"]["Error"]["CodeN"])

    def create(self, order):
        frames = {5: 121, 10: 241}.get(order.seconds)
        links = order.images + ([order.last] if order.last else [])
        extra = {"video_url": order.videos[0]} if order.videos else {}
        images = {"image_url": links[0]} if order.videos and links else {"image_urls": links}
        return "POST", SUBMIT, order.given(
            req_key=order.model, prompt=order.prompt, frames=frames, aspect_ratio=order.ratio, **images, **extra,
            **({"duration": order.seconds} if order.seconds and not frames else {}))

    def made(self, body):
        return body["data"]["task_id"]

    def get(self, task):
        return "POST", RESULT, {"req_key": "any", "task_id": task, "req_json": json.dumps({"return_url": True})}

    def state(self, body):
        return self.states[body["data"]["status"]]

    def link(self, body):
        return body["data"]["video_url"]


DIALECTS = (Unified(), OpenAI(), Kling(), Volc(), Jimeng())
