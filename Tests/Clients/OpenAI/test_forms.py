"""Bodies in all the forms in which clients send them: multipart, JSON, chunks, brackets, numbers as text."""

import io
import unittest

from client import ORDER, SEEDANCE, OpenAICase, openai
from gateway import harness

PICTURE = harness.png(864, 496)


class Pipe(io.RawIOBase):
    """A file without a length, so that the client sends it in chunks."""

    def __init__(self, data):
        self.source = io.BytesIO(data)
        self.name = "frame.png"

    def readable(self):
        return True

    def readinto(self, target):
        return self.source.readinto(target)


class Forms(OpenAICase):
    def test_both_prefixes(self):
        bare = self.make(path="")
        video = self.create(client=bare)
        self.assertEqual(bare.videos.retrieve(video.id).id, self.client.videos.retrieve(video.id).id)
        self.finish(video)
        self.assert_clip(bare.videos.download_content(video.id).read())

    def test_json_in_place_of_a_form(self):
        word = self.word()
        video = self.create(word, extra_headers={"Content-Type": "application/json"})
        self.assertEqual((video.prompt, video.seconds), (word, "4"))
        self.finish(video)

    def test_numbers_as_text_and_text_as_numbers(self):
        for seconds in ("4", 4):
            word = self.word()
            for headers in ({}, {"Content-Type": "application/json"}):
                video = self.create(word, seconds=seconds, extra_headers=headers)
                self.assertEqual(video.seconds, "4")
            for body in self.vendors.bodies("ark", word):
                self.assertEqual(body["duration"], 4)

    def test_brackets_make_objects_and_lists(self):
        word = self.word()
        self.create(word, extra_body={"seed": 7, "metadata": {"watermark": True, "nested": None},
                                      "extra_body": {"camera_fixed": True}, "generate_audio": False})
        body = self.bought(word)
        self.assertEqual([body[name] for name in ("seed", "watermark", "camera_fixed", "generate_audio")],
                         [7, True, True, False])

    def test_lists_keep_their_order(self):
        word = self.word()
        links = ["https://example.com/%d.png" % number for number in range(3)]
        self.create(word, model="doubao-seedance-2-0-260128", extra_body={"images": links, "resolution": "480p"},
                    size=openai.NOT_GIVEN)
        content = self.bought(word)["content"]
        self.assertEqual([item["image_url"]["url"] for item in content if item["type"] == "image_url"], links)

    def frame(self, word):
        return next(item for item in self.bought(word)["content"] if item["type"] == "image_url")["image_url"]["url"]

    def test_a_picture_in_every_form_of_file(self):
        forms = {
            "a tuple with its type": ("first.png", PICTURE, "image/png"),
            "a file": io.BufferedReader(io.BytesIO(PICTURE)),
            "bytes without name or type": PICTURE,
            "a wrong type": ("first.jpg", PICTURE, "image/jpeg"),
            "a name with quotes and a snowman": ('a"b☃.png', PICTURE, "image/png"),
        }
        for form, file in forms.items():
            with self.subTest(form):
                word = self.word()
                video = self.create(word, input_reference=file)
                # What it is, is seen from its bytes.
                self.assertTrue(self.frame(word).startswith("data:image/png;base64,"), self.frame(word)[:40])
                self.assertEqual(video.prompt, word)

    def test_a_file_without_a_length_comes_in_chunks(self):
        word = self.word()
        self.finish(self.create(word, input_reference=("first.png", Pipe(PICTURE), "image/png")))
        self.assertTrue(self.frame(word).startswith("data:image/png;base64,"))

    def test_a_picture_by_link(self):
        link = "https://example.com/first.png?a=b&c=d"
        for more in ({"extra_body": {"input_reference": {"image_url": link}}},
                     {"extra_body": {"input_reference": link}},
                     {"extra_body": {"input_reference": {"image_url": link}},
                      "extra_headers": {"Content-Type": "application/json"}}):
            with self.subTest(str(more)):
                word = self.word()
                self.create(word, **more)
                self.assertEqual(self.frame(word), link)

    def test_texts_that_come_as_files(self):
        # `requests` gives every part of `files=` a file name.
        for kind in ("", "text/plain", "application/json"):
            with self.subTest(kind):
                word = self.word()
                parts = {"prompt": word, "model": SEEDANCE, "seconds": "4", "metadata": '{"ratio": "1:1"}'}
                form = b"".join(
                    ('--b\r\nContent-Disposition: form-data; name="%s"; filename="%s"\r\n%s\r\n%s\r\n' % (
                        name, name, "Content-Type: %s\r\n" % kind if kind else "", text)).encode()
                    for name, text in parts.items()) + b"--b--\r\n"
                answer = self.ask("POST", "/v1/videos", form, headers={"Content-Type": "multipart/form-data; boundary=b"})
                self.assertEqual((answer.status, answer.json.get("prompt")), (200, word), answer)
                self.assertEqual(self.bought(word)["ratio"], "1:1")

    def test_a_file_field_in_which_nothing_was_chosen(self):
        word = self.word()
        form = ('--b\r\nContent-Disposition: form-data; name="prompt"\r\n\r\n%s\r\n'
                '--b\r\nContent-Disposition: form-data; name="input_reference"; filename=""\r\n'
                'Content-Type: application/octet-stream\r\n\r\n\r\n--b--\r\n' % word).encode()
        answer = self.ask("POST", "/v1/videos", form, headers={"Content-Type": "multipart/form-data; boundary=b"})
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual([item["type"] for item in self.bought(word)["content"]], ["text"])

    def test_an_empty_file_is_named_once(self):
        with self.assertRaises(openai.BadRequestError) as caught:
            self.create(input_reference=("first.png", b"", "image/png"))
        self.assertEqual(caught.exception.body["message"],
                         "input_reference is empty (0 bytes). Give an image, video or sound.")

    def test_a_file_id_is_refused_with_its_reason(self):
        for headers in ({}, {"Content-Type": "application/json"}):
            with self.assertRaises(openai.BadRequestError) as caught:
                self.create(extra_body={"input_reference": {"file_id": "file-1"}}, extra_headers=headers)
            self.assertTrue(caught.exception.param.startswith("input_reference"), caught.exception.body)

    def test_a_form_that_is_labelled_as_json(self):
        # The client itself makes this of a file and the header: the text parts are lost.
        word = self.word()
        with self.assertRaises(openai.BadRequestError):
            self.create(word, input_reference=("first.png", PICTURE, "image/png"),
                        extra_headers={"Content-Type": "application/json"})
        self.assertEqual(self.vendors.creates("ark", word), 0)

    def test_what_is_not_a_picture_is_refused_before_anything_is_bought(self):
        word = self.word()
        with self.assertRaises(openai.BadRequestError) as caught:
            self.create(word, input_reference=("notes.txt", b"only words", "text/plain"))
        self.assertTrue(caught.exception.message)
        self.assertEqual(self.vendors.creates("ark", word), 0)

    def test_without_a_model_the_configured_one_is_meant(self):
        word = self.word()
        video = self.client.videos.create(prompt=word, seconds=ORDER["seconds"], size=ORDER["size"])
        self.assertEqual((video.model, self.bought(word)["model"]), (SEEDANCE, SEEDANCE))

    def test_what_a_model_cannot_use_is_told(self):
        response = self.client.videos.with_raw_response.create(
            prompt=self.word(), **ORDER, extra_body={"negative_prompt": "rain"})
        self.assertIn("negative_prompt", response.headers["x-filmgate-warnings"])
        self.assertTrue(any("negative_prompt" in text for text in response.parse().warnings))

    def test_an_option_may_not_change_the_model(self):
        for name in ("model", "model_name", "req_key"):
            with self.assertRaises(openai.BadRequestError):
                self.create(extra_body={"metadata": {name: "kling-v3"}})

    def test_a_dry_run_buys_nothing(self):
        word = self.word()
        self.client.videos.with_raw_response.create(prompt=word, **ORDER, extra_query={"dry_run": "true"})
        self.assertEqual(self.vendors.creates("ark", word), 0)


if __name__ == "__main__":
    unittest.main()
