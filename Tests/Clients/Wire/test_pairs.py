"""Every model through every format, and each of its tasks read through all the others."""

import os
import sys
import unittest
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from cases import ClientCase  # noqa: E402
from dialects import DIALECTS, Order  # noqa: E402
from gateway import harness, wait_until  # noqa: E402

LINK, TAIL, CLIP = ("https://example.com/" + name for name in ("first.png", "last.png", "clip.mp4"))
SMALL = {"ratio": "16:9", "options": {"resolution": "480p"}}

# Every model of the four plugins with the cheapest order that it takes.
ORDERS = {
    **{"doubao-seedance-" + name: dict(seconds=4, **SMALL) for name in (
        "2-0-260128", "2-0-fast-260128", "2-0-mini-260615", "2-5-260628", "1-5-pro-251215", "1-0-pro-250528",
        "1-0-pro-fast-251015", "1-0-lite-t2v-250428")},
    "doubao-seedance-1-0-lite-i2v-250428": dict(seconds=4, images=[LINK], options={"resolution": "480p"}),
    "seedance-1.5-pro": dict(seconds=4, images=[LINK], last=TAIL, **SMALL),
    "volc-doubao-seedance-1-5-pro-251215": dict(seconds=4, **SMALL),
    "ep-20260101000000-s15pr": dict(seconds=4, **SMALL),
    **{name: dict(seconds=5) for name in ("kling-v1", "kling-v1-6", "kling-v2-master", "kling-v2-1-master",
                                          "kling-v2-5-turbo", "kling-v2-6")},
    "kling-v3": dict(seconds=3), "kling-v3-std-audio": dict(seconds=3), "kling-v3-pro-silent": dict(seconds=3, images=[LINK]),
    **{name: dict(seconds=5, images=[LINK]) for name in ("kling-v1-5", "kling-v2-1")},
    "kling-video-o1": dict(seconds=5, ratio="16:9", options={"resolution": "720p"}),
    "kling-v3-omni": dict(seconds=3, ratio="16:9", options={"resolution": "720p"}),
    **{name: dict(seconds=5) for name in ("jimeng-v3", "jimeng_t2v_v30", "jimeng_t2v_v30_1080p", "jimeng-v3-pro",
                                          "jimeng_vgfm_t2v_l20")},
    "jimeng_i2v_first_v30": dict(seconds=5, images=[LINK]),
    "jimeng_i2v_first_tail_v30": dict(seconds=5, images=[LINK], last=TAIL),
    "jimeng_i2v_recamera_v30": dict(seconds=5, images=[LINK], options={"template_id": "crane_push"}),
}
VENDORS = ("ark", "kling", "jimeng")


class Pairs(ClientCase):
    """One purchase for each pair, all of them on their way side by side."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pairs = [(model, dialect) for model in ORDERS for dialect in DIALECTS]
        case = cls()
        cls.words = {pair: case.word() for pair in cls.pairs}
        with ThreadPoolExecutor(8) as pool:
            cls.answers = dict(zip(cls.pairs, pool.map(cls.buy, cls.pairs)))

    @classmethod
    def buy(cls, pair):
        model, dialect = pair
        method, target, body = dialect.create(Order(model, cls.words[pair], **ORDERS[model]))
        return cls.gateway.ask(method, target, body, cls.key)

    def made(self, pair):
        answer = self.answers[pair]
        self.assertEqual(answer.status, 200, answer)
        return pair[1].made(answer.json)

    def ended(self, dialect, task):
        def look():
            body = self.ok(*dialect.get(task))
            return body if dialect.state(body) not in ("queued", "running") else None
        return wait_until(look, what=task)

    def each_pair(self, check):
        for pair in self.pairs:
            with self.subTest("%s as %s" % (pair[0], pair[1].name)):
                check(pair)

    def test_each_is_bought_once_and_becomes_a_clip(self):
        creates = {}
        for vendor in VENDORS:
            for row in self.vendors.arrived(vendor, "create", ""):
                creates.setdefault(vendor, []).append(row["body"])

        def check(pair):
            task, word = self.made(pair), self.words[pair]
            self.assertRegex(task, "^[A-Za-z0-9_-]+$")
            body = self.ended(pair[1], task)
            self.assertEqual(pair[1].state(body), "succeeded", body)
            self.assertEqual(sum(word in text for rows in creates.values() for text in rows), 1)
        self.each_pair(check)

    def test_each_can_be_read_through_all(self):
        def check(pair):
            task = self.made(pair)
            self.ended(DIALECTS[0], task)
            links = set()
            for dialect in DIALECTS:
                body = self.ok(*dialect.get(task))
                self.assertEqual(dialect.state(body), "succeeded", (dialect.name, body))
                links.add(dialect.link(body))
            self.assertEqual(len(links), 1, links)
        self.each_pair(check)

    def test_each_clip_is_what_was_ordered(self):
        def check(pair):
            task, seconds = self.made(pair), ORDERS[pair[0]]["seconds"]
            body = self.ended(DIALECTS[0], task)
            found = harness.probe(self.gateway.fetch(body["url"], self.key).body)
            self.assertAlmostEqual(found["seconds"], seconds, delta=0.3)
            told = body["metadata"]
            # Also where the model chose the size: the clip itself tells.
            for name in ("width", "height", "fps"):
                self.assertEqual(told[name], found[name], name)
            self.assertAlmostEqual(told["duration"], found["seconds"], delta=0.1)
            video = self.ok("GET", "/v1/videos/" + task)
            self.assertEqual(video["size"], "%dx%d" % (found["width"], found["height"]))
        self.each_pair(check)


if __name__ == "__main__":
    unittest.main()
