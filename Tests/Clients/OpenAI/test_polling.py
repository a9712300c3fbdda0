"""What the client's polling stands on: four words, whole numbers, a hint from the first look on."""

import unittest

from client import ORDER, OpenAICase
from gateway import Steered, wait_until


class Polling(OpenAICase):
    def test_every_look_until_the_end_says_when_to_look_again(self):
        word = self.word()
        steered = Steered(self.vendors, "ark", word)
        raw = self.client.videos.with_raw_response
        video = self.look(raw.create(prompt=word, **ORDER), "queued")
        for step, status in ((steered.begin, "in_progress"), (steered.finish, "completed")):
            self.look(raw.retrieve(video.id), video.status)
            step()
            video = wait_until(lambda: self.passed(self.client.videos.retrieve(video.id), status), what=status)
        response = raw.retrieve(video.id)
        self.assertEqual((response.parse().progress, response.headers.get("openai-poll-after-ms")), (100, None))

    def look(self, response, status):
        video = response.parse()
        self.assertEqual(video.status, status)
        self.assertRegex(response.headers["openai-poll-after-ms"], "^[1-9][0-9]*$")
        self.assertEqual((type(video.progress), type(video.seconds)), (int, str))
        self.assertTrue(0 <= video.progress < 100)
        return video

    @staticmethod
    def passed(video, status):
        return video if video.status == status else None

    def test_the_hint_follows_the_providers_usual_duration(self):
        # A model that takes minutes is not worth a look every second, and nobody waits an hour for a hint.
        hint = int(self.client.videos.with_raw_response.create(prompt=self.word(), **ORDER).headers["openai-poll-after-ms"])
        self.assertTrue(100 <= hint <= 60_000, hint)

    def test_other_words_of_the_vendor_are_one_of_the_four(self):
        for plan in ({"status": "pondering", "queue": 0, "run": 1}, {"backwards": True, "delay": 1}):
            word = self.word()
            self.vendors.rule("ark", on="create", match=word, task=plan)
            video, seen = self.create(word), set()
            while video.status not in ("completed", "failed"):
                seen.add(video.status)
                video = self.client.videos.retrieve(video.id)
            self.assertEqual(video.status, "completed", plan)
            self.assertLessEqual(seen, {"queued", "in_progress"})

    def test_what_is_over_stays_over(self):
        video = self.finish(self.create())
        self.assertNotIn("openai-poll-after-ms", self.client.videos.with_raw_response.retrieve(video.id).headers)
        for _ in range(3):
            self.assertEqual(self.client.videos.retrieve(video.id).status, "completed")


if __name__ == "__main__":
    unittest.main()
