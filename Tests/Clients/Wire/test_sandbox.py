"""`filmgate serve --sandbox`: no account, no configuration, a key that is shown once, and clips from every model."""

import os
import sys
import unittest
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from dialects import DIALECTS, Order  # noqa: E402
from gateway import Gateway, Key, harness, wait_until  # noqa: E402

SMALL = {"ratio": "16:9", "options": {"resolution": "480p"}}
ORDERS = [Order("doubao-seedance-1-5-pro-251215", "a boat", seconds=4, **SMALL), Order("kling-v1-6", "a boat", seconds=5),
          Order("jimeng_t2v_v30", "a boat", seconds=5), Order("volc-doubao-seedance-1-0-pro-250528", "a boat", seconds=4, **SMALL),
          Order("kling-v3", "a boat", seconds=3)]


class Sandbox(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.gateway = Gateway([])
        cls.addClassCleanup(cls.gateway.close)
        cls.gateway.serve("--sandbox")
        cls.key = Key(cls.gateway.announced)

    def ok(self, *request):
        answer = self.gateway.ask(*request, key=self.key)
        self.assertEqual(answer.status, 200, answer)
        return answer.json

    def test_every_format_and_provider(self):
        def make(order, dialect):
            task = dialect.made(self.ok(*dialect.create(order)))

            def look():
                body = self.ok(*dialect.get(task))
                return body if dialect.state(body) not in ("queued", "running") else None
            body = wait_until(look, what=task)
            self.assertEqual(dialect.state(body), "succeeded", body)
            return harness.probe(self.gateway.fetch(dialect.link(body), self.key).body)
        with ThreadPoolExecutor(2) as pool:
            futures = [(order, dialect, pool.submit(make, order, dialect)) for order, dialect in zip(ORDERS, DIALECTS)]
        for order, dialect, future in futures:
            with self.subTest("%s as %s" % (order.model, dialect.name)):
                self.assertAlmostEqual(future.result()["seconds"], order.seconds, delta=0.3)

    def test_nobody_without_the_key(self):
        self.assertEqual(self.gateway.ask("GET", "/v1/videos").status, 401)


class FirstKey(unittest.TestCase):
    def test_it_is_shown_once(self):
        gateway = Gateway([])
        self.addCleanup(gateway.close)
        first = gateway.serve().announced
        self.assertEqual(gateway.terminate(), 0, gateway.log)
        second = gateway.serve().announced
        self.assertEqual([name for name in ("bearer_token", "access_key", "secret_key") if name in second], [])
        self.assertEqual(gateway.ask("GET", "/v1/videos", headers={"Authorization": "Bearer " + first["bearer_token"]}).status, 200)
        # It stands in no log and no file.
        for secret in (first["bearer_token"], first["secret_key"]):
            self.assertNotIn(secret, gateway.log)
            for path, data in gateway.files():
                self.assertNotIn(secret.encode(), data, path)


if __name__ == "__main__":
    unittest.main()
