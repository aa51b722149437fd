//! The page for clerks: check, confirm, done; without a script and without keeping the key.

use reqwest::blocking::multipart::{Form, Part};
use serde_json::json;

use crate::support::{Answer, Service, city, send};

const FILE: &str =
    "year,total_basic,population,protocol,source_title\n2019,690,100,gpc,Inventory\n2020,680,101,gpc,Inventory\n";

fn service() -> Service {
    let service = Service::with(&["--contact", "the climate desk <climate@example.org>"]);
    service.record("/v1/cities/us-somewhere", &city("Somewhere"));
    service
}

fn submit(service: &Service, form: Form) -> Answer {
    let answer = send(service.request("POST", "/submit").multipart(form));
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(answer.header("content-security-policy").contains("form-action 'self'"));
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
    assert!(!answer.text.contains("<script"));
    answer
}

fn check(key: &str, file: &str) -> Form {
    let empty = Part::text("").file_name("");
    let file = Part::text(file.to_owned()).file_name("figures.csv");
    Form::new().text("city", "us-somewhere").text("key", key.to_owned()).part("file", file).part("file", empty)
}

/// The value of a hidden field, as a browser would send it back.
fn hidden(page: &str, name: &str) -> String {
    let (_, rest) = page.split_once(&format!("name=\"{name}\" value=\"")).unwrap();
    let value = rest.split_once('"').unwrap().0;
    value.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// The form that confirms what a page shows.
fn confirm(page: &Answer, key: &str) -> Form {
    let before = Form::new().text("city", hidden(&page.text, "city")).text("key", key.to_owned());
    let kept = ["reason", "sequence", "keeps_lines", "keeps_also_stated", "reports"];
    kept.into_iter().fold(before, |form, name| form.text(name, hidden(&page.text, name)))
}

/// The report of a year.
fn report(service: &Service, year: i32) -> serde_json::Value {
    service.json(&format!("/v1/cities/us-somewhere/reports/{year}"))
}

#[test]
fn what_was_recorded_after_the_check_is_not_overwritten_unseen() {
    let service = service();
    let page = submit(&service, check(&service.admin, FILE));
    assert!(page.text.contains("2 rows: 2 would be new."), "{}", page.text);
    let other = json!({"totals": {"basic": 7777}, "source": {"title": "Another's"}});
    service.record("/v1/cities/us-somewhere/reports/2020", &other);

    let again = submit(&service, confirm(&page, &service.admin));
    assert_eq!(again.status, 412, "{}", again.text);
    assert!(again.text.contains("others have changed the reports of 2020 meanwhile"), "{}", again.text);
    assert!(again.text.contains("basic: 7,777 t becomes 680 t (-91.3 %)"), "both figures are shown: {}", again.text);
    assert!(again.text.contains("say why it changes") && !again.text.contains("name=\"reports\""), "{}", again.text);
    assert_eq!(report(&service, 2020)["totals"]["basic"], 7777);
    assert_eq!(service.get("/v1/cities/us-somewhere/reports/2019").status, 404, "nothing of the file is recorded");

    // With a reason it is the new check that can be confirmed.
    let reasoned = |form: Form| form.text("reason", "Ours is right");
    let page = submit(&service, reasoned(check(&service.admin, FILE)));
    assert!(page.text.contains("2 rows: 1 would be new, 1 changed."), "{}", page.text);
    let noted = json!({"totals": {"basic": 7778}, "source": {"title": "Another's"}, "reason": "Mended"});
    service.record("/v1/cities/us-somewhere/reports/2020", &noted);
    let again = submit(&service, confirm(&page, &service.admin));
    assert_eq!(again.status, 412, "{}", again.text);
    assert!(again.text.contains("basic: 7,778 t becomes 680 t"), "{}", again.text);
    let done = submit(&service, confirm(&again, &service.admin));
    assert!(done.text.contains("2 rows: 1 was new, 1 changed."), "{}", done.text);
    assert_eq!(report(&service, 2020)["totals"]["basic"], 680);
}

#[test]
fn what_the_file_says_nothing_of_stays_as_it_is_when_it_is_confirmed() {
    let service = service();
    let lined = |tonnes: i32| {
        json!({"totals": {"basic": 700}, "lines": [{"ref": "I.1.1", "tonnes": tonnes}], "source": {"title": "A test"},
            "also_stated": [{"level": "own", "tonnes": tonnes, "source": {"title": "Another"}}], "reason": "Counted"})
    };
    service.record("/v1/cities/us-somewhere/reports/2020", &lined(5));
    let page = submit(&service, check(&service.admin, FILE).text("reason", "Restated"));
    assert!(!hidden(&page.text, "reports").contains("I.1.1"), "{}", page.text);
    assert!(!page.text.contains("lines:"), "nothing happens to them: {}", page.text);
    service.record("/v1/cities/us-somewhere/reports/2020", &lined(6));
    let again = submit(&service, confirm(&page, &service.admin));
    assert_eq!(again.status, 412, "{}", again.text);
    let done = submit(&service, confirm(&again, &service.admin));
    assert_eq!(done.status, 200, "{}", done.text);
    for member in ["lines", "also_stated"] {
        assert_eq!(report(&service, 2020)[member], lined(6)[member]);
    }
    assert_eq!(report(&service, 2020)["totals"]["basic"], 680);
}

#[test]
fn whatever_can_be_checked_can_be_confirmed() {
    let service = service();
    // As many years as there can be, each as large as a record may be, and a little less.
    let text = "é".repeat(2_000);
    let years = 1970..=2025;
    let reports: String = years.clone().map(|year| format!("{year},20,Inventory\n")).collect();
    let references = [
        "I.1.1", "I.1.2", "I.2.1", "I.2.2", "I.3.1", "I.3.2", "I.4.1", "I.4.2", "I.5.1", "I.5.2", "I.6.1", "I.6.2",
        "I.7.1", "II.1.1", "II.1.2",
    ];
    let line = |year: i32, reference: &str| format!("{year},{reference},NE,{text}\n");
    let lines: String = years.flat_map(|year| references.map(|reference| line(year, reference))).collect();
    let file = |text: String| Part::text(text).file_name("figures.csv");
    let form = Form::new()
        .text("city", "us-somewhere")
        .text("key", service.admin.clone())
        .part("file", file(format!("year,total_own,source_title\n{reports}")))
        .part("file", file(format!("year,ref,notation,explanation\n{lines}")));
    let page = submit(&service, form);
    assert!(page.text.contains("56 rows: 56 would be new."), "{}", &page.text[..2_000]);
    let done = submit(&service, confirm(&page, &service.admin));
    assert!(done.text.contains("56 rows: 56 were new."), "{}", &done.text[..2_000]);
}

#[test]
fn a_file_is_checked_then_confirmed_with_the_key_and_recorded() {
    let service = service();
    let form = service.get("/submit?city=us-somewhere");
    assert_eq!((form.status.as_u16(), form.header("cache-control")), (200, "no-store"));
    assert!(form.text.contains("<option value=\"us-somewhere\" selected>Somewhere (us-somewhere)"));
    assert!(form.text.contains("the climate desk &lt;climate@example.org&gt;"), "whom to ask for a lost key");

    let key = service.reporter(&["us-somewhere"]);
    let page = submit(&service, check(&key, FILE));
    assert_eq!(page.status, 200, "{}", page.text);
    assert!(page.text.contains("2 rows: 2 would be new."), "{}", page.text);
    assert!(!page.text.contains(&key), "the key is not sent back");
    assert_eq!(service.json("/v1/cities/us-somewhere/reports")["total"], 0, "nothing is recorded by a check");

    assert_eq!(submit(&service, confirm(&page, "")).status, 401, "the key is asked for again");
    let done = submit(&service, confirm(&page, &key));
    assert!(done.text.contains("2 rows: 2 were new."), "{}", done.text);
    let report = service.json("/v1/cities/us-somewhere/reports/2020");
    assert_eq!((&report["totals"]["basic"], &report["recorded_by"]), (&680.into(), &"reporter of us-somewhere".into()));
    assert!(!service.log().contains(&key), "the key is not logged");
    // Whoever presses the button twice is told the same.
    let twice = submit(&service, confirm(&page, &key));
    assert!(twice.text.contains("2 rows: 2 were the same as before."), "{}", twice.text);
    let again = submit(&service, check(&key, FILE));
    assert!(again.text.contains("There is nothing to record"), "{}", again.text);
}

#[test]
fn what_is_wrong_is_marked_where_it_stands() {
    let service = service();
    let page = submit(&service, check(&service.admin, &FILE.replace("690", "\"1,233\"")));
    assert_eq!(page.status, 422);
    assert!(page.text.contains("<strong>B, total_basic</strong> <code>1,233</code>"), "{}", page.text);
    assert!(!page.text.contains("name=\"reports\""), "there is nothing to confirm");
    let page = submit(&service, check(&service.admin, &FILE.replace("2019,", "<b>,")));
    assert!(page.text.contains("&lt;b&gt;") && !page.text.contains("<b>"), "what stands in a file is shown as text");
}

#[test]
fn who_may_not_write_is_told_so_on_the_page() {
    let service = service();
    service.record("/v1/cities/us-elsewhere", &city("Elsewhere"));
    let stranger = service.reporter(&["us-elsewhere"]);
    for (key, status) in [("pwk_unknown", 401), ("", 401), (stranger.as_str(), 403)] {
        let page = submit(&service, check(key, FILE));
        assert_eq!(page.status, status, "{}", page.text);
        assert!(page.text.contains("role=\"alert\"") && page.text.contains("type=\"file\""), "{}", page.text);
    }
    let nothing = Form::new().text("city", "us-somewhere").text("key", service.admin.clone());
    assert_eq!(submit(&service, nothing).status, 422);
    assert_eq!(service.json("/v1/cities/us-somewhere/reports")["total"], 0);
}
