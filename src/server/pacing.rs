//! A connection that is read no faster than its requests are answered.
//!
//! The server decodes all that it is given and keeps each request until its turn comes, some kilobytes for a few bytes
//! of the client's. So it is given little more than it works on: a few heads, or what a handler reads of a body. What
//! follows stays with the system, which stops the client.

use std::cell::Cell;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use actix_web::dev::{Payload, ServiceRequest};
use actix_web::error::PayloadError;
use actix_web::rt::net::TcpStream;
use actix_web::web::Bytes;
use futures_util::Stream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

use super::limits::{BYTES_AHEAD, HEADS_AHEAD, NEXT_HEAD_WAIT, READ_BYTES};

/// How a connection stands; shared by what reads it and what answers its requests, on one thread.
pub(super) struct Pace {
    /// Heads that were handed on, and whose requests are not worked on yet.
    heads: Cell<usize>,
    /// Bytes that were handed on since a request was last begun, or a part of a body asked for.
    bytes: Cell<usize>,
    /// Requests that are worked on, or whose answers are being sent.
    under_way: Cell<usize>,
    /// When one of these last began or ended.
    moved_at: Cell<Instant>,
    /// Who waits to read on.
    reader: Cell<Option<Waker>>,
}

impl Pace {
    fn new() -> Rc<Self> {
        Rc::new(Pace {
            heads: Cell::new(0),
            bytes: Cell::new(0),
            under_way: Cell::new(0),
            moved_at: Cell::new(Instant::now()),
            reader: Cell::new(None),
        })
    }

    /// Whether as much was handed on as may be for now.
    fn is_ahead(&self) -> bool {
        self.heads.get() >= HEADS_AHEAD || (self.under_way.get() > 0 && self.bytes.get() >= BYTES_AHEAD)
    }

    fn go_on(&self) {
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
    }

    /// A request is worked on, until what is returned is dropped.
    pub(super) fn begin(self: &Rc<Self>) -> UnderWay {
        self.heads.set(self.heads.get().saturating_sub(1));
        self.bytes.set(0);
        self.under_way.set(self.under_way.get() + 1);
        self.moved_at.set(Instant::now());
        self.go_on();
        UnderWay(Rc::clone(self))
    }

    /// A body is not read to its end: what looked like heads within it must not keep the next request from being read.
    fn leave_body(&self) {
        self.heads.set(self.heads.get().min(HEADS_AHEAD - 1));
        self.go_on();
    }

    /// A handler wants more of a body: what was handed on so far was the body's.
    fn wants_body(&self) {
        self.heads.set(0);
        self.bytes.set(0);
        self.go_on();
    }
}

/// A request that is worked on, or whose answer is being sent.
pub(super) struct UnderWay(Rc<Pace>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        let UnderWay(pace) = self;
        pace.under_way.set(pace.under_way.get().saturating_sub(1));
        pace.moved_at.set(Instant::now());
        pace.go_on();
    }
}

/// Has the pace of the connection follow how the body of a request is read, if it has one.
pub(super) fn follow_body(request: &mut ServiceRequest, pace: &Rc<Pace>) {
    let (_, payload) = request.parts_mut();
    if !matches!(payload, Payload::None) {
        let payload_before = std::mem::replace(payload, Payload::None);
        let body = Body { payload: payload_before, pace: Rc::clone(pace), is_read: false };
        *payload = Payload::Stream { payload: Box::pin(body) };
    }
}

/// The body of a request.
struct Body {
    payload: Payload,
    pace: Rc<Pace>,
    /// Whether it was read to its end.
    is_read: bool,
}

impl Drop for Body {
    fn drop(&mut self) {
        if !self.is_read {
            self.pace.leave_body();
        }
    }
}

impl Stream for Body {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let part = Pin::new(&mut self.payload).poll_next(context);
        // What comes after its end is no part of it.
        if matches!(part, Poll::Ready(None)) {
            self.is_read = true;
        } else {
            self.pace.wants_body();
        }
        part
    }
}

/// Where the reading of lines stands: a head ends with the first empty one, whose carriage return may be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LineScan {
    /// Empty lines, or nothing yet: what comes is a head.
    Nothing,
    /// Something within a line.
    Text,
    /// The end of a line.
    LineEnd,
    /// The end of a line, and a carriage return.
    Return,
}

