"""Checks the public log of a running service as an outsider would: with nothing but its answers and SHA-256.

    python3 .ci/chain.py http://127.0.0.1:8080

Every entry's hash covers its own content and the hash before it, so one altered entry breaks all that follow.
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


def entries(base):
    """All entries in order, page by page, until a page is empty."""
    after = 0
    while True:
        with urllib.request.urlopen(f"{base}/v1/changes?after={after}&limit={PAGE}", timeout=30) as answer:
            items = json.load(answer)["items"]
        if not items:
            return
        yield from items
        if items[-1]["sequence"] <= after:
            sys.exit(f"the page after {after} does not go on")
        after = items[-1]["sequence"]


def main(base):
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
    if number == 0:
        sys.exit("the log is empty, nothing was checked")
    print(f"{number} entries, every hash is right, the head is {previous}")


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"))
