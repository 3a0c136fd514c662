// A filter that says ABI 0.1.0 but whose header callbacks take three parameters, as some tools of that time made them.
// Envoy 1.40.0 refuses to load it.
//
// It upper-cases bodies chunk by chunk, counts what it saw, and tells the counts in the response.

#include "../cxx-two/proxy_wasm_010.h"

using namespace proxy_wasm;

PROXY_WASM_EXPORT(void, proxy_abi_version_0_1_0)() {}

namespace {

struct Stream {
  std::string request;  // what was seen, as "h0 b5 b0e"
  std::string response;
};
std::map<uint32_t, Stream> streams;

std::string property(std::string_view first, std::string_view second) {
  // The C++ SDK ends each part of a path with a NUL, the last one included.
  std::string path = std::string(first) + '\0' + std::string(second) + '\0';
  char* data = nullptr;
  size_t size = 0;
  return proxy_get_property(path.data(), path.size(), &data, &size) == 0 ? take(data, size) : "(none)";
}

void upper(uint32_t buffer_type, uint32_t size) {
  size_t known = 0;
  uint32_t flags = 1;
  proxy_get_buffer_status(buffer_type, &known, &flags);
  std::string text = buffer(buffer_type, size);
  if (known != size || text.size() != size || flags != 0) log("wrong size");
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  }
  if (size) proxy_set_buffer_bytes(buffer_type, 0, size, text.data(), text.size());
}

std::string seen(const char* what, uint32_t size, uint32_t end) {
  return (what + std::to_string(size)) + (end ? "e " : " ");
}

}  // namespace

PROXY_WASM_EXPORT(uint32_t, proxy_on_configure)(uint32_t, uint32_t) { return 1; }

PROXY_WASM_EXPORT(void, proxy_on_context_create)(uint32_t context, uint32_t parent) {
  if (parent != 0) streams.emplace(context, Stream());
}

PROXY_WASM_EXPORT(uint32_t, proxy_on_request_headers)(uint32_t context, uint32_t, uint32_t end) {
  streams[context].request += seen("h", 0, end);
  return 0;
}

PROXY_WASM_EXPORT(uint32_t, proxy_on_request_body)(uint32_t context, uint32_t size, uint32_t end) {
  streams[context].request += seen("b", size, end);
  upper(0, size);
  return 0;
}

PROXY_WASM_EXPORT(uint32_t, proxy_on_request_trailers)(uint32_t context, uint32_t count) {
  streams[context].request += seen("t", count, 0);
  return 0;
}

PROXY_WASM_EXPORT(uint32_t, proxy_on_response_headers)(uint32_t context, uint32_t, uint32_t end) {
  streams[context].response += seen("h", 0, end);
  add(2, "x-seen", streams[context].request);
  add(2, "x-method", property("request", "method"));
  return 2;  // "continue and end the stream", which hosts treat as 0
}

PROXY_WASM_EXPORT(uint32_t, proxy_on_response_body)(uint32_t context, uint32_t size, uint32_t end) {
  streams[context].response += seen("b", size, end);
  upper(1, size);
  return 0;
}

PROXY_WASM_EXPORT(void, proxy_on_log)(uint32_t context) { log("response " + streams[context].response); }

PROXY_WASM_EXPORT(uint32_t, proxy_on_done)(uint32_t) { return 1; }

PROXY_WASM_EXPORT(void, proxy_on_delete)(uint32_t context) { streams.erase(context); }
