// An access log: it has no callback for messages, only proxy_on_log, which reads headers and properties and counts.
//
// The configuration is a prefix for the names of its metrics.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#define PROXY_WASM_IMPORT(name) \
  extern "C" __attribute__((import_module("env"), import_name(#name))) uint32_t name
#define PROXY_WASM_EXPORT(type, name) extern "C" __attribute__((export_name(#name))) type name

PROXY_WASM_IMPORT(proxy_log)(uint32_t level, const char* message, size_t size);
PROXY_WASM_IMPORT(proxy_get_log_level)(uint32_t* level);
PROXY_WASM_IMPORT(proxy_get_current_time_nanoseconds)(uint64_t* time);
PROXY_WASM_IMPORT(proxy_get_header_map_value)
(uint32_t map, const char* name, size_t name_size, char** value, size_t* value_size);
PROXY_WASM_IMPORT(proxy_add_header_map_value)
(uint32_t map, const char* name, size_t name_size, const char* value, size_t value_size);
PROXY_WASM_IMPORT(proxy_get_buffer_bytes)
(uint32_t buffer, uint32_t start, uint32_t length, char** data, size_t* size);
PROXY_WASM_IMPORT(proxy_get_property)(const char* path, size_t path_size, char** value, size_t* size);
PROXY_WASM_IMPORT(proxy_define_metric)(uint32_t type, const char* name, size_t size, uint32_t* id);
PROXY_WASM_IMPORT(proxy_increment_metric)(uint32_t id, int64_t offset);
PROXY_WASM_IMPORT(proxy_record_metric)(uint32_t id, uint64_t value);
PROXY_WASM_IMPORT(proxy_get_metric)(uint32_t id, uint64_t* value);

PROXY_WASM_EXPORT(void, proxy_abi_version_0_2_1)() {}

namespace {

enum Kind : uint32_t { counter, gauge, histogram };

std::string prefix;
uint32_t requests, last_status, sizes;

std::string take(char* data, size_t size) {
  std::string copy(size ? data : "", size);
  std::free(data);
  return copy;
}

uint32_t define(Kind kind, const char* name) {
  std::string full = prefix + name;
  uint32_t id = 0;
  return proxy_define_metric(kind, full.data(), full.size(), &id) == 0 ? id : 0;
}

std::string header(uint32_t map, std::string_view name) {
  char* data = nullptr;
  size_t size = 0;
  if (proxy_get_header_map_value(map, name.data(), name.size(), &data, &size) != 0) return "-";
  return take(data, size);
}

// Numbers are eight bytes.
int64_t number(std::string_view path) {
  char* data = nullptr;
  size_t size = 0;
  int64_t value = -1;
  if (proxy_get_property(path.data(), path.size(), &data, &size) != 0) return value;
  std::string bytes = take(data, size);
  if (bytes.size() == 8) std::memcpy(&value, bytes.data(), 8);
  return value;
}

}  // namespace

PROXY_WASM_EXPORT(uint32_t, proxy_on_configure)(uint32_t, uint32_t size) {
  char* data = nullptr;
  size_t length = 0;
  if (proxy_get_buffer_bytes(7, 0, size, &data, &length) == 0) prefix = take(data, length);
  requests = define(counter, "_requests");
  last_status = define(gauge, "_last_status");
  sizes = define(histogram, "_response_bytes");
  return requests && last_status && sizes ? 1 : 0;
}

PROXY_WASM_EXPORT(void, proxy_on_log)(uint32_t) {
  using namespace std::string_view_literals;
  proxy_increment_metric(requests, 1);
  int64_t code = number("response\0code"sv);
  proxy_record_metric(last_status, static_cast<uint64_t>(code));
  int64_t size = number("response\0size"sv);
  proxy_record_metric(sizes, static_cast<uint64_t>(size));
  uint64_t count = 0, none = 0, now = 0;
  uint32_t level = 9;
  proxy_get_metric(requests, &count);
  uint32_t refused = proxy_get_metric(sizes, &none);
  uint32_t unknown = proxy_increment_metric(requests + 4000, 1);
  uint32_t late = proxy_add_header_map_value(2, "x-late", 6, "1", 1);
  proxy_get_current_time_nanoseconds(&now);
  proxy_get_log_level(&level);
  std::string line = header(0, ":method") + " " + header(0, ":path") + " " + header(2, ":status") + " " +
                     std::to_string(code) + " " + std::to_string(size) + " type " + header(2, "content-type") +
                     " trailer " + header(3, "x-t") + " number " + std::to_string(count) + " refused " +
                     std::to_string(refused) + std::to_string(unknown) + std::to_string(late) +
                     (now > 1600000000000000000ull && level <= 5 ? " in time" : " out of time");
  proxy_log(2, line.data(), line.size());
}
