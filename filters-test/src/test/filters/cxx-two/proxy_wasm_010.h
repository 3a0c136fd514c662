// The part of the proxy-wasm ABI 0.1.0 that the filters here need, without an SDK. cxx-three uses it too.
//
// 0.1.0 has functions that later versions dropped: proxy_get_configuration, proxy_continue_request and _response,
// proxy_clear_route_cache. A header that is not there is read as an empty one.

#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#define PROXY_WASM_IMPORT(name) \
  extern "C" __attribute__((import_module("env"), import_name(#name))) uint32_t name
#define PROXY_WASM_EXPORT(type, name) extern "C" __attribute__((export_name(#name))) type name

PROXY_WASM_IMPORT(proxy_log)(uint32_t level, const char* message, size_t size);
PROXY_WASM_IMPORT(proxy_get_configuration)(char** value, size_t* size);
PROXY_WASM_IMPORT(proxy_get_header_map_value)
(uint32_t map, const char* name, size_t name_size, char** value, size_t* value_size);
PROXY_WASM_IMPORT(proxy_add_header_map_value)
(uint32_t map, const char* name, size_t name_size, const char* value, size_t value_size);
PROXY_WASM_IMPORT(proxy_replace_header_map_value)
(uint32_t map, const char* name, size_t name_size, const char* value, size_t value_size);
PROXY_WASM_IMPORT(proxy_get_header_map_pairs)(uint32_t map, char** pairs, size_t* size);
PROXY_WASM_IMPORT(proxy_set_header_map_pairs)(uint32_t map, const char* pairs, size_t size);
PROXY_WASM_IMPORT(proxy_get_header_map_size)(uint32_t map, size_t* size);
PROXY_WASM_IMPORT(proxy_get_buffer_bytes)
(uint32_t buffer, uint32_t start, uint32_t length, char** data, size_t* size);
PROXY_WASM_IMPORT(proxy_set_buffer_bytes)
(uint32_t buffer, uint32_t start, uint32_t length, const char* data, size_t size);
PROXY_WASM_IMPORT(proxy_get_buffer_status)(uint32_t buffer, size_t* size, uint32_t* flags);
PROXY_WASM_IMPORT(proxy_get_property)(const char* path, size_t path_size, char** value, size_t* size);
PROXY_WASM_IMPORT(proxy_send_local_response)
(uint32_t code, const char* details, size_t details_size, const char* body, size_t body_size, const char* headers,
 size_t headers_size, uint32_t grpc_status);
PROXY_WASM_IMPORT(proxy_http_call)
(const char* upstream, size_t upstream_size, const char* headers, size_t headers_size, const char* body,
 size_t body_size, const char* trailers, size_t trailers_size, uint32_t timeout_millis, uint32_t* token);
PROXY_WASM_IMPORT(proxy_set_effective_context)(uint32_t context);
PROXY_WASM_IMPORT(proxy_continue_request)();
PROXY_WASM_IMPORT(proxy_continue_response)();
PROXY_WASM_IMPORT(proxy_clear_route_cache)();

namespace proxy_wasm {

using Pairs = std::vector<std::pair<std::string, std::string>>;

inline void log(std::string_view message) { proxy_log(2, message.data(), message.size()); }

// Takes over what the host allocated in our memory.
inline std::string take(char* data, size_t size) {
  std::string copy(size ? data : "", size);
  std::free(data);
  return copy;
}

inline std::string configuration() {
  char* data = nullptr;
  size_t size = 0;
  return proxy_get_configuration(&data, &size) == 0 ? take(data, size) : "";
}

inline std::string header(uint32_t map, std::string_view name) {
  char* data = nullptr;
  size_t size = 0;
  uint32_t status = proxy_get_header_map_value(map, name.data(), name.size(), &data, &size);
  return status == 0 ? take(data, size) : "(status " + std::to_string(status) + ")";
}

inline void add(uint32_t map, std::string_view name, std::string_view value) {
  proxy_add_header_map_value(map, name.data(), name.size(), value.data(), value.size());
}

inline void put(std::string& bytes, uint32_t word) {
  for (int i = 0; i < 4; i++) bytes += static_cast<char>(word >> (8 * i));
}

inline std::string encode(const Pairs& pairs) {
  std::string bytes;
  put(bytes, pairs.size());
  for (const auto& [name, value] : pairs) {
    put(bytes, name.size());
    put(bytes, value.size());
  }
  for (const auto& [name, value] : pairs) bytes.append(name).append(1, '\0').append(value).append(1, '\0');
  return bytes;
}

inline Pairs decode(const std::string& bytes) {
  Pairs pairs;
  uint32_t count = 0;
  if (bytes.size() < 4) return pairs;
  std::memcpy(&count, bytes.data(), 4);
  size_t at = 4 + 8 * count;
  for (uint32_t i = 0; i < count; i++) {
    uint32_t sizes[2];
    std::memcpy(sizes, bytes.data() + 4 + 8 * i, 8);
    pairs.emplace_back(bytes.substr(at, sizes[0]), bytes.substr(at + sizes[0] + 1, sizes[1]));
    at += sizes[0] + sizes[1] + 2;
  }
  return pairs;
}

inline Pairs headers(uint32_t map) {
  char* data = nullptr;
  size_t size = 0;
  return proxy_get_header_map_pairs(map, &data, &size) == 0 ? decode(take(data, size)) : Pairs();
}

inline std::string buffer(uint32_t type, uint32_t length) {
  char* data = nullptr;
  size_t size = 0;
  return proxy_get_buffer_bytes(type, 0, length, &data, &size) == 0 ? take(data, size) : "";
}

}  // namespace proxy_wasm
