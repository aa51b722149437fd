//! The pages for people: the front, the documentation with all it loads, and the page of each refusal.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::{Answer, Service, baseline, city, inventory, target};

/// The values of an attribute, or of anything else that is written `name="value"`.
pub fn attributes<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let begin = format!("{name}=\"");
    html.split(&begin).skip(1).filter_map(|rest| rest.split_once('"').map(|(value, _)| value)).collect()
}

/// The text between the first `begin` and the `end` after it.
pub fn between<'a>(text: &'a str, begin: &str, end: &str) -> &'a str {
    let (_, rest) = text.split_once(begin).unwrap_or_else(|| panic!("no {begin}"));
    rest.split_once(end).unwrap_or_else(|| panic!("no {end}")).0
}

/// Checks that every element that is opened is closed, in order.
pub fn assert_well_formed(html: &str) {
    let empty = ["meta", "link", "br", "hr", "img", "input", "source"];
    let mut open: Vec<&str> = Vec::new();
    for tag in html.split('<').skip(1).map(|rest| rest.split_once('>').expect("a tag ends").0) {
        match tag.strip_prefix('/') {
            Some(closed) => assert_eq!(open.pop(), Some(closed), "</{closed}> closes nothing"),
            None if tag.starts_with('!') => assert_eq!(tag.to_lowercase(), "!doctype html"),
            None => {
                let name = tag.split_whitespace().next().unwrap();
                if !empty.contains(&name) {
                    open.push(name);
                }
            }
        }
    }
    assert!(open.is_empty(), "{open:?} stay open");
}

/// Checks what holds for every page of ours.
pub fn assert_page(service: &Service, page: &Answer) {
    assert_page_of(service, page, 200);
}

/// The same of a page with another status.
fn assert_page_of(service: &Service, page: &Answer, status: u16) {
    assert_eq!(page.status, status, "{}", page.text);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(page.header("x-content-type-options"), "nosniff");
    let policy = page.header("content-security-policy");
    for rule in
        ["default-src 'none'", "style-src 'self'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'"]
    {
        assert!(policy.contains(rule), "{policy}");
    }
    assert!(page.text.starts_with("<!DOCTYPE html><html lang=\"en\">"), "{}", page.text);
    assert!(!between(&page.text, "<title>", "</title>").is_empty());
    assert_eq!(page.text.matches("<h1").count(), 1);
    assert_eq!(page.text.matches("<main").count(), 1);
    assert!(!page.text.contains("<script") && !page.text.contains(" style="), "the policy would not let it in");
    assert_well_formed(&page.text);
    assert!(page.text.len() <= 100 * 1024, "{} bytes", page.text.len());
    let ids = attributes(&page.text, "id");
    for link in attributes(&page.text, "href").into_iter().filter(|link| *link != "data:,") {
        let link = link.replace("&amp;", "&");
        match link.strip_prefix('#') {
            Some(id) => assert!(ids.contains(&id), "nothing has the id {id}"),
            // Only the source of a figure leads away from here.
            None if !link.starts_with('/') => assert!(link.starts_with("http"), "{link}"),
            None => assert_eq!(service.get(&link).status, 200, "{link}"),
        }
    }
}

#[test]
fn the_front_page_lists_every_city_with_its_verdict() {
    let service = Service::with(&["--demo"]);
    let page = service.get("/");
    assert_page(&service, &page);
    let (_, bodies) = page.text.split_once("<tbody>").unwrap();
    let rows: Vec<&str> = bodies.split("</tr>").filter(|row| row.contains("<td")).collect();
    let cities = service.json("/v1/cities?limit=500");
    let cities = cities["items"].as_array().unwrap();
    assert_eq!(rows.len(), cities.len());
    for city in cities {
        let link = format!("href=\"/cities/{}\"", city["id"].as_str().unwrap());
        let row = rows.iter().find(|row| row.contains(&link)).unwrap_or_else(|| panic!("no row with {link}"));
        assert!(row.contains(city["name"].as_str().unwrap()), "{row}");
        match city.get("headline") {
            Some(headline) => {
                assert!(row.contains(&format!("verdict {}", headline["verdict"].as_str().unwrap())), "{row}");
                assert_eq!(row.contains(" pale"), headline["confidence"] == "low", "{row}");
            }
            None => assert!(row.contains("no adopted target"), "{row}"),
        }
    }
}

/// The background that the style sheet gives a verdict.
fn colour(style: &str, verdict: &str) -> String {
    let rule =
        style.lines().find(|line| line.split(['{', ',']).any(|name| name.trim() == format!(".verdict.{verdict}")));
    between(rule.unwrap_or_else(|| panic!("no rule for {verdict}")), "background: ", ";").to_owned()
}

