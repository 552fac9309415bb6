//! The URL of a file to move: what can be told of it when the request arrives (TR-069 Table 33).

use crate::limits::TRANSFER_TEXT_BYTES;
use cwmp::{Fault, FaultCode};
use http::Uri;

/// Looks at the other texts of a request, which are kept until the transfer has ended.
///
/// # Errors
/// With fault 9003 if one is too long.
pub(crate) fn check_texts(texts: &[&str]) -> Result<(), Fault> {
    if texts.iter().any(|text| text.len() > TRANSFER_TEXT_BYTES) {
        let why = format!("an argument has more than {TRANSFER_TEXT_BYTES} bytes");
        return Err(Fault::new(FaultCode::INVALID_ARGUMENTS, why));
    }
    Ok(())
}

/// Looks at the URL of a file server; gives its host.
///
/// # Errors
/// With fault 9013 for a scheme this device does not speak (spec F.3: only ever as the fault of the request), and 9003
/// for a URL that is none, or holds a user or a password.
pub(crate) fn check(url: &str) -> Result<String, Fault> {
    let refused = |why: &str| Err(Fault::new(FaultCode::INVALID_ARGUMENTS, why));
    check_texts(&[url])?;
    let scheme = url
        .split_once("://")
        .map(|(scheme, _)| scheme.to_ascii_lowercase());
    match scheme.as_deref() {
        Some("http" | "https" | "tftp") => {}
        Some(other) => {
            let why = format!("{other} is not supported for file transfer");
            return Err(Fault::new(FaultCode::UNSUPPORTED_PROTOCOL, why));
        }
        None => return refused("the URL is not absolute"),
    }
    let uri: Option<Uri> = url.trim().parse().ok();
    let host = uri.as_ref().and_then(Uri::host).unwrap_or_default();
    if host.is_empty() {
        return refused("the URL cannot be read");
    }
    // TR-069 A.3.2.8: user and password have arguments of their own.
    let authority = uri.as_ref().and_then(Uri::authority);
    if authority.is_some_and(|authority| authority.as_str().contains('@')) {
        return refused("the URL holds a user or a password");
    }
    Ok(host.to_owned())
}
