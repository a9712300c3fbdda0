"""`/openapi.json` against the gateway that serves it, judged by schemathesis."""

import json
import os
import re
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import schemathesis  # noqa: E402

from bodies import CLIPS, SEEDANCE, creations, others  # noqa: E402
from gateway import Gateway, Key, wait_until  # noqa: E402

# What the answers must keep to. That every body which fits a schema is also accepted is not asked for: what a model
# takes together with what is in its manifest, and no JSON Schema says it.
CHECKS = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance",
          "response_headers_conformance", "unsupported_method", "ignored_auth")
EXAMPLES, SECONDS = 8, 1200
# What nobody hits upon by chance, so that routes are also met where they succeed. Ids are made for each run.
WORDS = {
    "models": ["kling-v1-6", "kling-v3", SEEDANCE, "jimeng_t2v_v30", "volc-doubao-seedance-1-0-pro-250528"],
    # Most end without a clip: a thousand of them would take longer to render than all the rest.
    "prompts": ["a boat", "sandbox:fail", "sandbox:refuse", "sandbox:refuse-output"],
    "seconds": ["5", "4"], "ratios": ["16:9", "1:1"], "resolutions": ["480p", "720p"], "types": ["text"],
    "links": ["https://example.com/first.png"],
}
PLACES = {
    "path.id": ("tasks", 0.8), "body.task_id": ("tasks", 0.8), "body.video": ("tasks", 0.3), "body.video.id": ("tasks", 0.8),
    "body.model": ("models", 0.8), "body.model_name": ("models", 0.8), "body.req_key": ("models", 0.8),
    "body.prompt": ("prompts", 0.8), "body.content[*].text": ("prompts", 0.8), "body.content[*].type": ("types", 0.9),
    "body.duration": ("seconds", 0.8), "body.seconds": ("seconds", 0.8), "body.aspect_ratio": ("ratios", 0.8),
    "body.ratio": ("ratios", 0.8), "body.resolution": ("resolutions", 0.8), "body.image_urls[*]": ("links", 0.9),
}
JOBS = [{"model": "studio", "prompt": "a boat", "seconds": "1"}] * 12 + [
    {"model": model, "prompt": prompt} for model in WORDS["models"] for prompt in ("a boat", "sandbox:fail")]

# For calls that are none: there is no success.
FAILING = {("GET", "/jimeng/")}


