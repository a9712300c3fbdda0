"""The Jimeng emulator before the official visual client, a second official signer and the vectors."""

import ast
import base64
import calendar
import hashlib
import json
import unittest

import volcenginesdkcore
from volcengine.visual.VisualService import VisualService

import volc_signature
from harness import Case, Upstream, png, probe
from wire import Request

VOLC_AK, VOLC_SK = "AKLTEXAMPLEACCESSKEYID0001", "RXhhbXBsZVNlY3JldEtleUZvclRlc3RPbmx5MDAwMQ=="


class JimengClient(Case):
    """The official visual client and signer against jimeng.py."""

    vendor = "jimeng"

    def setUp(self):
        super().setUp()
        self.service = VisualService()
        self.service.set_host("127.0.0.1:%d" % self.up.port)
        self.service.set_scheme("http")
        self.service.set_ak(VOLC_AK)
        self.service.set_sk(VOLC_SK)
        self.addCleanup(self.service.set_session_token, "")

    def submit(self, **form):
        return self.service.cv_sync2async_submit_task({"req_key": "jimeng_t2v_v30", "prompt": "千军万马", **form})["data"]["task_id"]

    def result(self, ident, key="jimeng_t2v_v30", **more):
        return self.service.cv_sync2async_get_result({"req_key": key, "task_id": ident, **more})

    def failing(self, **form):
        """The raw answer inside the client's exception."""
        with self.assertRaises(Exception) as caught:
            self.submit(**form)
        return json.loads(ast.literal_eval(str(caught.exception)))      # the text of a bytes object

    def test_submit_and_result(self):
        ident = self.submit(req_key="jimeng_ti2v_v30_pro", frames=241, aspect_ratio="9:16", seed=-1)
        self.assertRegex(ident, r"^\d{19}$")
        answer = self.result(ident, "jimeng_ti2v_v30_pro", req_json=json.dumps({"aigc_meta": {"content_propagator": "x", "propagate_id": "1"}}))
        self.assertEqual((answer["code"], answer["status"], answer["data"]["status"]), (10000, 10000, "done"))
        self.assertTrue(answer["data"]["aigc_meta_tagged"])
        seen = probe(self.up.fetch(answer["data"]["video_url"])[2])
        self.assertEqual((seen["width"], seen["height"], seen["frames"], seen["audio"]), (1088, 1920, 241, False))
        self.assertEqual(self.result(ident, "jimeng_t2v_v30")["data"]["status"], "not_found")
        self.assertEqual(self.result("1")["data"]["status"], "not_found")

    def test_wrong_secret_and_key(self):
        self.service.set_sk("x")
        self.assertEqual(self.failing()["ResponseMetadata"]["Error"]["CodeN"], 100010)
        self.service.set_sk(VOLC_SK)
        self.service.set_ak("AKLTunknown")
        self.assertEqual(self.failing()["ResponseMetadata"]["Error"], {
            "CodeN": 100009, "Code": "InvalidAccessKey", "Message": "The access key does not exist"})

    def test_rules(self):
        picture = base64.b64encode(png(400, 700)).decode()
        for code, form in (
                (50200, {"frames": 120}), (50200, {"aspect_ratio": "2:1"}), (50201, {"prompt": ""}), (50200, {"prompt": "x" * 801}),
                (50200, {"req_key": "nonsense"}), (50200, {"image_urls": ["https://e/a.png"]}),
                (50206, {"req_key": "jimeng_i2v_first_v30"}),
                (50206, {"req_key": "jimeng_i2v_first_tail_v30", "image_urls": ["https://e/a.png"]}),
                (50200, {"req_key": "jimeng_i2v_first_v30", "image_urls": ["https://e/a.png"], "binary_data_base64": [picture]}),
                (50215, {"req_key": "jimeng_i2v_first_v30", "binary_data_base64": ["data:image/png;base64," + picture]}),
                (50200, {"req_key": "jimeng_i2v_recamera_v30", "image_urls": ["https://e/a.png"], "template_id": "x"})):
            with self.subTest(form=str(form)[:100]):
                answer = self.failing(**form)
                self.assertEqual((answer["code"], answer["status"], answer["data"]), (code, code, None))
        ident = self.submit(req_key="jimeng_i2v_first_v30_1080", binary_data_base64=[picture])
        link = self.result(ident, "jimeng_i2v_first_v30_1080")["data"]["video_url"]
        self.assertEqual(probe(self.up.fetch(link)[2])["height"], 1920)

    def test_lives(self):
        ident = self.submit()
        link = self.result(ident)["data"]["video_url"]
        self.up.control({"settings": {"clock_offset": 3700}})
        self.assertEqual(self.up.fetch(link)[0], 403)
        self.up.control({"settings": {"clock_offset": 13 * 3600}})
        self.assertEqual(self.result(ident)["data"]["status"], "expired")
        self.up.control({"settings": {"clock_offset": 25 * 3600}})
        self.assertEqual(self.result(ident)["data"]["status"], "not_found")

    def test_errors_of_both_kinds(self):
        for error, status in ((50430, 429), (50413, 400), (50500, 500)):
            self.up.control({"on": "create", "error": error})
            self.assertEqual(self.failing()["code"], error)
            self.assertEqual(self.up.report("?on=create&last=1")["requests"][0]["status"], status)
        self.up.control({"on": "create", "error": "FlowLimitExceeded"})
        self.assertEqual(self.failing()["ResponseMetadata"]["Error"]["CodeN"], 100018)
        self.up.control({"settings": {"delay": 60, "concurrency": 1}})
        self.submit()
        self.assertEqual(self.failing()["code"], 50430)
        self.up.control({"settings": {"delay": 0, "concurrency": None}})
        ident = self.submit(prompt="fault:async:50511")
        with self.assertRaises(Exception) as caught:
            self.result(ident)
        self.assertIn("50511", str(caught.exception))

    def test_temporary_credentials(self):
        self.service.set_session_token("STSEXAMPLETOKEN")
        self.assertEqual(self.failing()["ResponseMetadata"]["Error"]["CodeN"], 100026)
        guarded = Upstream("jimeng", 0, "--access-key", "AKtmp", "--secret-key", "sk tmp/+=", "--session-token", "STSEXAMPLETOKEN")
        self.addCleanup(guarded.stop)
        self.service.set_host("127.0.0.1:%d" % guarded.port)
        self.service.set_ak("AKtmp")
        self.service.set_sk("sk tmp/+=")
        self.assertTrue(self.submit())
        self.service.set_session_token("")
        self.assertEqual(self.failing()["ResponseMetadata"]["Error"]["CodeN"], 100026)

    def test_the_other_official_signer(self):
        """It signs two more X- headers; its client cannot read the answer, so only the record is looked at."""
        settings = volcenginesdkcore.Configuration()
        settings.ak, settings.sk, settings.region = VOLC_AK, VOLC_SK, "cn-north-1"
        settings.host, settings.scheme = "127.0.0.1:%d" % self.up.port, "http"
        api = volcenginesdkcore.UniversalApi(volcenginesdkcore.ApiClient(settings))
        info = volcenginesdkcore.UniversalInfo(method="POST", service="cv", version="2022-08-31", action="CVSync2AsyncSubmitTask",
                                               content_type="application/json")
        with self.assertRaises(Exception):
            api.do_call(info, {"req_key": "jimeng_t2v_v30", "prompt": "x"})
        seen = self.up.report("?on=create&last=1")["requests"][0]
        self.assertEqual(seen["status"], 200, seen)
        self.assertIn("x-sdk-invocation-id", dict((k.lower(), v) for k, v in seen["headers"])["authorization"])
        self.assertIn("Signature=***", dict((k.lower(), v) for k, v in seen["headers"])["authorization"])

    def test_vector_over_the_wire(self):
        body = '{"req_key":"jimeng_ti2v_v30_pro","task_id":"7392616336519610409"}'
        headers = {"Host": "127.0.0.1:18080", "X-Date": "20260102T030405Z",
                   "X-Content-Sha256": "341fe8c80af59e6763ed21164bb6dfbce8ba4fcdcc04d451d7cf6956044cb565",
                   "Authorization": "HMAC-SHA256 Credential=AKLTEXAMPLEACCESSKEYID0001/20260102/cn-north-1/cv/request, "
                                    "SignedHeaders=content-type;host;x-content-sha256;x-date, "
                                    "Signature=7cd66a87171496a5a71f9ee18c41afad441efff4e5ab049ce43372c6ad2032bb"}
        target = "/?Action=CVSync2AsyncGetResult&Version=2022-08-31"

        def code(text=body, **changes):
            status, answer = self.up.json("POST", target, text, {**headers, **changes})
            return answer.get("code") or answer["ResponseMetadata"]["Error"]["CodeN"]

        self.assertEqual(code(), 100006)
        moment = calendar.timegm((2026, 1, 2, 3, 4, 5))
        self.up.control({"settings": {"auth_now": moment + 899}})
        self.assertEqual(code(), 10000)
        self.assertEqual(code(body + " "), 100010)
        self.assertEqual(code(Host="127.0.0.1:18081"), 100010)
        self.assertEqual(code(Authorization=headers["Authorization"].replace("host;", "")), 100024)
        self.assertEqual(code(Authorization=headers["Authorization"].replace("cn-north-1", "cn-beijing")), 100025)
        self.assertEqual(code(Authorization="Bearer x"), 100024)
        self.up.control({"settings": {"auth_now": moment + 901}})
        self.assertEqual(code(), 100006)