#[test]
fn what_is_not_known_of_today_is_grey_with_its_year() {
    let service = Service::start();
    // All of them were on track when they last reported.
    for (id, due, reported, tonnes) in [("now", 2040, 2024, 1.0), ("late", 2024, 2022, 2.0), ("old", 2040, 2015, 3.0)] {
        let path = format!("/v1/cities/{id}");
        service.record(&path, &city(id));
        service.record(&format!("{path}/baselines/2010"), &baseline(2010, 1000.0));
        service.record(&format!("{path}/targets/half"), &target("2010", 50.0, due));
        service.record(&format!("{path}/reports/{reported}"), &inventory(tonnes));
    }
    let unsure = "/v1/cities/unsure";
    service.record(unsure, &city("a, the first by its name"));
    service.record(&format!("{unsure}/baselines/2010"), &baseline(2010, 1000.0));
    service.record(&format!("{unsure}/targets/half"), &target("2010", 50.0, 2040));
    let mut jump = inventory(1000.0);
    service.record(&format!("{unsure}/reports/2023"), &jump);
    jump["totals"]["basic"] = json!(400);
    service.record(&format!("{unsure}/reports/2024"), &jump);
    let page = service.get("/");
    assert_page(&service, &page);
    let row = |id: &str| page.text.split("</tr>").find(|row| row.contains(&format!("/cities/{id}\""))).unwrap();
    for (id, verdict, year) in
        [("now", "on_track", ""), ("late", "unreported", "for 2024"), ("old", "outdated", "last figure 2015")]
    {
        assert_eq!(attributes(row(id), "class")[1], format!("verdict {verdict}"), "{id}");
        assert!(row(id).contains(year) && !row(id).contains("pale"), "{id}");
        assert!(verdict == "on_track" || !row(id).contains(">on track<"), "{id}");
    }
    assert!(row("unsure").contains("pale"), "{}", row("unsure"));
    let last = page.text.rsplit_once("<tbody>").unwrap().1;
    assert!(last.contains("/cities/unsure\"") && !last.contains("/cities/now\""), "low confidence stands apart");
    let style = service.get("/style.css").text;
    let grey = colour(&style, "unreported");
    assert_eq!(colour(&style, "outdated"), grey);
    assert_ne!(colour(&style, "on_track"), grey);
}

#[test]
fn the_front_page_of_an_empty_service_tells_the_first_steps() {
    let service = Service::start();
    let page = service.get("/");
    assert_page(&service, &page);
    assert!(page.text.contains("pledgewatch keys create") && page.text.contains("curl -X PUT"));
}

