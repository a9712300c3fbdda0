"""The commands as people and scripts use them: dry runs that run, clips in pipes, keys, terminals, shells."""

import base64
import hashlib
import json
import os
import signal
import subprocess
import time
import unittest

import jwt

from gate import BINARIES, REQUESTS, ArkTest, GateTest, JimengTest, KlingTest, Gate, harness, harness_pair
from terminal import TerminalRun

SEEDANCE = ("-m", "doubao-seedance-1-5-pro-251215", "-s", "4", "--resolution", "480p", "--ratio", "16:9")


def run_line(line, folder):
    """What a shell makes of it."""
    return subprocess.run(["bash", "-c", line], cwd=folder, capture_output=True, text=True, timeout=120)


class DryRunsWithBearer(ArkTest):
    def test_the_line_runs_and_buys_what_the_run_would_have_bought(self):
        self.gate.write("it's a.png", harness.png(640, 640))
        for arguments in (
                ("it's a 'cat' for $HOME `id` \"\\n\"\nin two lines, ünï", *SEEDANCE[:2], "--image", "it's a.png"),
                ("--request", os.path.join(REQUESTS, "seedance-reference.json")),
                ("--request", os.path.join(REQUESTS, "ark-first-frame.json"))):
            before = self.created()
            result = self.succeed(*arguments, "--dry-run")
            self.assertEqual(self.created(), before)
            self.assertIn("price ", result.err)
            self.assertIn("sent as content[].text", result.err)
            self.assertNotIn("ark-test-key", result.out + result.err)
            answer = run_line(result.out.replace("***", "ark-test-key"), self.gate.home)
            self.assertIn('"id"', answer.stdout, answer)
            by_hand = self.last_create()["body"]
            self.succeed(*arguments, "--no-wait", "-o", "x-{id}.mp4")
            self.assertEqual(self.last_create()["body"], by_hand)


class DryRunsWithToken(KlingTest):
    def test_the_line_runs_with_a_token(self):
        self.gate.write("a.png", harness.png(640, 360))
        access, secret = harness_pair()
        now = int(time.time())
        token = jwt.encode({"iss": access, "exp": now + 600, "nbf": now - 5}, secret, algorithm="HS256")
        for arguments in (("she turns", "-m", "kling-v2-1", "--image", "a.png"),
                          *(("--request", os.path.join(REQUESTS, name + ".json")) for name in (
                              "kling-text2video", "kling-image2video", "relay-text", "relay-image", "relay-first-last",
                              "relay-shots"))):
            result = self.succeed(*arguments, "--dry-run")
            self.assertIn("signed with access_key and secret_key", result.err)
            answer = run_line(result.out.replace("***", token), self.gate.home)
            self.assertEqual(json.loads(answer.stdout)["code"], 0, answer)


class DryRunsWithSignature(JimengTest):
    def test_the_line_shows_what_is_signed(self):
        self.gate.write("a.png", harness.png(1280, 720))
        result = self.succeed("a horse", "-m", "jimeng_ti2v_v30_pro", "--image", "a.png", "--dry-run")
        body = run_line(result.out[result.out.index("<(") + 2:].rstrip()[:-1], self.gate.home).stdout
        with open(self.gate.path("a.png"), "rb") as file:
            self.assertEqual(json.loads(body)["binary_data_base64"], [base64.b64encode(file.read()).decode()])
        self.assertIn("X-Content-Sha256: " + hashlib.sha256(body.encode()).hexdigest(), result.out)
        self.assertEqual(self.created(), (0, 0))


