//! Sends lightweight notifications: one datagram each, to whoever listens (TR-069 Annex M).

use crate::device::io::NotificationOut;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use tokio::net::{UdpSocket, lookup_host};

/// Sends one; that it cannot be sent is told in the log only, as its arrival would be told nowhere.
pub async fn send(source: Option<IpAddr>, notification: NotificationOut) {
    if let Err(error) = try_send(source, &notification).await {
        let to = notification.to.as_str();
        tracing::debug!(to, %error, "a lightweight notification cannot be sent");
    }
}

async fn try_send(source: Option<IpAddr>, notification: &NotificationOut) -> std::io::Result<()> {
    let mut addresses = lookup_host(notification.to.as_str()).await?;
    let no_address = || std::io::Error::other("the name has no address");
    let to = addresses.next().ok_or_else(no_address)?;
    let any = match to {
        SocketAddr::V4(_) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        SocketAddr::V6(_) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
    };
    let own = source.filter(|source| source.is_ipv4() == to.is_ipv4());
    let socket = UdpSocket::bind((own.unwrap_or(any), 0)).await?;
    socket.send_to(&notification.bytes, to).await?;
    Ok(())
}