class Vectors(unittest.TestCase):
    """The signature vectors through the same re-signing the server uses."""

    def signature(self, target, body, host="visual.volcengineapi.com", method="POST", token=None, extra=()):
        headers = [("Host", host), ("X-Date", "20260102T030405Z"), ("X-Content-Sha256", hashlib.sha256(body).hexdigest()), *extra]
        if method == "POST":
            headers.append(("content-type", "application/json"))
        if token:
            headers.append(("x-security-token", token))
        names = sorted(name.lower() for name, _ in headers)
        request = Request(method, target, headers, body)
        signed = volc_signature.resign(request, names, VOLC_AK, VOLC_SK, calendar.timegm((2026, 1, 2, 3, 4, 5)), "cn-north-1", "cv", token)
        return signed.rpartition("Signature=")[2]

    def test_vectors(self):
        submit, result = ("/?Action=CVSync2Async%s&Version=2022-08-31" % name for name in ("SubmitTask", "GetResult"))
        a = '{"req_key":"jimeng_ti2v_v30_pro","prompt":"千军万马 --go","seed":-1,"frames":121,"aspect_ratio":"16:9"}'.encode()
        b = b'{"req_key":"jimeng_ti2v_v30_pro","task_id":"7392616336519610409"}'
        sdk = [("X-Sdk-Invocation-Id", "00000000-0000-4000-8000-000000000000"), ("X-Sdk-Request", "attempt=1; max=4")]
        odd = "/?Version=2022-08-31&name=a%20b%2Bc%2Fd%3D%E7%8C%AB~%2A.-_%27%28%29&Empty=&Action=X"
        self.assertEqual(self.signature(submit, a), "d6eadb338c0643d80eca33a25f1442d45eebe793c46783da33d630356a00ef5d")
        self.assertEqual(self.signature(submit, a, token="STSEXAMPLETOKEN"), "2a68ffb3d3a84c0f94b90a2f11f5b9eb38a2019648a09791375f661e94b07abc")
        self.assertEqual(self.signature(result, b), "50c0c27c53f9e7778259588f90cf6c6c4077da984352b7e76d4e735685330368")
        self.assertEqual(self.signature(result, b, "127.0.0.1:18080"), "7cd66a87171496a5a71f9ee18c41afad441efff4e5ab049ce43372c6ad2032bb")
        self.assertEqual(self.signature(result, b, extra=sdk), "281802c42b997039327fa6804090fbd7c76d72032cff9b7fea003363bccbf292")
        self.assertEqual(self.signature(odd, b"", method="GET"), "dbf622d9e16894aebf186bfcc9e1cc50d034dcd829177b4fc5e52093fced721e")


if __name__ == "__main__":
    unittest.main()
