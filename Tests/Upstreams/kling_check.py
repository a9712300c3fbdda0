"""Judges a Kling create body per kind and works out the clip it leads to: (model, mode, clip)."""

from kling_fields import (camera, cfg_scale, clip, elements, image, masks, model_of, resolution, seconds, shots,
                          sound_of, text, voices, word, wrong)
from kling_tables import MODELS, RATIOS, Model, pixels
from pictures import nearest
from vendor import number, weblink, whole


def text2video(body, settings):
    name, model = model_of(body, "text2video")
    mode = word(body, "mode", ("std", "pro", "4k") if model.v3 else ("std", "pro"), "std")
    length = seconds(body, 3, 15) if model.v3 else seconds(body)
    sounding = sound_of(body, model, mode)
    scripted = shots(body, model, length)
    text(body, "prompt", 2500, required=not scripted)
    text(body, "negative_prompt", 2500)
    cfg_scale(body, model.cfg_scale, settings["strict"])
    camera(body, "text2video", model, mode, length)
    voices(body, sounding)
    ratio = word(body, "aspect_ratio", RATIOS, "16:9")
    return name, mode, clip(pixels(resolution(model, mode), ratio), model.fps, length, sounding)


def image2video(body, settings):
    name, model = model_of(body, "image2video")
    mode = word(body, "mode", ("std", "pro", "4k") if model.v3 else ("std", "pro"), "std")
    length = seconds(body, 3, 15) if model.v3 else seconds(body)
    first, last = body.get("image") or None, body.get("image_tail") or None
    if first is None and last is None:
        raise wrong("image", "image or image_tail is required")
    shape = None
    for field, value in (("image", first), ("image_tail", last)):
        if value is not None:
            shape = image(value, field) or shape
    sounding = sound_of(body, model, mode)
    if last is not None:
        allowed = model.start_end if first is not None else model.end_only
        if mode not in allowed or (model.short_frames and length != 5):
            raise wrong("image_tail", "not supported by %s in mode %s" % (name, mode))
        if sounding and name == "kling-v2-6":
            raise wrong("sound", "must be off with a last frame")
    if shots(body, model, length) and last is not None:
        raise wrong("multi_shot", "not with first and last frame")
    masked = masks(body, model, mode, length)
    moved = camera(body, "image2video", model, mode, length)
    if (last is not None) + masked + moved > 1:
        raise wrong("image_tail", "last frame, masks and camera_control exclude each other")
    elements(body, 3, model.v3)
    text(body, "prompt", 2500)
    text(body, "negative_prompt", 2500)
    cfg_scale(body, model.cfg_scale, settings["strict"])
    voices(body, sounding)
    ratio = (nearest(*shape, RATIOS) if shape else None) or settings["image_ratio"]
    return name, mode, clip(pixels(resolution(model, mode), ratio), model.fps, length, sounding)


OMNI = {"kling-video-o1": Model(sound=()), "kling-v3-omni": Model(sound=("std", "pro", "4k"), v3=True)}


def omni_video(body, settings):
    name, model = model_of(body, "omni-video", "kling-video-o1", OMNI)
    mode = word(body, "mode", ("std", "pro", "4k") if model.v3 else ("std", "pro"), "pro")
    pictures, videos = body.get("image_list") or [], body.get("video_list") or []
    if not isinstance(pictures, list) or not isinstance(videos, list):
        raise wrong("image_list", "lists are expected")
    shape, roles = None, []
    for row in pictures:
        if not isinstance(row, dict):
            raise wrong("image_list", "entries are objects with image_url")
        found = image(row.get("image_url"), "image_list.image_url")
        roles.append(word(row, "type", ("first_frame", "end_frame"), ""))
        if roles[-1] == "first_frame":
            shape = found
    if "end_frame" in roles and ("first_frame" not in roles or len(pictures) > 2):
        raise wrong("image_list", "end_frame needs first_frame and at most 2 images")
    base = False
    if len(videos) > 1:
        raise wrong("video_list", "at most one")
    for row in videos:
        if not isinstance(row, dict) or not weblink(row.get("video_url")):
            raise wrong("video_list.video_url", "a link")
        base = word(row, "refer_type", ("base", "feature"), "base") == "base"
        word(row, "keep_original_sound", ("yes", "no"), "yes")
    many = len(pictures) + elements(body, 7, True)
    if many > (4 if videos else 7):
        raise wrong("image_list", "too many images and elements: %d" % many)
    ratio = word(body, "aspect_ratio", RATIOS, None)
    if ratio is None and "first_frame" not in roles and not base:
        raise wrong("aspect_ratio", "is required without a first frame or base video")
    if base:
        length = int(settings["input_video_seconds"])      # the duration field is ignored
    elif model.v3:
        length = seconds(body, 3, 10 if videos else 15)
    elif not pictures and not videos or roles == ["first_frame"]:
        length = seconds(body)
    else:
        length = seconds(body, 3, 10)
    sounding = sound_of(body, model, mode)
    if videos and sounding:
        raise wrong("sound", "must be off with a video")
    scripted = shots(body, model, length, ("customize",))
    text(body, "prompt", 2500, required=not scripted)
    ratio = ratio or (nearest(*shape, RATIOS) if shape else None) or settings["image_ratio"]
    kept = base and videos[0].get("keep_original_sound", "yes") == "yes"
    return name, mode, clip(pixels(resolution(model, mode), ratio), model.fps, length, sounding or kept)


