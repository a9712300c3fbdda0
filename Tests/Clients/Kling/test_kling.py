"""The `klingai-api` client from PyPI: its whole flow, beginning with the account's costs."""

import base64
import os
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import jwt  # noqa: E402
import requests  # noqa: E402
from api import (  # noqa: E402  (the package's own name for its module)
    AspectRatio, Duration, Image2VideoModel, KlingAiAPI, Mode, Text2VideoModel)
from exceptions import BadCredentials  # noqa: E402

from cases import ClientCase  # noqa: E402
from gateway import harness, wait_until  # noqa: E402


class KlingCase(ClientCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The one thing that is changed; every path of the client is absolute, so a prefix here would be lost.
        KlingAiAPI.base = cls.gateway.base
        cls.client = cls.enterClassContext(KlingAiAPI(cls.key.id, cls.key.secret))

    def ended(self, get, task):
        def look():
            found = get(task)["data"]
            return found if found["task_status"] not in ("submitted", "processing") else None
        return wait_until(look, 60, task)


class Flow(KlingCase):
    def test_text_to_video(self):
        word = self.word()
        made = self.client.text2video(word, model_name=Text2VideoModel.kling_v1_6, mode=Mode.std, duration=Duration.short,
                                      aspect_ratio=AspectRatio.landscape, negative_prompt="rain", cfg_scale=0.7,
                                      external_task_id="mine-" + word)
        self.assertEqual((made["code"], made["message"]), (0, "SUCCEED"))
        self.assertTrue(made["request_id"])
        data = made["data"]
        self.assertIn(data["task_status"], ("submitted", "processing"))
        self.assertEqual(data["task_info"], {"external_task_id": "mine-" + word})
        self.assertGreater(data["created_at"], 1_700_000_000_000, "milliseconds, not seconds")
        found = self.ended(self.client.get_text2video, data["task_id"])
        self.assertEqual((found["task_status"], found["task_status_msg"], found["task_id"]), ("succeed", "", data["task_id"]))
        self.assertEqual(found["created_at"], data["created_at"])
        self.assertGreaterEqual(found["updated_at"], found["created_at"])
        [video] = found["task_result"]["videos"]
        self.assertTrue(video["id"])
        self.assertRegex(video["duration"], r"^5(\.\d+)?$")
        self.assert_clip(self.gateway.fetch(video["url"]).body, 1280, 720, 5)
        self.assertEqual(float(found["final_unit_deduction"]), 5)
        body = self.vendors.bodies("kling", word)[0]
        self.assertEqual([body[name] for name in ("negative_prompt", "cfg_scale", "mode", "aspect_ratio", "duration")],
                         ["rain", 0.7, "std", "16:9", "5"])

    def test_by_its_own_id(self):
        word = self.word()
        made = self.client.text2video(word, model_name=Text2VideoModel.kling_v1_6, external_task_id="own-" + word)["data"]
        self.assertEqual(self.client.get_text2video("own-" + word)["data"]["task_id"], made["task_id"])
        with self.assertRaises(requests.HTTPError) as caught:
            self.client.text2video(word + " again", model_name=Text2VideoModel.kling_v1_6, external_task_id="own-" + word)
        self.assertEqual(caught.exception.response.json()["code"], 1201)

    def test_image_to_video(self):
        picture = base64.b64encode(harness.png(1280, 720)).decode()
        for image, tail in (("https://example.com/a.png", "https://example.com/b.png"), (picture, picture)):
            word = self.word()
            made = self.client.image2video(image, image_tail=tail, model_name=Image2VideoModel.kling_v2_5_turbo,
                                           mode=Mode.pro, prompt=word)["data"]
            body = self.vendors.bodies("kling", word)[0]
            self.assertEqual((body["image"], body["image_tail"]), (image, tail))
            found = self.ended(self.client.get_image2video, made["task_id"])
            self.assertEqual(found["task_status"], "succeed", found)
            self.assert_clip(self.gateway.fetch(found["task_result"]["videos"][0]["url"]).body, 1920, 1080, 5)

    def test_lists(self):
        made = [self.client.text2video(self.word(), model_name=Text2VideoModel.kling_v1_6)["data"]["task_id"] for _ in range(3)]
        listed = self.client.list_text2video(page_size=3)
        self.assertEqual([task["task_id"] for task in listed["data"]], made[::-1])
        second = self.client.list_text2video(page_num=2, page_size=1)
        self.assertEqual([task["task_id"] for task in second["data"]], [made[1]])
        self.assertTrue(all("task_status" in task for task in self.client.list_image2video()["data"]))
        with self.assertRaises(requests.HTTPError) as caught:
            self.client.list_text2video(page_size=501)
        self.assertEqual(caught.exception.response.json()["code"], 1201)

    def test_a_task_that_failed_is_an_answer(self):
        word = self.word()
        self.vendors.rule("kling", on="create", match=word, task={"outcome": "fail", "message": "Not this."})
        made = self.client.text2video(word, model_name=Text2VideoModel.kling_v1_6)["data"]
        found = self.ended(self.client.get_text2video, made["task_id"])
        self.assertEqual(found["task_status"], "failed")
        self.assertIn("Not this", found["task_status_msg"])
        self.assertNotIn("task_result", found)


class Errors(KlingCase):
    def refusal(self, status, code, call, *arguments, **options):
        with self.assertRaises(requests.HTTPError) as caught:
            call(*arguments, **options)
        answer = caught.exception.response
        self.assertEqual((answer.status_code, answer.json()["code"]), (status, code), answer.text)
        self.assertTrue(answer.json()["message"] and answer.json()["request_id"])

    def test_wrong_credentials(self):
        for access, secret in ((self.key.id, "wrong-secret-that-is-long-enough"), ("nobody", self.key.secret)):
            with self.assertRaises(BadCredentials):
                KlingAiAPI(access, secret).__enter__()

    def test_in_the_vendors_shape(self):
        text, image = self.client.text2video, self.client.image2video
        self.refusal(400, 1201, text, "x", model_name=Text2VideoModel.kling_v1_6, duration="7")
        self.refusal(404, 1203, text, "x", model_name="no-such-model")
        self.refusal(400, 1201, text, "", model_name=Text2VideoModel.kling_v1_6)
        self.refusal(400, 1201, image, "neither link nor base64!", model_name=Image2VideoModel.kling_v1_6)
        self.refusal(404, 1203, self.client.get_text2video, "none")

    def test_the_vendors_own_refusals(self):
        for given, status, code in ((1301, 400, 1301), (1302, 429, 1302), (1303, 429, 1303)):
            word = self.word()
            self.vendors.rule("kling", on="create", match=word, error=given, times=0)
            self.refusal(status, code, self.client.text2video, word, model_name=Text2VideoModel.kling_v1_6)


class Tokens(KlingCase):
    """What a token must be; the client makes none of these."""

    def status(self, secret=None, algorithm="HS256", **claims):
        now = int(time.time())
        payload = {"iss": self.key.id, "exp": now + 1800, "nbf": now - 5, **claims}
        payload = {name: value for name, value in payload.items() if value is not None}
        token = jwt.encode(payload, self.key.secret if secret is None else secret, algorithm=algorithm)
        answer = self.gateway.ask("GET", "/kling/account/costs?start_time=1&end_time=2",
                                  headers={"Authorization": "Bearer " + token})
        return answer.status, answer.json["code"]

    def test_a_good_one_and_bad_ones(self):
        now = int(time.time())
        self.assertEqual(self.status(), (200, 0))
        for wrong in ({"exp": now - 60}, {"nbf": now + 600}, {"iss": "nobody"}, {"iss": None}, {"exp": None},
                      {"secret": "another-secret-that-is-long-enough"}, {"algorithm": "none", "secret": ""},
                      {"algorithm": "HS512"}):
            status, code = self.status(**wrong)
            self.assertEqual((status, 1000 <= code <= 1004), (401, True), (wrong, code))

    def test_the_code_says_what_is_wrong(self):
        now = int(time.time())
        self.assertEqual(self.status(exp=now - 60), (401, 1004))
        self.assertEqual(self.status(nbf=now + 600), (401, 1003))
        self.assertEqual(self.status(iss="nobody"), (401, 1002))
        answer = self.gateway.ask("GET", "/kling/account/costs")
        self.assertEqual((answer.status, answer.json["code"]), (401, 1001))


if __name__ == "__main__":
    unittest.main()
