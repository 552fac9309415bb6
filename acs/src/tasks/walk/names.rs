//! The names of a walk: a whole branch in one answer where the device can, level by level where it cannot.

use super::super::running::Site;
use super::is_avoided;
use crate::limits::{LEARNED_PATHS, WALK_NAMES};
use crate::store::Learned;
use cwmp::rpc::{GetParameterNames, GetParameterNamesResponse};
use cwmp::{CpeResponse, Fault, FaultCode};
use data_model::Timestamp;
use std::collections::{BTreeSet, VecDeque};

fn nothing() -> GetParameterNames {
    GetParameterNames {
        parameter_path: String::new(),
        next_level: true,
    }
}

/// Branches that are still to be listed.
#[derive(Debug)]
pub(super) struct Names {
    branches: VecDeque<String>,
    seen: BTreeSet<String>,
    asked: GetParameterNames,
    /// The root was refused, and its one object is asked for by name (spec W-20).
    root_refused: bool,
    /// The device does not list names at all.
    unsupported: bool,
}

impl Names {
    /// Everything below a path.
    pub fn below(path: &str) -> Names {
        Names {
            branches: VecDeque::from([path.to_owned()]),
            seen: BTreeSet::from([path.to_owned()]),
            asked: nothing(),
            root_refused: false,
            unsupported: false,
        }
    }

    /// The next branch to be listed.
    pub fn next(
        &mut self,
        learned: &Learned,
        now: Timestamp,
        avoided: &mut Vec<String>,
    ) -> Option<GetParameterNames> {
        while let Some(path) = self.branches.pop_front() {
            if is_avoided(learned, &path).is_some_and(|until| until > now) {
                avoided.push(path);
                continue;
            }
            let within = |other: &String| other.starts_with(&path);
            let too_large = learned.too_large.contains(&path)
                || learned.avoided.iter().any(|avoided| within(&avoided.path));
            self.asked = GetParameterNames {
                parameter_path: path,
                next_level: too_large,
            };
            return Some(self.asked.clone());
        }
        None
    }

    /// The names of a branch have come, or have been refused.
    ///
    /// # Errors
    /// If there is nothing to walk.
    pub fn answered(
        &mut self,
        answer: Result<CpeResponse, Fault>,
        start: &str,
        listing: &mut Vec<(String, bool)>,
        skipped: &mut Vec<(String, Fault)>,
        site: &mut Site,
    ) -> Result<(), Fault> {
        let asked = std::mem::replace(&mut self.asked, nothing());
        match answer {
            Ok(CpeResponse::GetParameterNamesResponse(response)) => {
                self.listed(&asked, response, listing);
                Ok(())
            }
            Ok(_) => Ok(()),
            Err(fault) => self.refused(asked, fault, start, skipped, site),
        }
    }

    fn listed(
        &mut self,
        asked: &GetParameterNames,
        response: GetParameterNamesResponse,
        listing: &mut Vec<(String, bool)>,
    ) {
        let path = asked.parameter_path.as_str();
        for info in response.parameter_list {
            // Some devices name the branch itself; names from elsewhere are nobody's question (case C13).
            let inside = info.name.len() > path.len() && info.name.starts_with(path);
            if !inside || listing.len() >= WALK_NAMES {
                continue;
            }
            let object = info.name.ends_with('.');
            if object && asked.next_level && self.seen.insert(info.name.clone()) {
                self.branches.push_back(info.name.clone());
            }
            listing.push((info.name, info.writable));
        }
    }

    fn refused(
        &mut self,
        asked: GetParameterNames,
        fault: Fault,
        start: &str,
        skipped: &mut Vec<(String, Fault)>,
        site: &mut Site,
    ) -> Result<(), Fault> {
        let path = asked.parameter_path;
        let unknown = fault.code == FaultCode::INVALID_PARAMETER_NAME;
        if fault.code == FaultCode::METHOD_NOT_SUPPORTED {
            site.lacks("GetParameterNames");
            self.unsupported = true;
            self.branches.clear();
            return Ok(());
        }
        if !asked.next_level && (!unknown || path.is_empty()) {
            // Too much at once: its next level, and each object of that by itself.
            let known = &mut site.learned.too_large;
            if known.len() < LEARNED_PATHS && !known.contains(&path) {
                known.push(path.clone());
            }
            self.branches.push_front(path);
            return Ok(());
        }
        if path.is_empty() && !self.root_refused {
            self.root_refused = true;
            self.branches.push_front(site.root.to_owned());
            return Ok(());
        }
        if path == start || (start.is_empty() && path == site.root) {
            return Err(fault);
        }
        skipped.push((path, fault));
        Ok(())
    }

    /// The partial path of all values: the root by name where its empty one is refused.
    pub fn branch(&self, start: &str, root: &str) -> String {
        if start.is_empty() && self.root_refused {
            root.to_owned()
        } else {
            start.to_owned()
        }
    }

    /// Whether the device lists no names.
    pub fn refused_altogether(&self) -> bool {
        self.unsupported
    }
}
