// A filter that does what the request tells it to, and logs all that it sees: every callback with its arguments, every
// host call with its status and results. README.md has the words that it understands. For tests; without an SDK.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#define HOST_FUNCTION(name) extern "C" __attribute__((import_module("env"), import_name(#name))) uint32_t name
#define CALLBACK(type, name) extern "C" __attribute__((export_name(#name))) type name

using Size = size_t;
HOST_FUNCTION(proxy_log)(uint32_t, const char*, Size);
HOST_FUNCTION(proxy_set_tick_period_milliseconds)(uint32_t);
HOST_FUNCTION(proxy_get_status)(uint32_t*, char**, Size*);
HOST_FUNCTION(proxy_get_property)(const char*, Size, char**, Size*);
HOST_FUNCTION(proxy_set_property)(const char*, Size, const char*, Size);
HOST_FUNCTION(proxy_set_effective_context)(uint32_t);
HOST_FUNCTION(proxy_continue_stream)(uint32_t);
HOST_FUNCTION(proxy_close_stream)(uint32_t);
HOST_FUNCTION(proxy_send_local_response)
(uint32_t, const char*, Size, const char*, Size, const char*, Size, uint32_t);
HOST_FUNCTION(proxy_get_header_map_value)(uint32_t, const char*, Size, char**, Size*);
HOST_FUNCTION(proxy_add_header_map_value)(uint32_t, const char*, Size, const char*, Size);
HOST_FUNCTION(proxy_replace_header_map_value)(uint32_t, const char*, Size, const char*, Size);
HOST_FUNCTION(proxy_remove_header_map_value)(uint32_t, const char*, Size);
HOST_FUNCTION(proxy_get_header_map_pairs)(uint32_t, char**, Size*);
HOST_FUNCTION(proxy_set_header_map_pairs)(uint32_t, const char*, Size);
HOST_FUNCTION(proxy_get_header_map_size)(uint32_t, Size*);
HOST_FUNCTION(proxy_get_buffer_bytes)(uint32_t, uint32_t, uint32_t, char**, Size*);
HOST_FUNCTION(proxy_get_buffer_status)(uint32_t, Size*, uint32_t*);
HOST_FUNCTION(proxy_set_buffer_bytes)(uint32_t, uint32_t, uint32_t, const char*, Size);
HOST_FUNCTION(proxy_http_call)
(const char*, Size, const char*, Size, const char*, Size, const char*, Size, uint32_t, uint32_t*);
HOST_FUNCTION(proxy_get_shared_data)(const char*, Size, char**, Size*, uint32_t*);
HOST_FUNCTION(proxy_set_shared_data)(const char*, Size, const char*, Size, uint32_t);
HOST_FUNCTION(proxy_register_shared_queue)(const char*, Size, uint32_t*);
HOST_FUNCTION(proxy_enqueue_shared_queue)(uint32_t, const char*, Size);
HOST_FUNCTION(proxy_dequeue_shared_queue)(uint32_t, char**, Size*);
HOST_FUNCTION(proxy_define_metric)(uint32_t, const char*, Size, uint32_t*);
HOST_FUNCTION(proxy_increment_metric)(uint32_t, int64_t);
HOST_FUNCTION(proxy_record_metric)(uint32_t, uint64_t);
HOST_FUNCTION(proxy_get_metric)(uint32_t, uint64_t*);

