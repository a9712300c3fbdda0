"""001: every row of its tables, on each of the routes that the table is printed for."""

import base64
import unittest

from seeds import differences, reply

from cases import ClientCase
from gateway import Steered, harness, wait_until

LINK = "https://example.com/first.png"
PICTURE = base64.b64encode(harness.png(1280, 720)).decode()
GENERATIONS = "/v1/video/generations"
TEXT, IMAGE = "/kling/v1/videos/text2video", "/kling/v1/videos/image2video"


class VideoRequest(ClientCase):
    """model, prompt, image, duration, width, height, fps, seed, n, response_format, user, metadata."""

    def send(self, target, **fields):
        return self.ask("POST", target, fields)

    def sent(self, target, **fields):
        """What the vendor got, and the reply."""
        word = self.word()
        answer = self.send(target, prompt=word, **fields)
        self.assertEqual(answer.status, 200, answer)
        [body] = self.vendors.bodies("kling", word)
        return body, answer

    @staticmethod
    def warnings(answer):
        return answer.headers.get("x-filmgate-warnings", "")

    def test_each_field_that_the_model_can_use(self):
        for target in (GENERATIONS, TEXT):
            for fields, name, expected in (
                    ({"model": "kling-v2-6"}, "model_name", "kling-v2-6"),
                    ({"model": "kling-v1-6", "duration": 10}, "duration", "10"),
                    ({"model": "kling-v1-6", "duration": 5.0}, "duration", "5"),
                    ({"model": "kling-v1-6", "width": 720, "height": 1280}, "aspect_ratio", "9:16"),
                    ({"model": "kling-v1-6", "n": 1}, "model_name", "kling-v1-6"),
                    ({"model": "kling-v1-6", "response_format": "url"}, "model_name", "kling-v1-6"),
                    ({"model": "kling-v1-6", "metadata": {"negative_prompt": "rain"}}, "negative_prompt", "rain"),
                    ({"model": "kling-v1-6", "negative_prompt": "snow", "metadata": {"negative_prompt": "rain"}},
                     "negative_prompt", "snow")):
                with self.subTest("%s %s" % (target, fields)):
                    body, _ = self.sent(target, **fields)
                    self.assertEqual(body[name], expected, body)

    def test_each_field_that_the_model_cannot_use_is_told(self):
        for target in (GENERATIONS, TEXT):
            for fields, name in (({"seed": 7}, "seed"), ({"fps": 60}, "fps"), ({"user": "me"}, "user"),
                                 ({"metadata": {"style": "noir"}}, "style"), ({"metadata": {"quality_level": "high"}}, "quality_level")):
                with self.subTest("%s %s" % (target, name)):
                    body, answer = self.sent(target, model="kling-v1-6", **fields)
                    self.assertIn(name, self.warnings(answer))
                    self.assertNotIn(name, body)
                    if target == GENERATIONS:
                        self.assertTrue(any(name in line for line in answer.json["warnings"]), answer)

    def test_strictly_it_is_an_error(self):
        answer = self.send(GENERATIONS + "?strict=true", model="kling-v1-6", prompt="x", seed=7)
        self.assertEqual((answer.status, answer.json["error"]["param"]), (400, "seed"), answer)

    def test_an_image_as_link_and_as_base64(self):
        for target in (GENERATIONS, IMAGE):
            for image, expected in ((LINK, LINK), (PICTURE, PICTURE), ("data:image/png;base64," + PICTURE, PICTURE)):
                body, _ = self.sent(target, model="kling-v1-6", image=image)
                self.assertEqual(body["image"], expected)

    def test_what_is_refused_with_its_field(self):
        for fields, name in (({"response_format": "b64_json"}, "response_format"), ({"n": 3}, "n"), ({"duration": 7}, "duration"),
                             ({"duration": "soon"}, "duration"), ({"width": "wide", "height": 1}, "width"),
                             ({"image": "not a picture"}, "image"), ({"metadata": [1]}, "metadata"),
                             ({"metadata": {"model": "kling-v3"}}, "metadata.model"),
                             ({"model": 5}, "model"), ({"prompt": ""}, "prompt"), ({"prompt": {"a": 1}}, "prompt")):
            with self.subTest(str(fields)):
                answer = self.send(GENERATIONS, **{"model": "kling-v1-6", "prompt": "x", **fields})
                self.assertEqual(answer.status, 400, answer)
                error = answer.json["error"]
                self.assertEqual(differences({"code": "@string", "message": "@string", "type": "@string"}, error), [])
                self.assertEqual(error["param"], name, answer)
                self.assertEqual((answer.json["code"], answer.json["message"], answer.json["data"]),
                                 (error["code"], error["message"], None))

    def test_in_klings_shape(self):
        for target, fields in ((TEXT, {"duration": 7}), (TEXT, {"n": 3}), (IMAGE, {"image": "not a picture"}),
                               (TEXT, {"prompt": None}), (TEXT, {"metadata": "x"})):
            answer = self.send(target, **{"model": "kling-v1-6", "prompt": "x", **fields})
            self.assertEqual((answer.status, differences({"code": 1201, "message": "@string", "request_id": "@string"}, answer.json)),
                             (400, []), answer)

    def test_unknown_tasks(self):
        for target, expected in ((GENERATIONS + "/none", {"code": "@string", "message": "@string", "data": None}),
                                 (TEXT + "/none", {"code": 1203, "message": "@string", "request_id": "@string"}),
                                 (IMAGE + "/none", {"code": 1203, "message": "@string", "request_id": "@string"}),
                                 ("/v1/videos/none", {"error": {"message": "@string", "type": "@string"}}),
                                 ("/v1/videos/none/content", {"error": {"message": "@string", "type": "@string"}})):
            answer = self.ask("GET", target)
            self.assertEqual((answer.status, differences(expected, answer.json)), (404, []), answer)


