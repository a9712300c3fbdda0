"""Judges an Ark create body and works out what the model would make of it.

Body fields are strict: a wrong value is an error. Text commands at the end of the prompt are
lenient: a wrong value is silently replaced by the default (1.0 and 1.5 only).
"""

import re

from ark_content import Content, invalid, missing
from ark_tables import MODELS, RATIOS, pixels
from pictures import nearest
from vendor import Refusal, whole

FPS = 24
COMMANDS = {"resolution": "resolution", "rs": "resolution", "ratio": "ratio", "rt": "ratio", "duration": "duration",
            "dur": "duration", "frames": "frames", "seed": "seed", "camerafixed": "camera_fixed", "cf": "camera_fixed",
            "watermark": "watermark", "wm": "watermark", "framespersecond": "fps", "fps": "fps"}
COMMAND = re.compile(r"--([A-Za-z]+)(?:\s+|=)(\S+)")
BOOLS = ("return_last_frame", "generate_audio", "draft", "camera_fixed", "watermark")
# What may be sent to a model that lacks the feature: the value that asks for nothing.
HARMLESS = {"camera_fixed": False, "draft": False, "priority": 0, "output_format": "mp4",
            "omni_reference_task_type": "auto", "tools": []}


class Reading(Content):
    """A body that has passed: resolved values, and the clip to render."""

    def __init__(self, body, limits, settings, find_draft, model):
        self.settings, self.model = settings, model
        self.body = {key: value for key, value in body.items() if value is not None}   # null means not given
        super().__init__(self.body.get("content"), limits, find_draft)
        self._options()

    # Options

    def _options(self):
        body, limits = self.body, self.limits
        for name in BOOLS:
            if name in body and not isinstance(body[name], bool):
                raise invalid(name, "must be true or false")
        self._supported("camera_fixed", limits.camera_fixed)
        self._supported("draft", limits.draft)
        self._supported("priority", limits.priority)
        self._supported("output_format", limits.output_format)
        self._supported("omni_reference_task_type", limits.output_format)
        self._supported("tools", limits.tools)
        if "frames" in body and not limits.frames:
            raise invalid("frames", "the model does not support it", "InvalidParameter.UnsupportedParameter")
        commands = self._commands()
        inherited = self.draft_task.facts if self.draft_task is not None else {}
        self.draft = bool(body.get("draft", False))
        self._one_of("service_tier", ("default", "flex"))
        if body.get("service_tier") == "flex" and (not limits.flex or self.draft):
            raise invalid("service_tier", "flex is not available here", "InvalidParameter.UnsupportedParameter")
        if body.get("camera_fixed") and self.scene == "reference":
            raise invalid("camera_fixed", "not with reference images")
        self._range("execution_expires_after", 3600, 259200)
        self._range("priority", 0, 9)
        self._range("seed", -1, 4294967295)
        identifier = body.get("safety_identifier")
        if identifier is not None and (not isinstance(identifier, str) or len(identifier) > 64):
            raise invalid("safety_identifier", "at most 64 characters")
        self._tools()
        self._one_of("output_format", ("mp4", "mov"))
        self._one_of("omni_reference_task_type", ("auto", "reference", "edit", "extend"))
        self._resolution(commands)
        self._ratio(commands, inherited)
        self._length(commands, inherited)
        self._task_type()
        self.seed = body.get("seed", commands.get("seed", inherited.get("seed", -1)))
        self.sound = limits.sound and body.get("generate_audio", inherited.get("generate_audio", True))
        if self.draft and body.get("return_last_frame"):
            raise invalid("return_last_frame", "not with a draft")

    def _supported(self, name, supported):
        if name not in self.body or supported:
            return
        if self.settings["strict"] or self.body[name] != HARMLESS[name]:
            raise invalid(name, "the model does not support it", "InvalidParameter.UnsupportedParameter")

    def _one_of(self, name, words):
        if name in self.body and self.body[name] not in words:
            raise invalid(name, "must be one of %s" % ", ".join(words))

    def _range(self, name, low, high):
        if name in self.body and (not whole(self.body[name]) or not low <= self.body[name] <= high):
            raise invalid(name, "must be an integer from %d to %d" % (low, high))

    def _tools(self):
        tools = self.body.get("tools", [])
        if not isinstance(tools, list) or any(not isinstance(t, dict) or t.get("type") != "web_search" for t in tools):
            raise invalid("tools", 'expected [{"type":"web_search"}]')

    def _commands(self):
        """The old way: parameters written behind the prompt. Wrong values vanish."""
        found = {}
        if not self.limits.text_commands:
            return found
        for text in self.texts:
            for word, value in COMMAND.findall(text):
                name = COMMANDS.get(word.lower())
                if name == "resolution" and value in self.limits.resolutions:
                    found[name] = value
                elif name == "ratio" and (value in RATIOS or value == "adaptive"):
                    found[name] = value
                elif name in ("duration", "frames", "seed") and re.fullmatch(r"-?\d+", value):
                    number = int(value)
                    low, high = self.limits.seconds
                    if name == "duration" and (low <= number <= high or (number == -1 and self.limits.auto_duration)):
                        found[name] = number
                    elif name == "frames" and self._good_frames(number) and self.limits.frames:
                        found[name] = number
                    elif name == "seed" and -1 <= number <= 4294967295:
                        found[name] = number
                elif name in ("camera_fixed", "watermark") and value in ("true", "false"):
                    found[name] = value == "true"
        return found

    @staticmethod
    def _good_frames(value):
        return 29 <= value <= 289 and (value - 25) % 4 == 0

    def _resolution(self, commands):
        self._one_of("resolution", ("480p", "720p", "1080p", "4k"))
        value = self.body.get("resolution", commands.get("resolution"))
        if value is not None and value not in self.limits.resolutions:
            raise invalid("resolution", "the model offers %s" % ", ".join(self.limits.resolutions))
        if self.draft:
            if value not in (None, "480p"):
                raise invalid("resolution", "a draft is 480p")
            value = "480p"
        if value == "1080p" and self.limits.family.startswith("1-0-lite") and self.scene == "reference":
            raise invalid("resolution", "1080p is not available with reference images")
        self.resolution = value or self.limits.resolution

    def _ratio(self, commands, inherited):
        self._one_of("ratio", (*RATIOS, "adaptive"))
        asked = self.body.get("ratio", commands.get("ratio", inherited.get("ratio")))
        with_frames = self.scene in ("first", "first_last")
        if asked == "adaptive" and self.limits.sizes == "old" and not with_frames:
            if "ratio" in self.body:
                raise invalid("ratio", "adaptive needs a first frame with this model")
            asked = None
        self.asked_ratio = asked or ("adaptive" if self.limits.adaptive_default or with_frames else "16:9")
        self.ratio = self.asked_ratio
        if self.ratio == "adaptive":
            shaped = nearest(*self.shape, RATIOS) if self.shape else None
            self.ratio = shaped or self.settings["adaptive_ratio"]

    def _length(self, commands, inherited):
        body, (low, high) = self.body, self.limits.seconds
        given = body.get("duration")
        if given is not None and not (whole(given) and (
                low <= given <= high or (given == -1 and self.limits.auto_duration))):
            raise invalid("duration", "must be an integer from %d to %d%s" % (
                low, high, " or -1" if self.limits.auto_duration else ""))
        frames = body.get("frames", commands.get("frames"))
        if "frames" in body and not (whole(frames) and self._good_frames(frames)):
            raise invalid("frames", "must be 25 + 4n, from 29 to 289")
        self.asked_duration = given if given is not None else commands.get("duration", inherited.get("duration", 5))
        self.duration = self.settings["auto_seconds"] if self.asked_duration == -1 else self.asked_duration
        self.frames = frames

    def _task_type(self):
        """2.5 checks explicit edit and extend, and the frames' ratio, when the task is created."""
        if not self.limits.output_format:
            return
        kind = self.body.get("omni_reference_task_type", "auto")
        bound = kind in ("edit", "extend") or self.scene in ("first", "first_last")
        if bound and self.asked_ratio != "adaptive":
            raise invalid("ratio", "this task type requires adaptive", "InvalidParameter.TaskTypeConstraint")
        if kind in ("edit", "extend") and not self.videos:
            raise invalid("content", "this task type needs a reference video", "InvalidParameter.TaskTypeConstraint")
        if kind == "edit" and self.asked_duration != -1:
            raise invalid("duration", "edit requires -1", "InvalidParameter.TaskTypeConstraint")

    # Results

    def clip(self):
        width, height = pixels(self.limits.sizes, self.resolution, self.ratio)
        return {"width": width, "height": height, "frames": self.frames or FPS * self.duration + 1, "fps": FPS,
                "audio": bool(self.sound)}

    def tokens(self):
        """Width × height × frames / 1024, input video included, plus the one extra frame."""
        clip = self.clip()
        frames = clip["frames"] + self.videos * int(self.settings["input_video_seconds"]) * FPS
        tokens = clip["width"] * clip["height"] * frames / 1024
        if self.draft:
            tokens *= 0.6 if self.sound else 0.7
        return int(tokens)


def read(body, settings, endpoints, find_draft):
    model = body.get("model")
    if model is None:
        raise missing("model")
    if not isinstance(model, str) or not model:
        raise invalid("model", "it must be a string")
    resolved = endpoints.get(model, model)
    if resolved not in MODELS:
        raise Refusal("InvalidEndpointOrModel.NotFound",
                      "The model or endpoint %s does not exist or you do not have access to it." % model, param="model")
    return Reading(body, MODELS[resolved], settings, find_draft, resolved)
