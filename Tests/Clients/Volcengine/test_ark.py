"""Volcengine's own `volcenginesdkarkruntime`: create with its nulls, get, list with repeated filters, delete with its body."""

import asyncio
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from volcenginesdkarkruntime import Ark, AsyncArk  # noqa: E402
from volcenginesdkarkruntime._exceptions import (  # noqa: E402
    ArkAuthenticationError, ArkBadRequestError, ArkConflictError, ArkNotFoundError, ArkRateLimitError)

from cases import SEEDANCE, ClientCase  # noqa: E402
from gateway import wait_until  # noqa: E402

SHAPE = {"model": SEEDANCE, "resolution": "480p", "ratio": "16:9", "duration": 4}
ENDED = ("succeeded", "failed", "cancelled", "expired")


class ArkCase(ClientCase):
    """At one of the paths under which the format is served."""

    path = "/volc/api/v3"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tasks = cls.make().content_generation.tasks

    @classmethod
    def make(cls, key=None, **options):
        return Ark(api_key=(key or cls.key).bearer, base_url=cls.gateway.base + cls.path, **options)

    def create(self, text, tasks=None, **more):
        return (tasks or self.tasks).create(content=[{"type": "text", "text": text}], **{**SHAPE, **more})

    def ended(self, ident, tasks=None):
        def look():
            task = (tasks or self.tasks).get(task_id=ident)
            return task if task.status in ENDED else None
        return wait_until(look, 60, ident)

    def stuck(self, state=True):
        word = self.word()
        self.vendors.rule("ark", on="create", match=word, task={"stuck": state, "queue": 0})
        return word, self.create(word).id


class Flow(ArkCase):
    def test_create_get_list_delete(self):
        word = self.word()
        made = self.create(word)
        self.assertRegex(made.id, "^[A-Za-z0-9_-]+$")
        # Every field that was not given went out as null, and none of them arrived at the vendor.
        body = self.vendors.bodies("ark", word)[0]
        self.assertNotIn(None, body.values())
        self.assertEqual([body[name] for name in ("resolution", "ratio", "duration")], ["480p", "16:9", 4])
        task = self.ended(made.id)
        self.assertEqual((task.status, task.id, task.model), ("succeeded", made.id, SEEDANCE))
        self.assertEqual((task.resolution, task.ratio, task.duration, task.framespersecond), ("480p", "16:9", 4, 24))
        self.assertEqual((task.generate_audio, task.draft, task.service_tier, task.execution_expires_after),
                         (True, False, "default", 172800))
        self.assertIs(type(task.seed), int)
        self.assertGreater(task.usage.completion_tokens, 0)
        self.assertEqual(task.usage.total_tokens, task.usage.completion_tokens)
        self.assertLess(task.created_at, 10_000_000_000, "seconds, not milliseconds")
        self.assertGreaterEqual(task.updated_at, task.created_at)
        self.assertIsNone(task.error)
        self.assert_clip(self.gateway.fetch(task.content.video_url).body)
        listed = self.tasks.list(task_ids=[made.id])
        self.assertEqual((listed.total, [item.id for item in listed.items]), (1, [made.id]))
        self.assertEqual(listed.items[0].status, "succeeded")
        self.tasks.delete(task_id=made.id)
        with self.assertRaises(ArkNotFoundError):
            self.tasks.get(task_id=made.id)
        self.assertEqual(self.tasks.list(task_ids=[made.id]).items, [])

    def test_every_field_of_the_client(self):
        word = self.word()
        self.create(word, safety_identifier="user-1", return_last_frame=True, service_tier="flex", generate_audio=False,
                    execution_expires_after=7200, draft=False, camera_fixed=True, watermark=True, seed=11,
                    extra_body={"extra_field": 1})
        body = self.vendors.bodies("ark", word)[0]
        for name, value in (("return_last_frame", True), ("service_tier", "flex"), ("generate_audio", False),
                            ("execution_expires_after", 7200), ("camera_fixed", True), ("watermark", True), ("seed", 11)):
            self.assertEqual(body[name], value, name)

    def test_frames_and_roles(self):
        word = self.word()
        links = ["https://example.com/first.png", "https://example.com/last.png"]
        self.tasks.create(**SHAPE, content=[
            {"type": "text", "text": word},
            {"type": "image_url", "image_url": {"url": links[0]}, "role": "first_frame"},
            {"type": "image_url", "image_url": {"url": links[1]}, "role": "last_frame"}])
        content = self.vendors.bodies("ark", word)[0]["content"]
        self.assertEqual([(item["role"], item["image_url"]["url"]) for item in content if item["type"] == "image_url"],
                         [("first_frame", links[0]), ("last_frame", links[1])])

    def test_the_asynchronous_client(self):
        async def run():
            client = AsyncArk(api_key=self.key.bearer, base_url=self.gateway.base + self.path)
            made = await client.content_generation.tasks.create(
                content=[{"type": "text", "text": self.word()}], **SHAPE)
            while (task := await client.content_generation.tasks.get(task_id=made.id)).status not in ENDED:
                await asyncio.sleep(0.1)
            self.assertEqual(task.status, "succeeded")
            await client.content_generation.tasks.delete(task_id=made.id)
        asyncio.run(run())

    def test_text_commands_at_the_end_of_the_prompt(self):
        word = self.word()
        self.tasks.create(model=SEEDANCE, content=[{"type": "text", "text": word + " --rs 480p --rt 9:16 --dur 4 --wm true"}])
        body = self.vendors.bodies("ark", word)[0]
        self.assertEqual([body[name] for name in ("resolution", "ratio", "duration", "watermark")], ["480p", "9:16", 4, True])
        self.assertEqual(body["content"][0]["text"], word)
        with self.assertRaises(ArkBadRequestError):
            self.tasks.create(model=SEEDANCE, content=[{"type": "text", "text": "x --dur 99"}])


