"""No secret comes out anywhere: not on a screen, not in a file, not in a process list, not in a request's body."""

import base64
import json
import os
import sqlite3
import stat
import threading
import time
import unittest
from urllib.parse import quote

from gate import CANARY_ACCESS, CANARY_KEY, CANARY_SECRET, CANARY_TOKEN, Gate, harness

# With characters that look different in base64, in a URL and in JSON.
KEY, SECRET, TOKEN = CANARY_KEY + "+/=/x", CANARY_SECRET + "/+\"x==", CANARY_TOKEN + "==&%"
ACCESS = CANARY_ACCESS
CANARIES = (KEY, SECRET, TOKEN, ACCESS)


def forms(canary):
    """The ways in which a value could stand in a text."""
    data = canary.encode()
    found = {canary, quote(canary, safe=""), quote(canary), quote(canary, safe="").lower(), json.dumps(canary)[1:-1],
             data.hex(), data.hex().upper()}
    for lead in range(3):
        # Whatever stands before it in a longer text, some of these characters stay the same.
        text = base64.b64encode(b"\0" * lead + data).decode().rstrip("=")
        middle = text[2 + lead:-2]
        found |= {middle, middle.replace("+", "-").replace("/", "_")}
    return {form.encode() for form in found if len(form) > 8}


NEEDLES = {form: canary for canary in CANARIES for form in forms(canary)}


def leaks(data):
    data = data if isinstance(data, bytes) else data.encode("utf-8", "replace")
    return sorted({NEEDLES[form] for form in NEEDLES if form in data})


class Processes(threading.Thread):
    """Looks at the command line and the environment of every process that a command starts, as long as it runs."""

    def __init__(self, parent):
        super().__init__(daemon=True)
        self.parent, self.seen = parent, {}
        self.start()

    def run(self):
        while os.path.exists("/proc/%d" % self.parent):
            for child in self._children():
                self._look(child)
            time.sleep(0.002)

    def _children(self):
        found = []
        try:
            for task in os.listdir("/proc/%d/task" % self.parent):
                with open("/proc/%d/task/%s/children" % (self.parent, task)) as file:
                    found += file.read().split()
        except OSError:
            pass
        return found

    def _look(self, child):
        try:
            if os.path.basename(os.readlink("/proc/%s/exe" % child)) == "filmgate":
                return      # the host itself, about to become something else
            with open("/proc/%s/comm" % child) as file:
                name = file.read().strip()
            for what in ("cmdline", "environ"):
                with open("/proc/%s/%s" % (child, what), "rb") as file:
                    self.seen.setdefault((child, name, what), set()).add(file.read())
        except OSError:
            pass


