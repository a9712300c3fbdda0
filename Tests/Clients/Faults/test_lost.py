"""Purchases whose answer was lost, at a vendor that can be asked for a task by our own id of it."""

import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from cases import KLING  # noqa: E402
from gateway import Gateway, Vendors, harness, wait_until  # noqa: E402


class Lost(unittest.TestCase):
    def setUp(self):
        self.vendors = Vendors(0.2)
        self.addCleanup(self.vendors.stop)
        self.gateway = Gateway(self.vendors.accounts())
        self.addCleanup(self.gateway.close)
        self.gateway.serve()
        self.key = self.gateway.key("caller")

    def order(self, word, reply):
        self.vendors.rule("kling", on="create", match=word, reply=reply)
        answer = self.gateway.ask("POST", "/v1/video/generations", {"model": KLING, "prompt": word}, self.key)
        self.assertEqual(answer.status, 200, answer)
        return answer.json["id"]

    def record(self, job):
        answer = self.gateway.ask("GET", "/v1/jobs/" + job, key=self.key)
        self.assertEqual(answer.status, 200, answer)
        return answer.json

    def completed(self, job, word):
        wait_until(lambda: self.record(job)["state"] == "done", 30, "the clip")
        clip = self.gateway.ask("GET", "/v1/videos/%s/content" % job, key=self.key)
        self.assertEqual(harness.probe(clip.body)["width"], 1280)
        self.assertEqual(self.vendors.creates("kling", word), 1)

    def kinds(self, job):
        history = self.gateway.ask("GET", "/v1/jobs/%s/history" % job, key=self.key).json["data"]
        return [entry["kind"] for entry in history]

    def test_it_is_found_by_our_id_and_never_bought_again(self):
        for reply in ("accept_close", "accept_reset", "truncate", "empty"):
            with self.subTest(reply):
                word = "lost answer " + reply
                job = self.order(word, reply)
                self.completed(job, word)
                kinds = self.kinds(job)
                self.assertEqual(kinds.count("submitting"), 1)
                self.assertLess(kinds.index("outcome_unknown"), kinds.index("found"))

    def test_a_vendor_that_knows_it_late_is_asked_again(self):
        self.vendors.rule("kling", on="query", match="/fg_", error="1203", times=2)
        job = self.order("lost late", "accept_close")
        self.completed(job, "lost late")
        self.assertEqual(len(self.vendors.arrived("kling", "query", "/" + job)), 3)

    def test_what_the_vendor_never_took_stays_unknown_for_a_person(self):
        job = self.order("lost on the way", "close")
        wait_until(lambda: len(self.vendors.arrived("kling", "query", "/" + job)) >= 2, 20, "two questions")
        self.assertEqual(self.record(job)["state"], "unknown")
        self.assertEqual(self.vendors.creates("kling", "lost on the way"), 1)

    def test_the_next_start_asks_for_what_was_on_its_way_when_the_gateway_died(self):
        word = "lost with the gateway"
        self.vendors.rule("kling", on="create", match=word, reply="drip", interval=5)
        try:
            self.gateway.ask("POST", "/v1/video/generations", {"model": KLING, "prompt": word}, self.key, timeout=1.5)
        except OSError:
            pass
        wait_until(lambda: self.vendors.tasks("kling", word), what="the purchase")
        self.gateway.kill()
        self.gateway.serve()
        [job] = [row["task"]["id"] for row in self.gateway.ask("GET", "/v1/jobs", key=self.key).json["data"]]
        self.completed(job, word)
        self.assertIn("found", self.kinds(job))


if __name__ == "__main__":
    unittest.main()
