"""Two gateways on one database: what a key may start holds for both together."""

import os
import sys
import unittest
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from cases import SEEDANCE  # noqa: E402
from gateway import Gateway, Vendors, wait_until  # noqa: E402

CALLERS, REQUESTS = 12, 36


class SharedDatabase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.vendors = Vendors(0.2)
        cls.addClassCleanup(cls.vendors.stop)
        cls.first = Gateway(cls.vendors.accounts(), default_model=SEEDANCE)
        cls.addClassCleanup(cls.first.close)
        cls.second = cls.first.twin()
        cls.addClassCleanup(cls.second.leave)
        cls.first.serve()
        cls.second.serve()
        assert cls.first.port != cls.second.port

    def body(self, word):
        return {"model": SEEDANCE, "prompt": word, "duration": 4, "resolution": "480p"}

    def crowd(self, word, key):
        """Answers to many requests that come at once, to both gateways in turn."""
        def ask(number):
            gateway = (self.first, self.second)[number % 2]
            return gateway.ask("POST", "/v1/video/generations", self.body(word), key)
        with ThreadPoolExecutor(CALLERS) as pool:
            return list(pool.map(ask, range(REQUESTS)))

    def price(self, key):
        answer = self.first.ask("POST", "/v1/video/generations?dry_run=true", self.body("a boat"), key)
        self.assertEqual(answer.status, 200, answer)
        quote = answer.json["quote"]
        return quote.get("high") or quote["expected"]

    def test_a_budget_for_three_buys_three(self):
        price = self.price(self.first.key("anybody"))
        for number in range(3):
            word = "shared budget %d" % number
            key = self.first.key("three", "--budget", "%.6f" % (3.5 * float(price["amount"])), "--currency", price["currency"])
            answers = self.crowd(word, key)
            self.assertEqual(sum(answer.status == 200 for answer in answers), 3)
            self.assertEqual(self.vendors.creates("ark", word), 3)
            for answer in answers:
                if answer.status != 200:
                    self.assertIn("budget", answer.json["error"]["message"])

    def test_no_more_are_under_way_at_once_than_the_key_allows(self):
        for number in range(3):
            word = "shared places %d" % number
            self.vendors.rule("ark", on="create", match=word, times=0, task={"stuck": True, "queue": 0, "run": 0})
            key = self.first.key("two at once", "--parallel", "2")
            answers = self.crowd(word, key)
            made = [answer.json["id"] for answer in answers if answer.status == 200]
            self.assertEqual(len(made), 2)
            self.assertEqual(self.vendors.creates("ark", word), 2)
            self.assertEqual({answer.status for answer in answers if answer.status != 200}, {429})
            # One that is over makes room for one, whichever gateway it was made by and whichever is asked.
            cancelled = self.first.ask("POST", "/v1/video/generations/%s/cancel" % made[0], key=key)
            self.assertEqual(cancelled.status, 200, cancelled)

            def again():
                return any(gateway.ask("POST", "/v1/video/generations", self.body(word), key).status == 200
                           for gateway in (self.second, self.first))
            wait_until(again, what="room for another one")
            self.assertEqual(self.vendors.creates("ark", word), 3)
            self.assertEqual(self.first.ask("POST", "/v1/video/generations", self.body(word), key).status, 429)


if __name__ == "__main__":
    unittest.main()
