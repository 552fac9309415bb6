//! Any bytes as a profile that has travelled: opening never panics and never gives more than may be; what is sealed opens.
//!
//! Half of the inputs are packed and encrypted first, so that what lies behind both is reached.
#![no_main]

use data_model::Secret;
use data_model::provisioning::encryption::{PROFILE_BYTES, Packing, open, seal};
use libfuzzer_sys::fuzz_target;

const GZIP: [u8; 2] = [0x1f, 0x8b];

fuzz_target!(|bytes: &[u8]| {
    let key = Secret::new("SecretPhrase1234");
    for key in [None, Some(&key)] {
        if let Ok(profile) = open(bytes, key) {
            assert!(profile.len() <= PROFILE_BYTES);
        }
    }
    let salt = [7; 8];
    // What is packed already is unpacked by the device, whoever packed it.
    let sealed = seal(bytes, Packing::Plain, Some((&key, salt)));
    match bytes.starts_with(&GZIP) {
        true => drop(open(&sealed, Some(&key))),
        false => assert_eq!(open(&sealed, Some(&key)).as_deref(), Ok(bytes)),
    }
    let packed = seal(bytes, Packing::Gzip, Some((&key, salt)));
    assert_eq!(open(&packed, Some(&key)).as_deref(), Ok(bytes));
    if let Some(cut) = packed.get(..packed.len() - 1) {
        assert!(open(cut, Some(&key)).is_err());
    }
});
