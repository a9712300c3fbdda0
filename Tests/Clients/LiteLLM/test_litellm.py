"""litellm's calls for clips; it wraps our ids in its own and takes them apart again."""

import asyncio
import base64
import io
import os
import sys
import unittest

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"     # else the import would ask the internet for prices
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import litellm  # noqa: E402

from cases import SEEDANCE, ClientCase  # noqa: E402
from gateway import harness, wait_until  # noqa: E402

litellm.suppress_debug_info = True
S20 = "doubao-seedance-2-0-260128"
SHAPE = {"seconds": "4", "size": "864x496"}


class LiteLLM(ClientCase):
    @property
    def way(self):
        return {"api_base": self.gateway.base + "/v1", "api_key": self.key.bearer}

    @property
    def later(self):
        return {**self.way, "custom_llm_provider": "openai"}

    def make(self, prompt, model=SEEDANCE, provider="openai", **more):
        return litellm.video_generation(prompt=prompt, model="%s/%s" % (provider, model), **SHAPE, **self.way, **more)

    def ended(self, video):
        def look():
            found = litellm.video_status(video_id=video, **self.later)
            return found if found.status in ("completed", "failed") else None
        return wait_until(look, what=video)

    @staticmethod
    def own(video):
        """Our id in litellm's."""
        text = base64.b64decode(video.removeprefix("video_") + "==").decode()
        return dict(part.split(":", 1) for part in text.removeprefix("litellm:").split(";"))["video_id"]

    def test_generation_status_content_list(self):
        word = self.word()
        video = self.make(word, user="me")
        self.assertEqual((video.object, video.model, video.seconds), ("video", SEEDANCE, "4"))
        found = self.ended(video.id)
        self.assertEqual((found.status, found.progress, self.own(found.id)), ("completed", 100, self.own(video.id)))
        self.assert_clip(litellm.video_content(video_id=video.id, **self.later))
        listed = litellm.video_list(limit=2, **self.later)
        rows = listed["data"] if isinstance(listed, dict) else listed
        self.assertEqual(len(rows), 2)
        self.assertIn(self.own(video.id), [self.own(row["id"] if isinstance(row, dict) else row.id) for row in rows])
        self.assertEqual(self.vendors.creates("ark", word), 1)

    def test_the_asynchronous_calls(self):
        async def run():
            video = await litellm.avideo_generation(prompt=self.word(), model="openai/" + SEEDANCE, **SHAPE, **self.way)
            while (status := (await litellm.avideo_status(video_id=video.id, **self.later)).status) != "completed":
                self.assertIn(status, ("queued", "in_progress"))
                await asyncio.sleep(0.1)
            self.assert_clip(await litellm.avideo_content(video_id=video.id, **self.later))
            self.assertTrue(await litellm.avideo_list(limit=1, **self.later))
        asyncio.run(run())

    def test_further_arguments_are_parts_of_their_own(self):
        word = self.word()
        litellm.video_generation(prompt=word, model="openai/" + SEEDANCE, seconds="4", ratio="9:16", resolution="480p", **self.way)
        body = self.vendors.bodies("ark", word)[0]
        self.assertEqual((body["ratio"], body["resolution"]), ("9:16", "480p"))

    def test_a_picture(self):
        word = self.word()
        file = io.BytesIO(harness.png(864, 496))
        file.name = "first.png"
        self.make(word, input_reference=file)
        [item] = [item for item in self.vendors.bodies("ark", word)[0]["content"] if item["type"] == "image_url"]
        self.assertTrue(item["image_url"]["url"].startswith("data:image/png;base64,"))

    def test_remix_edit_extension(self):
        source = self.make(self.word(), S20)
        self.ended(source.id)
        words = [self.word() for _ in range(3)]
        made = [litellm.video_remix(video_id=source.id, prompt=words[0], **self.later),
                litellm.video_edit(video_id=source.id, prompt=words[1], **self.later),
                litellm.video_extension(video_id=source.id, prompt=words[2], seconds="4", **self.later)]
        for word, video in zip(words, made):
            self.assertEqual(self.ended(video.id).status, "completed")
            self.assertEqual(self.vendors.creates("ark", word), 1)

    def test_the_provider_for_hosted_models(self):
        video = self.make(self.word(), provider="hosted_vllm")
        found = litellm.video_status(video_id=video.id, **self.way, custom_llm_provider="hosted_vllm")
        self.assertIn(found.status, ("queued", "in_progress", "completed"))

    def test_errors_keep_their_status_and_their_words(self):
        for status, words, call in (
                (400, "seed", lambda: self.make(self.word(), seed="x")),
                (401, "key", lambda: litellm.video_generation(
                    prompt="x", model="openai/" + SEEDANCE, api_base=self.way["api_base"], api_key="wrong")),
                (404, "video_none", lambda: litellm.video_status(video_id="video_none", **self.later))):
            with self.assertRaises(Exception) as caught:
                call()
            self.assertEqual(caught.exception.status_code, status, caught.exception)
            self.assertIn(words, str(caught.exception))


if __name__ == "__main__":
    unittest.main()
