//! A database that nobody else uses.
//!
//! `TEST_DATABASE_URL` unset: a SQLite file in a temporary directory. Set to `postgres://…`: a schema
//! of its own there, dropped at the end. Tests need not know which.

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, RunQueryDsl};
use pledgewatch::store::{AnyConnection, DatabaseUrl};
use serde_json::Value;

/// A database that nobody else uses.
pub struct Database {
    pub url: String,
    _directory: Option<tempfile::TempDir>,
    schema: Option<(String, String)>,
}

impl Database {
    pub fn new() -> Self {
        match std::env::var("TEST_DATABASE_URL") {
            Ok(server) => Self::schema(&server),
            Err(_) => {
                let directory = tempfile::tempdir().unwrap();
                let url = format!("sqlite:{}", directory.path().join("test.db").display());
                Database { url, _directory: Some(directory), schema: None }
            }
        }
    }

    /// One that the test itself keeps.
    pub fn at(url: String) -> Self {
        Database { url, _directory: None, schema: None }
    }

    fn schema(server: &str) -> Self {
        let name = format!("test_{}", uuid::Uuid::now_v7().simple());
        let mut connection = PgConnection::establish(server).unwrap();
        connection.batch_execute(&format!("CREATE SCHEMA {name}")).unwrap();
        let joint = if server.contains('?') { '&' } else { '?' };
        let url = format!("{server}{joint}options=-csearch_path%3D{name}");
        Database { url, _directory: None, schema: Some((server.to_owned(), name)) }
    }

    /// Runs statements beside the service, as someone with `psql` or `sqlite3` would.
    pub fn execute(&self, statements: &str) {
        self.connect().batch_execute(statements).unwrap();
    }

    /// The columns of a table or a view.
    pub fn columns(&self, table: &str) -> Vec<String> {
        let mut connection = self.connect();
        let query = columns_of(&connection, table);
        texts(&mut connection, &query)
    }

    /// The rows of a table or a view, each with its columns as members.
    pub fn rows(&self, table: &str) -> Vec<Value> {
        let mut connection = self.connect();
        let row = match &connection {
            AnyConnection::Sqlite(_) => {
                let members: Vec<String> =
                    self.columns(table).iter().map(|name| format!("'{name}', \"{name}\"")).collect();
                format!("json_object({})", members.join(", "))
            }
            AnyConnection::Postgres(_) => "to_jsonb(t)::text".to_owned(),
        };
        let rows = texts(&mut connection, &format!("SELECT {row} AS text FROM \"{table}\" AS t"));
        rows.iter().map(|row| serde_json::from_str(row).unwrap()).collect()
    }

    pub fn connect(&self) -> AnyConnection {
        DatabaseUrl::parse(&self.url).unwrap().connect().unwrap()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some((server, name)) = &self.schema
            && let Ok(mut connection) = PgConnection::establish(server)
        {
            connection.batch_execute(&format!("DROP SCHEMA {name} CASCADE")).ok();
        }
    }
}

/// A query for the names of the columns of a table.
fn columns_of(connection: &AnyConnection, table: &str) -> String {
    match connection {
        AnyConnection::Sqlite(_) => format!("SELECT name AS text FROM pragma_table_info('{table}')"),
        AnyConnection::Postgres(_) => format!(
            "SELECT column_name::text AS text FROM information_schema.columns \
             WHERE table_schema = current_schema() AND table_name = '{table}' ORDER BY ordinal_position"
        ),
    }
}

/// What a query of one column named `text` gives.
fn texts(connection: &mut AnyConnection, query: &str) -> Vec<String> {
    #[derive(diesel::QueryableByName)]
    struct Row {
        #[diesel(sql_type = diesel::sql_types::Text)]
        text: String,
    }
    let rows: Vec<Row> = diesel::sql_query(query).load(connection).unwrap();
    rows.into_iter().map(|row| row.text).collect()
}
