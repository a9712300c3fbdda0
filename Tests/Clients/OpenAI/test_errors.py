"""Errors: the client's own class for each, with `param` and `code` kept."""

import unittest

from client import ORDER, OpenAICase, openai

ONCE = {"max_retries": 0}


class Errors(OpenAICase):
    def refusal(self, kind, call, *arguments, **options):
        with self.assertRaises(kind) as caught:
            call(*arguments, **options)
        error = caught.exception
        self.assertTrue(error.body["message"] and error.body["type"] and error.body["code"], error.body)
        return error

    def test_fields_out_of_range_are_named(self):
        for more, param in (({"seconds": "99"}, "seconds"), ({"seconds": "soon"}, "seconds"), ({"size": "10x"}, "size"),
                            ({"size": "12x34"}, "size"), ({"prompt": " "}, "prompt"),
                            ({"extra_body": {"n": 5}}, "n"), ({"extra_body": {"response_format": "b64_json"}}, "response_format"),
                            ({"extra_body": {"seed": "x"}}, "seed")):
            with self.subTest(str(more)[:60]):
                error = self.refusal(openai.BadRequestError, self.create, **more)
                self.assertEqual((error.param, error.status_code), (param, 400), error.body)

    def test_a_prompt_that_is_too_long(self):
        error = self.refusal(openai.APIStatusError, self.create, "a" * 40_000)
        self.assertEqual((error.status_code, error.param), (413, "prompt"))

    def test_a_model_that_nobody_has(self):
        error = self.refusal(openai.NotFoundError, self.create, model="no-such-model")
        self.assertEqual(error.code, "model_not_found")
        self.assertEqual(error.param, "model")
        self.assertIn("no-such-model", error.message)

    def test_a_wrong_key(self):
        for key in ("sk-wrong", self.key.bearer + "x", self.key.bearer[:-1], "a.b.c"):
            client = openai.OpenAI(api_key=key, base_url=self.gateway.base + "/v1")
            for call in (lambda: client.videos.create(prompt="x", **ORDER), client.videos.list,
                         lambda: client.videos.retrieve("video_x"), lambda: client.videos.download_content("video_x")):
                error = self.refusal(openai.AuthenticationError, call)
                self.assertNotIn(key, str(error))

    def test_a_key_that_may_not_use_the_model(self):
        client = self.make(self.gateway.key("narrow", "--models", "kling-*"))
        error = self.refusal(openai.PermissionDeniedError, self.create, client=client)
        self.assertIn(ORDER["model"], error.message)

    def test_what_does_not_exist(self):
        for call in (self.client.videos.retrieve, self.client.videos.delete, self.client.videos.download_content,
                     lambda video: self.client.videos.remix(video, prompt="x")):
            for ident in ("video_none", "a/b c?d#e%2F", "☃"):
                self.refusal(openai.NotFoundError, call, ident)

    def test_a_path_or_method_that_does_not_exist(self):
        for call in (lambda: self.client.get("/videos/a/b/c", cast_to=object),
                     lambda: self.client.put("/videos/a", body={}, cast_to=object)):
            error = self.refusal(openai.APIStatusError, call)
            self.assertIn(error.status_code, (404, 405))

    def test_characters_are_refused_in_words(self):
        error = self.refusal(openai.APIStatusError, self.client.videos.create_character, name="a",
                             video=("a.mp4", b"x", "video/mp4"))
        self.assertIn(error.status_code, (400, 404, 501))
        self.refusal(openai.APIStatusError, self.client.videos.get_character, "char_1")

    def test_a_refusal_of_the_content(self):
        word = self.word()
        self.vendors.rule("ark", on="create", match=word, error="InputTextSensitiveContentDetected")
        error = self.refusal(openai.BadRequestError, self.create, word)
        self.assertEqual(self.vendors.creates("ark", word), 1, "a definite refusal was sent again")
        self.assertTrue(error.code)

    def test_an_account_without_money_is_not_the_callers_fault_and_not_repeated(self):
        word = self.word()
        self.vendors.rule("ark", on="create", match=word, error="AccountOverdueError", times=0)
        self.refusal(openai.APIStatusError, self.create, word)
        self.assertEqual(self.vendors.creates("ark", word), 1)

    def test_the_vendors_own_key_being_wrong_is_not_said_of_the_callers(self):
        word = self.word()
        self.vendors.rule("ark", on="create", match=word, error="AuthenticationError", times=0)
        error = self.refusal(openai.APIStatusError, self.create, word)
        self.assertGreaterEqual(error.status_code, 500)
        self.assertEqual(self.vendors.creates("ark", word), 1)

    def test_bodies_that_are_no_request(self):
        for kind, body in (("application/json", b"{"), ("application/json", b"[1]"), ("application/json", b"\xff"),
                           ("multipart/form-data", b"x"), ("multipart/form-data; boundary=a", b"--a\r\nbroken"),
                           ("multipart/form-data; boundary=a", b"--a\r\nContent-Disposition: form-data\r\n\r\nx\r\n--a--\r\n"),
                           ("text/plain", b"hello"), ("application/json", b"")):
            answer = self.ask("POST", "/v1/videos", body, headers={"Content-Type": kind})
            self.assertIn(answer.status, (400, 415), (kind, body, answer))
            self.assertTrue(answer.json["error"]["message"])


if __name__ == "__main__":
    unittest.main()
