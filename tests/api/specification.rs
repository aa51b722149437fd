//! The specification: what is served is what is checked in, it says all a client needs, and the service keeps to it.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::support::{Service, city};

const CHECKED_IN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi/openapi.json");

/// An operation: its method, its path, what the specification says of it.
pub type Operation<'a> = (&'a str, &'a str, &'a Value);

pub fn document() -> Value {
    pledgewatch::api::openapi::document()
}

pub fn operations(document: &Value) -> Vec<Operation<'_>> {
    let paths = document["paths"].as_object().unwrap().iter();
    paths
        .flat_map(|(path, item)| item.as_object().unwrap().iter().map(move |(method, told)| (&**method, &**path, told)))
        .collect()
}

fn responses(operation: &Value) -> impl Iterator<Item = (u16, &Value)> {
    operation["responses"].as_object().unwrap().iter().map(|(status, told)| (status.parse().unwrap(), told))
}

fn is_csv(path: &str) -> bool {
    std::path::Path::new(path).extension().is_some_and(|extension| extension == "csv")
}

fn is_stream(path: &str) -> bool {
    path.ends_with("/stream")
}

fn is_said(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.trim().is_empty())
}

/// What a schema says, as a schema that stands alone.
pub fn validator(document: &Value, schema: &Value) -> jsonschema::Validator {
    let mut whole = schema.clone();
    whole["components"] = document["components"].clone();
    whole["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    jsonschema::validator_for(&whole).unwrap()
}

/// Checks a value against a schema; all that is wrong is told.
pub fn assert_valid(document: &Value, schema: &Value, value: &Value, what: &str) {
    let told: Vec<String> =
        validator(document, schema).iter_errors(value).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(told.is_empty(), "{what}: {told:#?}");
}

/// Calls with every object schema in the document, wherever it stands, and where that is.
fn each_object(value: &Value, place: &str, found: &mut dyn FnMut(&str, &Map<String, Value>)) {
    match value {
        Value::Object(members) => {
            for (name, part) in members.iter().filter(|(name, _)| !name.starts_with("example")) {
                match part.as_object().filter(|_| name == "properties") {
                    // A member may itself be called so, as in GeoJSON.
                    Some(properties) => {
                        found(place, properties);
                        properties.iter().for_each(|(name, part)| each_object(part, &format!("{place}/{name}"), found));
                    }
                    None => each_object(part, &format!("{place}/{name}"), found),
                }
            }
        }
        Value::Array(parts) => parts.iter().for_each(|part| each_object(part, place, found)),
        _ => {}
    }
}

/// What a member says of itself or, without that, the schema it names.
fn told<'a>(document: &'a Value, property: &'a Value, word: &str) -> &'a str {
    let named = property["$ref"].as_str().map(|reference| &document.pointer(&reference[1..]).unwrap()[word]);
    property[word].as_str().or(named.and_then(Value::as_str)).unwrap_or_default()
}

#[test]
fn the_specification_served_is_the_one_checked_in() {
    let served = Service::start().json("/openapi.json");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(CHECKED_IN, serde_json::to_string_pretty(&served).unwrap() + "\n").unwrap();
    }
    let checked_in: Value = serde_json::from_str(&std::fs::read_to_string(CHECKED_IN).unwrap()).unwrap();
    let same = served == checked_in;
    assert!(
        same,
        "the specification has changed: cargo run -- openapi > openapi/openapi.json, or run this with UPDATE=1"
    );
}

#[test]
fn every_operation_says_what_it_does() {
    let document = document();
    let tags: Vec<&Value> = document["tags"].as_array().unwrap().iter().map(|tag| &tag["name"]).collect();
    let mut ids = BTreeSet::new();
    for (method, path, operation) in operations(&document) {
        let what = format!("{method} {path}");
        let id = operation["operationId"].as_str().unwrap_or_else(|| panic!("{what} has no operationId"));
        assert!(ids.insert(id), "{what}: {id} is taken");
        assert!(is_said(&operation["summary"]) && is_said(&operation["description"]), "{what} is not described");
        let tagged = operation["tags"].as_array().unwrap();
        assert!(tagged.len() == 1 && tags.contains(&&tagged[0]), "{what} has the tags {tagged:?}");
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            assert!(is_said(&parameter["description"]), "{what}: {parameter}");
            assert!(parameter["schema"].is_object(), "{what}: {parameter}");
        }
        let named = path.matches('{').count();
        let given = operation["parameters"].as_array().into_iter().flatten().filter(|given| given["in"] == "path");
        assert_eq!(given.count(), named, "{what}");
    }
}

