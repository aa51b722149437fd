//! Which city a row is of: found by its identifier, made beside one of its name, or the one of the address.

use serde_json::json;

use crate::support::{Database, Service, city, eventually, printed, send, shared};

use super::{THREE, csv, import, service, written};

const C40: &str = "City,Country,Boundary,Year,Year_calendar,Level,Population,I.1.1,BASIC,BASIC+\n";

#[test]
fn a_city_of_the_same_name_in_another_country_is_not_taken_for_it() {
    let row = |country: &str, tonnes: i32| format!("London,{country},City,2015,2015,BASIC,1000,{tonnes},{tonnes},\n");
    let directory = tempfile::tempdir().unwrap();
    let text = format!("{C40}{}{}", row("United Kingdom", 900), row("Canada", 300));
    let service = Service::start();
    let report = directory.path().join("report.csv");
    let flags = ["--report", report.to_str().unwrap()];
    let told = printed(&import(&service, "c40", &[&written(&directory, "c40.csv", &text)], &flags));
    assert!(told.contains("1  reports created") && told.contains("1  identifier_taken"), "{told}");
    let verdicts = std::fs::read_to_string(&report).unwrap();
    assert!(verdicts.contains("its identifier belongs to gb-london in GB, not in CA"), "{verdicts}");
    eventually("one city is served", || service.json("/v1/cities")["total"] == 1);
    eventually("its figure is its own", || {
        service.get("/v1/cities/gb-london/reports/2015").json()["totals"]["basic"] == 900
    });
}

#[test]
fn a_city_is_found_by_its_identifier_however_its_name_is_written() {
    let service = Service::start();
    let known = json!({"name": "Bogotá D.C.", "country": "CO", "identifiers": {"c40": "Bogotá Distrito"}});
    service.record("/v1/cities/co-bogota", &known);
    let directory = tempfile::tempdir().unwrap();
    let row = |name: &str, year: i32| format!("{name},Colombia,City,{year},{year},BASIC,1000,900,900,\n");
    // The accent beside its letter, and spaces that are not those of the keyboard.
    let text = format!("{C40}{}{}", row("Bogota\u{301}\u{a0}Distrito", 2015), row("Bogotá \u{3000}Distrito", 2016));
    let told = printed(&import(&service, "c40", &[&written(&directory, "c40.csv", &text)], &[]));
    assert!(told.contains("0  cities created") && told.contains("2  reports created"), "{told}");
    eventually("both are served", || service.entries().len() == 3);
}

#[test]
fn a_city_that_is_made_beside_one_of_its_name_is_told() {
    let service = Service::start();
    service.record("/v1/cities/au-sydney", &json!({"name": "City of Sydney", "country": "AU"}));
    service.record("/v1/cities/us-portland", &json!({"name": "Portland", "country": "US", "region": "Oregon"}));
    let directory = tempfile::tempdir().unwrap();
    let row = |name: &str, country: &str| format!("{name},{country},City,2015,2015,BASIC,1000,900,900,\n");
    let text = format!("{C40}{}{}{}", row("Sydney", "Australia"), row("Perth", "Australia"), row("Portland", "USA"));
    let report = directory.path().join("report.csv");
    let flags = ["--report", report.to_str().unwrap()];
    let told = printed(&import(&service, "c40", &[&written(&directory, "c40.csv", &text)], &flags));
    assert!(told.contains("3  cities created"), "{told}");
    let notice = "Note: 2 cities were created although one of the same name exists: au-c40-sydney-sydney (as au-sydney), \
                  us-c40-portland-portland (as us-portland); if they are the same city";
    assert!(told.contains(notice), "{told}");
    let verdicts = std::fs::read_to_string(&report).unwrap();
    let remarked: Vec<&str> = verdicts.lines().filter(|line| line.contains("a new city was created")).collect();
    assert_eq!(remarked.len(), 2, "{verdicts}");
    assert!(remarked[0].contains("although au-sydney has the same name"), "{}", remarked[0]);
}

#[test]
fn the_cities_of_the_demo_are_found_by_c40s_names_of_them() {
    let service = Service::on(Database::new(), &["--demo"]);
    let directory = tempfile::tempdir().unwrap();
    let cities = [
        ("Los Angeles", "USA"),
        ("Bogotá", "Colombia"),
        ("Sydney", "Australia"),
        ("Cape Town", "South Africa"),
        ("Amsterdam", "The Netherlands"),
    ];
    let rows: String =
        cities.iter().map(|(name, country)| format!("{name},{country},City,1999,1999,BASIC,1000,900,900,\n")).collect();
    let told = printed(&import(&service, "c40", &[&written(&directory, "c40.csv", format!("{C40}{rows}"))], &[]));
    assert!(told.contains("0  cities created") && told.contains("5  reports created"), "{told}");
    for file in ["gpc_inventories.csv", "gpc_inventories_more.csv"] {
        let Some(file) = shared(&format!("data/c40/{file}")) else { continue };
        let told = printed(&import(&service, "c40", &[&file], &["--dry-run"]));
        assert!(!told.contains("created although"), "{told}");
    }
}

#[test]
fn a_city_imports_for_itself_only() {
    let service = service();
    service.record("/v1/cities/us-elsewhere", &city("Elsewhere"));
    let import = |key: &str, of: &str| {
        let request = service.request("POST", &format!("/v1/cities/{of}/reports:import")).bearer_auth(key);
        send(request.header("content-type", "text/csv").body(THREE))
    };
    let key = service.reporter(&["us-somewhere"]);
    import(&key, "us-elsewhere").assert_problem(403, "forbidden");
    import(&key, "nowhere").assert_problem(403, "forbidden");
    import(&service.admin, "nowhere").assert_problem(404, "not_found");
    assert_eq!(import(&key, "us-somewhere").status, 200);
    let other = THREE.replace("year,", "city,year,").replace("\n20", "\nus-elsewhere,20");
    let problem = csv(&service, "", &other).assert_problem(422, "import_refused");
    assert_eq!(problem["errors"][0]["code"], "other_city");
}
