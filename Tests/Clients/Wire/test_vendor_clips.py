"""Clips that stand at the vendor alone, and vendors that hand them out badly."""

import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from cases import SEEDANCE  # noqa: E402
from gateway import Gateway, Key, Vendors, harness, wait_until  # noqa: E402


class Breaks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.vendors = Vendors()
        cls.addClassCleanup(cls.vendors.stop)
        cls.gateway = Gateway(cls.vendors.accounts(), {"archive": False})
        cls.addClassCleanup(cls.gateway.close)
        cls.gateway.serve()
        cls.key = Key(cls.gateway.announced)

    def test_a_transfer_that_breaks_before_its_first_bytes_is_begun_again(self):
        made = self.gateway.ask("POST", "/v1/videos", {"model": SEEDANCE, "prompt": "a boat", "seconds": "4"}, self.key)
        path = "/v1/videos/" + made.json["id"]
        wait_until(lambda: self.gateway.ask("GET", path, key=self.key).json["status"] == "completed", 60)
        for fault in ({"media": "close"}, {"reply": "reset"}, {"media": "empty"}):
            with self.subTest(str(fault)):
                self.vendors.rule("ark", on="media", times=2, **fault)
                answer = self.gateway.ask("GET", path + "/content", key=self.key)
                if fault == {"media": "empty"}:
                    # That is an answer, and a wrong one.
                    self.assertEqual(answer.status // 100, 5, answer)
                    continue
                self.assertEqual(answer.status, 200, answer)
                found = harness.probe(answer.body)
                self.assertEqual((found["width"], found["height"]), (1280, 720))


if __name__ == "__main__":
    unittest.main()
