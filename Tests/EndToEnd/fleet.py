"""Many users at one emulator, each with a home of their own; for tests whose waiting is best done side by side."""

import concurrent.futures
import itertools
import json
import os
import unittest

from gate import Gate, harness, harness_pair, kill, wait_until

JIMENG_PAIR = ("AKLTEXAMPLEACCESSKEYID0001", "RXhhbXBsZVNlY3JldEtleUZvclRlc3RPbmx5MDAwMQ==")
# The cheapest clip of each vendor, its size and its length.
ORDERS = {
    "ark": (["-m", "doubao-seedance-1-5-pro-251215", "-s", "4", "--resolution", "480p", "--ratio", "16:9", "--no-audio"],
            (864, 496), 4),
    "kling": (["-m", "kling-v1-6"], (1280, 720), 5),
    "jimeng": (["-m", "jimeng_t2v_v30"], (1248, 704), 5),
    "relay": (["-m", "doubao-seedance-1-5-pro-251215", "-s", "4", "--resolution", "480p", "--ratio", "16:9",
               "--no-audio"], (864, 496), 4),
}


def environment(vendor, base):
    """How a user reaches this emulator."""
    if vendor == "ark":
        return {"ARK_API_KEY": "ark-test-key", "FILMGATE_SEEDANCE_PROFILE": "official",
                "FILMGATE_SEEDANCE_BASE_URL": base + "/api/v3"}
    if vendor == "kling":
        return {"KLING_ACCESS_KEY": harness_pair()[0], "KLING_SECRET_KEY": harness_pair()[1],
                "FILMGATE_KLING_PROFILE": "official", "FILMGATE_KLING_BASE_URL": base}
    if vendor == "jimeng":
        return {"FILMGATE_JIMENG_ACCESS_KEY": JIMENG_PAIR[0], "FILMGATE_JIMENG_SECRET_KEY": JIMENG_PAIR[1],
                "FILMGATE_JIMENG_PROFILE": "official", "FILMGATE_JIMENG_BASE_URL": base}
    return {"FILMGATE_SEEDANCE_PROFILE": "relay", "FILMGATE_SEEDANCE_BASE_URL": base,
            "FILMGATE_SEEDANCE_API_KEY": "sk-relay-test-key"}


class User(Gate):
    """One user with one prompt that nobody else has, so that what arrives at the emulator can be told apart."""

    serial = itertools.count(1)

    def __init__(self, upstream, vendor, **more):
        super().__init__(**{**environment(vendor, upstream.base), **more})
        self.upstream, self.vendor = upstream, vendor
        self.word = "user%04dx" % next(self.serial)
        self.order, self.size, self.seconds = ORDERS[vendor]

    def arguments(self, *more, words=""):
        return [("a horse %s %s" % (self.word, words)).strip(), *self.order, "-o", "clip.mp4", *more]

    def buy(self, *more, words="", **options):
        return self.run(*self.arguments(*more, words=words), **options)

    def start_buying(self, *more, words=""):
        return self.start(*self.arguments(*more, words=words))

    def rule(self, **rule):
        """What shall happen to this user's next request; a rule about looks needs the task's id as `match`."""
        rule.setdefault("match", self.word)
        self.upstream.control(rule)

    def change(self, **plan):
        """What shall become of this user's tasks from now on."""
        for task in self.tasks():
            self.upstream.control({"id": task["id"], "plan": plan})

    def creates(self):
        """How many purchases of this user arrived at the vendor."""
        return sum(self.word in row.get("body", "") for row in self.upstream.report("?last=1000&on=create")["requests"])

    def tasks(self):
        """The vendor's own tasks of this user."""
        return [task for task in self.upstream.report("?last=0")["tasks"]
                if self.word in json.dumps(task["request"], ensure_ascii=False)]

    def arrived(self, operation, match=None):
        rows = self.upstream.report("?last=1000&on=" + operation)["requests"]
        return [row for row in rows if (match or self.word) in row["target"] + row.get("body", "")]

    def job(self):
        """The one job, or None."""
        jobs = self.jobs()
        assert len(jobs) <= 1, jobs
        return jobs[0] if jobs else None

    def ordered(self, *more, **task):
        """Buys without waiting; the job's id and the vendor's."""
        if task:
            self.rule(on="create", task=task)
        result = self.buy("--no-wait", *more)
        assert result.code == 0, result
        return result.out.strip(), self.job()["upstream_id"]

    def clip(self, name="clip.mp4"):
        """What is wrong with the clip, or None."""
        try:
            with open(self.path(name), "rb") as file:
                found = harness.probe(file.read())
        except OSError as problem:
            return str(problem)
        if (found["width"], found["height"]) == self.size and abs(found["seconds"] - self.seconds) < 0.3:
            return None
        return str(found)

    def leftovers(self):
        """Files that a download left unfinished."""
        return [name for name in os.listdir(self.home) if name.endswith(".part")]


class Fleet(unittest.TestCase):
    """Emulators for the whole class, and as many users as a test wants."""

    vendors = ("ark", "kling", "jimeng", "relay")
    delay = 0.3
    side_by_side = 6

    @classmethod
    def setUpClass(cls):
        cls.upstreams = {vendor: harness.Upstream(vendor, cls.delay) for vendor in cls.vendors}
        for upstream in cls.upstreams.values():
            cls.addClassCleanup(upstream.stop)

    def user(self, vendor, **more):
        user = User(self.upstreams[vendor], vendor, **more)
        self.addCleanup(user.close)
        return user

    def all(self, cases, check):
        """Runs `check(*case)` for every case side by side and reports each one that fails."""
        with concurrent.futures.ThreadPoolExecutor(self.side_by_side) as pool:
            futures = [(case, pool.submit(check, *case)) for case in cases]
        for case, future in futures:
            with self.subTest(" ".join(str(part) for part in case)[:120]):
                future.result()

    def each(self, check):
        self.all([(vendor,) for vendor in self.vendors], check)

    def ends(self, result, code):
        """One error in clear words with what to do next."""
        self.assertEqual(result.code, code, result)
        self.assertEqual(result.err.count("error:"), 1, result)
        self.assertIn("next:", result.err, result)
        return result


__all__ = ["Fleet", "User", "kill", "wait_until"]
