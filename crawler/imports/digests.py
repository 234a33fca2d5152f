"""Digests of payloads, in the one form in which they are compared."""

from __future__ import annotations

import base64
import hashlib
import re

DIGEST_KINDS = ("md5", "sha1", "sha256", "sha512")


def normalize_digest(digest: str) -> str | None:
    """Return a digest in the one form to compare it in; None where it is in no known form.

    SHA-1 and SHA-256 are met in base 32, padded or not, and in hex; SHA-256 also as `sha-256`.
    """
    kind, _, value = digest.strip().lower().partition(":")
    kind = kind.replace("sha-", "sha")
    if kind not in DIGEST_KINDS:
        return None
    size = hashlib.new(kind).digest_size
    value = value.rstrip("=")
    if re.fullmatch(f"[0-9a-f]{{{size * 2}}}", value):
        return f"{kind}:{base64.b32encode(bytes.fromhex(value)).decode()}"
    base32_length = -(-size * 8 // 5)
    if re.fullmatch(f"[a-z2-7]{{{base32_length}}}", value):
        padding = "=" * (-len(value) % 8)
        return f"{kind}:{value.upper()}{padding}"
    return None
