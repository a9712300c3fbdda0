"""A request for each route that takes one, such as the sandbox answers with success."""

SEEDANCE, CLIPS = "doubao-seedance-1-5-pro-251215", "doubao-seedance-2-0-260128"
IMAGE, VIDEO, SOUND = ("https://example.com/" + name for name in ("first.png", "clip.mp4", "voice.mp3"))
# By the end of the path.
KLING = {
    "text2video": {"model_name": "kling-v1-6", "prompt": "a boat"},
    "image2video": {"model_name": "kling-v1-6", "prompt": "a boat", "image": IMAGE},
    "omni-video": {"model_name": "kling-v3-omni", "prompt": "a boat", "aspect_ratio": "16:9", "duration": "3"},
    "multi-image2video": {"model_name": "kling-v1-6", "prompt": "a boat", "image_list": [{"image": IMAGE}]},
    "video-extend": {"video_id": "1", "prompt": "more"},
    "effects": {"effect_scene": "hug", "input": {"images": [IMAGE, IMAGE], "duration": "5"}},
    "motion-control": {"image_url": IMAGE, "video_url": VIDEO, "character_orientation": "image", "mode": "std"},
    "advanced-lip-sync": {"session_id": "1", "face_choose": [
        {"face_id": "0", "sound_file": SOUND, "sound_start_time": 0, "sound_end_time": 3000, "sound_insert_time": 0}]},
    "avatar/image2video": {"image": IMAGE, "audio_id": "1"},
}


def ark(model):
    return {"model": model, "content": [{"type": "text", "text": "a boat"}], "resolution": "480p", "duration": 5}


def creations(path, task):
    """(query, body) of what makes a clip by this path; `task` is the id of one that is done."""
    plain = {"model": "kling-v1-6", "prompt": "a boat"}
    if path.startswith("/kling/"):
        return [({}, KLING[path.removeprefix("/kling/v1/videos/")])]
    if path in ("/", "/jimeng/"):
        return [({"Action": "CVSync2AsyncSubmitTask", "Version": "2022-08-31"}, {"req_key": "jimeng_t2v_v30", "prompt": "a boat"})]
    if path.startswith(("/seedance/", "/volc/")):
        return [({}, ark(SEEDANCE if path.startswith("/seedance/") else "volc-doubao-seedance-1-0-pro-250528"))]
    return [({}, {
        "/v1/videos": plain, "/v1/video/generations": plain, "/v1/jobs": plain,
        "/v1/videos/{id}/remix": {"prompt": "more"}, "/v1/videos/{id}/again": None,
        "/v1/videos/edits": {"prompt": "more", "video": {"id": task}},
        "/v1/videos/extensions": {"prompt": "more", "seconds": "5", "video": {"id": task}}}[path])]


def others(path, task):
    """(query, body) of what is posted to this path for another reason."""
    if path in ("/", "/jimeng/"):
        return [({"Action": "CVSync2AsyncGetResult", "Version": "2022-08-31"}, {"req_key": "jimeng_t2v_v30", "task_id": task})]
    return []
