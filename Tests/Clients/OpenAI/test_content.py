"""Content: whole, in parts, as a picture, by HEAD, by a link that needs no key."""

import unittest
from urllib.parse import urlsplit

from client import OpenAICase, openai
from gateway import wait_until


class Content(OpenAICase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        case = cls()
        cls.video = case.finish(case.create())
        # Until it is kept it comes from the vendor, and has the vendor's tag.
        wait_until(lambda: case.ok("GET", "/v1/jobs/" + cls.video.id)["state"] == "done", what="the clip at home")
        cls.path = "/v1/videos/%s/content" % cls.video.id
        cls.whole = cls.client.videos.download_content(cls.video.id).read()

    def get(self, method="GET", **headers):
        return self.ask(method, self.path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def test_whole(self):
        self.assert_clip(self.whole)
        answer = self.get()
        self.assertEqual((answer.status, answer.body), (200, self.whole))
        self.assertEqual(answer.headers["content-type"], "video/mp4")
        self.assertEqual(answer.headers["content-length"], str(len(self.whole)))
        self.assertIn("private", answer.headers["cache-control"])
        self.assertEqual(answer.headers["accept-ranges"], "bytes")
        self.assertTrue(answer.headers["etag"])

    def test_by_stream(self):
        with self.client.videos.with_streaming_response.download_content(self.video.id) as response:
            self.assertEqual(response.headers["content-length"], str(len(self.whole)))
            self.assertEqual(b"".join(response.iter_bytes(4096)), self.whole)

    def test_a_range_through_the_client(self):
        for value, expected in (("bytes=0-99", self.whole[:100]), ("bytes=100-", self.whole[100:]),
                                ("bytes=-64", self.whole[-64:]),
                                ("bytes=10-999999999", self.whole[10:])):
            response = self.client.videos.with_raw_response.download_content(
                self.video.id, extra_headers={"Range": value})
            self.assertEqual((response.http_response.status_code, response.content), (206, expected))
            first = len(self.whole) - len(expected) if value != "bytes=0-99" else 0
            self.assertEqual(response.headers["content-range"],
                             "bytes %d-%d/%d" % (first, first + len(expected) - 1, len(self.whole)))

    def test_parts_make_the_whole(self):
        middle = len(self.whole) // 2
        parts = [self.client.videos.download_content(self.video.id, extra_headers={"Range": value}).read()
                 for value in ("bytes=0-%d" % (middle - 1), "bytes=%d-" % middle)]
        self.assertEqual(b"".join(parts), self.whole)

    def test_a_range_beyond_the_end(self):
        with self.assertRaises(openai.APIStatusError) as caught:
            self.client.videos.download_content(self.video.id, extra_headers={"Range": "bytes=999999999-"})
        self.assertEqual(caught.exception.status_code, 416)
        self.assertEqual(caught.exception.response.headers["content-range"], "bytes */%d" % len(self.whole))

    def test_a_range_longer_than_any_number(self):
        many = "9" * 40
        answer = self.get(Range="bytes=5-" + many)
        self.assertEqual((answer.status, answer.body), (206, self.whole[5:]))
        self.assertEqual(self.get(Range="bytes=%s-" % many).status, 416)

    def test_a_status_without_bytes_says_why(self):
        for name, value, status in (("Range", "bytes=99999999-", 416), ("If-Match", '"other"', 412)):
            answer = self.ask("GET", "/v1/videos/%s/content" % self.video.id, headers={name: value})
            self.assertEqual((answer.status, answer.json["error"]["param"]), (status, name), answer)
            self.assertTrue(answer.json["error"]["message"])
        self.assertEqual(self.get(Range="bytes=99999999-").headers["content-range"], "bytes */%d" % len(self.whole))

    def test_a_range_that_is_none_is_passed_over(self):
        for value in ("lines=1-2", "bytes=5-2", "bytes=x-"):
            self.assertEqual(self.get(Range=value).body, self.whole, value)

    def test_if_range(self):
        tag = self.get().headers["etag"]
        self.assertEqual(self.get(Range="bytes=0-9", If_Range=tag).status, 206)
        self.assertEqual(self.get(Range="bytes=0-9", If_Range='"other"').status, 200)

    def test_if_none_match(self):
        answer = self.get(If_None_Match=self.get().headers["etag"])
        self.assertEqual((answer.status, answer.body), (304, b""))

    def test_head(self):
        answer, whole = self.get("HEAD"), self.get()
        self.assertEqual((answer.status, answer.body), (200, b""))
        for name in ("content-length", "content-type", "etag", "accept-ranges"):
            self.assertEqual(answer.headers[name], whole.headers[name], name)
        self.assertEqual(self.get("HEAD", Range="bytes=0-9").body, b"")

    def test_a_picture_of_it(self):
        picture = self.client.videos.download_content(self.video.id, variant="thumbnail")
        kind = picture.response.headers["content-type"]
        self.assertIn(kind, ("image/jpeg", "image/png", "image/webp"))
        data = picture.read()
        self.assertEqual(str(len(data)), picture.response.headers["content-length"])
        self.assertTrue(data.startswith({"image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG", "image/webp": b"RIFF"}[kind]))
        self.assertEqual(self.client.videos.download_content(self.video.id, variant="video").read(), self.whole)

    def test_a_variant_that_there_is_not(self):
        for variant in ("spritesheet", "hologram"):
            with self.assertRaises(openai.APIStatusError) as caught:
                self.client.videos.download_content(self.video.id, variant=variant)
            self.assertIn(caught.exception.status_code, (400, 404))
            self.assertIn("variant", caught.exception.message)

    def test_not_before_it_is_there(self):
        word = self.word()
        self.vendors.rule("ark", on="create", match=word, task={"stuck": True})
        video = self.create(word)
        with self.assertRaises(openai.NotFoundError) as caught:
            self.client.videos.download_content(video.id)
        self.assertTrue(caught.exception.message)
        self.client.videos.delete(video.id)

    def test_the_link_in_the_video_object_leads_to_the_clip(self):
        link = self.video.metadata["url"]
        self.assertNotIn(urlsplit(self.vendors.base).netloc, link)
        answer = self.gateway.fetch(link, self.key)
        self.assertEqual((answer.status, answer.body), (200, self.whole))

    def test_the_vendors_link_is_asked_with_get_alone_and_once_it_is_kept_no_more(self):
        word = self.word()
        video = self.finish(self.create(word))
        task = self.vendors.tasks("ark", word)[0]["id"]

        def asked():
            """How often a look at the clip became one at the vendor."""
            before = len(self.vendors.arrived("ark", "media", task))
            self.client.videos.download_content(video.id)
            self.ask("HEAD", "/v1/videos/%s/content" % video.id)
            return len(self.vendors.arrived("ark", "media", task)) - before
        wait_until(lambda: asked() == 0, what="it is not kept")
        self.assertEqual([asked() for _ in range(3)], [0, 0, 0])
        self.assertEqual({row["method"] for row in self.vendors.arrived("ark", "media", task)}, {"GET"})


if __name__ == "__main__":
    unittest.main()
