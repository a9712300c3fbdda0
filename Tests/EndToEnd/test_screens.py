"""What a user sees of whole runs, kept as files under Tests/Screens/runs; FILMGATE_UPDATE_SCREENS=1 writes them anew."""

import json
import os
import re
import unittest

from gate import REQUESTS, ROOT, ArkTest, GateTest, JimengTest, KlingTest, harness

FOLDER = os.path.join(ROOT, "Tests", "Screens", "runs")
SEEDANCE = "doubao-seedance-1-5-pro-251215"
REPLACED = [
    (r"fg_[0-9a-z]{26}", "fg_ID"),
    (r"http://127\.0\.0\.1:\d+", "http://HOST"),
    (r"127\.0\.0\.1:\d+", "HOST"),
    (r"cgt-[0-9]+-[0-9a-z]+", "VENDOR-ID"),
    (r'("upstream_id": ?")[^"]+', r"\1VENDOR-ID"),
    (r'("(?:created|updated)_at_ms": ?)\d+', r"\1TIME"),
    (r'("(?:byte_count|final_balance)": ?)\d+', r"\1NUMBER"),
    (r'("sha256": ?")[0-9a-f]{64}', r"\1HASH"),
    (r"\b[0-9a-f]{64}\b", "HASH"),
    (r"\b\d{8}T\d{6}Z\b", "TIME"),
    (r"\d{8}(/cn-north-1)", r"DATE\1"),
    (r"(ok  |warn)  kernel .*(\n      next: plugins are still held.*)?", "GRADE  kernel VERSION"),
    (r"jail( +)(full|partial|none)", r"jail\1LEVEL"),
    (r"Request id: [0-9A-F]+|request [0-9A-F]{20,}", "request ID"),
    (r"\b\d+ s ago", "N s ago"),
    (r"fg-[0-9a-z]{16}-[0-9a-z]{52}", "fg-KEY-SECRET"),
    (r"whsec_\S+", "whsec_SECRET"),
    (r"\b[0-9a-hj-km-np-tv-z]{52}\b", "SECRET"),
    (r"(access key +|\(|^)(?=[0-9a-z]*\d)[0-9a-hj-km-np-tv-z]{16}\b", r"\1KEY"),
    (r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "TIME"),
    (r"\+\d+\.\d s", "+N s"),
    # Where it is broken depends on the length of the path.
    (r"(archived: output 0)[^+]*(\n  \+)", r"\1, …\2"),
    (r"\d+(\.\d+)? [KM]iB\)", "SIZE)"),
    (r"provider's id  \S+", "provider's id  VENDOR-ID"),
]


class Screens(GateTest):
    def text(self, result):
        """A run as one page, without what differs from run to run."""
        page = "%s--- stderr\n%s--- exit %d\n" % (result.out, result.err, result.code)
        binaries = os.path.dirname(os.path.realpath(self.gate.binary))
        for known, name in ((os.path.realpath(self.gate.home), "~"), (self.gate.home, "~"), (binaries, "BIN"),
                            (os.path.dirname(self.gate.binary), "BIN"),
                            (os.path.dirname(binaries), "PREFIX")):
            page = page.replace(known, name)
        for pattern, name in REPLACED:
            page = re.sub(pattern, name, page, flags=re.MULTILINE)
        return page

    def expect(self, name, result):
        page, path = self.text(result), os.path.join(FOLDER, name + ".txt")
        if os.environ.get("FILMGATE_UPDATE_SCREENS") == "1":
            os.makedirs(FOLDER, exist_ok=True)
            with open(path, "w") as file:
                file.write(page)
            return
        with open(path) as file:
            self.assertEqual(page.splitlines(), file.read().splitlines(), name)

    def screen(self, name, *arguments, **options):
        result = self.gate.run(*arguments, **options)
        self.expect(name, result)
        return result


