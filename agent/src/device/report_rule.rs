//! Reports by rule: `Report_Rule` is gone by when a SIP NOTIFY asks for it, once and without retries.

use super::Device;
use super::core::Core;
use super::io::{FileContent, Verb};
use crate::configuration_file::{self, Marks};
use crate::provisioning::engine::{Reason, Report, Work};
use crate::provisioning::outcome::Trouble;
use crate::provisioning::settings::Setting;
use data_model::provisioning::encryption::{Packing, seal};
use data_model::provisioning::rule::{Fetch, Rule};
use data_model::provisioning::url::{FullUrl, Scheme};

impl Device {
    /// Sends the report that is due; the guides of the telephones allow two rules.
    pub(super) fn begin_report(&mut self) {
        let due = self.provisioning.as_mut();
        let Some(number) = due.and_then(|engine| engine.report.take()) else {
            return;
        };
        let text = self.core.setting(Setting::ReportRule);
        let rules = Rule::reports(&text);
        let rule = match rules {
            Ok(rules) => match rules.into_iter().nth(number) {
                Some(rule) => rule,
                None => return,
            },
            Err(bad) => {
                let line = format!("the report is not sent: Report_Rule: {bad}");
                return self.core.note(&line);
            }
        };
        let report = Report {
            next: number + 1,
            marks: None,
        };
        match self.follow_rule(&rule, Reason::SipNotify.status(), "1") {
            Ok(Some((fetch, url))) => match self.core.permits_report(&fetch, &url) {
                Ok(()) => self.send_report(report, *fetch, url),
                Err(trouble) => self.one_report_ended(report, Err(trouble)),
            },
            Ok(None) => {
                let trouble = Trouble::other("Report_Rule leads nowhere");
                self.one_report_ended(report, Err(trouble));
            }
            Err(trouble) => self.one_report_ended(report, Err(trouble)),
        }
    }

    fn send_report(&mut self, mut report: Report, fetch: Fetch, url: FullUrl) {
        let (tree, facts) = (&self.core.tree, &self.core.facts);
        let before = self.provisioning.as_ref().and_then(|it| it.marks.as_ref());
        let document = match (fetch.options.status, fetch.options.delta) {
            (true, _) => configuration_file::status(tree, facts),
            (false, true) => match before {
                Some(before) => configuration_file::write_changed(tree, facts, before),
                None => configuration_file::write(tree, facts),
            },
            (false, false) => configuration_file::write(tree, facts),
        };
        if !fetch.options.status && self.core.wants_marks() {
            report.marks = Some(self.core.marks());
        }
        let salt = self.random.next().to_be_bytes();
        let key = fetch.key.as_ref().map(|key| (key, salt));
        let content = FileContent(seal(document.as_bytes(), Packing::Plain, key));
        let verb = match fetch.options.put || url.scheme == Scheme::Tftp {
            true => Verb::Put(content),
            false => Verb::Post(content),
        };
        let credentials = (fetch.uid.unwrap_or_default(), fetch.pwd.unwrap_or_default());
        self.core.note(&format!("a report goes to {}", url.server));
        self.move_provision(Work::Report(report), url, credentials, verb, None);
    }

    /// A report is over, well or not; what has been told of changes is not told again.
    pub(super) fn one_report_ended(&mut self, report: Report, ended: Result<(), Trouble>) {
        let line = match &ended {
            Ok(()) => "the report has been sent".into(),
            Err(trouble) => format!("the report is not sent: {}", trouble.text),
        };
        self.core.note(&line);
        if let Some(engine) = self.provisioning.as_deref_mut() {
            if ended.is_ok() && report.marks.is_some() {
                engine.marks = report.marks;
            }
            // Another NOTIFY that came meanwhile begins with the first rule, which leads to the rest.
            engine.report = engine.report.or(Some(report.next));
        }
    }
}

impl Core {
    /// Whether what has changed will be asked for.
    pub(super) fn wants_marks(&self) -> bool {
        self.setting(Setting::ReportRule).contains("--delta")
    }

    pub(super) fn marks(&self) -> Marks {
        Marks::of(&self.tree, &self.facts)
    }

    fn permits_report(&self, fetch: &Fetch, url: &FullUrl) -> Result<(), Trouble> {
        let options = &fetch.options;
        if options.delta && options.status {
            let why = "a rule: --delta is about the configuration, --status about the status: \
                       write two rules with a blank between them";
            return Err(Trouble::other(why));
        }
        match self.files.permits(&url.server) {
            true => Ok(()),
            false => Err(Trouble::other(format!(
                "{} is not a permitted host",
                url.server
            ))),
        }
    }
}