namespace {

using Words = std::vector<std::string>;

struct Stream {
  uint32_t root;
  std::map<std::string, Words> script;  // by callback
};

std::map<uint32_t, Stream> streams;
std::map<uint32_t, std::string> names;       // root contexts: the configuration
std::map<uint32_t, std::pair<uint32_t, const char*>> callers;  // call token: stream, and its section for the answer
std::map<uint32_t, uint32_t> ticks;          // root contexts: ticks left
std::map<uint32_t, uint32_t> waiting;        // root contexts: the stream that a tick acts for
std::map<uint32_t, std::string> queues;      // token: name

void say(std::string_view text) { proxy_log(2, text.data(), text.size()); }

std::string number(uint64_t n) { return std::to_string(n); }

std::string readable(std::string_view bytes) {
  std::string text;
  size_t shown = 0;
  for (char c : bytes) {
    if (++shown > 300) return text + "... (" + number(bytes.size()) + " bytes)";
    uint8_t b = static_cast<uint8_t>(c);
    if (b >= ' ' && b <= '~' && b != '\\') {
      text += c;
    } else {
      const char* digits = "0123456789abcdef";
      text += {'\\', 'x', digits[b >> 4], digits[b & 15]};
    }
  }
  return text;
}

int hex(char c) { return c <= '9' ? c - '0' : (c | 32) - 'a' + 10; }

std::string decoded(std::string_view text) {
  std::string bytes;
  for (size_t i = 0; i < text.size(); i++) {
    if (text[i] == '%' && i + 2 < text.size()) {
      bytes += static_cast<char>(hex(text[i + 1]) * 16 + hex(text[i + 2]));
      i += 2;
    } else {
      bytes += text[i];
    }
  }
  return bytes;
}

Words split(std::string_view text, char separator) {
  Words words;
  while (!text.empty()) {
    size_t at = text.find(separator);
    if (at != 0) words.emplace_back(text.substr(0, at));
    if (at == std::string_view::npos) break;
    text.remove_prefix(at + 1);
  }
  return words;
}

// Like split, but empty parts count, and each is decoded.
Words arguments(std::string_view text) {
  Words words;
  for (;;) {
    size_t at = text.find(',');
    words.push_back(decoded(text.substr(0, at)));
    if (at == std::string_view::npos) return words;
    text.remove_prefix(at + 1);
  }
}

std::string take(char* data, Size size) {
  std::string copy(size ? data : "", size);
  std::free(data);
  return copy;
}

using Pairs = std::vector<std::pair<std::string, std::string>>;

std::string encode(const Pairs& pairs) {
  std::string out;
  auto word = [&](uint32_t n) {
    for (int i = 0; i < 4; i++) out += static_cast<char>(n >> (8 * i));
  };
  word(pairs.size());
  for (auto& [name, value] : pairs) {
    word(name.size());
    word(value.size());
  }
  for (auto& [name, value] : pairs) out += name + '\0' + value + '\0';
  return out;
}

Pairs decode(const std::string& data) {
  Pairs pairs;
  if (data.size() < 4) return pairs;
  auto word = [&](size_t at) {
    uint32_t n = 0;
    for (int i = 3; i >= 0; i--) n = n << 8 | static_cast<uint8_t>(data[at + i]);
    return n;
  };
  uint32_t count = word(0);
  size_t at = 4 + 8 * count;
  for (uint32_t i = 0; i < count; i++) {
    uint32_t name = word(4 + 8 * i), value = word(8 + 8 * i);
    pairs.emplace_back(data.substr(at, name), data.substr(at + name + 1, value));
    at += name + value + 2;
  }
  return pairs;
}

// What an action is done in: the maps and the buffer that it means when it names none.
struct Phase {
  const char* name;
  uint32_t map, buffer;
};

constexpr Phase request_headers{"rqh", 0, 0}, request_body{"rqb", 0, 0}, request_trailers{"rqt", 1, 0},
    response_headers{"rsh", 2, 1}, response_body{"rsb", 2, 1}, response_trailers{"rst", 3, 1}, logging{"log", 2, 1},
    finished{"done", 2, 1}, call_answer{"call", 6, 4}, ticking{"tick", 0, 0};

struct Action {
  uint32_t stream, root;
  const Phase& phase;
  std::string word;
  Words args;
  uint32_t result = 0;

