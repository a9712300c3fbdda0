"""One caller's tasks do not exist for another, by any route and in the route's own words."""

import os
import sys
import time
import unittest
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from cases import KLING, SEEDANCE, ClientCase  # noqa: E402
from dialects import DIALECTS, RESULT, Order  # noqa: E402
from gateway import Steered, wait_until  # noqa: E402

SMALL = {"ratio": "16:9", "options": {"resolution": "480p"}}
CANCEL = "/jimeng/?Action=CVCancelTask&Version=2024-06-06"


class Tenancy(ClientCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other, case = cls.world.other, cls()
        cls.unified, cls.openai, cls.kling, cls.volc, cls.jimeng = DIALECTS
        cls.external = case.word()
        word = case.word()
        method, target, body = cls.kling.create(Order(KLING, word, options={"external_task_id": cls.external}))
        cls.done_task = cls.kling.made(case.ok(method, target, body))
        case.completed(cls.done_task)
        word = case.word()
        cls.vendors.rule("ark", on="create", match=word, task={"stuck": True})
        cls.live_word = word
        cls.live_task = cls.volc.made(case.ok(*cls.volc.create(Order(SEEDANCE, word, seconds=4, **SMALL))))

    def routes(self, task):
        """Everything that can be asked about a task: format, method, target, body."""
        volc = "/contents/generations/tasks/" + task
        return [
            *[(dialect, *dialect.get(task)) for dialect in DIALECTS],
            (self.unified, "DELETE", "/v1/video/generations/" + task, None),
            (self.unified, "POST", "/v1/video/generations/%s/cancel" % task, {}),
            (self.unified, "GET", "/v1/video/generations/%s?wait=1" % task, None),
            (self.openai, "DELETE", "/v1/videos/" + task, None),
            (self.openai, "GET", "/v1/videos/%s/content" % task, None),
            (self.openai, "GET", "/v1/videos/%s/content?variant=thumbnail" % task, None),
            (self.openai, "HEAD", "/v1/videos/%s/content" % task, None),
            (self.openai, "GET", "/v1/videos/%s/events" % task, None),
            (self.openai, "POST", "/v1/videos/%s/remix" % task, {"prompt": "more"}),
            (self.openai, "POST", "/v1/videos/%s/again" % task, {}),
            (self.openai, "POST", "/v1/videos/%s/cancel" % task, {}),
            (self.openai, "POST", "/v1/videos/edits", {"prompt": "more", "video": {"id": task}}),
            (self.openai, "POST", "/v1/videos/extensions", {"prompt": "more", "seconds": "4", "video": {"id": task}}),
            (self.openai, "GET", "/videos/" + task, None),
            *[(self.volc, method, path + volc, None) for method in ("GET", "DELETE") for path in ("/volc/v1", "/volc/api/v3", "/api/v3")],
            (self.kling, "GET", "/kling/v1/videos/image2video/" + task, None),
            (self.kling, "GET", "/v1/videos/text2video/" + task, None),
            (self.jimeng, "POST", RESULT.replace("/jimeng/", "/"), {"req_key": "any", "task_id": task}),
            (None, "GET", "/v1/jobs/" + task, None),
            (None, "GET", "/v1/jobs/%s/history" % task, None),
        ]

    def assert_unknown(self, dialect, method, target, body, key):
        answer = self.ask(method, target, body, key)
        status, check = dialect.unknown if dialect else (404, lambda body: True)
        self.assertEqual(answer.status, status, (target, answer))
        if method != "HEAD":
            self.assertTrue(check(answer.json), (target, answer))
        return answer

    def test_what_is_anothers_is_not_there(self):
        for task in (self.done_task, self.live_task, self.external):
            for route in self.routes(task):
                with self.subTest("%s %s" % route[1:3]):
                    theirs = self.assert_unknown(*route, self.other)
                    # And it looks exactly as what was never there.
                    nothing = self.assert_unknown(route[0], *[
                        self.renamed(part, task, "x" * len(task)) for part in route[1:]], self.other)
                    self.assertEqual(self.plain(theirs, task), self.plain(nothing, "x" * len(task)))
        self.assertEqual([task["state"] for task in self.vendors.tasks("ark", self.live_word)], ["queued"])
        self.assertEqual(self.ok("GET", "/v1/videos/" + self.done_task)["status"], "completed")

    @staticmethod
    def renamed(part, old, new):
        if isinstance(part, str):
            return part.replace(old, new)
        if isinstance(part, dict):
            return {name: Tenancy.renamed(value, old, new) for name, value in part.items()}
        return part

    @staticmethod
    def plain(answer, task):
        """Without what differs from answer to answer."""
        if not answer.body:
            return answer.status
        body = answer.json
        for name in ("request_id", "time_elapsed"):
            body.pop(name, None)
        text = str(body).replace(task, "TASK")
        return answer.status, text.replace(answer.headers["x-request-id"], "REQUEST")

    def test_the_owner_can(self):
        for dialect in DIALECTS:
            self.assertEqual(dialect.state(self.ok(*dialect.get(self.done_task))), "succeeded")
        self.assertEqual(self.kling.state(self.ok(*self.kling.get(self.external))), "succeeded")

    def test_lists_hold_ones_own_alone(self):
        mine = {self.done_task, self.live_task}
        for target, ids in (
                ("/v1/videos?limit=100", lambda body: [row["id"] for row in body["data"]]),
                ("/v1/video/generations?page_size=500", lambda body: [row["task_id"] for row in body["data"]]),
                ("/kling/v1/videos/text2video?pageSize=500", lambda body: [row["task_id"] for row in body["data"]]),
                ("/volc/v1/contents/generations/tasks?page_size=500", lambda body: [row["id"] for row in body["items"]]),
                ("/v1/jobs", lambda body: [row["task"]["id"] for row in body["data"]])):
            self.assertLessEqual(mine, set(ids(self.ok("GET", target))), target)
            self.assertFalse(mine & set(ids(self.ok("GET", target, key=self.other))), target)
        for task in mine:
            found = self.ok("GET", "/volc/v1/contents/generations/tasks?filter.task_ids=" + task, key=self.other)
            self.assertEqual((found["items"], found["total"]), ([], 0))

    def test_nobody_without_a_key(self):
        for task in (self.done_task, "nothing"):
            for dialect, method, target, body in self.routes(task):
                for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic eDp5"}):
                    answer = self.gateway.ask(method, target, body, headers=headers)
                    self.assertEqual(answer.status, 401, (target, answer))
                    if method != "HEAD" and dialect:
                        self.assertTrue(dialect.denied[1](answer.json), (target, answer))

    def test_a_link_that_needs_no_key_is_signed_for_one_clip(self):
        link = self.ok("GET", "/v1/video/generations/" + self.done_task)["url"]
        answer = self.gateway.fetch(link)
        # Whoever has the link may have the clip, or else it needs the key: never a clip for a link that was changed.
        self.assertIn(answer.status, (200, 401))
        if answer.status == 200:
            self.assertNotEqual(self.gateway.fetch(link[:-1] + ("0" if link[-1] != "0" else "1")).status, 200)
            self.assertNotEqual(self.gateway.fetch(link.replace(self.done_task, self.live_task)).status, 200)

    def test_a_key_that_was_withdrawn(self):
        key = self.gateway.key("short")
        self.assertEqual(self.ask("GET", "/v1/videos", key=key).status, 200)
        self.assertEqual(self.gateway.run("tokens", "revoke", key.id).code, 0)
        wait_until(lambda: self.ask("GET", "/v1/videos", key=key).status == 401, 10, "the key still works")

    def test_whoever_waits_with_a_key_that_is_withdrawn_waits_no_more(self):
        key = self.gateway.key("waiting")
        word = self.word()
        steered = Steered(self.vendors, "kling", word)
        task = self.ok("POST", "/v1/videos", {"model": KLING, "prompt": word}, key)["id"]
        with ThreadPoolExecutor(2) as pool:
            events = pool.submit(self.ask, "GET", "/v1/videos/%s/events" % task, None, key)
            poll = pool.submit(self.ask, "GET", "/v1/videos/%s?wait=30" % task, None, key)
            self.assertEqual(self.gateway.run("tokens", "revoke", key.id).code, 0)
            revoked = time.monotonic()
            self.assertEqual(poll.result().status, 401, poll.result())
            self.assertEqual(events.result().status, 200)
            self.assertLess(time.monotonic() - revoked, 4)
        steered.begin()
        steered.finish()


if __name__ == "__main__":
    unittest.main()
