//! Reads a connection no faster than its requests are served.
//!
//! The server decodes everything it reads and keeps each request until its turn comes: kilobytes of memory for a few
//! bytes from the client. So it only gets little more than it is working on: a few request heads, or the part of a body
//! that a handler reads. The rest stays in the system's buffers, which slows the client down.

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

/// The state of a connection. The reader of the connection and the handlers of its requests share it, on one thread.
pub(super) struct Pace {
    /// Request heads that were passed on and whose requests have not started.
    heads: Cell<usize>,
    /// Bytes that were passed on since a request last started, or since a part of a body was last requested.
    bytes: Cell<usize>,
    /// Requests in progress, including those whose response is being sent.
    under_way: Cell<usize>,
    /// When a request last started or ended.
    moved_at: Cell<Instant>,
    /// Wakes the reader of the connection, if it waits.
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

    /// True if as much was passed on as is allowed for now.
    fn is_ahead(&self) -> bool {
        self.heads.get() >= HEADS_AHEAD || (self.under_way.get() > 0 && self.bytes.get() >= BYTES_AHEAD)
    }

    fn wake_reader(&self) {
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
    }

    /// Starts a request. It is in progress until the returned guard is dropped.
    pub(super) fn begin(self: &Rc<Self>) -> UnderWay {
        self.heads.set(self.heads.get().saturating_sub(1));
        self.bytes.set(0);
        self.under_way.set(self.under_way.get() + 1);
        self.moved_at.set(Instant::now());
        self.wake_reader();
        UnderWay(Rc::clone(self))
    }

    /// A body was not read to its end. Bytes in it that looked like heads must not block the next request.
    fn abandon_body(&self) {
        self.heads.set(self.heads.get().min(HEADS_AHEAD - 1));
        self.wake_reader();
    }

    /// A handler wants more of a body, so the bytes passed on so far belong to that body.
    fn request_body(&self) {
        self.heads.set(0);
        self.bytes.set(0);
        self.wake_reader();
    }
}

/// A request in progress, or whose response is being sent.
pub(super) struct UnderWay(Rc<Pace>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        let UnderWay(pace) = self;
        pace.under_way.set(pace.under_way.get().saturating_sub(1));
        pace.moved_at.set(Instant::now());
        pace.wake_reader();
    }
}

/// Makes the pace of the connection follow how a handler reads the body of a request, if there is one.
pub(super) fn follow_body(request: &mut ServiceRequest, pace: &Rc<Pace>) {
    let (_, payload) = request.parts_mut();
    if !matches!(payload, Payload::None) {
        let inner = std::mem::replace(payload, Payload::None);
        let body = Body { payload: inner, pace: Rc::clone(pace), is_read: false };
        *payload = Payload::Stream { payload: Box::pin(body) };
    }
}

/// The body of a request.
struct Body {
    payload: Payload,
    pace: Rc<Pace>,
    /// True once it was read to its end.
    is_read: bool,
}

impl Drop for Body {
    fn drop(&mut self) {
        if !self.is_read {
            self.pace.abandon_body();
        }
    }
}

impl Stream for Body {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let part = Pin::new(&mut self.payload).poll_next(context);
        // What follows the end is not part of the body.
        if matches!(part, Poll::Ready(None)) {
            self.is_read = true;
        } else {
            self.pace.request_body();
        }
        part
    }
}

/// The state of the search for the end of a head: its first empty line, with or without a carriage return.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LineScan {
    /// Empty lines or nothing so far: a head comes next.
    Nothing,
    /// Within a line.
    Text,
    /// The end of a line.
    LineEnd,
    /// After the end of a line and a carriage return.
    Return,
}

impl LineScan {
    /// The state after one more byte, and true if the byte ends a head.
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

/// A connection that passes on what it reads at the pace at which requests are served.
pub(super) struct PacedStream {
    stream: TcpStream,
    pace: Rc<Pace>,
    scan: LineScan,
    /// Bytes that were read but not passed on yet.
    unread: Vec<u8>,
    idle: Pin<Box<Sleep>>,
}

impl PacedStream {
    pub(super) fn new(stream: TcpStream) -> Self {
        let (pace, idle) = (Pace::new(), Box::pin(sleep(NEXT_HEAD_WAIT)));
        PacedStream { stream, pace, scan: LineScan::Nothing, unread: Vec::new(), idle }
    }

    pub(super) fn stream(&self) -> &TcpStream {
        &self.stream
    }

    pub(super) fn pace(&self) -> Rc<Pace> {
        Rc::clone(&self.pace)
    }

    /// How many of these bytes may be passed on now: as many as do not start too many requests.
    fn count_allowed(&mut self, bytes: &[u8]) -> usize {
        for (index, byte) in bytes.iter().enumerate() {
            let (scan, is_end) = self.scan.next(*byte);
            self.scan = scan;
            if is_end {
                self.pace.heads.set(self.pace.heads.get() + 1);
                if self.pace.heads.get() >= HEADS_AHEAD {
                    return index + 1;
                }
            }
        }
        bytes.len()
    }

    /// Passes on some of the bytes that were read before.
    fn pass_on_unread(&mut self, buffer: &mut ReadBuf<'_>) {
        let mut unread = std::mem::take(&mut self.unread);
        let limit = unread.len().min(buffer.remaining());
        let taken = self.count_allowed(&unread[..limit]);
        buffer.put_slice(&unread[..taken]);
        unread.drain(..taken);
        self.pace.bytes.set(self.pace.bytes.get() + taken);
        self.unread = unread;
    }

    /// Reads some bytes from the system. Passes on what is allowed, and stores the rest.
    fn read(&mut self, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let limit = buffer.remaining().min(READ_BYTES);
        let mut part = ReadBuf::new(buffer.initialize_unfilled_to(limit));
        match Pin::new(&mut self.stream).poll_read(context, &mut part) {
            Poll::Ready(Ok(())) => {}
            Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
            Poll::Pending => return self.wait(context),
        }
        let taken = self.count_allowed(part.filled());
        self.unread.extend_from_slice(&part.filled()[taken..]);
        buffer.advance(taken);
        self.pace.bytes.set(self.pace.bytes.get() + taken);
        Poll::Ready(Ok(()))
    }

    /// Waits until bytes arrive or may be passed on. While no request is in progress the wait is limited. Without a
    /// limit actix would wait forever for the rest of a later head, or of a body that nobody reads.
    fn wait(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.idle.as_mut().poll(context).is_ready() {
            let until = self.pace.moved_at.get() + NEXT_HEAD_WAIT;
            let now = Instant::now();
            if self.pace.under_way.get() == 0 && until <= now {
                return Poll::Ready(Ok(())); // Reading nothing means the end.
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
        if paced.unread.is_empty() {
            return paced.read(context, buffer);
        }
        paced.pass_on_unread(buffer);
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
