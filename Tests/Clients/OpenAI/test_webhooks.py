"""Webhooks: the client's own `webhooks.unwrap` takes what the gateway sends."""

import unittest

from client import ORDER, OpenAICase, openai
from gateway import harness, wait_until


class Webhooks(OpenAICase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client = cls.make(webhook_secret=cls.key.webhook_secret)

    def setUp(self):
        self.listener = self.enterContext(harness.Listener())

    def told(self, word, **plan):
        """The video, and the event as the client reads it."""
        if plan:
            self.vendors.rule("ark", on="create", match=word, task=plan)
        video = self.create(word, extra_body={"webhook_url": self.listener.url + "/hook"})
        wait_until(lambda: self.listener.posts, what="no webhook came")
        path, headers, body = self.listener.posts[0]
        self.assertEqual(path, "/hook")
        return video, self.client.webhooks.unwrap(body, headers), (headers, body)

    def test_of_a_clip_that_is_done(self):
        video, event, _ = self.told(self.word())
        self.assertEqual((event.type, event.object, event.data.id), ("video.completed", "event", video.id))
        self.assertTrue(event.id)
        self.assertIs(type(event.created_at), int)
        self.assert_clip(self.client.videos.download_content(event.data.id).read())
        self.assertEqual(len(self.listener.posts), 1)

    def test_of_a_clip_that_failed(self):
        video, event, _ = self.told(self.word(), outcome="fail", message="Not this.")
        self.assertEqual((event.type, event.data.id), ("video.failed", video.id))

    def test_the_address_is_not_told_to_the_vendor(self):
        word = self.word()
        self.told(word)
        self.assertNotIn("/hook", str(self.vendors.bodies("ark", word)))

    def test_what_was_changed_on_the_way_is_not_taken(self):
        _, _, (headers, body) = self.told(self.word())
        for secret, text in ((self.key.webhook_secret, body + b" "), ("whsec_" + "A" * 32, body)):
            with self.assertRaises(openai.InvalidWebhookSignatureError):
                self.client.webhooks.unwrap(text, headers, secret=secret)

    def test_addresses_that_are_none(self):
        for address in ("ftp://example.com/", "http://", "not an address", "http://user:secret@example.com/"):
            with self.assertRaises(openai.BadRequestError) as caught:
                self.client.videos.create(prompt=self.word(), **ORDER, extra_body={"webhook_url": address})
            self.assertEqual(caught.exception.param, "webhook_url")


if __name__ == "__main__":
    unittest.main()
