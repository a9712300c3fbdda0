"""Lists with cursors, as the client's own iterator walks them."""

import unittest

from client import EAGER, OpenAICase, openai


class Listing(OpenAICase):
    """With a key of its own, so that the list is known from the first to the last."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.owner = cls.gateway.key("lister")
        cls.client = cls.make(cls.owner)
        cls.ids = [cls.create(cls(), "list %d" % number).id for number in range(5)]

    def walk(self, **options):
        return [video.id for video in self.client.videos.list(**options)]

    def test_the_newest_come_first(self):
        self.assertEqual(self.walk(), self.ids[::-1])
        self.assertEqual(self.walk(order="desc"), self.ids[::-1])
        self.assertEqual(self.walk(order="asc"), self.ids)

    def test_pages_follow_one_another_without_gap_or_repetition(self):
        for limit in (1, 2, 3, 5, 100):
            for order, expected in (("desc", self.ids[::-1]), ("asc", self.ids)):
                self.assertEqual(self.walk(limit=limit, order=order), expected)

    def test_a_page_tells_where_it_begins_and_ends(self):
        page = self.client.videos.list(limit=2)
        self.assertEqual([video.id for video in page.data], self.ids[:2:-1])
        self.assertEqual((page.object, page.first_id, page.last_id, page.has_more), ("list", self.ids[4], self.ids[3], True))
        self.assertTrue(page.has_next_page())
        page = self.client.videos.list(limit=2, after=self.ids[1])
        self.assertEqual(([video.id for video in page.data], page.has_more, page.last_id), ([self.ids[0]], False, self.ids[0]))

    def test_a_page_of_nothing(self):
        page = self.client.videos.list(after=self.ids[0])
        self.assertEqual((page.data, page.has_more), ([], False))
        self.assertEqual([*self.make(self.gateway.key("nobody")).videos.list()], [])

    def test_a_cursor_that_is_none(self):
        with self.assertRaises(openai.BadRequestError) as caught:
            self.client.videos.list(after="video_none")
        self.assertEqual(caught.exception.param, "after")

    def test_a_cursor_that_is_somebody_elses_shows_ones_own_alone(self):
        self.assertLessEqual(set(self.walk(after=self.create(client=self.make()).id)), set(self.ids))

    def test_deleting_while_walking_skips_nothing(self):
        client = self.make(self.gateway.key("cleaner"))
        made = [self.create("clean %d" % number, client).id for number in range(5)]
        for ident in made:
            client.videos.poll(ident, poll_interval_ms=EAGER)
        walked = []
        for video in client.videos.list(limit=2):
            walked.append(video.id)
            client.videos.delete(video.id)
        self.assertEqual((walked, [*client.videos.list()]), (made[::-1], []))

    def test_limits_out_of_range(self):
        for options in ({"limit": 0}, {"limit": -1}, {"limit": 100_000}, {"limit": "x"}, {"order": "sideways"}):
            with self.assertRaises(openai.BadRequestError) as caught:
                self.client.videos.list(**options)
            self.assertEqual(caught.exception.param, [*options][0])

    def test_what_was_deleted_is_not_listed(self):
        # A task that runs already could not be cancelled, and so not be deleted.
        extra = self.finish(self.create("list gone"))
        self.client.videos.delete(extra.id)
        self.assertEqual(self.walk(), self.ids[::-1])


if __name__ == "__main__":
    unittest.main()
