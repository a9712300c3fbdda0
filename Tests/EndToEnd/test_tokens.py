"""Callers' keys: made by the command, proven over HTTP by signers this project did not write, ended while serving."""

import http.client
import json
import os
import sqlite3
import stat
import time
import unittest

import jwt
from volcengine.auth.SignerV4 import SignerV4
from volcengine.base.Request import Request
from volcengine.Credentials import Credentials

from gate import ArkTest, GateTest, wait_until

MODEL = "doubao-seedance-1-5-pro-251215"
CLIP = {"model": MODEL, "prompt": "a paper boat", "duration": 4, "resolution": "480p", "metadata": {"ratio": "16:9"}}


class Serving:
    """A running `filmgate serve` of the test's user."""

    def start_serving(self, *arguments):
        self.server = self.gate.start("serve", "--listen", "127.0.0.1:0", "--json", *arguments)
        self.addCleanup(self.stop_serving)
        self.first = json.loads(self.server.stdout.readline())
        self.port = int(self.first["base_url"].rsplit(":", 1)[1])
        self.host = "127.0.0.1:%d" % self.port

    def stop_serving(self):
        self.server.terminate()
        try:
            self.server.communicate(timeout=30)
        except Exception:
            self.server.kill()
            raise

    def call(self, method, path, headers, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or b"null"), dict(answer.headers)
        finally:
            connection.close()

    def list_jobs(self, authorization):
        return self.call("GET", "/v1/videos", {"Authorization": authorization})

    def create(self, key, query="", once=None, **changes):
        headers = {"Authorization": "Bearer " + key["bearer_token"], "Content-Type": "application/json"}
        if once:
            headers["Idempotency-Key"] = once
        return self.call("POST", "/v1/video/generations" + query, headers, json.dumps(dict(CLIP, **changes)))

    def token(self, *arguments):
        return json.loads(self.succeed("tokens", "create", *arguments, "--json").out)


class Proofs(GateTest, Serving):
    def signed(self, key, method, path, query=None, body="", content_type="application/json"):
        request = Request()
        request.set_method(method)
        request.set_host(self.host)
        request.set_path(path)
        request.set_query(query or {})
        request.set_body(body)
        headers = {"Host": self.host}
        if body:
            headers["Content-Type"] = content_type
        request.set_headers(headers)
        SignerV4.sign(request, Credentials(key["access_key"], key["secret_key"], "any", "cn-somewhere-1"))
        return request.headers

    def test_the_first_key_is_shown_once(self):
        self.start_serving()
        first = dict(self.first)
        self.assertEqual(self.list_jobs("Bearer " + first["bearer_token"])[0], 200)
        self.assertEqual([key["name"] for key in json.loads(self.succeed("tokens", "list", "--json").out)], ["first"])
        self.stop_serving()
        self.start_serving()
        self.assertNotIn("bearer_token", self.first)
        self.assertEqual(self.list_jobs("Bearer " + first["bearer_token"])[0], 200)

    def test_every_way_to_prove_a_key(self):
        self.start_serving()
        key, other = self.token("alice"), self.token("bob")
        now = int(time.time())
        wait_until(lambda: self.list_jobs("Bearer " + other["bearer_token"])[0] == 200, 2)
        self.assertEqual(self.list_jobs("Bearer " + key["bearer_token"])[0], 200)

        def token(claims, secret=key["secret_key"], **options):
            return "Bearer " + jwt.encode(dict({"iss": key["access_key"]}, **claims), secret, **options)

        times = {"exp": now + 1800, "nbf": now - 5}
        self.assertEqual(self.list_jobs(token(times))[0], 200)
        for wrong in (token(times, other["secret_key"]), token({"exp": now - 1, "nbf": now - 9}),
                      token({"exp": now + 99, "nbf": now + 90}), token(times, None, algorithm="none"),
                      token(times, algorithm="HS384"), token({}), "Bearer x", "", "Basic YTpi"):
            status, answer, _ = self.list_jobs(wrong)
            self.assertEqual((status, "error" in answer), (401, True), wrong)

        path, query = "/v1/videos", {"order": "asc", "limit": "5", "after": "ünï/ +~"}
        text = "?after=%C3%BCn%C3%AF%2F%20%2B~&limit=5&order=asc"
        self.assertIn(self.call("GET", path, self.signed(key, "GET", path))[0], (200,))
        # Whoever proves nothing gets 401; everything else is the request's own affair.
        self.assertNotEqual(self.call("GET", path + text, self.signed(key, "GET", path, query))[0], 401)
        self.assertEqual(self.call("GET", path + text + "&x=1", self.signed(key, "GET", path, query))[0], 401)
        body = json.dumps({"model": "no-such-model", "prompt": "千军万马"})
        target = "/v1/video/generations"
        self.assertNotEqual(self.call("POST", target, self.signed(key, "POST", target, body=body), body)[0], 401)
        self.assertEqual(self.call("POST", target, self.signed(key, "POST", target, body=body), body + " ")[0], 401)
        self.assertEqual(self.call("POST", target, self.signed(key, "POST", target, body=body))[0], 401)
        wrong = dict(key, secret_key=other["secret_key"])
        self.assertEqual(self.call("GET", path, self.signed(wrong, "GET", path))[0], 401)

    def test_a_revoked_key_ends_within_a_second(self):
        self.start_serving()
        bearer = "Bearer " + self.token("alice")["bearer_token"]
        self.assertTrue(wait_until(lambda: self.list_jobs(bearer)[0] == 200, 2))
        self.succeed("tokens", "revoke", "alice")
        time.sleep(1)
        status, answer, _ = self.list_jobs(bearer)
        self.assertEqual((status, "revoked" in json.dumps(answer)), (401, True))

    def test_no_secret_in_the_database(self):
        key = self.token("alice", "--budget", "20", "--currency", "USD")
        folder = self.gate.path(".local/share/filmgate")
        with open(os.path.join(folder, "jobs.sqlite-key"), "rb") as file:
            master = file.read()
        self.assertEqual(stat.S_IMODE(os.stat(os.path.join(folder, "jobs.sqlite-key")).st_mode), 0o600)
        self.assertEqual(len(master), 32)
        needles = (key["secret_key"].encode(), key["webhook_secret"][6:40].encode(), master, master.hex().encode())
        for path, data in self.gate.files():
            if not path.endswith("-key"):
                for needle in needles:
                    self.assertNotIn(needle, data, path)
        rows = "\n".join(sqlite3.connect(os.path.join(folder, "jobs.sqlite")).iterdump())
        self.assertIn(key["id"], rows)
        self.assertNotIn(key["secret_key"], rows)
        self.assertEqual(json.loads(self.succeed("tokens", "show", "alice", "--secret", "--json").out), key)
        shown = self.succeed("tokens", "show", "alice").out + self.succeed("tokens", "list").out
        self.assertNotIn(key["secret_key"], shown)
        os.chmod(os.path.join(folder, "jobs.sqlite-key"), 0o640)
        for command in (("tokens", "create"), ("tokens", "show", "alice", "--secret"), ("serve",)):
            self.assertIn("can be read or changed by others (mode 0640)", self.fail_with(4, *command).err)
        self.succeed("tokens", "revoke", "alice")


