"""Kling's capability map, picture sizes and code table (the legacy document and its error page)."""

from dataclasses import dataclass

RATIOS = ("16:9", "9:16", "1:1")
SIZES = {"720p": ((1280, 720), (720, 1280), (960, 960)), "1080p": ((1920, 1080), (1080, 1920), (1440, 1440)),
         "4k": ((3840, 2160), (2160, 3840), (2880, 2880))}


def pixels(resolution, ratio):
    return SIZES[resolution][RATIOS.index(ratio)]


@dataclass(frozen=True)
class Model:
    text: bool = True
    image: bool = True
    fixed: str = ""                # resolution where the mode changes nothing
    fps: int = 24
    cfg_scale: bool = False
    sound: tuple = ()              # modes in which sound may be on
    start_end: tuple = ()          # modes that take first and last frame
    end_only: tuple = ()
    masks: tuple = ()              # modes with motion brushes (5 s)
    camera: tuple = ()             # (kind, mode) pairs with camera control (5 s)
    short_frames: bool = False     # start and end frame at 5 s only
    v3: bool = False


MODELS = {
    "kling-v1": Model(fixed="720p", fps=30, cfg_scale=True, start_end=("std", "pro"), masks=("std", "pro"),
                      camera=(("text2video", "std"),), short_frames=True),
    "kling-v1-5": Model(text=False, cfg_scale=True, start_end=("pro",), end_only=("pro",), masks=("pro",),
                        camera=(("image2video", "pro"),)),
    "kling-v1-6": Model(cfg_scale=True, start_end=("pro",), end_only=("pro",)),
    "kling-v2-master": Model(fixed="720p"),
    "kling-v2-1": Model(text=False, start_end=("pro",)),
    "kling-v2-1-master": Model(fixed="1080p"),
    "kling-v2-5-turbo": Model(start_end=("pro",)),
    "kling-v2-6": Model(sound=("pro",), start_end=("pro",)),
    "kling-v3": Model(cfg_scale=True, sound=("std", "pro", "4k"), start_end=("std", "pro", "4k"), v3=True),
}

# code: (HTTP status, message)
CODES = {
    1000: (401, "Authentication failed"), 1001: (401, "Authorization is empty"), 1002: (401, "Authorization is invalid"),
    1003: (401, "Authorization is not yet valid"), 1004: (401, "Authorization has expired"),
    1100: (429, "Account exception"), 1101: (429, "Account in arrears"), 1102: (429, "Resource pack depleted or expired"),
    1103: (403, "Unauthorized access to requested resource"), 1200: (400, "Invalid request parameters"),
    1201: (400, "Invalid parameters"), 1202: (404, "The requested method is invalid"),
    1203: (404, "The requested resource does not exist"), 1300: (400, "Trigger strategy of the platform"),
    1301: (400, "Trigger the content security policy of the platform"), 1302: (429, "API request too fast"),
    1303: (429, "parallel task over resource pack limit"), 1304: (429, "Trigger the platform's IP whitelisting policy"),
    5000: (500, "Server internal error"), 5001: (503, "Server temporarily unavailable"), 5002: (504, "Server internal timeout"),
}


def status_and_message(code):
    return CODES.get(code, (400, "Error %s" % code))
