"""What callers are told beside a reply's body, and what they are not told, in every format."""

import os
import sys
import unittest
from urllib.parse import urlsplit

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from cases import JIMENG, KLING, SEEDANCE, ClientCase  # noqa: E402
from gateway import Gateway  # noqa: E402
from dialects import DIALECTS, Order  # noqa: E402

TURN = "doubao-seedance-2-0-260128"
# Codes by which each vendor refuses the gateway's own account, and says that it gets too many requests.
ACCOUNT = {"ark": ("AuthenticationError", "AccessDenied"), "kling": (1002, 1103), "jimeng": (100010, 100013)}
BUSY = {"ark": "RateLimitExceeded.EndpointRPMExceeded", "kling": 1302, "jimeng": 50429}
MODELS = {"ark": SEEDANCE, "kling": KLING, "jimeng": JIMENG}


class Told(ClientCase):
    def refused(self, dialect, vendor, code):
        word = self.word()
        self.vendors.rule(vendor, on="create", match=word, error=code)
        return self.ask(*dialect.create(Order(MODELS[vendor], word)))

    def test_what_must_not_be_sent_again(self):
        for dialect in DIALECTS:
            for vendor, codes in ACCOUNT.items():
                for code in codes:
                    with self.subTest("%s of %s as %s" % (code, vendor, dialect.name)):
                        answer = self.refused(dialect, vendor, code)
                        # It is the gateway's own account, and none of the caller's affair.
                        self.assertGreaterEqual(answer.status, 500, answer)
                        self.assertIn("The gateway's own account", str(answer.json))
                        self.assertEqual(answer.headers.get("x-should-retry"), "false", answer)
                        self.assertEqual(answer.headers.get("x-filmgate-charged"), "no", answer)
                        self.assertNotIn("retry-after", answer.headers)

    def test_when_to_send_it_again(self):
        for dialect in DIALECTS:
            for vendor, code in BUSY.items():
                with self.subTest("%s as %s" % (vendor, dialect.name)):
                    answer = self.refused(dialect, vendor, code)
                    self.assertEqual(answer.status, 429, answer)
                    self.assertTrue(1 <= int(answer.headers["retry-after"]) <= 60, answer)
                    self.assertNotIn("x-should-retry", answer.headers)

    def test_a_dry_run_warns_as_the_create_does(self):
        for dialect in DIALECTS:
            with self.subTest(dialect.name):
                method, target, body = dialect.create(Order(KLING, self.word(), options={"no_such_option": 1}))
                dry = self.ask(method, target + ("&" if "?" in target else "?") + "dry_run=true", body)
                self.assertEqual(dry.headers.get("x-filmgate-warnings"),
                                 self.ask(method, target, body).headers["x-filmgate-warnings"])
                # By the name that the caller gave it.
                self.assertTrue(dry.json["warnings"][0].startswith("no_such_option "), dry)

    def test_a_dry_run_refuses_the_models_that_the_create_would(self):
        key = self.gateway.key("klings", "--models", "kling-*")
        for dialect in DIALECTS:
            with self.subTest(dialect.name):
                method, target, body = dialect.create(Order(SEEDANCE, self.word()))
                dry = self.ask(method, target + ("&" if "?" in target else "?") + "dry_run=true", body, key)
                real = self.ask(method, target, body, key)
                self.assertEqual((dry.status, real.status), (403, 403), dry)

    def test_a_field_given_both_ways(self):
        for dialect in DIALECTS:
            for nest in ("metadata", "extra_body"):
                with self.subTest("%s as %s" % (nest, dialect.name)):
                    word = self.word()
                    body = {"negative_prompt": "rain", nest: {"negative_prompt": "snow"}}
                    answer = self.ask(*dialect.create(Order(KLING, word, options=body)))
                    self.assertEqual(answer.status, 200, answer)
                    self.assertIn(nest + ".negative_prompt", answer.headers.get("x-filmgate-warnings", ""))
                    self.assertEqual(self.vendors.bodies("kling", word)[0]["negative_prompt"], "rain")

    def test_a_command_in_the_text_that_a_field_overrides(self):
        answer = self.ask("POST", "/volc/v1/contents/generations/tasks", {
            "model": SEEDANCE, "content": [{"type": "text", "text": self.word() + " --dur 5 --rs 480p"}], "duration": 4})
        self.assertIn("--dur", answer.headers["x-filmgate-warnings"])
        self.assertNotIn("--rs", answer.headers["x-filmgate-warnings"])

    def test_two_names_of_a_model(self):
        answer = self.ask("POST", "/kling/v1/videos/text2video", {
            "model_name": KLING, "model": "kling-v1", "prompt": self.word()})
        self.assertIn("kling-v1-6 counts", answer.headers["x-filmgate-warnings"])

    def test_a_model_is_required(self):
        answer = self.ask("POST", "/v1/video/generations", {"prompt": self.word()})
        self.assertEqual((answer.status, answer.json["error"]["param"]), (400, "model"), answer)

    def test_lists_by_an_alias_of_a_model(self):
        word = self.word()
        task = self.ok("POST", "/v1/videos", {"model": JIMENG, "prompt": word})["id"]
        for target, rows in (("/volc/v1/contents/generations/tasks?filter.model=", "items"), ("/v1/videos?model=", "data")):
            self.assertIn(task, [row["id"] for row in self.ok("GET", target + JIMENG)[rows]])
            self.assertEqual(self.ok("GET", target + "nothing")[rows], [])

    def test_what_is_shown_as_waiting_is_listed_as_waiting(self):
        word = self.word()
        self.vendors.rule("ark", on="create", match=word, reply="accept_close")
        task = self.ok("POST", "/volc/v1/contents/generations/tasks", {
            "model": SEEDANCE, "content": [{"type": "text", "text": word}]})["id"]
        self.assertEqual(self.ok("GET", "/volc/v1/contents/generations/tasks/" + task)["status"], "queued")
        for target, rows in (("/volc/v1/contents/generations/tasks?page_size=500&filter.status=", "items"),
                             ("/v1/video/generations?page_size=500&status=", "data")):
            def listed(status):
                return [row.get("id") or row["task_id"] for row in self.ok("GET", target + status)[rows]]
            self.assertIn(task, listed("queued"))
            self.assertNotIn(task, listed("running"))

    def test_models_without_the_version_in_the_path(self):
        self.assertEqual(self.ok("GET", "/models"), self.ok("GET", "/v1/models"))
        self.assertEqual(self.ok("GET", "/models/" + KLING)["id"], KLING)

    def test_the_costs_have_the_requests_id(self):
        answer = self.ask("GET", "/kling/account/costs")
        self.assertEqual(answer.json["request_id"], answer.headers["x-request-id"])


    def test_the_shape_that_the_model_chose(self):
        order = {"model": SEEDANCE, "prompt": self.word(), "seconds": "4", "resolution": "480p", "ratio": "adaptive"}
        headers = {"Idempotency-Key": order["prompt"]}
        first = self.ask("POST", "/v1/videos", order, headers=headers).json
        self.assertIsNone(first["size"])
        found = self.completed(first["id"])
        self.assertEqual((found["metadata"]["width"], found["metadata"]["height"]), (864, 496), found)
        self.assertEqual(found["data"]["data"]["ratio"], "16:9")
        self.assertEqual(self.ok("GET", "/v1/videos/" + first["id"])["size"], "864x496")
        # A repeated request has the first reply, which did not know it yet.
        self.assertEqual(self.ask("POST", "/v1/videos", order, headers=headers).json, first)

    def test_statuses_of_http_in_every_format(self):
        for dialect in DIALECTS:
            with self.subTest(dialect.name):
                method, target, body = dialect.create(Order(KLING, self.word()))
                answer = self.ask(method, target, b"{" + b" " * (9 << 20) + b"}")
                self.assertEqual(answer.status, 413, answer)
                mount = target.partition("?")[0].strip("/").split("/")[0]
                self.assertEqual(self.ask("GET", "/%s/no/such/path" % mount).status, 404)


