//! The page for clerks: check, confirm, done; without a script and without keeping the key.

use reqwest::blocking::multipart::{Form, Part};

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
    Form::new()
        .text("city", "us-somewhere")
        .text("key", key.to_owned())
        .part("file", file)
        .part("file", empty)
        .text("reason", "")
}

/// The value of a hidden field, as a browser would send it back.
fn hidden(page: &str, name: &str) -> String {
    let (_, rest) = page.split_once(&format!("name=\"{name}\" value=\"")).unwrap();
    let value = rest.split_once('"').unwrap().0;
    value.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
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
    assert!(page.text.contains("Of 2 rows would be: 2 new."), "{}", page.text);
    assert!(!page.text.contains(&key), "the key is not sent back");
    assert_eq!(service.json("/v1/cities/us-somewhere/reports")["total"], 0, "nothing is recorded by a check");

    let confirm = |key: &str| {
        Form::new()
            .text("city", hidden(&page.text, "city"))
            .text("reason", hidden(&page.text, "reason"))
            .text("reports", hidden(&page.text, "reports"))
            .text("key", key.to_owned())
    };
    assert_eq!(submit(&service, confirm("")).status, 401, "the key is asked for again");
    let done = submit(&service, confirm(&key));
    assert!(done.text.contains("Of 2 rows were: 2 new."), "{}", done.text);
    let report = service.json("/v1/cities/us-somewhere/reports/2020");
    assert_eq!((&report["totals"]["basic"], &report["recorded_by"]), (&680.into(), &"reporter of us-somewhere".into()));
    assert!(!service.log().contains(&key), "the key is not logged");
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
