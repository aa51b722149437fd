"""Writes what the program is built from as a CycloneDX bill of materials, and checks it.

    python3 .ci/sbom.py sbom.json

Every crate that is compiled for Linux with the features of the container image is in it, with its licence, the
checksum that Cargo.lock has, and what it depends on; crates for tests alone are not. Two runs give the same bytes.
"""

import json
import subprocess
import sys
import tomllib

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

METADATA = ["cargo", "metadata", "--locked", "--format-version", "1", "--features", "tls",
            "--filter-platform", "x86_64-unknown-linux-gnu"]


def reached(root, nodes):
    """The packages that the root is built from, each with those that it is built from itself."""
    found, waiting = {}, [root]
    while waiting:
        package = waiting.pop()
        if package in found:
            continue
        built = [dependency["pkg"] for dependency in nodes[package]["deps"]
                 if any(kind["kind"] != "dev" for kind in dependency["dep_kinds"])]
        found[package] = sorted(built)
        waiting.extend(built)
    return found


def purl(package):
    return f"pkg:cargo/{package['name']}@{package['version']}"


def component(package, checksums):
    name, version = package["name"], package["version"]
    told = {"type": "library", "bom-ref": purl(package), "name": name, "version": version, "purl": purl(package)}
    # Older crates separate licences by a slash.
    told["licenses"] = [{"expression": package["license"].replace("/", " OR ")}]
    told["hashes"] = [{"alg": "SHA-256", "content": checksums[name, version]}]
    if package.get("repository"):
        told["externalReferences"] = [{"type": "vcs", "url": package["repository"]}]
    return told


def main(path):
    metadata = json.loads(subprocess.run(METADATA, check=True, stdout=subprocess.PIPE).stdout)
    with open("Cargo.lock", "rb") as lock:
        locked = tomllib.load(lock)["package"]
    checksums = {(package["name"], package["version"]): package.get("checksum") for package in locked}
    packages = {package["id"]: package for package in metadata["packages"]}
    root = metadata["resolve"]["root"]
    graph = reached(root, {node["id"]: node for node in metadata["resolve"]["nodes"]})
    order = sorted(graph, key=lambda package: purl(packages[package]))
    program = packages[root]
    bill = {
        "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
        "metadata": {"component": {"type": "application", "bom-ref": purl(program), "name": program["name"],
                                   "version": program["version"], "licenses": [{"expression": program["license"]}]}},
        "components": [component(packages[package], checksums) for package in order if package != root],
        "dependencies": [{"ref": purl(packages[package]),
                          "dependsOn": sorted(purl(packages[built]) for built in graph[package])} for package in order],
    }
    text = json.dumps(bill, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    errors = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if errors:
        sys.exit(f"the bill of materials is not valid: {errors}")
    if len(bill["components"]) < 100:
        sys.exit(f"there are more than {len(bill['components'])} crates in the program")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    print(f"{len(bill['components'])} crates, each with its licence and checksum: {path}")


if __name__ == "__main__":
    main(sys.argv[1])
