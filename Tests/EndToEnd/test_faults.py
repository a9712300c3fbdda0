"""Whatever the vendor answers: the right exit code, one purchase at most, and no clip lost or broken."""

import os
import threading
import time
import unittest

from fleet import Fleet, wait_until
from gate import harness

# (vendor, what it refuses a purchase with, exit code)
REFUSALS = [
    ("ark", "InvalidParameter", 64), ("ark", "AuthenticationError", 4), ("ark", "AccessDenied", 4),
    ("ark", "AccountOverdueError", 6), ("ark", "QuotaExceeded", 6), ("ark", "ModelNotOpen", 64),
    ("ark", "RateLimitExceeded", 5), ("ark", "ServerOverloaded", 5), ("ark", "InputTextSensitiveContentDetected", 3),
    ("ark", "InputImageSensitiveContentDetected.PrivacyInformation", 3), ("ark", "InternalServiceError", 9),
    ("kling", "1000", 4), ("kling", "1003", 4), ("kling", "1101", 6), ("kling", "1102", 6), ("kling", "1103", 4),
    ("kling", "1201", 64), ("kling", "1203", 64), ("kling", "1301", 3), ("kling", "1302", 5), ("kling", "1303", 5),
    ("kling", "1304", 4), ("kling", "5000", 9), ("kling", "5002", 9),
    ("jimeng", "50412", 3), ("jimeng", "50411", 3), ("jimeng", "50429", 5), ("jimeng", "50430", 5),
    ("jimeng", "50500", 9), ("jimeng", "50200", 64), ("jimeng", "100009", 4), ("jimeng", "100010", 4),
    ("jimeng", "100013", 4), ("jimeng", "100018", 5), ("jimeng", "100023", 9),
    ("relay", "invalid_api_key", 4), ("relay", "insufficient_user_quota", 6), ("relay", "rate_limit_exceeded", 5),
    ("relay", "invalid_request", 64), ("relay", "model_not_found", 64), ("relay", "do_request_failed", 9),
]
# (vendor, why a task that was taken failed, exit code)
FAILURES = [
    ("ark", "OutputVideoSensitiveContentDetected", 3), ("ark", "InputTextRiskDetection", 3),
    ("ark", "InternalServiceError", 2), ("kling", "5000", 2), ("jimeng", "50516", 3), ("jimeng", "50412", 3),
    ("relay", "OutputVideoSensitiveContentDetected", 3), ("relay", "InternalServiceError", 2),
]
# How an answer to a purchase can be no answer. Whether the vendor did its work differs; nobody here can know.
UNCLEAR = ["close", "reset", "accept_close", "accept_reset", "truncate", "wrong_length", "html502", "empty",
           "chunked_cut", "redirect"]
# Of these, the ones where it did. A vendor that knows our own id of a task is asked for it then.
TAKEN = {"accept_close", "accept_reset", "truncate", "wrong_length", "chunked_cut", "empty"}
CLEAR = ["chunked", "drip"]


