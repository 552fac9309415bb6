//! The OpenAPI 3.1 document: from the types of the handlers, so that it says what the code does.
//!
//! A route is one line of `api_route` with [`says`]; body, arguments, answers and the permission follow from the
//! handler's own arguments and result.

use super::error::Body;
use crate::app::App;
use aide::axum::ApiRouter;
use aide::generate::{GenContext, in_context};
use aide::openapi::{
    Info, OpenApi, Operation, Parameter, ParameterData, ParameterSchemaOrContent, PathItem,
    PathStyle, ReferenceOr, SchemaObject, SecurityScheme, StatusCode,
};
use aide::operation::OperationOutput as _;
use aide::transform::TransformOperation;
use axum::Router;
use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{Schema, json_schema};
use serde_json::Value;
use std::sync::Arc;

/// Where the document says which permission an operation takes.
pub const PERMISSION: &str = "x-permission";
/// The name of the bearer token among the security schemes.
const TOKEN: &str = "token";

/// Where schemas stand in the document.
const SCHEMAS: &str = "#/components/schemas/";

/// What an operation is, in one sentence.
pub fn says(
    summary: &'static str,
) -> impl FnOnce(TransformOperation<'_>) -> TransformOperation<'_> {
    move |operation| operation.summary(summary)
}

/// Notes in the document what an operation takes of whoever asks; for the extractors of `auth`.
pub fn takes(permission: &str, operation: &mut Operation) {
    operation
        .extensions
        .insert(PERMISSION.into(), permission.into());
    operation.security = vec![[(TOKEN.to_owned(), Vec::new())].into_iter().collect()];
}

/// Has schemas written in the dialect of OpenAPI 3.1. To be called before the first route is made.
pub fn begin() {
    in_context(|ctx: &mut GenContext| {
        let settings = SchemaSettings::draft2020_12().with(|settings| {
            settings.definitions_path = SCHEMAS.into();
            settings.meta_schema = None;
        });
        ctx.schema = settings
            .with_transform(RecursiveTransform(words))
            .with_transform(RecursiveTransform(whole_kinds))
            .into_generator();
    });
}

/// A choice of words in the form generators of clients know: a list, with what each means in the description.
fn words(schema: &mut Schema) {
    let Some(choices) = schema.get("oneOf").and_then(Value::as_array) else {
        return;
    };
    let word = |choice: &Value| choice.get("const").filter(|word| word.is_string()).cloned();
    let Some(list) = choices.iter().map(word).collect::<Option<Vec<Value>>>() else {
        return;
    };
    let said = |choice: &Value| {
        let meaning = choice.get("description").and_then(Value::as_str);
        let word = choice.get("const").and_then(Value::as_str)?;
        Some(format!("\n\n`{word}`: {}", meaning.unwrap_or_default()))
    };
    let meanings: String = choices.iter().filter_map(said).collect();
    let description = schema.get("description").and_then(Value::as_str);
    let description = description.unwrap_or_default().to_owned() + &meanings;
    schema.remove("oneOf");
    schema.insert("type".into(), "string".into());
    schema.insert("enum".into(), list.into());
    schema.insert("description".into(), description.trim().into());
}

/// Kinds of an object that share fields, each with all of its fields: generators of clients do not put them together.
fn whole_kinds(schema: &mut Schema) {
    let shared = schema.get("properties").and_then(Value::as_object).cloned();
    let required = schema.get("required").and_then(Value::as_array).cloned();
    let Some(shared) = shared.filter(|_| schema.get("oneOf").is_some()) else {
        return;
    };
    let kinds = schema.ensure_object().get_mut("oneOf");
    let kinds = kinds.and_then(Value::as_array_mut);
    for kind in kinds.into_iter().flatten().filter_map(Value::as_object_mut) {
        let fields = kind
            .entry("properties")
            .or_insert_with(|| Value::Object(Default::default()));
        if let Some(fields) = fields.as_object_mut() {
            fields.extend(shared.clone());
        }
        let needed = kind
            .entry("required")
            .or_insert_with(|| Value::Array(Vec::new()));
        if let Some(needed) = needed.as_array_mut() {
            needed.extend(required.clone().unwrap_or_default());
        }
    }
    for field in ["properties", "required", "type"] {
        schema.remove(field);
    }
}

/// The routes, and the document that describes them.
pub fn finish(router: ApiRouter<Arc<App>>) -> (Router<Arc<App>>, OpenApi) {
    let mut document = OpenApi {
        info: Info {
            title: "Dialtone ACS".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            description: Some("Management of a fleet of CWMP devices.".into()),
            ..Info::default()
        },
        ..OpenApi::default()
    };
    let error =
        in_context(|ctx| axum::Json::<Body>::operation_response(ctx, &mut Operation::default()));
    let router = router.finish_api_with(&mut document, |api| {
        let scheme = SecurityScheme::Http {
            scheme: "bearer".into(),
            bearer_format: None,
            description: Some("A token of POST /sign-in or POST /tokens.".into()),
            extensions: Default::default(),
        };
        api.security_scheme(TOKEN, scheme)
    });
    for (path, item) in document.paths.iter_mut().flat_map(|paths| &mut paths.paths) {
        if let ReferenceOr::Item(item) = item {
            complete(path, item, error.clone());
        }
    }
    (router, document)
}

/// What is true of every operation: a name, a group, the arguments in its address, the form of its errors.
fn complete(path: &str, item: &mut PathItem, error: Option<aide::openapi::Response>) {
    let operations = [
        ("get", &mut item.get),
        ("put", &mut item.put),
        ("post", &mut item.post),
        ("delete", &mut item.delete),
        ("patch", &mut item.patch),
    ];
    for (method, operation) in operations {
        let Some(operation) = operation else { continue };
        operation.operation_id = Some(operation_id(method, path));
        operation.tags = vec![group(path).to_owned()];
        let missing = arguments(path).filter(|name| !is_described(operation, name));
        let missing: Vec<_> = missing.map(path_argument).map(ReferenceOr::Item).collect();
        operation.parameters.extend(missing);
        let responses = operation.responses.get_or_insert_default();
        let told = |status: &StatusCode| matches!(status, StatusCode::Code(200..300));
        if !responses.responses.keys().any(told) {
            // A file, as it is.
            let file = aide::openapi::Response {
                description: "The bytes of a file.".into(),
                ..Default::default()
            };
            let status = StatusCode::Code(200);
            responses.responses.insert(status, ReferenceOr::Item(file));
        }
        if let Some(mut error) = error.clone() {
            error.description = "It is not done; the body says why, and what to do.".into();
            let refusals = StatusCode::Range(4);
            responses
                .responses
                .insert(refusals, ReferenceOr::Item(error.clone()));
            let troubles = StatusCode::Range(5);
            responses
                .responses
                .insert(troubles, ReferenceOr::Item(error));
        }
    }
}

/// `get`, `/api/v1/devices/{device}/tasks` → `get_devices_device_tasks`.
fn operation_id(method: &str, path: &str) -> String {
    let words = path
        .trim_start_matches("/api/v1")
        .split(['/', '{', '}', '.', '-'])
        .filter(|word| !word.is_empty());
    words.fold(method.to_owned(), |id, word| id + "_" + word)
}

fn group(path: &str) -> &str {
    let path = path.trim_start_matches("/api/v1").trim_start_matches('/');
    path.split('/').next().unwrap_or(path)
}

fn arguments(path: &str) -> impl Iterator<Item = &str> {
    path.split('{')
        .skip(1)
        .filter_map(|rest| rest.split('}').next())
}

fn is_described(operation: &Operation, name: &str) -> bool {
    operation
        .parameters
        .iter()
        .any(|parameter| match parameter {
            ReferenceOr::Item(Parameter::Path { parameter_data, .. }) => {
                parameter_data.name == name
            }
            _ => false,
        })
}

fn path_argument(name: &str) -> Parameter {
    Parameter::Path {
        parameter_data: ParameterData {
            name: name.into(),
            description: None,
            required: true,
            deprecated: None,
            format: ParameterSchemaOrContent::Schema(SchemaObject {
                json_schema: json_schema!({ "type": "string", "minLength": 1 }),
                external_docs: None,
                example: None,
            }),
            example: None,
            examples: Default::default(),
            explode: None,
            extensions: Default::default(),
        },
        style: PathStyle::Simple,
    }
}
