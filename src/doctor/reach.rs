//! Whether what devices are told to fetch from can be reached, as far as this machine can tell.

use crate::output::line;
use acs::config::Config;
use data_model::OperatorError;
use http::Uri;
use std::time::Duration;
use tokio::net::TcpStream;

/// Time for a server to take a connection.
const ANSWER: Duration = Duration::from_secs(5);

/// Calls the public URLs of a running server.
pub async fn public_urls(config: &Config) -> Vec<OperatorError> {
    let urls = [
        ("files.public_url", &config.files.public_url),
        ("provisioning.public_url", &config.provisioning.public_url),
    ];
    let mut problems = Vec::new();
    for (setting, url) in urls {
        let Some(url) = url else { continue };
        match call(url).await {
            Ok(true) => line(format!("{setting}: {url} answers")),
            Ok(false) => line(format!("{setting}: {url} cannot be tried from here")),
            Err(why) => problems.push(OperatorError::new(
                format!("devices could not fetch from {url}"),
                why,
                format!(
                    "see that `{setting}` is the name and the port devices reach, that its name is in DNS, and that a \
                     proxy or a firewall in between lets it through"
                ),
            )),
        }
    }
    problems
}

/// Whether somebody listens there; false if that cannot be tried.
async fn call(url: &str) -> Result<bool, String> {
    let uri: Uri = url.parse().map_err(|_| "it is no URL".to_owned())?;
    let port = match uri.scheme_str() {
        Some("http") => 80,
        Some("https") => 443,
        // Over TFTP nobody answers before there is a file to ask for.
        _ => return Ok(false),
    };
    let host = uri
        .host()
        .ok_or("it names no host")?
        .trim_matches(['[', ']']);
    let port = uri.port_u16().unwrap_or(port);
    match tokio::time::timeout(ANSWER, TcpStream::connect((host, port))).await {
        Ok(Ok(_)) => Ok(true),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err(format!("no connection within {} s", ANSWER.as_secs())),
    }
}
