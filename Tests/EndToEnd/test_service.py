# SPDX-License-Identifier: Apache-2.0
"""A server under a service manager: a socket that is open already, and word of being ready and of ending."""
import os
import signal
import socket
import subprocess
import tempfile
import time
import unittest
import urllib.request
from concurrent.futures import ThreadPoolExecutor

from gate import BINARIES

BINARY = os.path.join(BINARIES, "filmgate")


class Service(unittest.TestCase):
    def test_the_socket_is_taken_over_and_the_manager_is_told(self):
        with tempfile.TemporaryDirectory() as home, socket.socket() as listener, \
                socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            listener.bind(("127.0.0.1", 0))
            listener.listen(16)
            port = listener.getsockname()[1]
            manager.bind(os.path.join(home, "notify"))
            manager.settimeout(60)
            child = os.fork()
            if child == 0:
                os.dup2(listener.fileno(), 3)
                os.set_inheritable(3, True)
                environment = dict(
                    PATH=os.environ["PATH"], HOME=home, NOTIFY_SOCKET=os.path.join(home, "notify"),
                    LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
                quiet = os.open(os.devnull, os.O_WRONLY)
                os.dup2(quiet, 1)
                os.dup2(quiet, 2)
                os.execve(BINARY, ["filmgate", "serve", "--sandbox"], environment)
            self.addCleanup(self.end, child)
            self.assertEqual(manager.recv(100), b"READY=1")
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=30) as answer:
                self.assertEqual(answer.status, 200)
            os.kill(child, signal.SIGHUP)
            self.assertRegex(manager.recv(100), rb"^RELOADING=1\nMONOTONIC_USEC=[0-9]+$")
            self.assertEqual(manager.recv(100), b"READY=1")
            os.kill(child, signal.SIGTERM)
            self.assertEqual(manager.recv(100), b"STOPPING=1")
            _, status = os.waitpid(child, 0)
            self.assertEqual(os.waitstatus_to_exitcode(status), 0)

    @staticmethod
    def end(child):
        try:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        except (ProcessLookupError, ChildProcessError):
            pass


class Starts(unittest.TestCase):
    def test_who_is_told_to_end_while_it_starts_ends_in_order(self):
        with tempfile.TemporaryDirectory() as home:
            environment = {"PATH": os.environ["PATH"], "HOME": home}
            for wait in (0.0, 0.01, 0.03, 0.1):
                process = subprocess.Popen(
                    [BINARY, "serve", "--listen", "127.0.0.1:0"], env=environment, stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL)
                # It says where it is, and at once or soon it is told to end.
                process.stdout.readline()
                time.sleep(wait)
                process.terminate()
                self.assertEqual(process.wait(60), 0)
                process.stdout.close()

    def test_a_start_that_fails_ends_in_order_whatever_is_still_at_work(self):
        with tempfile.TemporaryDirectory() as home:
            folder = os.path.join(home, ".local", "share", "filmgate")
            os.makedirs(folder, mode=0o700)
            with open(os.path.join(folder, "jobs.sqlite"), "wb") as file:
                file.write(b"this is no database " * 100)
            environment = {"PATH": os.environ["PATH"], "HOME": home}

            def start(_):
                # Plugins are hashed at the same time: nothing is known of them yet.
                with tempfile.TemporaryDirectory() as cache:
                    return subprocess.run(
                        [BINARY, "serve", "--listen", "127.0.0.1:0"], env={**environment, "XDG_CACHE_HOME": cache},
                        capture_output=True, timeout=60).returncode

            with ThreadPoolExecutor(8) as pool:
                self.assertEqual(set(pool.map(start, range(64))), {1})
