//! GetRPCMethods on the device: exactly what [`super::serve`] answers to.

use super::{METHODS, change_du_state};
use crate::device::Core;
use cwmp::rpc::GetRPCMethodsResponse;

pub(super) fn serve(core: &Core) -> GetRPCMethodsResponse {
    let mut method_list: Vec<String> = METHODS.iter().map(|method| (*method).to_owned()).collect();
    if change_du_state::is_supported(core) {
        method_list.push("ChangeDUState".into());
    }
    GetRPCMethodsResponse { method_list }
}
