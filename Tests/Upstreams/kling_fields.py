"""Judges single fields of a Kling create body.

Illegal values answer 1201, the documented code for them; a model that does not exist answers 1203.
"""

import re

from kling_tables import MODELS
from pictures import BadPicture, decode_base64, measure
from vendor import Refusal, number, weblink, whole

SCENE_CAMERAS = ("down_back", "forward_up", "right_turn_forward", "left_turn_forward")
AXES = ("horizontal", "vertical", "pan", "tilt", "roll", "zoom")


def wrong(field, why):
    return Refusal(1201, "Invalid parameter %s: %s" % (field, why))


def text(body, name, most, required=False):
    value = body.get(name)
    if value is None or value == "":
        if required:
            raise wrong(name, "is required")
        return ""
    if not isinstance(value, str) or len(value) > most:
        raise wrong(name, "a string of at most %d characters" % most)
    return value


def word(body, name, allowed, default):
    value = body.get(name)
    if value is None or value == "":
        return default
    if value not in allowed:
        raise wrong(name, "%r is not one of %s" % (value, ", ".join(allowed)))
    return value


def image(value, field):
    """A link or bare base64; (width, height) where the picture itself was sent, else None."""
    if not isinstance(value, str) or not value:
        raise wrong(field, "a link or base64 string")
    if weblink(value):
        return None
    if value.startswith("data:"):
        raise wrong(field, "base64 must not have a data: prefix")
    try:
        data = decode_base64(value)
        kind, width, height = measure(data)
    except BadPicture as problem:
        raise wrong(field, str(problem))
    if kind not in ("jpeg", "png"):
        raise wrong(field, "jpg, jpeg or png only, got %s" % kind)
    if len(data) > 10 * 1024 * 1024:
        raise wrong(field, "larger than 10 MB")
    if width and height:
        if min(width, height) < 300:
            raise wrong(field, "sides must be at least 300 px, got %dx%d" % (width, height))
        if not 1 / 2.5 <= width / height <= 2.5:
            raise wrong(field, "width:height must be between 1:2.5 and 2.5:1")
    return (width, height) if width and height else None


def model_of(body, kind, default="kling-v1", models=MODELS):
    """The field `model` is accepted and ignored; only `model_name` counts."""
    name = body.get("model_name") or default
    if name not in models:
        raise Refusal(1203, "model %s does not exist" % name)
    model = models[name]
    if kind == "text2video" and not model.text or kind == "image2video" and not model.image:
        raise wrong("model_name", "%s is not supported by %s" % (name, kind))
    return name, model


def seconds(body, low=None, high=None, allowed=("5", "10"), default="5"):
    """The duration is a string; a number is refused."""
    value = body.get("duration", default)
    if value is None or value == "":
        value = default
    if not isinstance(value, str):
        raise wrong("duration", "must be a string")
    if low is not None:
        if not re.fullmatch(r"\d{1,2}", value) or not low <= int(value) <= high:
            raise wrong("duration", "%d to %d" % (low, high))
    elif value not in allowed:
        raise wrong("duration", "%r is not one of %s" % (value, ", ".join(allowed)))
    return int(value)


def sound_of(body, model, mode, default="off"):
    value = word(body, "sound", ("on", "off"), default)
    if value == "on" and mode not in model.sound:
        raise wrong("sound", "not supported by this model in mode %s" % mode)
    return value == "on"


def common(body):
    if body.get("callback_url") is not None and not isinstance(body["callback_url"], str):
        raise wrong("callback_url", "a string")
    if body.get("external_task_id") is not None and not isinstance(body["external_task_id"], str):
        raise wrong("external_task_id", "a string")
    mark = body.get("watermark_info")
    if mark is not None and (not isinstance(mark, dict) or not isinstance(mark.get("enabled", False), bool)):
        raise wrong("watermark_info", "an object with a boolean enabled")


def cfg_scale(body, supported, strict):
    value = body.get("cfg_scale")
    if value is None:
        return
    if not number(value) or not 0 <= value <= 1:
        raise wrong("cfg_scale", "a number from 0 to 1")
    if not supported and (strict or value != 0.5):
        raise wrong("cfg_scale", "not supported by this model")


