//! The values of a walk: a whole branch in one answer where the device can, else by name in pieces that are halved as
//! long as they are too large.

use super::super::running::{Site, UNUSABLE};
use super::is_avoided;
use crate::limits::{LEARNED_PATHS, NAMES_PER_CALL, REFUSALS_IN_A_ROW, WHOLE_BRANCH_NAMES};
use crate::store::{Branches, Learned};
use crate::tasks::reading::covers;
use cwmp::rpc::GetParameterValues;
use cwmp::{CpeResponse, Fault, FaultCode};
use data_model::Timestamp;
use std::collections::VecDeque;

/// Values that are still to be read.
#[derive(Debug)]
pub(super) struct Values {
    /// The branch to be read whole, if that is still to be tried.
    whole: Option<String>,
    /// Names, in pieces.
    pieces: VecDeque<Vec<String>>,
    asked: Vec<String>,
    /// Single names refused one after the other.
    refused: usize,
    /// It reads chosen names only: nothing can be said about others.
    by_name: bool,
}

impl Values {
    /// Values of everything that was listed.
    pub fn of(listing: &[(String, bool)], branch: String, unlisted: bool, site: &Site) -> Values {
        let learned = &site.learned;
        let parameters = listing.iter().map(|(name, _)| name);
        let parameters = parameters.filter(|name| !name.ends_with('.'));
        let names: Vec<String> = parameters
            .filter(|name| !learned.unreadable.contains(name))
            .cloned()
            .collect();
        let avoids = learned
            .avoided
            .iter()
            .any(|avoided| avoided.path.starts_with(&branch));
        let whole = unlisted
            || (learned.branches == Branches::Whole
                && learned.batch.is_none()
                && learned.unreadable.is_empty()
                && !avoids
                && (1..=WHOLE_BRANCH_NAMES).contains(&names.len()));
        Values {
            whole: whole.then_some(branch),
            pieces: in_pieces(names, learned),
            asked: Vec::new(),
            refused: 0,
            by_name: false,
        }
    }

    /// Values of these names.
    pub fn by_name(names: Vec<String>, site: &Site) -> Values {
        Values {
            whole: None,
            pieces: in_pieces(names, &site.learned),
            asked: Vec::new(),
            refused: 0,
            by_name: true,
        }
    }

    /// Whether it reads chosen names only.
    pub fn is_by_name(&self) -> bool {
        self.by_name
    }

    /// The next names to be read.
    pub fn next(
        &mut self,
        learned: &Learned,
        now: Timestamp,
        avoided: &mut Vec<String>,
    ) -> Option<GetParameterValues> {
        if let Some(branch) = &self.whole {
            self.asked = vec![branch.clone()];
            return Some(self.request());
        }
        while let Some(piece) = self.pieces.pop_front() {
            let (left_alone, piece): (Vec<String>, Vec<String>) = piece
                .into_iter()
                .partition(|name| is_avoided(learned, name).is_some_and(|until| until > now));
            avoided.extend(left_alone);
            if !piece.is_empty() {
                self.asked = piece;
                return Some(self.request());
            }
        }
        None
    }

    fn request(&self) -> GetParameterValues {
        GetParameterValues {
            parameter_names: self.asked.clone(),
        }
    }

    /// Values have come, or have been refused.
    ///
    /// # Errors
    /// If the device refuses whatever it is asked.
    pub fn answered(
        &mut self,
        answer: Result<CpeResponse, Fault>,
        start: &str,
        skipped: &mut Vec<(String, Fault)>,
        site: &mut Site,
    ) -> Result<(), Fault> {
        let asked = std::mem::take(&mut self.asked);
        let whole = self.whole.take();
        match answer {
            Ok(CpeResponse::GetParameterValuesResponse(response)) => {
                self.refused = 0;
                let wanted = |name: &str| match &whole {
                    Some(_) => covers(start, name),
                    None => asked.iter().any(|one| one == name),
                };
                site.observe(&response.parameter_list, wanted);
                if whole.is_some() {
                    self.pieces.clear();
                }
                Ok(())
            }
            Ok(_) => Ok(()),
            Err(fault) if whole.is_some() => {
                if self.pieces.is_empty() {
                    return Err(fault);
                }
                site.learned.branches = Branches::ByName;
                Ok(())
            }
            Err(fault) => self.halve(asked, fault, skipped, site),
        }
    }

    /// Asks for half as many, or leaves a single name out.
    fn halve(
        &mut self,
        mut asked: Vec<String>,
        fault: Fault,
        skipped: &mut Vec<(String, Fault)>,
        site: &mut Site,
    ) -> Result<(), Fault> {
        let unknown = fault.code == FaultCode::INVALID_PARAMETER_NAME;
        if asked.len() > 1 {
            let half = asked.len().div_ceil(2);
            let rest = asked.split_off(half);
            if unknown {
                // One of them is listed and not there; the others may come in pieces as large as before.
                self.pieces.push_front(rest);
                self.pieces.push_front(asked);
            } else {
                // Too many at once: so are the pieces that wait.
                let waiting = std::mem::take(&mut self.pieces).into_iter().flatten();
                let names: Vec<String> = asked.into_iter().chain(rest).chain(waiting).collect();
                site.learned.batch = Some(half);
                self.pieces = in_pieces(names, &site.learned);
            }
            return Ok(());
        }
        self.refused += 1;
        if self.refused > REFUSALS_IN_A_ROW {
            return Err(fault);
        }
        for name in asked {
            let known = &mut site.learned.unreadable;
            // An answer that nobody can read is as good as none.
            let lasting = unknown || fault.code == UNUSABLE;
            if lasting && known.len() < LEARNED_PATHS && !known.contains(&name) {
                known.push(name.clone());
            }
            skipped.push((name, fault.clone()));
        }
        Ok(())
    }
}

fn in_pieces(names: Vec<String>, learned: &Learned) -> VecDeque<Vec<String>> {
    let size = learned.batch.unwrap_or(NAMES_PER_CALL);
    let size = size.clamp(1, NAMES_PER_CALL);
    names.chunks(size).map(<[String]>::to_vec).collect()
}
