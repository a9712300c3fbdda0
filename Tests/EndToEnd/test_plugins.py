"""Plugin files of every sort: what is unfit is told in one sentence and harms nothing; what is dropped in works."""

import http.server
import json
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import unittest

from gate import BINARIES, HERE, ROOT, GateTest

FOUR = ["jimeng", "kling", "seedance", "volc"]


def compile_plugin(source, target, *definitions):
    subprocess.run(
        ["cc", "-std=c11", "-D_GNU_SOURCE", "-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror",
         "-Wno-unused-result", "-I", os.path.join(ROOT, "Core", "ABI"), "-o", target, *definitions,
         os.path.join(HERE, "Plugins", source)], check=True)


def link_or_copy(source, target):
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


class Vendor:
    """The made-up provider behind the plugin in C."""

    def __init__(self):
        self.clip = tempfile.NamedTemporaryFile(suffix=".mp4", delete=False).name
        subprocess.run(
            ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc=size=320x240:rate=10:duration=2",
             "-pix_fmt", "yuv420p", self.clip], check=True)
        self.creates = []
        vendor = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self, status, body, kind="application/json"):
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers["Authorization"] != "Bearer acme-key":
                    return self.answer(401, b'{"error":"key"}')
                vendor.creates.append(json.loads(body))
                self.answer(200, b'{"id":"c1"}')

            def do_GET(self):
                if self.path == "/clips/c1":
                    return self.answer(200, b'{"id":"c1","url":"%s/c1.mp4"}' % vendor.base.encode())
                with open(vendor.clip, "rb") as file:
                    self.answer(200, file.read(), "video/mp4")

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base = "http://127.0.0.1:%d" % self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        os.unlink(self.clip)


