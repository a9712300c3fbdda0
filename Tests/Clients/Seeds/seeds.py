"""What five public gateways print in their documentation: requests byte for byte, replies field by field."""

import json
import os
import sys

FOLDER = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(FOLDER))
sys.path[:0] = [os.path.dirname(FOLDER), os.path.join(os.path.dirname(FOLDER), "Wire")]


def request(name):
    """The body as it is printed, not as it would be written again."""
    with open(os.path.join(ROOT, "Requests", name + ".json"), "rb") as file:
        return file.read()


def reply(name):
    with open(os.path.join(FOLDER, "Replies", name + ".json"), encoding="utf-8") as file:
        return json.load(file)


def differences(expected, found, place=""):
    """What of a documented reply is not there, or is something else.

    `"@string"`, `"@integer"`, `"@number"`, `"@link"`, `"@id"`, `"@time"`, `"@milliseconds"`, `"@rfc3339"` stand for any
    value of that kind; everything else is to be equal. A reply may hold more than is documented.
    """
    if isinstance(expected, dict):
        if not isinstance(found, dict):
            return ["%s is no object: %r" % (place, found)]
        lines = []
        for name, value in expected.items():
            if name not in found:
                lines.append("%s.%s is missing" % (place, name))
            else:
                lines += differences(value, found[name], "%s.%s" % (place, name))
        return lines
    if isinstance(expected, list):
        if not isinstance(found, list) or len(found) != len(expected):
            return ["%s is no list of %d: %r" % (place, len(expected), found)]
        return [line for index, value in enumerate(expected)
                for line in differences(value, found[index], "%s[%d]" % (place, index))]
    if isinstance(expected, str) and expected.startswith("@"):
        return [] if KINDS[expected](found) else ["%s is no %s: %r" % (place, expected[1:], found)]
    if type(expected) is not type(found) or expected != found:
        return ["%s is %r, not %r" % (place, found, expected)]
    return []


def whole(value):
    return isinstance(value, int) and not isinstance(value, bool)


KINDS = {
    "@string": lambda value: isinstance(value, str) and value != "",
    "@integer": whole,
    "@number": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "@link": lambda value: isinstance(value, str) and value.startswith("http"),
    "@id": lambda value: isinstance(value, str) and value != "" and value.replace("-", "").replace("_", "").isalnum(),
    "@time": lambda value: whole(value) and 1_700_000_000 < value < 10_000_000_000,
    "@milliseconds": lambda value: whole(value) and value > 1_700_000_000_000,
    "@rfc3339": lambda value: isinstance(value, str) and len(value) == 20 and value[10] == "T" and value[-1] == "Z",
}