def camera(body, kind, model, mode, length):
    control = body.get("camera_control")
    if control is None:
        return False
    if not isinstance(control, dict):
        raise wrong("camera_control", "an object")
    if (kind, mode) not in model.camera or length != 5:
        raise wrong("camera_control", "not supported by this model, mode and duration")
    style, config = control.get("type"), control.get("config")
    if style == "simple" or (style is None and config is not None):
        if not isinstance(config, dict) or set(config) - set(AXES) or any(
                not number(value) or not -10 <= value <= 10 for value in config.values()):
            raise wrong("camera_control.config", "six axes from -10 to 10")
        if sum(1 for value in config.values() if value) != 1:
            raise wrong("camera_control.config", "exactly one axis must differ from 0")
    elif style in SCENE_CAMERAS and kind == "text2video":
        if config is not None:
            raise wrong("camera_control.config", "only with type simple")
    else:
        raise wrong("camera_control.type", "unknown or unsupported")
    return True


def shots(body, model, length, types=("customize", "intelligence")):
    """True when the video has several scripted shots and the prompt is therefore not needed."""
    several = body.get("multi_shot")
    if several is None or several is False:
        return False
    if several is not True or not model.v3:
        raise wrong("multi_shot", "a boolean, and only with v3")
    style = body.get("shot_type")
    if style not in types:
        raise wrong("shot_type", "must be one of %s" % ", ".join(types))
    if style != "customize":
        return False
    rows = body.get("multi_prompt")
    if not isinstance(rows, list) or not 1 <= len(rows) <= 6:
        raise wrong("multi_prompt", "1 to 6 entries")
    total = 0
    for place, row in enumerate(rows, 1):
        if not isinstance(row, dict) or row.get("index") != place:
            raise wrong("multi_prompt", "index must count from 1 without gaps")
        text(row, "prompt", 512, required=True)
        if not isinstance(row.get("duration"), str) or not row["duration"].isdigit() or int(row["duration"]) < 1:
            raise wrong("multi_prompt", "duration must be a string of at least 1")
        total += int(row["duration"])
    if total != length:
        raise wrong("multi_prompt", "the durations add up to %d, not %d" % (total, length))
    return True


def voices(body, sounding):
    rows = body.get("voice_list")
    if not rows:
        return
    if not isinstance(rows, list) or len(rows) > 2 or any(
            not isinstance(row, dict) or not isinstance(row.get("voice_id"), str) for row in rows):
        raise wrong("voice_list", "at most two of {voice_id}")
    if not sounding:
        raise wrong("voice_list", "needs sound on")


def resolution(model, mode):
    return model.fixed or {"std": "720p", "pro": "1080p", "4k": "4k"}[mode]


def clip(size, fps, length, sound):
    return {"width": size[0], "height": size[1], "fps": fps, "frames": fps * length + 1, "audio": bool(sound)}


def masks(body, model, mode, length):
    still, moving = body.get("static_mask"), body.get("dynamic_masks")
    if not still and not moving:
        return False
    if mode not in model.masks or length != 5:
        raise wrong("dynamic_masks", "not supported by this model, mode and duration")
    if still:
        image(still, "static_mask")
    if moving is not None:
        if not isinstance(moving, list) or len(moving) > 6:
            raise wrong("dynamic_masks", "at most 6")
        for row in moving:
            points = row.get("trajectories") if isinstance(row, dict) else None
            if not isinstance(points, list) or not 2 <= len(points) <= 77 or any(
                    not isinstance(p, dict) or not whole(p.get("x")) or not whole(p.get("y")) for p in points):
                raise wrong("dynamic_masks", "2 to 77 points of integers")
            image(row.get("mask"), "dynamic_masks.mask")
    return True


def elements(body, most, supported):
    rows = body.get("element_list")
    if not rows:
        return 0
    if not supported or not isinstance(rows, list) or len(rows) > most or any(
            not isinstance(row, dict) or row.get("element_id") is None for row in rows):
        raise wrong("element_list", "at most %d of {element_id}, v3 only" % most)
    return len(rows)
