//! A PostgreSQL server of a test's own, which can be stopped, cut off and started again.

use std::fs::File;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, RunQueryDsl};

use crate::support::{eventually, signal};

/// A PostgreSQL server of the test's own, which can be stopped. It listens on a socket in its directory.
pub struct Cluster {
    pub directory: tempfile::TempDir,
    programs: PathBuf,
    server: Option<Child>,
}

impl Cluster {
    /// None, after saying so, on a machine without PostgreSQL; where it must not be missing, that is a failure.
    pub fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            let must = std::env::var("CI").is_ok_and(|ci| ci == "true") && std::env::var("TEST_DATABASE_URL").is_ok();
            assert!(!must, "no PostgreSQL server program is on this machine");
            eprintln!("skipped: no PostgreSQL server program is on this machine");
            return None;
        };
        let mut cluster = Cluster { directory: directory(), programs, server: None };
        let made = cluster
            .command("initdb")
            .args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "-D", "data"])
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        cluster.resume();
        Some(cluster)
    }

    /// A copy of it that follows it, and has each commit before it is answered.
    pub fn synchronous_standby(&self) -> Self {
        let mut standby = Cluster { directory: directory(), programs: self.programs.clone(), server: None };
        let primary = self.directory.path().display().to_string();
        let conninfo = format!("host={primary} user=postgres application_name=standby");
        let copied = standby
            .command("pg_basebackup")
            .args(["--checkpoint=fast", "--wal-method=stream", "--no-sync", "--write-recovery-conf", "-D", "data"])
            .args(["--dbname", &conninfo])
            .output()
            .unwrap();
        assert!(copied.status.success(), "{}", String::from_utf8_lossy(&copied.stderr));
        standby.resume();
        self.set("synchronous_standby_names = 'standby'");
        let following = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'";
        eventually("the standby following", || self.number(following) == 1);
        standby
    }

    /// Makes a standby the primary.
    pub fn promote(&self) {
        let promoted = self.command("pg_ctl").args(["promote", "-D", "data"]).output().unwrap();
        assert!(promoted.status.success(), "{}", String::from_utf8_lossy(&promoted.stderr));
    }

    /// Kills it as a power cut would.
    pub fn kill(&mut self) {
        if let Some(mut server) = self.server.take() {
            let children = Command::new("pgrep").args(["-P", &server.id().to_string()]).output().unwrap();
            server.kill().unwrap();
            for child in String::from_utf8(children.stdout).unwrap().split_whitespace() {
                // Some end by themselves with their parent.
                Command::new("kill").args(["-KILL", child]).stderr(Stdio::null()).status().unwrap();
            }
            server.wait().unwrap();
        }
    }

    pub fn url(&self) -> String {
        format!("postgres://postgres@/postgres?host={}", self.directory.path().display())
    }

    /// Starts the server and waits until it takes connections.
    pub fn resume(&mut self) {
        let log = File::options().create(true).append(true).open(self.directory.path().join("log")).unwrap();
        let server = self
            .command("postgres")
            .args(["-D", "data", "-c", "listen_addresses=", "-c", "fsync=off", "-c", "shared_buffers=32MB", "-k"])
            .arg(self.directory.path())
            .stderr(log)
            .spawn();
        self.server = Some(server.unwrap());
        eventually("PostgreSQL", || PgConnection::establish(&self.url()).is_ok());
    }

    /// Runs statements as its administrator.
    pub fn execute(&self, statements: &str) {
        PgConnection::establish(&self.url()).unwrap().batch_execute(statements).unwrap();
    }

    /// Changes one of its settings while it runs.
    pub fn set(&self, setting: &str) {
        self.execute(&format!("ALTER SYSTEM SET {setting}"));
        self.execute("SELECT pg_reload_conf()");
    }

    /// The number that a query gives.
    pub fn number(&self, query: &str) -> i64 {
        let mut connection = PgConnection::establish(&self.url()).unwrap();
        diesel::select(diesel::dsl::sql::<diesel::sql_types::BigInt>(&format!("({query})")))
            .get_result(&mut connection)
            .unwrap()
    }

    /// Stops it at once; its clients are cut off.
    pub fn stop(&mut self) {
        if let Some(mut server) = self.server.take() {
            signal(server.id(), "INT");
            server.wait().unwrap();
        }
    }

    /// A program of PostgreSQL. It refuses to run as root, so there it runs as a user of its own.
    pub fn command(&self, name: &str) -> Command {
        let mut command = Command::new("setpriv");
        if is_root() {
            command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]);
        }
        // It ends with the thread that started it, which is the test's.
        command.args(["--pdeathsig", "INT", "--"]).arg(self.programs.join(name));
        command.current_dir(self.directory.path()).stdin(Stdio::null()).stdout(Stdio::null());
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A directory that the server's user may write to.
fn directory() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    if is_root() {
        let owned = Command::new("chown").arg("postgres:").arg(directory.path()).status().unwrap();
        assert!(owned.success());
    }
    directory
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

/// Where PostgreSQL's server programs are: the newest that Debian has installed, else those of the path.
fn programs() -> Option<PathBuf> {
    let version = |path: &PathBuf| path.file_name()?.to_str()?.parse::<f32>().ok();
    let mut installed: Vec<PathBuf> =
        std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
    installed.sort_by(|one, other| version(other).partial_cmp(&version(one)).unwrap());
    let installed = installed.into_iter().map(|path| path.join("bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = |directory: &PathBuf| directory.join("initdb").exists() && directory.join("postgres").exists();
    installed.chain(std::env::split_paths(&path)).find(found)
}
