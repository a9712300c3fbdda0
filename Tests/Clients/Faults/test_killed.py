"""A gateway killed at any moment: no job is lost, none is bought twice, keys answer again."""

import http.client
import os
import random
import sys
import threading
import time
import unittest

sys.path[:0] = [os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), name) for name in ("", "Wire")]

from cases import JIMENG, KLING, SEEDANCE  # noqa: E402
from dialects import DIALECTS, Order  # noqa: E402
from gateway import Gateway, Vendors, wait_until  # noqa: E402

SMALL = {"ratio": "16:9", "options": {"resolution": "480p"}}
ORDERS = [("ark", SEEDANCE, dict(seconds=4, **SMALL)), ("kling", KLING, {}), ("jimeng", JIMENG, {})]
ROUNDS, CALLERS = 8, 6
UNIFIED = DIALECTS[0]
LIVE = ("queued", "in_progress")


class Caller(threading.Thread):
    """Orders one clip after another until the gateway is gone; keeps what it was told."""

    def __init__(self, case, number):
        super().__init__(daemon=True)
        self.case, self.number = case, number
        self.told, self.untold = {}, []

    def run(self):
        for count in range(1000):
            word = "kill%dx%dx%dx" % (self.case.round, self.number, count)
            order = (word, (self.number + count) % len(ORDERS), DIALECTS[(self.number + count) % len(DIALECTS)])
            try:
                self.told[word] = self.case.order(*order), order
            except (OSError, http.client.HTTPException):
                self.untold.append(order)
                return


class Kill(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.vendors = Vendors(0.3)
        cls.addClassCleanup(cls.vendors.stop)
        cls.gateway = Gateway(cls.vendors.accounts())
        cls.addClassCleanup(cls.gateway.close)
        cls.key = cls.gateway.key("caller")

    def order(self, word, which, dialect):
        """The task's id; every order has a key of its own, so that it can be given again."""
        _, model, more = ORDERS[which]
        method, target, body = dialect.create(Order(model, word, **more))
        answer = self.gateway.ask(method, target, body, self.key, {"Idempotency-Key": word})
        self.assertEqual(answer.status, 200, answer)
        self.replayed = answer.headers.get("idempotency-replayed")
        return dialect.made(answer.json)

    def state(self, task):
        answer = self.gateway.ask("GET", "/v1/video/generations/" + task, key=self.key)
        self.assertEqual(answer.status, 200, "job %s is lost: %s" % (task, answer))
        return answer.json

    def test_at_any_moment(self):
        # The same moments at every run: from before the first answer to the middle of everything.
        moments = random.Random(20)
        unknown = 0
        for self.round in range(ROUNDS):
            self.gateway.serve()
            callers = [Caller(self, number) for number in range(CALLERS)]
            for caller in callers:
                caller.start()
            time.sleep(moments.random() * 0.8)
            self.gateway.kill()
            for caller in callers:
                caller.join(60)
                self.assertFalse(caller.is_alive())
            self.gateway.serve()
            for caller in callers:
                unknown += self.settle(caller)
            self.assertEqual(self.gateway.terminate(), 0, self.gateway.log)
        # Each caller has at most one order on its way when the gateway dies.
        self.assertLessEqual(unknown, ROUNDS * CALLERS)

    def settle(self, caller):
        """Everything that a caller ordered, told or not, once the gateway is back; how many outcomes nobody knows."""
        for word, (task, order) in caller.told.items():
            self.assertEqual(self.order(*order), task, "the key of %s answers something else" % word)
            self.assertEqual(self.replayed, "true")
        for order in caller.untold:
            caller.told[order[0]] = self.order(*order), order
        return sum(self.ended(word, *found) for word, found in caller.told.items())

    def ended(self, word, task, order):
        vendor = ORDERS[order[1]][0]

        def over():
            found = self.state(task)
            # What nobody knows stays on its way, with a warning that says so.
            return found if found["status"] not in LIVE or found["warnings"] else None
        found = wait_until(over, what=word)
        self.assertLessEqual(self.vendors.creates(vendor, word), 1, "%s was bought twice" % word)
        self.assertLessEqual(len(self.vendors.tasks(vendor, word)), 1)
        if found["status"] in LIVE:
            return 1
        self.assertEqual((found["status"], self.vendors.creates(vendor, word)), ("completed", 1), found)
        return 0


if __name__ == "__main__":
    unittest.main()
