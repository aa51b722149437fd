//! A verdict as a mark of its own colour.

use maud::{Markup, html};

use super::texts;
use crate::method::{Assessment, Confidence, Verdict};

/// The verdict in its colour, pale if it is of low confidence.
pub(super) fn badge(target: &Assessment) -> Markup {
    let pale = target.confidence == Confidence::Low && target.verdict != Verdict::NotJudged;
    html! { span.verdict.(target.verdict.as_str()).pale[pale] { (texts::verdict(target.verdict)) } }
}