def multi_image2video(body, settings):
    name, model = model_of(body, "multi-image2video", "kling-v1-6", {"kling-v1-6": MODELS["kling-v1-6"]})
    mode, length = word(body, "mode", ("std", "pro"), "std"), seconds(body)
    rows = body.get("image_list")
    if not isinstance(rows, list) or not 1 <= len(rows) <= 4:
        raise wrong("image_list", "1 to 4 entries")
    for row in rows:
        image(row.get("image") if isinstance(row, dict) else None, "image_list.image")
    text(body, "prompt", 2500, required=True)
    text(body, "negative_prompt", 2500)
    ratio = word(body, "aspect_ratio", RATIOS, "16:9")
    return name, mode, clip(pixels(resolution(model, mode), ratio), model.fps, length, False)


def motion_control(body, settings):
    for field in ("image_url", "video_url"):
        if field == "video_url" and not weblink(body.get(field)):
            raise wrong(field, "a link")
    shape = image(body.get("image_url"), "image_url")
    side = word(body, "character_orientation", ("image", "video"), None)
    mode = word(body, "mode", ("std", "pro"), None)
    if side is None or mode is None:
        raise wrong("mode", "character_orientation and mode are required")
    text(body, "prompt", 2500)
    kept = word(body, "keep_original_sound", ("yes", "no"), "yes") == "yes"
    ratio = (nearest(*shape, RATIOS) if shape else None) or settings["image_ratio"]
    return "", mode, clip(pixels(resolution(Model(), mode), ratio), 24, int(settings["input_video_seconds"]), kept)


def effects(body, settings):
    text(body, "effect_scene", 200, required=True)
    given = body.get("input")
    if not isinstance(given, dict):
        raise wrong("input", "an object")
    if isinstance(given.get("images"), list):
        if len(given["images"]) != 2:
            raise wrong("input.images", "two images")
        for value in given["images"]:
            image(value, "input.images")
    else:
        image(given.get("image"), "input.image")
    mode = word(given, "mode", ("std", "pro"), "std")
    return given.get("model_name", ""), mode, clip(pixels(resolution(Model(), mode), "16:9"), 24, seconds(given), False)


def avatar(body, settings):
    shape = image(body.get("image"), "image")
    if bool(body.get("audio_id")) == bool(body.get("sound_file")):
        raise wrong("sound_file", "exactly one of audio_id and sound_file")
    mode = word(body, "mode", ("std", "pro"), "std")
    text(body, "prompt", 2500)
    ratio = (nearest(*shape, RATIOS) if shape else None) or settings["image_ratio"]
    return "", mode, clip(pixels(resolution(Model(), mode), ratio), 24, 5, True)


def advanced_lip_sync(body, settings):
    text(body, "session_id", 200, required=True)
    faces = body.get("face_choose")
    if not isinstance(faces, list) or len(faces) != 1 or not isinstance(faces[0], dict):
        raise wrong("face_choose", "one entry")
    face = faces[0]
    text(face, "face_id", 200, required=True)
    if bool(face.get("audio_id")) == bool(face.get("sound_file")):
        raise wrong("face_choose", "exactly one of audio_id and sound_file")
    for field in ("sound_start_time", "sound_end_time", "sound_insert_time"):
        if not whole(face.get(field)):
            raise wrong("face_choose." + field, "an integer is required")
    for field in ("sound_volume", "original_audio_volume"):
        if face.get(field) is not None and not (number(face[field]) and 0 <= face[field] <= 2):
            raise wrong("face_choose." + field, "0 to 2")
    return "", "", clip(pixels("720p", "16:9"), 24, 5, True)


CHECKS = {"text2video": text2video, "image2video": image2video, "omni-video": omni_video,
          "multi-image2video": multi_image2video, "motion-control": motion_control, "effects": effects,
          "avatar/image2video": avatar, "advanced-lip-sync": advanced_lip_sync}
