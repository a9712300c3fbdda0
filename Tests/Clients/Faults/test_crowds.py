"""Hundreds of hostile connections: they end, leave nothing behind, and keep nobody else out."""

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

TESTS = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TESTS, "Clients"))

from gateway import BINARIES, Gateway, wait_until  # noqa: E402

CROWD = os.path.join(TESTS, "Benchmarks", "load", "crowd.py")
GENERATIONS = "/v1/video/generations"
# Descriptors that come and go with the gateway's own work.
SPARE = 8
PLUGINS = 4


class Crowd:
    """Hostile clients in a process of their own."""

    def __init__(self, kind, count, gateway, key, **options):
        self.process = subprocess.Popen(
            [sys.executable, CROWD, kind, str(count), str(gateway.port), "key=" + key.bearer,
             *("%s=%s" % pair for pair in options.items())], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.begun = json.loads(self.process.stdout.readline())

    def end(self):
        out, _ = self.process.communicate("\n", timeout=120)
        return json.loads(out)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()


class CrowdTest(unittest.TestCase):
    settings = {}
    # The most files that the gateway may open.
    files = None

    def setUp(self):
        self.spool = tempfile.mkdtemp(prefix="filmgate-spool-")
        self.addCleanup(shutil.rmtree, self.spool)
        self.gateway = Gateway([], self.settings, TMPDIR=self.spool)
        self.addCleanup(self.gateway.close)
        self.key, self.other, self.third = (self.gateway.key(name) for name in ("caller", "hostile", "third"))
        if self.files:
            # It lifts its own limit as far as it may.
            script = "#!/bin/sh\nulimit -n %d\nexec %s/filmgate \"$@\"\n" % (self.files, BINARIES)
            self.gateway.binary = self.gateway.write("limited", script)
            os.chmod(self.gateway.binary, 0o700)
        self.gateway.serve()

    def crowd(self, kind, count, key=None, **options):
        crowd = Crowd(kind, count, self.gateway, key or self.other, **options)
        self.addCleanup(crowd.kill)
        return crowd

    def descriptors(self):
        """What the gateway has open: what it leads to, and its size."""
        folder = "/proc/%d/fd" % self.gateway.process.pid
        found = []
        for name in os.listdir(folder):
            path = os.path.join(folder, name)
            try:
                found.append((os.readlink(path), os.stat(path).st_size))
            except FileNotFoundError:
                pass
        return found

    def workers(self):
        folder, found = "/proc/%d/task" % self.gateway.process.pid, []
        for task in os.listdir(folder):
            try:
                with open("%s/%s/children" % (folder, task)) as file:
                    found += file.read().split()
            except FileNotFoundError:
                pass
        return found

    def at_rest(self):
        """How many descriptors there are once the plugins' workers have started."""
        wait_until(lambda: len(self.workers()) == PLUGINS, what="a worker for each plugin")
        counts = [0]
        while counts[-10:] != [counts[-1]] * 10:
            time.sleep(0.05)
            counts.append(len(self.descriptors()))
        return counts[-1]

    def settles(self, before):
        wait_until(lambda: len(self.descriptors()) <= before + SPARE, what="descriptors are closed")

    def spooled(self):
        """Sizes of the files of bodies; they have no name."""
        return [size for path, size in self.descriptors() if path.startswith(self.spool + "/")]

    def ask(self, key=None):
        """Another caller, on a connection of its own."""
        return self.gateway.ask("GET", GENERATIONS, key=key or self.key).status

    def upload(self, key, kib):
        """The status of a whole form with a file of that size, which is no picture."""
        body = (b'--b\r\nContent-Disposition: form-data; name="input_reference"; filename="a"\r\n\r\n'
                + b"x" * (kib << 10) + b"\r\n--b--\r\n")
        return self.gateway.ask("POST", "/v1/videos", body, key, {"Content-Type": "multipart/form-data; boundary=b"})


class HalfOpenUploads(CrowdTest):
    def test_they_end_at_their_deadline_and_leave_nothing_and_so_do_drips(self):
        before = self.at_rest()
        # So few bytes pay for no more than two seconds; one a half second for none.
        crowd = self.crowd("uploads", 300, length=1 << 20, sent=500)
        wait_until(lambda: len(self.spooled()) >= 90, what="media are spooled")
        drips = self.crowd("drip", 90)
        self.assertEqual(os.listdir(self.spool), [], "a file with a name would outlive its process")
        self.assertEqual(self.ask(), 200)
        wait_until(lambda: not self.spooled(), what="their files are closed")
        self.settles(before)
        self.assertEqual(os.listdir(self.spool), [])
        for became, count in ((crowd.end(), 300), (drips.end(), 90)):
            self.assertEqual(became["outcomes"], {"408": count}, became)
            self.assertGreater(became["first_end"], 5)
        self.assertEqual(self.ask(), 200)

    def test_those_whose_clients_leave_are_forgotten_at_once(self):
        before = self.at_rest()
        crowd = self.crowd("uploads", 300, length=1 << 20, sent=40_000)
        wait_until(lambda: len(self.spooled()) >= 90, what="media are spooled")
        crowd.kill()
        # Their deadline would be half a minute after their last byte.
        wait_until(lambda: not self.spooled(), 20, "their files are closed")
        self.settles(before)

    def test_a_gateway_that_is_killed_leaves_no_file_of_theirs(self):
        self.crowd("uploads", 90, length=1 << 20, sent=40_000, kinds="form")
        wait_until(lambda: len(self.spooled()) >= 60, what="media are spooled")
        self.gateway.kill()
        self.assertEqual(os.listdir(self.spool), [])


class FullSpool(CrowdTest):
    settings = {"spool_disk": "4MiB", "max_body": "2MiB"}

    def refused(self, key, status):
        """An upload for which there is no room."""
        answer = self.upload(key, 1000)
        self.assertEqual((answer.status, answer.headers.get("retry-after")), (status, "5"), answer)
        return answer

    def fill(self, key, bytes):
        """Two uploads that come no nearer to their end than they must."""
        crowd = self.crowd("uploads", 2, key, length=1 << 20, sent=900_000, kinds="form", trickle=600)
        wait_until(lambda: sum(self.spooled()) > bytes, what="media are spooled")
        return crowd

    def test_one_key_gets_half_of_it_and_what_is_full_is_said(self):
        self.assertEqual(self.upload(self.key, 1000).status, 400)
        crowd = self.fill(self.other, 1_700_000)
        full = self.refused(self.other, 429)
        self.assertIn("2 MiB is the most for one key at a time", full.json["error"]["message"])
        # Others have theirs, until nobody has any.
        self.assertEqual(self.upload(self.key, 1000).status, 400)
        second = self.fill(self.third, 3_400_000)
        self.refused(self.key, 503)
        # What needs no room has it.
        self.assertEqual(self.gateway.ask("POST", "/v1/videos", {"model": "studio"}, self.key).status, 400)
        self.assertEqual(self.ask(), 200)
        crowd.kill()
        second.kill()
        wait_until(lambda: self.upload(self.key, 1000).status == 400, what="there is room again")


class FullServer(CrowdTest):
    settings = {"max_connections": 100}

    def test_connections_that_idle_make_room_for_callers(self):
        before = self.at_rest()
        crowd = self.crowd("idle", 300)
        self.assertEqual({self.ask() for _ in range(100)}, {200})
        self.assertLessEqual(len(self.descriptors()), before + 100 + 64 + SPARE)
        crowd.kill()
        self.settles(before)

    def test_one_key_has_half_of_them_in_use(self):
        before = self.at_rest()
        crowd = self.crowd("uploads", 80, length=1 << 20, sent=1_000, kinds="text")
        wait_until(lambda: self.gateway.log.count('"status":429') == 30, what="all have come")
        # Those that are refused are closed after a moment.
        wait_until(lambda: len(self.descriptors()) < before + 60, what="some are refused")
        self.assertEqual(self.ask(self.other), 429)
        self.assertEqual({self.ask() for _ in range(20)}, {200})
        became = crowd.end()
        self.assertEqual(became["outcomes"], {"429": 30}, became)
        self.settles(before)


class FewDescriptors(CrowdTest):
    def processor_seconds(self):
        with open("/proc/%d/stat" % self.gateway.process.pid) as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def check(self):
        before = self.at_rest()
        crowd = self.crowd("idle", 300)
        self.assertEqual({self.ask() for _ in range(20)}, {200})
        began, used = time.monotonic(), self.processor_seconds()
        time.sleep(2)
        self.assertLess(self.processor_seconds() - used, (time.monotonic() - began) / 4)
        crowd.kill()
        self.settles(before)
        self.assertEqual(self.ask(), 200)

    def test_when_there_are_none_left_it_neither_ends_nor_spins_nor_keeps_callers_out(self):
        # Less than it was told at its start.
        limits = (self.at_rest() + 40, resource.prlimit(self.gateway.process.pid, resource.RLIMIT_NOFILE)[1])
        resource.prlimit(self.gateway.process.pid, resource.RLIMIT_NOFILE, limits)
        self.check()


class FewDescriptorsFromTheStart(FewDescriptors):
    files = 128

    def test_when_there_are_none_left_it_neither_ends_nor_spins_nor_keeps_callers_out(self):
        # So many connections are served that it never comes to that.
        wait_until(lambda: "this process may open 128 files: 64 connections are served" in self.gateway.log, what="a warning")
        self.check()


if __name__ == "__main__":
    unittest.main()