#[test]
fn what_a_city_says_is_shown_as_text() {
    let service = Service::start();
    let name = "<script>alert(1)</script> & \"Sons\"";
    service.record("/v1/cities/us-somewhere", &json!({"name": name, "country": "US"}));
    let page = service.get("/");
    assert_page(&service, &page);
    assert!(page.text.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp;"), "{}", page.text);
}

#[test]
fn what_a_city_replies_stands_beside_its_verdict() {
    let service = Service::with(&["--demo"]);
    assert!(!service.get("/").text.contains("The city replies"));
    let statement = json!({"text": "Our <b>audit</b> is under way.", "target": "2025-half"});
    service.record("/v1/cities/us-los-angeles/statement", &statement);
    let page = service.get("/");
    assert_page(&service, &page);
    let row = page.text.split("</tr>").find(|row| row.contains("/cities/us-los-angeles\"")).unwrap();
    assert_eq!(between(row, "<summary>", "</summary>"), "The city replies on 2025-half");
    assert_eq!(between(row, "<blockquote>", "</blockquote>"), "Our &lt;b&gt;audit&lt;/b&gt; is under way.");
    assert_eq!(page.text.matches("The city replies").count(), 1);
}

#[test]
fn every_operation_and_every_type_has_a_page() {
    let service = Service::start();
    let redirect = reqwest::blocking::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let moved = redirect.get(format!("{}/docs", service.url)).send().unwrap();
    assert!(moved.status().is_redirection());
    assert_eq!(moved.headers()["location"], "/docs/");

    let contents = service.get("/docs/");
    assert_page(&service, &contents);
    let document = service.json("/openapi.json");
    let operations =
        document["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap().values());
    let operations = operations.map(|operation| format!("/docs/{}", operation["operationId"].as_str().unwrap()));
    let schemas = document["components"]["schemas"].as_object().unwrap().keys();
    let pages: Vec<String> = operations.chain(schemas.map(|name| format!("/docs/types/{name}"))).collect();
    let listed: BTreeSet<&str> = attributes(&contents.text, "href").into_iter().collect();
    let mut known = pages.clone();
    for page in &pages {
        assert!(listed.contains(page.as_str()), "{page} is not listed");
        let shown = service.get(page);
        // What a page leads to is checked once, not again for each page.
        let others = attributes(&shown.text, "href").into_iter().filter(|it| it.starts_with("/docs/"));
        known.extend(others.map(|it| it.split('#').next().unwrap().to_owned()));
        assert!(shown.text.matches("<h1>").count() == 1 && shown.text.len() < 100 * 1024, "{page}");
        assert_well_formed(&shown.text);
    }
    let known: BTreeSet<String> = known.into_iter().filter(|page| !pages.contains(page)).collect();
    assert_eq!(known, BTreeSet::from(["/docs/".to_owned()]), "a link leads nowhere");
    for unknown in ["/docs/nothing", "/docs/types/Nothing", "/docs/types/", "/docs/a/b"] {
        service.get(unknown).assert_problem(404, "not_found");
    }
}

#[test]
fn every_refusal_has_a_page() {
    let service = Service::start();
    let specification = service.json("/openapi.json");
    let codes = specification["components"]["schemas"]["Code"]["enum"].as_array().unwrap();
    assert!(codes.len() > 15);
    for code in codes.iter().map(|code| code.as_str().unwrap()) {
        let page = service.get(&format!("/problems/{code}"));
        assert_page(&service, &page);
        assert!(page.text.contains(&format!("<code>{code}</code>")), "{code}");
        assert!(page.text.contains("What to do"), "{code}");
    }
    for unknown in ["/problems/nothing", "/problems/GONE", "/problems/", "/problems", "/nothing"] {
        service.get(unknown).assert_problem(404, "not_found");
    }
}

#[test]
fn a_browser_is_refused_by_a_page_and_a_program_by_a_problem() {
    let service = Service::start();
    let asked = |path: &str| service.request("GET", path).header("accept", "text/html,*/*;q=0.8");
    for (path, status, code) in [
        ("/nothing", 404, "not_found"),
        ("/cities/us-nowhere", 404, "not_found"),
        ("/guide/nothing", 404, "not_found"),
        ("/?nothing=<b>", 400, "invalid_query"),
    ] {
        let page = crate::support::send(asked(path));
        assert_page_of(&service, &page, status);
        assert!(page.text.contains(&format!("/problems/{code}\"")), "{path}: {}", page.text);
        assert!(!page.text.contains("<b>"), "{path}");
        service.get(path).assert_problem(status, code);
    }
    crate::support::send(asked("/v1/cities/us-nowhere")).assert_problem(404, "not_found");
}

#[test]
fn a_refusal_leads_to_its_page() {
    let service = Service::start();
    let problem = service.get("/v1/cities/us-nowhere").assert_problem(404, "not_found");
    assert_page(&service, &service.get(problem["type"].as_str().unwrap()));
}

#[test]
fn the_page_of_gone_stays_as_it_is() {
    let service = Service::start();
    let page = service.get("/problems/gone").text.replace(&service.url, "http://localhost");
    insta::assert_snapshot!(page.replace("><", ">\n<"));
}

#[test]
fn the_judgement_of_los_angeles_stays_as_it_is() {
    // Nothing in it depends on when or in what order the demo was recorded, but the numbers of the log.
    let mut status: Value = Service::with(&["--demo"]).json("/v1/cities/us-los-angeles/status");
    let sequence = status["sequence"].to_string();
    status["permalink"] = json!(status["permalink"].as_str().unwrap().replace(&sequence, "N"));
    status["sequence"] = json!("N");
    insta::assert_json_snapshot!(status);
}

#[test]
fn no_page_is_shown_within_another() {
    let service = Service::start();
    for path in ["/", "/guide/", "/guide/method", "/submit", "/problems/busy", "/docs/", "/docs/listCities"] {
        let page = service.get(path);
        assert!(page.header("content-type").starts_with("text/html"), "{path}");
        assert_eq!(page.header("x-frame-options"), "DENY", "{path}");
        let policy = page.header("content-security-policy");
        for rule in ["default-src 'none'", "frame-ancestors 'none'"] {
            assert!(policy.contains(rule), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
    }
    // What is asked for again is not sent again.
    let page = service.get("/docs/listCities");
    let again = service.request("GET", "/docs/listCities").header("if-none-match", page.header("etag"));
    assert_eq!(crate::support::send(again).status, 304);
}