class WithArk(ArkTest, Screens):
    def setUp(self):
        super().setUp()
        # Every state is seen.
        self.upstream.control({"settings": {"seen": True}})

    def test_a_run_in_a_pipe(self):
        short = ("-s", "4", "--resolution", "480p", "--ratio", "16:9")
        self.screen("generate-pipe", "a paper boat", "-m", SEEDANCE, *short, "-o", "boat.mp4")
        self.screen("show", "show", self.gate.jobs()[0]["id"])
        self.screen("jobs", "jobs")
        self.screen("cancel-too-late", "cancel", self.gate.jobs()[0]["id"])

    def test_a_job_is_left_cancelled_and_asked_for(self):
        self.upstream.control({"on": "create", "task": {"queue": 60}})
        self.screen("generate-no-wait", "a paper boat", "-m", SEEDANCE, "-s", "4", "--resolution", "480p", "--no-wait")
        job = self.gate.jobs()[0]["id"]
        self.screen("get-too-soon", "get", job[-6:])
        self.screen("wait-timeout", "wait", job, "--timeout", "1s")
        self.screen("cancel", "cancel", job)
        self.screen("wait-cancelled", "wait", job)
        self.screen("cancel-again", "cancel", job)

    def test_a_run_as_events(self):
        result = self.screen("generate-json", "a paper boat", "-m", SEEDANCE, "-s", "4", "--resolution", "480p",
                             "--ratio", "16:9", "-o", "boat.mp4", "--json")
        self.assertEqual([event["event"] for event in result.events][:2], ["planned", "created"])
        self.assertEqual(result.events[-1]["event"], "done")

    def test_failures_of_the_provider(self):
        ask = ("-m", SEEDANCE, "-s", "4", "--resolution", "480p", "-o", "a.mp4")
        self.screen("failed", "a boat fault:fail", *ask)
        self.screen("refused-input", "a boat fault:InputTextSensitiveContentDetected", *ask)
        self.screen("timeout", "a boat fault:stuck", *ask, "--timeout", "1s")

    def test_dry_runs(self):
        self.screen("dry-run-reference", "--request", os.path.join(REQUESTS, "seedance-reference.json"), "--dry-run")
        self.screen("dry-run-lenient", "a boat", "-m", "doubao-seedance-1-0-pro-fast-251015", "--audio", "--lenient",
                    "--dry-run")
        self.screen("dry-run-json", "a boat", "-m", SEEDANCE, "--dry-run", "--json")


class WithKling(KlingTest, Screens):
    def test_dry_runs(self):
        self.gate.write("first.png", harness.png(640, 360))
        self.screen("dry-run-token", "she turns", "-m", "kling-v2-1", "--image", "first.png", "--dry-run")

    def test_what_cannot_be_cancelled(self):
        self.gate.run("a boat", "-m", "kling-v3", "--no-wait")
        result = self.screen("cancel-unsupported", "cancel", self.gate.jobs()[0]["id"])
        self.assertEqual(result.code, 2)


class WithJimeng(JimengTest, Screens):
    def test_dry_runs(self):
        self.gate.write("first.png", harness.png(640, 360))
        self.screen("dry-run-signature", "a horse", "-m", "jimeng_ti2v_v30_pro", "--image", "first.png", "--dry-run")


class Alone(Screens):
    def test_models(self):
        self.screen("models", "models")
        for model in ("kling-v3", "doubao-seedance-2-0-260128", "jimeng-v3", "ep-1234", "studio"):
            self.screen("models-show-%s" % model, "models", "show", model)
        self.screen("models-default", "models", "default")
        self.screen("models-default-set", "models", "default", "studio")

    def test_plugins(self):
        self.screen("plugins", "plugins", "list")
        self.screen("plugins-show", "plugins", "show", "kling")

    def test_configuration_and_keys(self):
        self.screen("config-show", "config", "show")
        self.screen("config-path", "config", "path")
        self.screen("config-check", "config", "check")
        self.screen("keys-none", "keys", "list")
        self.screen("keys-set", "keys", "set", "kling", "access_key", stdin=b"AKabcdefghijklmnop\n")
        self.screen("keys-list", "keys", "list")
        self.screen("keys-test", "keys", "test", "kling")
        self.screen("keys-remove", "keys", "remove", "kling")

    def test_tokens(self):
        self.screen("tokens-none", "tokens", "list")
        self.screen("tokens-create", "tokens", "create", "alice", "--models", "studio,acme-*", "--budget", "20",
                    "--currency", "USD", "--parallel", "3", "--expires", "30d")
        self.succeed("tokens", "create")
        self.screen("tokens-show", "tokens", "show", "alice")
        self.screen("tokens-revoke", "tokens", "revoke", "alice")
        self.screen("tokens-revoke-again", "tokens", "revoke", "alice")
        self.screen("tokens-list", "tokens", "list")
        self.screen("tokens-unknown", "tokens", "show", "bob")

    def test_doctor(self):
        self.screen("doctor", "doctor")
        for finding in json.loads(self.succeed("doctor", "--json").out):
            self.assertIn(finding["grade"], ("ok", "warn"))

    def test_sandbox(self):
        # Many looks, so that every state is seen.
        self.gate.environment["FILMGATE_POLL_MILLISECONDS"] = "100"
        self.screen("generate-sandbox", "a paper boat", "-m", SEEDANCE, "-s", "4", "--resolution", "480p", "--ratio",
                    "16:9", "--sandbox", "-o", "boat.mp4")
        self.screen("sandbox-timeout", "a boat sandbox:stuck", "-m", "kling-v3", "--sandbox", "--timeout", "6s")
        self.screen("sandbox-drop", "a boat sandbox:drop", "-m", "doubao-seedance-1-5-pro-251215", "--sandbox")
        self.screen("sandbox-found", "a boat sandbox:drop", "-m", "kling-v3", "--sandbox")

    def test_studio(self):
        self.screen("studio", "a paper boat", "-m", "studio", "-s", "1", "-o", "boat.mp4")


if __name__ == "__main__":
    unittest.main()
