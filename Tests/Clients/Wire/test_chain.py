"""A gateway whose accounts are another gateway: all five formats, and the clip comes through both."""

import atexit
import functools
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from cases import ClientCase, world  # noqa: E402
from dialects import DIALECTS, SUBMIT, Order  # noqa: E402
from gateway import Gateway, wait_until  # noqa: E402

SMALL = {"ratio": "16:9", "options": {"resolution": "480p"}}
LINK, TAIL = "https://example.com/first.png", "https://example.com/last.png"
# One order for each plugin's way to a reseller; the vendor that gets it in the end; the clip.
ORDERS = [
    ("doubao-seedance-1-5-pro-251215", dict(seconds=4, **SMALL), "ark", (864, 496, 4)),
    ("doubao-seedance-2-0-260128", dict(seconds=4, images=[LINK, TAIL], **SMALL), "ark", (864, 496, 4)),
    ("volc-doubao-seedance-1-5-pro-251215", dict(seconds=4, **SMALL), "ark", (864, 496, 4)),
    ("kling-v1-6", dict(seconds=5), "kling", (1280, 720, 5)),
    ("kling-v2-6", dict(seconds=5, images=[LINK]), "kling", (1280, 720, 5)),
    ("jimeng_t2v_v30", dict(seconds=5), "jimeng", (1248, 704, 5)),
    ("jimeng_i2v_first_v30", dict(seconds=5, images=[LINK]), "jimeng", (1248, 704, 5)),
]


@functools.lru_cache(maxsize=None)
def relay():
    """The gateway in front and a key of its own; its accounts hold a key of the gateway behind."""
    behind = world()
    accounts = [{"name": plugin, "plugin": plugin, "profile": "relay", "base_url": behind.gateway.base,
                 "secrets": {"api_key": behind.key.bearer}} for plugin in ("seedance", "volc", "kling", "jimeng")]
    gateway = Gateway(accounts)
    atexit.register(gateway.close)
    return gateway.serve(), gateway.key("caller")


class Relay(ClientCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.behind = cls.gateway
        cls.gateway, cls.key = relay()

    def ended(self, dialect, task):
        def look():
            body = self.ok(*dialect.get(task))
            return body if dialect.state(body) not in ("queued", "running") else None
        return wait_until(look, what=task)

    def test_every_format_and_every_plugin(self):
        for model, more, vendor, clip in ORDERS:
            for dialect in DIALECTS:
                with self.subTest("%s as %s" % (model, dialect.name)):
                    word = self.word()
                    made = self.ok(*dialect.create(Order(model, word, **more)))
                    task = dialect.made(made)
                    body = self.ended(dialect, task)
                    self.assertEqual(dialect.state(body), "succeeded", body)
                    self.assertEqual(self.vendors.creates(vendor, word), 1)
                    # The links that it gives out are its own, not those of the one behind.
                    self.assert_clip(self.gateway.fetch(dialect.link(body), self.key).body, *clip)

    def test_what_is_refused_behind_is_refused_in_front(self):
        unified = DIALECTS[0]
        word = self.word()
        self.vendors.rule("kling", on="create", match=word, error=1301)
        answer = self.ask(*unified.create(Order("kling-v1-6", word)))
        self.assertEqual((answer.status, answer.json["error"]["code"]), (400, "refused_prompt"), answer)
        self.assertEqual(self.vendors.tasks("kling", word), [])

    def test_what_the_account_behind_may_not_is_refused_in_front(self):
        # A status of the 500s alone would leave open whether it was bought.
        for model, vendor, code in (("kling-v1-6", "kling", 1002), ("jimeng_t2v_v30", "jimeng", 100013),
                                    ("doubao-seedance-1-5-pro-251215", "ark", "AuthenticationError")):
            for dialect in DIALECTS:
                with self.subTest("%s as %s" % (model, dialect.name)):
                    word = self.word()
                    self.vendors.rule(vendor, on="create", match=word, error=code)
                    answer = self.ask(*dialect.create(Order(model, word)))
                    self.assertGreaterEqual(answer.status, 500, answer)
                    self.assertEqual(answer.headers["x-filmgate-charged"], "no")

    def test_what_fails_behind_fails_in_front(self):
        for (model, more, vendor, _), dialect in zip((ORDERS[0], ORDERS[3]), DIALECTS):
            word = self.word()
            self.vendors.rule(vendor, on="create", match=word, task={"outcome": "fail", "message": "Not this."})
            task = dialect.made(self.ok(*dialect.create(Order(model, word, **more))))
            found = self.done(task)
            self.assertEqual(found["status"], "failed")
            self.assertIn("Not this", found["error"]["message"])

    def test_what_is_unknown_behind_is_bought_once(self):
        word = self.word()
        self.vendors.rule("jimeng", on="create", match=word, reply="accept_close", times=0)
        made = self.ok("POST", SUBMIT, {"req_key": "jimeng_t2v_v30", "prompt": word})
        self.assertTrue(made["data"]["task_id"])
        self.assertEqual(self.vendors.creates("jimeng", word), 1)


if __name__ == "__main__":
    unittest.main()
