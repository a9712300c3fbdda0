"""From a prompt to a file and away again, by every call in its plain form."""

import asyncio
import unittest

from client import EAGER, ORDER, OpenAICase, openai


class Lifecycle(OpenAICase):
    def assert_video(self, video, word):
        """Every field that the client's type has, in the type that it has there."""
        self.assertRegex(video.id, "^[A-Za-z0-9_-]+$")
        self.assertEqual((video.object, video.model, video.prompt), ("video", ORDER["model"], word))
        self.assertIn(video.status, ("queued", "in_progress", "completed"))
        self.assertEqual((video.seconds, video.size), ("4", "864x496"))
        self.assertIs(type(video.progress), int)
        self.assertIs(type(video.created_at), int)
        self.assertGreater(video.created_at, 1_700_000_000)
        self.assertIsNone(video.error)
        self.assertIsNone(video.remixed_from_video_id)
        for name in ("completed_at", "expires_at"):
            self.assertIn(name, video.model_fields_set)

    def test_create_retrieve_download_delete(self):
        word = self.word()
        video = self.create(word)
        self.assert_video(video, word)
        again = self.client.videos.retrieve(video.id)
        self.assert_video(again, word)
        done = self.finish(video)
        self.assertEqual((done.progress, done.id), (100, video.id))
        self.assertGreaterEqual(done.completed_at, done.created_at)
        content = self.client.videos.download_content(video.id)
        self.assert_clip(content.read())
        gone = self.client.videos.delete(video.id)
        self.assertEqual((gone.id, gone.object, gone.deleted), (video.id, "video.deleted", True))
        for call in (self.client.videos.retrieve, self.client.videos.download_content, self.client.videos.delete):
            with self.assertRaises(openai.NotFoundError):
                call(video.id)
        self.assertEqual(self.vendors.creates("ark", word), 1)

    def test_create_and_poll_without_an_interval_of_its_own(self):
        video = self.client.videos.create_and_poll(prompt=self.word(), **ORDER)
        self.assertEqual(video.status, "completed", video)
        self.assert_clip(self.client.videos.download_content(video.id).read())

    def test_create_and_poll_with_an_interval_of_its_own(self):
        video = self.client.videos.create_and_poll(prompt=self.word(), poll_interval_ms=EAGER, **ORDER)
        self.assertEqual(video.status, "completed", video)

    def test_a_task_that_fails_ends_the_polling_with_its_reason(self):
        word = self.word()
        self.vendors.rule("ark", on="create", match=word, task={
            "outcome": "fail", "code": "OutputVideoSensitiveContentDetected", "message": "Not this."})
        video = self.client.videos.create_and_poll(prompt=word, poll_interval_ms=EAGER, **ORDER)
        self.assertEqual(video.status, "failed", video)
        self.assertIn("Not this", video.error.message)
        self.assertTrue(video.error.code)
        with self.assertRaises(openai.NotFoundError):
            self.client.videos.download_content(video.id)

    def test_a_task_that_expires_is_a_failed_one_with_that_code(self):
        word = self.word()
        self.vendors.rule("ark", on="create", match=word, task={"outcome": "expire"})
        video = self.client.videos.create_and_poll(prompt=word, poll_interval_ms=EAGER, **ORDER)
        self.assertEqual((video.status, video.error.code), ("failed", "expired"))

    def test_delete_of_a_task_that_is_not_over_cancels_it_first(self):
        word = self.word()
        self.vendors.rule("ark", on="create", match=word, task={"stuck": True})
        video = self.create(word)
        self.assertTrue(self.client.videos.delete(video.id).deleted)
        self.assertEqual([task["state"] for task in self.vendors.tasks("ark", word)], ["cancelled"])

    def test_the_asynchronous_client(self):
        async def run():
            async with self.make_async() as client:
                words = [self.word() for _ in range(3)]
                videos = await asyncio.gather(*(
                    client.videos.create_and_poll(prompt=word, poll_interval_ms=EAGER, **ORDER) for word in words))
                self.assertEqual([(video.status, video.prompt) for video in videos],
                                 [("completed", word) for word in words])
                self.assert_clip((await client.videos.download_content(videos[0].id)).read())
                found = [video.id async for video in client.videos.list(limit=2)]
                self.assertLessEqual({video.id for video in videos}, set(found))
                self.assertTrue((await client.videos.delete(videos[0].id)).deleted)
        asyncio.run(run())

    def test_every_reply_has_a_request_id(self):
        response = self.client.videos.with_raw_response.create(prompt=self.word(), **ORDER)
        self.assertTrue(response.headers["x-request-id"])
        with self.assertRaises(openai.NotFoundError) as caught:
            self.client.videos.retrieve("video_none")
        self.assertTrue(caught.exception.request_id)


if __name__ == "__main__":
    unittest.main()