impl LineScan {
    /// After one more byte; whether it ends a head.
    fn next(self, byte: u8) -> (Self, bool) {
        match (self, byte) {
            (LineScan::Nothing, b'\r' | b'\n') => (LineScan::Nothing, false),
            (LineScan::LineEnd | LineScan::Return, b'\n') => (LineScan::Nothing, true),
            (LineScan::LineEnd, b'\r') => (LineScan::Return, false),
            (_, b'\n') => (LineScan::LineEnd, false),
            _ => (LineScan::Text, false),
        }
    }
}

/// A connection that hands on what it reads at the pace at which requests are answered.
pub(super) struct PacedStream {
    stream: TcpStream,
    pace: Rc<Pace>,
    seen: LineScan,
    /// What was read, and is not handed on yet.
    rest: Vec<u8>,
    idle: Pin<Box<Sleep>>,
}

impl PacedStream {
    pub(super) fn new(stream: TcpStream) -> Self {
        let (pace, idle) = (Pace::new(), Box::pin(sleep(NEXT_HEAD_WAIT)));
        PacedStream { stream, pace, seen: LineScan::Nothing, rest: Vec::new(), idle }
    }

    pub(super) fn stream(&self) -> &TcpStream {
        &self.stream
    }

    pub(super) fn pace(&self) -> Rc<Pace> {
        Rc::clone(&self.pace)
    }

    /// How many of these bytes are handed on now: not more than begins as many requests as may wait.
    fn take(&mut self, bytes: &[u8]) -> usize {
        for (index, byte) in bytes.iter().enumerate() {
            let (seen, is_end) = self.seen.next(*byte);
            self.seen = seen;
            if is_end {
                self.pace.heads.set(self.pace.heads.get() + 1);
                if self.pace.heads.get() >= HEADS_AHEAD {
                    return index + 1;
                }
            }
        }
        bytes.len()
    }

    /// Hands on a part of what was read before.
    fn hand_on_rest(&mut self, buffer: &mut ReadBuf<'_>) {
        let mut rest = std::mem::take(&mut self.rest);
        let most = rest.len().min(buffer.remaining());
        let taken = self.take(&rest[..most]);
        buffer.put_slice(&rest[..taken]);
        rest.drain(..taken);
        self.pace.bytes.set(self.pace.bytes.get() + taken);
        self.rest = rest;
    }

    /// Reads a part of what the system has, and hands it on or keeps it.
    fn read(&mut self, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let most = buffer.remaining().min(READ_BYTES);
        let mut part = ReadBuf::new(buffer.initialize_unfilled_to(most));
        match Pin::new(&mut self.stream).poll_read(context, &mut part) {
            Poll::Ready(Ok(())) => {}
            Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
            Poll::Pending => return self.wait(context),
        }
        let taken = self.take(part.filled());
        self.rest.extend_from_slice(&part.filled()[taken..]);
        buffer.advance(taken);
        self.pace.bytes.set(self.pace.bytes.get() + taken);
        Poll::Ready(Ok(()))
    }

    /// Waits for more to come or to be wanted. While nothing is worked on that is not for ever: the server itself waits
    /// without end for the rest of a head that is not the connection's first, and of a body that nobody reads.
    fn wait(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.idle.as_mut().poll(context).is_ready() {
            let until = self.pace.moved_at.get() + NEXT_HEAD_WAIT;
            let now = Instant::now();
            if self.pace.under_way.get() == 0 && until <= now {
                return Poll::Ready(Ok(())); // Nothing read is the end.
            }
            self.idle.as_mut().reset(if until > now { until } else { now + NEXT_HEAD_WAIT });
        }
        Poll::Pending
    }
}

impl AsyncRead for PacedStream {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let paced = self.get_mut();
        if paced.pace.is_ahead() {
            paced.pace.reader.set(Some(context.waker().clone()));
            return paced.wait(context);
        }
        if paced.rest.is_empty() {
            return paced.read(context, buffer);
        }
        paced.hand_on_rest(buffer);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for PacedStream {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
