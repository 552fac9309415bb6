//! Reading the settings again while the server runs: what can change does so at once, what cannot is named, and a file
//! that cannot be used changes nothing.

use crate::admission::Admission;
use crate::app::App;
use crate::config::Config;
use crate::config::read::Mistakes;
use crate::connection_request::Rules;
use crate::jobs::index_parameters;
use crate::metrics::Metrics;
use crate::outbound::Outbound;
use crate::store::StoreError;
use crate::tls::{self, Fresh};
use data_model::OperatorError;
use schemars::JsonSchema;
use serde::Serialize;
use std::sync::OnceLock;

/// Settings that take a restart, by what their names begin with: where the server listens, whether by TLS, behind
/// which proxies, what its store is opened with, and the account of its one XMPP connection. All others come into force at once.
const AT_START: [&str; 11] = [
    "api.listen",
    "cwmp.listen",
    "cwmp.tls_listen",
    "data",
    "files.listen",
    "provisioning.http",
    "provisioning.tftp",
    "proxies.",
    "secrets.",
    "stun.listen",
    "xmpp.",
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
    /// One reading at a time.
    turn: tokio::sync::Mutex<()>,
}

/// What came of reading the settings again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Reloaded {
    /// Settings that differ and are in force.
    pub applied: Vec<String>,
    /// Settings that differ and take a restart.
    pub needs_restart: Vec<String>,
}

/// Whether a setting takes a restart. What a listener shows changes at run time, whether it speaks TLS does not.
fn at_start(name: &str, begun: &Config, wanted: &Config) -> bool {
    let mut both = tls::listeners(begun)
        .into_iter()
        .zip(tls::listeners(wanted));
    let switched = both.any(|((listener, before), (_, after))| {
        let of_this = name.strip_prefix(listener);
        before.is_some() != after.is_some() && of_this.is_some_and(|rest| rest.starts_with(".tls."))
    });
    switched || AT_START.iter().any(|begin| name.starts_with(begin))
}

/// Reads the settings again.
///
/// # Errors
/// Everything that is wrong with them; then nothing has changed. `None` if nobody knows how they are read.
pub async fn reload(app: &App) -> Result<Option<Reloaded>, Mistakes> {
    let Some(reader) = app.source.reader.get() else {
        return Ok(None);
    };
    let _alone = app.source.turn.lock().await;
    let reloaded = match reader() {
        Ok(config) => apply(app, config).await,
        Err(mistakes) => Err(mistakes),
    };
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
async fn apply(app: &App, config: Config) -> Result<Reloaded, Mistakes> {
    let ready = Ready::new(app, &config)?;
    let names = app.live().differences(&config);
    let applied: Vec<String> = names
        .into_iter()
        .filter(|name| !at_start(name, &app.config, &config))
        .collect();
    // Told until the restart, not only by the reload that met it first.
    let mut needs_restart = app.config.differences(&config);
    needs_restart.retain(|name| at_start(name, &app.config, &config));
    let touched = |section: &str| applied.iter().any(|name| name.starts_with(section));
    // What can fail comes first: then nothing has changed.
    set_level(app, &config)?;
    let kept = keep(app, &config, touched).await;
    kept.inspect_err(|_| {
        // What was in force a moment ago can be set.
        let _ = set_level(app, &app.live());
    })?;
    if touched("history.") {
        let parameters = config.history.parameters.clone();
        app.store.history_watch(parameters).await;
    }
    if touched("cwmp.digest_sha256") {
        app.follow_digests(&config);
    }
    ready.put(app, &config);
    app.set_live(config);
    app.nudge.notify_one();
    Ok(Reloaded {
        applied,
        needs_restart,
    })
}

/// What the store has to take.
async fn keep(app: &App, config: &Config, touched: impl Fn(&str) -> bool) -> Result<(), Mistakes> {
    if touched("query.indexed") {
        let chosen = index_parameters::choose(app, config.query.patterns()).await;
        chosen.map_err(|error| vec![unkept("query.indexed", &error)])?;
    }
    if touched("profiles.") {
        let reconsidered = app.store.windows_changed().await;
        reconsidered.map_err(|error| vec![unkept("profiles.windows", &error)])?;
    }
    Ok(())
}

fn set_level(app: &App, config: &Config) -> Result<(), Mistakes> {
    let Some(set) = app.source.level.get() else {
        return Ok(());
    };
    set(config.log.level.as_deref()).map_err(|why| vec![bad_level(why)])
}

/// What is built from settings, and is still to be put in force.
struct Ready {
    certificates: Fresh,
    calls: Rules,
    outbound: Outbound,
    admission: Admission,
}

impl Ready {
    /// Builds everything.
    ///
    /// # Errors
    /// All that is wrong; files that are named are the likeliest of it.
    fn new(app: &App, config: &Config) -> Result<Ready, Mistakes> {
        let mut mistakes = config.check();
        let certificates = app.certificates.read(config);
        let certificates = certificates.map_err(|more| mistakes.extend(more));
        let calls = Rules::new(&config.connection_request).map_err(|more| mistakes.push(more));
        let outbound = Outbound::new(&config.outbound).map_err(|more| mistakes.push(more));
        let admission = Admission::new(config).map_err(|more| mistakes.push(more));
        match (certificates, calls, outbound, admission) {
            (Ok(certificates), Ok(calls), Ok(outbound), Ok(admission)) if mistakes.is_empty() => {
                Ok(Ready {
                    certificates,
                    calls,
                    outbound,
                    admission,
                })
            }
            _ => Err(mistakes),
        }
    }

    fn put(self, app: &App, config: &Config) {
        self.certificates.put(app);
        app.caller.follow(self.calls);
        app.outbound.put(self.outbound);
        app.admission.put(self.admission);
        app.library.follow(config);
        if let Some(provisioner) = &app.provisioner {
            provisioner.follow(&config.provisioning);
        }
        app.traces.set_all(config.trace.all);
        app.overload.follow(&config.overload);
    }
}

fn unkept(setting: &str, error: &StoreError) -> OperatorError {
    let what = format!("`{setting}` cannot be put in force");
    OperatorError::new(what, error, "see `/readyz`, and read the settings again")
}

fn bad_level(why: String) -> OperatorError {
    let fix = "write a level such as info, or acs=debug,agent=info";
    OperatorError::new("the level of the log cannot be set", why, fix)
}
