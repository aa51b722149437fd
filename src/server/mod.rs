//! The HTTP server: its middleware and its routes.

mod admission;
mod documentation;
mod fallback;
pub mod limits;
mod listening;
mod operators;
mod pacing;
mod passage;
mod stopping;
mod trail;

use std::net::{IpAddr, SocketAddr, TcpListener};
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::{App, web};
use serde_json::Value;
use utoipa_actix_web::AppExt;

pub use admission::{connections, connections_per_address};
pub use operators::DEFAULT as OPERATORS;

use crate::api::limits::BYTES_IN_FLIGHT_PARTS;
use crate::api::request::activity::Activity;
use crate::api::request::allowance::Allowance;
use crate::api::request::import_slots::ImportSlots;
use crate::api::request::limiter::Limiter;
use crate::api::response::answer_cache::AnswerCache;
use crate::api::response::columns::Columns;
use crate::api::response::problem::Problem;
use crate::api::{self, Service, openapi};
use crate::registry::Registry;
use crate::server::limits::{SHUTDOWN_SECONDS, UNKEYED_FORMS, UNKEYED_FORMS_PER_ADDRESS};
use crate::web as pages;
use admission::Admission;
use documentation::Documentation;
use fallback::AllowedMethods;

/// The settings of the server.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The address to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The address for operators. If none, the default address, or a free port if that is taken.
    pub operators: Option<SocketAddr>,
    /// Writes per minute for each key; 0 is unlimited.
    pub writes_per_minute: u32,
    /// Bytes of request bodies per minute for each key; 0 is unlimited.
    pub write_bytes_per_minute: u32,
    /// Requests per minute for each client address; 0 is unlimited.
    pub reads_per_minute: u32,
    /// The proxies whose `X-Forwarded-For` is trusted.
    pub trusted_proxies: Vec<IpAddr>,
    /// The number of worker threads. If none, one for each processor.
    pub workers: Option<usize>,
    /// Whom to ask for a key; shown where one is needed.
    pub contact: Option<String>,
    /// The public address of the service; default the address it listens on.
    pub public_url: Option<String>,
    /// The longest silence of a stream of changes.
    pub heartbeat: Duration,
    /// The limits of what may be open or in memory.
    pub bounds: Limits,
}

/// The limits of what may be open or in memory.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The most open connections.
    pub connections: usize,
    /// The most open connections of one client address.
    pub connections_per_address: usize,
    /// The most open streams of changes.
    pub streams: usize,
    /// The most open streams of changes of one client address.
    pub streams_per_address: usize,
    /// The most bytes in request bodies being read and in responses being sent or cached.
    pub bytes_in_flight: usize,
}

/// A server that is bound to its address and starts when [`run`](Self::run) is called.
pub struct Running {
    /// The address that it listens on.
    pub address: SocketAddr,
    /// The address for operators, which already responds.
    pub operators: SocketAddr,
    server: Server,
    registry: Registry,
    activity: Activity,
}

impl Running {
    /// Runs until a stop is requested.
    ///
    /// # Errors
    /// If the server fails.
    pub async fn run(self) -> std::io::Result<()> {
        stopping::run(self.server, self.registry, self.activity).await
    }
}

