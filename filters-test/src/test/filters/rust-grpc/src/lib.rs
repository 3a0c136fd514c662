//! Makes gRPC calls and streams.
//!
//! The configuration is a mode and its arguments, separated by spaces:
//!
//! * `call CLUSTER SERVICE METHOD TIMEOUT` asks once per request, with the path as the message, while the request waits
//! * `stream CLUSTER SERVICE METHOD` sends the path and each chunk of the request's body; what comes back and how it
//!   ends goes into request headers, when the stream has closed
//! * `cancel CLUSTER SERVICE METHOD` begins both a call and a stream, and cancels both at once
//!
//! Messages are the bytes of a string in a protobuf message's field 1.

use std::rc::Rc;
use std::time::Duration;

use log::{error, info};
use proxy_wasm::traits::{Context, HttpContext, RootContext};
use proxy_wasm::types::{Action, Bytes, ContextType, LogLevel};

proxy_wasm::main! {{
    proxy_wasm::set_log_level(LogLevel::Info);
    proxy_wasm::set_root_context(|_| Box::<Plugin>::default());
}}

#[derive(Clone, Copy, Default, PartialEq)]
enum Mode {
    #[default]
    Call,
    Stream,
    Cancel,
}

#[derive(Default)]
struct Config {
    mode: Mode,
    cluster: String,
    service: String,
    method: String,
    timeout: Duration,
}

impl Config {
    fn parse(text: &str) -> Option<Config> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let mode = match *words.first()? {
            "call" => Mode::Call,
            "stream" => Mode::Stream,
            "cancel" => Mode::Cancel,
            _ => return None,
        };
        Some(Config {
            mode,
            cluster: words.get(1)?.to_string(),
            service: words.get(2)?.to_string(),
            method: words.get(3)?.to_string(),
            timeout: Duration::from_millis(words.get(4).unwrap_or(&"1000").parse().ok()?),
        })
    }
}

#[derive(Default)]
struct Plugin {
    config: Rc<Config>,
}

impl Context for Plugin {}

impl RootContext for Plugin {
    fn on_configure(&mut self, _size: usize) -> bool {
        let bytes = self.get_plugin_configuration().unwrap_or_default();
        match Config::parse(&String::from_utf8_lossy(&bytes)) {
            Some(config) => self.config = Rc::new(config),
            None => {
                error!("configuration refused: {}", String::from_utf8_lossy(&bytes));
                return false;
            }
        }
        true
    }

    fn get_type(&self) -> Option<ContextType> {
        Some(ContextType::HttpContext)
    }

    fn create_http_context(&self, _context_id: u32) -> Option<Box<dyn HttpContext>> {
        Some(Box::new(Request {
            config: self.config.clone(),
            token: None,
            said: Vec::new(),
        }))
    }
}

struct Request {
    config: Rc<Config>,
    /// The call or stream that is under way.
    token: Option<u32>,
    /// What happened on the stream, in order.
    said: Vec<String>,
}

impl HttpContext for Request {
    fn on_http_request_headers(&mut self, _count: usize, end_of_stream: bool) -> Action {
        let path = self.get_http_request_header(":path").unwrap_or_default();
        match self.config.mode {
            Mode::Call => self.call(&message(&path)),
            Mode::Stream => self.stream(&message(&path), end_of_stream),
            Mode::Cancel => {
                self.call(&message(&path));
                self.token.take().inspect(|token| self.cancel_grpc_call(*token));
                self.stream(&message(&path), false);
                self.token.take().inspect(|token| self.cancel_grpc_stream(*token));
                self.set_http_request_header("x-cancelled", Some("both"));
            }
        }
        if self.token.is_some() {
            Action::Pause
        } else {
            Action::Continue
        }
    }
}

impl Context for Request {
    fn on_grpc_call_response(&mut self, token: u32, status: u32, size: usize) {
        info!("call {}: status {status}, {size} bytes", Some(token) == self.token);
        let (code, text) = self.get_grpc_status();
        let answer = self.get_grpc_call_response_body(0, size).unwrap_or_default();
        self.set_http_request_header("x-grpc-status", Some(&status.to_string()));
        self.set_http_request_header("x-grpc-answer", Some(&text_of(&answer)));
        if status != 0 {
            self.set_http_request_header("x-grpc-message", Some(&format!("{code} {}", plain(text))));
        }
        self.resume_http_request();
    }

    fn on_grpc_stream_initial_metadata(&mut self, _token: u32, count: u32) {
        let value = self.get_grpc_stream_initial_metadata_value("x-init");
        self.said.push(format!("initial {} {}", count > 0, text_of(&value.unwrap_or_default())));
    }

    fn on_grpc_stream_message(&mut self, _token: u32, size: usize) {
        let text = text_of(&self.get_grpc_stream_message(0, size).unwrap_or_default());
        self.said.push(format!("message {text}"));
        if text.ends_with("/enough") {
            if let Some(token) = self.token {
                self.send_grpc_stream_message(token, Some(&message("the end")), true);
            }
        }
    }

    fn on_grpc_stream_trailing_metadata(&mut self, _token: u32, count: u32) {
        let value = self.get_grpc_stream_trailing_metadata_value("x-trail");
        self.said.push(format!("trailing {} {}", count > 0, text_of(&value.unwrap_or_default())));
    }

    fn on_grpc_stream_close(&mut self, _token: u32, status: u32) {
        let (code, text) = self.get_grpc_status();
        self.said.push(format!("close {status} {code} {}", plain(text)));
        self.set_http_request_header("x-grpc-stream", Some(&self.said.join(", ")));
        self.resume_http_request();
    }
}

impl Request {
    fn call(&mut self, message: &[u8]) {
        let c = self.config.clone();
        let metadata = vec![("x-by", b"rust-grpc".as_slice())];
        match self.dispatch_grpc_call(&c.cluster, &c.service, &c.method, metadata, Some(message), c.timeout) {
            Ok(token) => self.token = Some(token),
            Err(status) => self.refused(&format!("{status:?}")),
        }
    }

    fn stream(&mut self, message: &[u8], end: bool) {
        let c = self.config.clone();
        let metadata = vec![("x-by", b"rust-grpc".as_slice())];
        match self.open_grpc_stream(&c.cluster, &c.service, &c.method, metadata) {
            Ok(token) => {
                self.token = Some(token);
                self.send_grpc_stream_message(token, Some(message), false);
                self.send_grpc_stream_message(token, Some(b"\n\x07/enough"), false);
                if end {
                    self.close_grpc_stream(token);
                }
            }
            Err(status) => self.refused(&format!("{status:?}")),
        }
    }

    fn refused(&self, status: &str) {
        info!("not started: {status}");
        self.set_http_request_header("x-grpc-refused", Some(status));
    }
}

/// A protobuf message whose field 1 is this text, shorter than 128 bytes.
fn message(text: &str) -> Vec<u8> {
    let mut bytes = vec![0x0a, text.len().min(127) as u8];
    bytes.extend(text.bytes().take(127));
    bytes
}

/// The text in such a message, or what is there instead.
fn text_of(message: &Bytes) -> String {
    let text: Vec<u8> = message.iter().copied().filter(|b| (b' '..=b'~').contains(b)).collect();
    String::from_utf8_lossy(&text).into_owned()
}

/// A status message without what a host appends in braces.
fn plain(text: Option<String>) -> String {
    let text = text.unwrap_or_default();
    text.split('{').next().unwrap_or_default().to_string()
}
