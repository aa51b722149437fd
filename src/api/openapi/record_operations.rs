//! The operations of a kind of record in the specification.

use utoipa::openapi::path::{
    HttpMethod, OperationBuilder, Parameter, ParameterBuilder, ParameterIn, PathItemBuilder, Paths, PathsBuilder,
};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::{Content, Ref, RefOr, Required, Response, ResponseBuilder, Schema, SecurityRequirement};
use utoipa::{IntoParams, PartialSchema, ToSchema};
use utoipa_actix_web::OpenApiFactory;

use super::schemas::capitalized;
use crate::api::record_docs::PathParameter;
use crate::api::record_resource::{RecordResource, RecordRoutes};
use crate::api::response::list::{List, Page};
use crate::api::write::WithdrawQuery;

impl<R: RecordResource> OpenApiFactory for RecordRoutes<R> {
    fn paths(&self) -> Paths {
        let list = PathItemBuilder::new().operation(HttpMethod::Get, list::<R>());
        let record = PathItemBuilder::new()
            .operation(HttpMethod::Get, get::<R>())
            .operation(HttpMethod::Put, put::<R>())
            .operation(HttpMethod::Delete, withdraw::<R>());
        PathsBuilder::new().path(R::DOCS.list_path(), list.build()).path(R::DOCS.record_path(), record.build()).build()
    }

    fn schemas(&self, schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((list_name::<R::Answer>(), list_schema::<R::Answer>()));
        add_schema::<R::Answer>(schemas);
        add_schema::<R::Body>(schemas);
    }
}

fn list<R: RecordResource>() -> OperationBuilder {
    let many = R::DOCS.many;
    let summary = match R::DOCS.owner {
        Some(owner) => format!("List a {}'s {many}", owner.one),
        None => format!("List {many}"),
    };
    let answer = ResponseBuilder::new()
        .description(format!("A page of {many}"))
        .content("application/json", content(&list_name::<R::Answer>()))
        .content("text/csv", Content::new(Some(String::schema())));
    operation::<R>("list", many, summary, R::DOCS.list)
        .parameters(Some(Page::into_params(|| None)))
        .response("200", answer)
}

fn get<R: RecordResource>() -> OperationBuilder {
    operation_of_record::<R>("get", "Get", R::DOCS.get).response("200", answer::<R>(""))
}

fn put<R: RecordResource>() -> OperationBuilder {
    let rule = "The same body again changes nothing; another body is a new revision and needs a `reason`.";
    let body = RequestBodyBuilder::new().content("application/json", content(&R::Body::name()));
    operation_of_record::<R>("put", "Record", &format!("{} {rule}", R::DOCS.put))
        .security(needs_key())
        .request_body(Some(body.build()))
        .response("200", answer::<R>(", changed or the same already"))
        .response("201", answer::<R>(", new or back"))
}

fn withdraw<R: RecordResource>() -> OperationBuilder {
    operation_of_record::<R>("withdraw", "Withdraw", &format!("{} The history stays.", R::DOCS.withdraw))
        .security(needs_key())
        .parameters(Some(WithdrawQuery::into_params(|| None)))
        .response("204", Response::new("It is withdrawn"))
}

/// What all operations on one record have.
fn operation_of_record<R: RecordResource>(verb: &str, title: &str, description: &str) -> OperationBuilder {
    let one = R::DOCS.one;
    let article = if one.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    let operation = operation::<R>(verb, R::KIND.as_str(), format!("{title} {article} {one}"), description);
    operation.parameter(parameter(&R::DOCS.id))
}

/// What all operations have.
fn operation<R: RecordResource>(verb: &str, name: &str, summary: String, description: &str) -> OperationBuilder {
    OperationBuilder::new()
        .tag(R::DOCS.tag)
        .operation_id(Some(format!("{verb}{}", capitalized(name))))
        .summary(Some(summary))
        .description(Some(description))
        .parameters(Some(R::DOCS.owner.map(|owner| parameter(&owner.id))))
}

fn parameter(of_path: &PathParameter) -> Parameter {
    ParameterBuilder::new()
        .name(of_path.name)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some(of_path.description))
        .schema(Some(Ref::from_schema_name((of_path.schema)())))
        .build()
}

fn answer<R: RecordResource>(state: &str) -> Response {
    let description = format!("The {}{state}", R::DOCS.one);
    ResponseBuilder::new().description(description).content("application/json", content(&R::Answer::name())).build()
}

fn content(schema: &str) -> Content {
    Content::new(Some(Ref::from_schema_name(schema)))
}

fn needs_key() -> SecurityRequirement {
    SecurityRequirement::new("bearer", [] as [&str; 0])
}

fn add_schema<T: ToSchema>(schemas: &mut Vec<(String, RefOr<Schema>)>) {
    schemas.push((T::name().into_owned(), T::schema()));
    T::schemas(schemas);
}

/// The name of the schema of a page of `A`. It is the one that the derived specification gives such a page.
fn list_name<A: ToSchema>() -> String {
    format!("{}_{}", List::<A>::name(), A::name())
}

/// The schema of a page of `A`.
fn list_schema<A: ToSchema>() -> RefOr<Schema> {
    let mut schema = List::<A>::schema();
    // The derived schema holds a copy of that of `A`.
    if let RefOr::T(Schema::Object(list)) = &mut schema
        && let Some(RefOr::T(Schema::Array(array))) = list.properties.get_mut("items")
    {
        array.items = Ref::from_schema_name(A::name()).into();
    }
    schema
}
