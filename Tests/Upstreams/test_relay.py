"""The reseller emulator, given the bodies the public gateways print."""

import json
import unittest

import gateway_examples as examples
from harness import RELAY_KEY, S15, S20, Case, probe


class RelayApi(Case):
    vendor = "relay"

    def make(self, path, body, status=200):
        got, made = self.up.json("POST", path, body, RELAY_KEY)
        self.assertEqual(got, status, made)
        return made

    def get(self, path):
        return self.up.json("GET", path, None, RELAY_KEY)[1]

    def test_seedance_unified(self):
        made = self.make("/v1/video/generations", examples.SEEDANCE_2)
        self.assertEqual(list(made), ["task_id"])
        got = self.get("/v1/video/generations/" + made["task_id"])
        outer, middle = got["data"], got["data"]["data"]
        inner = middle["result"]
        self.assertEqual((got["code"], outer["status"], middle["status"], inner["status"]), ("success", "SUCCESS", "succeed", "succeeded"))
        self.assertEqual((outer["progress"], middle["frames"], middle["model"]), ("100%", 0, "volcengine/" + S20))
        self.assertEqual(inner["usage"]["total_tokens"], 99111)
        self.assertNotEqual(inner["id"], "")
        seen = probe(self.up.fetch(inner["content"]["video_url"])[2])
        self.assertEqual((seen["width"], seen["height"], seen["frames"], seen["audio"]), (752, 560, 121, True))

    def test_words_while_it_runs(self):
        self.up.control({"on": "create", "task": {"queue": 0, "run": 60}}, {"on": "create", "task": {"lag": True}})
        running = self.make("/v1/video/generations", examples.SEEDANCE_2)["task_id"]
        lagging = self.make("/v1/video/generations", examples.SEEDANCE_2)["task_id"]
        got = self.get("/v1/video/generations/" + running)["data"]
        self.assertEqual((got["status"], got["progress"], got["data"]["result"]["status"]), ("IN_PROGRESS", "50%", "running"))
        got = self.get("/v1/video/generations/" + lagging)["data"]
        self.assertEqual((got["status"], got["data"]["result"]["status"]), ("IN_PROGRESS", "succeeded"))
        self.up.control({"settings": {"vocabulary": "prose"}})
        self.assertEqual(self.get("/v1/video/generations/" + running)["data"]["status"], "in_progress")

    def test_kling_names(self):
        for body, size, seconds, audio, kind in (
                (examples.KLING_NAMED_TEXT, (1280, 720), 5, False, "text2video"),
                (examples.KLING_NAMED_IMAGE, (1920, 1080), 6, True, "image2video"),
                (examples.KLING_NAMED_FRAMES, (1920, 1080), 8, False, "image2video"),
                (examples.KLING_NAMED_SHOTS, (1280, 720), 10, True, "image2video")):
            ident = self.make("/v1/video/generations", body)["task_id"]
            task = next(t for t in self.up.report()["tasks"] if t["id"] == ident)
            clip = task["clip"]
            self.assertEqual(((clip["width"], clip["height"]), clip["frames"], clip["audio"], task["kind"]), (size, 24 * seconds + 1, audio, kind))
            got = self.get("/v1/video/generations/" + ident)["data"]
            self.assertEqual(got["video_url"], got["data"]["data"]["task_result"]["videos"][0]["url"])
        self.up.control({"settings": {"link_at": "fail_reason"}})
        self.assertTrue(self.get("/v1/video/generations/" + ident)["data"]["fail_reason"].startswith("http"))

    def test_kling_paths(self):
        for kind, body in (("text2video", examples.KLING_TEXT), ("image2video", examples.KLING_IMAGE)):
            made = self.make("/kling/v1/videos/" + kind, body)
            self.assertEqual((made["message"], made["data"]["task_status"]), ("SUCCEED", "submitted"))
            got = self.get("/kling/v1/videos/%s/%s" % (kind, made["data"]["task_id"]))["data"]
            self.assertEqual(got["task_status"], "succeed")
        clip = self.up.report()["tasks"][0]["clip"]
        self.assertEqual(clip, {"width": 1920, "height": 1080, "fps": 24, "frames": 97, "audio": True})

    def test_ark_path_and_jimeng_path(self):
        made = self.make("/volc/v1/contents/generations/tasks", examples.ARK_FOX)
        self.assertEqual(made["status"], "submitted")
        self.assertEqual(self.get("/volc/v1/contents/generations/tasks/" + made["id"])["status"], "succeeded")
        made = self.make("/jimeng/?Action=CVSync2AsyncSubmitTask&Version=2022-08-31", {"req_key": "jimeng_t2v_v30", "prompt": "x"})
        got = self.make("/jimeng/?Action=CVSync2AsyncGetResult&Version=2022-08-31", {"req_key": "jimeng_t2v_v30", "task_id": made["data"]["task_id"]})
        self.assertEqual(got["data"]["status"], "done")
        self.assertEqual(self.up.fetch(got["data"]["video_url"])[0], 200)

    def test_videos_like_openai(self):
        form = "".join('--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % pair
                       for pair in (("model", S15), ("prompt", "x"), ("seconds", "4"))) + "--b--\r\n"
        made = json.loads(self.up.call("POST", "/v1/videos", form, {**RELAY_KEY, "Content-Type": "multipart/form-data; boundary=b"})[2])
        got = self.get("/v1/videos/" + made["id"])
        self.assertEqual((got["object"], got["status"], got["progress"], got["seconds"]), ("video", "completed", 100, "4"))
        status, headers, data = self.up.call("GET", "/v1/videos/%s/content" % made["id"], None, RELAY_KEY)
        self.assertEqual((status, probe(data)["frames"]), (200, 97))

    def test_refusals(self):
        self.assertEqual(self.up.json("POST", "/v1/video/generations", {"model": S15}, {})[1]["error"]["code"], "invalid_api_key")
        self.assertEqual(self.up.json("GET", "/kling/v1/videos/text2video/1", None, {})[1]["code"], 1000)
        self.assertEqual(self.up.json("GET", "/volc/v1/contents/generations/tasks/1", None, {})[1]["error"]["code"], "AuthenticationError")
        self.assertEqual(self.up.json("GET", "/v1/video/generations/none", None, RELAY_KEY)[0], 404)
        self.assertEqual(self.make("/v1/video/generations", {"model": S15, "prompt": "x", "metadata": {"duration": 99}}, 400)["error"]["code"], "InvalidParameter")


if __name__ == "__main__":
    unittest.main()
