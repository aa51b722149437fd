//! Names are found and ordered whatever their accents.

use serde_json::json;

use crate::api::items;
use crate::support::{Service, city};

use super::{ids, text, world};

#[test]
fn names_are_found_and_ordered_without_their_accents() {
    let service = Service::start();
    let names = [
        ("pl-lodz", "Łódź"),
        ("dk-koge", "Køge"),
        ("tr-diyarbakir", "Diyarbakır"),
        ("tr-izmir", "İzmir"),
        ("vn-da-nang", "Đà Nẵng"),
        ("de-giessen", "Gießen"),
        ("dk-naestved", "NÆSTVED"),
        ("az-ganca", "GƏNCƏ"),
        ("sn-ngor", "Ŋor"),
        ("ru-orel", "Орёл"),
        ("in-kashi", "काशी"),
        ("jp-gifu", "ぎふ"),
        ("st-agua-grande", "Água\u{a0}Grande\u{2009}do\u{3000}Sul"),
        ("kr-pusan", "Ｐｕｓａｎ"),
    ];
    for (id, name) in names {
        service.record(&format!("/v1/cities/{id}"), &json!({"name": name, "country": "DE", "region": name}));
    }
    for (word, id) in [
        ("lodz", "pl-lodz"),
        ("ŁÓDŹ", "pl-lodz"),
        ("Łódź", "pl-lodz"),
        ("koge", "dk-koge"),
        ("køge", "dk-koge"),
        ("DIYARBAKIR", "tr-diyarbakir"),
        ("izmir", "tr-izmir"),
        ("da nang", "vn-da-nang"),
        ("giessen", "de-giessen"),
        ("GIEẞEN", "de-giessen"),
        ("naestved", "dk-naestved"),
        ("gəncə", "az-ganca"),
        ("ngor", "sn-ngor"),
        ("орел", "ru-orel"),
        ("काशी", "in-kashi"),
        ("ぎふ", "jp-gifu"),
        ("agua grande do sul", "st-agua-grande"),
        ("A\u{301}gua  Grande\u{202f}do\u{2003}Sul", "st-agua-grande"),
        ("pusan", "kr-pusan"),
    ] {
        for name in ["q", "region"] {
            let found = service.json(&format!("/v1/cities?{name}={word}"));
            assert_eq!(items(&found).iter().map(|item| text(item, "id")).collect::<Vec<_>>(), [id], "{name}={word}");
        }
    }
    // Letters of other scripts are not transcribed, and their vowel signs are no accents.
    for word in ["orel", "kashi", "gifu", "केशी", "きふ"] {
        assert_eq!(service.json(&format!("/v1/cities?q={word}"))["total"], 0, "{word}");
    }
    let first = service.json("/v1/cities?sort=name&fields=name&limit=5");
    let first: Vec<&str> = items(&first).iter().map(|item| text(item, "name")).collect();
    assert_eq!(first[1..], ["Đà Nẵng", "Diyarbakır", "Gießen", "GƏNCƏ"]);
}

#[test]
fn a_text_without_a_letter_is_refused() {
    let service = world();
    let long = "a".repeat(201);
    for text in ["", "%CC%81", "%CC%81%CC%88", &long] {
        for (list, names) in [
            ("/v1/cities", ["q", "region"].as_slice()),
            ("/v1/cities.csv", &["q", "region"]),
            ("/v1/cities.geojson", &["q", "region"]),
            ("/v1/status", &["q", "region"]),
            ("/v1/rankings", &["region"]),
        ] {
            for name in names {
                let problem = service.get(&format!("{list}?{name}={text}")).assert_problem(400, "invalid_query");
                assert_eq!(problem["errors"][0]["pointer"], format!("/{name}"), "{problem}");
            }
        }
    }
}

#[test]
fn names_are_found_and_sorted_with_or_without_accents() {
    let service = Service::start();
    for (id, name) in [("aa", "Zürich"), ("bb", "Ålesund"), ("cc", "zagreb"), ("dd", "Bogotá"), ("ee", "Ärmelkanal")]
    {
        service.record(&format!("/v1/cities/{id}"), &city(name));
    }
    for q in ["bogota", "BOGOTÁ", "Bogota%CC%81", "gOt"] {
        assert_eq!(ids(items(&service.json(&format!("/v1/cities?q={q}")))), ["dd"], "{q}");
    }
    assert_eq!(ids(items(&service.json("/v1/cities?sort=name"))), ["bb", "ee", "dd", "cc", "aa"]);
    assert_eq!(ids(items(&service.json("/v1/cities?sort=id"))), ["aa", "bb", "cc", "dd", "ee"]);
    assert_eq!(service.json("/v1/cities?q=nowhere"), json!({"items": [], "total": 0}));
}
