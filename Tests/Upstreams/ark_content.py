"""Judges the content array of an Ark create body: items, link forms, and which scene they make."""

import re

from pictures import BadPicture, decode_base64, measure
from vendor import Refusal, weblink

DATA_LINK = re.compile(r"^data:(image|audio)/([a-z0-9.+-]+);base64,(.*)$", re.S)
IMAGE_FORMATS = {"jpeg", "jpg", "png", "webp", "bmp", "tiff", "gif"}


def invalid(field, why, code="InvalidParameter"):
    return Refusal(code, "The parameter `%s` specified in the request is not valid: %s." % (field, why), param=field)


def missing(field):
    return Refusal("MissingParameter", "The request failed because it is missing the `%s` parameter." % field, param=field)


class Content:
    """The scene is one of text, first, first_last, reference, draft; they exclude one another."""

    def __init__(self, content, limits, find_draft):
        self.limits, self.find_draft = limits, find_draft
        self.images, self.roles, self.videos, self.audios, self.texts = [], [], 0, 0, []
        self.shape = None            # (width, height) of the first picture, where known
        self.draft_task = None
        self.scene = ""
        self._content(content)

    def _content(self, content):
        if content is None:
            raise missing("content")
        if not isinstance(content, list) or not content:
            raise invalid("content", "it must be a non-empty array")
        for index, item in enumerate(content):
            where = "content[%d]" % index
            if not isinstance(item, dict) or not isinstance(item.get("type"), str):
                raise invalid(where, "an item is an object with a type")
            reader = {"text": self._text, "image_url": self._image, "video_url": self._video, "audio_url": self._audio,
                      "draft_task": self._draft}.get(item["type"])
            if reader is None:
                raise invalid(where + ".type", "unknown type %r" % item["type"])
            reader(item, where)
        self._scenario(len(content))

    def _text(self, item, where):
        if not isinstance(item.get("text"), str):
            raise missing(where + ".text")
        self.texts.append(item["text"])

    def _link(self, item, where, kind):
        holder = item.get(kind)
        link = holder.get("url") if isinstance(holder, dict) else None
        if not isinstance(link, str) or not link:
            raise missing("%s.%s.url" % (where, kind))
        return link

    def _image(self, item, where):
        link, role = self._link(item, where, "image_url"), item.get("role")
        if role not in (None, "first_frame", "last_frame", "reference_image"):
            raise invalid(where + ".role", "unknown role %r" % role)
        if link.startswith("data:"):
            found = DATA_LINK.match(link)
            if not found or found.group(1) != "image" or found.group(2) not in self._formats():
                raise invalid(where + ".image_url", "expected data:image/<lower-case format>;base64,")
            self._picture(found.group(3), where)
        elif not weblink(link) and not link.startswith("asset://"):
            raise Refusal("InvalidImageURL.InvalidFormat", "The image link is not valid.", param=where + ".image_url")
        self.images.append(link)
        self.roles.append(role)

    def _formats(self):
        return IMAGE_FORMATS if self.limits.sizes == "old" else IMAGE_FORMATS | {"heic", "heif"}

    def _picture(self, text, where):
        try:
            data = decode_base64(text)
            _, width, height = measure(data)
        except BadPicture as problem:
            raise invalid(where + ".image_url", str(problem))
        if len(data) >= 30 * 1024 * 1024:
            raise invalid(where + ".image_url", "the picture must be smaller than 30 MB")
        if width and height:
            if not (300 <= width <= 6000 and 300 <= height <= 6000):
                raise invalid(where + ".image_url", "sides must be 300 to 6000 px, got %dx%d" % (width, height))
            if not 0.4 < width / height < 2.5:
                raise invalid(where + ".image_url", "width:height must be between 0.4 and 2.5")
            self.shape = self.shape or (width, height)

    def _video(self, item, where):
        link = self._link(item, where, "video_url")
        if item.get("role") != "reference_video":
            raise invalid(where + ".role", "must be reference_video")
        if not weblink(link) and not link.startswith("asset://"):
            raise invalid(where + ".video_url", "must be a link or an asset")
        self.videos += 1

    def _audio(self, item, where):
        link = self._link(item, where, "audio_url")
        if item.get("role") != "reference_audio":
            raise invalid(where + ".role", "must be reference_audio")
        if link.startswith("data:"):
            found = DATA_LINK.match(link)
            if not found or found.group(1) != "audio":
                raise invalid(where + ".audio_url", "expected data:audio/<format>;base64,")
            try:
                data = decode_base64(found.group(3))
            except BadPicture as problem:
                raise invalid(where + ".audio_url", str(problem))
            if len(data) >= 15 * 1024 * 1024:
                raise invalid(where + ".audio_url", "must be smaller than 15 MB")
        elif not weblink(link) and not link.startswith("asset://"):
            raise invalid(where + ".audio_url", "must be a link, base64 or an asset")
        self.audios += 1

    def _draft(self, item, where):
        holder = item.get("draft_task")
        ident = holder.get("id") if isinstance(holder, dict) else None
        if not isinstance(ident, str):
            raise missing(where + ".draft_task.id")
        if not self.limits.draft:
            raise invalid(where, "the model has no drafts", "InvalidParameter.UnsupportedParameter")
        self.draft_task = self.find_draft(ident)
        if self.draft_task is None:
            raise invalid(where + ".draft_task.id", "no finished draft with this id")

    def _scenario(self, count):
        limits, roles = self.limits, self.roles
        if self.draft_task is not None:
            if count > 1:
                raise invalid("content", "draft_task cannot be mixed with other items")
            self.scene = "draft"
            return
        references = roles.count("reference_image")
        if references and references != len(roles):
            raise invalid("content", "frames and reference images exclude each other")
        if references or self.videos or self.audios:
            if roles and not references:
                raise invalid("content", "frames and references exclude each other")
            for name, count, most in (("image", references, limits.reference_images),
                                      ("video", self.videos, limits.reference_videos),
                                      ("audio", self.audios, limits.reference_audios)):
                if count > most:
                    raise invalid("content", "the model takes at most %d reference %ss, got %d" % (most, name, count))
            if self.audios and not references and not self.videos and not limits.audio_alone:
                raise invalid("content", "reference audio cannot stand alone")
            self.scene = "reference"
            return
        if not roles:
            if not any(text.strip() for text in self.texts):
                raise missing("content.text")
            self.scene = "text"
            return
        if not limits.first_frame:
            raise invalid("content", "the model takes text only")
        if len(roles) == 1:
            if roles[0] == "last_frame":
                raise invalid("content", "a last frame needs a first frame")
            self.scene = "first"
        elif sorted(role or "" for role in roles) == ["first_frame", "last_frame"]:
            if not limits.last_frame:
                raise invalid("content", "the model takes no last frame")
            self.scene = "first_last"
            if roles[0] == "last_frame":
                self.images.reverse()
        else:
            raise invalid("content", "several images need the roles first_frame and last_frame, or reference_image")