class Secrets(unittest.TestCase):
    def setUp(self):
        self.gate = Gate()
        self.addCleanup(self.gate.close)
        self.screens = []

    def upstream(self, vendor, *options):
        upstream = harness.Upstream(vendor, 0.3, *options)
        self.addCleanup(upstream.stop)
        return upstream

    def run_watched(self, *arguments, stdin=b"", code=None):
        """Runs a command, keeps what it wrote, and looks at the processes that it started."""
        process = self.gate.start(*arguments, stdin=-1)
        watcher = Processes(process.pid)
        out, err = process.communicate(stdin, timeout=120)
        watcher.join(timeout=60)
        self.screens.append((arguments, out + b"\n" + err))
        for (child, name, what), texts in watcher.seen.items():
            for text in texts:
                self.assertEqual(leaks(text), [], "%s of %s (%s)" % (what, name, child))
                if what == "environ" and name.startswith("filmgate-worke"):
                    self.assertNotIn(b"HOME=", text, "a worker's environment is not clean")
        if code is not None:
            self.assertEqual(process.returncode, code, (arguments, out.decode(), err.decode()))
        self.workers = sum(name.startswith("filmgate-worke") for _, name, _ in watcher.seen)
        return out.decode()

    def every_screen(self, job=None):
        """The commands that could be tempted to show a key."""
        self.run_watched("config", "show")
        self.run_watched("config", "show", "--json")
        self.run_watched("keys", "list")
        self.run_watched("keys", "list", "--json")
        self.run_watched("doctor")
        self.run_watched("plugins", "list")
        self.run_watched("jobs")
        self.run_watched("jobs", "--json")
        for name in [job] if job else []:
            self.run_watched("show", name)
            self.run_watched("show", name, "--json")

    def assert_clean(self, *upstreams, allowed=()):
        for arguments, screen in self.screens:
            self.assertEqual(leaks(screen), [], (arguments, screen.decode("utf-8", "replace")))
        for path, data in self.gate.files():
            if os.path.relpath(path, self.gate.home) in allowed:
                continue
            self.assertEqual(leaks(data), [], path)
        database = self.gate.path(".local/share/filmgate/jobs.sqlite")
        if os.path.exists(database):
            connection = sqlite3.connect(database)
            for row in connection.iterdump():
                self.assertEqual(leaks(row), [], row[:300])
            connection.close()
        for upstream in upstreams:
            for row in upstream.report("?last=1000")["requests"]:
                row = dict(row, headers=[pair for pair in row["headers"] if pair[0].lower() != "authorization"])
                self.assertEqual(leaks(json.dumps(row)), [], row["target"])

    def runs(self, model, upstream, key_echo, name):
        """Success, dry run, a failed task, a refusal that quotes the key, and a key test."""
        more = ["-m", model] + (["-s", "4", "--resolution", "480p"] if "seedance" in model else [])
        self.run_watched("a horse", *more, "--dry-run", code=0)
        self.run_watched("a horse", *more, "--dry-run", "--json", code=0)
        self.run_watched("a horse", *more, "-o", name + ".mp4", code=0)
        self.assertGreater(self.workers, 0, "no worker was seen")
        self.run_watched("a horse", *more, "--json", "-o", name + "-2.mp4", code=0)
        upstream.control({"on": "create", "task": {"outcome": "fail", "message": "bad key " + key_echo, "delay": 0.1}})
        self.run_watched("a horse", *more, "-o", name + "-3.mp4")
        for status, ways in ((401, ([], ["--json"])), (200, ([],)), (500, (["--json"],))):
            for way in ways:
                upstream.control({"on": "create", "status": status, "headers": {"x-request-id": key_echo}, "body": {
                    "code": 1000, "message": "Invalid key " + key_echo, "request_id": key_echo,
                    "error": {"code": key_echo, "message": "Incorrect API key provided: " + key_echo}}})
                self.run_watched("a horse", *more, *way, "-o", name + "-4.mp4")
        upstream.control({"on": "query", "status": 401, "body": {"code": 1002, "message": key_echo, "error": {
            "code": "AuthenticationError", "message": quote(key_echo, safe="")}}})
        self.run_watched("a horse", *more, "-o", name + "-5.mp4")
        self.run_watched("keys", "test", {"kling": "kling", "jimeng": "jimeng"}.get(upstream.line["vendor"], "seedance"))
        self.every_screen(self.gate.jobs()[0]["id"])

    def test_keys_in_the_environment(self):
        ark = self.upstream("ark", "--key", KEY)
        kling = self.upstream("kling", "--access-key", ACCESS, "--secret-key", SECRET)
        jimeng = self.upstream("jimeng", "--access-key", ACCESS, "--secret-key", SECRET, "--session-token", TOKEN)
        self.gate.environment.update({
            "ARK_API_KEY": KEY, "FILMGATE_SEEDANCE_PROFILE": "official",
            "FILMGATE_SEEDANCE_BASE_URL": ark.base + "/api/v3",
            "KLING_ACCESS_KEY": ACCESS, "KLING_SECRET_KEY": SECRET, "FILMGATE_KLING_PROFILE": "official",
            "FILMGATE_KLING_BASE_URL": kling.base,
            "FILMGATE_JIMENG_ACCESS_KEY": ACCESS, "FILMGATE_JIMENG_SECRET_KEY": SECRET,
            "FILMGATE_JIMENG_SESSION_TOKEN": TOKEN, "FILMGATE_JIMENG_PROFILE": "official",
            "FILMGATE_JIMENG_BASE_URL": jimeng.base})
        self.runs("doubao-seedance-1-5-pro-251215", ark, KEY, "ark")
        self.runs("kling-v1-6", kling, "%s:%s" % (ACCESS, SECRET), "kling")
        self.runs("jimeng_t2v_v30", jimeng, "%s %s %s" % (ACCESS, SECRET, TOKEN), "jimeng")
        self.assert_clean(ark, kling, jimeng)

    def test_keys_in_the_key_file(self):
        ark = self.upstream("ark", "--key", KEY)
        self.gate.environment.update({
            "FILMGATE_SEEDANCE_PROFILE": "official", "FILMGATE_SEEDANCE_BASE_URL": ark.base + "/api/v3"})
        os.umask(0o022)
        self.run_watched("keys", "set", "seedance", "api_key", stdin=KEY.encode() + b"\n", code=0)
        file = self.gate.path(".config/filmgate/keys.json")
        self.assertEqual(stat.S_IMODE(os.stat(file).st_mode), 0o600)
        self.runs("doubao-seedance-1-5-pro-251215", ark, KEY, "ark")
        self.assert_clean(ark, allowed=(".config/filmgate/keys.json",))
        os.chmod(file, 0o644)
        self.run_watched("a horse", "-m", "doubao-seedance-1-5-pro-251215", code=4)
        os.chmod(file, 0o600)
        self.run_watched("keys", "remove", "seedance", "api_key", code=0)
        self.assert_clean(ark)

    def test_keys_in_the_configuration(self):
        kling = self.upstream("kling", "--access-key", ACCESS, "--secret-key", SECRET)
        os.makedirs(self.gate.path(".config/filmgate"))
        secret = self.gate.write("secret.txt", SECRET + "\n")
        os.chmod(secret, 0o600)
        file = self.gate.write(".config/filmgate/config.yaml", "\n".join([
            "accounts:", "  - name: mine", "    plugin: kling", "    profile: official", "    base_url: " + kling.base,
            "    secrets:", "      access_key: " + ACCESS, "      secret_key: {file: %s}" % secret, ""]))
        os.chmod(file, 0o600)
        self.runs("kling-v1-6", kling, "%s %s" % (ACCESS, SECRET), "kling")
        self.assert_clean(kling, allowed=(".config/filmgate/config.yaml", "secret.txt"))
        os.chmod(file, 0o644)
        self.run_watched("config", "show", code=4)
        self.assert_clean(kling, allowed=(".config/filmgate/config.yaml", "secret.txt"))

    def test_a_base_url_with_a_password_is_refused_without_showing_it(self):
        self.gate.environment.update({
            "ARK_API_KEY": "x", "FILMGATE_SEEDANCE_PROFILE": "official",
            "FILMGATE_SEEDANCE_BASE_URL": "http://user:%s@127.0.0.1:1/api/v3" % KEY.replace("/", "")})
        canary = KEY.replace("/", "").encode()
        for command in (["config", "show"], ["doctor"], ["a horse", "-m", "doubao-seedance-1-5-pro-251215"]):
            result = self.gate.run(*command)
            self.assertNotIn(canary, (result.out + result.err).encode(), command)
        for path, data in self.gate.files():
            self.assertNotIn(canary, data, path)


if __name__ == "__main__":
    unittest.main()
