//! Reading the settings again while the server runs: what can change does so at once, what cannot is named, and a file
//! that cannot be used changes nothing.

use crate::app::App;
use crate::config::Config;
use crate::config::read::Mistakes;
use crate::metrics::Metrics;
use schemars::JsonSchema;
use serde::Serialize;
use std::sync::OnceLock;

/// Settings that change at run time, by what their names begin with. All others take a restart.
const AT_RUN_TIME: [&str; 13] = [
    "cwmp.basic_without_tls",
    "cwmp.tls.certificate_file",
    "cwmp.tls.key_file",
    "enrolment.",
    "files.public_url",
    "files.secrets_without_tls",
    "files.tls.certificate_file",
    "files.tls.key_file",
    "log.",
    "provisioning.tls.certificate_file",
    "provisioning.tls.key_file",
    "retention.",
    "trace.",
];

type Reader = Box<dyn Fn() -> Result<Config, Mistakes> + Send + Sync>;
type Level = Box<dyn Fn(Option<&str>) -> Result<(), String> + Send + Sync>;

/// How whoever started the server reads its settings, and sets the level of its log.
#[derive(Default)]
pub struct Source {
    /// Reads the settings as at the start.
    pub reader: OnceLock<Reader>,
    /// Sets the level.
    pub level: OnceLock<Level>,
}

/// What came of reading the settings again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Reloaded {
    /// Settings that differ and are in force.
    pub applied: Vec<String>,
    /// Settings that differ and take a restart.
    pub needs_restart: Vec<String>,
}

/// Reads the settings again.
///
/// # Errors
/// Everything that is wrong with them; then nothing has changed. `None` if nobody knows how they are read.
pub fn reload(app: &App) -> Result<Option<Reloaded>, Mistakes> {
    let Some(reader) = app.source.reader.get() else {
        return Ok(None);
    };
    let reloaded = reader().and_then(|config| apply(app, config));
    let name = match &reloaded {
        Ok(done) => {
            let (applied, restart) = (done.applied.join(" "), done.needs_restart.join(" "));
            tracing::info!(
                applied,
                needs_restart = restart,
                "the settings were read again"
            );
            "applied"
        }
        Err(mistakes) => {
            for mistake in mistakes {
                let (what, why) = (&mistake.what, &mistake.why);
                tracing::error!(what, why, "the settings stay as they were");
            }
            "refused"
        }
    };
    Metrics::count(&app.metrics.config_reloads, name);
    reloaded.map(Some)
}

/// Puts settings in force, all that can be or none.
fn apply(app: &App, config: Config) -> Result<Reloaded, Mistakes> {
    let mut mistakes = config.check();
    // Before anything changes: certificates are the likeliest thing to be wrong.
    let certificates = app.certificates.read(&config);
    let certificates = certificates.map_err(|more| mistakes.extend(more));
    if let Some(set) = app.source.level.get()
        && mistakes.is_empty()
        && let Err(why) = set(config.log.level.as_deref())
    {
        let fix = "write a level such as info, or acs=debug,agent=info";
        let what = "the level of the log cannot be set";
        mistakes.push(data_model::OperatorError::new(what, why, fix));
    }
    let Ok(certificates) = certificates else {
        return Err(mistakes);
    };
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    let differences = app.live().differences(&config);
    let (applied, needs_restart) = differences
        .into_iter()
        .partition(|name| AT_RUN_TIME.iter().any(|begin| name.starts_with(begin)));
    certificates.put(app);
    app.traces.set_all(config.trace.all);
    app.set_live(config);
    Ok(Reloaded {
        applied,
        needs_restart,
    })
}
