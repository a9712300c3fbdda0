"""`/openapi.json` against the gateway that serves it, judged by schemathesis."""

import os
import re
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from gateway import Gateway, Key  # noqa: E402

# What the answers must keep to. That every body which fits a schema is also accepted is not asked for: what a model
# takes together with what is in its manifest, and no JSON Schema says it.
CHECKS = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance",
          "response_headers_conformance", "unsupported_method", "ignored_auth")
EXAMPLES, SECONDS = 8, 240


class RouteTest(unittest.TestCase):
    def setUp(self):
        self.gateway = Gateway([])
        self.addCleanup(self.gateway.close)
        self.gateway.serve("--sandbox")
        self.key = Key(self.gateway.announced)

    def test_no_answer_is_other_than_the_document_says(self):
        result = subprocess.run(
            [sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()", "run",
             self.gateway.base + "/openapi.json", "-H", "Authorization: Bearer " + self.key.bearer,
             "--phases", "examples,coverage,fuzzing", "--checks", ",".join(CHECKS), "-n", str(EXAMPLES), "--seed", "1",
             "--request-timeout", "70", "--no-color"],
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
        self.assertIsNone(self.gateway.process.poll(), self.gateway.log[-2000:])

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