class Form(ClientCase):
    """/v1/videos as multipart: model, prompt, seconds, input_reference."""

    def send(self, *parts):
        boundary = "----form"
        body = b"".join(b"--%s\r\nContent-Disposition: form-data; %s\r\n\r\n%s\r\n" % (
            boundary.encode(), head.encode(), value if isinstance(value, bytes) else value.encode()) for head, value in parts)
        return self.ask("POST", "/v1/videos", body + b"--%s--\r\n" % boundary.encode(), headers={
            "Content-Type": "multipart/form-data; boundary=" + boundary})

    def test_every_field(self):
        answer = self.send(('name="model"', "doubao-seedance-1-5-pro-251215"), ('name="prompt"', "a boat"), ('name="seconds"', "4"),
                           ('name="input_reference"; filename="first.png"', harness.png(864, 496)))
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(differences(reply("openai-created"), answer.json), [], answer)
        # The vendor makes the size of the picture's: known when the clip is there.
        self.assertIn("size", answer.json)

    def test_a_reference_as_text(self):
        word = self.word()
        answer = self.send(('name="model"', "kling-v1-6"), ('name="prompt"', word), ('name="input_reference"', LINK))
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(self.vendors.bodies("kling", word)[0]["image"], LINK)


class Words(ClientCase):
    """The status words of the documents, in the order in which a task goes through them."""

    def test_of_a_task_that_succeeds(self):
        word = self.word()
        steered = Steered(self.vendors, "kling", word)
        task = self.ok("POST", TEXT, {"model_name": "kling-v1-6", "prompt": word})["data"]["task_id"]
        for step, words in ((None, ("queued", "QUEUED", "queued", "submitted", "queued", "queued")),
                            (steered.begin, ("in_progress", "IN_PROGRESS", "processing", "processing", "in_progress", "running")),
                            (steered.finish, ("completed", "SUCCESS", "succeed", "succeed", "completed", "succeeded"))):
            if step:
                step()
                wait_until(lambda: self.ok("GET", GENERATIONS + "/" + task)["status"] == words[0], what=words[0])
            found = self.ok("GET", GENERATIONS + "/" + task)
            data = found["data"]
            self.assertEqual((
                found["status"], data["status"], data["data"]["status"],
                self.ok("GET", TEXT + "/" + task)["data"]["task_status"], self.ok("GET", "/v1/videos/" + task)["status"],
                self.ok("GET", "/volc/v1/contents/generations/tasks/" + task)["status"]), words)
            if words[0] != "completed":
                self.assertEqual((found["url"], data["result_url"], data["finish_time"]), ("", "", 0))
            self.assertRegex(data["progress"], {"queued": "^0%$", "in_progress": "^[1-9]?[0-9]%$", "completed": "^100%$"}[words[0]])
            self.assertEqual(data["start_time"] == 0, words[0] == "queued", data)

    def test_of_a_task_that_fails(self):
        word = self.word()
        self.vendors.rule("kling", on="create", match=word, task={"outcome": "fail", "message": "Not this."})
        task = self.ok("POST", TEXT, {"model_name": "kling-v1-6", "prompt": word})["data"]["task_id"]
        found = self.done(task)
        expected = {"code": "success", "status": "failed", "url": "", "error": {"code": "@string", "message": "@string"},
                    "data": {"status": "FAILURE", "fail_reason": "@string", "finish_time": "@time", "data": {"status": "failed"}}}
        self.assertEqual(differences(expected, found), [], found)
        self.assertIn("Not this", found["data"]["fail_reason"])


if __name__ == "__main__":
    unittest.main()
