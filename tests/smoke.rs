//! The main job, end to end.

use crate::support::{Service, baseline, city, inventory, target};

#[test]
fn a_recorded_city_is_judged() {
    let service = Service::start();
    service.record("/v1/cities/us-somewhere", &city("Somewhere"));
    service.record("/v1/cities/us-somewhere/baselines/1990", &baseline(1990, 1000.0));
    service.record("/v1/cities/us-somewhere/targets/2030-half", &target("1990", 50.0, 2030));
    service.record("/v1/cities/us-somewhere/reports/2020", &inventory(625.0));
    let status = service.json("/v1/cities/us-somewhere/status");
    assert_eq!(status["targets"][0]["verdict"], "on_track");
    assert_eq!(status["targets"][0]["pace"], 1);
}
