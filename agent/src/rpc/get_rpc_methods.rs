//! GetRPCMethods on the device: exactly what [`super::serve`] answers to.

use super::METHODS;
use cwmp::rpc::GetRPCMethodsResponse;

pub(super) fn serve() -> GetRPCMethodsResponse {
    let method_list = METHODS.iter().map(|method| (*method).to_owned()).collect();
    GetRPCMethodsResponse { method_list }
}
