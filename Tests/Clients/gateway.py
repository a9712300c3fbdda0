"""Runs `filmgate serve` in front of the vendor emulators; for the tests in the folders below."""

import copy
import ctypes
import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from urllib.parse import urlsplit

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "EndToEnd"))

from gate import BINARIES, Gate, harness, harness_pair  # noqa: E402,F401

JIMENG_PAIR = ("AKLTEXAMPLEACCESSKEYID0001", "RXhhbXBsZVNlY3JldEtleUZvclRlc3RPbmx5MDAwMQ==")
START_SECONDS, STOP_SECONDS = 60, 60


class Vendors:
    """All emulators in one process, each under its own prefix."""

    def __init__(self, delay=0.2, *options):
        self.upstream = harness.Upstream("all", delay, *options)
        self.base = self.upstream.base

    def rule(self, vendor, **rule):
        """What shall happen to the next request that matches."""
        self.upstream.control(rule, prefix="/" + vendor)

    def creates(self, vendor, word):
        """How many purchases with this word arrived there."""
        rows = self.upstream.report("?last=1000&on=create", prefix="/" + vendor)["requests"]
        return sum(word in row.get("body", "") for row in rows)

    def bodies(self, vendor, word):
        rows = self.upstream.report("?last=1000&on=create", prefix="/" + vendor)["requests"]
        return [json.loads(row["body"]) for row in rows if word in row.get("body", "")]

    def tasks(self, vendor, word):
        rows = self.upstream.report("?last=0", prefix="/" + vendor)["tasks"]
        return [row for row in rows if word in json.dumps(row["request"], ensure_ascii=False)]

    def arrived(self, vendor, operation, match):
        rows = self.upstream.report("?last=1000&on=" + operation, prefix="/" + vendor)["requests"]
        return [row for row in rows if match in row["target"] + row.get("body", "")]

    def accounts(self):
        """One account of each plugin, straight at its vendor."""
        ark = {"profile": "official", "base_url": self.base + "/ark/api/v3", "secrets": {"api_key": "ark-test-key"}}
        return [
            {"name": "ark", "plugin": "seedance", **ark}, {"name": "volc", "plugin": "volc", **ark},
            {"name": "kling", "plugin": "kling", "profile": "official", "base_url": self.base + "/kling",
             "secrets": {"access_key": harness_pair()[0], "secret_key": harness_pair()[1]}},
            {"name": "jimeng", "plugin": "jimeng", "profile": "official", "base_url": self.base + "/jimeng",
             "secrets": {"access_key": JIMENG_PAIR[0], "secret_key": JIMENG_PAIR[1]}}]

    def stop(self):
        self.upstream.stop()


class Steered:
    """A task that is ordered next and goes on when it is told to, not when its time has come."""

    def __init__(self, vendors, vendor, word, **plan):
        self.vendors, self.vendor, self.word = vendors, vendor, word
        vendors.rule(vendor, on="create", match=word, task={"stuck": True, "queue": 0, "run": 0, **plan})

    def begin(self):
        self._plan("running")

    def finish(self):
        self._plan("")

    def _plan(self, stuck):
        [task] = self.vendors.tasks(self.vendor, self.word)
        self.vendors.upstream.control({"id": task["id"], "plan": {"stuck": stuck}}, prefix="/" + self.vendor)


class Key:
    """What a caller needs: the key itself for Bearer, and the pair for signatures."""

    def __init__(self, row):
        self.id, self.secret, self.bearer = row["access_key"], row["secret_key"], row["bearer_token"]
        self.webhook_secret = row.get("webhook_secret")

    @property
    def header(self):
        return {"Authorization": "Bearer " + self.bearer}


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.body = status, body
        self.headers = {name.lower(): value for name, value in headers}

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return "%d %r\n%s" % (self.status, self.headers, self.body[:3000].decode("utf-8", "replace"))


