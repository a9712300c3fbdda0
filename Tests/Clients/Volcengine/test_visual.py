"""Volcengine's own `VisualService`, signed with V4: it cannot keep a path, so it speaks to the gateway's root."""

import ast
import base64
import hashlib
import hmac
import json
import os
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from volcengine.visual.VisualService import VisualService  # noqa: E402

from cases import JIMENG, ClientCase  # noqa: E402
from gateway import harness, wait_until  # noqa: E402


def service(gateway, access, secret):
    """The class keeps one instance for a whole process."""
    visual = VisualService()
    visual.set_ak(access)
    visual.set_sk(secret)
    visual.set_scheme("http")
    visual.set_host("127.0.0.1:%d" % gateway.port)
    return visual


class Visual(ClientCase):
    def setUp(self):
        self.service = service(self.gateway, self.key.id, self.key.secret)

    def submit(self, prompt, **more):
        return self.service.cv_sync2async_submit_task({"req_key": JIMENG, "prompt": prompt, **more})

    def result(self, task, **more):
        return self.service.cv_sync2async_get_result({"req_key": JIMENG, "task_id": task, **more})

    def ended(self, task):
        def look():
            found = self.result(task)
            return found if found["data"]["status"] not in ("in_queue", "generating") else None
        return wait_until(look, what=task)

    def refusal(self, call, *arguments):
        """What the client raises holds the raw body, as Python would write its bytes."""
        with self.assertRaises(Exception) as caught:
            call(*arguments)
        return json.loads(ast.literal_eval(str(caught.exception)))

    def test_submit_and_result(self):
        word = self.word()
        made = self.submit(word, seed=-1, frames=121, aspect_ratio="16:9")
        self.assertEqual((made["code"], made["status"], made["message"]), (10000, 10000, "Success"))
        self.assertTrue(made["request_id"] and made["time_elapsed"])
        found = self.ended(made["data"]["task_id"])
        self.assertEqual((found["code"], found["status"], found["data"]["status"]), (10000, 10000, "done"))
        self.assert_clip(self.gateway.fetch(found["data"]["video_url"]).body, 1248, 704, 5)
        self.assertEqual(self.vendors.creates("jimeng", word), 1)

    def test_letters_beyond_ascii_are_signed_as_they_were_sent(self):
        word = self.word()
        made = self.submit("千军万马 --go ☃ " + word)
        self.assertEqual(self.vendors.bodies("jimeng", word)[0]["prompt"], "千军万马 --go ☃ " + word)
        self.assertEqual(self.ended(made["data"]["task_id"])["data"]["status"], "done")

    def test_a_picture_in_the_body(self):
        word = self.word()
        picture = base64.b64encode(harness.png(1280, 720)).decode()
        made = self.service.cv_sync2async_submit_task({
            "req_key": "jimeng_i2v_first_v30", "prompt": word, "binary_data_base64": [picture]})
        self.assertEqual(self.vendors.bodies("jimeng", word)[0]["binary_data_base64"], [picture])
        found = self.service.cv_sync2async_get_result({"req_key": "jimeng_i2v_first_v30", "task_id": made["data"]["task_id"]})
        self.assertEqual(found["code"], 10000)

    def test_options_of_the_result(self):
        task = self.submit(self.word())["data"]["task_id"]
        self.ended(task)
        found = self.result(task, req_json=json.dumps({"return_url": True}))
        self.assertEqual(found["data"]["status"], "done")

    def test_an_unknown_task_is_an_answer(self):
        found = self.result("7392616336519610409")
        self.assertEqual((found["code"], found["data"]["status"]), (10000, "not_found"))

    def test_cancel(self):
        task = self.submit(self.word())["data"]["task_id"]
        # The vendor has no cancel for these models: the truth is an error in its shape.
        found = self.refusal(self.service.cv_cancel_task, {"req_key": JIMENG, "task_id": task})
        self.assertNotEqual(found["code"], 10000)
        self.assertTrue(found["message"])

    def test_bad_requests_in_the_vendors_shape(self):
        for form in ({"req_key": JIMENG, "prompt": "x", "frames": 7}, {"req_key": JIMENG}, {"prompt": "x"},
                     {"req_key": "no_such_key", "prompt": "x"}):
            found = self.refusal(self.service.cv_sync2async_submit_task, form)
            self.assertEqual((found["code"], found["data"]), (found["status"], None))
            self.assertTrue(50200 <= found["code"] < 50300, found)

    def test_a_wrong_secret_or_key(self):
        for access, secret in ((self.key.id, "wrong"), ("nobody", self.key.secret)):
            service(self.gateway, access, secret)
            found = self.refusal(self.submit, "x")["ResponseMetadata"]["Error"]
            self.assertIn(found["CodeN"], (100009, 100010))
        service(self.gateway, self.key.id, self.key.secret)