class Plugins(GateTest):
    """An installation of its own, so that files can come and go."""

    def setUp(self):
        super().setUp()
        prefix = self.gate.path("prefix")
        self.folder = os.path.join(prefix, "lib", "filmgate", "plugins")
        for part in ("bin", "libexec/filmgate", "lib/filmgate/plugins"):
            os.makedirs(os.path.join(prefix, part))
        self.binary = os.path.join(prefix, "bin", "filmgate")
        link_or_copy(os.path.join(BINARIES, "filmgate"), self.binary)
        link_or_copy(os.path.join(BINARIES, "filmgate-worker"), os.path.join(prefix, "libexec/filmgate/filmgate-worker"))
        for name in FOUR:
            link_or_copy(os.path.join(BINARIES, "libfilmgate-%s.so" % name), self.plugin(name))
        self.gate.binary = self.binary

    def plugin(self, name):
        return os.path.join(self.folder, "libfilmgate-%s.so" % name)

    def listed(self):
        result = self.succeed("plugins", "list", "--json")
        return {os.path.basename(entry["path"]): entry for entry in json.loads(result.out)}

    def models(self):
        return {model["id"]: model["plugin"] for model in json.loads(self.succeed("models", "--json").out)}

    def acme(self, *definitions):
        compile_plugin("acme.c", self.plugin("acme"), *definitions)
        vendor = Vendor()
        self.addCleanup(vendor.stop)
        self.gate.environment.update({"ACME_KEY": "acme-key", "FILMGATE_ACME_BASE_URL": vendor.base})
        return vendor

    def test_unfit_files_get_a_sentence_each_and_the_rest_works(self):
        listener = socket.create_server(("127.0.0.1", 0))
        listener.settimeout(0.1)
        self.addCleanup(listener.close)
        for name in ("broken", "socket", "loop", "segfault", "abi2"):
            compile_plugin("hostile.c", self.plugin(name), "-D" + name.upper(),
                           "-DPORT=%d" % listener.getsockname()[1])
        with open(self.plugin("text"), "w") as file:
            file.write("not a library\n")
        with open(os.path.join(self.folder, "README.txt"), "w") as file:
            file.write("no plugin and not meant to be one\n")
        result = self.succeed("plugins", "list")
        lines = result.out.splitlines()
        self.assertEqual(len(lines), 10, result)
        for name in FOUR:
            self.assertEqual(len([line for line in lines if line.startswith("ready") and " %s " % name in line]), 1)
        for name, words in [
                ("broken", "manifest"), ("socket", "not allowed|may not|forbidden"), ("loop", "within 2 s"),
                ("segfault", "crash|SIGSEGV"), ("abi2", "ABI 2.*1"), ("text", "not a shared library|no shared library|ELF")]:
            [line] = [line for line in lines if "libfilmgate-%s.so" % name in line]
            self.assertRegex(line, r"^refused +libfilmgate-%s.so +.*(%s).*\.$" % (name, words))
        with self.assertRaises(TimeoutError):
            listener.accept()
        self.assertEqual(sorted(set(self.models().values())), sorted(FOUR + ["studio"]))
        self.succeed("a boat sets sail", "-m", "kling-v2-1-master", "--sandbox", "-o", "boat.mp4")
        self.assertGreater(self.probe("boat.mp4")["seconds"], 4)

    def test_removing_a_file_removes_its_models_and_nothing_else(self):
        before = self.models()
        os.unlink(self.plugin("kling"))
        self.assertEqual(self.models(), {model: plugin for model, plugin in before.items() if plugin != "kling"})
        self.assertNotIn("libfilmgate-kling.so", self.listed())

    def test_a_plugin_in_c_adds_models_and_makes_a_clip(self):
        vendor = self.acme()
        self.assertEqual(self.models()["acme-1"], "acme")
        self.assertIn("1 to 9", self.succeed("models", "show", "acme-1").out)
        self.fail_with(64, "a boat", "-m", "acme-1", "-s", "10")
        result = self.succeed("a \"boat\"\nsets sail", "-m", "acme-1", "-s", "2", "-o", "boat.mp4")
        self.assertEqual(result.out.strip(), self.gate.path("boat.mp4"))
        self.assertEqual((self.probe("boat.mp4")["width"], len(vendor.creates)), (320, 1))
        self.assertEqual(vendor.creates[0]["prompt"], "a \"boat\"\nsets sail")
        # The list is complete again without it, and the job is still known.
        os.unlink(self.plugin("acme"))
        self.assertNotIn("acme-1", self.models())
        self.assertEqual([job["state"] for job in self.gate.jobs()], ["succeeded"])

    def test_a_plugin_that_crashes_buys_nothing_and_is_quarantined(self):
        vendor = self.acme("-DCRASH")
        for _ in range(3):
            self.assertIn("acme", self.fail_with(7, "a boat", "-m", "acme-1", "-o", "boat.mp4").err)
        self.assertEqual(vendor.creates, [])
        entry = self.listed()["libfilmgate-acme.so"]
        self.assertEqual(entry["state"], "quarantined", entry)
        self.assertIn("crash", entry["problem"])
        self.fail_with(7, "a boat", "-m", "acme-1", "-o", "boat.mp4")
        self.assertEqual(len([e for e in self.listed().values() if e["state"] == "ready"]), 4)
        # Another file is another chance.
        compile_plugin("acme.c", self.plugin("acme"))
        self.succeed("a boat", "-m", "acme-1", "-o", "boat.mp4")

    def test_what_others_may_write_is_refused(self):
        vendor = self.acme()
        for mode in (0o664, 0o646):
            os.chmod(self.plugin("acme"), mode)
            entry = self.listed()["libfilmgate-acme.so"]
            self.assertEqual(entry["state"], "refused", entry)
            self.assertIn("other users may", entry["problem"])
            self.assertNotIn("acme-1", self.models())
        os.chmod(self.plugin("acme"), 0o755)
        for mode in (0o775, 0o757):
            os.chmod(self.folder, mode)
            result = self.succeed("plugins", "list")
            self.assertNotIn("ready", result.out)
            self.assertIn("other users may", result.out + result.err)
        os.chmod(self.folder, 0o755)
        self.succeed("a boat", "-m", "acme-1", "-o", "boat.mp4")
        self.assertEqual(len(vendor.creates), 1)

    def test_a_second_file_of_one_id_is_shadowed(self):
        self.acme()
        compile_plugin("acme.c", self.plugin("bcme"))
        entry = self.listed()["libfilmgate-bcme.so"]
        self.assertEqual(entry["state"], "shadowed", entry)
        self.assertIn("libfilmgate-acme.so", entry["problem"])


if __name__ == "__main__":
    unittest.main()
