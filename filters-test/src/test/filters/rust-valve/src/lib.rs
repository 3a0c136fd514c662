//! Holds requests and responses until ticks of the root context let them go, so many per tick.
//!
//! The configuration is `PERIOD-MILLIS COUNT`. The root knows what waits in both directions, oldest first, and lets it
//! go through its context. With more than eight waiting, the newest is refused with 429. When the host ends the plugin
//! while something waits, the root asks for time (`on_done` answers false) and is done when nothing waits any more.
//! There are no ticks in that time.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use log::info;
use proxy_wasm::hostcalls;
use proxy_wasm::traits::{Context, HttpContext, RootContext};
use proxy_wasm::types::{Action, ContextType, LogLevel, MapType};

proxy_wasm::main! {{
    proxy_wasm::set_log_level(LogLevel::Info);
    proxy_wasm::set_root_context(|_| Box::<Valve>::default());
}}

const MOST_WAITING: usize = 8;

#[derive(Clone, Copy, PartialEq)]
enum Way {
    Request,
    Response,
}

type Waiting = Rc<RefCell<VecDeque<(u32, Way)>>>;

#[derive(Default)]
struct Valve {
    waiting: Waiting,
    count: usize,
    ending: Rc<Cell<bool>>,
}

impl Context for Valve {
    fn on_done(&mut self) -> bool {
        self.ending.set(true);
        info!("end with {} waiting", self.waiting.borrow().len());
        self.waiting.borrow().is_empty()
    }
}

impl RootContext for Valve {
    fn on_configure(&mut self, _size: usize) -> bool {
        let bytes = self.get_plugin_configuration().unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        let numbers: Vec<u64> = text.split(' ').filter_map(|word| word.parse().ok()).collect();
        let &[period, count] = numbers.as_slice() else {
            return false;
        };
        self.count = count as usize;
        self.set_tick_period(Duration::from_millis(period));
        true
    }

    fn on_tick(&mut self) {
        for _ in 0..self.count {
            let Some((context, way)) = self.waiting.borrow_mut().pop_front() else {
                break;
            };
            if hostcalls::set_effective_context(context).is_err() {
                info!("gone");
                continue;
            }
            let left = self.waiting.borrow().len().to_string();
            let (map, name) = match way {
                Way::Request => (MapType::HttpRequestHeaders, "x-valve-request"),
                Way::Response => (MapType::HttpResponseHeaders, "x-valve-response"),
            };
            hostcalls::set_map_value(map, name, Some(&left)).unwrap();
            match way {
                Way::Request => hostcalls::resume_http_request().unwrap(),
                Way::Response => hostcalls::resume_http_response().unwrap(),
            }
        }
    }

    fn get_type(&self) -> Option<ContextType> {
        Some(ContextType::HttpContext)
    }

    fn create_http_context(&self, context_id: u32) -> Option<Box<dyn HttpContext>> {
        Some(Box::new(Stream {
            id: context_id,
            waiting: self.waiting.clone(),
            ending: self.ending.clone(),
        }))
    }
}

struct Stream {
    id: u32,
    waiting: Waiting,
    ending: Rc<Cell<bool>>,
}

impl Context for Stream {
    fn on_done(&mut self) -> bool {
        self.waiting.borrow_mut().retain(|(id, _)| *id != self.id);
        if self.ending.get() && self.waiting.borrow().is_empty() {
            self.ending.set(false);
            info!("done");
            self.done();
        }
        true
    }
}

impl HttpContext for Stream {
    fn on_http_request_headers(&mut self, _count: usize, _end_of_stream: bool) -> Action {
        if self.waiting.borrow().len() >= MOST_WAITING {
            self.send_http_response(429, vec![("x-valve", "full")], None);
            return Action::Pause;
        }
        self.wait(Way::Request)
    }

    fn on_http_response_headers(&mut self, _count: usize, _end_of_stream: bool) -> Action {
        if self.get_http_response_header("x-valve").is_some() {
            return Action::Continue;
        }
        self.wait(Way::Response)
    }
}

impl Stream {
    fn wait(&self, way: Way) -> Action {
        self.waiting.borrow_mut().push_back((self.id, way));
        Action::Pause
    }
}
