// A filter of the first ABI version, 0.1.0, whose header callbacks take two parameters: no end of stream.
//
// Each request waits for a call to the cluster that the configuration names and goes on with what it answered; the
// paths below /deny are refused. Response headers are turned around, and wait when the request asked for it.

#include "proxy_wasm_010.h"

using namespace proxy_wasm;

PROXY_WASM_EXPORT(void, proxy_abi_version_0_1_0)() {}

namespace {

std::string cluster;
std::map<uint32_t, uint32_t> asked;      // who waits for which call
std::map<uint32_t, uint32_t> responses;  // whose response waits for which call

uint32_t ask(const std::string& path) {
  std::string headers = encode({{":method", "GET"}, {":path", path}, {":authority", cluster}});
  uint32_t token = 0;
  uint32_t status = proxy_http_call(cluster.data(), cluster.size(), headers.data(), headers.size(), nullptr, 0, nullptr,
                                    0, 500, &token);
  if (status != 0) log("not asked: " + std::to_string(status));
  return token;
}

}  // namespace

PROXY_WASM_EXPORT(uint32_t, proxy_on_vm_start)(uint32_t, uint32_t size) {
  log("vm start " + std::to_string(size) + " \"" + configuration() + "\"");
  return 1;
}

PROXY_WASM_EXPORT(uint32_t, proxy_on_configure)(uint32_t, uint32_t size) {
  cluster = configuration();
  log("configure " + std::to_string(size) + " \"" + cluster + "\"");
  return cluster.empty() ? 0 : 1;
}

PROXY_WASM_EXPORT(void, proxy_on_context_create)(uint32_t, uint32_t) {}

PROXY_WASM_EXPORT(uint32_t, proxy_on_request_headers)(uint32_t context, uint32_t count) {
  size_t bytes = 0;
  proxy_get_header_map_size(0, &bytes);
  size_t sum = 0;
  for (const auto& [name, value] : headers(0)) sum += name.size() + value.size();
  log("request headers " + std::string(count == headers(0).size() && bytes == sum ? "right" : "wrong") + ", missing \"" +
      header(0, "x-not-there") + "\"");
  std::string path = header(0, ":path");
  if (path.rfind("/deny", 0) == 0) {
    std::string extra = encode({{"x-why", path}});
    std::string body = "denied\n";
    proxy_send_local_response(403, "no way", 6, body.data(), body.size(), extra.data(), extra.size(), 0xffffffff);
    return 0;
  }
  uint32_t token = ask("/request" + path);
  if (token == 0) return 0;
  asked[token] = context;
  return 1;
}

PROXY_WASM_EXPORT(uint32_t, proxy_on_response_headers)(uint32_t context, uint32_t) {
  Pairs all = headers(2);
  Pairs turned(all.rbegin(), all.rend());
  std::string bytes = encode(turned);
  proxy_set_header_map_pairs(2, bytes.data(), bytes.size());
  if (header(2, "x-wait").empty()) return 0;
  uint32_t token = ask("/response");
  if (token == 0) return 0;
  responses[token] = context;
  return 1;
}

PROXY_WASM_EXPORT(void, proxy_on_http_call_response)
(uint32_t, uint32_t token, uint32_t headers, uint32_t size, uint32_t) {
  std::string answer = (headers ? header(6, ":status") : "none") + " " + header(6, "x-answer");
  bool response = responses.count(token) != 0;
  std::map<uint32_t, uint32_t>& waiting = response ? responses : asked;
  if (waiting.count(token) == 0) return;
  uint32_t context = waiting[token];
  waiting.erase(token);
  if (proxy_set_effective_context(context) != 0) {
    log("gone");
    return;
  }
  add(response ? 2 : 0, "x-asked", answer + " " + (size ? "body" : "no body"));
  if (response) {
    proxy_continue_response();
  } else {
    proxy_clear_route_cache();
    proxy_continue_request();
  }
}