  std::string arg(size_t i) const { return i < args.size() ? args[i] : ""; }
  uint32_t num(size_t i, uint32_t fallback = 0) const {
    return i < args.size() && !args[i].empty() ? std::strtoul(args[i].c_str(), nullptr, 10) : fallback;
  }
  void done(uint32_t status, std::string_view more = "") const {
    std::string text = "  " + word + (args.empty() ? "" : " " + readable(args[0])) + " = " + number(status);
    say(more.empty() ? text : text + " " + std::string(more));
  }
  bool headers();
  bool bodies();
  bool control();
  bool services();
};

bool Action::headers() {
  std::string name = arg(0), value = arg(1);
  if (word == "headers") {
    char* data = nullptr;
    Size size = 0;
    uint32_t map = num(0, phase.map);
    uint32_t status = proxy_get_header_map_pairs(map, &data, &size);
    Pairs pairs = decode(take(data, size));
    std::erase_if(pairs, [](auto& pair) { return pair.first.starts_with("x-envoy-"); });
    done(status, number(pairs.size()) + " pairs");
    for (auto& [n, v] : pairs) say("    " + readable(n) + ": " + readable(v));
  } else if (word == "get") {
    char* data = nullptr;
    Size size = 0;
    uint32_t status = proxy_get_header_map_value(num(1, phase.map), name.data(), name.size(), &data, &size);
    done(status, "\"" + readable(take(data, size)) + "\"");
  } else if (word == "add") {
    done(proxy_add_header_map_value(num(2, phase.map), name.data(), name.size(), value.data(), value.size()));
  } else if (word == "set") {
    done(proxy_replace_header_map_value(num(2, phase.map), name.data(), name.size(), value.data(), value.size()));
  } else if (word == "del") {
    done(proxy_remove_header_map_value(num(1, phase.map), name.data(), name.size()));
  } else if (word == "pairs") {
    Pairs pairs;
    for (size_t i = 0; i + 1 < args.size(); i += 2) pairs.emplace_back(args[i], args[i + 1]);
    std::string data = encode(pairs);
    done(proxy_set_header_map_pairs(phase.map, data.data(), data.size()));
  } else if (word == "bytes") {
    Size size = 0;
    uint32_t status = proxy_get_header_map_size(num(0, phase.map), &size);
    done(status, number(size));
  } else {
    return false;
  }
  return true;
}

bool Action::bodies() {
  if (word == "read") {
    char* data = nullptr;
    Size size = 0;
    uint32_t status = proxy_get_buffer_bytes(num(2, phase.buffer), num(0), num(1, 1 << 30), &data, &size);
    done(status, "\"" + readable(take(data, size)) + "\"");
  } else if (word == "write") {
    std::string text = arg(2);
    done(proxy_set_buffer_bytes(phase.buffer, num(0), num(1), text.data(), text.size()));
  } else if (word == "fill") {
    std::string text(num(0), 'f');
    done(proxy_set_buffer_bytes(phase.buffer, 0, 1 << 30, text.data(), text.size()));
  } else if (word == "buffer") {
    Size size = 0;
    uint32_t flags = 0;
    uint32_t status = proxy_get_buffer_status(num(0, phase.buffer), &size, &flags);
    done(status, number(size) + " " + number(flags));
  } else {
    return false;
  }
  return true;
}

bool Action::control() {
  if (word == "pause") {
    result = 1;
  } else if (word == "return") {
    result = num(0);
  } else if (word == "resume") {
    done(proxy_continue_stream(num(0)));
  } else if (word == "close") {
    done(proxy_close_stream(num(0)));
  } else if (word == "reply") {
    Pairs pairs;
    for (size_t i = 2; i + 1 < args.size(); i += 2) pairs.emplace_back(args[i], args[i + 1]);
    std::string data = encode(pairs), body = arg(1), details = "puppet";
    done(proxy_send_local_response(num(0), details.data(), details.size(), body.data(), body.size(), data.data(),
                                   data.size(), 0xffffffff));
  } else if (word == "grpc-reply") {
    std::string body = arg(1);
    done(proxy_send_local_response(num(0), "", 0, body.data(), body.size(), "", 0, num(2)));
  } else if (word == "trap") {
    __builtin_trap();
  } else if (word == "spin") {
    for (volatile bool on = true; on;) {
    }
  } else {
    return false;
  }
  return true;
}

std::string nul_separated(std::string path) {
  for (char& c : path) {
    if (c == '.') c = '\0';
  }
  return path;
}

bool Action::services() {
  if (word == "call") {
    std::string cluster = arg(0), body = arg(3);
    std::string head = encode({{":method", body.empty() ? "GET" : "POST"},
                               {":path", arg(1)},
                               {":authority", "calls.example"},
                               {"x-from", "puppet"}});
    std::string trailers = args.size() > 5 ? encode({{args[4], args[5]}}) : encode({});
    uint32_t token = 0;
    uint32_t status = proxy_http_call(cluster.data(), cluster.size(), head.data(), head.size(), body.data(), body.size(),
                                      trailers.data(), trailers.size(), num(2, 1000), &token);
    callers[token] = {stream, phase.buffer == 1 ? "answer" : "call"};
    done(status);
  } else if (word == "prop") {
    std::string path = nul_separated(arg(0));
    char* data = nullptr;
    Size size = 0;
    uint32_t status = proxy_get_property(path.data(), path.size(), &data, &size);
    done(status, "\"" + readable(take(data, size)) + "\"");
  } else if (word == "has") {
    std::string path = nul_separated(arg(0));
    char* data = nullptr;
    Size size = 0;
    uint32_t status = proxy_get_property(path.data(), path.size(), &data, &size);
    done(status, number(take(data, size).size()) + " bytes");
  } else if (word == "setprop") {
    std::string path = nul_separated(arg(0)), value = arg(1);
    done(proxy_set_property(path.data(), path.size(), value.data(), value.size()));
  } else if (word == "metric") {
    std::string name = arg(1);
    uint32_t id = 0;
    proxy_define_metric(num(0), name.data(), name.size(), &id);
    int64_t value = std::strtoll(arg(2).c_str(), nullptr, 10);
    uint32_t status = num(0) == 2 || arg(3) == "record" ? proxy_record_metric(id, value) : proxy_increment_metric(id, value);
    uint64_t now = 0;
    uint32_t got = proxy_get_metric(id, &now);
    done(status, name + ", get = " + number(got));
  } else if (word == "share") {
    std::string key = arg(0), value = arg(1);
    done(proxy_set_shared_data(key.data(), key.size(), value.data(), value.size(), num(2)));
  } else if (word == "shared") {
    std::string key = arg(0);
    char* data = nullptr;
    Size size = 0;
    uint32_t cas = 0;
    uint32_t status = proxy_get_shared_data(key.data(), key.size(), &data, &size, &cas);
    done(status, "\"" + readable(take(data, size)) + "\"");
  } else if (word == "push") {
    std::string name = arg(0), text = arg(1);
    uint32_t token = 0;
    proxy_register_shared_queue(name.data(), name.size(), &token);
    queues[token] = name;
    done(proxy_enqueue_shared_queue(token, text.data(), text.size()));
  } else if (word == "tick") {
    ticks[root] = num(1, 1);
    waiting[root] = stream;
    done(proxy_set_tick_period_milliseconds(num(0)));
  } else if (word == "status") {
    uint32_t code = 0;
    char* data = nullptr;
    Size size = 0;
    uint32_t status = proxy_get_status(&code, &data, &size);
    done(status, number(code) + " \"" + readable(take(data, size)) + "\"");
  } else {
    return false;
  }
  return true;
}

uint32_t perform(uint32_t id, const Phase& phase, const char* section) {
  auto found = streams.find(id);
  if (found == streams.end()) return 0;
  auto script = found->second.script.find(section);
  if (script == found->second.script.end()) return 0;
  uint32_t result = 0;
  for (const std::string& text : script->second) {
    size_t colon = text.find(':');
    Action action{id, found->second.root, phase, text.substr(0, colon), {}};
    if (colon != std::string::npos) action.args = arguments(std::string_view(text).substr(colon + 1));
    if (!action.headers() && !action.bodies() && !action.control() && !action.services()) {
      say("  " + text + "?");
    }
    if (action.result) result = action.result;
  }
  return result;
}

void read_script(uint32_t id) {
  Stream& stream = streams[id];
  std::string header = "x-" + (names[stream.root].empty() ? "do" : names[stream.root]);
  char* data = nullptr;
  Size size = 0;
  if (proxy_get_header_map_value(0, header.data(), header.size(), &data, &size) != 0) return;
  for (const std::string& section : split(take(data, size), ';')) {
    Words words = split(section, ' ');
    if (words.empty()) continue;
    std::string callback = words[0];
    words.erase(words.begin());
    stream.script[callback] = words;
  }
}

std::string title(uint32_t id, const char* callback) {
  auto found = streams.find(id);
  uint32_t root = found == streams.end() ? id : found->second.root;
  std::string name = names[root];
  return (name.empty() ? "" : name + " ") + std::string(callback);
}

void entered(uint32_t id, const char* callback) { say(title(id, callback)); }
void entered(uint32_t id, const char* callback, uint32_t a) { say(title(id, callback) + " " + number(a)); }
void entered(uint32_t id, const char* callback, uint32_t a, uint32_t b) {
  say(title(id, callback) + " " + number(a) + " " + number(b));
}

}  // namespace