class RouteTest(unittest.TestCase):
    def setUp(self):
        self.gateway = Gateway([])
        self.addCleanup(self.gateway.close)
        self.gateway.serve("--sandbox")
        self.key = Key(self.gateway.announced)

    def ask(self, method, target, body=None):
        return self.gateway.ask(method, target, body, self.key)

    def tasks(self):
        """Ids of jobs that are over, so that nobody who waits for news of one waits for long."""
        made = [self.ask("POST", "/v1/videos", body) for body in JOBS]
        self.assertEqual({answer.status for answer in made}, {200}, made)
        ids = [answer.json["id"] for answer in made]
        wait_until(lambda: {self.ask("GET", "/v1/videos/" + task).json["status"] for task in ids}
                   == {"completed", "failed"}, what="the jobs' ends")
        return ids

    def configured(self):
        """The path of a configuration with words that make sense here."""
        lines = []
        for name, values in dict(WORDS, tasks=self.tasks()).items():
            lines += ["[dictionaries.%s]" % name, "values = %s" % json.dumps(values)]
        lines.append("[parameters]")
        lines += ['"%s" = {dictionary = "%s", probability = %s}' % (place, *binding) for place, binding in PLACES.items()]
        return self.gateway.write("schemathesis.toml", "\n".join(lines) + "\n")

    def test_no_answer_is_other_than_the_document_says(self):
        result = subprocess.run(
            [sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()",
             "--config-file", self.configured(), "run",
             self.gateway.base + "/openapi.json", "-H", "Authorization: Bearer " + self.key.bearer,
             "--phases", "examples,coverage,fuzzing", "--checks", ",".join(CHECKS), "-n", str(EXAMPLES), "--seed", "1",
             "--request-timeout", "120", "--no-color"],
            cwd=self.gateway.home, capture_output=True, text=True, timeout=SECONDS)
        self.assertEqual(result.returncode, 0, result.stdout[-6000:] + result.stderr[-2000:])
        # It ran over all of them: a run that tests nothing fails nothing.
        document = self.gateway.ask("GET", "/openapi.json").json
        count = sum(len(methods) for methods in document["paths"].values())
        self.assertGreater(count, 60)
        # One less than there are: read from an address, a document counts one operation fewer than from a file.
        [(selected, of)] = re.findall(r"Selected: ([0-9]+)/([0-9]+)", result.stdout)
        [tested] = re.findall(r"Tested: ([0-9]+)", result.stdout)
        self.assertEqual(selected, of)
        self.assertEqual(tested, selected)
        self.assertGreaterEqual(int(tested), count - 1)
        [generated] = re.findall(r"([0-9]+) generated, ", result.stdout)
        self.assertGreater(int(generated), 5_000)
        self.assertIsNone(self.gateway.process.poll(), self.gateway.log[-2000:])

    def test_every_route_succeeds_as_the_document_says(self):
        document = self.gateway.ask("GET", "/openapi.json").json
        schema = schemathesis.openapi.from_dict(document)
        self.ids = {"done": self.made({"model": CLIPS, "prompt": "a boat", "resolution": "480p"}, "completed"),
                    "failed": self.made({"model": "kling-v3", "prompt": "sandbox:fail"}, "failed")}
        met = set()
        for path, methods in document["paths"].items():
            for method in map(str.upper, methods):
                for parts in self.requests(method, path):
                    case = schema[path][method].Case(**parts)
                    with self.subTest(method + " " + path, **parts):
                        response = case.call(base_url=self.gateway.base, headers=self.key.header)
                        if (method, path) not in FAILING:
                            self.assertIn(response.status_code, (200, 206), response.content[:1000])
                        case.validate_response(response)
                        met.add((method, path))
        self.assertEqual(len(met), sum(len(methods) for methods in document["paths"].values()))

    def made(self, body, status=None):
        """The id of a job that has come to this."""
        answer = self.ask("POST", "/v1/videos", body)
        self.assertEqual(answer.status, 200, answer)
        task = answer.json["id"]
        wait_until(lambda: status in (None, self.ask("GET", "/v1/videos/" + task).json["status"]), what=task)
        return task

    def requests(self, method, path):
        """What an operation has to succeed with, as parts of schemathesis' cases."""
        done = self.ids["done"]
        if path.startswith("/v1/admin/"):
            yield self.administration(method, path.removeprefix("/v1/admin/"))
        elif path == "/v1/requests":
            yield {"body": {"model": "kling-v1-6", "prompt": "a boat"}, "media_type": "application/json"}
        elif method == "POST" and not path.endswith("/cancel"):
            place = {"path_parameters": {"id": done}} if "{id}" in path else {}
            for query, body in creations(path, done):
                given = {"body": body, "media_type": "application/json"} if body else {}
                yield {"query": query, **given, **place}
                yield {"query": {**query, "dry_run": "true"}, **given, **place}
            for query, body in others(path, done):
                yield {"query": query, "body": body, "media_type": "application/json"}
        elif path == "/v1/models/{id}":
            yield {"path_parameters": {"id": "kling-v3"}}
        elif path.endswith("/cancel"):
            yield {"path_parameters": {"id": self.made({"model": "studio", "prompt": "a boat", "seconds": "60"})}}
        elif method == "DELETE":
            # What is gone is not there a second time.
            yield {"path_parameters": {"id": self.made({"model": "studio", "prompt": "a boat", "seconds": "1"}, "completed")}}
        elif "{id}" in path:
            for task in [done] if path.endswith("/content") else self.ids.values():
                yield {"path_parameters": {"id": task}}
        else:
            yield {}

    def administration(self, method, path):
        """The same for what may be done about the gateway itself."""
        if path == "tokens" and method == "POST":
            return {"body": {"name": "guest", "models": ["studio"], "budget": {"currency": "USD", "amount": "2.5"},
                             "parallel": 1, "lifetime_seconds": 60}, "media_type": "application/json"}
        if "{id}" not in path:
            return {}
        place = {"path_parameters": {"id": self.key.id}}
        if path.startswith("webhooks"):
            # Nobody is there; the message waits all the same.
            job = self.made({"model": "studio", "prompt": "a boat", "seconds": "1",
                             "webhook_url": "https://hooks.example.invalid/"}, "completed")
            place = {"path_parameters": {"id": job}}
            self.rested(job)
        elif path.startswith("jobs"):
            job = self.made({"model": "doubao-seedance-1-5-pro-251215", "prompt": "sandbox:drop"})
            wait_until(lambda: self.ask("GET", "/v1/jobs/" + job).json["state"] == "unknown", what="the lost answer")
            place = {"path_parameters": {"id": job}, "body": {"not_bought": True}, "media_type": "application/json"}
        elif path.startswith("credentials"):
            place = {"path_parameters": {"id": "kling"}}
        elif path.endswith("/revoke"):
            made = self.ask("POST", "/v1/admin/tokens", {})
            place = {"path_parameters": {"id": made.json["id"]}}
        elif method == "POST":
            place.update(body={"url": "https://hooks.example.invalid/"}, media_type="application/json")
        return place

    def rested(self, job):
        """Waits until the job's webhook has had its first attempt: while that lasts it cannot be sent by others."""
        def look():
            answer = self.ask("GET", "/v1/admin/webhooks/" + job)
            return answer.status == 200 and answer.json["attempts"]
        wait_until(look, what="the first attempt")

    def test_nobody_needs_a_key_to_read_it_and_everybody_to_use_it(self):
        document = self.gateway.ask("GET", "/openapi.json")
        self.assertEqual((document.status, document.headers["content-type"]), (200, "application/json"))
        for path, methods in document.json["paths"].items():
            for method, operation in methods.items():
                if operation.get("security") == []:
                    continue
                with self.subTest(path=path, method=method):
                    target = path.replace("{id}", "fg_1").replace("{token}", "t")
                    for parameter in operation.get("parameters", []):
                        if parameter.get("required") and parameter.get("in") == "query":
                            target += ("&" if "?" in target else "?") + "%s=%s" % (
                                parameter["name"], parameter["schema"]["enum"][0])
                    self.assertEqual(self.gateway.ask(method.upper(), target).status, 401)


if __name__ == "__main__":
    unittest.main()
