"""Checks a Volc V4 signature by letting the official signer sign the received request again.

The signed headers are taken from the request itself, the body as the bytes that arrived and the
host as the client named it (with its port). Rules of the check: host, x-date and x-content-sha256
must be among the signed names, the body hash must fit, X-Date may be off by 15 minutes.
"""

import calendar
import datetime
import hashlib
import hmac
import re
import time
from types import SimpleNamespace
from urllib.parse import unquote

from volcengine.auth.SignerV4 import SignerV4
from volcengine.Credentials import Credentials

AUTHORIZATION = re.compile(
    r"^HMAC-SHA256 Credential=([^/,\s]+)/(\d{8})/([^/,\s]+)/([^/,\s]+)/request,\s*"
    r"SignedHeaders=([a-z0-9;\-]+),\s*Signature=([0-9a-f]{64})$")
NEEDED = {"host", "x-date", "x-content-sha256"}
SKEW = 15 * 60


class BadSignature(Exception):
    """`code` is the gateway's CodeN."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


def verify(request, pairs, session_token=None, region="cn-north-1", service="cv", now=None):
    """The access key that signed the request; BadSignature otherwise."""
    value = request.header("Authorization")
    if not value:
        raise BadSignature(100024, "The request is not signed")
    found = AUTHORIZATION.match(value)
    if not found:
        raise BadSignature(100024, "The Authorization header is malformed")
    key, date, its_region, its_service, names, signature = found.groups()
    names = names.split(";")
    if (its_region, its_service) != (region, service):
        raise BadSignature(100025, "The credential scope must be %s/%s" % (region, service))
    if not NEEDED <= set(names):
        raise BadSignature(100024, "These headers must be signed: %s" % ", ".join(sorted(NEEDED)))
    stamp = request.header("X-Date", "")
    moment = _moment(stamp)
    if abs((time.time() if now is None else float(now)) - moment) > SKEW:
        raise BadSignature(100006, "X-Date is too far from the server's time")
    if date != stamp[:8]:
        raise BadSignature(100025, "The credential date differs from X-Date")
    if key not in pairs:
        raise BadSignature(100009, "The access key does not exist")
    token = request.header("X-Security-Token")
    if (token or None) != (session_token or None) or (token and "x-security-token" not in names):
        raise BadSignature(100026, "The security token is missing, unsigned or wrong")
    if request.header("X-Content-Sha256", "") != hashlib.sha256(request.body).hexdigest():
        raise BadSignature(100010, "X-Content-Sha256 does not fit the body")
    expected = resign(request, names, key, pairs[key], moment, region, service, token)
    if not hmac.compare_digest(expected.rpartition("Signature=")[2], signature):
        raise BadSignature(100010, "The signature we calculated does not match the one you provided")
    return key


def resign(request, names, key, secret, moment, region, service, token=None):
    """The Authorization header the official signer makes for this request."""
    headers = {}
    for name in names:
        value = request.header(name)
        if value is None:
            raise BadSignature(100024, "The signed header %s is missing" % name)
        headers[signer_name(name)] = value
    query = {}
    for name, value in request.query:
        query.setdefault(name, []).append(value)
    order = SimpleNamespace(
        host=request.header("Host", ""), method=request.method, path=unquote(request.raw_path), body=request.body,
        query={name: values if len(values) > 1 else values[0] for name, values in query.items()},
        header_list=headers, is_sign_url=False,
        date=datetime.datetime.fromtimestamp(moment, datetime.timezone.utc))
    return SignerV4.sign_only(order, Credentials(key, secret, service, region, token or "")).authorization


def signer_name(name):
    """The signer looks at the exact spelling: Content-Type, Content-Md5, Host and X-…"""
    return "-".join(part.capitalize() for part in name.split("-"))


def _moment(stamp):
    try:
        return calendar.timegm(time.strptime(stamp, "%Y%m%dT%H%M%SZ"))
    except ValueError:
        raise BadSignature(100006, "X-Date must look like 20260102T030405Z")
