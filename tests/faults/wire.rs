//! A client that does what no library of ours would do: half a request, an answer that is never read.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};

use socket2::{Domain, Socket, Type};

use crate::support::{PATIENCE, Service};

/// A connection of its own.
pub struct Wire(TcpStream);

impl Wire {
    /// Connects from the last number of an address of this machine, `127.0.0.N`.
    pub fn from(service: &Service, last: u8) -> Self {
        Self::try_from(&service.url, last).expect("a connection")
    }

    /// The same, which may be refused.
    pub fn try_from(url: &str, last: u8) -> std::io::Result<Self> {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        // What the client's own system keeps for it is not what is measured.
        socket.set_recv_buffer_size(8 * 1024)?;
        socket.bind(&SocketAddr::from((Ipv4Addr::new(127, 0, 0, last), 0)).into())?;
        let address: SocketAddr = url.trim_start_matches("http://").parse().unwrap();
        socket.connect(&address.into())?;
        let stream = TcpStream::from(socket);
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        Ok(Wire(stream))
    }

    /// Sends bytes; one who was turned away cannot send them all.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.0.write_all(bytes.as_ref()).is_ok()
    }

    /// Sends what the system takes at once.
    pub fn send_some(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.set_nonblocking(true).unwrap();
        let mut rest = bytes.as_ref();
        while let Ok(sent) = self.0.write(rest)
            && sent > 0
        {
            rest = &rest[sent..];
        }
        self.0.set_nonblocking(false).unwrap();
    }

    /// The same connection, for another thread.
    pub fn twin(&self) -> Self {
        Wire(self.0.try_clone().unwrap())
    }

    /// Asks for an address, over a connection that is kept.
    pub fn ask(&mut self, path: &str) -> bool {
        self.send(format!("GET {path} HTTP/1.1\r\nHost: here\r\n\r\n"))
    }

    /// Reads at most so many bytes; none at the end.
    pub fn read(&mut self, most: usize) -> Vec<u8> {
        let mut bytes = vec![0; most];
        match self.0.read(&mut bytes) {
            Ok(read) => bytes.truncate(read),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => bytes.clear(),
            Err(error) => panic!("{error}"),
        }
        bytes
    }

    /// Reads the head of an answer; empty when there is none.
    pub fn head(&mut self) -> String {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let byte = self.read(1);
            if byte.is_empty() {
                break;
            }
            head.extend(byte);
        }
        String::from_utf8(head).unwrap()
    }

    /// The status of the next answer; 0 when there is none.
    pub fn status(&mut self) -> u16 {
        status(&self.head())
    }

    /// Reads an answer whole, and returns its status and how long its body is.
    pub fn answer(&mut self) -> (u16, usize) {
        let head = self.head();
        let length =
            head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
        let length: usize = length.unwrap_or(0);
        let mut read = 0;
        while read < length {
            match self.read((length - read).min(1 << 16)).len() {
                0 => break,
                bytes => read += bytes,
            }
        }
        (status(&head), read)
    }

    /// Whether the service answers, and has not turned it away.
    pub fn is_let_in(&mut self) -> bool {
        self.ask("/health/live") && self.answer().0 == 200
    }

    /// Whether it is closed, once all that was sent is read.
    pub fn is_closed(&mut self) -> bool {
        while !self.read(1 << 16).is_empty() {}
        true
    }
}

fn status(head: &str) -> u16 {
    head.split(' ').nth(1).map_or(0, |status| status.parse().unwrap())
}
