//! A cable between one node and its PostgreSQL, which a test can cut, while other nodes stay connected.

use std::io;
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use super::cluster::Cluster;

/// The name that PostgreSQL gives its socket.
const SOCKET: &str = ".s.PGSQL.5432";

pub struct Cable {
    directory: tempfile::TempDir,
    /// Both ends of every connection; none while it is cut.
    ends: Arc<Mutex<Option<Vec<UnixStream>>>>,
}

impl Cable {
    pub fn to(cluster: &Cluster) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(directory.path().join(SOCKET)).unwrap();
        let ends = Arc::new(Mutex::new(Some(Vec::new())));
        let (server, known) = (cluster.directory.path().join(SOCKET), Arc::clone(&ends));
        std::thread::spawn(move || {
            for client in listener.incoming() {
                if let (Some(ends), Ok(client)) = (known.lock().unwrap().as_mut(), client) {
                    // A server that is away is to the client as a cable that is cut.
                    if let Ok(both) = connect(client, &server) {
                        ends.extend(both);
                    }
                }
            }
        });
        Cable { directory, ends }
    }

    /// The database, through this cable.
    pub fn url(&self) -> String {
        format!("postgres://postgres@/postgres?host={}", self.directory.path().display())
    }

    /// Ends every connection, and takes no other.
    pub fn cut(&self) {
        for end in self.ends.lock().unwrap().take().into_iter().flatten() {
            end.shutdown(Shutdown::Both).ok();
        }
    }

    pub fn mend(&self) {
        self.ends.lock().unwrap().get_or_insert_default();
    }
}

/// Hands on what either says, until one of them ends.
fn connect(client: UnixStream, server: &PathBuf) -> io::Result<[UnixStream; 2]> {
    let server = UnixStream::connect(server)?;
    for (from, to) in [(&client, &server), (&server, &client)] {
        let (mut from, mut to) = (from.try_clone()?, to.try_clone()?);
        std::thread::spawn(move || {
            io::copy(&mut from, &mut to).ok();
            to.shutdown(Shutdown::Both).ok();
        });
    }
    Ok([client, server])
}
