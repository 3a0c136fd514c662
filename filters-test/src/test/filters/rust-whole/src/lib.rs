//! Looks at whole bodies, in both directions: they are buffered to their end, then changed as the configuration says,
//! and a trailer tells their length and sum.
//!
//! The configuration is `keep`, `reverse` or `refuse WORD`: a request whose body holds the word is refused with 403, a
//! response whose body holds it becomes as many dots. Without an end of the body in sight (trailers follow), the body is
//! held until the trailers are there, and changed in their callback.

use std::rc::Rc;

use log::info;
use proxy_wasm::traits::{Context, HttpContext, RootContext};
use proxy_wasm::types::{Action, ContextType, LogLevel};

proxy_wasm::main! {{
    proxy_wasm::set_log_level(LogLevel::Info);
    proxy_wasm::set_root_context(|_| Box::<Plugin>::default());
}}

#[derive(Default)]
enum Work {
    #[default]
    Keep,
    Reverse,
    Refuse(Vec<u8>),
}

#[derive(Default)]
struct Plugin {
    work: Rc<Work>,
}

impl Context for Plugin {}

impl RootContext for Plugin {
    fn on_configure(&mut self, _size: usize) -> bool {
        let bytes = self.get_plugin_configuration().unwrap_or_default();
        let work = match bytes.as_slice() {
            b"" | b"keep" => Work::Keep,
            b"reverse" => Work::Reverse,
            other => match other.strip_prefix(b"refuse ") {
                Some(word) => Work::Refuse(word.to_vec()),
                None => return false,
            },
        };
        self.work = Rc::new(work);
        true
    }

    fn get_type(&self) -> Option<ContextType> {
        Some(ContextType::HttpContext)
    }

    fn create_http_context(&self, _context_id: u32) -> Option<Box<dyn HttpContext>> {
        Some(Box::new(Exchange {
            work: self.work.clone(),
            request_size: 0,
            response_size: 0,
        }))
    }
}

struct Exchange {
    work: Rc<Work>,
    request_size: usize,
    response_size: usize,
}

impl Context for Exchange {}

impl HttpContext for Exchange {
    fn on_http_request_headers(&mut self, _count: usize, end_of_stream: bool) -> Action {
        if !end_of_stream {
            self.set_http_request_header("content-length", None);
        }
        Action::Continue
    }

    fn on_http_request_body(&mut self, size: usize, end_of_stream: bool) -> Action {
        self.request_size = size;
        if !end_of_stream {
            return Action::Pause;
        }
        let body = self.get_http_request_body(0, size).unwrap_or_default();
        if self.refused(&body) {
            return Action::Pause;
        }
        let (changed, sum) = self.work.apply(body);
        if let Some(changed) = changed {
            self.set_http_request_body(0, size, &changed);
        }
        // There are no trailers yet: writing one makes them.
        self.set_http_request_trailer("x-sum", Some(&sum));
        Action::Continue
    }

    fn on_http_request_trailers(&mut self, _count: usize) -> Action {
        let size = self.request_size;
        let body = self.get_http_request_body(0, size).unwrap_or_default();
        if self.refused(&body) {
            return Action::Pause;
        }
        let (changed, sum) = self.work.apply(body);
        if let Some(changed) = changed {
            self.set_http_request_body(0, size, &changed);
        }
        self.add_http_request_trailer("x-sum", &sum);
        Action::Continue
    }

    fn on_http_response_headers(&mut self, _count: usize, end_of_stream: bool) -> Action {
        if !end_of_stream {
            self.set_http_response_header("content-length", None);
        }
        Action::Continue
    }

    fn on_http_response_body(&mut self, size: usize, end_of_stream: bool) -> Action {
        self.response_size = size;
        if !end_of_stream {
            return Action::Pause;
        }
        let body = self.get_http_response_body(0, size).unwrap_or_default();
        let (changed, sum) = self.work.apply(body);
        if let Some(changed) = changed {
            self.set_http_response_body(0, size, &changed);
        }
        self.set_http_response_trailer("x-sum", Some(&sum));
        Action::Continue
    }

    fn on_http_response_trailers(&mut self, count: usize) -> Action {
        info!("{count} trailers after {} bytes", self.response_size);
        let body = self.get_http_response_body(0, self.response_size).unwrap_or_default();
        let (changed, sum) = self.work.apply(body);
        if let Some(changed) = changed {
            self.set_http_response_body(0, self.response_size, &changed);
        }
        self.set_http_response_trailer("x-sum", Some(&sum));
        Action::Continue
    }
}

impl Exchange {
    fn refused(&self, body: &[u8]) -> bool {
        let Work::Refuse(word) = &*self.work else {
            return false;
        };
        let refused = holds(body, word);
        if refused {
            self.send_http_response(403, vec![], Some(b"refused\n"));
        }
        refused
    }
}

impl Work {
    /// What the body becomes, when it changes, and the length and sum of what it was.
    fn apply(&self, body: Vec<u8>) -> (Option<Vec<u8>>, String) {
        let sum = format!("{}-{}", body.len(), body.iter().map(|b| u32::from(*b)).sum::<u32>());
        let changed = match self {
            Work::Keep => None,
            Work::Reverse => Some(body.into_iter().rev().collect()),
            Work::Refuse(word) => holds(&body, word).then(|| vec![b'.'; body.len()]),
        };
        (changed, sum)
    }
}

fn holds(body: &[u8], word: &[u8]) -> bool {
    !word.is_empty() && body.windows(word.len()).any(|part| part == word)
}