#[test]
fn every_answer_is_described() {
    let document = document();
    for (method, path, operation) in operations(&document) {
        for (status, response) in responses(operation) {
            let what = format!("{method} {path} {status}");
            assert!(is_said(&response["description"]), "{what}");
            let types: Vec<&String> = response["content"].as_object().into_iter().flat_map(Map::keys).collect();
            match status {
                204 | 304 => assert!(types.is_empty(), "{what}"),
                400.. => assert_eq!(types, ["application/problem+json"], "{what}"),
                _ if is_csv(path) => assert_eq!(types, ["text/csv"], "{what}"),
                _ if path.ends_with(".geojson") => assert_eq!(types, ["application/geo+json"], "{what}"),
                _ if path.ends_with(".ndjson") => assert_eq!(types, ["application/x-ndjson"], "{what}"),
                _ if path.ends_with(".parquet") => {
                    assert_eq!(types, ["application/vnd.apache.parquet"], "{what}");
                    continue;
                }
                _ if path.ends_with(".xlsx") => {
                    assert_eq!(types, ["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"], "{what}");
                    continue;
                }
                _ if is_stream(path) => assert_eq!(types, ["text/event-stream"], "{what}"),
                _ => assert_eq!(types, ["application/json"], "{what}"),
            }
            for name in types {
                let content = &response["content"][name];
                assert!(content["schema"].is_object() && !content["example"].is_null(), "{what} has no example");
            }
        }
        if let Some(body) = operation.get("requestBody") {
            assert!(!body["content"]["application/json"]["example"].is_null(), "{method} {path} has no example");
            assert!(body["required"] == true && is_said(&body["description"]), "{method} {path}");
        }
        let open = operation["security"] == json!([]);
        let statuses: Vec<u16> = responses(operation).map(|(status, _)| status).collect();
        assert_eq!(statuses.contains(&401), !open, "{method} {path}");
        assert_eq!(open, method == "get" && !path.starts_with("/v1/keys"), "{method} {path}");
    }
}

#[test]
fn every_example_is_valid() {
    let document = document();
    let mut checked = 0;
    for (method, path, operation) in operations(&document) {
        let answers = responses(operation).map(|(_, response)| response);
        for part in answers.chain(operation.get("requestBody")) {
            for (kind, content) in
                part["content"].as_object().into_iter().flatten().filter(|(kind, _)| kind.contains("json"))
            {
                assert_valid(&document, &content["schema"], &content["example"], &format!("{method} {path} {kind}"));
                checked += 1;
            }
        }
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            if let Some(example) = parameter.get("example") {
                assert_valid(
                    &document,
                    &parameter["schema"],
                    example,
                    &format!("{method} {path} {}", parameter["name"]),
                );
            }
        }
    }
    assert!(checked > 100, "{checked}");
    each_object(&document["components"]["schemas"], "", &mut |place, properties| {
        for (name, property) in properties.iter().filter(|(_, property)| property.get("example").is_some()) {
            assert_valid(&document, property, &property["example"], &format!("{place}/{name}"));
        }
    });
}

#[test]
fn the_example_of_a_stream_is_one() {
    let document = document();
    let response = &document["paths"]["/v1/changes/stream"]["get"]["responses"]["200"];
    let example = response["content"]["text/event-stream"]["example"].as_str().unwrap();
    let blocks: Vec<&str> = example.split_terminator("\n\n").collect();
    assert_eq!(blocks[0], "retry: 3000\nid: 0");
    let data = blocks[1].strip_prefix("id: 1\nevent: change\ndata: ").unwrap();
    let schema = json!({"$ref": "#/components/schemas/ChangeAnswer"});
    assert_valid(&document, &schema, &serde_json::from_str(data).unwrap(), "the example's event");
    assert_eq!(blocks.len(), 2);
}

#[test]
fn only_what_has_a_tag_can_be_unchanged() {
    let document = document();
    for (method, path, operation) in operations(&document) {
        let has_tag = operation.pointer("/responses/200/headers/ETag").is_some();
        let may_be_unchanged = operation["responses"].get("304").is_some();
        assert!(has_tag || !may_be_unchanged, "{method} {path}");
        assert!(!has_tag || !is_stream(path), "{method} {path}");
    }
}

