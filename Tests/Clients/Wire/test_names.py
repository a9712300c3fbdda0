"""Models by the names that callers have for them, and paths that vendors know and nobody serves here."""

import gzip
import json
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from cases import SEEDANCE, ClientCase  # noqa: E402
from dialects import DIALECTS, Order  # noqa: E402

ALIAS, MODEL = "kling-v3-std-silent", "kling-v3"


class Models(ClientCase):
    def create(self, dialect, model):
        return self.ask(*dialect.create(Order(model, self.word(), seconds=5)))

    def test_replies_name_the_model_as_it_was_asked_for(self):
        for path, seconds in (("/v1/video/generations", "duration"), ("/v1/videos", "seconds")):
            with self.subTest(path):
                made = self.ok("POST", path, {"model": ALIAS, "prompt": self.word(), seconds: 5})
                self.assertEqual(made["model"], ALIAS, made)
                self.assertEqual(self.done(made["id"])["data"]["data"]["model"], ALIAS)
                self.assertEqual(self.ok("GET", "/v1/videos/" + made["id"])["model"], ALIAS)
                self.assertEqual(self.ok("GET", "/volc/api/v3/contents/generations/tasks/" + made["id"])["model"], ALIAS)
                found = [row for row in self.ok("GET", "/v1/videos?limit=1")["data"] if row["id"] == made["id"]]
                self.assertEqual(found[0]["model"], ALIAS)
                # What it is here, for those who want to know.
                self.assertEqual(self.ok("GET", "/v1/jobs/" + made["id"])["task"]["request"]["model"], MODEL)
                again = self.ok("POST", "/v1/videos/%s/again" % made["id"], {})
                self.assertEqual(again["model"], ALIAS, again)
                other = self.ok("POST", "/v1/videos/%s/again" % made["id"], {"model": MODEL})
                self.assertEqual(other["model"], MODEL, other)

    def test_a_model_that_nobody_has_is_not_found(self):
        codes = {"unified": ("code", "model_not_found"), "openai": ("error.code", "model_not_found"),
                 "kling": ("code", 1203), "volc": ("error.code", "InvalidEndpointOrModel.NotFound")}
        for dialect in DIALECTS:
            with self.subTest(dialect.name):
                answer = self.create(dialect, "no-such-model")
                if dialect.name == "jimeng":
                    # The vendor has no such code, and calls all of it wrong arguments.
                    self.assertEqual((answer.status, answer.json["code"]), (400, 50200), answer)
                    continue
                place, code = codes[dialect.name]
                found = answer.json
                for name in place.split("."):
                    found = found[name]
                self.assertEqual((answer.status, found), (404, code), answer)
                self.assertIn("no-such-model", str(answer.json))


class Paths(ClientCase):
    def test_calls_of_klings_that_are_not_served_say_so(self):
        for name in ("identify-face", "Identify-face", "multi-elements", "multi-elements/init-selection",
                     "image-recognize"):
            with self.subTest(name):
                answer = self.ask("POST", "/kling/v1/videos/" + name, {"video_id": "1"})
                self.assertEqual((answer.status, answer.json["code"]), (404, 1202), answer)
                self.assertIn(name.split("/")[0].lower(), answer.json["message"].lower())
                self.assertIn("is not served", answer.json["message"])
        for path in ("/kling/v1/audio/tts", "/kling/v1/nothing"):
            answer = self.ask("POST", path, {})
            self.assertEqual((answer.status, answer.json["code"]), (404, 1202), answer)

    def test_a_base_url_that_ends_with_a_slash(self):
        self.assertEqual(self.ok("GET", "//v1/videos?limit=1")["object"], "list")
        self.assertEqual(self.ok("GET", "//kling/v1/videos/text2video")["code"], 0)
        self.assertEqual(self.ok("GET", "/kling//v1/videos/text2video")["code"], 0)
        self.assertEqual(self.ask("GET", "//kling//nothing").json["code"], 1202)
        # Where an id is missing, a list is no answer.
        self.assertEqual(self.ask("GET", "/v1/videos//").status, 400)


class Bodies(ClientCase):
    def test_a_compressed_body_is_refused_as_such(self):
        body = gzip.compress(json.dumps({"model": SEEDANCE, "prompt": "x"}).encode())
        for dialect in DIALECTS:
            method, target, _ = dialect.create(Order(SEEDANCE, "x"))
            answer = self.ask(method, target, body, headers={"Content-Type": "application/json", "Content-Encoding": "gzip"})
            self.assertEqual((answer.status, answer.headers.get("accept-encoding")), (415, "identity"), answer)
            self.assertIn("Content-Encoding", str(answer.json))

    def test_fields_that_a_form_left_empty(self):
        answer = self.ask("POST", "/v1/videos?dry_run=true", {
            "model": SEEDANCE, "prompt": "x", "seconds": "", "size": "", "image": "", "negative_prompt": "", "user": ""})
        self.assertEqual((answer.status, answer.json["warnings"]), (200, []), answer)

    def test_pictures_by_the_names_that_clients_give_them(self):
        link = "https://pictures.example/a.png"
        for name, value in (("image_url", link), ("image_url", {"url": link}), ("image_urls", [link])):
            for path in ("/v1/video/generations", "/v1/videos"):
                answer = self.ask("POST", path + "?dry_run=true", {"model": SEEDANCE, "prompt": "x", name: value})
                self.assertEqual((answer.status, answer.json["warnings"]), (200, []), answer)
                self.assertEqual(answer.json["request"]["inputs"][0]["url"], link)

    def test_what_is_no_picture_is_told_by_the_callers_own_name(self):
        kling, volc = "/kling/v1/videos/image2video", "/volc/api/v3/contents/generations/tasks"
        jimeng = "/jimeng/?Action=CVSync2AsyncSubmitTask&Version=2022-08-31"
        frame = {"type": "image_url", "image_url": {"url": "not a link"}}
        for path, body, name in (
                (kling, {"model_name": "kling-v1-6", "image": "not a link"}, "image"),
                (kling, {"model_name": "kling-v1-6", "image": "https://a.example/b.png", "image_tail": "no!"}, "image_tail"),
                (kling, {"model_name": "kling-v1-6", "image": "bm90IGEgcGljdHVyZQ=="}, "image"),
                (volc, {"model": SEEDANCE, "content": [{"type": "text", "text": "x"}, frame]}, "content[1].image_url.url"),
                (jimeng, {"req_key": "jimeng_i2v_first_v30", "binary_data_base64": ["no!"]}, "binary_data_base64[0]")):
            answer = self.ask("POST", path, body)
            self.assertEqual(answer.status, 400, answer)
            self.assertIn(name + " is ", answer.body.decode())
            self.assertNotIn("inputs[", answer.body.decode())

    def test_a_byte_order_mark_before_the_json(self):
        for dialect in DIALECTS:
            with self.subTest(dialect.name):
                method, target, body = dialect.create(Order(SEEDANCE, self.word()))
                marked = b"\xef\xbb\xbf" + json.dumps(body).encode()
                answer = self.ask(method, target, marked, headers={"Content-Type": "application/json"})
                self.assertEqual(answer.status, 200, answer)


if __name__ == "__main__":
    unittest.main()
