//! A query that cannot be understood is answered 400 wherever it is sent, with the name of the parameter.

use serde_json::Value;

use crate::support::{Service, faults, send};

/// Values that no parameter of a schema can have.
fn nonsense(schema: &Value) -> Vec<&'static str> {
    match schema["type"].as_str() {
        Some("integer") => vec!["nonsense", "", "1.5", "-1", "99999999999999999999"],
        Some("boolean") => vec!["maybe", "", "1", "TRUE"],
        _ if schema["enum"].is_array() => vec!["nonsense", ""],
        _ if schema["pattern"] == "\\S" || schema.get("pattern").is_none() => vec!["", "%20"],
        _ if schema["pattern"].as_str().unwrap().contains("\\x00") => vec!["", "%20", "a%0Ab"],
        _ => vec!["", "no%20sense!", "%F0%9F%92%A9", "%FF"],
    }
}

/// An address of an operation in the demo, with what its path needs.
fn address(path: &str, operation: &Value) -> String {
    let mut address = path.to_owned();
    for parameter in operation["parameters"].as_array().into_iter().flatten().filter(|given| given["in"] == "path") {
        let example = &parameter["example"];
        let example = example.as_str().map_or_else(|| example.to_string(), str::to_owned);
        address = address.replace(&format!("{{{}}}", parameter["name"].as_str().unwrap()), &example);
    }
    address
}

#[test]
fn what_cannot_be_understood_is_refused_alike_everywhere() {
    let service = Service::with(&["--demo"]);
    let document = service.json("/openapi.json");
    let keys = send(service.request("GET", "/v1/keys").bearer_auth(&service.admin)).json();
    let key = keys["items"][0]["id"].as_str().unwrap().to_owned();
    let (mut asked, mut wrong) = (0, Vec::new());
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap();
            let address = address(path, operation).replace("01939f2c-7a10-7cc3-9d4e-2f7a1f0c9b11", &key);
            let ask = |query: &str| {
                let request = service.request(&method.to_uppercase(), &format!("{address}?{query}"));
                send(request.bearer_auth(&service.admin))
            };
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            let parameters = parameters.filter(|given| given["in"] == "query");
            let required: Vec<(&str, String)> = parameters
                .clone()
                .filter(|given| given["required"] == true)
                .map(|given| (given["name"].as_str().unwrap(), given["example"].as_str().unwrap().to_owned()))
                .collect();
            let named = parameters.map(|given| (given["name"].as_str().unwrap(), nonsense(&given["schema"])));
            for (name, values) in named.chain([("colour", vec!["red"])]) {
                for value in values {
                    let others = required.iter().filter(|(other, _)| *other != name);
                    let others: String = others.map(|(other, example)| format!("&{other}={example}")).collect();
                    let answer = ask(&format!("{name}={value}{others}"));
                    asked += 1;
                    let is_refused = answer.status == 400
                        && answer.json()["code"] == "invalid_query"
                        && faults(&answer).iter().all(|fault| fault.starts_with(&format!("/{name} ")))
                        && !faults(&answer).is_empty();
                    if !is_refused {
                        wrong.push(format!("{id} {name}={value}: {} {}", answer.status, answer.text));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(asked > 400, "{asked}");
}

#[test]
fn what_is_understood_but_does_not_fit_is_refused_as_input() {
    let service = Service::with(&["--demo"]);
    let status = "/v1/cities/us-los-angeles/status";
    for (address, fault) in [
        (format!("{status}?as_of=2027-01-01"), "/as_of in_future"),
        (format!("{status}?sequence=9007199254740991"), "/sequence out_of_range"),
        (format!("{status}?method=9"), "/method unknown_method"),
        ("/v1/cities?network=nothing".to_owned(), "/network unknown_network"),
        ("/v1/cities?population_min=2&population_max=1".to_owned(), "/population_max out_of_range"),
        ("/v1/cities?cursor=0011223344".to_owned(), "/cursor other_list"),
        ("/v1/rankings?by=per_person".to_owned(), "/level missing"),
        ("/v1/rankings?from=2015".to_owned(), "/from not_allowed"),
        ("/v1/rankings?by=annual_change&level=basic&from=2020&to=2015".to_owned(), "/to out_of_range"),
        ("/v1/networks/c40/progress?level=own".to_owned(), "/level not_comparable"),
    ] {
        let answer = service.get(&address);
        answer.assert_problem(422, "invalid_input");
        assert_eq!(faults(&answer), [fault], "{address}");
    }
}

#[test]
fn a_parameter_is_given_once() {
    let service = Service::start();
    let answer = service.get("/v1/cities?limit=1&limit=2");
    answer.assert_problem(400, "invalid_query");
    assert_eq!(faults(&answer), ["/limit duplicate"]);
}
