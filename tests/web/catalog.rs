//! The catalogue of data sets, by DCAT and by schema.org, names every file that there is.

use serde_json::{Value, json};

use crate::support::{Service, send};

/// The exports, by the specification.
fn sets(service: &Service) -> Vec<String> {
    let document = service.json("/openapi.json");
    let words = &document["paths"]["/v1/export/{what}.csv"]["get"]["parameters"][0]["schema"]["enum"];
    words.as_array().unwrap().iter().map(|word| word.as_str().unwrap().to_owned()).collect()
}

/// The path of an address of this service.
fn path(address: &Value) -> &str {
    let (_, rest) = address.as_str().unwrap().split_once("//").unwrap();
    &rest[rest.find('/').unwrap()..]
}

#[test]
fn the_catalogue_names_every_file_with_its_type_its_terms_and_its_coverage() {
    let service = Service::with(&["--demo"]);
    let answer = service.get("/catalog.jsonld");
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "application/ld+json"));
    let known = send(service.request("GET", "/catalog.jsonld").header("if-none-match", answer.header("etag")));
    assert_eq!(known.status, 304);
    let catalog = answer.json();
    assert_eq!(catalog["@type"], "dcat:Catalog");
    let listed = catalog["dcat:dataset"].as_array().unwrap();
    assert_eq!(listed.iter().map(|set| set["dct:identifier"].as_str().unwrap()).collect::<Vec<_>>(), sets(&service));
    for set in listed {
        assert_eq!(set["@type"], "dcat:Dataset");
        assert!(set["dct:rights"]["rdfs:label"]["@value"].as_str().unwrap().contains("terms"));
        assert_eq!(set["dct:temporal"]["dcat:startDate"]["@value"], "1989-01-01");
        assert!(set["dct:spatial"]["dcat:bbox"]["@value"].as_str().unwrap().starts_with("POLYGON((-"));
        let files = set["dcat:distribution"].as_array().unwrap();
        assert_eq!(files.len(), 3);
        for file in files {
            let answer = service.get(path(&file["dcat:downloadURL"]["@id"]));
            assert_eq!(answer.status, 200, "{file}");
            let media = answer.header("content-type").split(';').next().unwrap();
            assert!(file["dcat:mediaType"]["@id"].as_str().unwrap().ends_with(media), "{file}");
        }
    }
    assert_eq!(service.get(path(&catalog["dcat:service"]["dcat:endpointDescription"]["@id"])).status, 200);
    assert_eq!(service.get("/catalog.jsonld?x=1").status, 200, "a page takes what trackers add");
}

#[test]
fn without_cities_there_is_no_coverage() {
    let catalog = Service::start().json("/catalog.jsonld");
    for set in catalog["dcat:dataset"].as_array().unwrap() {
        assert_eq!((&set["dct:temporal"], &set["dct:spatial"]), (&Value::Null, &Value::Null));
    }
}

#[test]
fn search_engines_find_the_data_sets_in_the_page() {
    let service = Service::with(&["--demo"]);
    let page = service.get("/data").text;
    let begin = "<script type=\"application/ld+json\">";
    let (_, rest) = page.split_once(begin).unwrap();
    let (block, _) = rest.split_once("</script>").unwrap();
    assert!(!block.contains('<'));
    let catalog: Value = serde_json::from_str(block).unwrap();
    assert_eq!((&catalog["@context"], &catalog["@type"]), (&json!("https://schema.org/"), &json!("DataCatalog")));
    let listed = catalog["dataset"].as_array().unwrap();
    assert_eq!(listed.len(), sets(&service).len());
    for set in listed {
        // What Google asks of a data set: a name, and 50 to 5,000 characters that describe it.
        let length = set["description"].as_str().unwrap().len();
        assert!(!set["name"].as_str().unwrap().is_empty() && (50..=5000).contains(&length));
        assert!(set["temporalCoverage"].as_str().unwrap().starts_with("1989/"));
        for file in set["distribution"].as_array().unwrap() {
            let path = path(&file["contentUrl"]);
            assert!(page.contains(&format!("href=\"{path}\"")), "the page links {path}");
        }
    }
    assert!(page.contains("href=\"/catalog.jsonld\""));
}
