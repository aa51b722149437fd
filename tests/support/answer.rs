//! What a client reads in an answer: its faults, its judgements, its numbers and its names.

use reqwest::StatusCode;
use reqwest::blocking::{RequestBuilder, Response};
use reqwest::header::HeaderMap;
use serde_json::Value;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// An answer, read whole.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {} {}", self.status, self.text))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Checks that it is a problem document with this status and code.
    pub fn assert_problem(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.text);
        let problem = self.json();
        assert_eq!(problem["code"], code, "{}", self.text);
        assert_eq!(problem["status"], status);
        assert_eq!(problem["type"], format!("/problems/{code}"));
        assert!(problem["title"].is_string() && problem["detail"].is_string());
        problem
    }
}

/// Sends a request and reads the answer whole.
pub fn send(request: RequestBuilder) -> Answer {
    read(request.send().unwrap())
}

fn read(response: Response) -> Answer {
    let (status, headers) = (response.status(), response.headers().clone());
    Answer { status, headers, text: response.text().unwrap() }
}

/// The faults of a 422, each as `pointer code`.
pub fn faults(answer: &Answer) -> Vec<String> {
    let problem = answer.json();
    let errors = problem["errors"].as_array().into_iter().flatten();
    let text = |fault: &Value, name: &str| fault[name].as_str().unwrap().to_owned();
    errors.map(|fault| format!("{} {}", text(fault, "pointer"), text(fault, "code"))).collect()
}

/// The judgement of one target in an answer of `/status`.
pub fn assessment<'a>(status: &'a Value, target: &str) -> &'a Value {
    let mut targets = status["targets"].as_array().unwrap().iter();
    targets.find(|assessment| assessment["target"] == target).unwrap_or_else(|| panic!("no {target} in {status}"))
}

/// Checks a printed number.
pub fn assert_near(printed: &Value, expected: f64, within: f64) {
    let number = printed.as_f64().unwrap_or_else(|| panic!("{printed} is no number; expected {expected}"));
    assert!((number - expected).abs() <= within, "{number} is not {expected}");
}

/// A name without capitals and accents, as a reader compares names.
pub fn folded(name: &str) -> String {
    let accented = name.to_lowercase();
    let mut folded: String = accented.nfkd().filter(|c| !is_combining_mark(*c)).collect();
    for (letter, plain) in [("ł", "l"), ("ø", "o"), ("đ", "d"), ("ı", "i"), ("ß", "ss"), ("æ", "ae")] {
        folded = folded.replace(letter, plain);
    }
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}
