//! The HTTP server: what every request passes on its way, and which address leads where.

#[cfg(target_os = "linux")]
use std::any::Any;
use std::cmp::Reverse;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::time::Duration;

use actix_web::body::{self, BodySize, EitherBody, MessageBody};
#[cfg(target_os = "linux")]
use actix_web::dev::Extensions;
use actix_web::dev::{ResourceDef, Server, ServiceRequest, ServiceResponse};
use actix_web::error::ResponseError;
use actix_web::http::{Method, StatusCode, header};
use actix_web::middleware::{DefaultHeaders, Logger, Next, from_fn};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use serde_json::Value;
use utoipa_actix_web::AppExt;
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::api::access::{Limiter, client_address};
use crate::api::problem::{Code, Problem};
use crate::api::turns::Turns;
use crate::api::{self, NoQuery, Service, conditional, openapi};
#[cfg(target_os = "linux")]
use crate::record::limits::CLIENT_WAIT;
use crate::record::limits::SHUTDOWN_SECONDS;
use crate::registry::Registry;
use crate::registry::bodies::Body;
use crate::web as pages;

/// How the server is to be run.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Writes a minute of one key; 0 is unlimited.
    pub writes_per_minute: u32,
    /// Bytes of bodies a minute of one key; 0 is unlimited.
    pub write_bytes_per_minute: u32,
    /// Reads a minute of one client address; 0 is unlimited.
    pub reads_per_minute: u32,
    /// The proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Threads that serve; one for each processor unless stated.
    pub workers: Option<usize>,
    /// Whom to ask for a key; shown where one is needed.
    pub contact: Option<String>,
    /// How long a stream of changes is silent at most.
    pub heartbeat: Duration,
}

/// What leads outside the documented API: pages for people.
const PAGES: &[&str] =
    &["/", "/guide/{page}", "/problems/{code}", "/style.css", "/docs", "/docs/{rest}*", "/openapi.json"];
/// The page that takes a form.
const FORM: (&str, &str) = ("/submit", "GET, HEAD, OPTIONS, POST");

/// The methods that each address offers.
struct Offers(Vec<(ResourceDef, String)>);

impl Offers {
    fn new(document: &Value) -> Self {
        let pages = PAGES.iter().map(|path| ((*path).to_owned(), "GET, HEAD, OPTIONS".to_owned()));
        let pages = pages.chain(std::iter::once((FORM.0.to_owned(), FORM.1.to_owned())));
        let mut offers: Vec<(String, String)> = openapi::methods(document).into_iter().chain(pages).collect();
        // `/v1/cities/{city}/reports.csv` before `/v1/cities/{city}/{…}`: fewer variables are more specific, and
        // `/v1/keys/{key}:rotate` more than `/v1/keys/{key}`.
        offers.sort_by_key(|(path, _)| (path.matches('{').count(), Reverse(path.len())));
        Offers(offers.into_iter().map(|(path, allow)| (ResourceDef::new(path), allow)).collect())
    }

    fn of(&self, path: &str) -> Option<&str> {
        self.0.iter().find(|(resource, _)| resource.is_match(path)).map(|(_, allow)| allow.as_str())
    }
}

/// Binds the address and makes the server; it runs once awaited.
///
/// # Errors
/// When the address cannot be bound.
pub fn build(registry: Registry, settings: &Settings) -> std::io::Result<(Server, SocketAddr)> {
    let listener = TcpListener::bind(settings.listen)?;
    let address = listener.local_addr()?;
    let document = openapi::document();
    let service = web::Data::new(Service {
        registry,
        writes: Limiter::per_minute(settings.writes_per_minute),
        write_bytes: Limiter::per_minute(settings.write_bytes_per_minute),
        reads: Limiter::per_minute(settings.reads_per_minute),
        imports: Turns::default(),
        trusted_proxies: settings.trusted_proxies.clone(),
        contact: settings.contact.clone(),
        heartbeat: settings.heartbeat,
        columns: openapi::columns(&document),
    });
    let offers = web::Data::new(Offers::new(&document));
    let specification = web::Data::new(Specification(Body::json(&document)));
    forget_idle(service.clone());
    #[cfg(unix)]
    end_streams_at_stop(service.registry.clone())?;
    let mut server = HttpServer::new(move || {
        App::new()
            .into_utoipa_app()
            .map(|app| {
                app.wrap(from_fn(tell_not_found))
                    .wrap(from_fn(limit_reads))
                    .wrap(headers())
                    .wrap(from_fn(head_as_get))
                    .wrap(logger())
            })
            .app_data(service.clone())
            .app_data(offers.clone())
            .app_data(specification.clone())
            .app_data(
                web::QueryConfig::default()
                    .error_handler(|error, _| Problem::new(Code::InvalidQuery, error.to_string()).into()),
            )
            .app_data(web::PathConfig::default().error_handler(|_, _| Problem::not_found().into()))
            .configure(api::routes)
            .into_app()
            .configure(pages::routes)
            .route("/openapi.json", web::get().to(serve_specification))
            .service(web::redirect("/docs", "/docs/"))
            .service(documentation())
            .default_service(web::to(fallback))
    })
    // Who has closed listens no more; else that would be noticed only when the next event is written to them.
    .h1_allow_half_closed(false)
    .shutdown_timeout(SHUTDOWN_SECONDS);
    if let Some(workers) = settings.workers {
        server = server.workers(workers);
    }
    #[cfg(target_os = "linux")]
    let server = server.on_connect(drop_if_stuck);
    Ok((server.listen(listener)?.run(), address))
}

