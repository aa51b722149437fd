//! What every read says in its headers: tags, encodings, HEAD as GET, and pages of any origin.

use std::collections::BTreeSet;
use std::io::Read;

use pledgewatch::answers::body::COMPRESS_FROM_BYTES;

use crate::support::{Service, eventually, send};

use super::caching::{read, two_cities};
use super::{READS, with};

const LOS_ANGELES: &str = "/v1/cities/us-los-angeles";

/// How long an answer may be kept: what is of one record is asked for each time.
fn kept(path: &str) -> &'static str {
    let is_record =
        path.matches('/').count() == 5 || [LOS_ANGELES, "/openapi.json", "/openapi-3.0.json"].contains(&path);
    if is_record {
        "public, no-cache"
    } else {
        "public, max-age=0, s-maxage=10, stale-while-revalidate=60, stale-if-error=86400"
    }
}

#[test]
fn a_client_that_has_an_answer_is_told_so() {
    let service = Service::with(&["--demo"]);
    for path in READS {
        let got = service.get(path);
        let tag = got.header("etag");
        assert_eq!(got.status, 200, "{path}");
        assert!(tag.len() > 2 && tag.starts_with('"') && tag.ends_with('"'), "{path}: {tag} is not a strong tag");
        assert_eq!(got.header("vary"), "Accept-Encoding", "{path}");
        assert_eq!(got.header("cache-control"), kept(path), "{path}");
        for known in [tag.to_owned(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".to_owned()] {
            let again = with(&service, "GET", path, &[("if-none-match", &known)]);
            assert_eq!((again.status.as_u16(), again.text.as_str()), (304, ""), "{path} {known}");
            assert_eq!(again.header("etag"), tag, "{path}");
            assert_eq!(again.header("vary"), "Accept-Encoding", "{path}");
            assert_eq!(again.header("cache-control"), kept(path), "{path}");
        }
        for other in ["\"other\"", tag.trim_matches('"'), ""] {
            assert_eq!(with(&service, "GET", path, &[("if-none-match", other)]).status, 200, "{path} {other}");
        }
        assert_eq!(service.get(path).header("etag"), tag, "{path}: the same answer has the same tag");
    }
}

#[test]
fn every_encoding_has_its_own_tag_and_the_same_content() {
    let service = Service::with(&["--demo"]);
    for path in READS {
        let plain = service.get(path);
        if plain.text.len() < COMPRESS_FROM_BYTES {
            let answer = with(&service, "GET", path, &[("accept-encoding", "gzip, br")]);
            assert_eq!((answer.headers.get("content-encoding"), answer.text), (None, plain.text), "{path}");
            continue;
        }
        let mut tags = BTreeSet::from([plain.header("etag").to_owned()]);
        for encoding in ["gzip", "br"] {
            let answer = service.request("GET", path).header("accept-encoding", encoding).send().unwrap();
            let headers = answer.headers().clone();
            let bytes = answer.bytes().unwrap();
            assert_eq!(headers["content-encoding"], encoding, "{path}");
            assert_eq!(headers["content-type"], plain.headers["content-type"], "{path}");
            assert_eq!(headers["vary"], "Accept-Encoding");
            let mut decoded = String::new();
            match encoding {
                "gzip" => flate2::read::GzDecoder::new(&bytes[..]).read_to_string(&mut decoded).unwrap(),
                _ => brotli::Decompressor::new(&bytes[..], 4096).read_to_string(&mut decoded).unwrap(),
            };
            assert_eq!(decoded, plain.text, "{path} {encoding}");
            assert!(bytes.len() < plain.text.len(), "{path} {encoding} is not smaller");

            let tag = headers["etag"].to_str().unwrap().to_owned();
            let again = with(&service, "GET", path, &[("accept-encoding", encoding), ("if-none-match", &tag)]);
            assert_eq!((again.status.as_u16(), again.header("etag")), (304, tag.as_str()), "{path} {encoding}");
            assert!(tags.insert(tag), "{path}: two encodings have one tag");
        }
    }
    let encoding = |accept: &str| {
        let answer = service
            .request("GET", "/v1/cities/us-los-angeles/status")
            .header("accept-encoding", accept)
            .send()
            .unwrap();
        answer.headers().get("content-encoding").map(|name| name.to_str().unwrap().to_owned())
    };
    assert_eq!(encoding("gzip, br").as_deref(), Some("br"));
    assert_eq!(encoding("gzip;q=1, br;q=0.5").as_deref(), Some("gzip"));
    assert_eq!(encoding("br;q=0, gzip;q=0"), None);
    assert_eq!(encoding("identity"), None);
    assert_eq!(encoding("zstd"), None);
    assert_eq!(encoding(""), None);
}

#[test]
fn head_tells_what_get_would() {
    let service = Service::with(&["--demo"]);
    // From then on every answer says since when it is as it is.
    eventually("a time", || service.get("/v1/cities").headers.contains_key("last-modified"));
    for path in READS.iter().copied().chain(["/", "/style.css", "/health/live", "/health/ready", "/v1/nothing"]) {
        for encoding in ["identity", "gzip", "br"] {
            let answer = |method: &str| {
                let answer = service.request(method, path).header("accept-encoding", encoding).send().unwrap();
                let status = answer.status();
                let mut headers = answer.headers().clone();
                headers.remove("date");
                headers.remove("x-request-id");
                (status, headers, answer.bytes().unwrap())
            };
            let ((status, headers, body), (head_status, head_headers, head_body)) = (answer("GET"), answer("HEAD"));
            assert_eq!((head_status, &head_headers), (status, &headers), "{path} {encoding}");
            assert_eq!(headers["content-length"], body.len().to_string(), "{path} {encoding}");
            assert!(head_body.is_empty(), "{path}");
        }
    }
}

#[test]
fn health_is_never_kept() {
    let service = Service::start();
    for path in ["/health/live", "/health/ready"] {
        let answer = service.get(path);
        assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (200, "no-store"), "{path}");
        assert_eq!(answer.json()["status"], "up");
    }
}

