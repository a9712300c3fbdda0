"""The Kling emulator: tokens made by PyJWT, published vectors, the capability map."""

import base64
import json
import time
import unittest

import jwt

from harness import KLING_KEY, Case, Listener, png, probe, wait_for
from kling import webhook_signature

KLING_AK, KLING_SK = "AKexample0123456789abcdef0123456", "SKexample0123456789abcdef0123456"
J1 = ("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJBS2V4YW1wbGUwMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1NiIsImV4cCI6MTc2NzMyNDg0NSwi"
      "bmJmIjoxNzY3MzIzMDQwfQ.vyxM382H48bpLRNBjkiopfuGbrzYyr3e59fKkIQgv0c")


class KlingApi(Case):
    vendor = "kling"
    options = ("--webhook-secret", "whsec_dGVzdHNlY3JldHRlc3RzZWNyZXR0ZXN0c2VjcmV0MTI=")

    def token(self, secret=KLING_SK, **claims):
        now = int(time.time())
        payload = {"iss": KLING_AK, "exp": now + 1800, "nbf": now - 5, **claims}
        return {"Authorization": "Bearer " + jwt.encode({k: v for k, v in payload.items() if v is not None}, secret, "HS256")}

    def create(self, kind, body, headers=KLING_KEY):
        return self.up.json("POST", "/v1/videos/" + kind, body, headers)

    def done(self, kind, body):
        status, made = self.create(kind, body)
        self.assertEqual((status, made.get("code")), (200, 0), made)
        return self.up.json("GET", "/v1/videos/%s/%s" % (kind, made["data"]["task_id"]), None, KLING_KEY)[1]["data"]

    def refused(self, kind, body, code=1201, status=400):
        got, answer = self.create(kind, body)
        self.assertEqual((got, answer["code"]), (status, code), answer)

    def test_tokens(self):
        def code(headers):
            status, answer = self.up.json("GET", "/v1/videos/text2video", None, headers)
            return status, answer["code"]
        now = int(time.time())
        self.assertEqual(code(self.token()), (200, 0))
        self.assertEqual(code(KLING_KEY), (200, 0))
        self.assertEqual(code({}), (401, 1001))
        self.assertEqual(code({"Authorization": "Bearer  kling-test-key"}), (401, 1002))
        self.assertEqual(code({"Authorization": "Token x"}), (401, 1002))
        self.assertEqual(code(self.token(iss="someone")), (401, 1002))
        self.assertEqual(code(self.token(secret="other-secret-other-secret-other-s")), (401, 1000))
        self.assertEqual(code(self.token(nbf=None)), (401, 1002))
        self.assertEqual(code(self.token(nbf=now + 100)), (401, 1003))
        self.assertEqual(code(self.token(exp=now - 1)), (401, 1004))
        self.assertEqual(code({"Authorization": "Bearer " + jwt.encode({"iss": KLING_AK, "exp": now + 9, "nbf": now}, KLING_SK * 2, "HS384")})[1], 1002)
        self.assertEqual(code({"Authorization": "Bearer " + J1}), (401, 1004))
        self.up.control({"settings": {"auth_now": 1767323045}})
        self.assertEqual(code({"Authorization": "Bearer " + J1}), (200, 0))
        self.up.control({"settings": {"auth_now": 1767323039}})
        self.assertEqual(code({"Authorization": "Bearer " + J1}), (401, 1003))

    def test_text_to_video_life(self):
        status, made = self.create("text2video", {"model_name": "kling-v2-6", "prompt": "a cat", "mode": "pro", "sound": "on",
                                                  "external_task_id": "mine-1"}, self.token())
        self.assertEqual((status, made["message"], made["data"]["task_status"]), (200, "SUCCEED", "submitted"))
        self.assertEqual(made["data"]["task_info"], {"external_task_id": "mine-1"})
        got = self.up.json("GET", "/v1/videos/text2video/mine-1", None, self.token())[1]["data"]
        self.assertEqual((got["task_id"], got["task_status"]), (made["data"]["task_id"], "succeed"))
        video = got["task_result"]["videos"][0]
        self.assertEqual(video["duration"], "5.041")
        seen = probe(self.up.fetch(video["url"])[2])
        self.assertEqual((seen["width"], seen["height"], seen["fps"], seen["audio"]), (1920, 1080, 24, True))
        self.assertIsInstance(got["final_unit_deduction"], str)
        self.assertEqual(self.up.fetch(video["url"], "HEAD")[0], 403)

    def test_external_id_is_unique_per_account(self):
        body = {"prompt": "x", "external_task_id": "same"}
        self.assertEqual(self.create("text2video", body)[0], 200)
        self.refused("text2video", body)
        self.assertEqual(self.create("text2video", body, self.token())[0], 200)
        self.assertEqual(self.up.counters()["tasks_created"], 2)

    def test_kind_is_part_of_the_address_and_accounts_are_apart(self):
        ident = self.create("text2video", {"prompt": "x"})[1]["data"]["task_id"]
        self.assertEqual(self.up.json("GET", "/v1/videos/image2video/" + ident, None, KLING_KEY)[1]["code"], 1203)
        self.assertEqual(self.up.json("GET", "/v1/videos/text2video/" + ident, None, self.token())[1]["code"], 1203)
        self.assertEqual(self.up.json("DELETE", "/v1/videos/text2video/" + ident, None, KLING_KEY)[1]["code"], 1202)

    def test_model_field_is_ignored(self):
        got = self.done("text2video", {"model": "kling-v3", "prompt": "x", "mode": "pro"})
        seen = probe(self.up.fetch(got["task_result"]["videos"][0]["url"])[2])
        self.assertEqual((seen["width"], seen["height"], seen["fps"], seen["frames"]), (1280, 720, 30, 151))

    def test_capability_map(self):
        picture = base64.b64encode(png(400, 400)).decode()
        link = "https://e/a.png"
        for kind, body in (
                ("text2video", {}), ("text2video", {"prompt": "x", "duration": 5}), ("text2video", {"prompt": "x", "duration": "6"}),
                ("text2video", {"prompt": "x", "model_name": "kling-v2-1"}), ("text2video", {"prompt": "x", "model_name": "kling-v1-5"}),
                ("text2video", {"prompt": "x", "sound": "on"}), ("text2video", {"prompt": "x", "sound": "on", "model_name": "kling-v2-6"}),
                ("text2video", {"prompt": "x", "cfg_scale": 0.7, "model_name": "kling-v2-6"}), ("text2video", {"prompt": "x", "cfg_scale": 2}),
                ("text2video", {"prompt": "x", "mode": "4k", "model_name": "kling-v2-6"}), ("text2video", {"prompt": "x", "aspect_ratio": "4:3"}),
                ("text2video", {"prompt": "x" * 2501}), ("text2video", {"prompt": "x", "model_name": "kling-v3", "duration": "16"}),
                ("text2video", {"prompt": "x", "model_name": "kling-v1-6", "camera_control": {"type": "down_back"}}),
                ("text2video", {"prompt": "x", "camera_control": {"type": "simple", "config": {"pan": 1, "tilt": 2}}}),
                ("text2video", {"model_name": "kling-v3", "multi_shot": True, "shot_type": "customize", "duration": "5",
                                "multi_prompt": [{"index": 1, "prompt": "a", "duration": "3"}]}),
                ("image2video", {"prompt": "x"}), ("image2video", {"image": "data:image/png;base64," + picture}),
                ("image2video", {"image": "not base64!"}), ("image2video", {"image": base64.b64encode(png(200, 400)).decode()}),
                ("image2video", {"image": link, "image_tail": link, "model_name": "kling-v2-1"}),
                ("image2video", {"image": link, "image_tail": link, "duration": "10"}),
                ("image2video", {"image": link, "image_tail": link, "model_name": "kling-v2-6", "mode": "pro", "sound": "on"}),
                ("image2video", {"image_tail": link, "model_name": "kling-v2-6", "mode": "pro"}),
                ("omni-video", {"prompt": "x"}), ("omni-video", {"prompt": "x", "aspect_ratio": "16:9", "duration": "7"}),
                ("omni-video", {"prompt": "x", "aspect_ratio": "16:9", "image_list": [{"image_url": link, "type": "end_frame"}]}),
                ("multi-image2video", {"prompt": "x", "image_list": [{"image": link}] * 5}),
                ("motion-control", {"image_url": link, "video_url": link}), ("video-extend", {"video_id": "1"})):
            with self.subTest(kind=kind, body=str(body)[:120]):
                self.refused(kind, body)
        self.refused("text2video", {"prompt": "x", "model_name": "kling-v9"}, 1203, 404)
        self.refused("nonsense", {"prompt": "x"}, 1203, 404)
        self.refused("text2video", "{", 1200)
        self.assertEqual(self.up.counters()["tasks_created"], 0)

    def test_every_kind(self):
        link, picture = "https://e/a.png", base64.b64encode(png(400, 700)).decode()
        got = self.done("image2video", {"model_name": "kling-v2-5-turbo", "image": picture, "image_tail": link, "mode": "pro",
                                        "aspect_ratio": "16:9", "duration": "5"})
        seen = probe(self.up.fetch(got["task_result"]["videos"][0]["url"])[2])
        self.assertEqual((seen["width"], seen["height"]), (1080, 1920))
        longer = self.done("video-extend", {"video_id": got["task_result"]["videos"][0]["id"]})
        self.assertEqual(longer["task_result"]["videos"][0]["duration"], "10.041")
        self.assertEqual(longer["task_info"]["parent_video"]["duration"], "5.041")
        face = self.up.json("POST", "/v1/videos/identify-face", {"video_url": "https://e/v.mp4"}, KLING_KEY)[1]["data"]
        for kind, body in (
                ("omni-video", {"prompt": "<<<image_1>>>", "image_list": [{"image_url": link, "type": "first_frame"}]}),
                ("omni-video", {"model_name": "kling-v3-omni", "prompt": "x", "aspect_ratio": "1:1", "duration": "3", "sound": "on"}),
                ("multi-image2video", {"prompt": "x", "image_list": [{"image": link}, {"image": picture}]}),
                ("motion-control", {"image_url": link, "video_url": "https://e/v.mp4", "character_orientation": "image", "mode": "std"}),
                ("effects", {"effect_scene": "hug", "input": {"images": [link, link], "duration": "5"}}),
                ("avatar/image2video", {"image": link, "audio_id": "1"}),
                ("advanced-lip-sync", {"session_id": face["session_id"], "face_choose": [{
                    "face_id": face["face_data"][0]["face_id"], "audio_id": "1", "sound_start_time": 0, "sound_end_time": 3000,
                    "sound_insert_time": 0}]}),
                ("text2video", {"model_name": "kling-v3", "multi_shot": True, "shot_type": "customize", "duration": "5", "multi_prompt": [
                    {"index": 1, "prompt": "a", "duration": "2"}, {"index": 2, "prompt": "b", "duration": "3"}]}),
                ("text2video", {"prompt": "x", "camera_control": {"type": "simple", "config": {"pan": 1, "tilt": 0}}})):
            with self.subTest(kind=kind):
                self.assertEqual(self.done(kind, body)["task_status"], "succeed")

    def test_list_and_costs(self):
        for _ in range(3):
            self.create("text2video", {"prompt": "x"})
        rows = self.up.json("GET", "/v1/videos/text2video?pageNum=2&pageSize=2", None, KLING_KEY)[1]["data"]
        self.assertEqual(len(rows), 1)
        self.assertEqual(self.up.json("GET", "/v1/videos/text2video?pageSize=501", None, KLING_KEY)[1]["code"], 1201)
        self.assertEqual(self.up.json("GET", "/account/costs?start_time=1&end_time=2", None, KLING_KEY)[1]["code"], 0)

    def test_code_table_and_failures(self):
        for code, status in ((1102, 429), (1303, 429), (1304, 429), (1103, 403), (1301, 400), (5001, 503), (5002, 504)):
            self.up.control({"on": "create", "error": code})
            self.refused("text2video", {"prompt": "x"}, code, status)
        self.refused("text2video", {"prompt": "fault:1302"}, 1302, 429)
        got = self.done("text2video", {"prompt": "fault:async:1301"})
        self.assertEqual((got["task_status"], "task_result" in got), ("failed", False))
        self.assertIn("content security", got["task_status_msg"])

    def test_concurrency(self):
        self.up.control({"settings": {"delay": 60, "concurrency": 1}})
        self.assertEqual(self.create("text2video", {"prompt": "x"})[0], 200)
        self.refused("text2video", {"prompt": "x"}, 1303, 429)

    def test_signed_callback(self):
        secret = self.options[1]
        body = b'{"id":"1234567890","status":"succeeded","message":"","create_time":1781080778802,"update_time":1781080794151}'
        self.assertEqual(webhook_signature(secret, "9876543210", "1781080794", body), "v1,UsKlJP00XoQyOn410NM9xv34sP+Gl0jnOO9Lcpr7NJ4=")
        with Listener() as heard:
            self.create("text2video", {"prompt": "x", "callback_url": heard.url})
            wait_for(lambda: len(heard.posts) >= 3)
        _, headers, body = heard.posts[-1]
        headers = {name.lower(): value for name, value in headers.items()}
        self.assertEqual(headers["webhook-signature"], webhook_signature(secret, headers["webhook-id"], headers["webhook-timestamp"], body))
        self.assertEqual(json.loads(body)["task_status"], "succeed")


if __name__ == "__main__":
    unittest.main()
