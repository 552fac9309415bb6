//! A real agent in this process: the same loop, sockets and files as `dialtone agent`.

use super::{device_path, eventually};
use agent::daemon::{self, AgentConfig};
use agent::device::{Device, Input};
use agent::provisioning::engine::Ask;
use agent::shell::RunnerHandle;
use tokio::task::JoinHandle;

/// A running agent.
pub struct Phone {
    /// `OUI-ProductClass-SerialNumber`.
    pub identity: String,
    root: &'static str,
    handle: RunnerHandle,
    task: JoinHandle<()>,
    config: AgentConfig,
}

impl Phone {
    /// Switches an agent on.
    pub async fn start(config: AgentConfig) -> Phone {
        let (runner, handle) = daemon::start(&config)
            .await
            .expect("an agent with good settings");
        let task = tokio::spawn(runner.run());
        let identity = handle
            .look(0, |device| device.core().device_id().username())
            .await;
        let root = handle.look(0, |device| device.core().product().root).await;
        Phone {
            identity: identity.expect("a device that has booted"),
            root: root.expect("a device that has booted"),
            handle,
            task,
            config,
        }
    }

    /// Its address in the API.
    pub fn path(&self) -> String {
        device_path(&self.identity)
    }

    /// A full name, from one below the root.
    pub fn name(&self, below_root: &str) -> String {
        format!("{}{below_root}", self.root)
    }

    /// A parameter's value on the device itself, by its name below the root; `None` while it boots.
    pub async fn value(&self, below_root: &str) -> Option<String> {
        let name = self.name(below_root);
        self.look(move |device| device.core().value_of(&name))
            .await
            .flatten()
    }

    /// Looks at the device; `None` while it boots.
    pub async fn look<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Device) -> T + Send + 'static,
    ) -> Option<T> {
        self.handle.look(0, look).await
    }

    /// Whether no session is open.
    pub async fn is_idle(&self) -> bool {
        self.look(|device| !device.in_session())
            .await
            .unwrap_or(false)
    }

    /// Waits until a parameter has a value on the device itself.
    pub async fn reaches(&self, below_root: &str, value: &str) {
        eventually(
            &format!("{below_root} becomes {value} on the device"),
            || async { (self.value(below_root).await.as_deref() == Some(value)).then_some(()) },
        )
        .await;
    }

    /// Changes a parameter as a person at the device would.
    pub fn change(&self, below_root: &str, value: &str) {
        let (name, value) = (self.name(below_root), value.to_owned());
        self.handle.input(0, Input::LocalChange { name, value });
    }

    /// Its provider's SIP server sends a NOTIFY with `Event: report`.
    pub fn is_asked_to_report(&self) {
        let ask = Box::new(Ask::SipReport);
        self.handle.input(0, Input::Provisioning(ask));
    }

    /// Presses the button behind the little hole.
    pub fn reset_to_factory(&self) {
        self.handle.input(0, Input::LocalFactoryReset);
    }

    /// Pulls the plug; gives the settings to switch it on again with.
    pub async fn stop(self) -> AgentConfig {
        self.handle.stop();
        // It ends by returning; a panic of the loop is a failure of the test.
        self.task.await.expect("the agent's loop ended well");
        self.config
    }
}
