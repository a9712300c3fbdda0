"""What the tests share: one gateway for a whole process, words that nobody else has, looks at clips."""

import atexit
import functools
import itertools
import os
import struct
import unittest
import zlib

from gateway import Gateway, Vendors, harness, wait_until

SEEDANCE, KLING, JIMENG = "doubao-seedance-1-5-pro-251215", "kling-v1-6", "jimeng_t2v_v30"
# The cheapest clip of each vendor: the vendor's emulator, width, height, seconds.
CLIPS = {SEEDANCE: ("ark", 864, 496, 4), KLING: ("kling", 1280, 720, 5), JIMENG: ("jimeng", 1248, 704, 5)}
SECONDS = 60


def picture(width=640, height=360):
    """A PNG of one colour."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = (b"\0" + b"\x80\x20\x40" * width) * height
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


class World:
    """Emulators, a gateway in front of them, and two callers."""

    def __init__(self):
        self.vendors = Vendors()
        atexit.register(self.vendors.stop)
        # Everything here is on one machine, and so are those who are told by webhooks.
        self.gateway = Gateway(self.vendors.accounts(), {"private_webhooks": True}, default_model=SEEDANCE)
        atexit.register(self.gateway.close)
        self.gateway.serve()
        self.key, self.other = self.gateway.key("first"), self.gateway.key("second")


@functools.lru_cache(maxsize=None)
def world():
    """The one that all tests of this process share; it is neither reset nor stopped between them."""
    return World()


class ClientCase(unittest.TestCase):
    serial = itertools.count(1)

    @classmethod
    def setUpClass(cls):
        cls.world = world()
        cls.vendors, cls.gateway, cls.key = cls.world.vendors, cls.world.gateway, cls.world.key

    def word(self):
        """A word for a prompt by which a request is found again at the vendor."""
        return "word%dx%04d" % (os.getpid(), next(self.serial))

    def ask(self, method, target, body=None, key=None, headers=None):
        return self.gateway.ask(method, target, body, key or self.key, headers)

    def ok(self, method, target, body=None, key=None, headers=None):
        answer = self.ask(method, target, body, key, headers)
        self.assertEqual(answer.status, 200, answer)
        return answer.json

    def done(self, task, key=None):
        """The task in the unified format once it is over."""
        def look():
            found = self.ok("GET", "/v1/video/generations/" + task, key=key)
            return found if found["status"] not in ("queued", "in_progress") else None
        return wait_until(look, what="task %s did not end" % task)

    def completed(self, task, key=None):
        found = self.done(task, key)
        self.assertEqual(found["status"], "completed", found)
        return found

    def assert_clip(self, data, width=864, height=496, seconds=4):
        """A file that ffprobe accepts, of the ordered size and length."""
        found = harness.probe(data)
        self.assertEqual((found["width"], found["height"]), (width, height), found)
        self.assertAlmostEqual(found["seconds"], seconds, delta=0.3)
