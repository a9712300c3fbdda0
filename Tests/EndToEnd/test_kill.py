"""Killed at any moment, a job is neither lost nor bought twice."""

import json
import os
import random
import shutil
import signal
import sqlite3
import tempfile
import time
import unittest

from fleet import Fleet, kill, wait_until
from gate import harness


class Kill(Fleet):
    def recover(self, user, codes, clip=True):
        """What the next commands make of it; the exit code of `wait`."""
        job = user.job()
        self.assertIsNotNone(job, "the job is lost")
        result = user.run("wait", job["id"])
        self.assertIn(result.code, codes, result)
        self.assertLessEqual(user.creates(), 1)
        self.assertLessEqual(len(user.tasks()), 1)
        if result.code == 0:
            self.assertIsNone(user.clip())
            self.assertEqual(user.leftovers(), [])
            self.assertEqual(user.creates(), 1)
        else:
            self.assertEqual(result.code, 9, result)
            self.assert_unknown(user, job["id"], result)
        return result.code

    def assert_unknown(self, user, job, result):
        self.assertEqual(result.err.count("error:"), 1, result)
        self.assertRegex(result.err, "(?i)nobody knows whether")
        self.assertRegex(result.err, "next: .*do not submit it again")
        self.assertEqual(user.job()["state"], "unknown")
        before = user.creates()
        for command in ("wait", "get", "wait"):
            self.assertEqual(user.run(command, job).code, 9)
        self.assertEqual(user.creates(), before, "what is unknown was sent again")

    def planned(self, vendor):
        """A user whose job waits for a vendor that is not there yet, and the process that tries to buy, halted while
        nothing is on its way."""
        place = harness.reserve_port()
        self.addCleanup(place.close)
        port = place.getsockname()[1]
        user = self.user(vendor)
        user.port = str(port)
        for name, value in user.environment.items():
            user.environment[name] = value.replace(user.upstream.base, "http://127.0.0.1:%d" % port)
        process = user.start_buying("--json")
        wait_until(lambda: user.job() is not None)

        def is_halted_in_time():
            process.send_signal(signal.SIGSTOP)
            # A thread that is within the kernel goes on to the end of its call, such as a write to the disk.
            wait_until(lambda: self.thread_states(process.pid) == {"T"})
            if self.left_states(user) == ["planned"]:
                return True
            process.send_signal(signal.SIGCONT)
            return False
        wait_until(is_halted_in_time)
        return user, process

    @staticmethod
    def left_states(user):
        """What the next process would find if this one were gone: also what it wrote and has not made known yet."""
        with tempfile.TemporaryDirectory() as folder:
            for name in ("jobs.sqlite", "jobs.sqlite-wal"):
                shutil.copy(user.path(os.path.join(".local/share/filmgate", name)), folder)
            connection = sqlite3.connect(os.path.join(folder, "jobs.sqlite"))
            try:
                return [state for state, in connection.execute("SELECT state FROM jobs")]
            finally:
                connection.close()

    @staticmethod
    def thread_states(process):
        states = set()
        for task in os.listdir("/proc/%d/task" % process):
            with open("/proc/%d/task/%s/stat" % (process, task)) as file:
                states.add(file.read().rsplit(")", 1)[1].split()[0])
        return states

    @staticmethod
    def workers(parent):
        found = []
        for task in os.listdir("/proc/%d/task" % parent):
            with open("/proc/%d/task/%s/children" % (parent, task)) as file:
                found += [int(child) for child in file.read().split()]
        return found

    def test_before_it_was_sent_it_is_bought_once_by_the_next_wait(self):
        def check(vendor):
            user, process = self.planned(vendor)
            kill(process)
            self.assertEqual(user.job()["state"], "queued")
            user.upstream = harness.Upstream(vendor, self.delay, "--port", user.port)
            self.addCleanup(user.upstream.stop)
            self.assertEqual(self.recover(user, [0]), 0)
            self.assertEqual(user.run("wait", user.job()["id"]).code, 0)
            self.assertEqual(user.creates(), 1)
        self.each(check)

    def test_several_may_take_up_what_was_not_sent_and_one_buys(self):
        user, process = self.planned("ark")
        kill(process)
        job = user.job()["id"]
        user.upstream = harness.Upstream("ark", self.delay, "--port", user.port)
        self.addCleanup(user.upstream.stop)
        waiting = [user.start("wait", job) for _ in range(4)]
        for process in waiting:
            _, err = process.communicate(timeout=120)
            self.assertEqual(process.returncode, 0, err)
        self.assertIsNone(user.clip())
        self.assertEqual((user.creates(), len(user.tasks())), (1, 1))

    def test_another_command_leaves_a_purchase_on_its_way_alone(self):
        user = self.user("kling")
        user.rule(on="create", hold=user.word)
        process = user.start_buying()
        wait_until(lambda: user.creates() == 1)
        self.assertEqual(user.job()["state"], "submitting")
        second = user.start("wait", user.job()["id"])
        # Long enough for it to see that there is something to do.
        time.sleep(2)
        user.upstream.release(user.word)
        for running in (process, second):
            _, err = running.communicate(timeout=120)
            self.assertEqual(running.returncode, 0, err)
        self.assertEqual((user.creates(), len(user.tasks())), (1, 1))

    def test_a_worker_that_dies_or_stalls_while_the_vendor_thinks_costs_nothing(self):
        def check(vendor, number):
            user = self.user(vendor)
            user.rule(on="create", hold=user.word)
            process = user.start_buying()
            wait_until(lambda: user.creates() == 1)
            workers = self.workers(process.pid)
            self.assertTrue(workers)
            for worker in workers:
                os.kill(worker, number)
            user.upstream.release(user.word)
            _, err = process.communicate(timeout=120)
            self.assertEqual(process.returncode, 0, err)
            self.assertIsNone(user.clip())
            self.assertEqual(user.creates(), 1)
        self.all([(vendor, number) for vendor in self.vendors for number in (signal.SIGKILL, signal.SIGSTOP)], check)

    def test_what_is_unknown_is_not_bought_again_by_the_command_that_buys_again(self):
        user = self.user("ark")
        user.rule(on="create", reply="accept_close")
        self.assertEqual(user.buy().code, 9)
        result = self.ends(user.run("again", user.job()["id"]), 9)
        self.assertEqual(user.creates(), 1, result)

    def test_while_the_purchase_is_on_its_way_the_outcome_is_unknown(self):
        def check(vendor, accept):
            user = self.user(vendor)
            user.rule(on="create", hold=user.word, **({} if accept else {"error": {
                "ark": "InternalServiceError", "kling": "5000", "jimeng": "50500", "relay": "do_request_failed"}[vendor]}))
            process = user.start_buying()
            wait_until(lambda: user.creates() == 1)
            kill(process)
            user.upstream.release(user.word)
            wait_until(lambda: len(user.tasks()) == (1 if accept else 0))
            # One vendor can be asked by our own id, and then has it.
            code = 0 if accept and vendor == "kling" else 9
            self.assertEqual(self.recover(user, [code]), code)
            self.assertEqual(user.creates(), 1)
        self.all([(vendor, accept) for vendor in self.vendors for accept in (True, False)], check)

    def test_after_it_was_taken_the_next_wait_goes_on(self):
        def check(vendor):
            user = self.user(vendor)
            user.rule(on="create", task={"stuck": True, "delay": 0.5})
            process = user.start_buying("--json")
            self.assertTrue(self.line(process, "upstream_id"))
            kill(process)
            user.change(stuck="")
            self.assertEqual(self.recover(user, [0]), 0)
        self.each(check)

    def test_while_watching_the_next_wait_goes_on(self):
        def check(vendor):
            user = self.user(vendor)
            user.rule(on="create", task={"stuck": True, "delay": 0.5})
            process = user.start_buying()
            wait_until(lambda: user.tasks())
            task = user.tasks()[0]["id"]
            wait_until(lambda: len(user.arrived("query", task)) >= 2)
            kill(process)
            user.change(stuck="")
            self.assertEqual(self.recover(user, [0]), 0)
        self.each(check)

    def test_while_downloading_the_clip_is_fetched_anew(self):
        def check(vendor):
            user = self.user(vendor)
            user.rule(on="create", task={"stuck": True, "delay": 0.2})
            process = user.start_buying()
            wait_until(lambda: user.tasks())
            task = user.tasks()[0]["id"]
            user.rule(on="media", reply="drip", chunk=4096, match=task, hold=user.word)
            user.change(stuck="")
            wait_until(lambda: user.arrived("media", task))
            # A moment more, for the first piece to come.
            time.sleep(0.3)
            kill(process)
            self.assertFalse(os.path.exists(user.path("clip.mp4")))
            self.assertEqual(user.job()["state"], "saving")
            self.assertEqual(self.recover(user, [0]), 0)
        self.each(check)

    def test_at_any_moment(self):
        # The same moments at every run. The first runs measure how long a whole purchase takes here and now.
        whole = {}
        for vendor in self.vendors:
            user = self.user(vendor)
            start = time.monotonic()
            self.assertEqual(user.buy().code, 0)
            whole[vendor] = time.monotonic() - start
        seeded = random.Random(20)
        moments = [(number, self.vendors[number % 4], seeded.random() * 1.1) for number in range(28)]
        outcomes = []

        def check(number, vendor, part):
            user = self.user(vendor)
            process = user.start_buying()
            time.sleep(whole[vendor] * part)
            kill(process)
            if user.job() is None:
                # Killed before anything was written down: then nothing was sent either.
                time.sleep(0.3)
                self.assertEqual(user.creates(), 0, "bought without a record")
                outcomes.append("nothing")
            else:
                outcomes.append(self.recover(user, [0, 9]))
        side_by_side, self.side_by_side = self.side_by_side, 3
        self.all(moments, check)
        self.side_by_side = side_by_side
        self.assertIn(0, outcomes)

    @staticmethod
    def line(process, word):
        """Reads events until one has the word."""
        for line in process.stdout:
            if word in line.decode():
                return json.loads(line)
        return None


