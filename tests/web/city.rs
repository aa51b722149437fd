//! The page of a city, its chart and its embed: what a journalist reads, quotes and shows.

use serde_json::{Value, json};

use super::pages::{assert_page, assert_well_formed, attributes, between};
use crate::support::{Service, baseline, city, inventory, target};

const LOS_ANGELES: &str = "/cities/us-los-angeles";

/// A number as the pages print it.
fn grouped(number: &Value) -> String {
    let text = number.to_string();
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let mut groups: Vec<&str> = whole.as_bytes().rchunks(3).map(|group| std::str::from_utf8(group).unwrap()).collect();
    groups.reverse();
    let point = if part.is_empty() { "" } else { "." };
    format!("{}{point}{part}", groups.join(","))
}

#[test]
fn a_city_has_a_page_with_its_verdict_first_and_every_figure_with_its_source() {
    let service = Service::with(&["--demo"]);
    let page = service.get(LOS_ANGELES);
    assert_page(&service, &page);
    let status = service.json("/v1/cities/us-los-angeles/status");
    let headline =
        status["targets"].as_array().unwrap().iter().find(|it| it["target"] == status["headline_target"]).unwrap();
    let lead = between(&page.text, "<p class=\"lead\">", "</p>");
    assert!(lead.contains(headline["sentence"].as_str().unwrap()), "{lead}");
    let figures = between(&page.text, "id=\"figures\"", "</section>");
    for figure in headline["figures"].as_array().unwrap() {
        let row = figures.split("</tr>").find(|row| row.contains(&format!(">{}</th>", figure["year"]))).unwrap();
        assert!(row.contains(&format!("{} t", grouped(&figure["tonnes"]))), "{row}");
        assert!(!attributes(row, "href").is_empty(), "no source: {row}");
    }
    for number in ["expected_tonnes", "gap_tonnes", "delivered_tonnes", "called_for_tonnes"] {
        let shown = grouped(&headline[number]);
        assert!(page.text.contains(&shown), "{number}, {shown}");
    }
    for assessment in status["targets"].as_array().unwrap() {
        let title = assessment["title"].as_str().unwrap();
        assert!(page.text.contains(title), "{title}");
    }
}

#[test]
fn a_permanent_address_gives_the_page_of_that_moment_for_ever() {
    let service = Service::with(&["--demo"]);
    let page = service.get(LOS_ANGELES).text;
    let permalink =
        attributes(&page, "href").into_iter().find(|link| link.starts_with("/cities/us-los-angeles?sequence="));
    let permalink = permalink.unwrap().replace("&amp;", "&");
    let before = service.get(&permalink);
    let mut report = service.json("/v1/cities/us-los-angeles/reports/2020");
    for member in ["id", "city", "revision", "recorded_at", "recorded_by", "warnings", "reason"] {
        report.as_object_mut().unwrap().remove(member);
    }
    report["totals"]["basic"] = json!(9_000_000);
    report["reason"] = json!("Counted again");
    service.record("/v1/cities/us-los-angeles/reports/2020", &report);
    let shown = |page: &str| between(page, "<p class=\"lead\">", "</p>").to_owned();
    assert_eq!(shown(&service.get(&permalink).text), shown(&before.text));
    assert_ne!(shown(&service.get(LOS_ANGELES).text), shown(&before.text));
}

#[test]
fn a_chart_is_drawn_at_any_width_in_both_themes() {
    let service = Service::with(&["--demo"]);
    for query in ["", "?width=200", "?width=2400&theme=dark", "?target=2025-half"] {
        let chart = service.get(&format!("{LOS_ANGELES}/chart.svg{query}"));
        assert_eq!(chart.status, 200, "{query}");
        assert_eq!(chart.header("content-type"), "image/svg+xml");
        assert_well_formed(&chart.text.replace("<title>", "<title >"));
        assert!(chart.text.contains("<desc>") && chart.text.contains(&service.url), "{query}");
        let picture = service.request("GET", &format!("{LOS_ANGELES}/chart.png{query}")).send().unwrap();
        assert_eq!(picture.headers()["content-type"], "image/png", "{query}");
        let width = query.split(['=', '&']).nth(1).and_then(|width| width.parse().ok()).unwrap_or(860_u32);
        let bytes = picture.bytes().unwrap();
        assert_eq!(bytes[..8], *b"\x89PNG\r\n\x1a\n");
        assert_eq!(bytes[16..20], width.to_be_bytes(), "{query}");
    }
    for wrong in ["width=199", "width=2401", "width=wide", "theme=blue", "colour=red"] {
        service.get(&format!("{LOS_ANGELES}/chart.svg?{wrong}")).assert_problem(400, "invalid_query");
    }
    service.get(&format!("{LOS_ANGELES}/chart.svg?target=nothing")).assert_problem(404, "not_found");
    service.get("/cities/us-nowhere/chart.png").assert_problem(404, "not_found");
}

