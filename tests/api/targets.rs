//! The body of a target is one of four, by its kind.

use serde_json::{Value, json};

use super::specification::{document, validator};
use crate::support::{Service, baseline, city, faults};

/// A body of each kind, with all members that only it has.
fn bodies() -> Vec<(&'static str, Value)> {
    vec![
        ("base_year", json!({"reduction_percent": 50})),
        ("fixed_level", json!({"tonnes": 0})),
        ("base_year_intensity", json!({"reduction_percent": 50})),
        ("baseline_scenario", json!({"reduction_percent": 50, "scenario_tonnes": 2000})),
    ]
}

/// The body of a target of this kind.
fn body(kind: &str, own: &Value) -> Value {
    let mut body = json!({"kind": kind, "level": "basic", "baseline": "2010", "target_year": 2030, "standing": "adopted",
        "source": {"title": "A test"}});
    body.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
    body
}

#[test]
fn the_specification_and_the_service_take_the_members_of_its_kind_alone() {
    let service = Service::start();
    service.record("/v1/cities/xx-here", &city("Here"));
    service.record("/v1/cities/xx-here/baselines/2010", &baseline(2010, 1000.0));
    let document = document();
    let validator = validator(&document, &json!({"$ref": "#/components/schemas/TargetBody"}));
    let union = &document["components"]["schemas"]["TargetBody"];
    assert_eq!(union["discriminator"]["propertyName"], "kind");
    assert_eq!(union["discriminator"]["mapping"].as_object().unwrap().len(), 4);
    let put = |body: &Value| service.put("/v1/cities/xx-here/targets/goal", &service.admin, body);
    let mut reason = 0;
    for (kind, own) in bodies() {
        let mut right = body(kind, &own);
        reason += 1;
        right["reason"] = json!(format!("Another kind: {reason}"));
        assert!(validator.is_valid(&right), "{right}");
        assert!(put(&right).status.is_success(), "{right}");
        for member in ["reduction_percent", "tonnes", "tonnes_per_person", "scenario_tonnes"] {
            let mut other = right.clone();
            let is_own = own.get(member).is_some();
            match is_own {
                true => drop(other.as_object_mut().unwrap().remove(member)),
                false => other[member] = json!(5),
            }
            // Either of the two is required of a level, which no list of required members can say.
            let is_level = kind == "fixed_level" && member.starts_with("tonnes");
            assert!(is_level || !validator.is_valid(&other), "{other}");
            let answer = put(&other);
            answer.assert_problem(422, "invalid_input");
            let faults = faults(&answer);
            assert!(faults.iter().any(|fault| fault.starts_with(&format!("/{member} ")) || is_level), "{faults:?}");
        }
    }
    let mut unknown = body("wish", &json!({"tonnes": 0}));
    assert!(!validator.is_valid(&unknown));
    assert_eq!(faults(&put(&unknown)), ["/kind not_allowed"]);
    unknown.as_object_mut().unwrap().remove("kind");
    assert!(!validator.is_valid(&unknown));
    assert_eq!(faults(&put(&unknown)), ["/kind missing"]);
}
