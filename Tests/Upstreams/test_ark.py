"""The Ark emulator before the vendor's own client, and its limits one by one."""

import base64
import json
import unittest

from volcenginesdkarkruntime import Ark
from volcenginesdkarkruntime._exceptions import (ArkAuthenticationError, ArkBadRequestError, ArkConflictError,
                                                  ArkNotFoundError, ArkRateLimitError)

import gateway_examples as examples
from ark_tables import MODELS, status_of
from harness import ARK_KEY, ARK_PATH, S10, S15, S20, Case, Listener, png, probe, text, wait_for


def data_url(width, height):
    return "data:image/png;base64," + base64.b64encode(png(width, height)).decode()



class ArkClient(Case):
    """The official runtime client against ark.py."""

    vendor = "ark"

    def setUp(self):
        super().setUp()
        self.client = Ark(api_key="ark-test-key", base_url=self.up.base + "/api/v3", max_retries=0)
        self.tasks = self.client.content_generation.tasks

    def test_create_get_list_delete(self):
        made = [self.tasks.create(model=S15, content=[{"type": "text", "text": "小猫打哈欠"}]).id for _ in range(3)]
        body = json.loads(self.up.report("?on=create&last=1")["requests"][0]["body"])
        self.assertIsNone(body["ratio"])
        self.assertGreater(sum(value is None for value in body.values()), 10)
        got = self.tasks.get(task_id=made[0])
        self.assertEqual(got.status, "succeeded")
        self.assertEqual((got.resolution, got.ratio, got.duration, got.framespersecond), ("720p", "16:9", 5, 24))
        self.assertEqual(got.usage.total_tokens, 108900)
        self.assertRegex(got.id, r"^cgt-\d{14}-[a-z0-9]{5}$")
        listed = self.tasks.list(page_num=1, page_size=10, status="succeeded", task_ids=made[:2], model=S15, service_tier="default")
        self.assertEqual({item.id for item in listed.items}, set(made[:2]))
        self.assertEqual(listed.total, 2)
        self.tasks.delete(task_id=made[0])
        with self.assertRaises(ArkNotFoundError):
            self.tasks.get(task_id=made[0])

    def test_result_is_the_video_that_was_ordered(self):
        ident = self.tasks.create(model=S10, content=[{"type": "text", "text": "x"}], ratio="9:16", resolution="480p", duration=2).id
        link = self.tasks.get(task_id=ident).content.video_url
        status, headers, data = self.up.fetch(link)
        self.assertEqual((status, headers["Content-Type"]), (200, "video/mp4"))
        seen = probe(data)
        self.assertEqual((seen["width"], seen["height"], seen["fps"], seen["frames"], seen["audio"]), (480, 864, 24, 49, False))
        self.assertEqual((seen["codec"], seen["pixels"]), ("h264", "yuv420p"))
        self.assertLess(data.index(b"moov"), data.index(b"mdat"))
        self.assertEqual(self.up.fetch(link, "HEAD")[0], 403)
        self.assertEqual(self.up.fetch(link.partition("?")[0])[0], 403)
        status, headers, part = self.up.fetch(link, headers={"Range": "bytes=10-19"})
        self.assertEqual((status, part, headers["Content-Range"]), (206, data[10:20], "bytes 10-19/%d" % len(data)))

    def test_sound_last_frame_and_odd_size(self):
        ident = self.tasks.create(model=S15, content=[{"type": "text", "text": "x"}], ratio="3:4", duration=4, return_last_frame=True).id
        got = self.tasks.get(task_id=ident)
        seen = probe(self.up.fetch(got.content.video_url)[2])
        self.assertEqual((seen["width"], seen["height"], seen["frames"], seen["audio"]), (834, 1112, 97, True))
        picture = self.up.fetch(got.content.last_frame_url)[2]
        self.assertEqual(picture[16:24], (834).to_bytes(4, "big") + (1112).to_bytes(4, "big"))

    def test_errors_reach_the_client(self):
        with self.assertRaises(ArkAuthenticationError):
            Ark(api_key="wrong", base_url=self.up.base + "/api/v3", max_retries=0).content_generation.tasks.get(task_id="x")
        with self.assertRaises(ArkNotFoundError):
            self.tasks.create(model="m", content=[{"type": "text", "text": "x"}])
        with self.assertRaises(ArkBadRequestError) as caught:
            self.tasks.create(model=S15, content=[{"type": "text", "text": "x"}], duration=13)
        self.assertEqual(caught.exception.body["code"], "InvalidParameter")
        self.assertEqual(self.up.counters()["tasks_created"], 0)

    def test_scripted_rate_limit_makes_the_client_retry(self):
        self.up.control({"on": "create", "times": 2, "error": "RateLimitExceeded.EndpointRPMExceeded"})
        patient = Ark(api_key="ark-test-key", base_url=self.up.base + "/api/v3", max_retries=2).content_generation.tasks
        self.assertTrue(patient.create(model=S15, content=[{"type": "text", "text": "x"}]).id)
        counted = self.up.counters()
        self.assertEqual((counted["creates_received"], counted["tasks_created"]), (3, 1))
        self.up.control({"on": "create", "error": "QuotaExceeded"})
        with self.assertRaises(ArkRateLimitError):
            self.tasks.create(model=S15, content=[{"type": "text", "text": "x"}])

    def test_delete_by_state(self):
        self.up.control({"on": "create", "task": {"queue": 60}}, {"on": "create", "task": {"stuck": "running", "queue": 0}})
        queued, running = (self.tasks.create(model=S15, content=[{"type": "text", "text": "x"}]).id for _ in range(2))
        self.tasks.delete(task_id=queued)
        self.assertEqual(self.tasks.get(task_id=queued).status, "cancelled")
        with self.assertRaises(ArkConflictError):
            self.tasks.delete(task_id=running)
        self.assertEqual(self.tasks.get(task_id=running).status, "running")


