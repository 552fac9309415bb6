//! The device's own web page on a real socket: who comes in, what is shown, and what a button does at the ACS.

#[path = "../support/live_acs.rs"]
#[expect(dead_code, reason = "shared with tests that ask more of the ACS")]
mod acs;

mod accounts;
mod actions;
mod browser;
mod buttons;
mod closed;
mod hostile;
mod shown;
mod tabs;
mod walks;

use acs::TestAcs;
use agent::daemon::{AgentConfig, start};
use agent::device::{Device, Input};
use agent::shell::RunnerHandle;
use browser::Browser;
use cwmp::EventCode;
use std::net::SocketAddr;
use std::time::Duration;

/// How long a test waits for what must happen.
const PATIENCE: Duration = Duration::from_secs(40);
const PASSWORD: &str = "Only-4-tests";
const USER_PASSWORD: &str = "Look-but-not-touch";
const ROUTER: &str = "Device.X_CISCO_ATA.Router.";

/// An agent with a page.
struct Agent {
    handle: RunnerHandle,
    running: tokio::task::JoinHandle<()>,
    _state: tempfile::TempDir,
}

impl Drop for Agent {
    fn drop(&mut self) {
        self.handle.stop();
        self.running.abort();
    }
}

impl Agent {
    /// With a password for each account.
    async fn start(acs_url: &str) -> Agent {
        let mut config = AgentConfig::default();
        config.page.password = PASSWORD.into();
        config.page.user_password = USER_PASSWORD.into();
        Agent::with(config, acs_url).await
    }

    async fn with(mut config: AgentConfig, acs_url: &str) -> Agent {
        let state = tempfile::tempdir().expect("a folder can be made");
        config.serial_number = "FCH26480QXA".into();
        config.state = state.path().into();
        config.acs.url = acs_url.into();
        config.page.listen = SocketAddr::from(([127, 0, 0, 1], 0));
        let (runner, handle) = start(&config).await.expect("the agent starts");
        Agent {
            handle,
            running: tokio::spawn(runner.run()),
            _state: state,
        }
    }

    fn page(&self) -> SocketAddr {
        self.handle.page.expect("there is a page")
    }

    fn admin(&self) -> Browser {
        Browser::new(self.page(), "admin", PASSWORD)
    }

    fn user(&self) -> Browser {
        Browser::new(self.page(), "cisco", USER_PASSWORD)
    }

    async fn look<T: Send + 'static>(&self, look: fn(&Device) -> T) -> T {
        let seen = self.handle.look(0, look).await;
        seen.expect("the device is there")
    }

    async fn value(&self, name: &str) -> String {
        let name = name.to_owned();
        let look = move |device: &Device| device.core().value_of(&name);
        let value = self.handle.look(0, look).await.flatten();
        value.expect("there is such a parameter")
    }

    /// Somebody at the device sets a parameter.
    fn set(&self, name: &str, value: &str) {
        let (name, value) = (name.to_owned(), value.to_owned());
        self.handle.input(0, Input::LocalChange { name, value });
    }

    /// Waits until no session is open.
    async fn rests(&self) {
        let resting = async {
            while self.look(Device::in_session).await {
                tokio::task::yield_now().await;
            }
        };
        let waited = tokio::time::timeout(PATIENCE, resting).await;
        waited.expect("the session ends");
    }
}

/// An agent that has told its ACS of its first boot, and rests.
async fn bootstrapped() -> (TestAcs, Agent) {
    let acs = TestAcs::start().await;
    let agent = Agent::start(&acs.url()).await;
    acs.informed(|inform| inform.has_event(&EventCode::Bootstrap))
        .await;
    agent.rests().await;
    (acs, agent)
}