class Hidden(ClientCase):
    """A clip that goes into another task is at the vendor's: its link there is not for the caller."""

    def assert_hidden(self, answer, identifier):
        text = answer.body.decode()
        self.assertEqual(answer.status, 200, answer)
        for secret in (urlsplit(self.vendors.base).netloc, identifier, self.gateway.home):
            self.assertNotIn(secret, text.partition('"curl"')[0])
        self.assertNotIn(identifier, text)

    def test_nobody_sees_where_the_vendor_has_a_clip(self):
        word = self.word()
        task = self.ok("POST", "/v1/videos", {"model": TURN, "prompt": word, "seconds": "4", "resolution": "480p"})["id"]
        self.completed(task)
        [row] = self.vendors.tasks("ark", word)
        dry = self.ask("POST", "/v1/videos/%s/remix?dry_run=true" % task, {"prompt": "more"})
        self.assert_hidden(dry, row["id"])
        self.assertIn("/v1/videos/%s/content" % task, dry.json["request"]["inputs"][0]["url"])
        again = self.word()
        made = self.ok("POST", "/v1/videos/%s/remix" % task, {"prompt": again})["id"]
        self.completed(made)
        # The vendor got its own link.
        [body] = self.vendors.bodies("ark", again)
        self.assertIn(row["id"], str(body["content"]))
        for target in ("/v1/jobs/" + made, "/v1/jobs/%s/history" % made, "/v1/jobs", "/v1/videos/" + made,
                       "/v1/video/generations/" + made, "/volc/v1/contents/generations/tasks/" + made):
            with self.subTest(target):
                self.assert_hidden(self.ask("GET", target), row["id"])

    def test_a_model_that_takes_no_clip_says_so(self):
        task = self.ok("POST", "/v1/videos", {"model": KLING, "prompt": self.word()})["id"]
        self.completed(task)
        for target, body in (("/v1/videos/%s/remix" % task, {}), ("/v1/videos/edits", {"video": {"id": task}}),
                             ("/v1/videos/extensions", {"video": {"id": task}, "seconds": "5"})):
            answer = self.ask("POST", target, {"prompt": "more", **body})
            self.assertEqual((answer.status, answer.json["error"]["param"]), (400, "video"), answer)
            self.assertIn("cannot change or continue", answer.json["error"]["message"])

    def test_a_model_that_nobody_named_is_told(self):
        gateway = Gateway(self.vendors.accounts())
        self.addCleanup(gateway.close)
        key = gateway.serve().key("alone")
        answer = gateway.ask("POST", "/v1/videos?dry_run=true", {"prompt": self.word()}, key)
        self.assertEqual(answer.status, 200, answer)
        self.assertTrue(any(answer.json["model"] in text for text in answer.json["warnings"]), answer)
        self.assertIn("No model was named", answer.headers["x-filmgate-warnings"])
        named = gateway.ask("POST", "/v1/videos?dry_run=true", {"prompt": self.word(), "model": SEEDANCE}, key)
        self.assertEqual(named.json["warnings"], [])


if __name__ == "__main__":
    unittest.main()
