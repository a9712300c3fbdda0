"""A network of one's own: no way out of it leads anywhere, and this machine has whatever addresses a test wants.

So a vendor can stand at an address of the public Internet, and whatever a gateway fetches from a private one is seen.
"""

import ctypes
import fcntl
import http.server
import os
import socket
import struct
import threading
from urllib.parse import unquote

NEW_USERS, NEW_NETWORK = 0x10000000, 0x40000000
SET_FLAGS, SET_ADDRESS, UP_AND_RUNNING = 0x8914, 0x8916, 0x41
LOOPBACK_INDEX = 1


def enter(addresses4, addresses6):
    """Moves this process, which must have one thread, into a network with these addresses; why that cannot be, or None."""
    system, user, group = ctypes.CDLL(None, use_errno=True), os.getuid(), os.getgid()
    if system.unshare(NEW_NETWORK) != 0:
        # Without rights over the machine's network: as somebody who has them in a world of their own.
        if system.unshare(NEW_USERS | NEW_NETWORK) != 0:
            return "the system lets nobody have a network of their own (unshare: %s)" % os.strerror(ctypes.get_errno())
        for name, text in (("setgroups", "deny"), ("uid_map", "0 %d 1" % user), ("gid_map", "0 %d 1" % group)):
            with open("/proc/self/" + name, "w") as file:
                file.write(text)
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
            fcntl.ioctl(control, SET_FLAGS, struct.pack("16sh14x", b"lo", UP_AND_RUNNING))
            for number, address in enumerate(addresses4):
                place = struct.pack("=HH4s8x", socket.AF_INET, 0, socket.inet_aton(address))
                fcntl.ioctl(control, SET_ADDRESS, struct.pack("16s16s", b"lo:%d" % (number + 1), place))
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as control:
            for address in addresses6:
                place = socket.inet_pton(socket.AF_INET6, address)
                fcntl.ioctl(control, SET_ADDRESS, struct.pack("=16sIi", place, 128, LOOPBACK_INDEX))
    except OSError as problem:
        return "this network cannot be given addresses: %s" % problem
    return None


class Everywhere:
    """A server at all addresses and one port. It has what is put there, sends on to `?to=`, and remembers who asked for
    what at which address."""

    def __init__(self):
        self.files, self.hits = {}, []
        everywhere = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def serve(self):
                length = int(self.headers.get("Content-Length") or 0)
                self.rfile.read(length)
                everywhere.hits.append((self.request.getsockname()[0].removeprefix("::ffff:"), self.command, self.path))
                path, _, query = self.path.partition("?")
                found = everywhere.files.get(path)
                self.send_response(302 if query.startswith("to=") else 200 if found else 404)
                if query.startswith("to="):
                    self.send_header("Location", unquote(query[3:]))
                    found = None
                self.send_header("Content-Type", "video/mp4")
                self.send_header("Content-Length", str(len(found or b"")))
                self.end_headers()
                self.wfile.write(found or b"")

            do_GET = do_POST = do_HEAD = serve

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            address_family = socket.AF_INET6

            def server_bind(self):
                self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
                super().server_bind()

        self.server = Server(("::", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def at(self, address, path):
        """Where `path` is, by one of the machine's addresses."""
        return "http://%s:%d%s" % ("[%s]" % address if ":" in address else address, self.port, path)

    def asked(self, path, addresses=None):
        return [hit for hit in self.hits if hit[2].startswith(path) and (addresses is None or hit[0] in addresses)]

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
