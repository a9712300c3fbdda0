"""Bad input ends in one error with its own exit code, and nothing is bought."""

import json
import os
import unittest

from gate import REQUESTS, ArkTest, KlingTest, harness

KLING = ("-m", "kling-v3")
USAGE, KEY, MONEY = 64, 4, 6


class Refused(KlingTest):
    """One emulator for all; each case is counted at it."""

    def refuse(self, code, sentence, *arguments, **options):
        """The error's text; `sentence` must stand in it, and no create may have reached the vendor."""
        with self.subTest(" ".join(a if isinstance(a, str) else repr(a) for a in arguments)[:80]):
            result = self.fail_with(code, *arguments, **options)
            self.assertEqual(result.out, "")
            lines = [line for line in result.err.splitlines() if line.startswith("error: ")]
            self.assertIn(sentence, lines[0], result)
            self.assertRegex(lines[0], r"[.!?]\)?$", result)
            self.assertRegex(result.err, r"\n  next: .*[.!?]\n$", result)
            self.assertEqual(self.created(), (0, 0))
            return result.err

    def test_values_that_the_model_does_not_take(self):
        refuse = self.refuse
        self.assertIn("kling-v3", refuse(USAGE, 'did you mean kling-v3', "a cat", "-m", "klin-v3"))
        refuse(USAGE, "duration_seconds is 99, but kling-v3 takes 3 to 15", "a cat", *KLING, "-s", "99")
        refuse(USAGE, "duration_seconds is 0", "a cat", *KLING, "-s", "0")
        refuse(USAGE, 'aspect_ratio is "7:3"', "a cat", *KLING, "--ratio", "7:3")
        refuse(USAGE, 'resolution is "8k"', "a cat", *KLING, "--resolution", "8k")
        refuse(USAGE, "no field seed", "a cat", *KLING, "--seed", "5")
        refuse(USAGE, "no option bogus", "a cat", *KLING, "-o", "bogus=1")
        refuse(USAGE, "options.cfg_scale is 7, but kling-v3 takes 0 to 1", "a cat", *KLING, "-o", "cfg_scale=7")
        refuse(USAGE, "nothing to make a clip of", "   ", *KLING)
        refuse(USAGE, "No model was named", "a cat and a dog")
        refuse(USAGE, 'no account "nope"', "a cat", *KLING, "--account", "nope")
        refuse(USAGE, 'no profile "nope"', "a cat", *KLING, "--profile", "nope")

    def test_inputs_that_the_model_does_not_take(self):
        refuse, write = self.refuse, self.gate.write
        picture = harness.png(640, 640)
        write("empty.png", b"")
        write("long.png", harness.png(2000, 300))
        write("tiny.png", harness.png(20, 20))
        write("cut.png", picture[:20])
        write("good.png", picture)
        write("text.txt", "just words")
        with open(self.gate.path("big.png"), "wb") as file:
            file.write(picture)
            file.truncate(40 << 20)
        refuse(USAGE, "empty.png is empty (0 bytes)", "go", *KLING, "--image", "empty.png")
        refuse(USAGE, "image 1 has 40 MiB, but kling-v3 takes at most 10 MiB", "go", *KLING, "--image", "big.png")
        refuse(USAGE, "takes a width to height of 0.4 to 2.5", "go", *KLING, "--image", "long.png")
        refuse(USAGE, "takes sides of at least 300 pixels", "go", *KLING, "--image", "tiny.png")
        refuse(USAGE, "ends before its header does", "go", *KLING, "--image", "cut.png")
        refuse(USAGE, "no image, video or sound", "go", *KLING, "--image", "text.txt")
        refuse(USAGE, "there is no file nope.png", "go", *KLING, "--image", "nope.png")
        refuse(USAGE, "is not a file", "go", *KLING, "--image", self.gate.home)
        refuse(USAGE, "good.png is image/png, not a video", "go", *KLING, "--video", "good.png")
        refuse(USAGE, "a link whose name tells its kind", "go", *KLING, "--ref", "https://example.com/x")
        refuse(USAGE, "a last frame only with a first one", "go", *KLING, "--last", "good.png")
        refuse(USAGE, "cannot be given together", "go", "-m", "kling-v1-6", "--image", "good.png", "--last", "good.png",
               "--ref", "good.png")
        refuse(USAGE, "is not valid base64", "go", *KLING, "--image", "data:image/png;base64,####")
        refuse(USAGE, "used once", "-", *KLING, "--image", "-")
        if os.getuid() != 0:
            os.chmod(self.gate.path("good.png"), 0)
            refuse(USAGE, "Permission denied", "go", *KLING, "--image", "good.png")

    def test_prompts_that_are_no_text(self):
        refuse = self.refuse
        long = "a" * (1 << 20)
        refuse(USAGE, "prompt has 1 MiB; at most 32 KiB", "-", *KLING, stdin=long.encode())
        refuse(USAGE, "prompt on standard input is not valid UTF-8", "-", *KLING, stdin=b"caf\xe9")
        refuse(USAGE, "Argument 1 is not valid UTF-8", b"caf\xe9", *KLING)
        self.gate.write("latin.json", b'{"model":"kling-v3","prompt":"caf\xe9"}')
        refuse(USAGE, "latin.json is not valid JSON: line 1, column 34: not UTF-8", "--request", "latin.json")
        # A prompt of letters alone is base64 as well, and still a prompt.
        self.gate.write("long.json", json.dumps({"model": "kling-v3", "prompt": long}))
        refuse(USAGE, "prompt has 1 MiB; at most 32 KiB", "--request", "long.json")

    def test_request_files(self):
        refuse, write = self.refuse, self.gate.write
        write("bad.json", '{"model": "kling-v3",\n  "prompt": oops}')
        write("cut.json", '{"model": "kling-v3"')
        write("deep.json", "[" * 5000)
        write("list.json", "[1]")
        write("odd.json", '{"a": 1}')
        write("empty.json", "")
        refuse(USAGE, "bad.json is not valid JSON: line 2, column 13: unexpected byte", "--request", "bad.json")
        refuse(USAGE, "Standard input is not valid JSON: line 1, column 2", "--request", "-", stdin=b"{oops")
        refuse(USAGE, "cut.json is not valid JSON: line 1, column 21", "--request", "cut.json")
        refuse(USAGE, "nested deeper than 64 levels", "--request", "deep.json")
        refuse(USAGE, "not a JSON object", "--request", "list.json")
        refuse(USAGE, "No wire format known here", "--request", "odd.json")
        refuse(USAGE, "empty.json is not valid JSON", "--request", "empty.json")
        refuse(USAGE, "nope.json cannot be read: No such file", "--request", "nope.json")
        refuse(USAGE, "Is a directory", "--request", self.gate.home)

    def test_command_lines(self):
        refuse = self.refuse
        refuse(USAGE, 'no command "generat". Did you mean "generate"', "generat")
        self.assertIn("filmgate generate \"boat\"", refuse(USAGE, 'no command "boat"', "boat"))
        refuse(USAGE, 'no command "models shwo". Did you mean "show"', "models", "shwo")
        self.assertIn("quotes", refuse(USAGE, '"there" is one argument too many', "hi", "there", *KLING))
        self.assertIn("`filmgate generate --help`", refuse(
            USAGE, "no option --secnds. Did you mean \"--seconds\"", "a cat", "--secnds", "5"))
        refuse(USAGE, "--seconds needs a value", "a cat", "--seconds")
        refuse(USAGE, "--model was given twice", "a cat", "--model", "a", "--model", "b")
        refuse(USAGE, '--seconds is "1.5"', "a cat", *KLING, "-s", "1.5")
        refuse(USAGE, '--fps is "0"; it must be a whole number from 1 to 240', "a cat", *KLING, "--fps", "0")
        refuse(USAGE, '--seed is "x"', "a cat", *KLING, "--seed", "x")
        refuse(USAGE, '--size is "10x"', "a cat", *KLING, "--size", "10x")
        refuse(USAGE, '--timeout is "soon"', "a cat", *KLING, "--timeout", "soon")
        refuse(USAGE, '--max-cost is "-1"', "a cat", *KLING, "--max-cost", "-1")
        refuse(USAGE, "--sandbox and --no-wait exclude each other", "a cat", *KLING, "--sandbox", "--no-wait")
        refuse(USAGE, "-o - and --no-wait exclude each other", "a cat", *KLING, "-o", "-", "--no-wait")
        self.assertIn("`filmgate jobs --help`", refuse(USAGE, '--limit is "0"', "jobs", "--limit", "0"))
        refuse(USAGE, "must be one of queued", "jobs", "--state", "bogus")
        refuse(USAGE, "There is no job nope", "show", "nope")
        refuse(USAGE, "JOB is missing", "wait")
        refuse(USAGE, "bash, zsh or fish", "completions", "tcsh")
        refuse(7, 'no plugin "klingg". Did you mean "kling"', "plugins", "show", "klingg")

    def test_outputs(self):
        refuse = self.refuse
        self.gate.write("old.mp4", b"old")
        refuse(USAGE, "old.mp4 exists already", "a cat", *KLING, "-o", "old.mp4")
        refuse(USAGE, "folder no/such of the output is not there", "a cat", *KLING, "-o", "no/such/a.mp4")
        refuse(USAGE, "folder no of the output is not there", "a cat", *KLING, "-o", "no/{id}.mp4")
        refuse(USAGE, "names a folder", "a cat", *KLING, "-o", "clips/")
        refuse(USAGE, "is a folder", "a cat", *KLING, "-o", ".")
        refuse(USAGE, "longer than 200 bytes", "a cat", *KLING, "-o", "a" * 250 + ".mp4")
        # Nobody can make a file there, whatever the rights say.
        refuse(USAGE, "cannot be written", "a cat", *KLING, "-o", "/proc/a.mp4")
        with open(self.gate.path("old.mp4"), "rb") as file:
            self.assertEqual(file.read(), b"old")
        self.assertEqual([name for name in os.listdir(self.gate.home) if name.endswith(".part")], [])

    def test_a_price_that_is_not_known_is_not_below_a_limit(self):
        self.refuse(MONEY, "price is not known beforehand", "a cat", *KLING, "--max-cost", "5")

    def test_keys(self):
        del self.gate.environment["KLING_SECRET_KEY"]
        self.refuse(KEY, "KLING_SECRET_KEY", "a cat", *KLING)

    def test_configuration(self):
        self.gate.write("broken.yaml", "default_model: kling-v3\naccounts:\n  - name: [\n")
        self.refuse(USAGE, "broken.yaml:4:1", "a cat", *KLING, "--config", "broken.yaml")
        self.gate.write("odd.yaml", "defualt_model: kling-v3\n")
        self.assertIn("default_model", self.refuse(USAGE, "odd.yaml:1:1", "a cat", *KLING, "--config", "odd.yaml"))
        self.refuse(USAGE, "nope.yaml", "a cat", *KLING, "--config", "nope.yaml")
        address, self.gate.environment["FILMGATE_KLING_BASE_URL"] = self.gate.environment["FILMGATE_KLING_BASE_URL"], "ftp://x"
        self.refuse(USAGE, 'FILMGATE_KLING_BASE_URL is "ftp://x"', "a cat", *KLING)
        self.gate.environment["FILMGATE_KLING_BASE_URL"] = address
        self.gate.environment["FILMGATE_POLL_MILLISECONDS"] = "soon"
        self.refuse(USAGE, "FILMGATE_POLL_MILLISECONDS", "a cat", *KLING)

    def test_errors_are_events_with_json(self):
        for arguments in (("a cat", *KLING, "-s", "99"), ("a cat", "--bogus"), ("jobs", "--limit", "0"), ("show", "x")):
            result = self.gate.run(*arguments, "--json")
            self.assertEqual(result.code, USAGE, result)
            self.assertEqual(result.err, "")
            [event] = result.events
            self.assertEqual((event["event"], event["exit_code"]), ("error", USAGE))
            self.assertTrue(event["failure"]["message"] and event["failure"]["advice"])


class Priced(ArkTest):
    def test_a_limit_on_the_price_holds(self):
        model = ("-m", "doubao-seedance-1-5-pro-251215")
        result = self.fail_with(MONEY, "a cat", *model, "--max-cost", "1")
        self.assertIn("price 1.7", result.err)
        self.assertIn("more than the limit of 1", result.err)
        self.fail_with(MONEY, "a cat", *model, "--max-cost", "1USD")
        self.fail_with(USAGE, "a cat", *model, "--max-cost", "abc")
        self.assertEqual(self.created(), (0, 0))
        self.succeed("a cat", *model, "-s", "4", "--resolution", "480p", "--max-cost", "1.00 CNY", "-o", "a.mp4")

    def test_a_wrong_key_is_told_as_such(self):
        self.gate.environment["ARK_API_KEY"] = "wrong-key"
        result = self.fail_with(KEY, "--request", os.path.join(REQUESTS, "ark-first-frame.json"), "-o", "a.mp4")
        self.assertNotIn("wrong-key", result.out + result.err)
        self.assertEqual(self.created()[1], 0)


if __name__ == "__main__":
    unittest.main()
