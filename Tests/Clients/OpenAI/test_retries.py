"""The client sends creates again by itself and without an idempotency key: nothing is bought twice."""

import threading
import unittest

from client import ORDER, OpenAICase, openai
from gateway import wait_until


class Retries(OpenAICase):
    def test_a_create_that_took_too_long_for_the_client_is_one_job(self):
        word = self.word()
        self.vendors.rule("ark", on="create", match=word, delay=4)
        # The first try is given up while the vendor thinks; the second comes with x-stainless-retry-count: 1.
        video = self.create(word, self.client.with_options(timeout=2.5, max_retries=10))
        self.assertEqual(self.vendors.creates("ark", word), 1)
        self.finish(video)
        self.assertEqual(len(self.vendors.tasks("ark", word)), 1)

    def test_with_a_file_too(self):
        from test_forms import PICTURE
        word = self.word()
        self.vendors.rule("ark", on="create", match=word, delay=4)
        self.create(word, self.client.with_options(timeout=2.5, max_retries=10),
                    input_reference=("first.png", PICTURE, "image/png"))
        self.assertEqual(self.vendors.creates("ark", word), 1)

    def test_another_create_with_the_same_words_is_another_job(self):
        word = self.word()
        first, second = self.create(word), self.create(word)
        self.assertNotEqual(first.id, second.id)
        self.assertEqual(self.vendors.creates("ark", word), 2)

    def test_a_second_try_of_another_callers_create_is_a_job_of_its_own(self):
        word = self.word()
        first = self.create(word)
        again = {"extra_headers": {"x-stainless-retry-count": "1"}}
        self.assertEqual(self.create(word, **again).id, first.id)
        self.assertNotEqual(self.create(word, self.make(self.world.other), **again).id, first.id)
        self.assertNotEqual(self.create(word, seconds="5", **again).id, first.id)

    def test_a_rate_limit_is_waited_for_and_tried_again(self):
        word = self.word()
        self.vendors.rule("ark", on="create", match=word, error="RateLimitExceeded", retry_after=1)
        self.finish(self.create(word))
        self.assertEqual(len(self.vendors.tasks("ark", word)), 1)

    def test_a_second_clip_of_the_same_words_whose_first_try_was_refused(self):
        word = self.word()
        first = self.create(word)
        self.vendors.rule("ark", on="create", match=word, error="RateLimitExceeded", retry_after=1)
        # Its second try comes with x-stainless-retry-count: 1, and is none of the first clip.
        second = self.create(word)
        self.assertNotEqual(first.id, second.id)
        self.assertEqual((self.vendors.creates("ark", word), len(self.vendors.tasks("ark", word))), (3, 2))

    def test_a_rate_limit_that_lasts_says_for_how_long(self):
        word = self.word()
        self.vendors.rule("ark", on="create", match=word, error="RateLimitExceeded", retry_after=400, times=0)
        with self.assertRaises(openai.RateLimitError) as caught:
            self.create(word, self.client.with_options(max_retries=0))
        # Beyond 60 s one client goes its own way, beyond 120 s the other gives up.
        self.assertTrue(0 < int(caught.exception.response.headers["retry-after"]) <= 60)
        self.assertEqual(self.vendors.tasks("ark", word), [])

    def test_what_may_have_been_bought_is_not_sent_again(self):
        for reply in ("accept_close", "html502"):
            word = self.word()
            self.vendors.rule("ark", on="create", match=word, reply=reply, times=0)
            video = self.create(word)
            # Nobody knows yet: on its way, for the client.
            self.assertEqual((video.status, self.vendors.creates("ark", word)), ("queued", 1))
            self.assertEqual(self.client.videos.retrieve(video.id).status, "queued")

    def test_a_fault_before_anything_was_made_may_be_tried_again(self):
        word = self.word()
        self.vendors.rule("ark", on="create", match=word, error="ServerOverloaded")
        self.finish(self.create(word))
        self.assertEqual(len(self.vendors.tasks("ark", word)), 1)


class IdempotencyKeys(OpenAICase):
    def create_with(self, key, prompt, client=None, **more):
        response = (client or self.client).videos.with_raw_response.create(
            **{"prompt": prompt, **ORDER, **more}, extra_headers={"Idempotency-Key": key})
        return response.parse(), response.headers.get("idempotency-replayed")

    def test_the_same_key_and_body_answer_the_first_reply(self):
        word = self.word()
        first, replayed = self.create_with(word, word)
        self.assertIsNone(replayed)
        second, replayed = self.create_with(word, word)
        self.assertEqual((second.id, second.created_at, replayed), (first.id, first.created_at, "true"))
        self.assertEqual(self.vendors.creates("ark", word), 1)

    def test_with_another_body_it_is_a_conflict(self):
        word = self.word()
        self.create_with(word, word)
        with self.assertRaises(openai.ConflictError) as caught:
            self.create_with(word, word + " else")
        self.assertEqual(caught.exception.response.headers["x-should-retry"], "false")
        self.assertEqual(self.vendors.creates("ark", word), 1)

    def test_another_callers_key_of_the_same_name_is_another_key(self):
        word = self.word()
        first, _ = self.create_with(word, word)
        second, replayed = self.create_with(word, word, self.make(self.world.other))
        self.assertEqual((first.id == second.id, replayed), (False, None))

    def test_many_at_once_are_one_job(self):
        word, found = self.word(), []
        self.vendors.rule("ark", on="create", match=word, delay=0.5)
        threads = [threading.Thread(target=lambda: found.append(self.create_with(word, word)[0].id)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual((len(found), len(set(found))), (8, 1))
        self.assertEqual(self.vendors.creates("ark", word), 1)

    def test_a_caller_that_left_finds_its_job_by_the_key(self):
        word = self.word()
        self.vendors.rule("ark", on="create", match=word, hold=word)
        with self.assertRaises(openai.APITimeoutError):
            self.create_with(word, word, self.client.with_options(timeout=1.5, max_retries=0))
        wait_until(lambda: self.vendors.creates("ark", word), what="the create never came")
        self.vendors.upstream.release(word, prefix="/ark")
        wait_until(lambda: self.vendors.tasks("ark", word), what="the create was given up with its caller")
        video, replayed = self.create_with(word, word)
        self.assertEqual((video.prompt, self.vendors.creates("ark", word)), (word, 1))
        self.finish(video)


if __name__ == "__main__":
    unittest.main()
