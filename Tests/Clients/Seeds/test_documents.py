"""The documented calls, one after another, as their curl lines send them."""

import json
import unittest

from seeds import differences, reply, request

from cases import ClientCase
from dialects import RESULT, SUBMIT
from gateway import harness

JSON_TYPE = {"Content-Type": "application/json"}
GENERATIONS, CLIPS, TASKS = "/v1/video/generations", "/kling/v1/videos/", "/volc/v1/contents/generations/tasks"


class Documents(ClientCase):
    def send(self, target, body):
        """Exactly these bytes."""
        answer = self.ask("POST", target, body, headers=JSON_TYPE)
        self.assertEqual(answer.status, 200, answer)
        return answer.json

    def assert_reply(self, name, found, **more):
        self.assertEqual(differences({**reply(name), **more}, found), [], found)

    def last(self, vendor):
        return json.loads(self.vendors.arrived(vendor, "create", "")[-1]["body"])

    def assert_clip_at(self, link, *shape):
        self.assert_clip(self.gateway.fetch(link, self.key).body, *shape)


class Seedance(Documents):
    """000 and 002: the reference request and its three vocabularies."""

    def test_create_and_status(self):
        made = self.send(GENERATIONS, request("seedance-reference"))
        self.assert_reply("unified-created", made)
        given, body = json.loads(request("seedance-reference")), self.last("ark")
        self.assertEqual(body["content"][0], {"type": "text", "text": given["prompt"]})
        links = [(item["role"], item[item["type"]]["url"]) for item in body["content"][1:]]
        self.assertEqual(links, [("reference_image", link) for link in given["images"]]
                         + [("reference_video", given["videos"][0]), ("reference_audio", given["audios"][0])])
        for name, value in given["metadata"].items():
            self.assertEqual(body[name], value, name)
        found = self.completed(made["task_id"])
        self.assert_reply("seedance-succeeded", found)
        ids = {made["task_id"], made["id"], found["task_id"], found["data"]["task_id"], found["data"]["data"]["id"],
               found["data"]["data"]["result"]["id"]}
        self.assertEqual(len(ids), 1, "the vendor's own id came out")
        data = found["data"]
        self.assertLessEqual(data["submit_time"], data["start_time"])
        self.assertLessEqual(data["start_time"], data["finish_time"])
        self.assert_clip_at(found["url"], 752, 560, 5)


class Kling(Documents):
    """000: Kling's own paths with `model` and a nested `sound`."""

    def flow(self, kind, name):
        made = self.send(CLIPS + kind, request(name))
        self.assert_reply("kling-created", made)
        task = made["data"]["task_id"]
        body = self.last("kling")
        self.completed(task)
        found = self.ok("GET", CLIPS + kind + "/" + task)
        self.assert_reply("kling-succeeded", found)
        data = found["data"]
        self.assertEqual((data["task_id"], data["created_at"]), (task, made["data"]["created_at"]))
        self.assertRegex(data["task_result"]["videos"][0]["duration"], r"^4(\.\d+)?$")
        self.assert_clip_at(data["task_result"]["videos"][0]["url"], 1920, 1080, 4)
        for field, value in json.loads(request(name)).items():
            if field == "metadata":
                self.assertEqual(body["sound"], value["sound"])
            else:
                self.assertEqual(body["model_name" if field == "model" else field], value, field)

    def test_text_to_video(self):
        self.flow("text2video", "kling-text2video")

    def test_image_to_video(self):
        self.flow("image2video", "kling-image2video")


class Ark(Documents):
    """003: Ark's body under another path, and a reply with a foreign word in it."""

    def test_create(self):
        made = self.send(TASKS, request("ark-first-frame"))
        self.assert_reply("volc-created", made)
        body = {name: value for name, value in self.last("ark").items() if value is not None}
        for name, value in json.loads(request("ark-first-frame")).items():
            if name == "content":
                self.assertEqual([item["type"] for item in body[name]], ["text", "image_url"])
                self.assertEqual((body[name][0]["text"], body[name][1]["image_url"]),
                                 (value[0]["text"], value[1]["image_url"]))
            else:
                self.assertEqual(body[name], value, name)
        found = self.completed(made["id"])
        self.assert_clip_at(found["url"], 1280, 720, 4)
        self.assertEqual(self.ok("GET", TASKS + "/" + made["id"])["status"], "succeeded")


