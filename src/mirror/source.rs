//! Access to the mirrored service over HTTP.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;
use ureq::Agent;

use super::error::MirrorError;
use crate::mirror::limits::{MIRROR_ANSWER_BYTES, MIRROR_ANSWER_WAIT};
use crate::record::head::{LogKey, SignedHead};

/// The mirrored service.
#[derive(Debug)]
pub(super) struct Source {
    agent: Agent,
    url: String,
}

/// A page of the log, with each entry as it was served.
#[derive(Deserialize)]
pub(super) struct Page<'a> {
    #[serde(borrow)]
    pub(super) items: Vec<&'a RawValue>,
}

impl Source {
    pub(super) fn new(url: &str) -> Self {
        let agent = Agent::config_builder()
            .timeout_global(Some(MIRROR_ANSWER_WAIT))
            .http_status_as_error(false)
            .user_agent(concat!("pledgewatch/", env!("CARGO_PKG_VERSION")))
            .build();
        Source { agent: agent.into(), url: url.trim_end_matches('/').to_owned() }
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    pub(super) fn key(&self) -> Result<LogKey, MirrorError> {
        self.json("/v1/log/key")
    }

    pub(super) fn head(&self) -> Result<SignedHead, MirrorError> {
        self.json("/v1/log/head")
    }

    /// Gets the text of a page of the log, to be parsed as a [`Page`].
    pub(super) fn page(&self, after: i64, limit: usize) -> Result<String, MirrorError> {
        self.text(&format!("/v1/changes?after={after}&limit={limit}"))
    }

    fn json<T: DeserializeOwned>(&self, path: &str) -> Result<T, MirrorError> {
        let text = self.text(path)?;
        serde_json::from_str(&text).map_err(|error| self.failed(path, &error.to_string()))
    }

    fn text(&self, path: &str) -> Result<String, MirrorError> {
        let failed = |error: ureq::Error| self.failed(path, &error.to_string());
        // A cached response could be older than what the mirror has.
        let request = self.agent.get(format!("{}{path}", self.url)).header("Cache-Control", "no-cache");
        let mut response = request.call().map_err(failed)?;
        let status = response.status();
        let text = response.body_mut().with_config().limit(MIRROR_ANSWER_BYTES).read_to_string().map_err(failed)?;
        if status.as_u16() == 200 {
            return Ok(text);
        }
        let problem: Value = serde_json::from_str(&text).unwrap_or_default();
        let detail = problem["detail"].as_str().unwrap_or("no reason was given");
        Err(self.failed(path, &format!("{status}: {detail}")))
    }

    pub(super) fn failed(&self, path: &str, message: &str) -> MirrorError {
        MirrorError::Source(format!("{}{path}: {message}", self.url))
    }
}
