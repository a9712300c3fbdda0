"""Nobody, neither a vendor nor a caller, can have the gateway fetch what is in a private network."""

import http.client
import json
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from cases import JIMENG, KLING, SEEDANCE  # noqa: E402
from gateway import Gateway, Vendors, harness, wait_until  # noqa: E402
from isolated import Everywhere, enter  # noqa: E402

# In a network of one's own nobody else is at these; to the gateway they are addresses of the public Internet.
VENDOR, STORE, STORE6 = "93.184.216.34", "93.184.216.35", "2606:2800:220::34"
PRIVATE4 = ["10.1.2.3", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1", "198.18.0.1", "203.0.113.7"]
PRIVATE6 = ["fd00::1", "64:ff9b::7f00:1", "2002:7f00:1::1", "2001:db8::1"]
MISSING = enter([VENDOR, STORE, *PRIVATE4], [STORE6, *PRIVATE6])
if MISSING:
    print("skipped: " + MISSING, file=sys.stderr)

# Where clips must not be fetched from, by every way to write it; `%d` is a port.
PLACES = [
    "http://127.0.0.1:%d", "http://127.0.0.2:%d", "http://0.0.0.0:%d", "http://localhost:%d", "http://LOCALHOST.:%d",
    *["http://%s:%%d" % address for address in PRIVATE4], *["http://[%s]:%%d" % address for address in PRIVATE6],
    "http://[::1]:%d", "http://[::]:%d", "http://[0:0:0:0:0:0:0:1]:%d", "http://[::ffff:127.0.0.1]:%d",
    "http://[::ffff:7f00:1]:%d", "http://[::ffff:10.1.2.3]:%d", "http://[::127.0.0.1]:%d", "http://[fe80::1]:%d",
    "http://[fe80::1%%lo]:%d",
    # What C libraries take for addresses, and texts for something else.
    "http://2130706433:%d", "http://0x7f000001:%d", "http://0177.0.0.1:%d", "http://127.1:%d", "http://0x7f.1:%d",
    "http://127.0.0.1.:%d", "http://127。0。0。1:%d", "http://%%31%%32%%37.0.0.1:%d",
    "http://" + VENDOR + "@127.0.0.1:%d", "http://" + VENDOR + ":80@127.0.0.1:%d", "http://127.0.0.1:%d\\@" + VENDOR,
    "http:/127.0.0.1:%d", "//127.0.0.1:%d", "gopher://127.0.0.1:%d",
    "file://127.0.0.1:%d",
]


class Isolated(unittest.TestCase):
    settings = {}

    @classmethod
    def setUpClass(cls):
        if MISSING:
            raise unittest.SkipTest(MISSING)
        cls.inside = Everywhere()
        cls.addClassCleanup(cls.inside.stop)
        cls.vendors = Vendors(0.1, "--host", VENDOR)
        cls.addClassCleanup(cls.vendors.stop)
        cls.gateway = Gateway(cls.vendors.accounts(), cls.settings, default_model=SEEDANCE)
        cls.addClassCleanup(cls.gateway.close)
        cls.gateway.serve()
        cls.key = cls.gateway.key("caller")
        cls.serial = iter(range(1, 1_000_000))
        # A real clip stands at every address: what is fetched would be taken.
        made = cls.ask("POST", "/v1/videos", {"model": KLING, "prompt": "a boat"}).json["id"]
        wait_until(lambda: cls.ask("GET", "/v1/videos/" + made).json["status"] == "completed", what="a clip")
        cls.clip = cls.ask("GET", "/v1/videos/%s/content" % made).body
        assert harness.probe(cls.clip)["width"] == 1280

    @classmethod
    def ask(cls, method, target, body=None):
        return cls.gateway.ask(method, target, body, cls.key)

    def path(self):
        """A path that is asked for in this place of the tests alone, with a clip under it."""
        path = "/c%04d.mp4" % next(self.serial)
        self.inside.files[path] = self.clip
        return path

    def order(self, model=KLING, vendor="kling", **body):
        """A job that stands at the vendor: its id, the vendor's id."""
        word = "address%dx%d" % (os.getpid(), next(self.serial))
        self.vendors.rule(vendor, on="create", match=word, task={"stuck": True})
        answer = self.ask("POST", "/v1/videos", {"model": model, "prompt": word, **body})
        self.assertEqual(answer.status, 200, answer)
        [task] = self.vendors.tasks(vendor, word)
        return answer.json["id"], task["id"]

    def linked(self, link):
        """The id of a job whose clip the vendor says to be there."""
        job, upstream = self.order()
        self.vendors.rule("kling", on="query", match=upstream, times=0, body={
            "code": 0, "message": "SUCCEED", "request_id": "1", "data": {
                "task_id": upstream, "task_status": "succeed",
                "task_result": {"videos": [{"id": "1", "url": link, "duration": "5.0"}]}}})
        return job

    def redirected(self, link):
        """The id of a job whose clip the vendor's own store has elsewhere."""
        job, upstream = self.order()
        self.vendors.rule("kling", on="media", match=upstream, times=0, reply="redirect",
                          location=link.encode().decode("latin-1"))
        self.vendors.upstream.control({"id": upstream, "plan": {"stuck": ""}}, prefix="/kling")
        return job

    def told(self, job):
        """The job once the vendor has said that the clip is there."""
        def look():
            record = self.ask("GET", "/v1/jobs/" + job).json
            return record if record["state"] in ("collecting", "done", "expired", "failed") else None
        return wait_until(look, what="the vendor's word on " + job)

    def assert_refused(self, job, path, sentence="."):
        """The content route says why there is no clip, and nobody was asked for it."""
        for variant in ("", "?variant=thumbnail"):
            answer = self.ask("GET", "/v1/videos/%s/content%s" % (job, variant))
            self.assertIn(answer.status, (410, 502), answer)
            problem = answer.json["error"]
            self.assertRegex(problem["message"], sentence, answer)
            self.assertNotIn(str(self.inside.port), problem["message"])
        self.assert_unasked(path)

    def assert_unasked(self, path):
        self.assertEqual(self.inside.asked(path, PRIVATE4 + PRIVATE6 + ["127.0.0.1", "127.0.0.2", "::1"]), [])


LINKED = "provider's link to the clip (leads to an address in a private network|is not a usable URL)"
REDIRECTED = "provider's link to the clip (leads to an address in a private network|cannot be followed)"


class Archived(Isolated):
    """Clips are fetched as soon as they are there."""

    def trouble(self, job):
        """What the job says of fetching its clip."""
        return wait_until(lambda: self.ask("GET", "/v1/jobs/" + job).json.get("trouble"), what="the attempt of " + job)

    def test_the_measure_measures(self):
        for address in ("127.0.0.1", "127.0.0.2", *PRIVATE4, "::1", *PRIVATE6):
            path = self.path()
            host, port = ("[%s]" % address if ":" in address else address), self.inside.port
            connection = http.client.HTTPConnection(address, port, timeout=5)
            connection.request("GET", path, headers={"Host": "%s:%d" % (host, port)})
            self.assertEqual(connection.getresponse().read(), self.clip)
            connection.close()
            self.assertEqual(self.inside.asked(path), [(address, "GET", path)])

    def test_clips_in_public_places_are_fetched(self):
        for address in (VENDOR, STORE, STORE6, "::ffff:" + STORE):
            for make in (self.linked, self.redirected):
                path = self.path()
                job = make(self.inside.at(address, path))
                with self.subTest(address, way=make.__name__):
                    wait_until(lambda: self.ask("GET", "/v1/jobs/" + job).json["state"] == "done", what=address)
                    self.assertTrue(self.inside.asked(path, [address.removeprefix("::ffff:")]))
                    self.assertEqual(self.ask("GET", "/v1/videos/%s/content" % job).body, self.clip)
        path = self.path()
        job = self.redirected(self.inside.at(STORE, "/hop?to=" + self.inside.at(STORE6, path)))
        wait_until(lambda: self.ask("GET", "/v1/jobs/" + job).json["state"] == "done", what="two hops")

    def test_a_link_of_the_vendor_to_a_private_place(self):
        jobs = []
        for place in PLACES:
            path = self.path()
            jobs.append((place, path, self.linked(place % self.inside.port + path)))
        for place, path, job in jobs:
            with self.subTest(place):
                self.told(job)
                self.assertRegex(self.trouble(job)["message"], "link")
                self.assert_refused(job, path, LINKED)
                self.assertEqual(self.ask("GET", "/v1/jobs/" + job).json.get("archived", []), [])

    def test_a_public_place_that_sends_on_to_a_private_one(self):
        jobs = []
        for place in PLACES:
            path = self.path()
            jobs.append((place, path, self.redirected(place % self.inside.port + path)))
        hop = self.path()
        jobs.append(("two hops", hop, self.redirected(
            self.inside.at(STORE, "/hop?to=" + self.inside.at("10.1.2.3", hop)))))
        for place, path, job in jobs:
            with self.subTest(place):
                self.told(job)
                self.assertRegex(self.trouble(job)["message"], "link")
                self.assert_refused(job, path, REDIRECTED)

    def test_an_api_that_sends_on_to_a_private_place(self):
        path = self.path()
        job, upstream = self.order()
        self.vendors.rule("kling", on="query", match=upstream, times=0, reply="redirect",
                          location=self.inside.at("127.0.0.1", path))
        wait_until(lambda: len(self.vendors.arrived("kling", "query", upstream)) > 2, what="looks")
        self.assertEqual(self.ask("GET", "/v1/videos/" + job).json["status"], "queued")
        word = "elsewhere%d" % os.getpid()
        self.vendors.rule("kling", on="create", match=word, reply="redirect", status=307,
                          location=self.inside.at("127.0.0.1", path))
        made = self.ask("POST", "/v1/videos", {"model": KLING, "prompt": word})
        self.assertEqual(self.ask("GET", "/v1/jobs/" + made.json["id"]).json["state"], "unknown")
        self.assertEqual(self.inside.asked(path), [])


class Unarchived(Isolated):
    """Clips stay at the vendor: the content route alone follows their links."""

    settings = {"archive": False}

    def test_what_is_public_is_passed_on(self):
        for make in (self.linked, self.redirected):
            path = self.path()
            job = make(self.inside.at(STORE, path))
            self.told(job)
            self.assertEqual(self.ask("GET", "/v1/videos/%s/content" % job).body, self.clip)

    def test_what_is_private_is_not(self):
        jobs = []
        for place in PLACES:
            for make, sentence in ((self.linked, LINKED), (self.redirected, REDIRECTED)):
                path = self.path()
                jobs.append((place, path, make(place % self.inside.port + path), sentence))
        for place, path, job, sentence in jobs:
            with self.subTest(place, sentence=sentence):
                self.told(job)
                self.assert_refused(job, path, sentence)


class Callers(Isolated):
    """What callers name."""

    def test_pictures_are_named_to_the_vendor_and_fetched_by_nobody(self):
        for model, vendor in ((KLING, "kling"), (SEEDANCE, "ark"), (JIMENG.replace("t2v", "i2v_first"), "jimeng")):
            for place in ("http://127.0.0.1:%d", "http://[::1]:%d", "http://169.254.169.254:%d"):
                path = self.path().replace(".mp4", ".png")
                link = place % self.inside.port + path
                word = "picture%dx%d" % (os.getpid(), next(self.serial))
                answer = self.ask("POST", "/v1/video/generations", {"model": model, "prompt": word, "image": link})
                with self.subTest(vendor, link=link):
                    self.assertEqual(answer.status, 200, answer)
                    self.assertIn(link, json.dumps(self.vendors.bodies(vendor, word)))
                    self.assertEqual(self.inside.asked(path), [])

    def test_an_address_for_news_in_a_private_place_is_refused_before_anything_is_bought(self):
        for place in PLACES:
            path, word = self.path(), "news%dx%d" % (os.getpid(), next(self.serial))
            answer = self.ask("POST", "/v1/videos", {
                "model": KLING, "prompt": word, "webhook_url": place % self.inside.port + path})
            with self.subTest(place):
                self.assertEqual(answer.status, 400, answer)
                self.assertEqual(answer.json["error"]["param"], "webhook_url")
                self.assertEqual(self.vendors.creates("kling", word), 0)
                self.assertEqual(self.inside.asked(path), [])

    def test_news_do_not_follow_to_a_private_place(self):
        path, word = self.path(), "news%dx%d" % (os.getpid(), next(self.serial))
        address = self.inside.at(STORE, "/told%s?to=%s" % (path, self.inside.at("127.0.0.1", path)))
        made = self.ask("POST", "/v1/videos", {"model": KLING, "prompt": word, "webhook_url": address})
        self.assertEqual(made.status, 200, made)
        wait_until(lambda: self.inside.asked("/told" + path), what="the news")
        [message] = wait_until(lambda: [
            row for row in json.loads(self.gateway.run("webhooks", "list", "--json").out)
            if row["job"] == made.json["id"] and row["attempts"]], 10, "what became of the news")
        self.assertEqual((message["state"], message["attempts"][0]["status"]), ("pending", 302), message)
        self.assertEqual(self.inside.asked(path), [])


if __name__ == "__main__":
    unittest.main()
