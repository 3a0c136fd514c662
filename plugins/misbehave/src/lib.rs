//! Misbehaves when a request asks for it, to show what a host makes of a bad filter.
//!
//! The request header `x-misbehave` names the fault. Without it the response gets `x-behaved: yes`.

mod faults;

use log::{info, warn};
use proxy_wasm::traits::{Context, HttpContext, RootContext};
use proxy_wasm::types::{Action, ContextType, LogLevel};

proxy_wasm::main! {{
    proxy_wasm::set_log_level(LogLevel::Info);
    proxy_wasm::set_root_context(|_| Box::new(Plugin));
}}

struct Plugin;

impl Context for Plugin {}

impl RootContext for Plugin {
    fn get_type(&self) -> Option<ContextType> {
        Some(ContextType::HttpContext)
    }

    fn create_http_context(&self, _context_id: u32) -> Option<Box<dyn HttpContext>> {
        Some(Box::<Request>::default())
    }
}

#[derive(Default)]
struct Request {
    /// The value of `x-misbehave`; empty for a good request.
    fault: String,
}

impl Context for Request {}

impl HttpContext for Request {
    fn on_http_request_headers(&mut self, _count: usize, _end_of_stream: bool) -> Action {
        self.fault = self.request_header("x-misbehave").unwrap_or_default();
        // `x-misbehave-size` says how much of it, where a fault has a size.
        let size = self.request_header("x-misbehave-size").and_then(|s| s.parse().ok());
        if !self.fault.is_empty() {
            info!("asked to misbehave: {}", self.fault);
        }
        match self.fault.as_str() {
            "trap" => faults::misbehave_trap(),
            "panic" => faults::misbehave_panic(),
            "divide" => faults::misbehave_divide(),
            "recurse" => faults::misbehave_recurse(),
            "loop" => faults::misbehave_loop(),
            "memory" => faults::misbehave_memory(),
            "bad-pointer" => faults::misbehave_bad_pointer(),
            "bad-argument" => faults::misbehave_bad_argument(),
            "huge-header" => self.add_huge_header(size.unwrap_or(10_000_000)),
            "header-flood" => self.add_headers(size.unwrap_or(10_000)),
            "log-flood" => faults::log_lines(size.unwrap_or(100_000)),
            "hold" => return Action::Pause,
            "" | "trap-body" | "trap-response" | "trap-log" | "loop-response" => {}
            unknown => warn!("unknown fault: {unknown}"),
        }
        Action::Continue
    }

    fn on_http_request_body(&mut self, _size: usize, _end_of_stream: bool) -> Action {
        if self.fault == "trap-body" {
            faults::misbehave_trap();
        }
        Action::Continue
    }

    fn on_http_response_headers(&mut self, _count: usize, _end_of_stream: bool) -> Action {
        match self.fault.as_str() {
            "" => self.set_http_response_header("x-behaved", Some("yes")),
            "trap-response" => faults::misbehave_trap(),
            "loop-response" => faults::misbehave_loop(),
            _ => {}
        }
        Action::Continue
    }

    fn on_log(&mut self) {
        if self.fault == "trap-log" {
            faults::misbehave_trap();
        }
    }
}

impl Request {
    fn request_header(&self, name: &str) -> Option<String> {
        let value = self.get_http_request_header_bytes(name)?;
        Some(String::from_utf8_lossy(&value).into_owned())
    }

    fn add_huge_header(&self, size: usize) {
        self.set_http_request_header_bytes("x-huge", Some(&vec![b'x'; size]));
    }

    fn add_headers(&self, count: usize) {
        for i in 0..count {
            self.add_http_request_header("x-flood", &i.to_string());
        }
    }
}
