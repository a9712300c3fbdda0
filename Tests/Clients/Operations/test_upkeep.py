"""What an operator finds in metrics, log, health and at a reload, each against what really happened."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from prometheus_client.parser import text_string_to_metric_families  # noqa: E402

from gateway import Gateway, Key, Steered, Vendors, wait_until  # noqa: E402

MODEL = "doubao-seedance-1-5-pro-251215"


class Receiver(BaseHTTPRequestHandler):
    """Answers webhooks by what the path says."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(int(self.path.split("?")[0].strip("/")))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class UpkeepTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.vendors = Vendors(0.2, "--key", "ark-test-key", "--key", "second-key")
        cls.addClassCleanup(cls.vendors.stop)

    def begin(self, settings=None, accounts=None, **environment):
        self.gateway = Gateway(self.vendors.accounts() if accounts is None else accounts, settings, **environment)
        self.addCleanup(self.gateway.close)
        self.gateway.serve()
        self.key = Key(self.gateway.announced)

    def account(self, name, key="ark-test-key", **more):
        return {"name": name, "plugin": "seedance", "profile": "official", "base_url": self.vendors.base + "/ark/api/v3",
                "secrets": {"api_key": key}, **more}

    def rows(self, event):
        found = []
        for line in self.gateway.log.splitlines():
            if line.startswith("{"):
                row = json.loads(line)
                if row.get("event") == event:
                    found.append(row)
        return found

    def messages(self, event):
        return [row.get("message", "") for row in self.rows(event)]

    def make(self, prompt, **more):
        body = {"model": MODEL, "prompt": prompt, "duration": 4, "resolution": "480p", **more}
        answer = self.gateway.ask("POST", "/v1/video/generations", body, self.key)
        self.assertEqual(answer.status, 200, answer)
        return answer.json["id"]

    def status(self, task):
        return self.gateway.ask("GET", "/v1/video/generations/" + task, key=self.key).json["status"]

    def ended(self, task):
        return wait_until(lambda: self.status(task) in ("completed", "failed") and self.status(task), 30, task)

    def metrics(self):
        text = self.gateway.ask("GET", "/metrics").body.decode()
        return {(sample.name, *sorted(sample.labels.items())): sample.value
                for family in text_string_to_metric_families(text) for sample in family.samples}

    def hang_up(self):
        count = len(self.rows("reload"))
        self.gateway.process.send_signal(signal.SIGHUP)
        wait_until(lambda: any("read again" in row["message"] or row["level"] == "error"
                               for row in self.rows("reload")[count:]), what="the reload")

    # Metrics and log

    def test_every_metric_that_is_explained_is_there(self):
        self.begin()
        open_one = socket.create_connection(("127.0.0.1", self.gateway.port))
        self.addCleanup(open_one.close)
        self.assertEqual(self.ended(self.make("a boat")), "completed")
        found = wait_until(lambda: (lambda found: found[("filmgate_archive_bytes",)] and found)(self.metrics()))
        self.assertGreaterEqual(found[("filmgate_http_connections",)], 2)
        self.assertEqual(found[("filmgate_webhook_outbox",)], 0)
        self.assertGreater(found[("filmgate_archive_bytes",)], 1_000)
        self.assertEqual(found[("filmgate_log_lines_dropped_total",)], 0)

    def test_webhooks_are_counted_and_logged_without_their_addresses(self):
        server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        Thread(target=server.serve_forever, daemon=True).start()
        self.begin({"private_webhooks": True})
        base = "http://127.0.0.1:%d" % server.server_port
        self.make("well", webhook_url=base + "/200?canary=c4n4ry")
        self.make("badly", webhook_url=base + "/500?canary=c4n4ry")
        rows = wait_until(lambda: len(self.rows("webhook")) >= 2 and self.rows("webhook"), what="two attempts")
        self.assertEqual({(row["state"], row.get("status")) for row in rows[:2]}, {("delivered", 200), ("pending", 500)})
        self.assertEqual({row["host"] for row in rows}, {"127.0.0.1:%d" % server.server_port})
        self.assertNotIn("c4n4ry", self.gateway.log)
        found = self.metrics()
        self.assertEqual(found[("filmgate_webhook_attempts_total", ("outcome", "delivered"))], 1)
        self.assertEqual(found[("filmgate_webhook_outbox",)], 1)

    def test_what_the_server_refuses_by_itself_is_logged_and_counted(self):
        self.begin({"max_connections": 4})
        held = [self.hold() for _ in range(8)]
        time.sleep(0.5)
        for connection in held:
            connection.close()
        time.sleep(0.5)
        self.send(b"GET /healthz HTTP/1.1\nHost: x\n\n")
        found = wait_until(lambda: {row["status"] for row in self.rows("refusal")} >= {400, 503} and self.metrics())
        self.assertEqual(found[("filmgate_http_refusals_total", ("status", "503"))], 4)
        self.assertEqual(found[("filmgate_http_refusals_total", ("status", "400"))], 1)

    def hold(self):
        """A connection in the middle of a request: one that waits for its client would make room for others."""
        connection = socket.create_connection(("127.0.0.1", self.gateway.port))
        head = "POST /v1/videos HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: 500\r\n\r\n{"
        connection.sendall((head % self.key.bearer).encode())
        return connection

    def send(self, data):
        with socket.create_connection(("127.0.0.1", self.gateway.port), timeout=20) as connection:
            connection.sendall(data)
            answer = b""
            while piece := connection.recv(65_536):
                answer += piece
        return answer.decode("latin-1")

    def test_a_broken_body_is_answered_in_the_routes_shape_and_logged_with_its_status(self):
        self.begin()
        head = "POST %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + self.key.bearer + "\r\nX-Request-Id: %s\r\n"
        chunked = "Transfer-Encoding: chunked\r\n\r\nzz\r\n"
        for path, request_id, members in [("/v1/videos", "broken-1", {"error"}),
                                          ("/kling/v1/videos/text2video", "broken-2", {"code", "message", "request_id"})]:
            answer = self.send(((head % (path, request_id)) + chunked).encode())
            self.assertTrue(answer.startswith("HTTP/1.1 400 "), answer)
            self.assertIn("Connection: close", answer)
            self.assertEqual(set(json.loads(answer.split("\r\n\r\n", 1)[1])), members, answer)
            [row] = wait_until(lambda: [row for row in self.rows("request") if row["request_id"] == request_id])
            self.assertEqual((row["status"], row["failure"]), (400, "invalid"))
        slow = (head % ("/v1/videos", "slow-1")) + "Content-Length: 500\r\n\r\n{"
        answer = self.send(slow.encode())
        self.assertTrue(answer.startswith("HTTP/1.1 408 "), answer)
        self.assertIn("error", json.loads(answer.split("\r\n\r\n", 1)[1]))
        [row] = wait_until(lambda: [row for row in self.rows("request") if row["request_id"] == "slow-1"])
        self.assertEqual(row["status"], 408)

    def test_a_body_that_is_too_large_is_413_in_every_format(self):
        self.begin({"max_body": "1KiB"})
        for path in ("/v1/videos", "/v1/video/generations", "/kling/v1/videos/text2video",
                     "/volc/api/v3/contents/generations/tasks"):
            answer = self.gateway.ask("POST", path, {"prompt": "x" * 2_000}, self.key)
            self.assertEqual(answer.status, 413, answer)

    def test_the_end_of_a_job_that_began_before_is_logged(self):
        self.begin()
        task = {"queue": 2, "run": 1, "outcome": "fail"}
        self.vendors.rule("ark", on="create", match="beforelog", task=task)
        job = self.make("beforelog")
        self.gateway.kill()
        self.gateway.serve()
        self.assertEqual(self.ended(job), "failed")
        [row] = wait_until(lambda: [row for row in self.rows("job") if row["state"] == "failed"])
        self.assertEqual((row["job"], row["before"]), (job, "watching"))

    def test_keys_in_the_wrong_place_do_not_reach_the_log(self):
        self.begin()
        bearer = self.key.bearer
        for target in ("/" + bearer, "/v1/videos?model=" + bearer, "/v1/videos?" + bearer, "/v1/videos/" + bearer,
                       "/v1/videos?limit=" + bearer):
            self.gateway.ask("GET", target, key=self.key)
        wait_until(lambda: len(self.rows("request")) >= 5)
        self.assertFalse([row for row in self.rows("request") if self.key.secret in json.dumps(row)])

    # Health

    def test_a_full_disk_is_not_ready_and_its_reason_is_for_the_log_alone(self):
        folder = tempfile.mkdtemp(prefix="filmgate-disk-")
        self.addCleanup(os.rmdir, folder)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", folder], capture_output=True)
        self.assertEqual(mounted.returncode, 0, "this test mounts a small disk, which needs root: %s" % mounted.stderr)
        self.addCleanup(subprocess.run, ["umount", "-l", folder], check=True)
        self.begin(XDG_DATA_HOME=folder)
        self.assertEqual(self.gateway.ask("GET", "/readyz").status, 200)
        with open(os.path.join(folder, "filler"), "wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"x" * 4_096)
            except OSError:
                pass
        time.sleep(0.6)
        answer = self.gateway.ask("GET", "/readyz")
        self.assertEqual((answer.status, answer.json["checks"]["disk"]), (503, "The disk of the database is full."))
        body = {"model": MODEL, "prompt": "full", "duration": 4}
        answer = self.gateway.ask("POST", "/v1/video/generations", body, self.key)
        self.assertEqual(answer.status, 500, answer)
        self.assertNotIn(folder, answer.body.decode())
        [row] = wait_until(lambda: [row for row in self.rows("request") if row["status"] == 500])
        self.assertIn("is full", row["message"])
        os.remove(os.path.join(folder, "filler"))
        wait_until(lambda: self.gateway.ask("GET", "/readyz").status == 200, what="room again")

    # Configuration

    def test_what_the_configuration_says_in_vain_is_logged_at_the_start(self):
        self.gateway = Gateway(
            [{"name": "odd", "plugin": "klang"}, {"name": "narrow", "plugin": "kling", "models": ["kling-v77"]}],
            default_model="nothing")
        self.addCleanup(self.gateway.close)
        self.gateway.serve()
        for words in (("klang", "kling"), ("narrow", "kling-v77"), ("default_model", "nothing")):
            wait_until(lambda: any(all(word in text for word in words) for text in self.messages("configuration")),
                       what="the warning about %s" % words[0])
        checked = self.gateway.run("config", "check")
        self.assertEqual((checked.code, checked.err.count("warning:")), (0, 3), checked)

    def test_a_reload_puts_in_force_what_it_can_and_names_the_rest(self):
        self.begin({"link_lifetime": "1d", "max_connections": 100})
        self.gateway.configure(self.vendors.accounts(), {
            "link_lifetime": "2m", "max_connections": 3, "archive": False, "listen": "127.0.0.1:1"})
        self.hang_up()
        told = [text for text in self.messages("reload") if "started anew" in text]
        self.assertEqual({text.split()[0] for text in told}, {"archive", "listen"}, told)
        task = self.make("a boat")
        self.assertEqual(self.ended(task), "completed")
        url = self.gateway.ask("GET", "/v1/videos/" + task, key=self.key).json["url"]
        expires = int(url.split("expires=")[1].split("&")[0])
        self.assertLess(expires - time.time(), 200)
        held = [self.hold() for _ in range(3)]
        wait_until(lambda: any(row["status"] == 503 for row in self.asked_until_full()), what="the new limit")
        for connection in held:
            connection.close()

    def test_a_reload_with_a_log_that_cannot_be_opened_changes_nothing(self):
        self.begin({"max_body": "1KiB"})
        self.gateway.configure([], {"max_body": "1MiB", "log": {"file": "/nonexistent/log"}})
        self.hang_up()
        self.assertIn("stays as it was", self.messages("reload")[-1])
        body = {"model": MODEL, "prompt": "x" * 2_000, "duration": 4}
        answer = self.gateway.ask("POST", "/v1/video/generations?dry_run=true", body, self.key)
        self.assertEqual(answer.status, 413, answer)

    def asked_until_full(self):
        try:
            self.gateway.ask("GET", "/healthz")
        except OSError:
            pass
        return self.rows("refusal")

    def test_a_job_goes_on_with_the_account_that_bought_it_although_that_was_taken_out(self):
        self.begin(accounts=[self.account("first")])
        task = Steered(self.vendors, "ark", "retired")
        job = self.make("retired")
        self.gateway.configure([self.account("second", key="second-key")], {})
        self.hang_up()
        wait_until(lambda: any("first" in text and "1 job" in text for text in self.messages("accounts")))
        task.finish()
        self.assertEqual(self.ended(job), "completed")

    def test_a_new_key_for_a_new_address_never_goes_to_the_old_one(self):
        self.begin(accounts=[self.account("mine")])
        task = Steered(self.vendors, "ark", "moved")
        job = self.make("moved")
        elsewhere = Vendors(0.2)
        self.addCleanup(elsewhere.stop)
        self.gateway.configure(
            [{**self.account("mine", key="second-key"), "base_url": elsewhere.base + "/ark/api/v3"}], {})
        self.hang_up()
        task.finish()
        self.assertEqual(self.ended(job), "completed")

    def looks(self):
        return self.vendors.arrived("ark", "query", "")

    def restart(self, accounts):
        if self.gateway.process.poll() is None:
            self.gateway.terminate()
        self.gateway.configure(accounts, {})
        self.gateway.serve()

    def test_an_account_that_leads_elsewhere_after_a_restart_is_not_the_one_that_bought(self):
        self.begin(accounts=[self.account("mine")])
        task = Steered(self.vendors, "ark", "resettled")
        job = self.make("resettled")
        elsewhere = Vendors(0.2)
        self.addCleanup(elsewhere.stop)
        moved = {**self.account("mine", key="second-key"), "base_url": elsewhere.base + "/ark/api/v3"}
        self.gateway.terminate()
        before = len(self.looks())
        self.restart([moved])
        wait_until(lambda: any("mine" in text and "1 job" in text and "elsewhere" in text
                               for text in self.messages("accounts")))
        task.finish()
        trouble = wait_until(lambda: self.gateway.ask("GET", "/v1/jobs/" + job, key=self.key).json.get("trouble"))
        # The caller is told nothing of addresses.
        self.assertNotIn("127.0.0.1", json.dumps(trouble))
        # Neither the new key nor the old id went where it does not belong.
        self.assertEqual((self.status(job), len(self.looks())), ("queued", before))
        self.assertEqual(elsewhere.upstream.report("?last=1000", prefix="/ark")["requests"], [])
        self.assertIn("under any name", self.gateway.run("show", job, "--json").out)
        # Kept under another name, it goes on with its job.
        self.restart([moved, self.account("before", weight=0)])
        self.assertEqual(self.ended(job), "completed")

    def test_a_key_in_the_place_of_another_goes_on_after_a_restart(self):
        self.begin(accounts=[self.account("mine")])
        Steered(self.vendors, "ark", "rotated")
        self.make("rotated")
        self.gateway.terminate()
        before = len(self.looks())
        self.restart([self.account("mine", key="second-key")])
        wait_until(lambda: len(self.looks()) > before)

    def test_callers_read_nothing_of_accounts_that_lack_something(self):
        bare = {"name": "secret-name", "plugin": "kling", "profile": "official"}
        self.begin(accounts=[bare, self.account("other-name", models=["nothing-*"])])
        for model in ("kling-v1-6", MODEL):
            for query in ("", "?strict=true"):
                answer = self.gateway.ask(
                    "POST", "/v1/video/generations" + query, {"model": model, "prompt": "x"}, self.key)
                self.assertEqual((answer.status, answer.json["code"]), (502, "upstream"), answer)
                for word in ("KLING", "FILMGATE", "secret-name", "other-name", "environment"):
                    self.assertNotIn(word, answer.body.decode())
        wait_until(lambda: any("KLING_ACCESS_KEY" in text for text in self.messages("request")))

    def test_a_job_whose_account_is_gone_is_no_fault_of_the_callers_key(self):
        self.begin(accounts=[self.account("first")])
        Steered(self.vendors, "ark", "orphan")
        job = self.make("orphan")
        self.restart([self.account("second", key="second-key")])
        wait_until(lambda: any("first" in text and "1 job" in text for text in self.messages("accounts")))
        answer = self.gateway.ask("POST", "/v1/video/generations/%s/cancel" % job, key=self.key)
        self.assertEqual(answer.status, 502, answer)
        self.assertEqual(answer.json["code"], "upstream")
        trouble = wait_until(lambda: self.gateway.ask("GET", "/v1/jobs/" + job, key=self.key).json.get("trouble"))
        self.assertEqual(trouble["kind"], "upstream")

    # The address that is announced

    def test_an_address_of_the_next_generation_is_announced_as_it_is(self):
        self.begin()
        self.gateway.terminate()
        process = subprocess.Popen(
            [self.gateway.binary, "serve", "--json", "--listen", "[::1]:0"], cwd=self.gateway.home,
            env=self.gateway.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.addCleanup(process.wait)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.terminate)
        base = json.loads(process.stdout.readline())["base_url"]
        self.assertRegex(base, r"^http://\[::1\]:\d+$")
        with socket.create_connection(("::1", int(base.rsplit(":", 1)[1])), timeout=10) as connection:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            self.assertTrue(connection.recv(100).startswith(b"HTTP/1.1 200 "))


if __name__ == "__main__":
    unittest.main()
