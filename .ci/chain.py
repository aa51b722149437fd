"""Checks the public log of a running service as an outsider would: with nothing but its answers and SHA-256.

    python3 .ci/chain.py http://127.0.0.1:8080

Every entry's hash covers its own content and the hash before it, so one altered entry breaks all that follow. The
signed head is checked too where the package `cryptography` is installed.
"""

import hashlib
import json
import sys
import urllib.request

PAGE = 500  # the largest page that the service gives
GENESIS = "0" * 64


def digest(text):
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def canonical(body):
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def hash_of(entry, previous):
    body = {name: entry[name] for name in ("after", "key", "reason") if name in entry}
    return digest("\n".join([
        previous, str(entry["sequence"]), entry["recorded_at"], entry["actor"], entry["kind"], entry.get("city") or "",
        entry["id"], entry["action"], str(entry["revision"]), digest(canonical(body)),
    ]))


def fetch(url):
    with urllib.request.urlopen(url, timeout=30) as answer:
        return json.load(answer)


def entries(base):
    """All entries in order, page by page, until a page is empty."""
    after = 0
    while True:
        items = fetch(f"{base}/v1/changes?after={after}&limit={PAGE}")["items"]
        if not items:
            return
        yield from items
        if items[-1]["sequence"] <= after:
            sys.exit(f"the page after {after} does not go on")
        after = items[-1]["sequence"]


def check_signature(base):
    """What the service has signed; whether it could be checked, and the head."""
    head, key = (fetch(f"{base}/v1/log/{name}") for name in ("head", "key"))
    public = bytes.fromhex(key["public_key"])
    if not head["key_id"] == key["key_id"] == hashlib.sha256(public).hexdigest():
        sys.exit(f"the head is signed by the key {head['key_id']}, served is {key}")
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        return "its signature was not checked, for the package cryptography is not installed", head
    lines = ["pledgewatch log head", head["key_id"], str(head["sequence"]), head["hash"], head["signed_at"]]
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(bytes.fromhex(head["signature"]), "\n".join(lines).encode())
    except InvalidSignature:
        sys.exit(f"the signature of the head is wrong: {head}")
    return "its signature is right", head


def main(base):
    signature, head = check_signature(base)
    previous, number = GENESIS, 0
    for entry in entries(base):
        number += 1
        where = f"entry {entry['sequence']} ({entry['kind']} {entry['id']})"
        if entry["sequence"] != number:
            sys.exit(f"{where}: expected number {number}, the log has a gap")
        if entry["previous_hash"] != previous:
            sys.exit(f"{where}: says {entry['previous_hash']} came before, it was {previous}")
        expected = hash_of(entry, previous)
        if entry["hash"] != expected:
            sys.exit(f"{where}: says its hash is {entry['hash']}, it is {expected}\n{canonical(entry)}")
        previous = entry["hash"]
        if number == head["sequence"] and previous != head["hash"]:
            sys.exit(f"{where}: its hash is {previous}, signed is {head['hash']}")
    if number < head["sequence"]:
        sys.exit(f"the log ends with entry {number}, signed is entry {head['sequence']}")
    if number == 0:
        sys.exit("the log is empty, nothing was checked")
    print(f"{number} entries, every hash is right, the head is {previous}; {signature}")


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"))
