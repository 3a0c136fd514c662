//! Remembers verdicts in shared data, where every worker finds them.
//!
//! Shared data has no deletion, and a client may try any number of keys. So there is a fixed number of
//! slots; a key's SHA-256 digest chooses one, and a newer key with the same slot takes it over.
//! The key itself is not stored.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use proxy_wasm::hostcalls;
use sha2::{Digest, Sha256};

use crate::config::Config;
use crate::Verdict;

const SLOTS: u16 = 4096;

/// The place of one key. An entry is the digest, the time it ends (milliseconds since 1970, little-endian),
/// `+` or `-`, and the user's name, if there is one, after a `=`.
pub struct Cache {
    digest: [u8; 32],
    lifetime: Duration,
}

impl Cache {
    pub fn new(config: &Config, key: &str) -> Self {
        let mut hash = Sha256::new();
        // Who is asked is part of it: two plugins of one VM may ask different services.
        for part in [&config.cluster, config.authority(), &config.path, &config.header, key] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        Self {
            digest: hash.finalize().into(),
            lifetime: config.cache_time(),
        }
    }

    pub fn get(&self, now: SystemTime) -> Option<Verdict> {
        let (entry, _) = hostcalls::get_shared_data(&self.slot()).ok()?;
        let entry = entry?;
        let rest = entry.strip_prefix(&self.digest)?;
        let (end, verdict) = rest.split_first_chunk()?;
        if millis(now) >= u64::from_le_bytes(*end) {
            return None;
        }
        match verdict {
            [b'-'] => Some(Verdict::Denied),
            [b'+'] => Some(Verdict::Allowed(None)),
            [b'+', b'=', user @ ..] => Some(Verdict::Allowed(Some(user.to_vec()))),
            _ => None,
        }
    }

    pub fn put(&self, verdict: &Verdict, now: SystemTime) {
        if self.lifetime.is_zero() {
            return;
        }
        let mut entry = self.digest.to_vec();
        entry.extend(millis(now + self.lifetime).to_le_bytes());
        match verdict {
            Verdict::Denied => entry.push(b'-'),
            Verdict::Allowed(None) => entry.push(b'+'),
            Verdict::Allowed(Some(user)) => {
                entry.extend(b"+=");
                entry.extend(user);
            }
        }
        // A full store is no reason to refuse the request: the next one asks again.
        let _ = hostcalls::set_shared_data(&self.slot(), Some(&entry), None);
    }

    fn slot(&self) -> String {
        let number = u16::from_le_bytes([self.digest[0], self.digest[1]]) % SLOTS;
        format!("token-check:{number}")
    }
}

fn millis(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |d| d.as_millis() as u64)
}
