# SPDX-License-Identifier: Apache-2.0
"""A server under a service manager: a socket that is open already, and word of being ready and of ending."""
import os
import signal
import socket
import tempfile
import unittest
import urllib.request

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
