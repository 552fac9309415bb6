//! After a name was refused: the names around it are read anew, so that what is gone is forgotten.

use super::running::{Site, Step, Work};
use crate::limits::REDISCOVERED_BRANCHES;
use crate::store::{TaskKind, TaskOutcome};
use cwmp::rpc::GetParameterNames;
use cwmp::{CpeResponse, Fault, FaultCode};
use std::collections::{BTreeSet, VecDeque};

/// Names that are read anew.
#[derive(Debug)]
pub(super) struct Rediscovery {
    /// Why the task fails in the end.
    pub fault: Fault,
    branches: VecDeque<String>,
    asked: String,
}

impl Rediscovery {
    /// Finds the branches around the names a task was refused for.
    pub fn after(kind: &TaskKind, fault: Fault) -> Rediscovery {
        let name_unknown = FaultCode::INVALID_PARAMETER_NAME;
        let refused = fault.parameters.iter();
        let refused = refused.filter(|refused| refused.fault_code == name_unknown);
        let mut names: Vec<String> = refused.map(|one| one.parameter_name.clone()).collect();
        if names.is_empty() && fault.code == name_unknown {
            match kind {
                TaskKind::GetParameterValues { names: asked } => names.clone_from(asked),
                TaskKind::SetParameterValues { values } => {
                    names.extend(values.iter().map(|parameter| parameter.name.to_owned()));
                }
                TaskKind::AddObject { object, .. } | TaskKind::DeleteObject { object } => {
                    names.push(object.clone());
                }
                _ => {}
            }
        }
        let branches: BTreeSet<String> = names.iter().filter_map(|name| around(name)).collect();
        let branches = branches.into_iter().take(REDISCOVERED_BRANCHES).collect();
        Rediscovery {
            fault,
            branches,
            asked: String::new(),
        }
    }

    /// The next question.
    pub fn next(&mut self) -> Option<GetParameterNames> {
        self.asked = self.branches.pop_front()?;
        Some(GetParameterNames {
            parameter_path: self.asked.clone(),
            next_level: false,
        })
    }

    pub fn answered(mut self, answer: Result<CpeResponse, Fault>, site: &mut Site) -> Step {
        match answer {
            Ok(CpeResponse::GetParameterNamesResponse(response)) => {
                let names = response.parameter_list.into_iter();
                let below = names.filter(|info| info.name.starts_with(&self.asked));
                let listed = below.map(|info| (info.name, info.writable));
                site.observed.writable.extend(listed);
                site.observed.listed_below.push(self.asked.clone());
            }
            // The branch itself is gone.
            Err(fault) if fault.code == FaultCode::INVALID_PARAMETER_NAME => {
                site.observed.listed_below.push(self.asked.clone());
            }
            Err(_) | Ok(_) => {}
        }
        match self.next() {
            Some(request) => Step::Call(Work::Rediscovering(self), request.into()),
            None => Step::End(TaskOutcome::Failed(self.fault.into())),
        }
    }
}

/// The object a name stands in; `None` for what stands in the root.
fn around(name: &str) -> Option<String> {
    let inner = name.strip_suffix('.').unwrap_or(name);
    let (object, _) = inner.rsplit_once('.')?;
    // Not the whole tree for one name.
    object.contains('.').then(|| format!("{object}."))
}