class Signature(ClientCase):
    """Details of the signature that the client does not bring by itself."""

    def signed(self, host=None, path="/jimeng/", moment=None, body=None, sent=None):
        from volcengine.auth.SignerV4 import SignerV4
        from volcengine.base.Request import Request
        from volcengine.Credentials import Credentials
        request = Request()
        request.set_method("POST")
        request.set_path(path)
        request.set_query({"Action": "CVSync2AsyncGetResult", "Version": "2022-08-31"})
        request.set_headers({"Content-Type": "application/json", "Host": host or "127.0.0.1:%d" % self.gateway.port})
        request.set_body(body or json.dumps({"req_key": JIMENG, "task_id": "1"}))
        SignerV4.sign(request, Credentials(self.key.id, self.key.secret, "cv", "cn-north-1"))
        if moment:
            request.headers["X-Date"] = moment
        return self.gateway.ask("POST", path + "?Action=CVSync2AsyncGetResult&Version=2022-08-31",
                                (sent or request.body).encode(), headers=request.headers)

    def test_under_the_prefix_too(self):
        self.assertEqual(self.signed().json["data"]["status"], "not_found")
        self.assertEqual(self.signed(path="/").json["data"]["status"], "not_found")

    def signed_without_a_digest(self, body, sent=None, secret=None):
        """As `jimeng-ai-mcp` signs: the digest of the body is in the signature and in no header."""
        moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        scope = moment[:8] + "/cn-north-1/cv/request"
        query = "Action=CVSync2AsyncGetResult&Version=2022-08-31"
        headers = {"Content-Type": "application/json", "Host": "127.0.0.1:%d" % self.gateway.port, "X-Date": moment}
        names = "content-type;host;x-date"
        lines = "".join("%s:%s\n" % (name.lower(), value) for name, value in headers.items())
        request = "\n".join(["POST", "/", query, lines, names, hashlib.sha256(body).hexdigest()])
        key = (secret or self.key.secret).encode()
        for part in (moment[:8], "cn-north-1", "cv", "request"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        text = "\n".join(["HMAC-SHA256", moment, scope, hashlib.sha256(request.encode()).hexdigest()])
        headers["Authorization"] = "HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s" % (
            self.key.id, scope, names, hmac.new(key, text.encode(), hashlib.sha256).hexdigest())
        return self.gateway.ask("POST", "/?" + query, sent or body, headers=headers)

    def test_a_signature_without_the_digest_among_the_headers(self):
        body = json.dumps({"req_key": JIMENG, "task_id": "1"}).encode()
        self.assertEqual(self.signed_without_a_digest(body).json["data"]["status"], "not_found")
        for answer in (self.signed_without_a_digest(body, sent=body + b" "), self.signed_without_a_digest(body, secret="x")):
            self.assertEqual((answer.status, answer.json["ResponseMetadata"]["Error"]["CodeN"]), (401, 100010))

    def test_nobody_is_told_apart_from_somebody_wrong(self):
        for headers, code in (({}, 100024), ({"Authorization": "Bearer wrong"}, 100010)):
            answer = self.gateway.ask("POST", "/?Action=CVSync2AsyncGetResult&Version=2022-08-31", {}, headers=headers)
            self.assertEqual((answer.status, answer.json["ResponseMetadata"]["Error"]["CodeN"]), (401, code))

    def test_another_body_than_was_signed(self):
        answer = self.signed(sent=json.dumps({"req_key": JIMENG, "task_id": "2"}))
        self.assertEqual((answer.status, answer.json["ResponseMetadata"]["Error"]["CodeN"]), (401, 100010))

    def test_a_date_that_was_moved(self):
        self.assertEqual(self.signed(moment="20260102T030405Z").status, 401)

    def test_actions_that_there_are_not(self):
        for query, status in (("", (400, 404)), ("?Action=CVSync2AsyncGetResult", (400, 404)), ("?Action=Dance&Version=1", (404,))):
            answer = self.ask("POST", "/jimeng/" + query, {})
            self.assertIn(answer.status, status, answer)
            self.assertTrue(answer.json["ResponseMetadata"]["Error"]["CodeN"], answer)


class Universal(ClientCase):
    """The general client of volcengine-python-sdk signs two more headers; its answer is read by nobody here."""

    def test_the_signature_is_accepted(self):
        import volcenginesdkcore
        configuration = volcenginesdkcore.Configuration()
        configuration.ak, configuration.sk = self.key.id, self.key.secret
        configuration.region, configuration.scheme = "cn-north-1", "http"
        configuration.host = "127.0.0.1:%d" % self.gateway.port
        configuration.auto_retry = False
        api = volcenginesdkcore.UniversalApi(volcenginesdkcore.ApiClient(configuration))
        word = self.word()
        try:
            api.do_call(volcenginesdkcore.UniversalInfo(
                method="POST", service="cv", version="2022-08-31", action="CVSync2AsyncSubmitTask",
                content_type="application/json"), {"req_key": JIMENG, "prompt": word})
        except Exception as problem:
            # It wants an envelope that the service itself never sends with success.
            self.assertNotIn("Signature", str(problem))
        self.assertEqual(self.vendors.creates("jimeng", word), 1)


if __name__ == "__main__":
    unittest.main()
