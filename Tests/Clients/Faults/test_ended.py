"""Told to end, a gateway finishes what is under way and takes nothing new."""

import http.client
import os
import signal
import sys
import threading
import unittest

sys.path[:0] = [os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), name) for name in ("", "Wire")]

from cases import KLING  # noqa: E402
from gateway import Gateway, Vendors, harness, wait_until  # noqa: E402

GENERATIONS = "/v1/video/generations"


class Drain(unittest.TestCase):
    def setUp(self):
        self.vendors = Vendors(0.2)
        self.addCleanup(self.vendors.stop)
        # Without an archive a clip comes from the vendor at the vendor's pace.
        self.gateway = Gateway(self.vendors.accounts(), {"archive": False})
        self.addCleanup(self.gateway.close)
        self.key = self.gateway.key("caller")
        self.gateway.serve()

    def make(self, prompt):
        return self.gateway.ask("POST", GENERATIONS, {"model": KLING, "prompt": prompt}, self.key)

    def finished(self, prompt):
        task = self.make(prompt).json["task_id"]

        def look():
            found = self.gateway.ask("GET", GENERATIONS + "/" + task, key=self.key).json
            return found if found["status"] == "completed" else None
        return wait_until(look, what=task)

    def test_a_download_and_a_create_under_way_are_finished(self):
        clip = self.finished("drained download")
        task = self.vendors.tasks("kling", "drained download")[0]["id"]
        self.vendors.rule("kling", on="media", match=task, reply="drip", chunk=16384, interval=0.1, hold="download")
        self.vendors.rule("kling", on="create", match="drained create", hold="create")
        answers = {}

        def run(name, call, *arguments):
            answers[name] = call(*arguments)
        threads = [threading.Thread(target=run, args=("content", self.gateway.fetch, clip["url"], self.key)),
                   threading.Thread(target=run, args=("create", self.make, "drained create"))]
        for thread in threads:
            thread.start()
        wait_until(lambda: self.vendors.creates("kling", "drained create"))
        wait_until(lambda: self.vendors.arrived("kling", "media", task))
        self.gateway.process.send_signal(signal.SIGTERM)
        wait_until(self.refuses, what="it still takes connections")
        self.assertEqual(answers, {}, "there was nothing under way any more")
        for word in ("download", "create"):
            self.vendors.upstream.release(word, prefix="/kling")
        for thread in threads:
            thread.join(60)
        self.assertEqual(answers["create"].status, 200, answers)
        self.assertEqual(answers["content"].status, 200)
        self.assertEqual(harness.probe(answers["content"].body)["width"], 1280)
        self.assertEqual(self.gateway.process.wait(60), 0, self.gateway.log)
        # What was accepted then goes on at the next start.
        made = answers["create"].json["task_id"]
        self.gateway.serve()
        wait_until(lambda: self.gateway.ask("GET", GENERATIONS + "/" + made, key=self.key).json["status"] == "completed")
        self.assertEqual(self.vendors.creates("kling", "drained create"), 1)

    def refuses(self):
        try:
            return self.gateway.ask("GET", "/healthz").status == 503
        except (ConnectionError, http.client.HTTPException):
            return True

    def test_with_nothing_under_way_it_ends_at_once(self):
        # A connection that idles is no reason to stay.
        idle = http.client.HTTPConnection("127.0.0.1", self.gateway.port, timeout=30)
        idle.request("GET", GENERATIONS, headers=self.key.header)
        idle.getresponse().read()
        self.assertEqual(self.gateway.terminate(), 0, self.gateway.log)
        idle.close()


if __name__ == "__main__":
    unittest.main()