/// Forgets from time to time whose rate is not worth remembering.
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

/// Ends the streams when the service is asked to stop: the server waits for what is under way, and they never end.
#[cfg(unix)]
fn end_streams_at_stop(registry: Registry) -> std::io::Result<()> {
    use actix_web::rt::signal::unix::{SignalKind, signal};
    let mut asked = signal(SignalKind::terminate())?;
    actix_web::rt::spawn(async move {
        asked.recv().await;
        registry.stop_listening();
    });
    Ok(())
}

/// Has the system drop a client that takes in nothing: while it cannot be written to, the server does not look at
/// its connection again.
#[cfg(target_os = "linux")]
fn drop_if_stuck(connection: &dyn Any, _: &mut Extensions) {
    if let Some(stream) = connection.downcast_ref::<actix_web::rt::net::TcpStream>()
        && let Err(error) = socket2::SockRef::from(stream).set_tcp_user_timeout(Some(CLIENT_WAIT))
    {
        log::warn!("a client that gets stuck will not be dropped: {error}");
    }
}

/// One line a request; never a header, so never a key.
fn logger() -> Logger {
    Logger::new("%a \"%r\" %s %b %Dms").log_target("pledgewatch::requests")
}

/// What every answer carries: any page may read it, and none may take it for what it is not.
fn headers() -> DefaultHeaders {
    DefaultHeaders::new()
        .add((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .add((
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            "Content-Disposition, ETag, Last-Modified, Link, Location, Retry-After",
        ))
        .add((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
}

/// Swagger UI from within the program; its check by an outside validator is switched off.
fn documentation() -> SwaggerUi {
    SwaggerUi::new("/docs/{_:.*}").config(Config::new(["/openapi.json"]).validator_url("none").try_it_out_enabled(true))
}

/// The rendered specification.
struct Specification(Body);

async fn serve_specification(
    request: HttpRequest,
    specification: web::Data<Specification>,
    _: web::Query<NoQuery>,
) -> HttpResponse {
    conditional::answer(&request, &specification.0, conditional::Keep::Revalidate)
}

/// Answers HEAD as GET; the server itself leaves the body out.
async fn head_as_get(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<EitherBody<impl MessageBody, body::None>>, actix_web::Error> {
    let is_head = request.method() == Method::HEAD;
    if is_head {
        request.head_mut().method = Method::GET;
    }
    let response = next.call(request).await?;
    // It would wait for the end of a stream all the same.
    if is_head && response.response().body().size() == BodySize::Stream {
        return Ok(response.map_body(|_, _| EitherBody::right(body::None::new())));
    }
    Ok(response.map_into_left_body())
}

/// Takes one read of the client's address; health checks are never refused.
async fn limit_reads(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<EitherBody<impl MessageBody>>, actix_web::Error> {
    let limited = request.method() == Method::GET && !request.path().starts_with("/health/");
    if limited && let Some(service) = request.app_data::<web::Data<Service>>() {
        let taken = match client_address(request.request(), service) {
            Some(address) => service.reads.take(&address),
            None => Ok(()),
        };
        if let Err(problem) = taken {
            let response = problem.error_response().map_into_right_body();
            return Ok(request.into_response(response));
        }
    }
    Ok(next.call(request).await?.map_into_left_body())
}

/// Gives a 404 that says nothing, as the documentation's own service answers, the words of ours.
async fn tell_not_found(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<EitherBody<impl MessageBody>>, actix_web::Error> {
    let response = next.call(request).await?;
    if response.status() == StatusCode::NOT_FOUND && !response.headers().contains_key(header::CONTENT_TYPE) {
        let told = Problem::not_found().error_response().map_into_right_body();
        return Ok(response.into_response(told));
    }
    Ok(response.map_into_left_body())
}

/// The headers that a page of another origin may send when it reads.
const READ_HEADERS: &str = "Accept, If-Modified-Since, If-None-Match, Last-Event-ID";

/// Answers what no route takes: 204 to OPTIONS and 405 where the address exists, else 404.
///
/// To a browser that asks on behalf of another page, OPTIONS grants reading, not writing.
async fn fallback(request: HttpRequest, offers: web::Data<Offers>) -> Result<HttpResponse, Problem> {
    match offers.of(request.path()) {
        Some(allow) if request.method() == Method::OPTIONS => Ok(HttpResponse::NoContent()
            .insert_header((header::ALLOW, allow))
            .insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD"))
            .insert_header((header::ACCESS_CONTROL_ALLOW_HEADERS, READ_HEADERS))
            .insert_header((header::ACCESS_CONTROL_MAX_AGE, "86400"))
            .finish()),
        Some(allow) => Err(Problem::method_not_allowed(allow)),
        None => Err(Problem::new(Code::NotFound, "there is nothing under this address; /docs shows what there is")),
    }
}
