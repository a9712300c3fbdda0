"""What the client's polling stands on: four words, whole numbers, a hint from the first look on."""

import unittest

from client import ORDER, OpenAICase


class Polling(OpenAICase):
    def test_every_look_until_the_end_says_when_to_look_again(self):
        word = self.word()
        self.vendors.rule("ark", on="create", match=word, task={"delay": 1})
        response = self.client.videos.with_raw_response.create(prompt=word, **ORDER)
        video, seen, progress = response.parse(), set(), -1
        while video.status in ("queued", "in_progress"):
            hint = response.headers["openai-poll-after-ms"]
            self.assertRegex(hint, "^[1-9][0-9]*$")
            self.assertEqual((type(video.progress), type(video.seconds)), (int, str))
            self.assertGreaterEqual(video.progress, progress)
            self.assertLess(video.progress, 100)
            seen.add(video.status)
            progress = video.progress
            response = self.client.videos.with_raw_response.retrieve(video.id)
            video = response.parse()
        self.assertEqual((video.status, video.progress), ("completed", 100))
        self.assertEqual(seen, {"queued", "in_progress"})

    def test_the_hint_follows_the_providers_usual_duration(self):
        # A model that takes minutes is not worth a look every second, and nobody waits an hour for a hint.
        hint = int(self.client.videos.with_raw_response.create(prompt=self.word(), **ORDER).headers["openai-poll-after-ms"])
        self.assertTrue(100 <= hint <= 60_000, hint)

    def test_other_words_of_the_vendor_are_one_of_the_four(self):
        for plan, expected in (({"status": "pondering", "queue": 0, "run": 1}, {"queued", "in_progress"}),
                               ({"backwards": True, "delay": 1}, {"queued", "in_progress"})):
            word = self.word()
            self.vendors.rule("ark", on="create", match=word, task=plan)
            video, seen = self.create(word), set()
            while video.status in ("queued", "in_progress"):
                seen.add(video.status)
                video = self.client.videos.retrieve(video.id)
            self.assertEqual(video.status, "completed", plan)
            self.assertLessEqual(seen, expected)

    def test_what_is_over_stays_over(self):
        video = self.finish(self.create())
        self.assertNotIn("openai-poll-after-ms", self.client.videos.with_raw_response.retrieve(video.id).headers)
        for _ in range(3):
            self.assertEqual(self.client.videos.retrieve(video.id).status, "completed")


if __name__ == "__main__":
    unittest.main()
