"""Faults on demand, the record of requests, and the command line."""

import http.client
import json
import os
import tempfile
import threading
import time
import unittest

from harness import ARK_KEY, ARK_PATH, KLING_KEY, S15, Case, Upstream, text, wait_for


class FaultsOnDemand(Case):
    vendor = "ark"

    def create(self, prompt="x"):
        return self.up.call("POST", ARK_PATH, text(prompt), ARK_KEY)

    def made(self, prompt="x"):
        return json.loads(self.create(prompt)[2])["id"]

    def get(self, ident):
        return self.up.json("GET", ARK_PATH + "/" + ident, None, ARK_KEY)[1]

    def test_connection_faults_and_what_they_leave_behind(self):
        for reply, created in (("close", 0), ("reset", 0), ("accept_close", 1), ("accept_reset", 1), ("truncate", 1)):
            self.up.control({"reset": True}, {"on": "create", "reply": reply})
            with self.assertRaises((http.client.HTTPException, ConnectionError)):
                self.create()
            counted = self.up.counters()
            self.assertEqual((counted["creates_received"], counted["tasks_created"]), (1, created), reply)
        self.assertEqual(self.create()[0], 200)

    def test_odd_answers(self):
        self.up.control(
            {"on": "create", "reply": "html502"}, {"on": "create", "reply": "empty"}, {"on": "create", "reply": "redirect"},
            {"on": "create", "reply": "chunked"}, {"on": "create", "reply": "wrong_length"},
            {"on": "create", "status": 503, "retry_after": 7, "body": {"error": {"code": "X"}}},
            {"on": "create", "reply": "drip", "chunk": 10, "interval": 0.01})
        status, headers, body = self.create()
        self.assertEqual((status, headers["Content-Type"], body[:6]), (502, "text/html", b"<html>"))
        self.assertEqual(self.create()[::2], (200, b""))
        status, headers, _ = self.create()
        self.assertEqual((status, headers["Location"]), (302, self.up.base + "/elsewhere"))
        status, headers, body = self.create()
        self.assertEqual((headers["Transfer-Encoding"], "Content-Length" in headers), ("chunked", False))
        self.assertTrue(json.loads(body)["id"])
        with self.assertRaises(ValueError):
            json.loads(self.create()[2])
        status, headers, body = self.create()
        self.assertEqual((status, headers["Retry-After"]), (503, "7"))
        self.assertTrue(json.loads(self.create()[2])["id"])
        self.assertEqual(self.up.counters()["tasks_created"], 4)

    def test_huge_answer(self):
        self.up.control({"on": "query", "reply": "huge", "bytes": 3000000})
        body = self.up.call("GET", ARK_PATH + "/x", None, ARK_KEY)[2]
        self.assertEqual(len(body), 3000000)
        self.assertEqual(list(json.loads(body)), ["padding"])

    def test_what_is_held_is_answered_when_it_is_let_go(self):
        self.up.control({"on": "create", "hold": "word"})
        answers = []
        thread = threading.Thread(target=lambda: answers.append(self.up.json("POST", ARK_PATH, text(), ARK_KEY)[0]))
        thread.start()
        wait_for(lambda: self.up.counters()["creates_received"] == 1)
        time.sleep(0.2)
        self.assertEqual((answers, self.up.counters()["tasks_created"]), ([], 0))
        self.up.release("word")
        thread.join(60)
        self.assertEqual((answers, self.up.counters()["tasks_created"]), ([200], 1))

    def test_a_state_lasts_until_a_look_was_shown_it(self):
        self.up.control({"settings": {"delay": 0, "seen": True}})
        _, made = self.up.json("POST", ARK_PATH, text(), ARK_KEY)
        states = []
        while states[-1:] != ["succeeded"]:
            time.sleep(0.2)
            states.append(self.up.json("GET", ARK_PATH + "/" + made["id"], headers=ARK_KEY)[1]["status"])
        self.assertEqual(states, ["queued", "running", "succeeded"])

    def test_delay_match_and_skip(self):
        self.up.control({"on": "create", "match": "needle", "skip": 1, "delay": 0.3, "error": "ServerOverloaded"})
        self.assertEqual([self.create(word)[0] for word in ("hay", "needle")], [200, 200])
        start = time.monotonic()
        self.assertEqual(self.create("needle")[0], 429)
        self.assertGreater(time.monotonic() - start, 0.29)

    def test_fates(self):
        for fate, status in ((["fail", "OutputVideoSensitiveContentDetected"], "failed"), (["expire"], "expired")):
            self.up.control({"on": "create", "task": {"outcome": fate[0], **({"code": fate[1], "message": "no"} if fate[1:] else {})}})
            got = self.get(self.made())
            self.assertEqual((got["status"], "content" in got), (status, False))
        ident = self.made("fault:async:InternalServiceError")
        self.assertEqual(self.get(ident)["error"]["code"], "InternalServiceError")
        self.assertEqual(self.get(self.made("fault:stuck"))["status"], "queued")
        self.assertEqual(self.get(self.made("fault:no_link"))["content"], {})
        ident = self.made("fault:backwards")
        self.assertEqual([self.get(ident)["status"] for _ in range(4)], ["succeeded", "running"] * 2)
        self.up.control({"on": "create", "task": {"status": "pondering", "run": 60, "queue": 0}})
        ident = self.made()
        self.assertEqual(self.get(ident)["status"], "pondering")
        self.up.control({"id": ident, "plan": {"run": 0}})
        self.assertEqual(self.get(ident)["status"], "succeeded")
        self.up.control({"on": "query", "answer": {"state": "running"}})
        self.assertEqual([self.get(ident)["status"] for _ in range(2)], ["running", "succeeded"])

    def test_files(self):
        link = self.get(self.made())["content"]["video_url"]
        whole = self.up.fetch(link)[2]
        self.up.control(*({"on": "media", "media": how} for how in ("404", "expired", "truncate", "short", "corrupt", "empty", "html")))
        self.assertEqual([self.up.fetch(link)[0] for _ in range(2)], [404, 403])
        with self.assertRaises(http.client.IncompleteRead):
            self.up.fetch(link)
        self.assertEqual(self.up.fetch(link)[2], whole[: len(whole) // 2])
        corrupt = self.up.fetch(link)[2]
        self.assertEqual((len(corrupt), corrupt[4:8] == b"ftyp"), (len(whole), False))
        self.assertEqual(self.up.fetch(link)[2], b"")
        self.assertEqual(self.up.fetch(link)[1]["Content-Type"], "text/html")
        self.assertEqual(self.up.fetch(link)[2], whole)
        self.up.control({"settings": {"clock_offset": 86500}})
        self.assertEqual(self.up.fetch(link)[0], 403)
        self.assertEqual(self.up.counters()["media_gets"], 10)

    def test_inputs_are_fetched_when_asked(self):
        link = self.get(self.made())["content"]["video_url"]
        self.up.control({"settings": {"fetch_inputs": True}})
        body = {"model": S15, "content": [{"type": "image_url", "image_url": {"url": link}}]}
        self.assertEqual(self.up.call("POST", ARK_PATH, body, ARK_KEY)[0], 200)
        seen = self.up.report()["fetched"][0]
        self.assertEqual((seen["link"], seen["status"], seen["length"]), (link, 200, len(self.up.fetch(link)[2])))
        body["content"][0]["image_url"]["url"] = self.up.base + "/media/none.png"
        status, answer = self.up.json("POST", ARK_PATH, body, ARK_KEY)
        self.assertEqual((status, answer["error"]["code"]), (400, "InvalidImageURL.DownloadFailed"))

    def test_record(self):
        body = json.dumps(text("猫"), ensure_ascii=False)
        self.up.call("POST", ARK_PATH, body, ARK_KEY)
        seen = self.up.report("?on=create&last=1")["requests"][0]
        self.assertEqual((seen["method"], seen["target"], seen["body"]), ("POST", ARK_PATH, body))
        self.assertIn(["Authorization", "Bearer ***"], seen["headers"])
        self.assertNotIn("ark-test-key", json.dumps(seen))

    def test_typing_errors_in_rules_are_refused(self):
        for order in ({"on": "creat"}, {"on": "create", "eror": "x"}, {"reply": "explode"}, {"task": {"outcom": "fail"}},
                      {"settings": {"dealy": 1}}, {"media": "500"}, "x"):
            self.assertEqual(self.up.json("POST", "/_control", order)[0], 400, order)

    def test_many_at_once(self):
        self.up.control({"on": "create", "times": 10, "error": "ServerOverloaded"})
        seen = []
        threads = [threading.Thread(target=lambda: seen.append(self.create()[0])) for _ in range(40)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual((seen.count(429), seen.count(200)), (10, 30))
        self.assertEqual(self.up.counters()["tasks_created"], 30)


class CommandLine(unittest.TestCase):
    def test_state_survives_and_stdout_stays_clean(self):
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "state.json")
            first = Upstream("ark", 0, "--state", file, "--key", "k1")
            self.assertEqual(first.line["keys"]["api_keys"], ["k1"])
            ident = first.json("POST", ARK_PATH, text(), {"Authorization": "Bearer k1"})[1]["id"]
            self.assertEqual(first.stop(), ("", 0))
            second = Upstream("ark", 0, "--state", file, "--key", "k1")
            got = second.json("GET", ARK_PATH + "/" + ident, None, {"Authorization": "Bearer k1"})[1]
            self.assertEqual(second.fetch(got["content"]["video_url"])[0], 200)
            self.assertEqual(second.stop(), ("", 0))

    def test_all_vendors_in_one_process(self):
        up = Upstream("all")
        self.addCleanup(up.stop)
        status, made = up.json("POST", "/ark" + ARK_PATH, text(), ARK_KEY)
        got = up.json("GET", "/ark" + ARK_PATH + "/" + made["id"], None, ARK_KEY)[1]
        self.assertIn("/ark/media/", got["content"]["video_url"])
        self.assertEqual(up.fetch(got["content"]["video_url"])[0], 200)
        self.assertEqual(up.json("POST", "/kling/v1/videos/text2video", {"prompt": "x"}, KLING_KEY)[0], 200)
        self.assertEqual(up.report(prefix="/kling")["counters"]["tasks_created"], 1)
        self.assertEqual(up.report(prefix="/relay")["counters"]["tasks_created"], 0)
        self.assertEqual(up.json("GET", "/elsewhere")[0], 404)


if __name__ == "__main__":
    unittest.main()
