"""Runs the built `filmgate` as a user would, against the independent emulators; for the tests in this folder."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "Tests", "Upstreams"))

import harness  # noqa: E402  (the emulators' own)

BINARIES = os.environ.get("FILMGATE_TEST_BINARIES", os.path.join(ROOT, ".build", "debug"))
REQUESTS = os.path.join(ROOT, "Tests", "Requests")

# Values that occur nowhere else, so that a search for them finds every leak.
CANARY_ACCESS, CANARY_SECRET = "AKcanary7f3a91c2d4e5b6a7089b1c2d", "SKcanary0d9e8f7a6b5c4d3e2f1a0b9c"
CANARY_KEY, CANARY_TOKEN = "sk-canary-4b7d2e9f1a6c8e3d5f", "STScanary5e1f7c3a9d"


class Result:
    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    def __repr__(self):
        return "exit %d\n--- stdout\n%s\n--- stderr\n%s" % (self.code, self.out, self.err)

    @property
    def events(self):
        return [json.loads(line) for line in self.out.splitlines()]


class Gate:
    """One user with a home of their own."""

    def __init__(self, **environment):
        self.binary = os.path.join(BINARIES, "filmgate")
        self.home = tempfile.mkdtemp(prefix="filmgate-test-")
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": self.home, "LANG": "C.UTF-8", "FILMGATE_POLL_MILLISECONDS": "200",
            **{name: value for name, value in environment.items() if value is not None}}

    def path(self, name):
        return os.path.join(self.home, name)

    def write(self, name, data):
        with open(self.path(name), "wb" if isinstance(data, bytes) else "w") as file:
            file.write(data)
        return self.path(name)

    def start(self, *arguments, **options):
        return subprocess.Popen(
            [self.binary, *arguments], cwd=self.home, env=self.environment,
            stdin=options.get("stdin", subprocess.DEVNULL), stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def run(self, *arguments, stdin=b"", timeout=300):
        process = self.start(*arguments, stdin=subprocess.PIPE)
        try:
            out, err = process.communicate(stdin, timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            raise AssertionError("filmgate %s hung\n%s\n%s" % (" ".join(map(str, arguments)), out.decode(), err.decode()))
        return Result(process.returncode, out.decode("utf-8", "replace"), err.decode("utf-8", "replace"))

    def jobs(self):
        result = self.run("jobs", "--json")
        assert result.code == 0, result
        return json.loads(result.out)

    def files(self):
        """Every file below the home, with its bytes."""
        for folder, _, names in os.walk(self.home):
            for name in names:
                path = os.path.join(folder, name)
                with open(path, "rb") as file:
                    yield path, file.read()

    def close(self):
        shutil.rmtree(self.home, ignore_errors=True)


class GateTest(unittest.TestCase):
    """A user and, where `vendor` is set, an emulator."""

    vendor = None
    delay = 0.3
    options = ()

    def setUp(self):
        self.gate = Gate(**self.environment_before())
        self.addCleanup(self.gate.close)
        if self.vendor:
            self.upstream = harness.Upstream(self.vendor, self.delay, *self.options)
            self.addCleanup(self.upstream.stop)
            self.gate.environment.update(self.environment())

    def environment_before(self):
        return {}

    def environment(self):
        return {}

    def succeed(self, *arguments, **options):
        result = self.gate.run(*arguments, **options)
        self.assertEqual(result.code, 0, result)
        return result

    def fail_with(self, code, *arguments, **options):
        result = self.gate.run(*arguments, **options)
        self.assertEqual(result.code, code, result)
        self.assertIn("next:", result.err, result)
        self.assertTrue(result.err.count("error:") == 1, result)
        return result

    def probe(self, name):
        with open(self.gate.path(name), "rb") as file:
            return harness.probe(file.read())

    def created(self):
        counters = self.upstream.counters()
        return counters["creates_received"], counters["tasks_created"]

    def last_create(self):
        requests = self.upstream.report("?last=50&on=create")["requests"]
        return requests[-1]

    def assert_clip(self, name, width, height, seconds, fps=24, audio=None):
        found = self.probe(name)
        self.assertEqual((found["width"], found["height"]), (width, height), found)
        self.assertAlmostEqual(found["seconds"], seconds, delta=0.25)
        self.assertEqual(found["fps"], fps, found)
        if audio is not None:
            self.assertEqual(found["audio"], audio, found)


class ArkTest(GateTest):
    vendor = "ark"

    def environment(self):
        return {"ARK_API_KEY": "ark-test-key", "FILMGATE_SEEDANCE_PROFILE": "official",
                "FILMGATE_SEEDANCE_BASE_URL": self.upstream.base + "/api/v3", "FILMGATE_VOLC_PROFILE": "official",
                "FILMGATE_VOLC_BASE_URL": self.upstream.base + "/api/v3"}


class KlingTest(GateTest):
    vendor = "kling"

    def environment(self):
        pair = harness_pair()
        return {"KLING_ACCESS_KEY": pair[0], "KLING_SECRET_KEY": pair[1], "FILMGATE_KLING_PROFILE": "official",
                "FILMGATE_KLING_BASE_URL": self.upstream.base}


def harness_pair():
    return "AKexample0123456789abcdef0123456", "SKexample0123456789abcdef0123456"


class JimengTest(GateTest):
    vendor = "jimeng"

    def environment(self):
        return {"FILMGATE_JIMENG_ACCESS_KEY": "AKLTEXAMPLEACCESSKEYID0001",
                "FILMGATE_JIMENG_SECRET_KEY": "RXhhbXBsZVNlY3JldEtleUZvclRlc3RPbmx5MDAwMQ==",
                "FILMGATE_JIMENG_PROFILE": "official", "FILMGATE_JIMENG_BASE_URL": self.upstream.base}


class RelayTest(GateTest):
    vendor = "relay"

    def environment(self):
        names = {}
        for plugin in ("SEEDANCE", "KLING", "JIMENG", "VOLC"):
            names["FILMGATE_%s_PROFILE" % plugin] = "relay"
            names["FILMGATE_%s_BASE_URL" % plugin] = self.upstream.base
            names["FILMGATE_%s_API_KEY" % plugin] = "sk-relay-test-key"
        return names


def wait_until(condition, seconds=60):
    """The first true value. The limit is there so that a defect ends the test, and no measure of speed."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError("it did not happen within %s s" % seconds)


def kill(process):
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=60)
    process.stdout.close()
    process.stderr.close()
