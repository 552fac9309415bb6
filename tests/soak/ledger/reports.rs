//! What the device reports of its transfers and modules, held against what was asked and what has arrived.

use super::{Ledger, Way};
use cwmp::rpc::{DUStateChangeComplete, TransferComplete};

impl Ledger {
    /// It reports the end of a transfer.
    pub fn reports(&mut self, report: &TransferComplete) {
        let key = report.command_key.as_str();
        let ways = [Way::Download, Way::Upload];
        if !ways.into_iter().any(|way| self.may_report(key, way)) {
            self.wrong(format!("TransferComplete for {key}, which is not due"));
        }
        if report.fault_struct.fault_code == 0 && !self.is_usable(key) {
            self.wrong(format!(
                "{key} is reported as done, but there was no usable file"
            ));
        }
    }

    /// It reports what became of a module that was to be installed and removed again.
    pub fn reports_modules(&mut self, report: &DUStateChangeComplete) {
        let key = report.command_key.clone().unwrap_or_default();
        let key = key.as_str();
        if !self.may_report(key, Way::Module) {
            self.wrong(format!("DUStateChangeComplete for {key}, which is not due"));
        }
        let usable = self.is_usable(key);
        let codes: Vec<u16> = report
            .results
            .iter()
            .map(|result| result.fault.fault_code)
            .collect();
        match codes[..] {
            [0, 0] if usable => {}
            [0, _] if !usable => self.wrong(format!("{key} is installed without a package")),
            // What was not installed cannot be removed; only a day without time for it can stand in the way as well.
            [code, 9028 | 9001] if code != 0 => {}
            _ => self.wrong(format!("results of {key}: {codes:?}")),
        }
    }

    /// Whether a file that is of use has arrived.
    fn is_usable(&self, key: &str) -> bool {
        self.transfers
            .get(key)
            .is_some_and(|transfer| transfer.usable)
    }
}
