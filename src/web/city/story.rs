//! What a page tells of a city: how it stood at one moment, and one of its targets.

use chrono::Datelike;

use crate::answers::city_status::CityStatus;
use crate::method::{Assessment, SeriesRow};
use crate::record::View;

/// A city at one moment, with the target that is drawn.
pub(super) struct Story<'a> {
    /// What is recorded.
    pub view: &'a View<'a>,
    /// What is judged of it.
    pub status: &'a CityStatus,
    /// The target that is drawn: the one asked for, else the headline target.
    pub target: Option<&'a Assessment>,
    /// Its course.
    pub rows: Vec<SeriesRow>,
    /// True if the moment is the present.
    pub is_present: bool,
    /// Where the service is reached.
    pub public_url: &'a str,
}

impl Story<'_> {
    /// The name of the city.
    pub fn name(&self) -> &str {
        &self.status.name
    }

    /// The year that is the present one in the judgement.
    pub fn year(&self) -> i32 {
        self.status.judged_on.year()
    }

    /// What a target is called, or asks for.
    pub fn title(&self, target: &Assessment) -> String {
        let pledge = target.target.title.as_ref().map_or_else(|| target.target.id.to_string(), ToString::to_string);
        format!("{}: {pledge}", self.name())
    }

    /// The parameters that pin the moment, as the permalink of the API has them.
    pub fn pin(&self) -> &str {
        self.status.permalink.split_once('?').map_or("", |(_, query)| query)
    }

    /// The path of the page as it will stay.
    pub fn permalink(&self) -> String {
        let target = self.target.filter(|target| Some(&target.target.id) != self.status.headline_target.as_ref());
        let target = target.map(|target| format!("&target={}", target.target.id)).unwrap_or_default();
        format!("/cities/{}?{}{target}", self.status.city, self.pin())
    }

    /// The address of the page as it will stay.
    pub fn address(&self) -> String {
        format!("{}{}", self.public_url, self.permalink())
    }
}
