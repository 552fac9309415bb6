//! Mistakes of markup that have one meaning only: ends without a slash, and ends that lost a part of their name.
//!
//! The maker's published sample has both: `30<Survivability_Proxy_Fallback_Intvl_1_>` and
//! `<MediaSec_Request_1_ ua="na">No</MediaSec_Request>`.

/// Whether a tag without attributes inside an element of the same name is that element's end, without its slash.
pub fn is_end_without_slash(open: &str, tag: &str, attributes: &str) -> bool {
    open == tag && attributes.is_empty()
}

/// Whether an end that does not match is the end of the open element all the same: one name begins with the other.
pub fn is_same_name_cut_off(open: &str, end: &str) -> bool {
    let (short, long) = match open.len() < end.len() {
        true => (open, end),
        false => (end, open),
    };
    // `</a>` is no likely end of `<abcdef>`.
    short.len() * 2 >= long.len() && long.starts_with(short)
}
