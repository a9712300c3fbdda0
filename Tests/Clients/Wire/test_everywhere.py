"""What holds in every format: dry runs, warnings, when to look again, idempotency keys, cancelling that tells the truth."""

import http.client
import json
import os
import sys
import threading
import unittest
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from cases import JIMENG, KLING, SEEDANCE, ClientCase  # noqa: E402
from dialects import DIALECTS, Order  # noqa: E402
from gateway import Steered, wait_until  # noqa: E402

SMALL = {"ratio": "16:9", "resolution": "480p"}
CANCEL = "/jimeng/?Action=CVCancelTask&Version=2024-06-06"


class Everywhere(ClientCase):
    def each(self, check):
        for dialect in DIALECTS:
            with self.subTest(dialect.name):
                check(dialect)

    def order(self, dialect, model, *word, **more):
        return dialect.create(Order(model, *(word or [self.word()]), **more))

    def test_a_dry_run_shows_and_buys_nothing(self):
        def check(dialect):
            word = self.word()
            method, target, body = self.order(dialect, KLING, word)
            found = self.ok(method, target + ("&" if "?" in target else "?") + "dry_run=true", body)
            text = str(found)
            self.assertIn(KLING, text)
            self.assertNotIn("SKexample", text)
            self.assertEqual(self.vendors.creates("kling", word), 0)
        self.each(check)

    def test_what_has_no_effect_is_told(self):
        def check(dialect):
            answer = self.ask(*self.order(dialect, KLING, options={"seed": 7, "no_such_option": 1}))
            self.assertEqual(answer.status, 200, answer)
            told = answer.headers["x-filmgate-warnings"]
            self.assertIn("seed", told)
            self.assertIn("no_such_option", told)
        self.each(check)

    def test_when_to_look_again(self):
        def check(dialect):
            word = self.word()
            self.vendors.rule("kling", on="create", match=word, task={"delay": 1})
            made = self.ask(*self.order(dialect, KLING, word))
            look = self.ask(*dialect.get(dialect.made(made.json)))
            name = "openai-poll-after-ms" if dialect.name == "openai" else "retry-after"
            for answer in (made, look):
                self.assertRegex(answer.headers[name], "^[1-9][0-9]*$")
        self.each(check)

    def test_idempotency_keys(self):
        def check(dialect):
            word = self.word()
            order, key = self.order(dialect, KLING, word), {"Idempotency-Key": "key-" + word}
            first, second = self.ask(*order, headers=key), self.ask(*order, headers=key)
            self.assertEqual((first.status, second.status), (200, 200), second)
            self.assertEqual(dialect.made(first.json), dialect.made(second.json))
            self.assertEqual((first.headers.get("idempotency-replayed"), second.headers.get("idempotency-replayed")), (None, "true"))
            other = self.ask(*self.order(dialect, KLING, word + " else"), headers=key)
            self.assertEqual(other.status, 409, other)
            self.assertEqual(self.vendors.creates("kling", word), 1)
        self.each(check)

    def test_a_key_given_in_one_format_holds_in_all(self):
        word = self.word()
        orders = [self.order(dialect, KLING, word) for dialect in DIALECTS]
        tasks = set()
        for dialect, order in zip(DIALECTS, orders):
            answer = self.ask(*order, headers={"Idempotency-Key": word})
            self.assertIn(answer.status, (200, 409), answer)
            if answer.status == 200:
                tasks.add(dialect.made(answer.json))
        self.assertEqual((len(tasks), self.vendors.creates("kling", word)), (1, 1))

    def test_a_model_that_nobody_has(self):
        def check(dialect):
            answer = self.ask(*self.order(dialect, "no-such-model"))
            self.assertIn(answer.status, (400, 404), answer)
            self.assertIn("no-such-model", answer.body.decode())
        self.each(check)

    def test_an_unknown_task_in_the_formats_own_words(self):
        def check(dialect):
            answer = self.ask(*dialect.get("fg_none"))
            status, right = dialect.unknown
            self.assertEqual(answer.status, status, answer)
            self.assertTrue(right(answer.json), answer)
        self.each(check)

    def test_the_vendors_refusal_in_the_formats_own_words(self):
        def check(dialect):
            word = self.word()
            self.vendors.rule("ark", on="create", match=word, error="InputTextSensitiveContentDetected")
            answer = self.ask(*self.order(dialect, SEEDANCE, word, seconds=5))
            self.assertEqual(answer.status, 400, answer)
            self.assertTrue(answer.json.get("error") or answer.json["code"] in (1301, 50412, 50413), answer)
        self.each(check)


