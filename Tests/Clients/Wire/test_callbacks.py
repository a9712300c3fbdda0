"""What a vendor announces: it brings the next look forward, and nothing else."""

import json
import os
import sys
import threading
import time
import unittest
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from cases import KLING, SEEDANCE  # noqa: E402
from gateway import Gateway, Vendors, harness, wait_until  # noqa: E402

from kling import webhook_signature  # noqa: E402  (the emulator's own)

# The vendor's published example of a signed callback.
SECRET = "whsec_dGVzdHNlY3JldHRlc3RzZWNyZXR0ZXN0c2VjcmV0MTI="
EXAMPLE_ID, EXAMPLE_TIME = "9876543210", "1781080794"
EXAMPLE_BODY = (b'{"id":"1234567890","status":"succeeded","message":"","create_time":1781080778802,'
                b'"update_time":1781080794151}')
EXAMPLE_SIGNATURE = "v1,UsKlJP00XoQyOn410NM9xv34sP+Gl0jnOO9Lcpr7NJ4="
OTHER_SECRET = "whsec_b3RoZXJzZWNyZXRvdGhlcnNlY3JldG90aGVyc2VjcmV0MTI="
# A job is looked at no more often because of callbacks, and never by schedule within these tests.
GAP_SECONDS, SCHEDULE_MILLISECONDS = 3, 600_000


class Ordered:
    """A job that stands at the vendor as "running" until it is told to end; nothing is announced but by the test."""

    def __init__(self, case, model=KLING, vendor="kling"):
        self.case, self.vendor = case, vendor
        self.word = "callback%dx%d" % (os.getpid(), next(case.serial))
        case.vendors.rule(vendor, on="create", match=self.word,
                          task={"stuck": "running", "queue": 0, "run": 0, "callbacks": "none"})
        answer = case.gateway.ask("POST", "/v1/videos", {"model": model, "prompt": self.word}, case.key)
        case.assertEqual(answer.status, 200, answer)
        self.id = answer.json["id"]
        [task] = case.vendors.tasks(vendor, self.word)
        self.upstream_id = task["id"]
        self.path = urlsplit(task["request"]["callback_url"]).path
        wait_until(lambda: self.at_vendor()["state"] == "running", what="the vendor's work")

    def at_vendor(self):
        return self.case.vendors.tasks(self.vendor, self.word)[0]

    def finish(self):
        self.case.vendors.upstream.control(
            {"id": self.upstream_id, "plan": {"stuck": "", "callbacks": "none"}}, prefix="/" + self.vendor)
        wait_until(lambda: self.at_vendor()["state"] == "succeeded", what="the vendor's clip")

    def looks(self):
        return len(self.case.vendors.arrived(self.vendor, "query", self.upstream_id))

    def shown(self):
        answer = self.case.gateway.ask("GET", "/v1/videos/" + self.id, key=self.case.key)
        self.case.assertEqual(answer.status, 200, answer)
        return answer.json

    def body(self, status="processing", **more):
        """The flat form, as the vendor sends it."""
        return json.dumps({"task_id": self.upstream_id, "task_status": status, "task_status_msg": "", **more}).encode()

    def announce(self, body=None, secret=SECRET, ident=None, moment=None, path=None, **changed):
        body = self.body() if body is None else body
        ident, moment = ident or "m%d" % next(self.case.serial), moment or str(int(time.time()))
        headers = {"Content-Type": "application/json"}
        if secret:
            headers.update({"webhook-id": ident, "webhook-timestamp": moment,
                            "webhook-signature": webhook_signature(secret, ident, moment, body)})
        headers.update(changed)
        return self.case.gateway.ask("POST", path or self.path, body, headers=headers).status