class Listing(ArkCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tasks = cls.make(cls.gateway.key("ark lister")).content_generation.tasks
        case = cls()
        cls.ids = [cls.create(case, "ark list %d" % number).id for number in range(5)]
        for ident in cls.ids:
            case.ended(ident)

    def listed(self, **filters):
        found = self.tasks.list(**filters)
        return [item.id for item in found.items], found.total

    def test_pages(self):
        self.assertEqual(self.listed(), (self.ids[::-1], 5))
        self.assertEqual(self.listed(page_num=1, page_size=2), (self.ids[:2:-1], 5))
        self.assertEqual(self.listed(page_num=3, page_size=2), (self.ids[:1], 5))
        self.assertEqual(self.listed(page_num=4, page_size=2), ([], 5))

    def test_filters(self):
        self.assertEqual(self.listed(task_ids=[self.ids[1], self.ids[3], "cgt-none"]), ([self.ids[3], self.ids[1]], 2))
        self.assertEqual(self.listed(status="succeeded")[1], 5)
        self.assertEqual(self.listed(status="queued"), ([], 0))
        self.assertEqual(self.listed(model=SEEDANCE)[1], 5)
        self.assertEqual(self.listed(model="ep-none"), ([], 0))
        self.assertEqual(self.listed(status="succeeded", model=SEEDANCE, task_ids=self.ids[:2], page_size=1),
                         ([self.ids[1]], 2))

    def test_filters_that_are_none(self):
        for filters in ({"status": "sleeping"}, {"page_size": 501}, {"page_num": 501}):
            with self.assertRaises(ArkBadRequestError):
                self.tasks.list(**filters)


class Ends(ArkCase):
    def test_a_queued_task_is_cancelled_by_delete(self):
        word, ident = self.stuck()
        self.assertEqual(self.tasks.get(task_id=ident).status, "queued")
        self.tasks.delete(task_id=ident)
        self.assertEqual(self.ended(ident).status, "cancelled")
        self.assertEqual([task["state"] for task in self.vendors.tasks("ark", word)], ["cancelled"])

    def test_a_running_task_cannot_be_deleted(self):
        word, ident = self.stuck("running")
        wait_until(lambda: self.tasks.get(task_id=ident).status == "running", 20)
        with self.assertRaises(ArkConflictError):
            self.make(max_retries=0).content_generation.tasks.delete(task_id=ident)
        self.assertEqual(self.tasks.get(task_id=ident).status, "running")
        self.assertEqual([task["state"] for task in self.vendors.tasks("ark", word)], ["running"])

    def test_a_task_that_failed_says_why(self):
        word = self.word()
        self.vendors.rule("ark", on="create", match=word, task={
            "outcome": "fail", "code": "OutputVideoSensitiveContentDetected", "message": "Not this."})
        task = self.ended(self.create(word).id)
        self.assertEqual((task.status, task.error.code, task.content), ("failed", "OutputVideoSensitiveContentDetected", None))
        self.assertIn("Not this", task.error.message)

    def test_a_task_that_expired(self):
        word = self.word()
        self.vendors.rule("ark", on="create", match=word, task={"outcome": "expire"})
        self.assertEqual(self.ended(self.create(word).id).status, "expired")


class Errors(ArkCase):
    def refusal(self, kind, call, *arguments, **options):
        with self.assertRaises(kind) as caught:
            call(*arguments, **options)
        self.assertTrue(caught.exception.code, caught.exception)
        return caught.exception

    def test_in_the_vendors_shape(self):
        self.refusal(ArkBadRequestError, self.create, self.word(), duration=99)
        self.refusal(ArkBadRequestError, self.create, self.word(), resolution="9000p")
        self.refusal(ArkBadRequestError, self.create, "")
        error = self.refusal(ArkNotFoundError, self.create, self.word(), model="no-such-model")
        self.assertEqual(error.code, "InvalidEndpointOrModel.NotFound")
        self.refusal(ArkNotFoundError, self.tasks.get, task_id="cgt-none")
        self.refusal(ArkNotFoundError, self.tasks.delete, task_id="cgt-none")
        wrong = Ark(api_key="wrong", base_url=self.gateway.base + self.path).content_generation.tasks
        self.refusal(ArkAuthenticationError, wrong.get, task_id="cgt-none")
        self.refusal(ArkAuthenticationError, self.create, "x", wrong)

    def test_a_rate_limit_is_tried_again_and_what_was_made_is_not(self):
        word = self.word()
        self.vendors.rule("ark", on="create", match=word, error="RateLimitExceeded")
        self.assertEqual(self.ended(self.create(word).id).status, "succeeded")
        self.assertEqual(len(self.vendors.tasks("ark", word)), 1)
        word = self.word()
        self.vendors.rule("ark", on="create", match=word, error="RateLimitExceeded", times=0)
        self.refusal(ArkRateLimitError, self.create, word, self.make(max_retries=0).content_generation.tasks)
        word = self.word()
        self.vendors.rule("ark", on="create", match=word, reply="accept_close", times=0)
        self.assertEqual(self.tasks.get(task_id=self.create(word).id).status, "queued")
        self.assertEqual(self.vendors.creates("ark", word), 1)


class OtherPaths(ArkCase):
    def test_the_same_format_at_each_of_its_paths(self):
        for path in ("/volc/v1", "/api/v3"):
            with self.subTest(path):
                self.path = path
                tasks = Ark(api_key=self.key.bearer, base_url=self.gateway.base + path).content_generation.tasks
                made = self.create(self.word(), tasks)
                self.assertEqual(self.ended(made.id, tasks).status, "succeeded")
                self.assertEqual(self.tasks.get(task_id=made.id).id, made.id)
                tasks.delete(task_id=made.id)


if __name__ == "__main__":
    unittest.main()
