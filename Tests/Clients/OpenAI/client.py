"""The official `openai` client at the gateway; which version is the runner's choice."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import openai  # noqa: E402

from cases import CLIPS, SEEDANCE, ClientCase  # noqa: E402

# The cheapest clip; `size` is what the vendor calls 480p at 16:9.
ORDER = {"model": SEEDANCE, "seconds": "4", "size": "864x496"}
# Clients that are told nothing would look once a second.
EAGER = 100


class OpenAICase(ClientCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client = cls.make()

    @classmethod
    def make(cls, key=None, path="/v1", **options):
        return openai.OpenAI(api_key=(key or cls.key).bearer, base_url=cls.gateway.base + path, **options)

    @classmethod
    def make_async(cls, **options):
        return openai.AsyncOpenAI(api_key=cls.key.bearer, base_url=cls.gateway.base + "/v1", **options)

    def create(self, prompt=None, client=None, **more):
        return (client or self.client).videos.create(**{"prompt": prompt or self.word(), **ORDER, **more})

    def finish(self, video):
        video = self.client.videos.poll(video.id, poll_interval_ms=EAGER)
        self.assertEqual(video.status, "completed", video)
        return video

    def bought(self, word, vendor="ark"):
        """The one body that the vendor got."""
        bodies = self.vendors.bodies(vendor, word)
        self.assertEqual(len(bodies), 1, bodies)
        return bodies[0]


__all__ = ["CLIPS", "EAGER", "ORDER", "SEEDANCE", "OpenAICase", "openai"]