CALLBACK(void, proxy_abi_version_0_2_1)() {}

CALLBACK(void, proxy_on_context_create)(uint32_t id, uint32_t parent) {
  if (parent == 0) {
    names[id] = "";
  } else {
    streams[id] = {parent, {}};
  }
}

CALLBACK(uint32_t, proxy_on_vm_start)(uint32_t id, uint32_t size) {
  entered(id, "vm_start", size);
  return 1;
}

CALLBACK(uint32_t, proxy_on_configure)(uint32_t id, uint32_t size) {
  char* data = nullptr;
  Size length = 0;
  if (size > 0 && proxy_get_buffer_bytes(7, 0, size, &data, &length) == 0) names[id] = take(data, length);
  entered(id, "configure", size);
  return 1;
}

CALLBACK(uint32_t, proxy_on_request_headers)(uint32_t id, uint32_t count, uint32_t end) {
  read_script(id);
  entered(id, "rqh", count, end);
  return perform(id, request_headers, "rqh");
}

CALLBACK(uint32_t, proxy_on_request_body)(uint32_t id, uint32_t size, uint32_t end) {
  entered(id, "rqb", size, end);
  uint32_t each = perform(id, request_body, "rqb");
  return end ? perform(id, request_body, "rqe") : each;
}

CALLBACK(uint32_t, proxy_on_request_trailers)(uint32_t id, uint32_t count) {
  entered(id, "rqt", count);
  return perform(id, request_trailers, "rqt");
}