/// Binds the addresses and builds the server.
///
/// # Errors
/// If an address cannot be bound, or the system cannot start threads.
pub fn build(registry: Registry, settings: &Settings) -> std::io::Result<Running> {
    let listener = TcpListener::bind(settings.listen)?;
    let address = listener.local_addr()?;
    let document = openapi::document();
    let service = web::Data::new(service(registry, settings, address, &document)?);
    let allowed = web::Data::new(AllowedMethods::new(&document));
    let documentation = web::Data::new(Documentation::new(&document));
    forget_idle(service.clone());
    let operators_listener = operators::listen(settings.operators)?;
    let operators = operators_listener.local_addr()?;
    operators::serve(operators_listener, service.clone())?;
    let (registry, activity) = (service.registry.clone(), service.activity.clone());
    let app = move || {
        App::new()
            .into_utoipa_app()
            .map(|app| {
                app.wrap(from_fn(fallback::fill_empty_404))
                    .wrap(from_fn(fallback::refuse_by_page))
                    .wrap(from_fn(admission::limit_rate))
                    .wrap(from_fn(passage::guard_pages))
                    .wrap(passage::headers())
                    .wrap(from_fn(passage::head_as_get))
                    .wrap(from_fn(passage::track))
                    .wrap(from_fn(trail::follow))
            })
            .app_data(service.clone())
            .app_data(allowed.clone())
            .app_data(documentation.clone())
            .app_data(web::PathConfig::default().error_handler(|_, _| Problem::not_found().into()))
            .configure(api::routes)
            .into_app()
            .configure(pages::routes)
            .configure(documentation::routes)
            .default_service(web::to(fallback::fallback))
    };
    let Limits { connections, connections_per_address, .. } = settings.bounds;
    let admission = Admission::new(connections, connections_per_address, &settings.trusted_proxies);
    let server = Server::build()
        // Connections beyond the limit are accepted and refused with a response, not left to wait.
        .max_concurrent_connections(connections + REFUSED_AT_ONCE)
        .shutdown_timeout(SHUTDOWN_SECONDS);
    let server = match settings.workers {
        Some(workers) => server.workers(workers),
        None => server,
    };
    let server =
        listening::listen(server, listener, app, move |stream, extensions| admission.admit(stream, extensions))?;
    Ok(Running { address, operators, server: server.run(), registry, activity })
}

/// The most connections that are being refused at the same moment.
const REFUSED_AT_ONCE: usize = 32;

/// The public address of the service, for links in pictures, feeds and citations.
fn public_url(settings: &Settings, address: SocketAddr) -> String {
    let host = if address.ip().is_unspecified() { "localhost".to_owned() } else { address.ip().to_string() };
    let host = if address.is_ipv6() && host != "localhost" { format!("[{host}]") } else { host };
    let own = || format!("http://{host}:{}", address.port());
    settings.public_url.as_ref().map_or_else(own, |stated| stated.trim_end_matches('/').to_owned())
}

/// The state that every handler uses.
fn service(registry: Registry, settings: &Settings, address: SocketAddr, document: &Value) -> std::io::Result<Service> {
    let Limits { streams, streams_per_address, bytes_in_flight, .. } = settings.bounds;
    let bytes = Allowance::new("many bytes under way", bytes_in_flight, bytes_in_flight / BYTES_IN_FLIGHT_PARTS);
    Ok(Service {
        registry,
        writes: Limiter::per_minute(settings.writes_per_minute),
        write_bytes: Limiter::per_minute(settings.write_bytes_per_minute),
        imports: ImportSlots::default(),
        reads: Limiter::per_minute(settings.reads_per_minute),
        trusted_proxies: settings.trusted_proxies.clone(),
        contact: settings.contact.clone(),
        public_url: public_url(settings, address),
        heartbeat: settings.heartbeat,
        columns: Columns::new(document, api::items::items()),
        answers: AnswerCache::new(bytes.clone(), bytes_in_flight)?,
        bytes,
        streams: Allowance::new("many streams open", streams, streams_per_address),
        unkeyed_forms: Allowance::new("many forms under way without a key", UNKEYED_FORMS, UNKEYED_FORMS_PER_ADDRESS),
        activity: Activity::default(),
    })
}

/// Regularly forgets the rates of clients that have been idle.
fn forget_idle(service: web::Data<Service>) {
    actix_web::rt::spawn(async move {
        loop {
            tokio::time::sleep(Duration::from_secs(60)).await;
            service.writes.forget_idle();
            service.write_bytes.forget_idle();
            service.reads.forget_idle();
        }
    });
}
