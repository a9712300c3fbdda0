"""Every kind of request becomes a clip of the right size, length and sound, through jailed plugins and signed HTTP."""

import os
import unittest

from gate import REQUESTS, ArkTest, JimengTest, KlingTest, RelayTest, harness


def request(name):
    return os.path.join(REQUESTS, name + ".json")


class Ark(ArkTest):
    def test_the_reference_request_becomes_a_clip(self):
        result = self.succeed("--request", request("seedance-reference"), "-o", "tea.mp4")
        self.assertEqual(result.out.strip(), self.gate.path("tea.mp4"))
        self.assertIn("price", result.err)
        self.assert_clip("tea.mp4", 752, 560, 5, audio=True)
        self.assertEqual(self.created(), (1, 1))

    def test_the_first_frame_request_becomes_a_clip(self):
        self.succeed("--request", request("ark-first-frame"), "-o", "fox.mp4")
        self.assert_clip("fox.mp4", 1280, 720, 4, audio=True)

    def test_a_file_is_sent_as_a_data_url_and_decides_an_adaptive_ratio(self):
        self.gate.write("square.png", harness.png(640, 640))
        self.succeed("she smiles", "-m", "doubao-seedance-1-5-pro-251215", "--image", "square.png", "-o", "s.mp4",
                     "--ratio", "adaptive", "-s", "4", "--resolution", "480p", "--no-audio")
        self.assert_clip("s.mp4", 640, 640, 4, audio=False)
        self.assertIn("data:image/png;base64,", self.last_create()["body"])

    def test_endpoint_ids_work(self):
        self.succeed("a cat", "-m", "ep-20260101000000-s15pr", "-s", "4", "--resolution", "480p", "--ratio", "16:9",
                     "-o", "e.mp4")
        self.assert_clip("e.mp4", 864, 496, 4)

    def test_a_last_frame_comes_beside_the_clip(self):
        self.succeed("a cat", "-m", "doubao-seedance-1-5-pro-251215", "-s", "4", "--resolution", "480p",
                     "-o", "return_last_frame=true", "-o", "cat.mp4")
        self.assertTrue(os.path.exists(self.gate.path("cat-last_frame.png")), os.listdir(self.gate.home))


class Kling(KlingTest):
    def test_text_to_video(self):
        self.succeed("--request", request("kling-text2video"), "-o", "a.mp4")
        self.assert_clip("a.mp4", 1920, 1080, 4, audio=True)
        self.assertIn("/v1/videos/text2video", self.last_create()["target"])

    def test_first_and_last_frame(self):
        self.succeed("--request", request("kling-image2video"), "-o", "a.mp4")
        self.assert_clip("a.mp4", 1920, 1080, 4, audio=True)
        self.assertIn("/v1/videos/image2video", self.last_create()["target"])

    def test_the_four_relay_bodies(self):
        for name, size, seconds, audio in [
                ("relay-text", (1280, 720), 5, False), ("relay-image", (1920, 1080), 6, True),
                ("relay-first-last", (1920, 1080), 8, False), ("relay-shots", (1280, 720), 10, True)]:
            with self.subTest(name):
                self.succeed("--request", request(name), "-o", name + ".mp4")
                self.assert_clip(name + ".mp4", *size, seconds, audio=audio)

    def test_files_are_sent_as_bare_base64(self):
        self.gate.write("a.png", harness.png(640, 360))
        self.succeed("go", "-m", "kling-v2-1", "--image", "a.png", "-o", "a.mp4")
        self.assertNotIn("data:", self.last_create()["body"])

    def test_an_api_key_is_the_second_scheme(self):
        for name in ("KLING_ACCESS_KEY", "KLING_SECRET_KEY"):
            del self.gate.environment[name]
        self.gate.environment["KLING_API_KEY"] = "kling-test-key"
        self.succeed("go", "-m", "kling-v1-6", "-o", "a.mp4")


class Jimeng(JimengTest):
    def test_every_family_that_takes_text_or_pictures(self):
        self.gate.write("a.png", harness.png(1280, 720))
        self.gate.write("b.png", harness.png(1280, 720))
        cases = [
            ("jimeng_ti2v_v30_pro", [], 1920), ("jimeng_t2v_v30", [], 1248), ("jimeng_t2v_v30_1080p", [], 1920),
            ("jimeng_i2v_first_v30", ["--image", "a.png"], 1248), ("jimeng_i2v_first_v30_1080", ["--image", "a.png"], 1920),
            ("jimeng_i2v_first_tail_v30", ["--image", "a.png", "--last", "b.png"], 1248),
            ("jimeng_i2v_first_tail_v30_1080", ["--image", "a.png", "--last", "b.png"], 1920),
            ("jimeng_i2v_recamera_v30",
             ["--image", "a.png", "-o", "template_id=hitchcock_dolly_in", "-o", "camera_strength=weak"], 1248),
        ]
        for key, more, width in cases:
            with self.subTest(key):
                self.succeed("a horse", "-m", key, *more, "-o", key + ".mp4")
                self.assertIn('"%s"' % key, self.last_create()["body"])
                self.assertEqual(self.probe(key + ".mp4")["width"], width)

    def test_ten_seconds_are_241_frames(self):
        self.succeed("a horse", "-m", "jimeng_ti2v_v30_pro", "-s", "10", "-o", "a.mp4")
        self.assertIn('"frames":241', self.last_create()["body"].replace(" ", ""))
        self.assertAlmostEqual(self.probe("a.mp4")["seconds"], 10, delta=0.3)


class Relay(RelayTest):
    def test_every_documented_body_through_a_reseller(self):
        for name, size, seconds in [
                ("seedance-reference", (752, 560), 5), ("kling-text2video", (1920, 1080), 4),
                ("kling-image2video", (1920, 1080), 4), ("relay-text", (1280, 720), 5),
                ("relay-image", (1920, 1080), 6), ("relay-first-last", (1920, 1080), 8),
                ("relay-shots", (1280, 720), 10), ("ark-first-frame", (1280, 720), 4)]:
            with self.subTest(name):
                self.succeed("--request", request(name), "-o", name + ".mp4")
                self.assert_clip(name + ".mp4", *size, seconds)

    def test_a_seedance_body_arrives_as_it_was_given(self):
        import json
        self.succeed("--request", request("seedance-reference"), "-o", "a.mp4")
        with open(request("seedance-reference")) as file:
            given = json.load(file)
        sent = json.loads(self.last_create()["body"])
        for member in ("model", "prompt", "images", "videos", "audios"):
            self.assertEqual(sent[member], given[member], member)
        for member, value in given["metadata"].items():
            self.assertEqual(sent["metadata"][member], value, member)


if __name__ == "__main__":
    unittest.main()
