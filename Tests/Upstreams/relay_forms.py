"""Turns the reseller's request forms into the vendors' own bodies."""

from email.parser import BytesParser
from email.policy import HTTP

from vendor import Refusal, object_body, whole

INT_FIELDS = ("duration", "frames", "seed", "execution_expires_after", "priority")


def form_body(request):
    """The parts of a multipart form by name (a file becomes its base64), or a JSON object."""
    kind = request.header("Content-Type", "")
    if "multipart/form-data" not in kind:
        return object_body(request)
    message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + kind.encode("latin-1") + b"\r\n\r\n" + request.body)
    if not message.is_multipart():
        raise ValueError("broken multipart form")
    fields = {}
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        if part.get_filename():
            import base64
            fields[name] = base64.b64encode(part.get_payload(decode=True)).decode("ascii")
        else:
            fields[name] = part.get_payload(decode=True).decode("utf-8")
    if "seconds" in fields:
        fields["duration"] = fields.pop("seconds")
    if "input_reference" in fields:
        fields["image"] = fields.pop("input_reference")
    return fields


def ark_unified(body):
    """Seedance through `/v1/video/generations`: lists of links, options inside `metadata`."""
    metadata = body.get("metadata") or {}
    if not isinstance(metadata, dict):
        raise Refusal("invalid_request", "metadata must be an object")
    content = []
    if body.get("prompt"):
        content.append({"type": "text", "text": body["prompt"]})
    images = list_of(body, "images")
    videos, audios = list_of(body, "videos"), list_of(body, "audios")
    if body.get("image"):
        images = [body["image"], *images]
    single = len(images) == 1 and not videos and not audios
    for link in images:
        item = {"type": "image_url", "image_url": {"url": link}}
        content.append(item if single else dict(item, role="reference_image"))
    content += [{"type": "video_url", "video_url": {"url": link}, "role": "reference_video"} for link in videos]
    content += [{"type": "audio_url", "audio_url": {"url": link}, "role": "reference_audio"} for link in audios]
    out = {"model": body["model"], "content": content}
    for name in ("duration", "seed"):
        if body.get(name) is not None:
            out[name] = body[name]
    out.update(metadata)
    for name in INT_FIELDS:                  # durations come as numbers or digit strings
        if isinstance(out.get(name), str) and out[name].lstrip("-").isdigit():
            out[name] = int(out[name])
        elif isinstance(out.get(name), float) and out[name].is_integer():
            out[name] = int(out[name])
    return out


def list_of(body, name):
    rows = body.get(name) or []
    if not isinstance(rows, list):
        raise Refusal("invalid_request", "%s must be an array" % name)
    return rows


def kling_body(body):
    """Kling's path at the reseller: `model` is the model name, `metadata` is merged in."""
    out = {key: value for key, value in body.items() if key not in ("metadata", "model")}
    metadata = body.get("metadata") or {}
    if not isinstance(metadata, dict):
        raise Refusal(1201, "metadata must be an object")
    for key, value in metadata.items():
        out.setdefault(key, value)
    if body.get("model") and not out.get("model_name"):
        out["model_name"] = body["model"]
    if whole(out.get("duration")):
        out["duration"] = str(out["duration"])
    return out


def kling_unified(body, model, mode, sound):
    """kling-v3-{std,pro}-{silent,audio}: mode and sound are in the name, the rest in `extra_body`."""
    out = kling_body({key: value for key, value in body.items() if key not in ("extra_body", "images", "last_image")})
    extra = body.get("extra_body") or {}
    if not isinstance(extra, dict):
        raise Refusal("invalid_request", "extra_body must be an object")
    for key, value in extra.items():
        out.setdefault(key, value)
    out["model_name"] = model
    if mode:
        out["mode"], out["sound"] = mode, sound
    images = ([body["image"]] if body.get("image") else []) + list_of(body, "images")
    if images:
        out["image"] = images[0]
    if body.get("last_image"):
        out["image_tail"] = body["last_image"]
    rows = out.get("multi_prompt")
    if rows:
        # This form leaves out index and duration: shots of equal length are made of it.
        total = int(out.get("duration", "5"))
        share, left = divmod(total, len(rows))
        out["multi_prompt"] = [{"index": at, "duration": str(share + (1 if at <= left else 0)), **row}
                               for at, row in enumerate(rows, 1)]
        out["multi_shot"] = True
    if out.get("shot_type") == "intelligent":
        out["shot_type"] = "intelligence"
    if not out.get("multi_shot"):
        out.pop("shot_type", None)
    return out
