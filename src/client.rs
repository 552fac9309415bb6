//! A small client of the server's REST API, for the commands that read back what they show.

use bytes::Bytes;
use data_model::{OperatorError, Secret};
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use http::{Method, Request};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use std::net::SocketAddr;
use tokio::net::TcpStream;

/// Speaks to one server as one user.
#[derive(Debug, Clone)]
pub struct Client {
    address: SocketAddr,
    token: Secret,
    must_change_password: bool,
}

impl Client {
    /// Signs in.
    ///
    /// # Errors
    /// If the server cannot be reached or does not accept the password.
    pub async fn sign_in(
        address: SocketAddr,
        user: &str,
        password: &Secret,
    ) -> Result<Client, OperatorError> {
        let nobody = Client {
            address,
            token: Secret::default(),
            must_change_password: false,
        };
        let body = json!({ "user": user, "password": password.reveal() });
        let answer = nobody.send(Method::POST, "/sign-in", Some(body)).await?;
        let token = answer["token"].as_str().unwrap_or_default();
        Ok(Client {
            address,
            token: Secret::new(token),
            must_change_password: answer["must_change_password"] == true,
        })
    }

    /// Whether the password was good for one thing: to choose another one.
    pub fn must_change_password(&self) -> bool {
        self.must_change_password
    }

    /// GET
    ///
    /// # Errors
    /// If the server cannot be reached or refuses.
    pub async fn get(&self, path: &str) -> Result<Value, OperatorError> {
        self.send(Method::GET, path, None).await
    }

    /// POST
    ///
    /// # Errors
    /// If the server cannot be reached or refuses.
    pub async fn post(&self, path: &str, body: Value) -> Result<Value, OperatorError> {
        self.send(Method::POST, path, Some(body)).await
    }

    /// PUT
    ///
    /// # Errors
    /// If the server cannot be reached or refuses.
    pub async fn put(&self, path: &str, body: Value) -> Result<Value, OperatorError> {
        self.send(Method::PUT, path, Some(body)).await
    }

    /// POST of a file.
    ///
    /// # Errors
    /// If the server cannot be reached or refuses.
    pub async fn upload(&self, path: &str, bytes: Vec<u8>) -> Result<Value, OperatorError> {
        self.exchange(
            Method::POST,
            path,
            Bytes::from(bytes),
            "application/octet-stream",
        )
        .await
    }

    /// Every element of a list, page by page.
    ///
    /// # Errors
    /// If the server cannot be reached or refuses.
    pub async fn all(&self, path: &str) -> Result<Vec<Value>, OperatorError> {
        let mut items = Vec::new();
        let mut after = String::new();
        loop {
            let page = self.get(&format!("{path}?limit=1000{after}")).await?;
            items.extend(page["items"].as_array().cloned().unwrap_or_default());
            match page["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => return Ok(items),
            }
        }
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<Value, OperatorError> {
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        self.exchange(method, path, Bytes::from(body), "application/json")
            .await
    }

    async fn exchange(
        &self,
        method: Method,
        path: &str,
        body: Bytes,
        content_type: &str,
    ) -> Result<Value, OperatorError> {
        let trouble = |why: &dyn std::fmt::Display| {
            OperatorError::new(
                format!("the server at {} did not do {method} {path}", self.address),
                why,
                "look at the server's log",
            )
        };
        let stream = TcpStream::connect(self.address)
            .await
            .map_err(|error| trouble(&error))?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| trouble(&error))?;
        // Ends with the response; its errors come out of the request.
        tokio::spawn(async move {
            let _ = connection.await;
        });
        let mut request = Request::builder()
            .method(&method)
            .uri(format!("/api/v1{path}"))
            .header(HOST, self.address.to_string())
            .header(CONTENT_TYPE, content_type);
        if !self.token.is_empty() {
            request = request.header(AUTHORIZATION, format!("Bearer {}", self.token.reveal()));
        }
        let request = request
            .body(Full::new(body))
            .map_err(|error| trouble(&error))?;
        let response = sender
            .send_request(request)
            .await
            .map_err(|error| trouble(&error))?;
        let status = response.status();
        let bytes = response
            .into_body()
            .collect()
            .await
            .map_err(|error| trouble(&error))?;
        let value = serde_json::from_slice(&bytes.to_bytes()).unwrap_or(Value::Null);
        if status.is_success() {
            return Ok(value);
        }
        let why = value["why"].as_str().unwrap_or_default();
        Err(trouble(&format!("{status} {why}")))
    }
}