#[test]
fn pages_of_any_origin_may_read() {
    let service = Service::with(&["--demo"]);
    let origin = ("origin", "https://dashboard.example");
    for path in READS.iter().copied().chain(["/v1/nothing", "/v1/cities?colour=red"]) {
        let answer = with(&service, "GET", path, &[origin]);
        assert_eq!(answer.header("access-control-allow-origin"), "*", "{path}");
        assert!(answer.header("access-control-expose-headers").to_lowercase().contains("etag"), "{path}");
        assert!(answer.headers.get("access-control-allow-credentials").is_none(), "{path}");
    }
    let preflight = |method: &str, headers: &str| {
        let asked = [origin, ("access-control-request-method", method), ("access-control-request-headers", headers)];
        with(&service, "OPTIONS", LOS_ANGELES, &asked)
    };
    let granted = preflight("GET", "if-none-match");
    assert!(granted.status.is_success(), "{}", granted.status);
    assert_eq!(granted.header("access-control-allow-origin"), "*");
    assert!(granted.header("access-control-allow-methods").contains("GET"));
    let headers = granted.header("access-control-allow-headers").to_lowercase();
    assert!(headers.contains("if-none-match") && headers.contains("last-event-id"), "{headers}");
    // Writing from another page is not invited.
    let refused = preflight("PUT", "authorization");
    assert_eq!(refused.status, 204);
    assert!(!refused.header("access-control-allow-methods").contains("PUT"), "{:?}", refused.headers);
}

#[test]
fn pages_of_any_origin_may_see_what_the_headers_say() {
    let service = two_cities();
    let answer = read(&service, "/v1/export/cities.csv");
    let exposed: Vec<&str> = answer.header("access-control-expose-headers").split(", ").collect();
    for name in ["Content-Disposition", "ETag", "Last-Modified", "Link", "Location", "Retry-After"] {
        assert!(exposed.contains(&name), "{name}");
    }
    let options = send(service.request("OPTIONS", "/v1/cities").header("origin", "https://dashboard.example"));
    let granted = options.header("access-control-allow-headers").to_lowercase();
    assert!(["if-none-match", "if-modified-since"].iter().all(|name| granted.contains(name)), "{granted}");
}