class Cancelling(ClientCase):
    def stuck(self, model, vendor, state=True, **more):
        word = self.word()
        self.vendors.rule(vendor, on="create", match=word, task={"stuck": state, "queue": 0})
        made = self.ok("POST", "/v1/video/generations", {"model": model, "prompt": word, **more})
        if state == "running":
            wait_until(lambda: self.ok("GET", "/v1/video/generations/" + made["task_id"])["status"] == "in_progress")
        return word, made["task_id"]

    def test_cancelled(self):
        word, task = self.stuck(SEEDANCE, "ark", duration=4, **SMALL)
        found = self.ok("POST", "/v1/video/generations/%s/cancel" % task)
        self.assertEqual((found["status"], found["error"]["code"]), ("failed", "cancelled"), found)
        self.assertEqual([row["state"] for row in self.vendors.tasks("ark", word)], ["cancelled"])
        for dialect in DIALECTS:
            body = self.ok(*dialect.get(task)) if dialect.name != "jimeng" else None
            if body:
                self.assertIn(dialect.state(body), ("failed", "cancelled"))

    def test_too_late(self):
        _, task = self.stuck(SEEDANCE, "ark", "running", duration=4, **SMALL)
        answer = self.ask("POST", "/v1/video/generations/%s/cancel" % task)
        self.assertIn(answer.status, (400, 409), answer)
        self.assertEqual(self.ok("GET", "/v1/video/generations/" + task)["status"], "in_progress")

    def test_already_over(self):
        task = self.ok("POST", "/v1/video/generations", {"model": KLING, "prompt": self.word()})["task_id"]
        self.completed(task)
        answer = self.ask("POST", "/v1/video/generations/%s/cancel" % task)
        self.assertIn(answer.status, (400, 409), answer)
        self.assertIn("billed", answer.json["message"])

    def test_a_provider_that_cannot(self):
        for model, vendor in ((KLING, "kling"), (JIMENG, "jimeng")):
            _, task = self.stuck(model, vendor)
            for answer in (self.ask("POST", "/v1/video/generations/%s/cancel" % task), self.ask("DELETE", "/v1/videos/" + task)):
                self.assertIn(answer.status, (400, 409), answer)
                self.assertIn("cancel", str(answer.json).lower())
            self.assertEqual(self.ok("GET", "/v1/videos/" + task)["status"], "queued")
        answer = self.ask("POST", CANCEL, {"req_key": JIMENG, "task_id": task})
        self.assertNotEqual(answer.json.get("code"), 10000)


class Waiting(ClientCase):
    def setUp(self):
        word = self.word()
        self.steered = Steered(self.vendors, "kling", word)
        self.task = self.ok("POST", "/v1/video/generations", {"model": KLING, "prompt": word})["task_id"]
        self.steps = iter((self.steered.begin, self.steered.finish))

    def step(self):
        """Lets the task go on while somebody waits for it."""
        threading.Timer(0.3, next(self.steps)).start()

    def test_a_long_poll_ends_with_the_news(self):
        for word in ("in_progress", "completed"):
            self.step()
            self.assertEqual(self.ok("GET", "/v1/video/generations/%s?wait=30" % self.task)["status"], word)

    def test_without_news_it_ends_in_time(self):
        self.assertEqual(self.ok("GET", "/v1/video/generations/%s?wait=1" % self.task)["status"], "queued")
        for wait in ("-1", "soon", "100000"):
            self.assertEqual(self.ask("GET", "/v1/video/generations/%s?wait=%s" % (self.task, wait)).status, 400)

    def test_it_waits_in_every_format(self):
        def wait(dialect):
            method, target, body = dialect.get(self.task)
            return dialect.state(self.ok(method, target + ("&" if "?" in target else "?") + "wait=30", body))
        with ThreadPoolExecutor(len(DIALECTS)) as pool:
            for state in ("running", "succeeded"):
                self.step()
                self.assertEqual([*pool.map(wait, DIALECTS)], [state] * len(DIALECTS))

    def events(self, heard=lambda status: None, **headers):
        """The answer and its events; `heard` is told of each status as soon as it has come."""
        connection = http.client.HTTPConnection("127.0.0.1", self.gateway.port, timeout=120)
        self.addCleanup(connection.close)
        connection.request("GET", "/v1/videos/%s/events" % self.task, headers={**self.key.header, **headers})
        answer, rows, row = connection.getresponse(), [], {}
        for line in answer:
            name, _, value = line.decode().rstrip("\n").partition(": ")
            if name == "" and row:
                if "data" in row:
                    rows.append(row)
                    heard(json.loads(row["data"])["status"])
                row = {}
            elif name and not line.startswith(b":"):
                row[name] = value
        return answer, rows

    def test_events(self):
        steps = {"queued": self.steered.begin, "in_progress": self.steered.finish}
        answer, rows = self.events(lambda status: steps.pop(status, lambda: None)())
        self.assertEqual((answer.status, answer.headers["content-type"].partition(";")[0]), (200, "text/event-stream"))
        words = [json.loads(row["data"])["status"] for row in rows]
        self.assertEqual([*dict.fromkeys(words)], ["queued", "in_progress", "completed"])
        self.assertEqual((rows[-1]["event"], json.loads(rows[-1]["data"])["id"]), ("video.completed", self.task))
        self.assertEqual(len({row["id"] for row in rows}), len(rows))
        # Who comes back gets what it has not seen, and a browser that has seen the end need not come back.
        self.assertEqual([row["event"] for row in self.events(**{"Last-Event-ID": rows[0]["id"]})[1]], ["video.completed"])
        last = rows[-1]["id"]
        while (answer := self.events(**{"Last-Event-ID": last}))[0].status != 204:
            # What is kept since then counts as a change.
            self.assertNotEqual(answer[1][-1]["id"], last)
            last = answer[1][-1]["id"]


if __name__ == "__main__":
    unittest.main()