class Jobs(ArkTest):
    def test_clips_go_to_stdout_where_asked_for(self):
        def clip(*arguments):
            process = self.gate.start(*arguments)
            out, err = process.communicate(timeout=120)
            self.assertEqual(process.returncode, 0, err)
            self.assertEqual(out[4:8], b"ftyp", out[:80])
            return out
        first = clip("a cat", *SEEDANCE, "-o", "-")
        job = self.gate.jobs()[0]["id"]
        self.assertEqual(clip("get", job, "-o", "-"), first)
        self.assertEqual(clip("wait", job[-8:], "-o", "-"), first)
        with open(self.gate.path("filmgate-%s.mp4" % job), "rb") as file:
            self.assertEqual(file.read(), first)

    def test_a_job_that_was_left_is_fetched_listed_and_done_again(self):
        job = self.succeed("a cat", *SEEDANCE, "--no-wait").out.strip()
        self.succeed("wait", job, "-o", "one.mp4")
        self.assert_clip("one.mp4", 864, 496, 4)
        again = self.succeed("again", job, "-o", "two.mp4", "--seed", "7", "-o", "camera_fixed=true", "--no-audio")
        self.assertEqual(again.out.strip(), self.gate.path("two.mp4"))
        sent = json.loads(self.last_create()["body"])
        self.assertEqual((sent["seed"], sent["camera_fixed"], sent["generate_audio"]), (7, True, False))
        self.assertEqual([entry["state"] for entry in self.gate.jobs()], ["succeeded", "succeeded"])
        self.assertEqual(len(json.loads(self.succeed("jobs", "--json", "--limit", "1").out)), 1)
        self.assertEqual(json.loads(self.succeed("jobs", "--json", "--state", "failed").out), [])
        # The clip of a finished job goes wherever it is wanted, and never over another file.
        self.succeed("get", job, "-o", "copy.mp4")
        self.fail_with(64, "get", job, "-o", "copy.mp4")
        self.succeed("get", job, "-o", "copy.mp4", "--overwrite")
        result = self.succeed("get", job, "-o", "more.mp4", "--json")
        self.assertEqual([event["event"] for event in result.events], ["saved"])
        os.unlink(self.gate.path("one.mp4"))
        self.fail_with(64, "get", job)
        self.fail_with(64, "again", job, "--seed", "x")

    def test_every_line_of_json_is_an_event(self):
        for arguments in (("a cat", *SEEDANCE, "-o", "a.mp4"), ("a cat", *SEEDANCE, "--dry-run"),
                          ("a cat", *SEEDANCE, "--no-wait"), ("a cat fault:fail", *SEEDANCE, "-o", "b.mp4"),
                          ("a cat fault:stuck", *SEEDANCE, "--timeout", "1s", "-o", "c.mp4")):
            result = self.gate.run(*arguments, "--json")
            self.assertTrue(result.events and all("event" in event for event in result.events), result)
            self.assertEqual(result.err, "", result)
        failed = [event for event in self.gate.run("a cat fault:fail", *SEEDANCE, "--json").events][-1]
        self.assertEqual((failed["event"], failed["exit_code"]), ("error", 3))

    def test_a_download_that_hangs_does_not_outlast_the_timeout(self):
        self.upstream.control({"on": "media", "reply": "drip", "chunk": 1, "interval": 0.5, "times": 0})
        # It would take an hour.
        result = self.gate.run("a cat", *SEEDANCE, "-o", "a.mp4", "--timeout", "3s")
        self.assertEqual(result.code, 8, result)
        self.upstream.control({"clear": True})
        self.succeed("wait", self.gate.jobs()[0]["id"])
        self.assert_clip("a.mp4", 864, 496, 4)


class Terminals(KlingTest):
    def start(self, *arguments):
        environment = {**self.gate.environment, "TERM": "xterm", "PATH": BINARIES + ":" + os.environ["PATH"]}
        return TerminalRun(list(arguments), environment, self.gate.home)

    def test_a_live_line_and_a_way_to_leave(self):
        run = self.start("filmgate", "a boat fault:stuck", "-m", "kling-v1-6", "-o", "boat.mp4")
        run.until("queued at the provider")
        run.type("\x03")
        self.assertEqual(run.finish(), 130)
        self.assertIn("\x1b[2K", run.screen)
        self.assertIn("`filmgate wait fg_", run.screen)
        self.assertEqual(self.created(), (1, 1))
        self.assertEqual([job["state"] for job in self.gate.jobs()], ["queued"])

    def test_a_secret_is_typed_unseen(self):
        run = self.start("filmgate", "keys", "set", "kling", "access_key")
        run.until("access_key of kling: ")
        run.type("AK-typed-unseen \n")
        self.assertEqual(run.finish(), 0)
        self.assertNotIn("typed-unseen", run.screen)
        with open(self.gate.path(".config/filmgate/keys.json")) as file:
            self.assertIn('"AK-typed-unseen"', file.read())
        self.assertEqual(os.stat(self.gate.path(".config/filmgate/keys.json")).st_mode & 0o777, 0o600)
        # Leaving the prompt leaves the terminal as it was.
        run = self.start("bash", "-c", "filmgate keys set kling secret_key; echo code $?; stty -a")
        run.until("secret_key of kling: ")
        run.type("half\x03")
        run.until("code 130")
        run.finish()
        self.assertRegex(run.screen, r"\s(?<!-)echo\s")

    def test_clips_are_not_written_to_a_terminal(self):
        run = self.start("filmgate", "a boat", "-m", "kling-v1-6", "-o", "-")
        self.assertEqual(run.finish(), 64)
        self.assertEqual(self.created(), (0, 0))


class Keys(KlingTest):
    def environment(self):
        return {name: value for name, value in super().environment().items() if "KEY" not in name}

    def test_keys_are_stored_tested_and_forgotten(self):
        access, secret = harness_pair()
        self.fail_with(4, "keys", "test", "kling")
        self.succeed("keys", "set", "kling", "access_key", stdin=access.encode() + b"\r\n")
        self.succeed("keys", "set", "kling", "secret_key", stdin=b"  " + secret.encode())
        listed = self.succeed("keys", "list").out
        self.assertNotIn(secret, listed)
        self.assertNotIn(access, listed)
        self.assertEqual(self.succeed("keys", "test", "kling").out, "kling/official  accepted\n")
        self.succeed("a boat", "-m", "kling-v1-6", "-o", "boat.mp4")
        self.succeed("keys", "set", "kling", "secret_key", stdin=b"wrong-secret-000000000000000000000")
        self.assertIn("key", self.fail_with(4, "keys", "test", "kling").err)
        for name, stdin in (("nope", b"x"), ("access_key", b""), ("access_key", b"a\x01b"), ("access_key", b"x" * 20000)):
            result = self.fail_with(64, "keys", "set", "kling", name, stdin=stdin)
            self.assertNotIn("nope", result.err)
        self.succeed("keys", "remove", "kling")
        self.fail_with(64, "keys", "remove", "kling")
        self.fail_with(4, "a boat", "-m", "kling-v1-6", "-o", "other.mp4")
        self.assertEqual(self.created(), (1, 1))


