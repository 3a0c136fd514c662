//! Asks one service after the other while a request waits: the first gives a ticket, the second is shown the ticket and
//! answers with pages of a list, as many calls as there are pages. All of it goes into request headers.
//!
//! The configuration is `FIRST-CLUSTER SECOND-CLUSTER`. A service that fails ends the request with 502 or, when it
//! does not answer in time, 504.

use std::time::Duration;

use log::{info, warn};
use proxy_wasm::traits::{Context, HttpContext, RootContext};
use proxy_wasm::types::{Action, ContextType, LogLevel};

proxy_wasm::main! {{
    proxy_wasm::set_log_level(LogLevel::Info);
    proxy_wasm::set_root_context(|_| Box::<Plugin>::default());
}}

const TIMEOUT: Duration = Duration::from_millis(400);

#[derive(Default)]
struct Plugin {
    first: String,
    second: String,
}

impl Context for Plugin {}

impl RootContext for Plugin {
    fn on_configure(&mut self, _size: usize) -> bool {
        let bytes = self.get_plugin_configuration().unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        let Some((first, second)) = text.split_once(' ') else {
            return false;
        };
        self.first = first.into();
        self.second = second.into();
        true
    }

    fn get_type(&self) -> Option<ContextType> {
        Some(ContextType::HttpContext)
    }

    fn create_http_context(&self, _context_id: u32) -> Option<Box<dyn HttpContext>> {
        Some(Box::new(Request {
            first: self.first.clone(),
            second: self.second.clone(),
            step: Step::Idle,
        }))
    }
}

enum Step {
    Idle,
    Ticket { token: u32 },
    Pages { token: u32, ticket: String, pages: Vec<String> },
}

struct Request {
    first: String,
    second: String,
    step: Step,
}

impl HttpContext for Request {
    fn on_http_request_headers(&mut self, _count: usize, _end_of_stream: bool) -> Action {
        let method = self.get_http_request_header(":method").unwrap_or_default();
        let headers = vec![
            (":method", "POST"),
            (":path", "/ticket"),
            (":authority", self.first.as_str()),
            ("x-method", method.as_str()),
        ];
        match self.dispatch_http_call(&self.first, headers, Some(b"ticket, please"), vec![("x-end", "1")], TIMEOUT) {
            Ok(token) => self.step = Step::Ticket { token },
            Err(status) => self.fail(502, &format!("{} cannot be called: {status:?}", self.first)),
        }
        Action::Pause
    }

    fn on_log(&mut self) {
        if !matches!(self.step, Step::Idle) {
            info!("the client left before the chain was done");
        }
    }
}

impl Context for Request {
    fn on_http_call_response(&mut self, token: u32, headers: usize, size: usize, trailers: usize) {
        // Without headers there is no answer, and the SDK would panic on a question about them.
        let status = match headers {
            0 => String::new(),
            _ => self.get_http_call_response_header(":status").unwrap_or_default(),
        };
        let body = self.get_http_call_response_body(0, size).unwrap_or_default();
        let body = String::from_utf8_lossy(&body).into_owned();
        info!("status {status}, headers {}, {size} bytes, {trailers} trailers", headers > 0);
        match std::mem::replace(&mut self.step, Step::Idle) {
            Step::Ticket { token: asked } if asked == token => match status.as_str() {
                "200" => self.ask_page(body.trim().to_string(), Vec::new()),
                "504" => self.fail(504, "no ticket in time"),
                _ => self.fail(502, &format!("no ticket: {status}")),
            },
            Step::Pages { token: asked, ticket, mut pages } if asked == token => {
                if status != "200" {
                    return self.fail(if status == "504" { 504 } else { 502 }, &format!("page {}: {status}", pages.len()));
                }
                pages.push(body.trim().to_string());
                if self.get_http_call_response_header("x-more").is_some() {
                    return self.ask_page(ticket, pages);
                }
                self.set_http_request_header("x-ticket", Some(&ticket));
                self.set_http_request_header("x-pages", Some(&pages.join(",")));
                self.resume_http_request();
            }
            _ => warn!("an answer to nothing"),
        }
    }
}

impl Request {
    fn ask_page(&mut self, ticket: String, pages: Vec<String>) {
        let path = format!("/pages/{}", pages.len());
        let headers = vec![
            (":method", "GET"),
            (":path", path.as_str()),
            (":authority", self.second.as_str()),
            ("x-ticket", ticket.as_str()),
        ];
        match self.dispatch_http_call(&self.second, headers, None, vec![], TIMEOUT) {
            Ok(token) => self.step = Step::Pages { token, ticket, pages },
            Err(status) => self.fail(502, &format!("{} cannot be called: {status:?}", self.second)),
        }
    }

    fn fail(&mut self, status: u32, why: &str) {
        self.step = Step::Idle;
        self.send_http_response(status, vec![("x-chain", "broken")], Some(why.as_bytes()));
    }
}
