//! Lets a request pass when a service says that its API key is good.
//!
//! The service is asked by an HTTP callout while the request waits. Its answer is remembered in shared
//! data, so the next request with the same key, on any worker, is decided at once.

mod cache;
mod config;

use std::rc::Rc;

use cache::Cache;
use config::Config;
use log::{error, info};
use proxy_wasm::traits::{Context, HttpContext, RootContext};
use proxy_wasm::types::{Action, Bytes, ContextType, LogLevel};

proxy_wasm::main! {{
    proxy_wasm::set_log_level(LogLevel::Info);
    proxy_wasm::set_root_context(|_| Box::<Plugin>::default());
}}

/// What the service says about a key.
pub enum Verdict {
    /// The key is good and belongs to this user, where the service names one.
    Allowed(Option<Bytes>),
    Denied,
}

#[derive(Default)]
struct Plugin {
    config: Rc<Config>,
}

impl Context for Plugin {}

impl RootContext for Plugin {
    fn on_configure(&mut self, _size: usize) -> bool {
        match Config::parse(&self.get_plugin_configuration().unwrap_or_default()) {
            Ok(config) => {
                self.config = Rc::new(config);
                true
            }
            Err(problem) => {
                error!("configuration refused: {problem}");
                false
            }
        }
    }

    fn get_type(&self) -> Option<ContextType> {
        Some(ContextType::HttpContext)
    }

    fn create_http_context(&self, _context_id: u32) -> Option<Box<dyn HttpContext>> {
        Some(Box::new(Request {
            config: self.config.clone(),
            cache: None,
        }))
    }
}

struct Request {
    config: Rc<Config>,
    /// Where the verdict on this request's key is kept; set while the service is asked.
    cache: Option<Cache>,
}

impl HttpContext for Request {
    fn on_http_request_headers(&mut self, _count: usize, _end_of_stream: bool) -> Action {
        let config = self.config.clone();
        // Only this filter may say who the user is.
        self.set_http_request_header(&config.user_header, None);

        let key = self.get_http_request_header_bytes(&config.header).unwrap_or_default();
        if key.is_empty() {
            info!("denied: no {}", config.header);
            self.reply(401, "missing API key\n", &[("www-authenticate", "ApiKey")]);
            return Action::Pause;
        }
        let Some(key) = printable(&key) else {
            info!("denied: {} is not printable ASCII", config.header);
            self.reply(403, "API key refused\n", &[]);
            return Action::Pause;
        };

        let cache = Cache::new(&config, key);
        match cache.get(self.get_current_time()) {
            Some(verdict) => self.decide(verdict, "cached"),
            None => self.ask(key, cache),
        }
    }
}

impl Context for Request {
    fn on_http_call_response(&mut self, _token: u32, headers: usize, _body: usize, _trailers: usize) {
        let cluster = &self.config.cluster;
        let Some(cache) = self.cache.take() else {
            return;
        };
        if headers == 0 {
            self.unavailable(&format!("no answer from {cluster}"));
            return;
        }
        let status = self.get_http_call_response_header_bytes(":status").unwrap_or_default();
        let verdict = match status.as_slice() {
            b"200" => Verdict::Allowed(self.get_http_call_response_header_bytes("x-user")),
            b"401" | b"403" => Verdict::Denied,
            status => {
                let status = String::from_utf8_lossy(status);
                self.unavailable(&format!("{cluster} answered {status}"));
                return;
            }
        };
        cache.put(&verdict, self.get_current_time());
        if self.decide(verdict, &format!("asked {cluster}")) == Action::Continue {
            self.resume_http_request();
        }
    }
}

impl Request {
    /// Sends the key to the service and holds the request until the answer is here.
    fn ask(&mut self, key: &str, cache: Cache) -> Action {
        let config = self.config.clone();
        let headers = vec![
            (":method", "GET"),
            (":path", config.path.as_str()),
            (":authority", config.authority()),
            (config.header.as_str(), key),
        ];
        match self.dispatch_http_call(&config.cluster, headers, None, vec![], config.timeout()) {
            Ok(_) => self.cache = Some(cache),
            Err(status) => self.unavailable(&format!("cannot call {}: {status:?}", config.cluster)),
        }
        Action::Pause
    }

    fn decide(&self, verdict: Verdict, how: &str) -> Action {
        match verdict {
            Verdict::Allowed(user) => {
                let name = user.as_deref().map_or("nobody".into(), String::from_utf8_lossy);
                info!("allowed: user {name} ({how})");
                self.set_http_request_header_bytes(&self.config.user_header, user.as_deref());
                Action::Continue
            }
            Verdict::Denied => {
                info!("denied: key refused ({how})");
                self.reply(403, "API key refused\n", &[]);
                Action::Pause
            }
        }
    }

    /// No verdict: the request is refused, and the next one asks again.
    fn unavailable(&self, why: &str) {
        info!("unavailable: {why}");
        self.reply(503, "API key cannot be checked now\n", &[]);
    }

    fn reply(&self, status: u32, body: &str, headers: &[(&str, &str)]) {
        let mut all = vec![("content-type", "text/plain")];
        all.extend(headers);
        self.send_http_response(status, all, Some(body.as_bytes()));
    }
}

/// The text of a header value that can be sent on as it is.
fn printable(value: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(value).ok()?;
    text.bytes().all(|b| (b' '..=b'~').contains(&b)).then_some(text)
}