class Purchase(Fleet):
    """What can go wrong while buying."""

    side_by_side = 10

    def test_every_refusal_has_its_exit_code_and_is_not_tried_again(self):
        def check(vendor, code, expected):
            user = self.user(vendor)
            user.rule(on="create", error=code)
            result = self.ends(user.buy(), expected)
            self.assertEqual((user.creates(), user.tasks()), (1, []), result)
            self.assertEqual(user.job()["state"], "unknown" if expected == 9 else "failed")
            # Coming back to it buys nothing either.
            self.assertEqual(user.run("wait", user.job()["id"]).code, expected)
            self.assertEqual(user.creates(), 1)
            if expected == 9:
                self.assertRegex(result.err, "next: .*do not submit it again")
            if expected == 4:
                self.assertNotRegex(result.err, "try again;")
        self.all(REFUSALS, check)

    def test_a_rate_limit_tells_how_long_to_wait_and_is_the_users_to_repeat(self):
        codes = {"ark": "RateLimitExceeded", "kling": "1302", "jimeng": "50429", "relay": "rate_limit_exceeded"}

        def check(vendor):
            user = self.user(vendor)
            user.rule(on="create", error=codes[vendor], retry_after=7)
            result = self.ends(user.buy(), 5)
            self.assertIn("7 s", result.err)
            self.assertEqual(user.creates(), 1)
            again = user.run("again", user.job()["id"], "-o", "clip.mp4")
            self.assertEqual(again.code, 0, again)
            self.assertEqual((user.creates(), len(user.tasks())), (2, 1))
        self.each(check)

    def test_no_answer_means_unknown_and_is_never_sent_again(self):
        def check(vendor, reply):
            user = self.user(vendor)
            user.rule(on="create", reply=reply)
            if vendor == "kling" and reply in TAKEN:
                result = user.buy()
                self.assertEqual((result.code, user.creates(), user.clip()), (0, 1, None), result)
                return
            result = self.ends(user.buy(), 9)
            self.assertRegex(result.err, "(?i)nobody knows")
            self.assertRegex(result.err, "next: .*`filmgate settle .*do not submit it again")
            self.assertEqual(user.job()["state"], "unknown")
            self.assertEqual(user.run("wait", user.job()["id"]).code, 9)
            self.assertEqual(user.creates(), 1)
            self.assertFalse(os.path.exists(user.path("clip.mp4")))
        self.all([(vendor, reply) for vendor in self.vendors for reply in UNCLEAR], check)

    def test_what_the_vendor_has_after_all_is_settled_by_its_id_and_by_no_other(self):
        def check(vendor):
            user = self.user(vendor)
            user.rule(on="create", reply="accept_close")
            self.ends(user.buy(), 9)
            job, [task] = user.job()["id"], user.tasks()
            shown = user.run("show", job)
            self.assertIn("filmgate settle %s --upstream-id ID" % job, shown.out)
            wrong = self.ends(user.run("settle", job, "--upstream-id", "nobody-has-this"), 64)
            self.assertIn("so job %s stays unknown" % job, wrong.err)
            self.assertEqual(user.job()["state"], "unknown")
            blind = self.ends(user.run("settle", job), 64)
            self.assertIn("cannot be asked", blind.err)
            settled = user.run("settle", job, "--upstream-id", task["id"], "--json")
            self.assertEqual(settled.code, 0, settled)
            self.assertEqual((settled.events[0]["event"], settled.events[0]["job"]["upstream_id"]), ("settled", task["id"]))
            waited = user.run("wait", job, "-o", "clip.mp4")
            self.assertEqual((waited.code, user.clip()), (0, None), waited)
            self.assertIn("is not unknown", self.ends(user.run("settle", job, "--not-bought"), 64).err)
            self.assertEqual(user.creates(), 1)
            self.ends(user.run("settle", job, "--not-bought", "--upstream-id", "x"), 64)
        self.all([(vendor,) for vendor in ("ark", "jimeng", "relay")], check)

    def test_what_the_vendor_does_not_have_is_closed_and_cost_nothing(self):
        def check(vendor):
            user = self.user(vendor)
            user.rule(on="create", reply="close")
            self.ends(user.buy(), 9)
            job = user.job()["id"]
            closed = user.run("settle", job, "--not-bought")
            self.assertEqual((closed.code, closed.out), (0, "%s failed\n" % job), closed)
            self.assertEqual((user.job()["state"], user.job()["failure"]["charged"]), ("failed", "no"))
            self.assertEqual(user.creates(), 1)
        self.each(check)

    def test_a_vendor_that_knows_our_id_late_is_asked_again_by_whoever_comes_back(self):
        user = self.user("kling")
        user.rule(on="create", reply="accept_close")
        # Not to be found at first: the purchase looks three times, each time in vain.
        user.rule(on="query", match="/fg_", error="1203", times=3)
        self.ends(user.buy(), 9)
        job = user.job()["id"]
        waited = user.run("wait", job, "-o", "clip.mp4")
        self.assertEqual((waited.code, user.clip(), user.creates()), (0, None, 1), waited)
        self.assertEqual(user.job()["upstream_id"], user.tasks()[0]["id"])

    def test_a_status_that_says_nothing_about_the_purchase_means_unknown(self):
        def check(vendor, status):
            user = self.user(vendor)
            user.rule(on="create", status=status, body="<html>gateway</html>", content_type="text/html")
            self.ends(user.buy(), 9)
            self.assertEqual(user.creates(), 1)
        self.all([(vendor, status) for vendor in self.vendors for status in (204, 303, 408, 504)], check)

    def test_a_refusal_with_a_status_of_success_is_a_refusal(self):
        bodies = {"ark": {"error": {"code": "AccountOverdueError", "message": "no"}}, "kling": {"code": 1102, "message": "no"},
                  "jimeng": {"code": 50412, "status": 50412, "data": None, "message": "no"},
                  "relay": {"error": {"code": "insufficient_user_quota", "message": "no"}}}

        def check(vendor):
            user = self.user(vendor)
            user.rule(on="create", status=200, body=bodies[vendor])
            self.ends(user.buy(), 3 if vendor == "jimeng" else 6)
            self.assertEqual(user.creates(), 1)
        self.each(check)

    def test_an_endless_answer_means_unknown_too(self):
        def check(vendor):
            user = self.user(vendor)
            user.rule(on="create", reply="huge", bytes=12 << 20)
            self.ends(user.buy(), 9)
            self.assertEqual(user.creates(), 1)
        self.each(check)

    def test_answers_of_a_shape_that_nobody_knows(self):
        bodies = ["{}", "[]", "null", '{"data":{}}', '{"id":""}', "not json", '{"id":{"a":1}}', '{"code":0,"data":null}',
                  "[" * 5000, '{"id":"' + "x" * 300000 + '"}']

        def check(vendor, body):
            user = self.user(vendor)
            user.rule(on="create", body=body)
            result = user.buy("--timeout", "1s")
            self.assertIn(result.code, (8, 9) if len(body) > 100000 else (9,), result)
            self.assertEqual(user.creates(), 1)
        self.all([(vendor, body) for vendor in ("ark", "kling", "jimeng") for body in bodies], check)

    def test_slow_and_chunked_answers_are_answers(self):
        def check(vendor, reply):
            user = self.user(vendor)
            user.rule(on="create", reply=reply, chunk=40, interval=0.01)
            self.assertEqual(user.buy().code, 0)
            self.assertIsNone(user.clip())
            self.assertEqual(user.creates(), 1)
        self.all([(vendor, reply) for vendor in self.vendors for reply in CLEAR], check)

    def test_without_a_network_nothing_is_sent(self):
        place = harness.reserve_port()
        self.addCleanup(place.close)
        closed = place.getsockname()[1]

        def check(vendor, host):
            user = self.user(vendor)
            for name, value in user.environment.items():
                user.environment[name] = value.replace(user.upstream.base, "http://" + host)
            result = self.ends(user.buy(), 5)
            self.assertIn(host.partition(":")[0], result.err)
            self.assertEqual(user.creates(), 0)
            self.assertEqual(user.job()["state"], "failed")
        self.all([(vendor, host) for vendor in ("ark", "kling")
                  for host in ("127.0.0.1:%d" % closed, "no-such-host.invalid")], check)