#[test]
fn every_member_is_described_and_every_number_has_a_unit() {
    let document = document();
    // Words that say what a number counts.
    let units = [
        "t CO2e",
        "tonnes",
        "percent",
        "Percent",
        "people",
        "People",
        "person",
        "year",
        "revision",
        "number in the log",
        "entry",
        "entries",
        "row",
        "lines",
        "items",
        "status",
        "Degrees",
        "share",
        "figures",
        "ratio",
        "unit of the target",
        "quantile",
        "factor",
        "`after`",
        "Cities",
        "Targets",
        "members",
        "hours",
    ];
    each_object(&document["components"]["schemas"], "", &mut |place, properties| {
        for (name, property) in properties {
            let description = told(&document, property, "description");
            assert!(!description.is_empty(), "{place}/{name} is not described");
            if ["number", "integer"].contains(&told(&document, property, "type")) {
                let known = units.iter().any(|unit| description.contains(unit));
                assert!(known, "{place}/{name}: {description:?} gives no unit");
            }
        }
    });
}

#[test]
fn every_reference_leads_somewhere_and_nothing_is_null() {
    fn walk(document: &Value, value: &Value, place: &str) {
        if let Some(reference) = value["$ref"].as_str() {
            assert!(document.pointer(&reference[1..]).is_some(), "{place}: {reference} leads nowhere");
        }
        assert!(value["type"] != "null", "{place}: absent values are absent, not null");
        match value {
            Value::Object(members) => {
                members.iter().for_each(|(name, part)| walk(document, part, &format!("{place}/{name}")));
            }
            Value::Array(parts) => parts.iter().for_each(|part| walk(document, part, place)),
            _ => {}
        }
    }
    let document = document();
    walk(&document, &document, "");
}

#[test]
fn bodies_are_closed() {
    let document = document();
    let mut closed = 0;
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        if name.ends_with("Body") && schema["oneOf"].is_null() {
            assert_eq!(schema["additionalProperties"], false, "{name}");
            closed += 1;
        }
    }
    assert_eq!(closed, 13);
    // As in the service: a member that there is not is refused.
    for (method, path, operation) in operations(&document) {
        let Some(content) = operation.pointer("/requestBody/content/application~1json") else { continue };
        let mut body = content["example"].clone();
        body["colour"] = json!("red");
        assert!(!validator(&document, &content["schema"]).is_valid(&body), "{method} {path}");
    }
}

/// The demo, every city of which makes a statement and is in a network.
fn with_all_kinds() -> Service {
    let service = Service::with(&["--demo"]);
    let source = json!({"title": "A test"});
    service.record("/v1/networks/alliance", &json!({"name": "Alliance", "source": source}));
    for city in service.json("/v1/cities?limit=500")["items"].as_array().unwrap() {
        let path = format!("/v1/cities/{}/statement", city["id"].as_str().unwrap());
        service.record(&path, &json!({"text": "We see this otherwise."}));
        let path = format!("/v1/networks/alliance/members/{}", city["id"].as_str().unwrap());
        service.record(&path, &json!({"joined_on": "2015-06-01", "source": source}));
    }
    service
}

/// The paths that an operation stands for when each of a parameter's words is put in.
fn spelled_out(operation: &Value, path: &str) -> Vec<String> {
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let required = parameters.clone().filter(|given| given["in"] == "query" && given["required"] == true);
    let required: Vec<String> = required
        .map(|given| format!("{}={}", given["name"].as_str().unwrap(), given["example"].as_str().unwrap()))
        .collect();
    let path = if required.is_empty() { path.to_owned() } else { format!("{path}?{}", required.join("&")) };
    let words =
        parameters.into_iter().find_map(|given| Some((given["name"].as_str()?, given["schema"]["enum"].as_array()?)));
    match words.map(|(name, words)| (format!("{{{name}}}"), words)).filter(|(name, _)| path.contains(name)) {
        Some((name, words)) => words.iter().map(|word| path.replace(&name, word.as_str().unwrap())).collect(),
        None => vec![path],
    }
}

