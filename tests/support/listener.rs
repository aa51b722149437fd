//! Someone who listens to the stream of changes, as a browser does.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::time::Instant;

use reqwest::blocking::{RequestBuilder, Response};

use super::PATIENCE;

/// An event: its id and its data.
pub type Event = (i64, String);

/// Someone who listens, as a browser does.
pub struct Listener<R = Response> {
    pub lines: BufReader<R>,
    /// The id that a browser would come back with.
    pub seen: i64,
}

impl Listener {
    /// Listens; it is there when this returns.
    pub fn open(request: RequestBuilder) -> Self {
        let response = request.send().unwrap();
        assert_eq!(response.status(), 200, "{}", response.text().unwrap());
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self::reading(response)
    }
}

impl<R: Read> Listener<R> {
    /// Reads how the stream opens.
    pub fn reading(source: R) -> Self {
        let mut listener = Listener { lines: BufReader::new(source), seen: -1 };
        let opening = listener.block().unwrap();
        assert_eq!(opening.keys().collect::<Vec<_>>(), ["id", "retry"]);
        assert!(opening["retry"].parse::<u32>().unwrap() > 0);
        listener.seen = opening["id"].parse().unwrap();
        listener
    }

    /// The fields of the next block; none at the end. What is not ended in order is an error of the reader.
    fn block(&mut self) -> Option<BTreeMap<String, String>> {
        let mut fields = BTreeMap::new();
        let mut line = String::new();
        let begin = Instant::now();
        loop {
            line.clear();
            if self.lines.read_line(&mut line).unwrap() == 0 {
                assert!(fields.is_empty(), "half a block: {fields:?}");
                return None;
            }
            match line.trim_end_matches('\n').split_once(':') {
                None if fields.is_empty() => {}
                None => return Some(fields),
                // While there are comments, the client itself does not lose its patience.
                Some(("", _)) => assert!(begin.elapsed() < PATIENCE, "there is nothing but comments"),
                Some((name, value)) => {
                    assert!(fields.insert(name.to_owned(), value.trim_start().to_owned()).is_none(), "{line}");
                }
            }
        }
    }

    /// The next event; none at the end of the stream, which must be one in order.
    pub fn next(&mut self) -> Option<Event> {
        let mut block = self.block()?;
        assert_eq!(block.remove("event").as_deref(), Some("change"));
        let (id, data) = (block.remove("id").unwrap().parse().unwrap(), block.remove("data").unwrap());
        assert!(block.is_empty(), "{block:?}");
        self.seen = id;
        Some((id, data))
    }

    /// The events up to one.
    pub fn until(&mut self, last: i64) -> Vec<Event> {
        let mut events = Vec::new();
        while self.seen < last {
            events.push(self.next().unwrap_or_else(|| panic!("the stream ended after {}, not {last}", self.seen)));
        }
        events
    }
}
