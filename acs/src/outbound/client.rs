//! One request on a connection of its own, to an address that was checked.

use super::guard::Place;
use super::{Order, Reply};
use http::Request;
use http::header::{CONNECTION, HOST};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

pub(super) async fn send(
    tls: &Arc<ClientConfig>,
    place: &Place,
    address: SocketAddr,
    order: Order,
) -> Result<Reply, String> {
    let stream = TcpStream::connect(address)
        .await
        .map_err(|error| format!("{address}: {error}"))?;
    if !place.tls {
        return exchange(stream, place, order).await;
    }
    let name = ServerName::try_from(place.host.clone())
        .map_err(|_| format!("{} is no name a certificate could have", place.host))?;
    let connected = TlsConnector::from(Arc::clone(tls)).connect(name, stream);
    let stream = connected.await.map_err(|error| error.to_string())?;
    exchange(stream, place, order).await
}

async fn exchange<S>(stream: S, place: &Place, order: Order) -> Result<Reply, String>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| error.to_string())?;
    // Ends with the response; its errors come out of the request.
    let connection = tokio::spawn(connection);
    let mut request = Request::builder()
        .method(order.method)
        .uri(&place.path)
        .header(HOST, &place.authority)
        .header(CONNECTION, "close");
    for (name, value) in order.headers {
        request = request.header(name, value);
    }
    let request = request
        .body(Full::new(order.body))
        .map_err(|error| error.to_string())?;
    let answered = async {
        let response = sender
            .send_request(request)
            .await
            .map_err(|error| error.to_string())?;
        let status = response.status();
        let body = Limited::new(response.into_body(), order.answer_bytes).collect();
        let body = body.await.map_err(|error| error.to_string())?.to_bytes();
        Ok(Reply { status, body })
    };
    let answered = answered.await;
    connection.abort();
    answered
}