/// The addresses that a path of the specification stands for, in the demo.
fn addresses(service: &Service, path: &str) -> Vec<String> {
    let Some((list, rest)) = path.split_once("/{") else { return vec![path.to_owned()] };
    let (_, end) = rest.split_once('}').unwrap();
    // All cities, but of what belongs to them a few.
    let list = list.to_owned();
    let answer = service.request("GET", &format!("{list}?limit=500")).bearer_auth(&service.admin).send().unwrap();
    let list_of: Value = serde_json::from_str(&answer.text().unwrap()).unwrap();
    // A member's own id is its network's.
    let id = if list.ends_with("/members") { "city" } else { "id" };
    let ids = list_of["items"].as_array().unwrap().iter().map(|item| item[id].as_str().unwrap().to_owned());
    ids.flat_map(|id| addresses(service, &format!("{list}/{id}{end}"))).collect()
}

#[test]
fn every_answer_is_as_specified() {
    let service = with_all_kinds();
    let document = document();
    for (method, path, operation) in operations(&document) {
        if method != "get" {
            continue;
        }
        let content = &operation["responses"]["200"]["content"];
        let (kind, told) = content.as_object().unwrap().iter().next().unwrap();
        let is_json = kind.ends_with("/json") || kind.ends_with("+json");
        let validator = is_json.then(|| validator(&document, &told["schema"]));
        let addresses: Vec<String> =
            spelled_out(operation, path).iter().flat_map(|path| addresses(&service, path)).collect();
        assert!(!addresses.is_empty(), "{path}");
        for address in addresses {
            // A stream never ends; what it sends is tested where someone listens.
            let method = if is_stream(path) { "HEAD" } else { "GET" };
            let answer = crate::support::send(service.request(method, &address).bearer_auth(&service.admin));
            assert_eq!(answer.status, 200, "{address}");
            assert!(answer.header("content-type").starts_with(kind.as_str()), "{address}");
            if let Some(validator) = &validator {
                let told: Vec<String> = validator
                    .iter_errors(&answer.json())
                    .map(|error| format!("{}: {error}", error.instance_path()))
                    .collect();
                assert!(told.is_empty(), "{address}: {told:#?}");
            }
        }
    }
}

#[test]
fn answers_have_no_member_that_is_not_specified() {
    let service = with_all_kinds();
    let mut document = document();
    // Within /v1 members may be added, so the schemas are open; here what is added must be specified.
    for schema in document["components"]["schemas"].as_object_mut().unwrap().values_mut() {
        if schema["properties"].is_object() && schema.get("additionalProperties").is_none() {
            schema["additionalProperties"] = json!(false);
        }
    }
    for (method, path, operation) in operations(&document) {
        let answer = &operation["responses"]["200"]["content"];
        let Some(content) = answer.get("application/json").or(answer.get("application/geo+json")) else { continue };
        if method != "get" || path.starts_with("/v1/keys") {
            continue;
        }
        let address = spelled_out(operation, path)[0]
            .replace("{city}", "us-los-angeles")
            .replace("{network}", "alliance")
            .replace("{baseline}", "1990")
            .replace("{target}", "2025-half")
            .replace("{year}", "2020");
        assert_valid(&document, &content["schema"], &service.json(&address), &address);
    }
}

#[test]
fn refusals_are_as_specified() {
    let service = Service::with(&["--demo"]);
    let document = document();
    let problem = json!({"$ref": "#/components/schemas/Problem"});
    let los_angeles = document["paths"]["/v1/cities/{city}/status"]["get"]["responses"].clone();
    for (query, status) in [("colour=red", "400"), ("method=9&sequence=1", "422")] {
        let answer = service.get(&format!("/v1/cities/us-los-angeles/status?{query}"));
        assert_eq!(answer.status.as_str(), status);
        assert!(los_angeles[status].is_object());
        assert_valid(&document, &problem, &answer.json(), query);
    }
    service.record("/v1/cities/us-old", &city("Old"));
    let mut new = city("New");
    new["predecessors"] = json!([{"city": "us-old", "on": "2007-01-01", "source": {"title": "A test"}}]);
    service.record("/v1/cities/us-new", &new);
    assert_eq!(service.delete("/v1/cities/us-old?reason=Merged", &service.admin).status, 204);
    let gone = service.get("/v1/cities/us-old");
    assert_eq!(gone.json()["successors"], json!(["/v1/cities/us-new"]));
    assert_valid(&document, &problem, &gone.json(), "410");
    let missing = service.get("/v1/cities/us-nowhere/status");
    assert_eq!(missing.status, 404);
    assert_valid(&document, &problem, &missing.json(), "404");
}
