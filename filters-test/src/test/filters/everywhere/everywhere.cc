// A filter that calls every host function in every callback, and logs what each call gives. README.md says how a request
// chooses. For tests; without an SDK. Compiled with ABI_010 it is a filter of version 0.1.0.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>

#define HOST_FUNCTION(name) extern "C" __attribute__((import_module("env"), import_name(#name))) uint32_t name
#define CALLBACK(type, name) extern "C" __attribute__((export_name(#name))) type name

using Size = size_t;
HOST_FUNCTION(proxy_log)(uint32_t, const char*, Size);
HOST_FUNCTION(proxy_get_current_time_nanoseconds)(uint64_t*);
HOST_FUNCTION(proxy_set_tick_period_milliseconds)(uint32_t);
HOST_FUNCTION(proxy_get_status)(uint32_t*, char**, Size*);
HOST_FUNCTION(proxy_get_property)(const char*, Size, char**, Size*);
HOST_FUNCTION(proxy_set_property)(const char*, Size, const char*, Size);
HOST_FUNCTION(proxy_set_effective_context)(uint32_t);
HOST_FUNCTION(proxy_done)();
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
HOST_FUNCTION(proxy_grpc_call)
(const char*, Size, const char*, Size, const char*, Size, const char*, Size, const char*, Size, uint32_t, uint32_t*);
HOST_FUNCTION(proxy_grpc_stream)
(const char*, Size, const char*, Size, const char*, Size, const char*, Size, uint32_t*);
HOST_FUNCTION(proxy_grpc_send)(uint32_t, const char*, Size, uint32_t);
HOST_FUNCTION(proxy_grpc_cancel)(uint32_t);
HOST_FUNCTION(proxy_grpc_close)(uint32_t);
HOST_FUNCTION(proxy_get_shared_data)(const char*, Size, char**, Size*, uint32_t*);
HOST_FUNCTION(proxy_set_shared_data)(const char*, Size, const char*, Size, uint32_t);
HOST_FUNCTION(proxy_register_shared_queue)(const char*, Size, uint32_t*);
HOST_FUNCTION(proxy_resolve_shared_queue)(const char*, Size, const char*, Size, uint32_t*);
HOST_FUNCTION(proxy_enqueue_shared_queue)(uint32_t, const char*, Size);
HOST_FUNCTION(proxy_dequeue_shared_queue)(uint32_t, char**, Size*);
HOST_FUNCTION(proxy_define_metric)(uint32_t, const char*, Size, uint32_t*);
HOST_FUNCTION(proxy_increment_metric)(uint32_t, int64_t);
HOST_FUNCTION(proxy_record_metric)(uint32_t, uint64_t);
HOST_FUNCTION(proxy_get_metric)(uint32_t, uint64_t*);
HOST_FUNCTION(proxy_call_foreign_function)(const char*, Size, const char*, Size, char**, Size*);
#ifdef ABI_010
HOST_FUNCTION(proxy_get_configuration)(char**, Size*);
HOST_FUNCTION(proxy_clear_route_cache)();
HOST_FUNCTION(proxy_continue_request)();
#else
HOST_FUNCTION(proxy_get_log_level)(uint32_t*);
HOST_FUNCTION(proxy_continue_stream)(uint32_t);
HOST_FUNCTION(proxy_close_stream)(uint32_t);
#endif

namespace {

// A request's choice: in which callbacks, what, and what else is to happen before the request goes on.
struct Stream {
  uint32_t root = 0;
  std::string in, what, cause;
};

std::map<uint32_t, Stream> streams;
std::string choice;        // of the root contexts' first callbacks
uint32_t waiting = 0;      // the stream that waits for a callback of its root context
uint32_t dead = 0;         // a stream that has been deleted
uint32_t root_context = 0;
uint32_t created = 0;      // streams

uint32_t out_word, out_word2;
uint64_t out_long;
char* out_data;
Size out_size;

std::string number(uint64_t n) { return std::to_string(n); }

std::string readable(std::string_view bytes) {
  std::string text;
  for (char c : bytes.substr(0, 200)) {
    uint8_t b = static_cast<uint8_t>(c);
    const char* digits = "0123456789abcdef";
    if (b >= ' ' && b <= '~') {
      text += c;
    } else {
      text += {'\\', digits[b >> 4], digits[b & 15]};
    }
  }
  return text;
}

void say(std::string_view text) { proxy_log(2, text.data(), text.size()); }

// A call's line: its name, its choice of arguments, the status.
void gave(std::string_view call, uint32_t status, std::string_view more = "") {
  std::string line = "  " + std::string(call) + " = " + number(status);
  if (!more.empty()) line += " " + std::string(more);
  say(line);
}

void clear() {
  out_data = reinterpret_cast<char*>(0xdead0000);
  out_size = 0xdead;
  out_word = out_word2 = 0xdead;
  out_long = 0xdead;
}

// What the last call has written as a block, or that it has not.
std::string block() {
  std::string text;
  if (out_size == 0xdead && out_data == reinterpret_cast<char*>(0xdead0000)) return "unwritten";
  if (out_size == 0) return out_data == nullptr ? "0/0" : "size 0";
  text = "\"" + readable({out_data, out_size}) + "\"";
  std::free(out_data);
  return text;
}

std::string word(uint32_t n) { return n == 0xdead ? "unwritten" : number(n); }

bool has(const std::string& words, std::string_view wanted) {
  return (" " + words + " ").find(" " + std::string(wanted) + " ") != std::string::npos;
}

// Where a map can be read in Envoy; later reads are an extension of the host.
bool compares(std::string_view in, uint32_t map) {
  if (in == "log") return map != 1 && map != 2;
  bool request = in == "rqb" || in == "rqe" || in == "rqt";
  bool response = in == "rsb" || in == "rse" || in == "rst";
  return map > 2 || (map == 0 && !request && !response && in != "rsh") || (map == 1 && !response && in != "rsh") || (map == 2 && !response);
}

#include "calls.h"

void all(std::string_view in, const std::string& what) {
  say(std::string(in));
  if (has(what, "maps")) maps(in);
  if (has(what, "change")) change(in);
  if (has(what, "buffers")) buffers(in);
  if (has(what, "vm")) vm(in);
  if (has(what, "shared")) shared(in);
  if (has(what, "calls")) calls();
  if (has(what, "properties")) properties();
  if (has(what, "addresses")) addresses();
}

void stream_callback(uint32_t id, const char* in) {
  Stream& stream = streams[id];
  if (has(stream.in, in)) all(in, stream.what);
}

std::string request_header(std::string_view name) {
  clear();
  if (proxy_get_header_map_value(0, name.data(), name.size(), &out_data, &out_size) != 0 || out_size == 0) return "";
  std::string value(out_data, out_size);
  std::free(out_data);
  return value;
}

// A callback of the root context that a stream waits for.
void root_callback(const char* in) {
  if (waiting == 0) return;
  all(in, streams[waiting].what);
  proxy_set_effective_context(waiting);
  all("held", streams[waiting].what);
  proxy_set_effective_context(waiting);
  waiting = 0;
#ifdef ABI_010
  proxy_continue_request();
#else
  proxy_continue_stream(0);
#endif
}

uint32_t request_headers(uint32_t id) {
  Stream& stream = streams[id];
  stream.in = request_header("x-in");
  stream.what = request_header("x-what");
  stream.cause = request_header("x-cause");
  stream_callback(id, "rqh");
  if (stream.cause.empty()) return 0;
  waiting = id;
  if (stream.cause == "tick") proxy_set_tick_period_milliseconds(10);
  if (stream.cause == "queue") {
    proxy_register_shared_queue("ready", 5, &out_word);
    proxy_enqueue_shared_queue(out_word, "item", 4);
  }
  if (stream.cause == "call") call_out("calls");
  return 1;
}

}  // namespace

