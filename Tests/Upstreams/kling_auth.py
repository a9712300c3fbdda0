"""Kling's two kinds of credentials: a JWT made from a key pair, or a plain API key.

PyJWT judges signature, algorithm and claims; the two time claims are compared here, because a
test may want to move the server's clock (a fixed token must be checkable for ever).
"""

import time

import jwt

from vendor import Refusal, number


def account_of(request, keys, auth_now=None):
    value = request.header("Authorization")
    if value is None or not value.strip():
        raise Refusal(1001)
    scheme, space, token = value.partition(" ")
    if scheme != "Bearer" or not space or not token or token != token.strip() or " " in token:
        raise Refusal(1002, "Authorization must be `Bearer <token>` with exactly one space")
    if token in keys["api_keys"]:
        return token
    pairs = dict(keys["pairs"])
    if token.count(".") != 2:
        raise Refusal(1002)
    try:
        issuer = jwt.decode(token, options={"verify_signature": False}).get("iss")
        if jwt.get_unverified_header(token).get("alg") != "HS256":
            raise Refusal(1002, "The token must be signed with HS256")
    except jwt.InvalidTokenError:
        raise Refusal(1002)
    if issuer not in pairs:
        raise Refusal(1002, "Access key not found")
    try:
        claims = jwt.decode(token, pairs[issuer], algorithms=["HS256"], options={
            "require": ["iss", "exp", "nbf"], "verify_exp": False, "verify_nbf": False, "verify_iat": False})
    except jwt.InvalidSignatureError:
        raise Refusal(1000, "Signature is invalid")
    except jwt.InvalidTokenError as problem:
        raise Refusal(1002, "Authorization is invalid: %s" % problem)
    now = time.time() if auth_now is None else float(auth_now)
    if not number(claims["exp"]) or not number(claims["nbf"]):
        raise Refusal(1002, "exp and nbf must be numbers")
    if now < claims["nbf"]:
        raise Refusal(1003)
    if now >= claims["exp"]:
        raise Refusal(1004)
    return issuer
