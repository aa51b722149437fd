"""Reads every export of a running service with DuckDB and with pandas, and counts what is in it.

Usage: tables.py URL DIRECTORY

Each export is downloaded into DIRECTORY as CSV, as JSON lines and as Parquet. All readers must find the same rows, and as
many as the service itself counts in /v1/summary and in its lists.
"""

import json
import pathlib
import sys
import urllib.request

import duckdb
import pandas

FORMATS = ("csv", "ndjson", "parquet")


def get(path):
    with urllib.request.urlopen(url + path) as answer:
        return answer.read()


def download(what, suffix):
    file = directory / f"{what}.{suffix}"
    file.write_bytes(get(f"/v1/export/{what}.{suffix}"))
    return file


def read_by_pandas(file):
    if file.suffix == ".csv":
        return pandas.read_csv(file, low_memory=False)
    if file.suffix == ".parquet":
        return pandas.read_parquet(file)
    # A number is a number only where every row has one; the rows are what counts here.
    return pandas.read_json(file, lines=True, dtype=False)


def total(path):
    return json.loads(get(f"{path}?limit=1"))["total"]


def sets():
    document = json.loads(get("/openapi.json"))
    parameters = document["paths"]["/v1/export/{what}.parquet"]["get"]["parameters"]
    return parameters[0]["schema"]["enum"]


def source_of(file):
    # By itself DuckDB guesses the members of JSON lines from the first rows.
    return f"read_json('{file}', sample_size=-1)" if file.suffix == ".ndjson" else f"'{file}'"


def columns(file):
    rows = duckdb.sql(f"DESCRIBE SELECT * FROM '{file}'").fetchall()
    return {row[0]: row[1] for row in rows}


def check(found, expected, what):
    assert found == expected, f"{what}: {found}, but the service counts {expected}"


def check_readers(what, expected):
    files = {suffix: download(what, suffix) for suffix in FORMATS}
    for suffix, file in files.items():
        check(duckdb.sql(f"SELECT count(*) FROM {source_of(file)}").fetchall()[0][0], expected, f"{what}.{suffix}, DuckDB")
        check(len(read_by_pandas(file)), expected, f"{what}.{suffix}, pandas")
    names = list(columns(files["parquet"]))
    assert names == list(columns(files["csv"])), f"{what}: the columns differ"
    assert names == list(read_by_pandas(files["parquet"]).columns), f"{what}: the columns differ in pandas"
    types = sorted(set(columns(files["parquet"]).values()))
    print(f"{what}: {expected} rows, {len(names)} columns: {', '.join(types)}")
    return files


def main():
    world = next(item for item in json.loads(get("/v1/summary?scope=world"))["items"])
    cities = [item["id"] for item in json.loads(get("/v1/cities?limit=500"))["items"]]
    check(len(cities), world["city_count"], "the list of cities")
    of_cities = lambda kind: sum(total(f"/v1/cities/{city}/{kind}") for city in cities)
    targets = of_cities("targets")
    rows = {
        "cities": world["city_count"],
        "baselines": of_cities("baselines"),
        "targets": targets,
        "reports": of_cities("reports"),
        "status": targets,
        "changes": total("/v1/changes"),
    }
    judged = [(item["city"], item["target"]) for item in json.loads(get("/v1/status?limit=500"))["items"]]
    check(len(judged), targets, "the list of targets")
    rows["series"] = sum(
        len(json.loads(get(f"/v1/cities/{city}/series?target={target}"))["rows"]) for city, target in judged
    )
    check(sorted(rows), sorted(sets()), "what is exported")
    files = {what: check_readers(what, expected) for what, expected in rows.items()}

    # By verdict and confidence; the summary counts what nobody has as 0.
    verdicts = {verdict: counts for verdict, counts in world["verdicts"].items() if isinstance(counts, dict)}
    counted = {
        (verdict, confidence): count
        for verdict, counts in verdicts.items()
        for confidence, count in counts.items()
        if count
    }
    for suffix in FORMATS:
        file = files["status"][suffix]
        rows = duckdb.sql(
            f"SELECT verdict, confidence, count(*) FROM {source_of(file)} WHERE is_headline GROUP BY verdict, confidence"
        ).fetchall()
        by_duckdb = {(verdict, confidence): count for verdict, confidence, count in rows}
        check(by_duckdb, counted, f"verdicts in status.{suffix}, DuckDB")
        table = read_by_pandas(file)
        by_pandas = table[table.is_headline].groupby(["verdict", "confidence"]).size().to_dict()
        check(by_pandas, counted, f"verdicts in status.{suffix}, pandas")
    print(f"the same verdicts as in the summary: {sum(counted.values())}")


if __name__ == "__main__":
    url, directory = sys.argv[1], pathlib.Path(sys.argv[2])
    main()