class Fate(Fleet):
    """What can become of a task that was taken."""

    side_by_side = 12

    def test_a_task_that_failed_says_why(self):
        def check(vendor, code, expected):
            user = self.user(vendor)
            message = "Inference failed" if vendor == "kling" else ""
            user.rule(on="create", task={"outcome": "fail", "code": code, "message": message, "delay": 0.2})
            result = self.ends(user.buy(), expected)
            self.assertEqual(user.job()["state"], "failed")
            self.assertEqual(user.creates(), 1)
            self.assertFalse(os.path.exists(user.path("clip.mp4")))
            self.assertEqual(user.run("wait", user.job()["id"]).code, expected, result)
        self.all(FAILURES, check)

    def test_a_task_that_expired_is_asked_for_once_more(self):
        def check(vendor):
            user = self.user(vendor)
            user.rule(on="create", task={"outcome": "expire", "delay": 0.2})
            self.ends(user.buy(), 2)
            self.assertEqual(user.creates(), 1)
        self.all([("ark",), ("jimeng",)], check)

    def test_odd_lives_end_in_a_clip(self):
        lives = [{"status": "pondering", "delay": 0.8}, {"backwards": True, "delay": 0.8}, {"lag": True, "delay": 0.5}]

        def check(vendor, life):
            user = self.user(vendor)
            user.rule(on="create", task=life)
            result = user.buy()
            self.assertEqual(result.code, 0, result)
            self.assertIsNone(user.clip())
            self.assertEqual(user.creates(), 1)
        self.all([(vendor, life) for vendor in self.vendors for life in lives], check)

    def test_a_task_that_stands_still_ends_with_the_timeout_and_not_with_a_verdict(self):
        def check(vendor):
            user = self.user(vendor)
            user.rule(on="create", task={"stuck": True})
            result = user.buy("--timeout", "1500ms")
            self.assertEqual(result.code, 8, result)
            self.assertEqual(user.job()["state"], "queued")
        self.each(check)

    def test_success_without_a_link_is_asked_again(self):
        def check(vendor):
            user = self.user(vendor)
            job, task = user.ordered(delay=0.1)
            for _ in range(2):
                user.rule(on="query", match=task, answer={"state": "succeeded", "no_link": True})
            result = user.run("wait", job)
            self.assertEqual(result.code, 0, result)
            self.assertIsNone(user.clip())
        self.each(check)

    def test_success_that_never_has_a_link_is_not_lost(self):
        def check(vendor):
            user = self.user(vendor)
            user.rule(on="create", task={"no_link": True, "delay": 0.1})
            result = user.buy("--timeout", "2s")
            self.assertEqual(result.code, 8, result)
            self.assertIn(user.job()["state"], ("running", "saving", "queued"))
        self.each(check)