class Callbacks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.vendors = Vendors(0.2, "--webhook-secret", SECRET)
        cls.addClassCleanup(cls.vendors.stop)
        accounts = cls.vendors.accounts()
        for account in accounts:
            if account["plugin"] == "kling":
                account["secrets"]["webhook_secret"] = SECRET
        cls.gateway = Gateway(accounts, FILMGATE_POLL_MILLISECONDS=str(SCHEDULE_MILLISECONDS))
        cls.addClassCleanup(cls.gateway.close)
        cls.gateway.configure(accounts, {"public_url": cls.gateway.base}, default_model=SEEDANCE)
        cls.gateway.serve()
        cls.key = cls.gateway.key("caller")
        cls.serial = iter(range(1, 1_000_000))

    def order(self, **more):
        return Ordered(self, **more)

    def settled(self, job, least=0):
        """Looks that came of what was announced before, once those that were put off have come too."""
        wait_until(lambda: job.looks() >= least, what="%d looks" % least)
        time.sleep(GAP_SECONDS + 0.7)
        return job.looks()

    def completed(self, job):
        wait_until(lambda: job.shown()["status"] == "completed", what="the clip did not come")
        clip = self.gateway.ask("GET", "/v1/videos/%s/content" % job.id, key=self.key)
        self.assertEqual(harness.probe(clip.body)["width"], 1280 if job.vendor == "kling" else 864)

    def test_a_purchase_whose_answer_was_lost_is_settled_by_what_the_vendor_announces(self):
        for vendor, model in (("kling", KLING), ("ark", SEEDANCE)):
            with self.subTest(vendor):
                word = "lost%dx%d" % (os.getpid(), next(self.serial))
                self.vendors.rule(vendor, on="create", match=word, reply="accept_close")
                answer = self.gateway.ask("POST", "/v1/videos", {"model": model, "prompt": word}, self.key)
                job = answer.json["id"]

                def shown():
                    return self.gateway.ask("GET", "/v1/videos/" + job, key=self.key).json["status"]
                wait_until(lambda: shown() == "completed", what="the clip did not come")
                clip = self.gateway.ask("GET", "/v1/videos/%s/content" % job, key=self.key)
                self.assertEqual(harness.probe(clip.body)["width"], 1280)
                self.assertEqual(self.vendors.creates(vendor, word), 1)

    def test_the_vendors_own_bring_the_clip_long_before_the_next_look_is_due(self):
        for vendor, model, size in (("kling", KLING, 1280), ("ark", SEEDANCE, 864)):
            with self.subTest(vendor):
                word = "announced%d%s" % (os.getpid(), vendor)
                body = {"model": model, "prompt": word, "resolution": "480p", "aspect_ratio": "16:9"}
                made = self.gateway.ask("POST", "/v1/videos", body if vendor == "ark" else {
                    "model": model, "prompt": word}, self.key)
                self.assertEqual(made.status, 200, made)
                wait_until(lambda: self.gateway.ask("GET", "/v1/videos/" + made.json["id"], key=self.key).json["status"]
                           == "completed", 20, "the clip")
                [task] = self.vendors.tasks(vendor, word)

                def told():
                    """What the vendor has announced, once it knows of the last that it has arrived."""
                    rows = [row for row in self.vendors.upstream.report("?last=0", prefix="/" + vendor)["callbacks"]
                            if row["url"] == task["request"]["callback_url"]]
                    return rows if any("succeed" in row["body"] for row in rows) else None
                sent = wait_until(told, what="the vendor's word of the end")
                self.assertEqual({row["status"] for row in sent}, {200})
                looks = len(self.vendors.arrived(vendor, "query", task["id"]))
                self.assertLessEqual(looks, len(sent) + 1)
                clip = self.gateway.ask("GET", "/v1/videos/%s/content" % made.json["id"], key=self.key)
                self.assertEqual(harness.probe(clip.body)["width"], size)

    def test_the_right_signature_is_followed_by_a_look_at_once(self):
        self.assertEqual(webhook_signature(SECRET, EXAMPLE_ID, EXAMPLE_TIME, EXAMPLE_BODY), EXAMPLE_SIGNATURE)
        job = self.order()
        before = job.looks()
        job.finish()
        self.assertEqual(job.shown()["status"], "queued")
        # As the newer documents write it.
        body = json.dumps({"id": job.upstream_id, "status": "succeeded", "message": ""}).encode()
        self.assertEqual(job.announce(body), 200)
        wait_until(lambda: job.looks() > before, what="nobody looked")
        self.completed(job)

    def test_what_is_not_signed_rightly_or_addressed_is_refused_and_nobody_looks(self):
        job = self.order()
        before = job.looks()
        now = int(time.time())
        body = job.body("succeed")
        good = webhook_signature(SECRET, "m", str(now), body)
        refused = {
            "the published example, of long ago or to come": job.announce(
                EXAMPLE_BODY, None, **{"webhook-id": EXAMPLE_ID, "webhook-timestamp": EXAMPLE_TIME,
                                       "webhook-signature": EXAMPLE_SIGNATURE}),
            "none": job.announce(body, None),
            "another secret": job.announce(body, OTHER_SECRET),
            "too old": job.announce(body, moment=str(now - 301)),
            "from the future": job.announce(body, moment=str(now + 3_600)),
            "another body": job.announce(
                body + b" ", None, **{"webhook-id": "m", "webhook-timestamp": str(now), "webhook-signature": good}),
            "another id": job.announce(
                body, None, **{"webhook-id": "n", "webhook-timestamp": str(now), "webhook-signature": good}),
            "another time": job.announce(
                body, None, **{"webhook-id": "m", "webhook-timestamp": str(now - 1), "webhook-signature": good}),
            "another version": job.announce(body, **{"webhook-signature": good.replace("v1,", "v2,")}),
            "cut": job.announce(body, **{"webhook-signature": good[:-4]}),
            "no time": job.announce(body, moment=str(now), **{"webhook-timestamp": ""}),
        }
        self.assertEqual(set(refused.values()), {401}, refused)
        token = job.path.rpartition("/")[2]
        unknown = {path: job.announce(body, path=path) for path in (
            "/callbacks/" + token[:-1], "/callbacks/" + token + "A", "/callbacks/" + "A" * len(token),
            "/callbacks/" + token.swapcase(), "/callbacks/" + job.id, "/callbacks/" + job.upstream_id, "/callbacks/",
            "/callbacks/%27%20OR%201=1--", "/callbacks/" + token[:-1] + ("A" if token[-1] != "A" else "B"))}
        self.assertEqual(set(unknown.values()), {404}, unknown)
        self.assertEqual(self.gateway.ask("GET", job.path).status, 405)
        self.assertEqual(job.announce(b"{" + b" " * (1 << 20) + b"}"), 413)
        self.assertEqual(self.settled(job), before)
        self.assertEqual(job.shown()["status"], "queued")
        # The address is a secret: neither log nor replies hold it.
        self.assertFalse(token in self.gateway.log, "the log holds the address")
        self.assertNotIn(token, json.dumps(job.shown()))
        record = self.gateway.ask("GET", "/v1/jobs/" + job.id, key=self.key)
        history = self.gateway.ask("GET", "/v1/jobs/%s/history" % job.id, key=self.key)
        self.assertEqual((record.status, history.status), (200, 200))
        self.assertNotIn(token.encode(), record.body + history.body)

    def test_lies_change_nothing(self):
        with harness.Listener() as elsewhere:
            lies = [
                lambda job: job.body("succeed", task_result={
                    "videos": [{"id": "1", "url": elsewhere.url + "/clip.mp4", "duration": "5"}]}),
                lambda job: job.body("failed", task_status_msg="Not this."),
                lambda job: json.dumps({"id": job.upstream_id, "status": "succeeded", "progress": 100}).encode(),
                lambda job: b"[" * 5_000, lambda job: b"\xff\xfe", lambda job: b"", lambda job: b"null",
            ]
            told = [(self.order(), lie) for lie in lies]
            job, other = self.order(), self.order()
            for liar, lie in told:
                self.assertEqual(liar.announce(lie(liar)), 200)
            # Told at this job's address, of another's.
            self.assertEqual(job.announce(other.body("succeed")), 200)
            for liar, _ in told:
                wait_until(lambda: liar.looks() >= 1 and liar.shown()["status"] != "queued", what="a look")
            self.assertEqual((self.settled(job), other.looks()), (0, 0))
            self.assertEqual(job.shown()["status"], "queued")
            for liar, lie in told:
                with self.subTest(lie(liar)[:60]):
                    self.assertEqual(liar.looks(), 1)
                    shown = liar.shown()
                    self.assertEqual(shown["status"], "in_progress", shown)
                    self.assertLess(shown["progress"], 100)
                    self.assertIsNone(shown["url"])
            self.assertEqual(elsewhere.posts, [])
        for liar, _ in told[:2]:
            liar.finish()
            self.assertEqual(liar.announce(liar.body("succeed")), 200)
        for liar, _ in told[:2]:
            self.completed(liar)
            # Over is over, whatever is announced.
            self.assertEqual(liar.announce(liar.body("failed")), 200)
            self.assertEqual(liar.looks(), 2)
        self.assertEqual(self.settled(told[0][0]), 2)
        self.assertEqual([liar.shown()["status"] for liar, _ in told[:3]], ["completed", "completed", "in_progress"])

    def test_repeated_ones_cost_one_look(self):
        job = self.order()
        before, moment = job.looks(), str(int(time.time()))
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: job.announce(job.body("succeed"), ident="same", moment=moment), range(60)))
        self.assertEqual(set(answers), {200})
        self.assertEqual(self.settled(job, before + 1), before + 1)
        self.assertEqual(job.announce(job.body("succeed"), ident="same", moment=moment), 200)
        time.sleep(0.5)
        self.assertEqual(job.looks(), before + 1)

    def test_a_flood_costs_a_look_in_some_seconds_and_the_last_word_is_not_lost(self):
        job, bystander = self.order(), self.order()
        before, began, over = job.looks(), time.monotonic(), threading.Event()
        answers = []

        def pour(_):
            while not over.is_set():
                answers.append(job.announce(job.body("succeed")))

        with ThreadPoolExecutor(6) as pool:
            floods = [pool.submit(pour, number) for number in range(6)]
            try:
                time.sleep(2 * GAP_SECONDS)
                wait_until(lambda: len(answers) > 100 and job.looks() > before, what="a flood")
                looks, took = job.looks() - before, time.monotonic() - began
                # Others are served meanwhile.
                asked = len(answers)
                self.assertEqual(bystander.shown()["status"], "queued")
                self.assertLess(len(answers) - asked, 1_000)
                job.finish()
            finally:
                over.set()
            for flood in floods:
                flood.result()
        self.assertEqual(set(answers), {200})
        self.assertTrue(1 <= looks <= took / GAP_SECONDS + 1, (looks, took))
        # Nothing is announced any more: what was put off suffices.
        self.completed(job)


if __name__ == "__main__":
    unittest.main()
