//! Files of figures: what is read from them, what of it is recorded, and what is told of each row.

mod cities;
mod differences;
mod formats;
mod kept;
mod order;
mod public;
mod recorded;
mod rehearsal;
pub mod sheets;
mod submit;
mod wrong_rows;

use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::{Value, json};

use crate::support::{Answer, Service, city, run, send};

const CITY: &str = "/v1/cities/us-somewhere";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// A file of three years, as it is sent over HTTP.
const THREE: &str = "year,total_basic,population,protocol,source_title\n\
    2018,700,100,gpc,Inventory 2018\n2019,690,100,gpc,Inventory 2019\n2020,680,101,gpc,Inventory 2020\n";

/// The header of a table of many cities, as it is brought in by the command line.
const HEADER: &str = "city,year,total_own,population,source_title,source_published\n";

/// Two rows of a public file that makes its own city.
const KLIMATKOLLEN: &str = "municipality,region,year,emissions_tco2e\nExemplby,L,2015,900.5\nExemplby,L,2016,800\n";

/// One row of it.
const PUBLIC: &str = "municipality,region,year,emissions_tco2e\nExemplby,L,2015,900.5\n";

/// A service with one city.
fn service() -> Service {
    let service = Service::start();
    service.record(CITY, &city("Somewhere"));
    service
}

/// Sends a file with the key of the administrator.
fn post(service: &Service, query: &str, media_type: &str, body: impl Into<reqwest::blocking::Body>) -> Answer {
    let request = service.request("POST", &format!("{CITY}/reports:import{query}"));
    send(request.bearer_auth(&service.admin).header("content-type", media_type).body(body))
}

fn csv(service: &Service, query: &str, text: &str) -> Answer {
    post(service, query, "text/csv", text.to_owned())
}

/// What became of each row, in a word.
fn outcomes(answer: &Value) -> Vec<&str> {
    answer["rows"].as_array().unwrap().iter().map(|row| row["outcome"].as_str().unwrap()).collect()
}

/// A report with lines, one of them by gas, so that it needs its potentials.
fn lined() -> Value {
    json!({"totals": {"basic": 380}, "gwp": "ar5", "population": 100, "source": {"title": "S"},
        "lines": [{"ref": "I.1.1", "gas": "nf3", "gas_tonnes": 10}, {"ref": "II.1.1", "tonnes": 100}]})
}

/// Runs an import of files into a database.
fn import_into(database: &str, format: &str, files: &[&Path], flags: &[&str]) -> Output {
    let files: Vec<&str> = files.iter().map(|file| file.to_str().unwrap()).collect();
    run(&[&["import", format][..], &files, &["--database", database], flags].concat())
}

/// Runs an import of files into the database of a service.
fn import(service: &Service, format: &str, files: &[&Path], flags: &[&str]) -> Output {
    import_into(&service.database.url, format, files, flags)
}

/// A file of the test's own.
fn written(directory: &tempfile::TempDir, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
    let path = directory.path().join(name);
    std::fs::write(&path, text).unwrap();
    path
}

/// The files of a folder, with what they hold.
fn contents(directory: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let paths = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<_> = paths.map(|path| (path.clone(), std::fs::read(path).unwrap())).collect();
    found.sort();
    found
}