class Leave(Fleet):
    """Ways to leave a job that are not violent."""

    vendors = ("ark", "kling")

    def watched(self, user, *more):
        user.rule(on="create", task={"stuck": True, "delay": 0.2})
        process = user.start_buying(*more)
        wait_until(lambda: user.tasks())
        task = user.tasks()[0]["id"]
        wait_until(lambda: user.arrived("query", task))
        return process

    def finish(self, user):
        user.change(stuck="")
        result = user.run("wait", user.job()["id"])
        self.assertEqual(result.code, 0, result)
        self.assertIsNone(user.clip())
        self.assertEqual(user.creates(), 1)

    def test_interrupted_the_job_goes_on(self):
        def check(vendor, number):
            user = self.user(vendor)
            process = self.watched(user)
            process.send_signal(number)
            out, err = process.communicate(timeout=120)
            self.assertEqual(process.returncode, 130, err)
            self.assertEqual(out.decode().strip(), user.job()["id"])
            self.assertIn("filmgate wait " + user.job()["id"], err.decode())
            self.finish(user)
        self.all([(vendor, number) for vendor in self.vendors for number in (signal.SIGINT, signal.SIGTERM)], check)

    def test_interrupted_while_the_purchase_is_on_its_way_its_answer_is_still_heard(self):
        def check(vendor):
            user = self.user(vendor)
            user.rule(on="create", hold=user.word, task={"stuck": True, "delay": 0.2})
            process = user.start_buying()
            wait_until(lambda: user.creates() == 1)
            process.send_signal(signal.SIGINT)
            # A moment, for it to take notice first.
            time.sleep(0.5)
            user.upstream.release(user.word)
            _, err = process.communicate(timeout=120)
            self.assertEqual(process.returncode, 130, err)
            self.assertIn(user.job()["state"], ("queued", "running"))
            self.finish(user)
        self.each(check)

    def test_two_processes_may_wait_for_one_job(self):
        def check(vendor, killed):
            user = self.user(vendor)
            job, _ = user.ordered(delay=3)
            waiting = [user.start("wait", job), user.start("wait", job)]
            if killed:
                time.sleep(1.5)
                kill(waiting.pop(0))
            for process in waiting:
                _, err = process.communicate(timeout=120)
                self.assertEqual(process.returncode, 0, err)
            self.assertIsNone(user.clip())
            self.assertEqual(user.creates(), 1)
            self.assertEqual([name for name in os.listdir(user.home) if name.startswith("clip")], ["clip.mp4"])
        self.all([(vendor, killed) for vendor in self.vendors for killed in (False, True)], check)

    def test_without_waiting_and_then_waiting(self):
        def check(vendor):
            user = self.user(vendor)
            job, upstream = user.ordered(delay=0.5)
            self.assertTrue(upstream)
            self.assertIn(user.job()["state"], ("queued", "running"))
            self.assertFalse(os.path.exists(user.path("clip.mp4")))
            self.finish(user)
            self.assertEqual(user.run("get", job).code, 0)
        self.each(check)

    def test_a_timeout_leaves_the_job_running(self):
        def check(vendor):
            user = self.user(vendor)
            user.rule(on="create", task={"stuck": True, "delay": 0.2})
            result = user.buy("--timeout", "1s")
            self.assertEqual(result.code, 8, result)
            self.assertEqual(result.out.strip(), user.job()["id"])
            self.assertEqual(user.run("wait", user.job()["id"], "--timeout", "300ms").code, 8)
            self.finish(user)
        self.each(check)

    def test_a_timeout_holds_although_the_vendor_does_not_answer(self):
        def check(vendor):
            user = self.user(vendor)
            job, upstream = user.ordered(delay=0.2)
            # No answer ever: that the command ends is the measure.
            user.rule(on="query", hold=user.word, match=upstream)
            self.assertEqual(user.run("wait", job, "--timeout", "1s").code, 8)
            self.finish(user)
        self.each(check)


if __name__ == "__main__":
    unittest.main()
