//! The auto-configuration server: devices come to [`sessions`], people and programs to [`api`], both meet in [`store`].
//!
//! Layers, top to bottom, never upward: [`server`] → [`api`], [`sessions`], [`jobs`] → [`app`] → [`tasks`],
//! [`provisioning`], [`diagnostics`], [`health`], [`admission`], [`files`], [`connection_request`], [`auth`] → [`store`] →
//! its backends; all may use [`query`]. [`campaigns`] is pure and decides for the store's own transactions.

pub mod admission;
pub mod api;
pub mod app;
pub mod audit_archive;
pub mod auth;
pub mod backup;
pub mod campaigns;
pub mod clock;
pub mod config;
pub mod connection_request;
pub mod diagnostics;
pub mod files;
pub mod handshakes;
pub mod health;
pub mod jobs;
pub mod limits;
pub mod listen;
pub mod live;
pub mod machine;
pub mod metrics;
pub mod networks;
pub mod outbound;
pub mod overload;
pub mod page;
pub mod panics;
pub mod provisioning;
pub mod provisioning_server;
pub mod proxies;
pub mod query;
pub mod redact;
pub mod reload;
pub mod rosters;
pub mod secrets;
pub mod server;
pub mod sessions;
pub mod store;
pub mod tasks;
pub mod tftp;
pub mod threads;
pub mod tls;
pub mod trace;
pub mod windows;
pub mod zone;

pub use config::Config;
pub use server::Server;
