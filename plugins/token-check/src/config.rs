//! The plugin's configuration: a JSON object in which every field may be left out.

use std::time::Duration;

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The cluster of the service that checks keys.
    pub cluster: String,
    /// The service's host name; the cluster's name when empty.
    authority: String,
    pub path: String,
    /// The request header that carries the key, to us and to the service.
    pub header: String,
    timeout_ms: u32,
    /// How long a verdict is remembered; 0 asks every time.
    cache_seconds: u32,
    /// The request header that tells the upstream who the user is.
    pub user_header: String,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            cluster: "auth".into(),
            authority: String::new(),
            path: "/check".into(),
            header: "x-api-key".into(),
            timeout_ms: 1000,
            cache_seconds: 60,
            user_header: "x-auth-user".into(),
        }
    }
}

impl Config {
    pub fn parse(json: &[u8]) -> Result<Self, String> {
        match json.trim_ascii_start().first() {
            None => return Ok(Self::default()),
            Some(b'{') => {}
            Some(_) => return Err("not a JSON object".into()), // serde would take an array for a struct
        }
        let mut config: Self = serde_json::from_slice(json).map_err(|e| e.to_string())?;
        config.header.make_ascii_lowercase();
        config.user_header.make_ascii_lowercase();
        config.validate()?;
        Ok(config)
    }

    fn validate(&self) -> Result<(), String> {
        if self.cluster.is_empty() {
            return Err("`cluster` is empty".into());
        }
        if !self.path.starts_with('/') {
            return Err(format!("`path` is {:?} (expected: a path that begins with /)", self.path));
        }
        for (field, name) in [("header", &self.header), ("user_header", &self.user_header)] {
            if !is_header_name(name) {
                return Err(format!("`{field}` is {name:?} (expected: a header name)"));
            }
        }
        if self.header == self.user_header {
            return Err(format!("`header` and `user_header` are both {:?}", self.header));
        }
        if !(1..=MAX_TIMEOUT_MS).contains(&self.timeout_ms) {
            let timeout = self.timeout_ms;
            return Err(format!("`timeout_ms` is {timeout} (expected: 1 to {MAX_TIMEOUT_MS})"));
        }
        Ok(())
    }

    pub fn authority(&self) -> &str {
        if self.authority.is_empty() { &self.cluster } else { &self.authority }
    }

    pub fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms.into())
    }

    pub fn cache_time(&self) -> Duration {
        Duration::from_secs(self.cache_seconds.into())
    }
}

/// An hour: nobody waits longer for a request.
const MAX_TIMEOUT_MS: u32 = 3_600_000;

fn is_header_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}
