"""Real result files, so that ffprobe can tell whether a request got through unchanged.

Clips are rendered once per (size, frames, fps, sound) and kept in the clips directory; several
emulators may share one directory because a finished file appears by an atomic rename.
"""

import os
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor


class ClipShelf:
    def __init__(self, directory):
        self.directory = directory
        os.makedirs(directory, exist_ok=True)
        self._locks, self._guard = {}, threading.Lock()
        self._pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="render")

    def prepare(self, clip):
        """Starts rendering in the background; `path` waits for it."""
        self._pool.submit(self._quietly, clip)

    def _quietly(self, clip):
        try:
            self.path(clip)
        except (OSError, subprocess.SubprocessError):
            pass          # the later GET reports it

    def path(self, clip, kind="mp4"):
        name = "{width}x{height}_{frames}f_{fps}fps_{sound}.{kind}".format(
            sound="sound" if clip.get("audio") else "silent", kind=kind, **clip)
        with self._guard:
            lock = self._locks.setdefault(name, threading.Lock())
        full = os.path.join(self.directory, name)
        with lock:
            if not os.path.exists(full):
                self._render(clip, full, kind)
        return full

    def _render(self, clip, full, kind):
        draft = "%s.%d.part.%s" % (full, os.getpid(), kind)
        seconds = clip["frames"] / clip["fps"]
        # A small test picture blown up: several times cheaper than a full-size one.
        small = "%dx%d" % (max(16, clip["width"] // 16 * 2), max(16, clip["height"] // 16 * 2))
        command = ["ffmpeg", "-v", "error", "-nostdin", "-y",
                   "-f", "lavfi", "-i", "testsrc2=size=%s:rate=%d" % (small, clip["fps"])]
        if kind == "png":
            command += ["-frames:v", "1"]
        else:
            if clip.get("audio"):
                command += ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=44100:duration=%.6f" % seconds,
                            "-c:a", "aac", "-ac", "1"]
            command += ["-frames:v", str(clip["frames"]), "-c:v", "libx264", "-preset", "ultrafast",
                        "-pix_fmt", "yuv420p", "-movflags", "+faststart"]
        command += ["-vf", "scale=%d:%d:flags=neighbor,setsar=1" % (clip["width"], clip["height"]),
                    "-threads", "1", draft]
        try:
            subprocess.run(command, check=True, timeout=300, stdin=subprocess.DEVNULL,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            os.replace(draft, full)
        finally:
            if os.path.exists(draft):
                os.remove(draft)


def spoil(data, how):
    """The file as a broken store would hand it out."""
    if how == "short":
        return data[: len(data) // 2]
    if how == "corrupt":
        return bytes(byte ^ 0xA5 for byte in data[:4096]) + data[4096:]
    if how == "empty":
        return b""
    return data
