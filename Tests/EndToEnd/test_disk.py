"""A full disk costs nothing: before the purchase nothing is bought, after it the clip is kept."""

import os
import subprocess
import time
import unittest

from fleet import Fleet, wait_until
from gate import BINARIES, Result

FOLDER = ".local/share/filmgate"


class Disk(Fleet):
    vendors = ("ark",)

    def small_disk(self, user, folder, size):
        """A disk of so many bytes below the user's home."""
        path = user.path(folder)
        os.makedirs(path)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=%d" % size, "tmpfs", path], capture_output=True)
        self.assertEqual(mounted.returncode, 0, "these tests mount small disks, which needs root: %s" % mounted.stderr)
        self.addCleanup(subprocess.run, ["umount", "-l", path], check=True)
        return path

    @staticmethod
    def fill(folder, left=0):
        """Fills the disk up to so many bytes; the file that does it."""
        name = os.path.join(folder, "filler")
        status = os.statvfs(folder)
        size = max(0, status.f_bavail * status.f_frsize - left)
        with open(name, "wb") as file:
            try:
                file.write(b"\0" * size)
            except OSError:
                pass
        return name

    def one_error(self, result, code=1):
        self.assertEqual(result.code, code, result)
        self.assertEqual(result.err.count("error:"), 1, result)
        self.assertIn("next:", result.err, result)
        self.assertRegex(result.err, "(?i)full|no space|room", result)

    def test_whatever_room_is_left_nothing_is_bought_and_forgotten(self):
        # In steps over all sizes at which another write is the first that fails.
        def check(left):
            user = self.user("ark")
            folder = self.small_disk(user, FOLDER, 2 << 20)
            filler = self.fill(folder, left)
            result = user.buy()
            bought = user.creates()
            self.assertLessEqual(bought, 1)
            os.unlink(filler)
            if result.code == 0:
                self.assertIsNone(user.clip())
                return
            self.one_error(result)
            job = user.job()
            if bought:
                self.assertIsNotNone(job, "bought and forgotten: %s" % result)
                self.assertEqual(user.run("wait", job["id"]).code, 0)
                self.assertIsNone(user.clip())
                self.assertEqual(user.creates(), 1)
            elif job and job["state"] == "queued":
                self.assertEqual(user.run("wait", job["id"]).code, 0)
                self.assertEqual(user.creates(), 1)
        self.all([(kib << 10,) for kib in (0, 4, 8, 16, 32, 48, 64, 80, 96, 128, 192, 256, 384, 512, 560, 600, 640, 700, 800)], check)

    def test_a_disk_that_fills_up_while_watching_loses_nothing(self):
        user = self.user("ark")
        folder = self.small_disk(user, FOLDER, 2 << 20)
        user.rule(on="create", task={"delay": 2})
        process = user.start_buying()
        wait_until(user.tasks)
        task = user.tasks()[0]["id"]
        wait_until(lambda: user.arrived("query", task))
        filler = self.fill(folder)
        out, err = process.communicate(timeout=120)
        os.unlink(filler)
        self.assertIn(process.returncode, (0, 1), err)
        result = user.run("wait", user.job()["id"])
        self.assertEqual(result.code, 0, result)
        self.assertIsNone(user.clip())
        self.assertEqual(user.creates(), 1)

    def test_a_disk_that_fills_up_while_the_purchase_is_on_its_way_still_holds_its_answer(self):
        user = self.user("ark")
        folder = self.small_disk(user, FOLDER, 2 << 20)
        user.rule(on="create", delay=2, task={"delay": 0.5})
        process = user.start_buying()
        wait_until(lambda: user.creates() == 1)
        filler = self.fill(folder)
        time.sleep(0.1)
        out, err = process.communicate(timeout=120)
        os.unlink(filler)
        self.assertIn(process.returncode, (0, 1), err)
        result = user.run("wait", user.job()["id"])
        self.assertEqual(result.code, 0, (result, err))
        self.assertIsNone(user.clip())
        self.assertEqual(user.creates(), 1)

    def test_no_room_for_the_clip_keeps_it_at_the_vendor(self):
        user = self.user("ark")
        self.small_disk(user, "clips", 64 << 10)
        result = user.run(*user.arguments()[:-1], "clips/clip.mp4")
        self.one_error(result)
        self.assertEqual(os.listdir(user.path("clips")), [])
        self.assertEqual(user.job()["state"], "saving")
        self.one_error(user.run("wait", user.job()["id"]))
        self.assertEqual(user.run("wait", user.job()["id"], "-o", "clip.mp4").code, 0)
        self.assertIsNone(user.clip())
        self.assertEqual(user.creates(), 1)

    def test_a_limit_on_file_sizes_is_a_full_disk(self):
        user = self.user("ark")
        job, _ = user.ordered(delay=0.1)
        limit = 8 << 10
        script = "ulimit -f %d; exec \"$@\"" % (limit // 1024)
        process = subprocess.run(
            ["bash", "-c", script, "bash", os.path.join(BINARIES, "filmgate"), "wait", job], cwd=user.home,
            env=user.environment, capture_output=True, text=True, timeout=120)
        result = Result(process.returncode, process.stdout, process.stderr)
        self.assertGreater(result.code, 0, result)
        self.assertEqual(result.err.count("error:"), 1, result)
        self.assertFalse(os.path.exists(user.path("clip.mp4")))
        self.assertEqual(user.run("wait", job).code, 0)
        self.assertIsNone(user.clip())
        self.assertEqual(user.creates(), 1)


if __name__ == "__main__":
    unittest.main()
