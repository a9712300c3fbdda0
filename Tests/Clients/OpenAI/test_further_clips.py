"""Clips that are made from clips: remix, edit, extend."""

import unittest

from client import SEEDANCE, OpenAICase, openai
from gateway import harness

S20 = "doubao-seedance-2-0-260128"
# What a model that takes clips costs least.
ORDER = {"model": S20, "seconds": "4", "size": "864x496"}


class FurtherClips(OpenAICase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        case = cls()
        cls.source = case.finish(case.create(case.word(), **ORDER))

    def content(self, word):
        return self.bought(word)["content"]

    def videos_in(self, word):
        return [item["video_url"]["url"] for item in self.content(word) if item["type"] == "video_url"]

    def assert_follows(self, video, word, seconds=4):
        self.assertNotEqual(video.id, self.source.id)
        self.assertEqual((video.prompt, video.model, video.remixed_from_video_id), (word, S20, self.source.id))
        # The vendor reads the source by link: it gets its own, never the gateway's.
        self.assertEqual(len(self.videos_in(word)), 1)
        self.assertTrue(self.videos_in(word)[0].startswith("http"))
        video = self.finish(video)
        self.assert_clip(self.client.videos.download_content(video.id).read(), seconds=seconds)

    def test_remix(self):
        word = self.word()
        self.assert_follows(self.client.videos.remix(self.source.id, prompt=word), word)

    def test_edit_of_a_clip_by_its_id(self):
        for headers in ({}, {"Content-Type": "application/json"}):
            word = self.word()
            video = self.client.videos.edit(prompt=word, video=openai.NOT_GIVEN, extra_headers=headers,
                                            extra_body={"video": {"id": self.source.id}})
            self.assert_follows(video, word)

    def test_extend_of_a_clip_by_its_id(self):
        word = self.word()
        video = self.client.videos.extend(prompt=word, seconds="8", video=openai.NOT_GIVEN,
                                          extra_body={"video": {"id": self.source.id}})
        self.assert_follows(video, word, seconds=8)

    def test_a_model_that_takes_no_clips_says_so(self):
        source = self.finish(self.create(self.word()))
        self.assertEqual(source.model, SEEDANCE)
        for call in (lambda: self.client.videos.remix(source.id, prompt="more"),
                     lambda: self.client.videos.extend(prompt="more", seconds="4", video=openai.NOT_GIVEN,
                                                       extra_body={"video": {"id": source.id}})):
            with self.assertRaises(openai.BadRequestError) as caught:
                call()
            self.assertIn(SEEDANCE, caught.exception.message)

    def test_a_clip_that_is_not_finished(self):
        word = self.word()
        self.vendors.rule("ark", on="create", match=word, task={"stuck": True})
        source = self.create(word, **ORDER)
        with self.assertRaises(openai.APIStatusError) as caught:
            self.client.videos.remix(source.id, prompt="more")
        self.assertIn(caught.exception.status_code, (400, 404, 409))
        self.client.videos.delete(source.id)

    def test_an_upload_where_the_vendor_takes_links_alone_is_refused_in_words(self):
        data = self.client.videos.download_content(self.source.id).read()
        self.assertTrue(harness.probe(data))
        word = self.word()
        with self.assertRaises(openai.BadRequestError) as caught:
            self.client.videos.edit(prompt=word, video=("clip.mp4", data, "video/mp4"), extra_body={"model": S20})
        self.assertIn("link", caught.exception.message)
        self.assertEqual(self.vendors.creates("ark", word), 0)


if __name__ == "__main__":
    unittest.main()