class ArkRules(Case):
    """ark.py's limits, one by one."""

    vendor = "ark"

    def create(self, body):
        return self.up.json("POST", ARK_PATH, body, ARK_KEY)

    def done(self, body):
        status, made = self.create(body)
        self.assertEqual(status, 200, made)
        return self.up.json("GET", ARK_PATH + "/" + made["id"], None, ARK_KEY)[1]

    def refused(self, body, code="InvalidParameter"):
        status, answer = self.create(body)
        self.assertEqual((status, answer["error"]["code"]), (status_of(code), code), answer)
        self.assertIn("Request id:", answer["error"]["message"])

    def test_documented_example_of_a_gateway(self):
        got = self.done(examples.ARK_FOX)
        self.assertEqual((got["ratio"], got["duration"], got["generate_audio"]), ("16:9", 4, True))

    def test_tokens(self):
        for body, tokens in (
                (text(ratio="16:9"), 108900), (text(model=S10), 246840), (text(model=S10, resolution="720p"), 103818),
                (text(resolution="480p"), 50638),
                ({"model": S20, "resolution": "480p", "ratio": "4:3", "content": [
                    {"type": "text", "text": "x"},
                    {"type": "video_url", "video_url": {"url": "https://e/a.mp4"}, "role": "reference_video"}]}, 99111)):
            self.assertEqual(self.done(body)["usage"], {"completion_tokens": tokens, "total_tokens": tokens})

    def test_limits_per_model(self):
        lite = "doubao-seedance-1-0-lite-t2v-250428"
        image = {"type": "image_url", "image_url": {"url": "https://e/a.png"}}
        last = dict(image, role="last_frame")
        for body, code in (
                ({"content": []}, "MissingParameter"), ({"model": S15}, "MissingParameter"), (text(content=[]), "InvalidParameter"),
                (text(duration=3), "InvalidParameter"), (text(duration="5"), "InvalidParameter"), (text(duration=5.0), "InvalidParameter"),
                (text(model=S10, duration=-1), "InvalidParameter"), (text(resolution="4k"), "InvalidParameter"),
                (text(ratio="2:1"), "InvalidParameter"), (text(model=S10, ratio="adaptive"), "InvalidParameter"),
                (text(frames=121), "InvalidParameter.UnsupportedParameter"), (text(model=S10, frames=30), "InvalidParameter"),
                (text(seed=-2), "InvalidParameter"), (text(watermark="false"), "InvalidParameter"),
                (text(model=S20, camera_fixed=True), "InvalidParameter.UnsupportedParameter"),
                (text(model=S20, service_tier="flex"), "InvalidParameter.UnsupportedParameter"),
                (text(priority=1), "InvalidParameter.UnsupportedParameter"), (text(draft=True, resolution="720p"), "InvalidParameter"),
                (text(model=S20, draft=True), "InvalidParameter.UnsupportedParameter"),
                (text(safety_identifier="x" * 65), "InvalidParameter"), (text(execution_expires_after=10), "InvalidParameter"),
                (text(model=lite, content=[{"type": "text", "text": "x"}, image]), "InvalidParameter"),
                (text(content=[image, image]), "InvalidParameter"), (text(content=[last]), "InvalidParameter"),
                (text(content=[dict(image, role="reference_image")]), "InvalidParameter"),
                (text(model="doubao-seedance-1-0-pro-fast-251015", content=[image, last]), "InvalidParameter"),
                (text(model=S20, content=[{"type": "audio_url", "audio_url": {"url": "https://e/a.mp3"}, "role": "reference_audio"}]), "InvalidParameter"),
                (text(model="doubao-seedance-2-5-260628", content=[image], ratio="16:9"), "InvalidParameter.TaskTypeConstraint"),
                (text(content=[dict(image, image_url={"url": "ftp://e/a"})]), "InvalidImageURL.InvalidFormat"),
                (text(content=[dict(image, image_url={"url": data_url(200, 300)})]), "InvalidParameter"),
                (text(content=[dict(image, image_url={"url": data_url(1000, 400)})]), "InvalidParameter"),
                (text(content=[dict(image, image_url={"url": data_url(400, 400).replace("png", "PNG")})]), "InvalidParameter")):
            with self.subTest(body=str(body)[:160]):
                self.refused(body, code)
        self.assertEqual(self.up.counters()["tasks_created"], 0)

    def test_every_model_takes_the_plainest_request(self):
        for model, limits in MODELS.items():
            content = [{"type": "text", "text": "x"}]
            self.assertEqual(self.done({"model": model, "content": content})["resolution"], limits.resolution)

    def test_pictures_decide_the_adaptive_ratio(self):
        image = {"type": "image_url", "image_url": {"url": data_url(400, 700)}, "role": "first_frame"}
        last = {"type": "image_url", "image_url": {"url": "asset://asset-1"}, "role": "last_frame"}
        self.assertEqual(self.done(text(content=[image, last]))["ratio"], "9:16")
        self.assertEqual(self.done(text(model=S10, content=[image]))["ratio"], "9:16")

    def test_text_commands(self):
        got = self.done(text("小猫 --rs 720p --rt 1:1 --dur 10 --seed 11 --cf false --wm true", model=S10))
        self.assertEqual((got["resolution"], got["ratio"], got["duration"], got["seed"]), ("720p", "1:1", 10, 11))
        got = self.done(text("x --rs 720p --ratio=9:16 --dur 99", model=S10, resolution="480p"))
        self.assertEqual((got["resolution"], got["ratio"], got["duration"]), ("480p", "9:16", 5))
        self.assertEqual(self.done(text("x --dur 10", model=S20))["duration"], 5)

    def test_draft_then_final(self):
        draft = self.done(text(draft=True, ratio="1:1", duration=4, seed=7))
        self.assertEqual((draft["draft"], draft["resolution"]), (True, "480p"))
        self.assertEqual(draft["usage"]["total_tokens"], int(640 * 640 * 97 / 1024 * 0.6))
        final = self.done({"model": S15, "content": [{"type": "draft_task", "draft_task": {"id": draft["id"]}}]})
        self.assertEqual((final["draft_task_id"], final["ratio"], final["duration"], final["seed"], final["resolution"]),
                         (draft["id"], "1:1", 4, 7, "720p"))

    def test_endpoints_frames_automatic_length_and_extra_fields(self):
        got = self.done(text(model="ep-20260101000000-s10pr", frames=29, extra={"kept": 1}))
        self.assertEqual((got["model"], got["frames"], got.get("duration")), (S10, 29, None))
        self.assertEqual(self.up.report()["tasks"][0]["request"]["extra"], {"kept": 1})
        self.assertEqual(self.done(text(duration=-1))["duration"], 6)
        self.refused(text(model="ep-unknown"), "InvalidEndpointOrModel.NotFound")

    def test_states_take_their_time_and_queue_over_the_limit(self):
        self.up.control({"settings": {"delay": 30, "concurrency": 1}})
        ids = [self.create(text())[1]["id"] for _ in range(2)]
        self.up.control({"settings": {"clock_offset": 10}})
        states = [self.up.json("GET", ARK_PATH + "/" + ident, None, ARK_KEY)[1] for ident in ids]
        self.assertEqual([s["status"] for s in states], ["running", "queued"])
        self.assertEqual(set(states[1]), {"id", "model", "status", "created_at", "updated_at", "service_tier", "execution_expires_after"})
        self.up.control({"settings": {"clock_offset": 172900}})
        self.assertEqual(self.up.json("GET", ARK_PATH + "?filter.status=expired", None, ARK_KEY)[1]["total"], 1)
        self.up.control({"settings": {"clock_offset": 8 * 86400}})
        self.assertEqual(self.up.json("GET", ARK_PATH + "/" + ids[0], None, ARK_KEY)[0], 404)

    def test_list_pages(self):
        for _ in range(3):
            self.create(text())
        first = self.up.json("GET", ARK_PATH + "?page_num=1&page_size=2", None, ARK_KEY)[1]
        second = self.up.json("GET", ARK_PATH + "?page_num=2&page_size=2", None, ARK_KEY)[1]
        self.assertEqual((len(first["items"]), len(second["items"]), second["total"]), (2, 1, 3))
        self.assertEqual(self.up.json("GET", ARK_PATH + "?page_size=501", None, ARK_KEY)[0], 400)

    def test_callbacks(self):
        with Listener() as heard:
            self.up.control({"settings": {"delay": 0.4}})
            ident = self.create(text(callback_url=heard.url + "/secret?x=1"))[1]["id"]
            wait_for(lambda: len(heard.posts) >= 3)
        self.assertEqual([json.loads(body)["status"] for _, _, body in heard.posts], ["queued", "running", "succeeded"])
        self.assertEqual(heard.posts[0][0], "/secret?x=1")
        self.assertEqual(json.loads(heard.posts[2][2]), self.up.json("GET", ARK_PATH + "/" + ident, None, ARK_KEY)[1])


if __name__ == "__main__":
    unittest.main()
