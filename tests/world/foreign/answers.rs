//! What a foreign CPE answers to each request, by its habits.

use super::{Access, Foreign, lacking, objects};
use cwmp::message::AcsRequest;
use cwmp::rpc::{GetParameterNames, GetParameterValues, SetParameterValues};
use std::collections::BTreeMap;

impl Foreign {
    /// The answer to a request; `None` if the device restarts instead.
    pub(super) fn answer(&mut self, id: &str, request: &AcsRequest) -> Option<String> {
        if lacking(&self.description.habits, request) {
            return Some(self.fault(id, 9000, &[]));
        }
        let empty = |method: &str| format!("<cwmp:{method}></cwmp:{method}>");
        Some(match request {
            AcsRequest::GetRPCMethods(_) => {
                let methods = [
                    "GetRPCMethods",
                    "GetParameterNames",
                    "GetParameterValues",
                    "SetParameterValues",
                    "Download",
                    "Reboot",
                ];
                let methods: String = methods
                    .iter()
                    .map(|name| format!("<string>{name}</string>"))
                    .collect();
                let body = format!(
                    "<cwmp:GetRPCMethodsResponse><MethodList>{methods}</MethodList></cwmp:GetRPCMethodsResponse>"
                );
                self.message(id, &body)
            }
            AcsRequest::GetParameterNames(request) => self.list(id, request),
            AcsRequest::GetParameterValues(request) => return self.read(id, request),
            AcsRequest::SetParameterValues(request) => self.write(id, request),
            AcsRequest::GetQueuedTransfers(_) => {
                let body = "<cwmp:GetQueuedTransfersResponse><TransferList/></cwmp:GetQueuedTransfersResponse>";
                self.message(id, body)
            }
            AcsRequest::Download(request) => {
                let key = request.command_key.as_str().to_owned();
                self.download = Some((key, request.url.clone()));
                let body = "<cwmp:DownloadResponse><Status>1</Status><StartTime>0001-01-01T00:00:00Z</StartTime>\
                            <CompleteTime>0001-01-01T00:00:00Z</CompleteTime></cwmp:DownloadResponse>";
                self.message(id, body)
            }
            AcsRequest::Reboot(_) => {
                self.restarts = true;
                self.message(id, &empty("RebootResponse"))
            }
            _ => self.fault(id, 9000, &[]),
        })
    }

    fn list(&self, id: &str, request: &GetParameterNames) -> String {
        let habits = &self.description.habits;
        let path = request.parameter_path.as_str();
        if path.is_empty() && !habits.root_names {
            return self.fault(id, 9005, &[]);
        }
        let mut found: BTreeMap<String, bool> = BTreeMap::new();
        let ghosts = habits.ghosts.iter().map(|name| (name, false));
        let real = self
            .tree
            .iter()
            .map(|(name, parameter)| (name, parameter.access != Access::Read));
        for (name, writable) in real.chain(ghosts) {
            if !name.starts_with(path) {
                continue;
            }
            found.insert(name.clone(), writable);
            found.extend(
                objects(name)
                    .into_iter()
                    .filter(|object| object.starts_with(path))
                    .map(|object| (object, false)),
            );
        }
        if found.is_empty() {
            return self.fault(id, 9005, &[]);
        }
        if request.next_level {
            found.retain(|name, _| {
                let rest = &name[path.len()..];
                !rest.is_empty() && !rest.trim_end_matches('.').contains('.')
            });
        }
        if found.len() > habits.names {
            return self.fault(id, 9004, &[]);
        }
        let form = &self.description.form;
        let list: String = found
            .iter()
            .map(|(name, writable)| {
                let writable = u8::from(*writable);
                let name = form.shown(name);
                format!(
                    "<ParameterInfoStruct><Name>{name}</Name><Writable>{writable}</Writable></ParameterInfoStruct>"
                )
            })
            .collect();
        let body = format!(
            "<cwmp:GetParameterNamesResponse><ParameterList>{list}</ParameterList></cwmp:GetParameterNamesResponse>"
        );
        self.message(id, &body)
    }

    fn read(&self, id: &str, request: &GetParameterValues) -> Option<String> {
        let habits = &self.description.habits;
        let mut names = Vec::new();
        for asked in &request.parameter_names {
            let branch = asked.is_empty() || asked.ends_with('.');
            if branch && !habits.branches {
                return Some(self.fault(id, 9003, &[]));
            }
            let before = names.len();
            names.extend(
                self.tree
                    .keys()
                    .filter(|name| *name == asked || (branch && name.starts_with(asked))),
            );
            if names.len() == before {
                return Some(self.fault(id, 9005, &[]));
            }
        }
        if names.len() > habits.values {
            return Some(self.fault(id, 9002, &[]));
        }
        if let Some(deadly) = &habits.deadly
            && names.iter().any(|name| name.starts_with(deadly))
        {
            return None;
        }
        let list: String = names.iter().map(|name| self.value_struct(name)).collect();
        let body = format!(
            "<cwmp:GetParameterValuesResponse><ParameterList SOAP-ENC:arrayType=\"cwmp:ParameterValueStruct[{:04}]\">{list}\
             </ParameterList></cwmp:GetParameterValuesResponse>",
            names.len()
        );
        Some(self.message(id, &body))
    }

    fn write(&mut self, id: &str, request: &SetParameterValues) -> String {
        let habits = &self.description.habits;
        let refused = |name: &str| match self.tree.get(name) {
            None => Some(9005),
            Some(parameter) if parameter.access == Access::Read => Some(9008),
            Some(_) if habits.refuses.iter().any(|known| known == name) => Some(9007),
            Some(_) => None,
        };
        let list = request.parameter_list.iter();
        let faults: Vec<(String, u16)> = list
            .filter_map(|one| Some((one.name.to_owned(), refused(one.name)?)))
            .collect();
        if !faults.is_empty() {
            return self.fault(id, 9003, &faults);
        }
        let mut status = 0;
        for one in request.parameter_list.iter() {
            if habits
                .later
                .as_ref()
                .is_some_and(|later| one.name.starts_with(later))
            {
                status = 1;
            }
            self.written
                .push((one.name.to_owned(), one.value.to_owned()));
            self.tree.get_mut(one.name).expect("looked up above").value = one.value.to_owned();
        }
        let key = match &habits.parameter_key {
            Some(own) => own.clone(),
            None => request.parameter_key.to_string(),
        };
        self.restarts |= status == 1;
        let name = self.name("ManagementServer.ParameterKey");
        self.tree.get_mut(&name).expect("a ParameterKey").value = key;
        let body = format!(
            "<cwmp:SetParameterValuesResponse><Status>{status}</Status></cwmp:SetParameterValuesResponse>"
        );
        self.message(id, &body)
    }
}