CALLBACK(uint32_t, proxy_on_response_headers)(uint32_t id, uint32_t count, uint32_t end) {
  entered(id, "rsh", count, end);
  return perform(id, response_headers, "rsh");
}

CALLBACK(uint32_t, proxy_on_response_body)(uint32_t id, uint32_t size, uint32_t end) {
  entered(id, "rsb", size, end);
  uint32_t each = perform(id, response_body, "rsb");
  return end ? perform(id, response_body, "rse") : each;
}

CALLBACK(uint32_t, proxy_on_response_trailers)(uint32_t id, uint32_t count) {
  entered(id, "rst", count);
  return perform(id, response_trailers, "rst");
}

CALLBACK(void, proxy_on_http_call_response)
(uint32_t id, uint32_t token, uint32_t headers, uint32_t body, uint32_t trailers) {
  char* data = nullptr;
  Size size = 0;
  proxy_get_header_map_pairs(6, &data, &size);
  for (auto& pair : decode(take(data, size))) headers -= pair.first.starts_with("x-envoy-");
  say(title(id, "call") + " " + number(headers) + " " + number(body) + " " + number(trailers));
  auto [stream, section] = callers[token];
  callers.erase(token);
  if (streams.count(stream) && proxy_set_effective_context(stream) == 0) perform(stream, call_answer, section);
}

CALLBACK(void, proxy_on_tick)(uint32_t id) {
  entered(id, "tick");
  if (ticks[id] > 0 && --ticks[id] == 0) proxy_set_tick_period_milliseconds(0);
  uint32_t stream = waiting[id];
  if (streams.count(stream) && proxy_set_effective_context(stream) == 0) perform(stream, ticking, "tick");
}

CALLBACK(void, proxy_on_queue_ready)(uint32_t id, uint32_t token) {
  char* data = nullptr;
  Size size = 0;
  uint32_t status = proxy_dequeue_shared_queue(token, &data, &size);
  say(title(id, "queue") + " " + queues[token] + " = " + number(status) + " \"" + readable(take(data, size)) + "\"");
}

CALLBACK(uint32_t, proxy_on_done)(uint32_t id) {
  entered(id, "done");
  perform(id, finished, "done");
  return 1;
}

CALLBACK(void, proxy_on_log)(uint32_t id) {
  entered(id, "log");
  perform(id, logging, "log");
}

CALLBACK(void, proxy_on_delete)(uint32_t id) {
  entered(id, "delete");
  streams.erase(id);
}
