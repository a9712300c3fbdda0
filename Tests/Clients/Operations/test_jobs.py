"""Jobs once more, their history, lists, waits: the host's own routes beyond what vendors' clients ask for."""

import http.client
import json
import os
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from cases import SEEDANCE, ClientCase, picture  # noqa: E402
from gateway import Gateway, Steered, wait_until  # noqa: E402


class JobTest(ClientCase):
    def make(self, word, **more):
        body = {"model": SEEDANCE, "prompt": word, "duration": 4, "resolution": "480p", **more}
        return self.ok("POST", "/v1/video/generations", body)["id"]

    def make_with_picture(self, word):
        parts = [("prompt", None, word.encode()), ("model", None, SEEDANCE.encode()), ("seconds", None, b"4"),
                 ("resolution", None, b"480p"), ("input_reference", "a.png", picture())]
        body = b"".join(
            b'--b\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
            % (name.encode(), b'; filename="%s"\r\nContent-Type: image/png' % file.encode() if file else b"", data)
            for name, file, data in parts) + b"--b--\r\n"
        answer = self.ask("POST", "/v1/videos", body, headers={"Content-Type": "multipart/form-data; boundary=b"})
        self.assertEqual(answer.status, 200, answer)
        return answer.json["id"]

    # Once more

    def test_what_is_to_differ_the_next_time_differs(self):
        first, second = self.word(), self.word()
        job = self.make(first)
        answer = self.ask("POST", "/v1/videos/%s/again" % job, {"prompt": second, "seconds": "5"})
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual((answer.json["prompt"], answer.json["seconds"]), (second, "5"))
        self.assertEqual(self.vendors.creates("ark", first), 1)
        [body] = self.vendors.bodies("ark", second)
        self.assertEqual((body["duration"], body["resolution"]), (5, "480p"))

    def test_an_input_is_used_again_and_what_is_gone_is_told_before_money_is_spent(self):
        word = self.word()
        job = self.make_with_picture(word)
        self.completed(job)
        self.ok("POST", "/v1/videos/%s/again" % job)
        bodies = self.vendors.bodies("ark", word)
        self.assertEqual(len(bodies), 2)
        pictures = [[item for item in body["content"] if item["type"] == "image_url"] for body in bodies]
        self.assertEqual(pictures[0], pictures[1])
        folder = self.gateway.path(".local/share/filmgate/assets")
        for name in os.listdir(folder):
            os.remove(os.path.join(folder, name))
        answer = self.ask("POST", "/v1/videos/%s/again" % job)
        self.assertEqual((answer.status, answer.json["error"]["param"]), (410, "input_reference"), answer)
        self.assertEqual(self.vendors.creates("ark", word), 2)

    def test_what_may_be_paid_already_is_not_bought_again(self):
        word = self.word()
        self.vendors.rule("ark", on="create", match=word, reply="accept_close")
        job = self.make(word)
        wait_until(lambda: self.ok("GET", "/v1/jobs/" + job)["state"] == "unknown", what="the unknown outcome")
        answer = self.ask("POST", "/v1/videos/%s/again" % job)
        self.assertEqual(answer.json["error"]["code"], "unknown_outcome", answer)
        self.assertEqual(self.vendors.creates("ark", word), 1)

    def test_the_same_key_with_another_address_for_news_is_another_request(self):
        word, once = self.word(), {"Idempotency-Key": self.word()}
        body = {"model": SEEDANCE, "prompt": word, "duration": 4, "webhook_url": "http://127.0.0.1:1/a"}
        self.assertEqual(self.ask("POST", "/v1/video/generations", body, headers=once).status, 200)
        self.assertEqual(self.ask("POST", "/v1/video/generations", body, headers=once).status, 200)
        body["webhook_url"] = "http://127.0.0.1:1/b"
        self.assertEqual(self.ask("POST", "/v1/video/generations", body, headers=once).status, 409)
        self.assertEqual(self.vendors.creates("ark", word), 1)

    # What callers see

    def test_a_history_names_neither_the_vendors_id_nor_a_place_on_this_machine(self):
        word = self.word()
        job = self.make(word)
        wait_until(lambda: self.ok("GET", "/v1/jobs/" + job)["state"] == "done", what="the clip at home")
        [task] = self.vendors.tasks("ark", word)
        text = json.dumps(self.ok("GET", "/v1/jobs/%s/history" % job))
        self.assertIn("archived", text)
        self.assertNotIn(task["id"], text)
        self.assertNotIn(self.gateway.home, text)

    def test_a_dry_run_says_that_the_key_is_not_for_the_model(self):
        other = self.gateway.key("narrow", "--models", "studio")
        body = {"model": SEEDANCE, "prompt": "a boat"}
        for query in ("", "?dry_run=true"):
            answer = self.gateway.ask("POST", "/v1/videos" + query, body, other)
            self.assertEqual((answer.status, answer.json["error"]["code"]), (403, "permission"), answer)

    def test_a_list_by_cursor_can_be_of_one_state(self):
        word = self.word()
        self.vendors.rule("ark", on="create", match=word, task={"outcome": "fail"})
        failed = self.make(word)
        self.done(failed)
        self.completed(self.make(self.word()))
        page = self.ok("GET", "/v1/videos?status=failed&limit=100")["data"]
        self.assertIn(failed, [video["id"] for video in page])
        self.assertEqual({video["status"] for video in page}, {"failed"})
        self.assertEqual(self.ask("GET", "/v1/videos?status=sad").status, 400)

    # Waiting

    def events(self, job, last=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.gateway.port, timeout=120)
        self.addCleanup(connection.close)
        connection.request("GET", "/v1/videos/%s/events" % job, headers={
            **self.key.header, **({"Last-Event-ID": last} if last else {})})
        answer = connection.getresponse()
        lines = answer.read().decode().splitlines()
        return answer.status, [line[4:] for line in lines if line.startswith("id: ")]

    def test_who_has_seen_the_end_is_not_told_again(self):
        job = self.make(self.word())
        status, seen = self.events(job)
        self.assertEqual(status, 200)
        # The clip is brought home after the last event.
        wait_until(lambda: self.ok("GET", "/v1/jobs/" + job)["state"] == "done")
        self.assertEqual(self.events(job, seen[-1]), (204, []))
        self.assertEqual(len(self.events(job, seen[0])[1]), 1)

    def test_a_wait_at_one_process_hears_what_another_wrote(self):
        word = self.word()
        task = Steered(self.vendors, "ark", word)
        job = self.make(word)
        beside = Gateway(self.vendors.accounts())
        self.addCleanup(beside.kill)
        beside.close()
        beside.home, beside.environment = self.gateway.home, dict(self.gateway.environment)
        beside.serve()
        task.begin()
        begun = time.monotonic()
        answer = beside.ask("GET", "/v1/videos/%s?wait=60" % job, key=self.key, timeout=120)
        self.assertEqual(answer.json["status"], "in_progress", answer)
        self.assertLess(time.monotonic() - begun, 50)
        task.finish()
        self.completed(job)


if __name__ == "__main__":
    unittest.main()