class NamedModels(Documents):
    """004: models whose names say mode and sound, and shots without numbers."""

    def flow(self, name, **expected):
        made = self.send(GENERATIONS, request(name))
        self.assertTrue(made["task_id"] and made["id"])
        body = self.last("kling")
        for field, value in expected.items():
            self.assertEqual(body.get(field), value, (field, body))
        found = self.completed(made["task_id"])
        size = (1920, 1080) if expected["mode"] == "pro" else (1280, 720)
        self.assert_clip_at(found["url"], *size, int(expected["duration"]))
        return found

    def test_text_to_video(self):
        found = self.flow("relay-text", model_name="kling-v3", mode="std", sound="off", aspect_ratio="16:9", duration="5",
                          cfg_scale=0.5, negative_prompt="blur, ")
        self.assertEqual(found["data"]["action"], "textGenerate")

    def test_image_to_video(self):
        found = self.flow("relay-image", model_name="kling-v3", mode="pro", sound="on", duration="6", cfg_scale=0.6,
                          image="https://example.com/start-frame.png", negative_prompt="artifacts, ")
        self.assertEqual(found["data"]["action"], "generate")

    def test_first_and_last_frame(self):
        found = self.flow("relay-first-last", model_name="kling-v3", mode="pro", sound="off", duration="8", cfg_scale=0.5,
                          image="https://example.com/first-frame.png", image_tail="https://example.com/last-frame.png")
        self.assertEqual(found["data"]["action"], "firstTailGenerate")

    def test_shots(self):
        self.flow("relay-shots", model_name="kling-v3", mode="std", sound="on", duration="10", multi_shot=True,
                  shot_type="customize", image="https://example.com/source-image.png",
                  multi_prompt=[{"index": 1, "prompt": "camera. ", "duration": "5"},
                                {"index": 2, "prompt": " camera. ", "duration": "5"}])

    def test_every_name_and_every_length(self):
        for mode in ("std", "pro"):
            for sound, word in (("silent", "off"), ("audio", "on")):
                made = self.ok("POST", GENERATIONS, {"model": "kling-v3-%s-%s" % (mode, sound), "prompt": "a boat",
                                                     "duration": "3", "aspect_ratio": "9:16"})
                self.assertTrue(made["task_id"])
                body = self.last("kling")
                self.assertEqual((body["mode"], body["sound"], body["duration"]), (mode, word, "3"))
        for duration in (3, "15"):
            self.ok("POST", GENERATIONS, {"model": "kling-v3-std-silent", "prompt": "a boat", "duration": duration})
            self.assertEqual(self.last("kling")["duration"], str(duration))
        for duration in (2, "16", "long"):
            self.assertEqual(self.ask("POST", GENERATIONS, {
                "model": "kling-v3-std-silent", "prompt": "a boat", "duration": duration}).status, 400)


class Jimeng(Documents):
    """001: the vendor's actions with a plain key."""

    def test_submit_and_result(self):
        import base64
        picture = base64.b64encode(harness.png(1280, 720)).decode()
        for body in ({"req_key": "jimeng_t2v_v30", "prompt": "a boat"},
                     {"req_key": "jimeng_i2v_first_v30", "prompt": "a boat", "binary_data_base64": [picture]}):
            made = self.ok("POST", SUBMIT, body)
            self.assert_reply("jimeng-created", made)
            for name, value in body.items():
                self.assertEqual(self.last("jimeng")[name], value, name)
            task = made["data"]["task_id"]
            self.completed(task)
            found = self.ok("POST", RESULT, {"req_key": body["req_key"], "task_id": task})
            self.assert_reply("jimeng-succeeded", found)
            self.assert_clip_at(found["data"]["video_url"], 1248, 704, 5)

    def test_action_and_version_are_required(self):
        for query in ("", "?Action=CVSync2AsyncSubmitTask", "?Version=2022-08-31"):
            self.assertEqual(self.ask("POST", "/jimeng/" + query, {"req_key": "jimeng_t2v_v30", "prompt": "x"}).status, 400)


if __name__ == "__main__":
    unittest.main()
