//! The page that compares cities, its drawings, and the cards of pages.

use super::pages::{assert_page, assert_well_formed, attributes};
use crate::support::Service;

const TWO: &str = "city=us-los-angeles&city=ca-vancouver";

#[test]
fn a_page_compares_cities_and_names_every_source() {
    let service = Service::with(&["--demo"]);
    let empty = service.get("/compare");
    assert_page(&service, &empty);
    assert!(empty.text.contains("Choose cities"));
    let page = service.get(&format!("/compare?{TWO}&city=&level="));
    assert_page(&service, &page);
    let json = service.json("/v1/compare?ids=us-los-angeles,ca-vancouver");
    for city in json["compared_cities"].as_array().unwrap() {
        for figure in city["indexed_figures"].as_array().unwrap() {
            assert!(page.text.contains(&format!(">{}<", figure["year"])), "{figure}");
            assert!(page.text.contains(figure["source"]["title"].as_str().unwrap()), "{figure}");
        }
    }
    for address in attributes(&page.text, "srcset").into_iter().chain(attributes(&page.text, "src")) {
        let drawing = service.get(&address.replace("&amp;", "&"));
        assert_eq!((drawing.status.as_u16(), drawing.header("content-type")), (200, "image/svg+xml"), "{address}");
        assert_well_formed(&drawing.text.replace("<title>", "<title >"));
    }
    assert!(service.get("/compare?city=los+angeles&city=VANCOUVER").text.contains("As percent of"), "by name");
    service.get("/compare?city=us-los-angeles").assert_problem(400, "invalid_query");
    service.get("/compare.svg?ids=us-los-angeles,ca-vancouver&measure=weight").assert_problem(400, "invalid_query");
    service.get("/compare.png?ids=us-los-angeles,ca-vancouver&width=1").assert_problem(400, "invalid_query");
}

#[test]
fn every_page_has_a_picture_for_those_who_show_a_link() {
    let service = Service::with(&["--demo"]);
    for path in
        ["/", "/networks/c40", "/cities/us-los-angeles", "/changes", "/guide/", "/method", "/problems/not_found"]
    {
        let page = service.get(path);
        let (_, rest) = page.text.split_once("property=\"og:image\" content=\"").unwrap_or_else(|| panic!("{path}"));
        let address = rest.split_once('"').unwrap().0.replace("&amp;", "&");
        let picture = service.request("GET", address.strip_prefix(&service.url).unwrap()).send().unwrap();
        assert_eq!(picture.headers()["content-type"], "image/png", "{path}");
        assert_eq!(picture.bytes().unwrap()[16..20], 1200_u32.to_be_bytes(), "{path}");
    }
    service.get("/networks/nothing/card.png").assert_problem(404, "not_found");
}

#[test]
fn cities_are_found_by_country_region_and_network_too() {
    let service = Service::with(&["--demo"]);
    for (text, id) in [("japan", "jp-tokyo"), ("c40", "us-los-angeles"), ("LÓS ang", "us-los-angeles")] {
        let page = service.get(&format!("/?q={text}"));
        assert!(page.text.contains(&format!("/cities/{id}\"")), "{text}");
    }
    assert!(!service.get("/?q=japan").text.contains("/cities/us-los-angeles\""));
    assert!(service.get("/?sort=headline.verdict").text.contains("aria-sort=\"ascending\""));
}