class Gateway(Gate):
    """A gateway with a configuration, a store and a home of its own."""

    def __init__(self, accounts, settings=None, default_model=None, **environment):
        super().__init__(**{"FILMGATE_POLL_MILLISECONDS": "100", **environment})
        self.environment["FILMGATE_CONFIG"] = self.write("filmgate.yaml", "")
        self.configure(accounts, settings or {}, **({"default_model": default_model} if default_model else {}))
        # Its own from the first start to the last: a second start takes it again.
        self._take_place()
        self.process, self.announced = None, {}

    def _take_place(self):
        self.place = harness.reserve_port()
        self.port = self.place.getsockname()[1]

    def twin(self):
        """A second one of the same home, with its configuration, database and keys: it has a process and a port of its
        own. `leave` ends it."""
        other = copy.copy(self)
        other._take_place()
        return other

    def leave(self):
        self.kill()
        self.place.close()

    def configure(self, accounts, settings, **more):
        """JSON is YAML. The file holds secrets."""
        os.chmod(self.path("filmgate.yaml"), 0o600)
        if settings:
            more["gateway"] = settings
        self.write("filmgate.yaml", json.dumps({"accounts": accounts, **more}, indent=2))

    @property
    def base(self):
        return "http://127.0.0.1:%d" % self.port

    def serve(self, *options):
        """Starts it and waits until it listens."""
        self.lines, self.announced = [], {}
        self.process = subprocess.Popen(
            [self.binary, "serve", "--json", "--listen", "127.0.0.1:%d" % self.port, *options], cwd=self.home,
            env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            preexec_fn=end_with_parent)
        found = threading.Event()
        threading.Thread(target=self._read, args=(self.process.stdout, self.lines, found), daemon=True).start()
        if not found.wait(START_SECONDS) or not self.announced:
            self.kill()
            raise AssertionError("filmgate serve did not start:\n" + self.log)
        assert self.announced["base_url"] == self.base, self.announced
        return self

    def _read(self, stream, lines, found):
        for line in stream:
            lines.append(line.decode("utf-8", "replace"))
            if not found.is_set() and '"serving"' in lines[-1]:
                self.announced = json.loads(lines[-1])
                found.set()
        found.set()
        stream.close()

    @property
    def log(self):
        return "".join(self.lines)

    def key(self, name, *options):
        result = self.run("tokens", "create", name, "--json", *options)
        assert result.code == 0, result
        return Key(json.loads(result.out))

    def ask(self, method, target, body=None, key=None, headers=None, timeout=60):
        """Sends exactly this; a dict or a list goes as JSON."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            fields = dict(key.header if key else {}, **(headers or {}))
            if isinstance(body, (dict, list)):
                body = json.dumps(body).encode()
                fields.setdefault("Content-Type", "application/json")
            connection.request(method, target, body, fields)
            answer = connection.getresponse()
            return Answer(answer.status, answer.getheaders(), answer.read())
        finally:
            connection.close()

    def connections(self):
        """How many connections it has open; known without another one."""
        found = 0
        with open("/proc/net/tcp") as table:
            for line in table.readlines()[1:]:
                place, state = line.split()[1::2][:2]
                # Established, or ended by the client alone.
                found += place == "0100007F:%04X" % self.port and state in ("01", "08")
        return found

    def fetch(self, url, key=None, **headers):
        """A link that the gateway gave out."""
        parts = urlsplit(url)
        assert parts.netloc == "127.0.0.1:%d" % self.port, url
        return self.ask("GET", parts.path + ("?" + parts.query if parts.query else ""), key=key, headers=headers)

    def terminate(self):
        """Asks it to end; its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=STOP_SECONDS)

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait(timeout=60)

    def close(self):
        self.leave()
        super().close()


def end_with_parent():
    """Between fork and exec: a test that is killed leaves no gateway behind."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def wait_until(condition, seconds=60, what=""):
    """The first true value. The limit is there so that a defect ends the test, and no measure of speed."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.03)
    raise AssertionError("it did not happen within %s s: %s" % (seconds, what))
