"""Enough knowledge of picture files to judge an upload: format and pixel size from the header."""

import base64
import binascii
import struct


class BadPicture(ValueError):
    pass


def decode_base64(text):
    """Strict standard base64; BadPicture when it is not."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as problem:
        raise BadPicture("not valid base64") from problem


def measure(data):
    """(format, width, height); width and height are None where the header does not tell simply."""
    if data[:8] == b"\x89PNG\r\n\x1a\n" and len(data) >= 24:
        return ("png", *struct.unpack(">II", data[16:24]))
    if data[:3] == b"\xff\xd8\xff":
        return ("jpeg", *_jpeg_size(data))
    if data[:6] in (b"GIF87a", b"GIF89a") and len(data) >= 10:
        return ("gif", *struct.unpack("<HH", data[6:10]))
    if data[:2] == b"BM" and len(data) >= 26:
        width, height = struct.unpack("<ii", data[18:26])
        return ("bmp", width, abs(height))
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return ("webp", *_webp_size(data))
    if data[:4] in (b"II*\0", b"MM\0*"):
        return ("tiff", None, None)
    if data[4:8] == b"ftyp" and data[8:12] in (b"heic", b"heix", b"mif1", b"heif"):
        return ("heic", None, None)
    raise BadPicture("unknown picture format")


def _jpeg_size(data):
    at = 2
    while at + 9 < len(data):
        if data[at] != 0xFF:
            at += 1
            continue
        marker = data[at + 1]
        if marker in range(0xC0, 0xD0) and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[at + 5:at + 9])
            return width, height
        if marker == 0xFF or marker in range(0xD0, 0xDA):
            at += 1 if marker == 0xFF else 2
            continue
        at += 2 + struct.unpack(">H", data[at + 2:at + 4])[0]
    return None, None


def _webp_size(data):
    if data[12:16] == b"VP8X" and len(data) >= 30:
        return (int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1)
    if data[12:16] == b"VP8L" and len(data) >= 25:
        bits = int.from_bytes(data[21:25], "little")
        return (bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1
    if data[12:16] == b"VP8 " and len(data) >= 30:
        width, height = struct.unpack("<HH", data[26:30])
        return width & 0x3FFF, height & 0x3FFF
    return None, None


def nearest(width, height, ratios):
    """The ratio word (such as 16:9) out of `ratios` closest to the picture's shape."""
    if not width or not height:
        return None

    def distance(word):
        across, down = (float(part) for part in word.split(":"))
        shape, wanted = width / height, across / down
        return max(shape, wanted) / min(shape, wanted)

    return min(ratios, key=distance)
