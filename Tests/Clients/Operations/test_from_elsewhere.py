"""The command line against a gateway: `filmgate … --gateway URL --key K`, as a user and as an administrator."""

import json
import os
import sys
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from cases import picture  # noqa: E402
from gateway import Gate, Gateway, Key, Steered, Vendors, wait_until  # noqa: E402

MODEL = "doubao-seedance-1-5-pro-251215"


class Hook(BaseHTTPRequestHandler):
    status = 500

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(Hook.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Elsewhere(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.vendors = Vendors(0.2)
        cls.addClassCleanup(cls.vendors.stop)
        cls.gateway = Gateway(cls.vendors.accounts(), {"private_webhooks": True}, default_model=MODEL)
        cls.addClassCleanup(cls.gateway.close)
        cls.gateway.serve()
        cls.first = Key(cls.gateway.announced)
        cls.tenant = cls.gateway.key("tenant")

    def setUp(self):
        # Another machine: a home without plugins' keys, jobs or configuration.
        self.user = Gate()
        self.addCleanup(self.user.close)

    def run_there(self, *arguments, key=None, **options):
        return self.user.run(*arguments, "--gateway", self.gateway.base, "--key", (key or self.first).bearer, **options)

    def succeed(self, *arguments, key=None, **options):
        result = self.run_there(*arguments, key=key, **options)
        self.assertEqual(result.code, 0, result)
        return result

    def fail_with(self, code, words, *arguments, key=None):
        result = self.run_there(*arguments, key=key)
        self.assertEqual(result.code, code, result)
        self.assertIn(words, result.err, result)
        self.assertIn("next:", result.err, result)

    # Jobs

    def test_a_job_is_repeated_with_the_inputs_that_the_gateway_has(self):
        self.user.write("a.png", picture())
        shape = ["-s", "4", "--resolution", "480p", "--no-wait"]
        job = self.succeed("elsewhere moves", "--image", "a.png", *shape).out.strip()
        os.remove(self.user.path("a.png"))
        self.succeed("again", job, "--resolution", "720p", "-o", "clip.mp4")
        self.assertTrue(os.path.getsize(self.user.path("clip.mp4")) > 10_000)
        first, second = self.vendors.bodies("ark", "elsewhere moves")
        self.assertEqual([item for item in first["content"] if item["type"] == "image_url"],
                         [item for item in second["content"] if item["type"] == "image_url"])
        self.assertEqual((first["resolution"], second["resolution"]), ("480p", "720p"))

    def test_what_nobody_knows_to_be_paid_is_not_repeated(self):
        self.vendors.rule("ark", on="create", match="elsewhere lost", reply="accept_close")
        job = self.succeed("elsewhere lost", "-s", "4", "--no-wait").out.strip()
        wait_until(lambda: json.loads(self.succeed("show", job, "--json").out)["state"] == "unknown")
        self.fail_with(9, "paying twice", "again", job)
        self.assertEqual(self.vendors.creates("ark", "elsewhere lost"), 1)

    def test_an_outcome_that_nobody_knows_is_settled_by_an_administrator(self):
        job, task = self.lost("elsewhere unsure", self.tenant)
        shown = self.succeed("show", job, key=self.tenant)
        self.assertIn("Let the gateway's operator settle it", shown.out)
        self.fail_with(4, "may not administer", "settle", job, "--upstream-id", task, key=self.tenant)
        self.fail_with(64, "stays unknown", "settle", job, "--upstream-id", "cgt-nobody-has-this")
        self.fail_with(64, "cannot be asked", "settle", job)
        self.fail_with(64, "must have 1 to 512 bytes", "settle", job, "--upstream-id", "a b")
        self.succeed("settle", job, "--upstream-id", task)
        answer = self.gateway.ask("POST", "/v1/admin/jobs/%s/settle" % job, {"not_bought": True}, self.first)
        self.assertEqual(answer.status, 409, answer)
        self.succeed("wait", job, "-o", "unsure.mp4", key=self.tenant)
        self.assertEqual(self.vendors.creates("ark", "elsewhere unsure"), 1)
        self.assertIn("was settled by the key %s" % self.first.id, self.gateway.log)
        # Its task is nobody else's.
        other, _ = self.lost("elsewhere other", self.tenant)
        self.fail_with(64, "is that of job %s already" % job, "settle", other, "--upstream-id", task)
        for body in ({"upstream_id": 7}, {"not_bought": 1}, {"upstream": "x"}, {"upstream_id": "x", "not_bought": True}, []):
            answer = self.gateway.ask("POST", "/v1/admin/jobs/%s/settle" % other, body, self.first)
            self.assertEqual(answer.status, 400, answer)
        self.assertEqual(self.gateway.ask("GET", "/v1/jobs/" + other, key=self.tenant).json["state"], "unknown")

    def test_what_was_not_bought_frees_the_budget(self):
        price = self.gateway.ask("POST", "/v1/videos?dry_run=true", self.body("a boat"), self.tenant).json["quote"]["high"]
        key = self.gateway.key("one", "--budget", price["amount"], "--currency", price["currency"])
        job, _ = self.lost("elsewhere held", key, reply="close")
        again = self.gateway.ask("POST", "/v1/video/generations", self.body("elsewhere held again"), key)
        self.assertIn("budget", again.json["error"]["message"])
        self.assertIn("failed", self.succeed("settle", job, "--not-bought").out)
        again = self.gateway.ask("POST", "/v1/video/generations", self.body("elsewhere held again"), key)
        self.assertEqual(again.status, 200, again)
        wait_until(lambda: self.gateway.ask("GET", "/v1/jobs/" + again.json["id"], key=key).json["state"] == "done")

    def body(self, word):
        return {"model": MODEL, "prompt": word, "duration": 4, "resolution": "480p"}

    def lost(self, word, key, reply="accept_close"):
        """A job whose purchase had no answer, and the vendor's id of it."""
        self.vendors.rule("ark", on="create", match=word, reply=reply)
        answer = self.gateway.ask("POST", "/v1/video/generations", self.body(word), key)
        self.assertEqual(answer.status, 200, answer)
        job = answer.json["id"]
        wait_until(lambda: self.gateway.ask("GET", "/v1/jobs/" + job, key=key).json["state"] == "unknown")
        return job, next((task["id"] for task in self.vendors.tasks("ark", word)), None)

    def test_what_a_run_would_do_is_told_whole(self):
        result = self.succeed("a boat", "--dry-run", "-s", "4")
        self.assertIn("curl -sS", result.out)
        self.assertIn("prompt            sent as content[].text", result.err)
        self.assertIn("Nothing was sent and nothing was bought.", result.err)

    def test_options_that_a_gateway_decides_are_refused_and_not_passed_over(self):
        for option in (["--account", "ark"], ["--profile", "relay"], ["--sandbox"]):
            self.fail_with(64, "%s has no effect with a gateway" % option[0], "a boat", "--dry-run", *option)

    def test_a_job_has_its_history_and_an_end_that_is_told_truly(self):
        task = Steered(self.vendors, "ark", "elsewhere long")
        job = self.succeed("elsewhere long", "-s", "4", "--no-wait").out.strip()
        cancelled = json.loads(self.succeed("cancel", job, "--json").out)
        self.assertEqual((cancelled["event"], cancelled["job"]["state"]), ("cancelled", "cancelled"))
        del task
        done = self.succeed("elsewhere short", "-s", "4", "-o", "s.mp4", "--json").out.splitlines()
        job = json.loads(done[-1])["job"]["id"]
        shown = json.loads(self.succeed("show", job, "--json").out)
        self.assertIn("accepted", [event["kind"] for event in shown["events"]])
        self.fail_with(2, "`filmgate get %s` saves the clip" % job, "cancel", job)
        page = self.succeed("show", job).out
        self.assertIn("gateway ", page)
        self.assertNotIn("account ", page)

    def test_clips_go_where_the_users_own_configuration_says(self):
        self.user.environment["FILMGATE_CONFIG"] = self.user.write("config.yaml", "output: clips/{id}.mp4\n")
        os.mkdir(self.user.path("clips"))
        path = self.succeed("elsewhere kept", "-s", "4").out.strip()
        self.assertEqual(os.path.dirname(path), os.path.realpath(self.user.path("clips")))

    # Administration

    def test_keys_are_made_listed_and_ended_from_elsewhere(self):
        made = json.loads(self.succeed(
            "tokens", "create", "guest", "--models", "studio", "--parallel", "2", "--budget", "3", "--currency", "USD",
            "--expires", "1h", "--json").out)
        self.assertEqual((made["models"], made["parallel"], made["budget"]), (
            ["studio"], 2, {"currency": "USD", "amount": "3"}))
        guest = Key(made)
        self.assertEqual(self.gateway.ask("GET", "/v1/videos", key=guest).status, 200)
        self.assertIn("guest", self.succeed("tokens", "list").out)
        self.assertIn("may administer", self.succeed("tokens").out)
        shown = self.succeed("tokens", "show", "guest")
        self.assertNotIn(guest.secret, shown.out)
        self.succeed("tokens", "revoke", "guest")
        self.assertEqual(self.gateway.ask("GET", "/v1/videos", key=guest).status, 401)
        self.assertEqual(json.loads(self.succeed("tokens", "show", made["id"], "--json").out)["state"], "revoked")
        self.assertIn("was made by the key %s" % self.first.id, self.gateway.log)
        self.assertFalse([line for line in self.gateway.lines if guest.secret in line])

    def test_what_is_not_there_is_told_with_what_to_do_here(self):
        self.fail_with(64, "Run `filmgate models` to see", "x", "-m", "no-such-model")
        self.fail_with(64, "Run `filmgate models` to see", "models", "show", "no-such-model")

    def test_a_job_tells_its_caller_nothing_of_the_account(self):
        made = self.gateway.ask("POST", "/v1/videos", {"prompt": "told", "seconds": "4"}, self.tenant).json["id"]
        record = self.gateway.ask("GET", "/v1/jobs/" + made, key=self.tenant).json
        self.assertEqual((record["account"], record["connection"]["base_url"]), ("", ""))
        self.assertNotIn("account_key", record)

    def test_who_may_not_administer_sees_and_changes_nothing(self):
        before = self.succeed("tokens", "list", "--json").out
        for arguments in (["tokens", "list"], ["tokens", "create", "evil"], ["tokens", "show", "first"],
                          ["tokens", "revoke", "first"], ["webhooks", "list"], ["webhooks", "default", "first", "none"],
                          ["config", "show"], ["keys", "list"], ["keys", "test", "kling"]):
            self.fail_with(4, "may not administer", *arguments, key=self.tenant)
        self.assertIn("with --admin", self.run_there("tokens", "list", key=self.tenant).err)
        self.assertEqual(self.succeed("tokens", "list", "--json").out, before)
        for path in ("tokens", "tokens/first", "webhooks", "configuration", "credentials"):
            self.assertEqual(self.gateway.ask("GET", "/v1/admin/" + path, key=self.tenant).status, 403)
            self.assertEqual(self.gateway.ask("GET", "/v1/admin/" + path).status, 401)

    def test_an_administrator_gets_neither_others_secrets_nor_another_administrator(self):
        self.fail_with(64, "once, when the key is made", "tokens", "show", "tenant", "--secret")
        self.fail_with(64, "once, when the key is made", "webhooks", "secret", "tenant")
        self.fail_with(64, "made where the gateway runs", "tokens", "create", "boss", "--admin")
        answer = self.gateway.ask("POST", "/v1/admin/tokens", {"name": "boss", "admin": True}, self.first)
        self.assertEqual((answer.status, answer.json["error"]["param"]), (400, "admin"), answer)
        second = self.gateway.key("second administrator", "--admin")
        self.assertEqual(self.gateway.ask("GET", "/v1/admin/tokens", key=second).status, 200)

    def test_webhooks_are_seen_and_sent_again_from_elsewhere(self):
        server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        Thread(target=server.serve_forever, daemon=True).start()
        url = "http://127.0.0.1:%d/hook" % server.server_port
        self.assertEqual(self.succeed("webhooks", "default", "tenant", url).out.strip(), url)
        body = {"model": MODEL, "prompt": "elsewhere told", "duration": 4}
        job = self.gateway.ask("POST", "/v1/video/generations", body, self.tenant).json["id"]
        wait_until(lambda: url in self.succeed("webhooks", "list", "--caller", "tenant").out, what="the webhook")
        wait_until(lambda: "answered 500" in self.succeed("webhooks", "show", job).out, what="its first attempt")
        self.fail_with(5, "answered 500", "webhooks", "resend", job)
        Hook.status = 200
        self.assertIn("delivered", self.succeed("webhooks", "resend", job).out)
        listed = json.loads(self.succeed("webhooks", "list", "--state", "delivered", "--json").out)
        self.assertEqual([row["job"] for row in listed if row["job"] == job], [job])
        self.assertEqual(self.succeed("webhooks", "default", "tenant", "none").out.strip(), "none")

    def test_configuration_and_credentials_are_seen_without_secrets(self):
        shown = self.succeed("config", "show").out
        self.assertIn(self.vendors.base + "/kling", shown)
        credentials = json.loads(self.succeed("keys", "list", "--json").out)
        self.assertIn(("kling", "secret_key", "***"), [(row["owner"], row["secret"], row["masked"])
                                                       for row in credentials])
        self.assertIn("accepted", self.succeed("keys", "test", "kling").out)
        self.assertEqual(self.succeed("models", "default").out.strip(), MODEL)

    def test_commands_about_this_machine_say_so(self):
        for arguments in (["keys", "set", "kling"], ["keys", "remove", "kling"], ["config", "path"],
                          ["config", "check"], ["models", "default", MODEL], ["serve"], ["sandbox"]):
            self.fail_with(64, "is about the machine that it runs on", *arguments)
        for arguments in (["completions", "bash"], ["help", "config"]):
            self.succeed(*arguments)


if __name__ == "__main__":
    unittest.main()