#ifdef ABI_010
CALLBACK(void, proxy_abi_version_0_1_0)() {}
#else
CALLBACK(void, proxy_abi_version_0_2_1)() {}
#endif

CALLBACK(void, proxy_on_context_create)(uint32_t id, uint32_t parent) {
  if (parent == 0) {
    root_context = id;
    clear();
    proxy_get_buffer_bytes(6, 0, 1000, &out_data, &out_size);
    choice = out_size == 0 ? "" : std::string(out_data, out_size);
    all("create-root", choice);
  } else {
    streams[id].root = parent;
    // The request cannot say yet what it wants; once is enough.
    if (created++ == 0) all("create", choice);
  }
}

CALLBACK(uint32_t, proxy_on_vm_start)(uint32_t, uint32_t) {
  all("vm_start", choice);
  return 1;
}

CALLBACK(uint32_t, proxy_on_configure)(uint32_t, uint32_t) {
  all("configure", choice);
  return 1;
}

#ifdef ABI_010
CALLBACK(uint32_t, proxy_on_request_headers)(uint32_t id, uint32_t) { return request_headers(id); }

CALLBACK(uint32_t, proxy_on_response_headers)(uint32_t id, uint32_t) {
  stream_callback(id, "rsh");
  return 0;
}
#else
CALLBACK(uint32_t, proxy_on_request_headers)(uint32_t id, uint32_t, uint32_t) { return request_headers(id); }

CALLBACK(uint32_t, proxy_on_response_headers)(uint32_t id, uint32_t, uint32_t) {
  stream_callback(id, "rsh");
  return 0;
}
#endif

CALLBACK(uint32_t, proxy_on_request_body)(uint32_t id, uint32_t, uint32_t end) {
  stream_callback(id, end ? "rqe" : "rqb");
  return 0;
}

CALLBACK(uint32_t, proxy_on_request_trailers)(uint32_t id, uint32_t) {
  stream_callback(id, "rqt");
  return 0;
}

CALLBACK(uint32_t, proxy_on_response_body)(uint32_t id, uint32_t, uint32_t end) {
  stream_callback(id, end ? "rse" : "rsb");
  return 0;
}

CALLBACK(uint32_t, proxy_on_response_trailers)(uint32_t id, uint32_t) {
  stream_callback(id, "rst");
  return 0;
}

CALLBACK(void, proxy_on_http_call_response)(uint32_t, uint32_t, uint32_t, uint32_t, uint32_t) {
  if (waiting != 0 && streams[waiting].cause == "call") root_callback("call");
}

CALLBACK(void, proxy_on_tick)(uint32_t) {
  proxy_set_tick_period_milliseconds(0);
  root_callback("tick");
}

CALLBACK(void, proxy_on_queue_ready)(uint32_t, uint32_t token) {
  if (waiting == 0 || streams[waiting].cause != "queue") return;
  clear();
  proxy_dequeue_shared_queue(token, &out_data, &out_size);
  say("queue_ready " + block());
  root_callback("queue");
}

CALLBACK(uint32_t, proxy_on_done)(uint32_t id) {
  if (streams.count(id)) stream_callback(id, "done");
  return 1;
}

CALLBACK(void, proxy_on_log)(uint32_t id) { stream_callback(id, "log"); }

CALLBACK(void, proxy_on_delete)(uint32_t id) {
  if (!streams.count(id)) return;
  stream_callback(id, "delete");
  if (waiting == id) waiting = 0;
  streams.erase(id);
  dead = id;
}
