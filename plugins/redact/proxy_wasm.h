// The part of the proxy-wasm ABI 0.2.1 that a small HTTP filter needs, without an SDK.
//
// A host function has the ABI's name and is imported from `env`. A callback is exported by defining it with
// PROXY_WASM_CALLBACK; the host does not call what is not there.

#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#define PROXY_WASM_IMPORT(name) \
  extern "C" __attribute__((import_module("env"), import_name(#name))) uint32_t name
#define PROXY_WASM_CALLBACK(type, name) extern "C" __attribute__((export_name(#name))) type name

PROXY_WASM_IMPORT(proxy_log)(uint32_t level, const char* message, size_t size);
PROXY_WASM_IMPORT(proxy_get_header_map_value)
(uint32_t map, const char* name, size_t name_size, char** value, size_t* value_size);
PROXY_WASM_IMPORT(proxy_remove_header_map_value)(uint32_t map, const char* name, size_t name_size);
PROXY_WASM_IMPORT(proxy_get_buffer_bytes)
(uint32_t buffer, uint32_t start, uint32_t length, char** data, size_t* size);
PROXY_WASM_IMPORT(proxy_set_buffer_bytes)
(uint32_t buffer, uint32_t start, uint32_t length, const char* data, size_t size);
PROXY_WASM_IMPORT(proxy_close_stream)(uint32_t stream);
PROXY_WASM_IMPORT(proxy_define_metric)(uint32_t type, const char* name, size_t size, uint32_t* id);
PROXY_WASM_IMPORT(proxy_increment_metric)(uint32_t id, int64_t offset);

namespace proxy_wasm {

enum class Log : uint32_t { trace, debug, info, warn, error, critical };
enum class Map : uint32_t { request_headers, request_trailers, response_headers, response_trailers };
enum class Buffer : uint32_t { request_body, response_body, plugin_configuration = 7 };
enum class Stream : uint32_t { request, response };

// What a callback answers. The values differ by callback, so each kind has its own type.
enum class HeadersStatus : uint32_t { proceed, stop };
enum class DataStatus : uint32_t { proceed, stop_and_buffer };
enum class TrailersStatus : uint32_t { proceed, stop };

inline void log(Log level, std::string_view message) {
  proxy_log(static_cast<uint32_t>(level), message.data(), message.size());
}

// Takes over what the host allocated in our memory, which is ours to free.
inline std::string take(char* data, size_t size) {
  std::string copy(size ? data : "", size);
  std::free(data);
  return copy;
}

inline std::optional<std::string> header(Map map, std::string_view name) {
  char* value = nullptr;
  size_t size = 0;
  if (proxy_get_header_map_value(static_cast<uint32_t>(map), name.data(), name.size(), &value, &size) != 0) {
    return std::nullopt;
  }
  return take(value, size);
}

inline void remove_header(Map map, std::string_view name) {
  proxy_remove_header_map_value(static_cast<uint32_t>(map), name.data(), name.size());
}

inline std::string buffer_bytes(Buffer buffer, size_t start, size_t length) {
  char* data = nullptr;
  size_t size = 0;
  if (proxy_get_buffer_bytes(static_cast<uint32_t>(buffer), start, length, &data, &size) != 0) return "";
  return take(data, size);
}

// Replaces the first `length` bytes.
inline bool set_buffer_bytes(Buffer buffer, size_t length, std::string_view data) {
  return proxy_set_buffer_bytes(static_cast<uint32_t>(buffer), 0, length, data.data(), data.size()) == 0;
}

inline void close_stream(Stream stream) { proxy_close_stream(static_cast<uint32_t>(stream)); }

class Counter {
 public:
  static std::optional<Counter> define(std::string_view name) {
    Counter counter;
    if (proxy_define_metric(0, name.data(), name.size(), &counter.id_) != 0) return std::nullopt;
    return counter;
  }
  void add(int64_t n) const { proxy_increment_metric(id_, n); }

 private:
  uint32_t id_ = 0;
};

}  // namespace proxy_wasm
