"""Ark's numbers: models, limits, picture sizes and error codes.

From the vendor's documents 82379/1520757 (create), 1330310 (models and limits) and 1299023
(error codes), as restated in the project's provider notes.
"""

import re
from dataclasses import dataclass

RATIOS = ("16:9", "4:3", "1:1", "3:4", "9:16", "21:9")

PIXELS = {
    "old": {
        "480p": ((864, 480), (736, 544), (640, 640), (544, 736), (480, 864), (960, 416)),
        "720p": ((1248, 704), (1120, 832), (960, 960), (832, 1120), (704, 1248), (1504, 640)),
        "1080p": ((1920, 1088), (1664, 1248), (1440, 1440), (1248, 1664), (1088, 1920), (2176, 928)),
    },
    "new": {
        "480p": ((864, 496), (752, 560), (640, 640), (560, 752), (496, 864), (992, 432)),
        "720p": ((1280, 720), (1112, 834), (960, 960), (834, 1112), (720, 1280), (1470, 630)),
        "1080p": ((1920, 1080), (1664, 1248), (1440, 1440), (1248, 1664), (1080, 1920), (2206, 946)),
        # 4k sizes are not in the notes; twice the 1080p sides is this emulator's choice.
        "4k": ((3840, 2160), (3328, 2496), (2880, 2880), (2496, 3328), (2160, 3840), (4412, 1892)),
    },
}


def pixels(generation, resolution, ratio):
    return PIXELS[generation][resolution][RATIOS.index(ratio)]


@dataclass(frozen=True)
class Limits:
    family: str
    seconds: tuple
    resolutions: tuple
    resolution: str                # default
    sizes: str = "new"
    auto_duration: bool = True
    frames: bool = False
    adaptive_default: bool = True
    first_frame: bool = True
    last_frame: bool = True
    reference_images: int = 0
    reference_videos: int = 0
    reference_audios: int = 0
    audio_alone: bool = False
    sound: bool = True
    camera_fixed: bool = False
    draft: bool = False
    flex: bool = False
    tools: bool = False
    priority: bool = False
    output_format: bool = False
    text_commands: bool = False


ONE = dict(seconds=(2, 12), resolutions=("480p", "720p", "1080p"), sizes="old", auto_duration=False, frames=True,
           adaptive_default=False, sound=False, camera_fixed=True, flex=True, text_commands=True)
TWO = dict(seconds=(4, 15), resolution="720p", reference_images=9, reference_videos=3, reference_audios=3,
           tools=True, priority=True)

FAMILIES = (
    Limits("1-0-lite-t2v", resolution="720p", first_frame=False, last_frame=False, **ONE),
    Limits("1-0-lite-i2v", resolution="720p", reference_images=4, **ONE),
    Limits("1-0-pro-fast", resolution="1080p", last_frame=False, **ONE),
    Limits("1-0-pro", resolution="1080p", **ONE),
    Limits("1-5-pro", seconds=(4, 12), resolutions=("480p", "720p", "1080p"), resolution="720p",
           camera_fixed=True, draft=True, flex=True, text_commands=True),
    Limits("2-0-fast", resolutions=("480p", "720p"), **TWO),
    Limits("2-0-mini", resolutions=("480p", "720p"), **TWO),
    Limits("2-0", resolutions=("480p", "720p", "1080p", "4k"), **TWO),
    Limits("2-5", seconds=(4, 30), resolutions=("480p", "720p", "1080p"), resolution="720p", reference_images=30,
           reference_videos=10, reference_audios=10, audio_alone=True, priority=True, output_format=True),
)

MODELS = {
    name: next(f for f in FAMILIES if re.search("seedance-" + f.family + r"-\d{6}$", name))
    for name in (
        "doubao-seedance-1-0-lite-t2v-250428", "doubao-seedance-1-0-lite-i2v-250428", "seedance-1-0-lite-t2v-250428",
        "seedance-1-0-lite-i2v-250428", "doubao-seedance-1-0-pro-250528", "seedance-1-0-pro-250528",
        "doubao-seedance-1-0-pro-fast-251015", "seedance-1-0-pro-fast-251015", "doubao-seedance-1-5-pro-251215",
        "seedance-1-5-pro-251215", "doubao-seedance-2-0-260128", "doubao-seedance-2-0-fast-260128",
        "doubao-seedance-2-0-mini-260615", "dreamina-seedance-2-0-260128", "dreamina-seedance-2-0-fast-260128",
        "doubao-seedance-2-5-260628", "dreamina-seedance-2-5-260628")
}

TYPES = {400: "BadRequest", 401: "Unauthorized", 403: "Forbidden", 404: "NotFound", 409: "Conflict",
         429: "TooManyRequests", 500: "InternalServerError"}

# Decided by the part before the dot first, as the error-code list says.
STATUS_BY_PREFIX = {
    "MissingParameter": 400, "InvalidParameter": 400, "InvalidArgumentError": 400, "InvalidImageURL": 400,
    "OutofContextError": 400, "InvalidEndpoint": 400, "InvalidSubscription": 400, "SensitiveContentDetected": 400,
    "ContentSecurityDetectionError": 400, "AuthenticationError": 401, "InvalidAccountStatus": 401,
    "AccessDenied": 403, "AccountOverdueError": 403, "OperationDenied": 403, "InvalidEndpointOrModel": 404,
    "ModelNotOpen": 404, "NotFound": 404, "UnsupportedModel": 404, "RateLimitExceeded": 429,
    "ModelAccountRpmRateLimitExceeded": 429, "ModelAccountTpmRateLimitExceeded": 429,
    "ModelAccountIpmRateLimitExceeded": 429, "APIAccountRpmRateLimitExceeded": 429, "AccountRateLimitExceeded": 429,
    "RequestBurstTooFast": 429, "ServerOverloaded": 429, "QuotaExceeded": 429, "SetLimitExceeded": 429,
    "InflightBatchsizeExceeded": 429, "InternalServiceError": 500,
}
CONTENT = re.compile(r"^(Input|Output)(Text|Image|Video|Audio)(SensitiveContentDetected|RiskDetection)$")

MESSAGES = {
    "AuthenticationError": "The API key doesn't exist or is invalid.",
    "AccountOverdueError": "The account has an overdue balance.",
    "RateLimitExceeded": "The request rate limit has been exceeded. Please retry later.",
    "ServerOverloaded": "The service is overloaded. Please retry later.",
    "QuotaExceeded": "The free quota of this model has been used up.",
    "InternalServiceError": "The service encountered an unexpected internal error.",
    "NotFound": "The requested task does not exist.",
    "InvalidEndpointOrModel": "The model or endpoint does not exist or you do not have access to it.",
    "OutputVideoSensitiveContentDetected": "The request failed because the output video may contain sensitive information.",
    "InputTextSensitiveContentDetected": "The request failed because the input text may contain sensitive information.",
}


def status_of(code):
    """The HTTP status the error-code list gives; 400 for a code it does not know."""
    prefix = code.split(".")[0]
    if CONTENT.match(prefix):
        return 400
    if prefix.startswith("InvalidArgument"):
        return 400
    return STATUS_BY_PREFIX.get(prefix, 400)


def message_of(code):
    prefix = code.split(".")[0]
    return MESSAGES.get(code) or MESSAGES.get(prefix) or "The request failed: %s." % code