class AllKeys(GateTest):
    def test_keys_of_every_plugin_can_be_tested(self):
        for test, plugins in ((ArkTest, ("seedance", "volc")), (JimengTest, ("jimeng",))):
            case = test()
            case.setUp()
            self.addCleanup(case.doCleanups)
            for plugin in plugins:
                self.assertIn("accepted", case.succeed("keys", "test", plugin).out)
            self.assertEqual(case.created(), (0, 0))
            for name in list(case.gate.environment):
                if "KEY" in name:
                    case.gate.environment[name] = "wrong-key-000000000000"
            case.fail_with(4, "keys", "test", plugins[0])


class Sandboxes(GateTest):
    def test_a_served_sandbox_takes_the_real_plugin(self):
        process = self.gate.start("sandbox", "--json", "--delay", "200ms")
        self.addCleanup(lambda: (process.stdout.close(), process.stderr.close()))
        endpoint = None
        while not endpoint:
            line = json.loads(process.stdout.readline())
            if (line["plugin"], line["profile"]) == ("jimeng", "official"):
                endpoint = line
        user = Gate(**{"FILMGATE_JIMENG_BASE_URL": endpoint["base_url"], "FILMGATE_JIMENG_PROFILE": "official",
                       **{"FILMGATE_JIMENG_" + name.upper(): value for name, value in endpoint["secrets"].items()}})
        self.addCleanup(user.close)
        result = user.run("a horse", "-m", "jimeng_t2v_v30", "-o", "horse.mp4")
        self.assertEqual(result.code, 0, result)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(timeout=60), 0)

    def test_a_pipe_that_closes_is_no_fault(self):
        line = "%s models | head -1; echo ${PIPESTATUS[0]}" % os.path.join(BINARIES, "filmgate")
        answer = subprocess.run(["bash", "-c", line], env=self.gate.environment, capture_output=True, text=True)
        self.assertEqual((answer.stdout.splitlines()[-1], answer.stderr), ("0", ""))


class Shells(GateTest):
    """Completion in the real shells."""

    LINES = [("filmgate ge", {"generate", "get"}), ("filmgate models show jimeng-v3-", {"jimeng-v3-pro", "jimeng-v3-recamera"}),
             ("filmgate 'a cat' -m kling-v3-o", {"kling-v3-omni"}), ("filmgate jobs --state f", {"failed"}),
             ("filmgate generate --image a", {"a b.png"}), ("filmgate --req", {"--request"}),
             ("filmgate keys set vo", {"volc"}), ("filmgate help ex", {"exit-codes"}), ("filmgate completions z", {"zsh"})]

    def setUp(self):
        super().setUp()
        self.gate.environment["PATH"] = BINARIES + ":" + os.environ["PATH"]
        self.gate.write("a b.png", b"")

    def shell(self, *arguments):
        done = subprocess.run(arguments, cwd=self.gate.home, env=self.gate.environment, capture_output=True, text=True,
                              timeout=120)
        self.assertEqual(done.stderr, "")
        return done.stdout

    def test_bash(self):
        script = "source <(filmgate completions bash)\n"
        for line, _ in self.LINES:
            script += ("COMP_WORDS=(%s); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _filmgate; "
                       "printf '%%s\\n' \"${COMPREPLY[@]}\" end\n" % line)
        answers = self.shell("bash", "-c", script).split("end\n")
        for (line, wanted), answer in zip(self.LINES, answers):
            self.assertEqual(set(answer.splitlines()), wanted, line)

    def test_fish(self):
        script = "filmgate completions fish | source\n"
        script += "".join('complete -C "%s"; echo end\n' % line for line, _ in self.LINES)
        answers = self.shell("fish", "--no-config", "-c", script).split("end\n")
        for (line, wanted), answer in zip(self.LINES, answers):
            self.assertEqual({word.split("\t")[0] for word in answer.splitlines()}, wanted, line)

    def test_zsh(self):
        self.assertEqual(self.shell("zsh", "-fc", "filmgate completions zsh > _filmgate; zsh -n _filmgate"), "")
        run = TerminalRun(["zsh", "-f"], {**self.gate.environment, "TERM": "dumb", "PS1": "> "}, self.gate.home)
        run.type("autoload -Uz compinit; compinit -u -D; source <(filmgate completions zsh); unsetopt list_beep; echo re''ady\n")
        run.until("ready")
        for line, wanted in self.LINES:
            run.screen = ""
            run.type(line + "\t")
            for word in wanted:
                run.until(word.replace(" ", "\\ "), plain=True)
            run.type("\x15")
        run.type("exit\n")
        self.assertEqual(run.finish(), 0)


if __name__ == "__main__":
    unittest.main()
