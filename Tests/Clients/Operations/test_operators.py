"""What operators see and do: metrics, log, health, configuration read again, plugins that come and go."""

import http.client
import json
import os
import shutil
import signal
import socket
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from prometheus_client.parser import text_string_to_metric_families  # noqa: E402

from gateway import BINARIES, Gateway, Key, harness, wait_until  # noqa: E402

SECRET = "sk-canary-4b7d2e9f1a6c8e3d5f"


class OperatorTest(unittest.TestCase):
    def begin(self, *options, settings=None, **environment):
        self.gateway = Gateway([], settings, **environment)
        self.addCleanup(self.gateway.close)
        self.gateway.serve("--sandbox", *options)
        self.key = Key(self.gateway.announced)

    def lines(self, event):
        found = []
        for line in self.gateway.log.splitlines():
            try:
                row = json.loads(line)
            except ValueError:
                continue
            if row.get("event") == event:
                found.append(row)
        return found

    def test_metrics_are_what_prometheus_reads(self):
        self.begin()
        made = self.gateway.ask(
            "POST", "/v1/videos", {"model": "studio", "prompt": "a boat", "seconds": "1"}, self.key)
        self.assertEqual(made.status, 200, made)
        wait_until(lambda: self.gateway.ask("GET", "/v1/videos/" + made.json["id"], key=self.key).json["status"]
                   == "completed", what="the clip")
        self.gateway.ask("GET", "/no/such/" + SECRET, key=self.key)
        # A request is counted once it is over, which its client need not have waited for.
        wait_until(lambda: b'route="unmatched"' in self.gateway.ask("GET", "/metrics").body, what="the last request")
        answer = self.gateway.ask("GET", "/metrics")
        self.assertEqual(answer.headers["content-type"], "text/plain; version=0.0.4; charset=utf-8")
        text = answer.body.decode()
        self.assertNotIn(SECRET, text)
        self.assertNotIn(made.json["id"], text)
        families = {family.name: family for family in text_string_to_metric_families(text)}
        seen = set()
        for family in families.values():
            self.assertTrue(family.documentation, family.name)
            self.assertIn(family.type, ("counter", "gauge", "histogram"))
            for sample in family.samples:
                place = (sample.name, tuple(sorted(sample.labels.items())))
                self.assertNotIn(place, seen)
                seen.add(place)
        requests = {(s.labels["route"], s.labels["method"], s.labels["status"]): s.value
                    for s in families["filmgate_http_requests"].samples}
        self.assertEqual(requests["/v1/videos", "POST", "2xx"], 1)
        self.assertEqual(requests["unmatched", "GET", "4xx"], 1)
        created = {(s.labels["plugin"], s.labels["model"]): s.value
                   for s in families["filmgate_jobs_created"].samples}
        self.assertEqual(created, {("studio", "studio"): 1})
        plugins = {s.labels["plugin"] for s in families["filmgate_plugin_info"].samples}
        self.assertTrue({"kling", "jimeng", "volc", "seedance"} <= plugins, plugins)
        buckets = [s for s in families["filmgate_http_request_duration_seconds"].samples
                   if s.name.endswith("_bucket") and s.labels["route"] == "/v1/videos"]
        values = [s.value for s in sorted(buckets, key=lambda s: float(s.labels["le"]))]
        self.assertEqual(values, sorted(values))
        self.assertEqual(values[-1], 1)

    def figure(self, name):
        """The value of a metric without labels."""
        text = self.gateway.ask("GET", "/metrics").body.decode()
        [value] = [line.split()[1] for line in text.splitlines() if line.startswith(name + " ")]
        return float(value)

    def becomes(self, name, value):
        wait_until(lambda: self.figure(name) == value, what="%s is not %s" % (name, value))

    def test_figures_that_others_keep_move(self):
        # Not the sandbox: its store is nobody else's, and here the command line sends a message again.
        self.gateway = Gateway([], {"private_webhooks": True})
        self.addCleanup(self.gateway.close)
        self.gateway.serve()
        self.key = self.gateway.key("caller")
        connections, outbox, kept = "filmgate_http_connections", "filmgate_webhook_outbox", "filmgate_archive_bytes"
        # The one that asks.
        self.becomes(connections, 1)
        self.assertEqual((self.figure(outbox), self.figure(kept)), (0, 0))
        self.assertEqual(self.figure("filmgate_log_lines_dropped_total"), 0)
        idle = [socket.create_connection(("127.0.0.1", self.gateway.port)) for _ in range(7)]
        self.becomes(connections, 8)
        for connection in idle[:4]:
            connection.close()
        self.becomes(connections, 4)
        for connection in idle:
            connection.close()
        self.becomes(connections, 1)

        place = harness.reserve_port()
        self.addCleanup(place.close)
        port = place.getsockname()[1]
        made = self.gateway.ask("POST", "/v1/videos", {
            "model": "studio", "prompt": "a boat", "seconds": "1", "webhook_url": "http://127.0.0.1:%d/told" % port},
            self.key)
        self.assertEqual(made.status, 200, made)
        # Nobody listens there.
        self.becomes(outbox, 1)
        clip = self.gateway.ask("GET", "/v1/videos/%s/content" % made.json["id"], key=self.key)
        self.assertEqual(clip.status, 200, clip)
        self.becomes(kept, len(clip.body))
        with harness.Listener(port) as listener:
            wait_until(lambda: self.resent(made.json["id"]), what="the message sent again")
            self.becomes(outbox, 0)
            self.assertEqual([path for path, _, _ in listener.posts], ["/told"])
        again = self.gateway.ask("POST", "/v1/videos", {"model": "studio", "prompt": "two", "seconds": "1"}, self.key)
        wait_until(lambda: self.figure(kept) > len(clip.body), what="the second clip")
        for job in (made, again):
            self.assertEqual(self.gateway.ask("DELETE", "/v1/videos/" + job.json["id"], key=self.key).status, 200)
        self.becomes(kept, 0)

    def resent(self, job):
        [message] = json.loads(self.gateway.run("webhooks", "list", "--json").out)
        self.assertEqual(message["job"], job)
        return self.gateway.run("webhooks", "resend", message["id"]).code == 0

    def test_lines_that_nobody_reads_are_counted(self):
        self.gateway = Gateway([])
        self.addCleanup(self.gateway.close)
        pipe = self.gateway.path("log")
        os.mkfifo(pipe, 0o600)
        # Open for reading, and not read.
        reader = os.open(pipe, os.O_RDWR | os.O_NONBLOCK)
        self.addCleanup(os.close, reader)
        self.gateway.configure([], {"log": {"file": pipe}})
        self.gateway.serve("--sandbox")
        dropped = "filmgate_log_lines_dropped_total"
        self.assertEqual(self.figure(dropped), 0)
        # Twice of what is kept waiting, some at a time: the answers are read meanwhile.
        request = b"GET /%s HTTP/1.1\r\nHost: h\r\n\r\n" % (b"x" * 250)
        with socket.create_connection(("127.0.0.1", self.gateway.port)) as connection, connection.makefile("rb") as answers:
            for _ in range(600):
                connection.sendall(request * 32)
                for _ in range(32):
                    self.skip_answer(answers)
        counted = self.figure(dropped)
        self.assertGreater(counted, 0)
        # Once somebody reads, nothing is dropped any more, and the log says what is missing.
        told, text = threading.Event(), bytearray()

        def read():
            while not told.is_set():
                try:
                    text.extend(os.read(reader, 1 << 16))
                except BlockingIOError:
                    time.sleep(0.01)
        thread = threading.Thread(target=read)
        thread.start()
        try:
            wait_until(lambda: b"lines were dropped" in text, what="the word of the log")
        finally:
            told.set()
            thread.join()

    @staticmethod
    def skip_answer(answers):
        length = 0
        while True:
            line = answers.readline()
            if line in (b"\r\n", b""):
                break
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        answers.read(length)

    def test_a_request_and_its_job_are_found_in_the_log_by_the_callers_own_id(self):
        self.begin()
        made = self.gateway.ask(
            "POST", "/v1/videos?token=" + SECRET, {"model": "studio", "prompt": SECRET, "seconds": "1"}, self.key,
            {"X-Request-Id": "mine-1.2_3"})
        self.assertEqual(made.headers["x-request-id"], "mine-1.2_3")
        odd = self.gateway.ask("GET", "/healthz", headers={"X-Request-Id": "a b"})
        self.assertNotEqual(odd.headers["x-request-id"], "a b")
        wait_until(lambda: any(row["state"] == "done" for row in self.lines("job")), what="the end in the log")
        [row] = [row for row in self.lines("request") if row["request_id"] == "mine-1.2_3"]
        self.assertEqual((row["method"], row["route"], row["status"]), ("POST", "/v1/videos", 200))
        self.assertEqual(row["query"], "token=***")
        states = [row["state"] for row in self.lines("job") if row["job"] == made.json["id"]]
        self.assertEqual(states[-1], "done")
        self.assertEqual(len(states), len(set(states)))
        log = self.gateway.log.split("\n", 1)[1]
        self.assertNotIn(SECRET, log)
        self.assertNotIn(self.key.secret, log)

    def test_a_configuration_read_again_is_in_force_and_a_wrong_one_is_not(self):
        self.begin(settings={"max_body": "64MiB"})
        kept = http.client.HTTPConnection("127.0.0.1", self.gateway.port, timeout=30)
        self.addCleanup(kept.close)

        def create(size):
            body = json.dumps({"model": "studio", "prompt": "x" * size}).encode()
            kept.request("POST", "/v1/videos?dry_run=true", body,
                         {**self.key.header, "Content-Type": "application/json"})
            answer = kept.getresponse()
            answer.read()
            return answer.status

        self.assertEqual(create(3_000), 200)
        socket = kept.sock
        self.gateway.configure([], {"max_body": "2KiB"})
        self.gateway.process.send_signal(signal.SIGHUP)
        wait_until(lambda: self.lines("reload"), what="the new configuration")
        self.assertEqual(create(10), 200)
        self.assertIs(kept.sock, socket, "the connection was dropped")
        large = json.dumps({"model": "studio", "prompt": "x" * 3_000}).encode()
        self.assertEqual(
            self.gateway.ask("POST", "/v1/videos", large, self.key, {"Content-Type": "application/json"}).status, 413)
        self.gateway.configure([], {"max_bdy": "1GiB"})
        self.gateway.process.send_signal(signal.SIGHUP)
        wait_until(lambda: len(self.lines("reload")) > 1, what="the word about the wrong one")
        told = self.lines("reload")[-1]
        self.assertEqual(told["level"], "error")
        self.assertIn('unknown key "max_bdy"; did you mean max_body?', told["message"])
        self.assertEqual(
            self.gateway.ask("POST", "/v1/videos", large, self.key, {"Content-Type": "application/json"}).status, 413)
        self.assertEqual(create(10), 200)

    def test_a_plugin_that_is_dropped_in_adds_its_routes_and_one_that_goes_takes_them_along(self):
        # The programs alone: beside their own place lie the plugins.
        self.gateway = Gateway([])
        self.addCleanup(self.gateway.close)
        for name in ("filmgate", "filmgate-worker"):
            os.makedirs(self.gateway.path("bin"), mode=0o700, exist_ok=True)
            shutil.copy2(os.path.join(BINARIES, name), self.gateway.path(os.path.join("bin", name)))
        self.gateway.binary = self.gateway.path("bin/filmgate")
        folder = self.gateway.path("later/plugins")
        self.gateway.serve("--sandbox", "--plugins", folder)
        self.key = Key(self.gateway.announced)
        target = "/jimeng/?Action=CVSync2AsyncSubmitTask&Version=2022-08-31"
        order = {"req_key": "jimeng_t2v_v30", "prompt": "a boat"}
        self.assertEqual(self.gateway.ask("POST", target, order, self.key).status, 404)

        os.makedirs(folder, mode=0o700)
        place = os.path.join(folder, "libfilmgate-jimeng.so")
        shutil.copy(os.path.join(BINARIES, "libfilmgate-jimeng.so"), place)
        os.chmod(place, 0o755)
        made = wait_until(lambda: self.found(self.gateway.ask("POST", target, order, self.key)), what="its routes")
        self.assertEqual(made.json["code"], 10000, made)
        self.assertIn("/jimeng/", self.gateway.ask("GET", "/openapi.json").json["paths"])
        task = made.json["data"]["task_id"]
        wait_until(lambda: self.gateway.ask("GET", "/v1/videos/" + task, key=self.key).json["status"] == "completed",
                   what="the clip of the new plugin")
        # What is broken while it is written harms nobody.
        with open(place, "r+b") as file:
            file.truncate(1_000)
        wait_until(lambda: any("stays in use" in row["message"] for row in self.lines("plugins")), what="the word")
        self.assertEqual(self.gateway.ask("POST", target, order, self.key).json["code"], 10000)
        os.remove(place)
        wait_until(lambda: self.gateway.ask("POST", target, order, self.key).status == 404, what="the routes to go")
        self.assertEqual(self.gateway.ask("GET", "/readyz").status, 200)

    @staticmethod
    def found(answer):
        return answer if answer.status == 200 else None


if __name__ == "__main__":
    unittest.main()