class Looks(Fleet):
    """What can go wrong while watching. "Cannot reach" is not "failed"."""

    side_by_side = 14

    def survives(self, vendor, *rules):
        user = self.user(vendor)
        job, task = user.ordered(delay=0.1)
        for rule in rules:
            user.rule(on="query", match=task, **rule)
        result = user.run("wait", job)
        self.assertEqual(result.code, 0, result)
        self.assertIsNone(user.clip())
        self.assertEqual(user.creates(), 1)
        return user, result

    def test_answers_that_say_nothing_are_asked_for_again(self):
        replies = [{"reply": reply} for reply in (
            "close", "reset", "truncate", "wrong_length", "html502", "empty", "chunked_cut", "redirect")]
        replies += [{"reply": "huge", "bytes": 12 << 20}, {"body": "{}"}, {"body": "[]"}, {"body": "not json"},
                    {"status": 503, "body": ""}, {"status": 500, "body": "oops"}]
        self.all([(vendor, rule) for vendor in self.vendors for rule in replies], self.survives)

    def test_rate_limits_of_looks_are_kept(self):
        codes = {"ark": "RateLimitExceeded", "kling": "1302", "jimeng": "50429", "relay": "rate_limit_exceeded"}

        def check(vendor):
            user, _ = self.survives(vendor, {"error": codes[vendor], "retry_after": 3})
            times = [row["time"] for row in user.arrived("query", user.job()["upstream_id"])]
            self.assertGreater(max(b - a for a, b in zip(times, times[1:])), 2.8, "asked again before it was time")
        self.each(check)

    def test_a_wish_to_wait_that_makes_no_sense_is_bounded(self):
        def check(wish):
            user = self.user("ark")
            job, task = user.ordered(delay=0.1)
            user.rule(on="query", match=task, error="RateLimitExceeded", retry_after=wish)
            result = user.run("wait", job, "--timeout", "5s")
            self.assertIn(result.code, (0, 8), result)
            self.assertNotEqual(user.job()["state"], "failed")
        self.all([(wish,) for wish in ("-5", "soon", "9" * 30, "", "Fri, 31 Dec 9999 23:59:59 GMT",
                                       "Thu, 01 Jan 1970 00:00:00 GMT", "1e9", "0")], check)

    def test_the_vendors_own_faults_are_no_verdict(self):
        codes = {"ark": "InternalServiceError", "kling": "5000", "jimeng": "50500", "relay": "do_request_failed"}
        self.all([(vendor,) for vendor in self.vendors], lambda vendor: self.survives(vendor, {"error": codes[vendor]}))

    def test_a_task_that_is_not_found_at_first_is_waited_for(self):
        codes = {"ark": "NotFound", "kling": "1203", "relay": "task_not_exist"}
        self.all([(vendor,) for vendor in codes], lambda vendor: self.survives(vendor, {"error": codes[vendor]}))

    def test_a_key_that_is_rejected_while_watching_pauses_the_job(self):
        codes = {"ark": "AuthenticationError", "kling": "1002", "jimeng": "100010", "relay": "invalid_api_key"}

        def check(vendor):
            user = self.user(vendor)
            job, task = user.ordered(delay=0.1)
            # A token is made anew and tried once more, so twice for the vendor that takes tokens.
            user.rule(on="query", match=task, error=codes[vendor], times=2 if vendor == "kling" else 1)
            self.ends(user.run("wait", job), 4)
            self.assertIn(user.job()["state"], ("queued", "running"))
            result = user.run("wait", job)
            self.assertEqual(result.code, 0, result)
            self.assertIsNone(user.clip())
            self.assertEqual(user.creates(), 1)
        self.each(check)

    def test_a_vendor_that_is_down_has_not_failed(self):

        def check(vendor):
            user = self.user(vendor)
            place = harness.reserve_port()
            self.addCleanup(place.close)
            port = str(place.getsockname()[1])
            state = user.path("vendor.json")
            old, base = user.upstream, "http://127.0.0.1:" + port
            for name, value in user.environment.items():
                user.environment[name] = value.replace(old.base, base)
            user.upstream = harness.Upstream(vendor, 0.5, "--port", port, "--state", state)
            job, _ = user.ordered()
            wait_until(lambda: os.path.exists(state))
            user.upstream.stop()
            process, told = user.start("wait", job), []

            def listen():
                for line in process.stderr:
                    told.append(line.decode())
            listener = threading.Thread(target=listen)
            listener.start()
            wait_until(lambda: process.poll() is not None or "cannot be reached" in "".join(told))
            time.sleep(1)
            self.assertIsNone(process.poll(), "gave up on a vendor that is only down")
            self.assertIn(user.job()["state"], ("queued", "running"))
            user.upstream = harness.Upstream(vendor, 0.5, "--port", port, "--state", state)
            self.addCleanup(user.upstream.stop)
            self.assertEqual(process.wait(timeout=120), 0, told)
            listener.join(60)
            process.stdout.close()
            process.stderr.close()
            self.assertIn("cannot be reached", "".join(told))
            self.assertIsNone(user.clip())
            self.assertEqual(user.creates(), 0, "bought again from the vendor that came back")
        self.all([("ark",), ("kling",)], check)


