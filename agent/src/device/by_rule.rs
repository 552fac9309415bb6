//! What a device reads and writes of its parameters for provisioning: settings, assignments, the words of the log.

use super::Core;
use super::io::{NotificationOut, Provision, TransferWork, Verb};
use crate::limits::SYSLOG_BYTES;
use crate::provisioning::macros::DeviceMacros;
use crate::provisioning::outcome::Trouble;
use crate::provisioning::settings::{PROFILE_RULES, Setting};
use crate::tree::Transaction;
use data_model::XsdType;
use data_model::provisioning::domains;
use data_model::provisioning::macros::{Secrets, expand};
use data_model::provisioning::url::FullUrl;
use data_model::schema::XmlDocument;

impl Core {
    /// A parameter of provisioning; empty if the model lacks it.
    pub(super) fn setting(&self, setting: Setting) -> String {
        let settings = self.product().known.provisioning.as_ref();
        settings.map_or(String::new(), |it| self.value(&it.address(setting)))
    }

    pub(super) fn is_set(&self, setting: Setting) -> bool {
        self.setting(setting) == "1"
    }

    /// A parameter below the vendor's folder.
    pub(super) fn vendor_value(&self, below: &str) -> String {
        let root = self.product().root;
        let value = self.value_of(&format!("{root}X_CISCO_ATA.{below}"));
        value.unwrap_or_default()
    }

    /// Whether there is a rule that leads somewhere: one without a server waits for DHCP to name it.
    pub(super) fn has_profile_rule(&self, with_server: bool) -> bool {
        let leads = |rule: &str| {
            let rule = rule.trim();
            !rule.is_empty() && !rule.starts_with('#') && (with_server || !rule.starts_with('/'))
        };
        self.is_set(Setting::ProvisionEnable)
            && PROFILE_RULES
                .into_iter()
                .any(|rule| leads(&self.setting(rule)))
    }

    /// As servers see it (`Cisco/ATA192-MPP-11-1-0MPP-16(FCH2118DGQP)` in the guide).
    pub(super) fn user_agent(&self) -> String {
        let ty = &self.product().ty;
        let (maker, model) = (&ty.manufacturer, &ty.model_name);
        let (version, serial) = (
            self.facts.software_version(),
            &self.identity().serial_number,
        );
        format!("{maker}/{model}-{version}({serial})")
    }

    /// A file of provisioning.
    pub(super) fn provision(&self, verb: Verb, limit_bytes: u64) -> TransferWork {
        TransferWork::Provision(Box::new(Provision { verb, limit_bytes }))
    }

    /// Sets parameters by the names of their elements, all or none.
    pub(super) fn assign(&mut self, assignments: &[(String, String)]) -> Result<(), Trouble> {
        let schema = &self.product().ty.schema;
        let mut transaction = Transaction::new(&self.tree, &self.facts);
        for (name, value) in assignments {
            let mut elements = schema.xml_elements(XmlDocument::Profile);
            let Some((_, address)) = elements.find(|(element, _)| element == name) else {
                return Err(Trouble::other(format!(
                    "the rule assigns to `{name}`, which is none"
                )));
            };
            let parameter = self.tree.parameter(&address);
            let value = match &parameter.xml {
                Some(binding) => binding.value_of(value, &parameter.ty).into_owned(),
                None => value.clone(),
            };
            transaction.set(&schema.path(&address), XsdType::String, &value);
        }
        let checked = transaction.check().map_err(|refused| {
            let names = refused.iter().map(|fault| fault.parameter_name.to_string());
            let names: Vec<String> = names.take(3).collect();
            Trouble::other(format!(
                "the rule assigns what cannot be: {}",
                names.join(", ")
            ))
        })?;
        self.commit_from_profile(checked);
        Ok(())
    }

    pub(super) fn restricted_domains(&self) -> String {
        self.vendor_value("System.Restricted_Access_Domains")
    }

    /// `Restricted_Access_Domains`: whether a server may be asked at all.
    pub(super) fn check_domain(&self, url: &FullUrl) -> Result<(), Trouble> {
        if domains::allows(&self.restricted_domains(), &url.server) {
            return Ok(());
        }
        let server = &url.server;
        Err(Trouble::other(format!(
            "{server} is not in Restricted_Access_Domains"
        )))
    }

    /// Writes a line as one of `Log_*_Msg` words it, into the log and to the syslog server; an empty one is silent.
    pub(super) fn log_message(
        &mut self,
        message: Setting,
        url: Option<&FullUrl>,
        error: &str,
    ) -> Option<NotificationOut> {
        let template = self.setting(message);
        let mut macros = DeviceMacros::of(self, "0", "1");
        (macros.url, macros.error) = (url, error);
        let line = expand(&template, &macros, Secrets::Hidden);
        if line.is_empty() {
            return None;
        }
        self.note(&line);
        let server = self.vendor_value("Router.Log_Configuration.Syslog_Server_IP");
        if server.is_empty() {
            return None;
        }
        let port = self.vendor_value("Router.Log_Configuration.Syslog_Server_Port");
        // RFC 3164: facility local0, severity informational.
        let mut bytes = format!("<134>{line}").into_bytes();
        bytes.truncate(SYSLOG_BYTES);
        let to = format!("{server}:{port}");
        Some(NotificationOut { to, bytes })
    }
}
