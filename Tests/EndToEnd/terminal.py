"""Runs a program on a terminal of its own, types at it, and reads its screen; for the tests in this folder."""

import os
import pty
import re
import select
import signal
import time


class TerminalRun:
    def __init__(self, arguments, environment, folder):
        self.process, self.descriptor = pty.fork()
        if self.process == 0:
            try:
                os.chdir(folder)
                os.execvpe(arguments[0], arguments, environment)
            finally:
                os._exit(127)
        self.screen = ""
        self.isOpen = True

    def read(self, seconds):
        """Reads for so long, or until the program ends."""
        end = time.monotonic() + seconds
        while self.isOpen and time.monotonic() < end:
            if not select.select([self.descriptor], [], [], 0.05)[0]:
                continue
            try:
                data = os.read(self.descriptor, 65536)
            except OSError:
                data = b""
            self.isOpen = bool(data)
            self.screen += data.decode("utf-8", "replace")

    def until(self, text, seconds=60, plain=False):
        """Reads until the text stands on the screen, which `plain` frees of control characters first; AssertionError
        when it does not come."""
        end = time.monotonic() + seconds
        while text not in (re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x1f\x7f]", "", self.screen) if plain else self.screen):
            if not self.isOpen or time.monotonic() > end:
                raise AssertionError("%r did not come; there is\n%s" % (text, self.screen))
            self.read(0.1)

    def type(self, text):
        os.write(self.descriptor, text.encode())

    def finish(self, seconds=60):
        """The exit code."""
        self.read(seconds)
        if self.isOpen:
            os.kill(self.process, signal.SIGKILL)
        status = os.waitpid(self.process, 0)[1]
        os.close(self.descriptor)
        return os.waitstatus_to_exitcode(status)
