//! The section `[query]`: which parameters have an index, and who counts as overdue.

use crate::limits::INDEXED_PARAMETERS;
use crate::query::pattern::Pattern;
use crate::redact::is_secret;
use data_model::OperatorError;
use serde::Deserialize;

/// How questions about the fleet are answered.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct QueryConfig {
    /// Parameters that are kept in an index, as paths: `*` for any instance, `~.` in front for either root.
    pub indexed: Vec<String>,
    /// Minutes without an Inform after which a device counts as overdue in the summary.
    pub overdue_minutes: u32,
}

impl Default for QueryConfig {
    fn default() -> QueryConfig {
        QueryConfig {
            indexed: Vec::new(),
            // A day and an hour: fleets that inform daily must not look lost.
            overdue_minutes: 25 * 60,
        }
    }
}

impl QueryConfig {
    /// The parameters of the index; those that cannot be read have been reported by [`QueryConfig::check`].
    pub fn patterns(&self) -> Vec<Pattern> {
        let texts = self.indexed.iter();
        texts.filter_map(|text| Pattern::parse(text).ok()).collect()
    }

    pub(super) fn check(&self, wrong: &mut Vec<OperatorError>) {
        if self.indexed.len() > INDEXED_PARAMETERS {
            wrong.push(OperatorError::new(
                "too many parameters would be indexed",
                format!("`query.indexed` has more than {INDEXED_PARAMETERS} entries"),
                "keep those that people ask for every day; all others are found too, by a scan",
            ));
        }
        for text in &self.indexed {
            let what = format!("the parameter `{text}` of `query.indexed` cannot be indexed");
            if let Err(why) = Pattern::parse(text) {
                let fix =
                    "write it like Device.Services.VoiceService.*.VoiceProfile.*.Line.*.Status";
                wrong.push(OperatorError::new(what, why, fix));
            } else if is_secret(text) {
                let why = "it holds a secret, and nobody may ask for those";
                wrong.push(OperatorError::new(what, why, "remove it"));
            }
        }
        if self.overdue_minutes == 0 {
            wrong.push(OperatorError::new(
                "every device would count as overdue",
                "`query.overdue_minutes` is 0",
                "set it to more than the longest periodic Inform interval of your devices",
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Covers M06.
    #[test]
    fn what_cannot_be_indexed_is_reported_all_at_once() {
        let config: QueryConfig = toml::from_str(
            "indexed = ['Device.Line.*.Status', 'Device', 'Device.ManagementServer.Password']\noverdue_minutes = 0",
        )
        .unwrap();
        let mut wrong = Vec::new();
        config.check(&mut wrong);
        assert_eq!(wrong.len(), 3);
        let mut none = Vec::new();
        QueryConfig::default().check(&mut none);
        assert!(none.is_empty());
    }
}