class Clips(Fleet):
    """What can go wrong with the link. The clip is paid for."""

    side_by_side = 14

    def test_a_link_that_gives_no_clip_once_is_tried_again(self):
        spoiled = ["404", "expired", "truncate", "short", "corrupt", "empty", "close", "html"]

        def check(vendor, how):
            user = self.user(vendor)
            job, task = user.ordered(delay=0.1)
            user.rule(on="media", media=how, match=task)
            process = user.start("wait", job)
            out = err = None
            while process.poll() is None:
                # Under the final name there is a whole clip or nothing.
                if os.path.exists(user.path("clip.mp4")):
                    self.assertIsNone(user.clip())
                time.sleep(0.1)
            out, err = process.communicate()
            self.assertEqual(process.returncode, 0, (out, err))
            self.assertIsNone(user.clip())
            self.assertEqual(user.leftovers(), [])
            self.assertEqual(user.creates(), 1)
            looks = user.arrived("query", task)
            self.assertGreaterEqual(len(user.arrived("media", task)), 2)
            if how in ("404", "expired", "short", "corrupt", "empty", "html"):
                self.assertGreaterEqual(len(looks), 2, "no fresh link was asked for")
        self.all([(vendor, how) for vendor in self.vendors for how in spoiled], check)

    def test_a_link_that_never_gives_a_clip_leaves_nothing_broken(self):
        def check(vendor, how):
            user = self.user(vendor)
            job, task = user.ordered(delay=0.1)
            user.rule(on="media", media=how, match=task, times=0)
            for _ in range(10):
                result = user.run("wait", job, "--timeout", "4s")
                self.assertEqual(result.code, 8, result)
                # Where four seconds are too few for a look and a download, some more.
                if user.arrived("media", task):
                    break
            self.assertEqual(user.job()["state"], "saving")
            self.assertFalse(os.path.exists(user.path("clip.mp4")))
            self.assertEqual(user.leftovers(), [])
            self.upstreams[vendor].control({"clear": True})
            self.assertEqual(user.run("wait", job).code, 0)
            self.assertIsNone(user.clip())
        self.side_by_side = 4
        # All rules of an emulator are cleared at once, so each has one user.
        self.all(list(zip(self.vendors, ("html", "short", "corrupt", "404"))), check)

    def test_a_slow_link_is_waited_for(self):
        def check(vendor):
            user = self.user(vendor)
            job, task = user.ordered(delay=0.1)
            user.rule(on="media", media="drip", match=task)
            result = user.run("wait", job)
            self.assertEqual(result.code, 0, result)
            self.assertIsNone(user.clip())
            self.assertEqual(len(user.arrived("media", task)), 1)
        self.all([("ark",), ("kling",)], check)


