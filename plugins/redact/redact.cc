// Masks card numbers in text that passes through, up to the last four digits.

#include <algorithm>
#include <map>
#include <optional>
#include <string>

#include "body.h"
#include "config.h"
#include "proxy_wasm.h"

using namespace proxy_wasm;

namespace {

struct Plugin {
  Config config;
  std::optional<Counter> numbers;
};

struct Message {
  const Plugin& plugin;
  std::optional<Body> request, response;  // the bodies to redact
};

// Contexts by their id. Plugins are never removed: the host ends the VM after the last.
std::map<uint32_t, Plugin> plugins;
std::map<uint32_t, Message> messages;

bool is_text(std::string type) {
  type.resize(std::min(type.find_first_of("; "), type.size()));
  for (char& c : type) {
    if (c >= 'A' && c <= 'Z') c += 'a' - 'A';
  }
  return type.starts_with("text/") || type.ends_with("+json") || type.ends_with("+xml") || type == "application/json" ||
         type == "application/xml" || type == "application/x-ndjson" || type == "application/javascript" ||
         type == "application/x-www-form-urlencoded";
}

bool is_readable(Map headers, std::string_view what) {
  if (!is_text(header(headers, "content-type").value_or(""))) return false;
  std::string encoding = header(headers, "content-encoding").value_or("identity");
  if (encoding == "identity") return true;
  log(Log::warn, std::string(what) + " body not redacted: it is encoded as " + encoding);
  return false;
}

// Counts what a callback has found beyond `before`, and reports the sum when the body is over.
void report(const Message& message, const Body& body, std::string_view what, size_t before, bool end) {
  size_t found = body.found();
  if (found > before && message.plugin.numbers) message.plugin.numbers->add(found - before);
  if (found > 0 && end) log(Log::info, std::string(what) + " body: card numbers masked: " + std::to_string(found));
}

DataStatus on_data(const Message& message, std::optional<Body>& body, std::string_view what, size_t size, bool end) {
  if (!body) return DataStatus::proceed;
  size_t before = body->found();
  DataStatus status = body->on_data(size, end);
  report(message, *body, what, before, end);
  return status;
}

TrailersStatus on_trailers(const Message& message, std::optional<Body>& body, std::string_view what) {
  if (!body) return TrailersStatus::proceed;
  size_t before = body->found();
  TrailersStatus status = body->on_trailers();
  report(message, *body, what, before, true);
  return status;
}

}  // namespace

// A module says its ABI version by exporting a function of this name.
PROXY_WASM_CALLBACK(void, proxy_abi_version_0_2_1)() {}

PROXY_WASM_CALLBACK(void, proxy_on_context_create)(uint32_t id, uint32_t parent) {
  if (parent == 0) {
    plugins.try_emplace(id);
  } else {
    messages.try_emplace(id, Message{plugins[parent], {}, {}});
  }
}

PROXY_WASM_CALLBACK(uint32_t, proxy_on_configure)(uint32_t id, uint32_t size) {
  Plugin& plugin = plugins[id];
  Config config;
  std::string problem = config.read(buffer_bytes(Buffer::plugin_configuration, 0, size));
  if (!problem.empty()) {
    log(Log::error, "configuration refused: " + problem);
    return false;
  }
  plugin.config = config;
  plugin.numbers = Counter::define("redact_numbers");
  return true;
}

PROXY_WASM_CALLBACK(HeadersStatus, proxy_on_request_headers)(uint32_t id, uint32_t, uint32_t) {
  Message& message = messages.at(id);
  const Config& config = message.plugin.config;
  if (config.request && is_readable(Map::request_headers, "request")) {
    message.request.emplace(Buffer::request_body, Stream::request, config.mask);
  }
  if (config.response) {
    // A number can only be seen in plain text and in one piece.
    remove_header(Map::request_headers, "accept-encoding");
    remove_header(Map::request_headers, "range");
  }
  return HeadersStatus::proceed;
}

PROXY_WASM_CALLBACK(HeadersStatus, proxy_on_response_headers)(uint32_t id, uint32_t, uint32_t) {
  Message& message = messages.at(id);
  const Config& config = message.plugin.config;
  if (config.response && is_readable(Map::response_headers, "response")) {
    message.response.emplace(Buffer::response_body, Stream::response, config.mask);
  }
  return HeadersStatus::proceed;
}

PROXY_WASM_CALLBACK(DataStatus, proxy_on_request_body)(uint32_t id, uint32_t size, uint32_t end) {
  Message& message = messages.at(id);
  return on_data(message, message.request, "request", size, end);
}

PROXY_WASM_CALLBACK(DataStatus, proxy_on_response_body)(uint32_t id, uint32_t size, uint32_t end) {
  Message& message = messages.at(id);
  return on_data(message, message.response, "response", size, end);
}

PROXY_WASM_CALLBACK(TrailersStatus, proxy_on_request_trailers)(uint32_t id, uint32_t) {
  Message& message = messages.at(id);
  return on_trailers(message, message.request, "request");
}

PROXY_WASM_CALLBACK(TrailersStatus, proxy_on_response_trailers)(uint32_t id, uint32_t) {
  Message& message = messages.at(id);
  return on_trailers(message, message.response, "response");
}

PROXY_WASM_CALLBACK(void, proxy_on_delete)(uint32_t id) { messages.erase(id); }