class Limits(ArkTest, Serving):
    delay = 1.5

    def test_models_jobs_at_once_and_budget(self):
        few, narrow = self.token("few", "--parallel", "1"), self.token("narrow", "--models", "acme-*")
        self.start_serving()
        status, answer, _ = self.create(narrow)
        self.assertEqual((status, "may not use the model" in json.dumps(answer)), (403, True), answer)

        status, job, _ = self.create(few, once="boat-1")
        self.assertEqual(status, 200, job)
        status, answer, headers = self.create(few)
        self.assertEqual((status, headers.get("Retry-After")), (429, "5"), answer)
        # What was asked for before needs no room; something else under the same key does.
        status, again, _ = self.create(few, once="boat-1")
        self.assertEqual((status, again["id"]), (200, job["id"]))
        self.assertEqual(self.create(few, once="boat-1", prompt="another boat")[0], 429)
        self.assertTrue(wait_until(lambda: self.create(few, model="no-such-model")[0] == 404))
        listed = {key["name"]: key for key in json.loads(self.succeed("tokens", "list", "--json").out)}
        self.assertEqual(listed["few"]["jobs_under_way"], 1)
        self.assertTrue(wait_until(lambda: self.create(few)[0] == 200, 30), "the limit never ended")

        quote = self.create(few, "?dry_run=true")[1]["quote"]["high"]
        budget = 2 * float(quote["amount"])
        poor = self.token("poor", "--budget", "%.6f" % budget, "--currency", quote["currency"])
        self.assertTrue(wait_until(lambda: self.list_jobs("Bearer " + poor["bearer_token"])[0] == 200, 2))
        statuses = []
        while len(statuses) < 20 and 402 not in statuses:
            statuses.append(self.create(poor)[0])
        self.assertEqual(statuses[:2] + statuses[-1:], [200, 200, 402], statuses)
        spent = json.loads(self.succeed("tokens", "show", "poor", "--json").out)["spent"]
        self.assertEqual([price["currency"] for price in spent], [quote["currency"]])
        self.assertTrue(0 < float(spent[0]["amount"]) <= budget, spent)


if __name__ == "__main__":
    unittest.main()