class Clock(Fleet):
    """Keys and clocks."""

    vendors = ("ark", "kling", "jimeng", "relay")

    def setUp(self):
        for upstream in self.upstreams.values():
            upstream.control({"reset": True, "settings": {"auth_now": None}})

    def test_a_clock_that_is_wrong_is_a_rejected_key_with_the_clock_in_the_advice(self):
        for vendor, skew in [("kling", 7200), ("kling", -7200), ("jimeng", 7200), ("jimeng", -7200)]:
            with self.subTest("%s %d" % (vendor, skew)):
                user = self.user(vendor)
                user.upstream.control({"settings": {"auth_now": time.time() + skew}})
                result = self.ends(user.buy(), 4)
                self.assertIn("clock", result.err)
                self.assertEqual((user.creates(), user.tasks()), (1, []))
                user.upstream.control({"settings": {"auth_now": None}})

    def test_a_clock_that_goes_wrong_while_watching_pauses_the_job(self):
        for vendor in ("kling", "jimeng"):
            with self.subTest(vendor):
                user = self.user(vendor)
                job, _ = user.ordered(delay=0.1)
                user.upstream.control({"settings": {"auth_now": time.time() + 7200}})
                self.ends(user.run("wait", job), 4)
                user.upstream.control({"settings": {"auth_now": None}})
                self.assertEqual(user.run("wait", job).code, 0)
                self.assertEqual(user.creates(), 1)

    def test_a_wrong_key_is_refused_in_every_scheme(self):
        wrong = {"ark": {"ARK_API_KEY": "ark-wrong"}, "kling": {"KLING_SECRET_KEY": "wrong"},
                 "jimeng": {"FILMGATE_JIMENG_SECRET_KEY": "wrong"}, "relay": {"FILMGATE_SEEDANCE_API_KEY": "wrong"}}

        def check(vendor):
            user = self.user(vendor, **wrong[vendor])
            self.ends(user.buy(), 4)
            self.assertEqual((user.creates(), user.tasks()), (1, []))
        self.each(check)

    def test_a_missing_key_stops_before_anything_is_sent(self):
        names = {"ark": "ARK_API_KEY", "kling": "KLING_SECRET_KEY", "jimeng": "FILMGATE_JIMENG_SECRET_KEY",
                 "relay": "FILMGATE_SEEDANCE_API_KEY"}

        def check(vendor):
            user = self.user(vendor)
            del user.environment[names[vendor]]
            self.ends(user.buy(), 4)
            self.assertEqual(user.creates(), 0)
            self.assertIsNone(user.job())
        self.each(check)


if __name__ == "__main__":
    unittest.main()
