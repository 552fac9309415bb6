//! The values of a walk: a whole branch in one answer where the device can, else by name in pieces that are halved as
//! long as they are too large.

use super::super::running::{Site, UNUSABLE};
use super::is_avoided;
use crate::limits::{
    ANSWERS_IN_A_ROW, LEARNED_PATHS, NAMES_PER_CALL, REFUSALS_IN_A_ROW, WHOLE_BRANCH_NAMES,
};
use crate::store::{Branches, Learned};
use crate::tasks::reading::covers;
use cwmp::rpc::GetParameterValues;
use cwmp::{CpeResponse, Fault, FaultCode};
use data_model::Timestamp;
use std::collections::{HashSet, VecDeque};

/// Values that are still to be read.
#[derive(Debug)]
pub(super) struct Values {
    /// The branch to be read whole, if that is still to be tried.
    whole: Option<String>,
    /// Names, in pieces.
    pieces: VecDeque<Vec<String>>,
    asked: Vec<String>,
    /// Single names refused one after the other.
    refused: Vec<String>,
    /// What was refused, and is asked for by halves.
    halves: Option<Halves>,
    /// Full pieces answered one after the other.
    answered: u32,
    /// So many names at once were too many in this walk.
    too_many: Option<usize>,
    /// It reads chosen names only: nothing can be said about others.
    by_name: bool,
}

/// A piece that was refused as a whole. If both halves are answered, it was too large; else a name in it is the trouble,
/// and pieces may stay as large as they are.
#[derive(Debug, Clone, Copy)]
struct Halves {
    /// Names in the piece.
    of: usize,
    /// Halves that are still to be answered.
    left: u32,
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
                && learned.alone.is_empty()
                && !avoids
                && (1..=WHOLE_BRANCH_NAMES).contains(&names.len()));
        Values {
            whole: whole.then_some(branch),
            by_name: false,
            ..Values::by_name(names, site)
        }
    }

    /// Values of these names.
    pub fn by_name(names: Vec<String>, site: &Site) -> Values {
        Values {
            whole: None,
            pieces: in_pieces(names, &site.learned),
            asked: Vec::new(),
            refused: Vec::new(),
            halves: None,
            answered: 0,
            too_many: None,
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
                self.refused.clear();
                let wanted = |name: &str| match &whole {
                    Some(_) => covers(start, name),
                    None => asked.iter().any(|one| one == name),
                };
                site.observe(&response.parameter_list, wanted);
                match whole {
                    Some(_) => self.pieces.clear(),
                    None => self.piece_answered(&asked, site),
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

    /// A piece was not too large. With enough of them, larger ones are tried again.
    fn piece_answered(&mut self, asked: &[String], site: &mut Site) {
        let learned = &mut site.learned;
        if let [name] = asked {
            learned.alone.retain(|known| known != name);
        }
        if let Some(halves) = &mut self.halves {
            halves.left -= 1;
            let of = halves.of;
            if halves.left == 0 {
                self.halves = None;
                self.too_many = Some(of);
                learned.batch = Some(of.div_ceil(2));
                self.again_in_pieces(learned);
            }
            return;
        }
        let Some(batch) = learned.batch.filter(|batch| asked.len() == *batch) else {
            return;
        };
        self.answered += 1;
        let known = self.too_many.into_iter().chain(learned.too_many).min();
        let larger = (batch * 2).min(NAMES_PER_CALL);
        if self.answered < ANSWERS_IN_A_ROW || known.is_some_and(|known| larger >= known) {
            return;
        }
        self.answered = 0;
        learned.batch = Some(larger).filter(|larger| *larger < NAMES_PER_CALL);
        self.again_in_pieces(learned);
    }

    fn again_in_pieces(&mut self, learned: &Learned) {
        let waiting = std::mem::take(&mut self.pieces).into_iter().flatten();
        self.pieces = in_pieces(waiting.collect(), learned);
    }

    /// Asks for half as many, or leaves a single name out.
    fn halve(
        &mut self,
        mut asked: Vec<String>,
        fault: Fault,
        skipped: &mut Vec<(String, Fault)>,
        site: &mut Site,
    ) -> Result<(), Fault> {
        self.answered = 0;
        let unknown = fault.code == FaultCode::INVALID_PARAMETER_NAME;
        if asked.len() > 1 {
            let of = asked.len();
            // Of names that are listed and not there it is known that they are not too many.
            self.halves = (!unknown).then_some(Halves { of, left: 2 });
            let rest = asked.split_off(of.div_ceil(2));
            self.pieces.push_front(rest);
            self.pieces.push_front(asked);
            return Ok(());
        }
        self.halves = None;
        // An answer that nobody can read is as good as none.
        let lasting = unknown || fault.code == UNUSABLE;
        let among_others = self.refused.is_empty();
        for name in asked {
            let learned = &mut site.learned;
            if !learned.alone.contains(&name) {
                self.refused.push(name.clone());
                add(
                    if lasting {
                        &mut learned.unreadable
                    } else {
                        &mut learned.alone
                    },
                    &name,
                );
            } else if lasting || among_others {
                // In another walk it was refused as well, and others are answered.
                learned.alone.retain(|known| *known != name);
                add(&mut learned.unreadable, &name);
            }
            skipped.push((name, fault.clone()));
        }
        if self.refused.len() > REFUSALS_IN_A_ROW {
            // It refuses whatever it is asked: that is nothing about these names.
            let refused = &self.refused;
            site.learned.alone.retain(|name| !refused.contains(name));
            return Err(fault);
        }
        Ok(())
    }
}

fn add(names: &mut Vec<String>, name: &str) {
    if names.len() < LEARNED_PATHS && !names.iter().any(|known| known == name) {
        names.push(name.to_owned());
    }
}

/// In pieces as large as they may be; names that are to be asked for alone come last.
fn in_pieces(names: Vec<String>, learned: &Learned) -> VecDeque<Vec<String>> {
    let size = learned.batch.unwrap_or(NAMES_PER_CALL);
    let size = size.clamp(1, NAMES_PER_CALL);
    let alone: HashSet<&String> = learned.alone.iter().collect();
    let (single, others): (Vec<String>, Vec<String>) =
        names.into_iter().partition(|name| alone.contains(name));
    let pieces = others.chunks(size).map(<[String]>::to_vec);
    let single = single.into_iter().map(|name| vec![name]);
    pieces.chain(single).collect()
}