#[test]
fn a_page_leads_to_cities_of_similar_size_that_count_alike() {
    let service = Service::start();
    let people = [("one", 1000, "gpc"), ("near", 1500, "gpc"), ("far", 3000, "gpc"), ("other", 1000, "national")];
    for (id, people, protocol) in people {
        let mut report = inventory(900.0);
        (report["population"], report["protocol"]) = (json!(people), json!(protocol));
        service.record(&format!("/v1/cities/{id}"), &city(id));
        let mut base = baseline(2010, 1000.0);
        base["protocol"] = json!(protocol);
        service.record(&format!("/v1/cities/{id}/baselines/2010"), &base);
        service.record(&format!("/v1/cities/{id}/targets/half"), &target("2010", 50.0, 2040));
        service.record(&format!("/v1/cities/{id}/reports/2024"), &report);
    }
    let page = service.get("/cities/one");
    assert_page(&service, &page);
    assert!(page.text.contains("/compare?city=one&amp;city=near\""), "{}", page.text);
    assert!(!page.text.contains("/cities/far\"") && !page.text.contains("/cities/other\""), "{}", page.text);
    let status = service.json("/v1/cities/one/status");
    let (_, moment) = status["permalink"].as_str().unwrap().split_once('?').unwrap();
    assert!(!service.get(&format!("/cities/one?{moment}")).text.contains("similar size"), "peers are of the present");
}

#[test]
fn an_embed_may_stand_in_any_page() {
    let service = Service::with(&["--demo"]);
    let embed = service.get("/embed/us-los-angeles");
    assert_eq!(embed.status, 200);
    assert_well_formed(&embed.text);
    assert!(embed.header("content-security-policy").contains("frame-ancestors *"));
    assert!(!embed.headers.contains_key("x-frame-options"));
    assert!(embed.text.contains("Figures: "), "the source line");
    assert!(service.get(LOS_ANGELES).text.contains("&lt;iframe src="), "a snippet to copy");
}

#[test]
fn words_that_would_break_a_page_harm_nothing() {
    let service = Service::start();
    let word = "x".repeat(150);
    let name = format!("</title><script>alert(1)</script>{word}");
    service.record("/v1/cities/zz-top", &json!({"name": name, "country": "US", "latitude": 1, "longitude": 1}));
    service.record("/v1/cities/zz-top/baselines/2010", &baseline(2010, 1000.0));
    let mut pledge = target("2010", 50.0, 2040);
    pledge["title"] = json!("\"><svg onload=alert(1)>]]>");
    service.record("/v1/cities/zz-top/targets/half", &pledge);
    service.record("/v1/cities/zz-top/reports/2024", &inventory(800.0));
    service.record("/v1/cities/zz-top/statement", &json!({"text": "One <b>two</b>\r\n\nand more"}));
    let page = service.get("/cities/zz-top");
    assert_page(&service, &page);
    assert!(page.text.contains("&lt;/b&gt;\n\nand more"), "lines stay lines");
    assert_page(&service, &service.get("/"));
    for path in ["/cities/zz-top/chart.svg", "/feeds/all.atom", "/embed/zz-top", "/cities/zz-top/chart.svg?width=200"] {
        let answer = service.get(path);
        assert_eq!(answer.status, 200, "{path}");
        assert!(!answer.text.contains("<script") && !answer.text.contains("<svg onload"), "{path}");
    }
}

#[test]
fn a_city_without_a_pledge_has_a_page() {
    let service = Service::start();
    service.record("/v1/cities/us-somewhere", &city("Somewhere"));
    let page = service.get("/cities/us-somewhere");
    assert_page(&service, &page);
    assert!(page.text.contains("has adopted no target"));
    service.get("/cities/us-somewhere/chart.svg").assert_problem(404, "not_found");
    service.get("/cities/us-nowhere").assert_problem(404, "not_found");
}

#[test]
fn every_other_page_leads_on() {
    let service = Service::with(&["--demo"]);
    for path in [
        "/networks",
        "/networks/c40",
        "/rankings",
        "/rankings?by=gap",
        "/changes",
        "/weakened",
        "/never-reported",
        "/about",
    ] {
        assert_page(&service, &service.get(path));
    }
    for path in ["/data", "/method"] {
        assert_eq!(service.get(path).status, 200, "{path}");
    }
    assert!(service.get("/?verdict=behind&q=&country=").text.contains("The cities that match"));
    assert!(service.get("/?q=bogota").text.contains("/cities/co-bogota\""));
    service.get("/?nothing=1").assert_problem(400, "invalid_query");
    let map = service.get("/sitemap.xml").text;
    assert!(map.contains(&format!("<loc>{}/cities/us-los-angeles</loc>", service.url)), "{map}");
    assert!(service.get("/robots.txt").text.contains("/sitemap.xml"));
    for feed in ["all", "weakened", "cities/us-los-angeles", "networks/c40"] {
        let feed = service.get(&format!("/feeds/{feed}.atom"));
        assert_eq!(feed.header("content-type"), "application/atom+xml; charset=utf-8");
        assert!(feed.text.starts_with("<?xml") && feed.text.contains("<updated>"), "{}", feed.text);
    }
    service.get("/feeds/cities/us-nowhere.atom").assert_problem(404, "not_found");
}
