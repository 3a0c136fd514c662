// The calls, by what they are about. Part of everywhere.cc.

using Pairs = std::initializer_list<std::pair<std::string, std::string>>;

std::string encode(Pairs pairs) {
  std::string out;
  auto put = [&](uint32_t n) {
    for (int i = 0; i < 4; i++) out += static_cast<char>(n >> (8 * i));
  };
  put(pairs.size());
  for (auto& [name, value] : pairs) {
    put(name.size());
    put(value.size());
  }
  for (auto& [name, value] : pairs) out += name + '\0' + value + '\0';
  return out;
}

constexpr uint32_t maps_and_wrong_ones[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0x7fffffff, 0xffffffff};
constexpr uint32_t buffers_and_wrong_ones[] = {0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 0x7fffffff, 0xffffffff};

void maps(std::string_view in) {
  for (uint32_t map : maps_and_wrong_ones) {
    std::string name = " " + number(map);
    if (!compares(in, map)) continue;
    for (const char* key : {":path", "x-absent", ":status"}) {
      std::string_view text(key);
      clear();
      uint32_t status = proxy_get_header_map_value(map, text.data(), text.size(), &out_data, &out_size);
      gave("get_header_map_value" + name + " " + key, status, block());
    }
    clear();
    uint32_t status = proxy_get_header_map_pairs(map, &out_data, &out_size);
    gave("get_header_map_pairs" + name, status, out_size == 0 || out_size == 0xdead ? block() : "some");
    clear();
    status = proxy_get_header_map_size(map, &out_size);
    gave("get_header_map_size" + name, status, out_size == 0xdead ? "unwritten" : "");
  }
}

void change(std::string_view in) {
  for (uint32_t map : maps_and_wrong_ones) {
    std::string name = " " + number(map), key = "x-" + std::string(in) + "-added", value = "1";
    gave("add_header_map_value" + name, proxy_add_header_map_value(map, key.data(), key.size(), value.data(), value.size()));
    key = "X-" + std::string(in) + "-Set";
    gave("replace_header_map_value" + name,
         proxy_replace_header_map_value(map, key.data(), key.size(), value.data(), value.size()));
    gave("replace_header_map_value" + name + " empty",
         proxy_replace_header_map_value(map, key.data(), key.size(), nullptr, 0));
    gave("remove_header_map_value" + name, proxy_remove_header_map_value(map, "x-absent", 8));
    gave("remove_header_map_value" + name + " empty", proxy_remove_header_map_value(map, nullptr, 0));
    if (map != 0 && map != 2) {
      std::string pairs = encode({{"x-pairs", "1"}});
      gave("set_header_map_pairs" + name, proxy_set_header_map_pairs(map, pairs.data(), pairs.size()));
      gave("set_header_map_pairs" + name + " garbage", proxy_set_header_map_pairs(map, "garbage", 7));
    }
  }
}

void buffers(std::string_view) {
  for (uint32_t buffer : buffers_and_wrong_ones) {
    std::string name = " " + number(buffer);
    for (auto [start, length] : {std::pair<uint32_t, uint32_t>{0, 0}, {0, 4}, {2, 0xffffffff}, {1000, 1}, {0xffffffff, 0xffffffff}}) {
      clear();
      uint32_t status = proxy_get_buffer_bytes(buffer, start, length, &out_data, &out_size);
      gave("get_buffer_bytes" + name + " " + number(start) + "," + number(length), status, block());
    }
    clear();
    uint32_t status = proxy_get_buffer_status(buffer, &out_size, &out_word);
    gave("get_buffer_status" + name, status, (out_size == 0xdead ? "unwritten" : number(out_size)) + " " + word(out_word));
    for (auto [start, length] : {std::pair<uint32_t, uint32_t>{0, 0}, {0, 1}, {1, 1}, {0x7fffffff, 0}, {0xffffffff, 0xffffffff}}) {
      status = proxy_set_buffer_bytes(buffer, start, length, "xy", 2);
      gave("set_buffer_bytes" + name + " " + number(start) + "," + number(length), status);
    }
  }
}

void vm(std::string_view in) {
  for (uint32_t level : {6u, 7u, 0xffffffffu}) gave("log " + number(level), proxy_log(level, "never", 5));
  gave("log empty", proxy_log(2, nullptr, 0));
  clear();
  uint32_t status = proxy_get_current_time_nanoseconds(&out_long);
  gave("get_current_time", status, out_long > 1'000'000'000'000'000'000 ? "now" : "not now");
  clear();
  status = proxy_get_status(&out_word, &out_data, &out_size);
  gave("get_status", status, word(out_word) + " " + block());
  for (uint32_t id : {root_context, dead, 77777u, 0xffffffffu, 0u}) {
    if (id != 0 || dead == 0) gave("set_effective_context " + number(id), proxy_set_effective_context(id));
    proxy_set_effective_context(0);
  }
  gave("done", proxy_done());
  gave("set_tick_period", proxy_set_tick_period_milliseconds(0));
#ifdef ABI_010
  clear();
  status = proxy_get_configuration(&out_data, &out_size);
  gave("get_configuration", status, block());
  gave("clear_route_cache", proxy_clear_route_cache());
#else
  clear();
  status = proxy_get_log_level(&out_word);
  gave("get_log_level", status, word(out_word));
  for (uint32_t stream : {2u, 3u, 4u, 0xffffffffu}) gave("continue_stream " + number(stream), proxy_continue_stream(stream));
  for (uint32_t stream : {2u, 3u, 4u, 0xffffffffu}) gave("close_stream " + number(stream), proxy_close_stream(stream));
#endif
  bool in_root = in == "create-root" || in == "vm_start" || in == "configure" || in == "tick" || in == "queue" || in == "call";
  if (in_root) {
    gave("send_local_response", proxy_send_local_response(403, "d", 1, "body", 4, nullptr, 0, 0xffffffff));
  }
  for (const char* name : {"compress", "nobody-knows", ""}) {
    clear();
    status = proxy_call_foreign_function(name, std::string_view(name).size(), "text", 4, &out_data, &out_size);
    gave(std::string("call_foreign_function ") + name, status, out_size == 0xdead ? "unwritten" : out_size > 0 ? "some" : "0/0");
  }
  for (const char* name : {"uncompress", "clear_route_cache", "declare_property", "set_envoy_filter_state", "sign", "verify_signature"}) {
    clear();
    status = proxy_call_foreign_function(name, std::string_view(name).size(), "\xff\xff", 2, &out_data, &out_size);
    gave(std::string("call_foreign_function ") + name + " garbage", status, out_size == 0xdead ? "unwritten" : block());
    clear();
    status = proxy_call_foreign_function(name, std::string_view(name).size(), nullptr, 0, &out_data, &out_size);
    gave(std::string("call_foreign_function ") + name + " nothing", status, out_size == 0xdead ? "unwritten" : block());
  }
}

void shared(std::string_view in) {
  clear();
  uint32_t status = proxy_get_shared_data("absent", 6, &out_data, &out_size, &out_word);
  gave("get_shared_data absent", status, block() + " " + word(out_word));
  gave("set_shared_data", proxy_set_shared_data("key", 3, "value", 5, 0));
  clear();
  status = proxy_get_shared_data("key", 3, &out_data, &out_size, &out_word);
  gave("get_shared_data", status, block() + (out_word == 0xdead || out_word == 0 ? " no cas" : ""));
  uint32_t cas = out_word;
  gave("set_shared_data cas", proxy_set_shared_data("key", 3, "other", 5, cas));
  gave("set_shared_data old cas", proxy_set_shared_data("key", 3, "never", 5, cas));
  gave("set_shared_data empty", proxy_set_shared_data("key", 3, nullptr, 0, 0));
  clear();
  status = proxy_get_shared_data("key", 3, &out_data, &out_size, &out_word);
  gave("get_shared_data empty", status, block());
  gave("set_shared_data empty key", proxy_set_shared_data(nullptr, 0, "v", 1, 0));
  clear();
  status = proxy_get_shared_data(nullptr, 0, &out_data, &out_size, &out_word);
  gave("get_shared_data empty key", status, block());

  clear();
  gave("register_shared_queue", proxy_register_shared_queue("queue", 5, &out_word));
  uint32_t token = out_word;
  clear();
  gave("resolve_shared_queue", proxy_resolve_shared_queue("", 0, "queue", 5, &out_word), out_word == token ? "the same" : word(out_word));
  clear();
  gave("resolve_shared_queue absent", proxy_resolve_shared_queue("", 0, "absent", 6, &out_word), word(out_word));
  gave("resolve_shared_queue vm", proxy_resolve_shared_queue("nobody", 6, "queue", 5, &out_word), word(out_word));
  gave("enqueue_shared_queue", proxy_enqueue_shared_queue(token, "item", 4));
  gave("enqueue_shared_queue empty", proxy_enqueue_shared_queue(token, nullptr, 0));
  for (int i = 0; i < 3; i++) {
    clear();
    status = proxy_dequeue_shared_queue(token, &out_data, &out_size);
    gave("dequeue_shared_queue", status, block());
  }
  for (uint32_t wrong : {0u, 12345u, 0xffffffffu}) {
    gave("enqueue_shared_queue " + number(wrong), proxy_enqueue_shared_queue(wrong, "item", 4));
    clear();
    status = proxy_dequeue_shared_queue(wrong, &out_data, &out_size);
    gave("dequeue_shared_queue " + number(wrong), status, block());
  }
  for (uint32_t type : {0u, 1u, 2u, 3u, 4u, 0xffffffffu}) {
    std::string name = " " + number(type);
    uint32_t id = 0xdead;
    gave("define_metric" + name, proxy_define_metric(type, "everywhere", 10, &id), id == 0xdead ? "unwritten" : "");
    if (id == 0xdead) id = type;
    for (int64_t offset : {int64_t{1}, int64_t{0}, int64_t{-1}}) {
      gave("increment_metric" + name + " " + std::to_string(offset), proxy_increment_metric(id, offset));
    }
    // Envoy starts a plugin several times, and tells of samples with a delay: those of the start would be counted later.
    bool starts = in == "create-root" || in == "vm_start" || in == "configure";
    if (type != 2 || !starts) gave("record_metric" + name, proxy_record_metric(id, 3));
    clear();
    status = proxy_get_metric(id, &out_long);
    gave("get_metric" + name, status, out_long == 0xdead ? "unwritten" : "");
    uint32_t wrong = 4'000'000 + type % 4;
    gave("increment_metric wrong" + name, proxy_increment_metric(wrong, 1));
    gave("record_metric wrong" + name, proxy_record_metric(wrong, 3));
    gave("get_metric wrong" + name, proxy_get_metric(wrong, &out_long));
  }
}

uint32_t call_out(std::string_view cluster, Pairs head = {{":method", "GET"}, {":path", "/"}, {":authority", "calls.example"}},
                  uint32_t millis = 1000) {
  std::string headers = encode(head), trailers = encode({});
  clear();
  return proxy_http_call(cluster.data(), cluster.size(), headers.data(), headers.size(), nullptr, 0, trailers.data(),
                         trailers.size(), millis, &out_word);
}

void calls() {
  auto call = [](const char* what, uint32_t status) { gave(std::string("http_call ") + what, status, out_word == 0xdead ? "unwritten" : out_word == 0 ? "0" : ""); };
  call("", call_out("calls"));
  call("to nobody", call_out("nobody"));
  call("to the empty name", call_out(""));
  call("without method", call_out("calls", {{":path", "/"}, {":authority", "calls.example"}}));
  call("without path", call_out("calls", {{":method", "GET"}, {":authority", "calls.example"}}));
  call("without authority", call_out("calls", {{":method", "GET"}, {":path", "/"}}));
  call("with host", call_out("calls", {{":method", "GET"}, {":path", "/"}, {"host", "calls.example"}}));
  call("without headers", call_out("calls", {}));
  call("with a long timeout", call_out("calls", {{":method", "GET"}, {":path", "/"}, {":authority", "calls.example"}}, 0x7fffffff));
  call("with a negative timeout", call_out("calls", {{":method", "GET"}, {":path", "/"}, {":authority", "calls.example"}}, 0x80000000));
  call("with no timeout", call_out("calls", {{":method", "GET"}, {":path", "/"}, {":authority", "calls.example"}}, 0));
  std::string none = encode({});
  for (std::string_view name : {"nobody", "nobody-at-all"}) {
    clear();
    gave("grpc_call to " + std::string(name),
         proxy_grpc_call(name.data(), name.size(), "s", 1, "m", 1, none.data(), none.size(), "msg", 3, 100, &out_word), word(out_word));
    clear();
    gave("grpc_stream to " + std::string(name),
         proxy_grpc_stream(name.data(), name.size(), "s", 1, "m", 1, none.data(), none.size(), &out_word), word(out_word));
  }
  for (uint32_t token : {0u, 4000u, 4001u, 4002u, 4003u, 0xfffffffdu, 0xfffffffeu, 0xffffffffu}) {
    gave("grpc_send " + number(token), proxy_grpc_send(token, "msg", 3, 1));
    gave("grpc_cancel " + number(token), proxy_grpc_cancel(token));
    gave("grpc_close " + number(token), proxy_grpc_close(token));
  }
}

void property(std::string path) {
  std::string shown = path;
  for (char& c : path) {
    if (c == '|') c = '\0';
  }
  clear();
  uint32_t status = proxy_get_property(path.data(), path.size(), &out_data, &out_size);
  gave("get_property " + shown, status, block());
}

void properties() {
  for (const char* path : {"plugin_name", "plugin_root_id", "plugin_vm_id", "plugin_name|", "plugin_name||", "|plugin_name", "plugin_name|x", "nothing", "Plugin_name"}) property(path);
  gave("set_property", proxy_set_property("own", 3, "value", 5));
  property("own");
  property("filter_state|wasm.own");
  gave("set_property empty", proxy_set_property("own", 3, nullptr, 0));
  property("own");
  gave("set_property plugin_name", proxy_set_property("plugin_name", 11, "other", 5));
  property("plugin_name");
  gave("set_property without a name", proxy_set_property(nullptr, 0, "value", 5));
}

// Each range and each place for a result, far outside of memory.
void addresses() {
  char* far = reinterpret_cast<char*>(0x7ffffff0);
  auto* far_size = reinterpret_cast<Size*>(far);
  auto* far_word = reinterpret_cast<uint32_t*>(far);
  auto* far_long = reinterpret_cast<uint64_t*>(far);
  auto* far_data = reinterpret_cast<char**>(far);
  std::string none = encode({});
  gave("log", proxy_log(2, far, 5));
  gave("log long", proxy_log(2, "a", 0xffffffff));
  gave("log level first", proxy_log(9, far, 5));
  gave("get_current_time", proxy_get_current_time_nanoseconds(far_long));
  gave("get_status", proxy_get_status(far_word, &out_data, &out_size));
  gave("get_property", proxy_get_property(far, 5, &out_data, &out_size));
  gave("get_property out", proxy_get_property("plugin_name", 11, far_data, &out_size));
  gave("get_property out absent", proxy_get_property("nothing", 7, far_data, far_size));
  gave("set_property", proxy_set_property(far, 5, "v", 1));
  gave("set_property value", proxy_set_property("k", 1, far, 5));
  gave("send_local_response details", proxy_send_local_response(200, far, 5, "", 0, "", 0, 0));
  gave("send_local_response body", proxy_send_local_response(200, "", 0, far, 5, "", 0, 0));
  gave("send_local_response headers", proxy_send_local_response(200, "", 0, "", 0, far, 5, 0));
  for (uint32_t map : {0u, 3u, 6u, 8u}) {
    std::string name = " " + number(map);
    gave("get_header_map_value" + name, proxy_get_header_map_value(map, far, 5, &out_data, &out_size));
    gave("add_header_map_value" + name, proxy_add_header_map_value(map, far, 5, "v", 1));
    gave("add_header_map_value value" + name, proxy_add_header_map_value(map, "k", 1, far, 5));
    gave("replace_header_map_value" + name, proxy_replace_header_map_value(map, far, 5, "v", 1));
    gave("replace_header_map_value value" + name, proxy_replace_header_map_value(map, "k", 1, far, 5));
    gave("remove_header_map_value" + name, proxy_remove_header_map_value(map, far, 5));
    gave("set_header_map_pairs" + name, proxy_set_header_map_pairs(map, far, 5));
    if (map != 0) gave("get_header_map_pairs" + name, proxy_get_header_map_pairs(map, far_data, far_size));
    gave("get_header_map_size" + name, proxy_get_header_map_size(map, far_size));
  }
  for (uint32_t buffer : {0u, 4u, 6u, 7u, 9u}) {
    std::string name = " " + number(buffer);
    gave("get_buffer_bytes" + name, proxy_get_buffer_bytes(buffer, 0, 10, far_data, far_size));
    gave("get_buffer_status" + name, proxy_get_buffer_status(buffer, far_size, far_word));
    gave("set_buffer_bytes" + name, proxy_set_buffer_bytes(buffer, 0, 0, far, 5));
  }
  gave("http_call upstream", proxy_http_call(far, 5, "", 0, "", 0, "", 0, 100, &out_word));
  gave("http_call headers", proxy_http_call("calls", 5, far, 5, "", 0, "", 0, 100, &out_word));
  gave("http_call body", proxy_http_call("calls", 5, "", 0, far, 5, "", 0, 100, &out_word));
  gave("http_call trailers", proxy_http_call("calls", 5, "", 0, "", 0, far, 5, 100, &out_word));
  gave("http_call token", proxy_http_call("nobody", 6, "", 0, "", 0, "", 0, 100, far_word));
  gave("grpc_call upstream", proxy_grpc_call(far, 5, "s", 1, "m", 1, none.data(), 4, "", 0, 100, &out_word));
  gave("grpc_call service", proxy_grpc_call("nobody", 6, far, 5, "m", 1, none.data(), 4, "", 0, 100, &out_word));
  gave("grpc_call method", proxy_grpc_call("nobody", 6, "s", 1, far, 5, none.data(), 4, "", 0, 100, &out_word));
  gave("grpc_call metadata", proxy_grpc_call("nobody", 6, "s", 1, "m", 1, far, 5, "", 0, 100, &out_word));
  gave("grpc_call message", proxy_grpc_call("nobody", 6, "s", 1, "m", 1, none.data(), 4, far, 5, 100, &out_word));
  gave("grpc_call token", proxy_grpc_call("nobody", 6, "s", 1, "m", 1, none.data(), 4, "", 0, 100, far_word));
  gave("grpc_stream token", proxy_grpc_stream("nobody", 6, "s", 1, "m", 1, none.data(), 4, far_word));
  gave("grpc_send", proxy_grpc_send(4002, far, 5, 0));
  gave("grpc_send kind", proxy_grpc_send(4001, far, 5, 0));
  proxy_set_shared_data("key", 3, "value", 5, 0);
  gave("get_shared_data", proxy_get_shared_data(far, 5, &out_data, &out_size, &out_word));
  gave("get_shared_data absent", proxy_get_shared_data("absent", 6, far_data, far_size, far_word));
  gave("get_shared_data out", proxy_get_shared_data("key", 3, far_data, &out_size, &out_word));
  gave("get_shared_data cas", proxy_get_shared_data("key", 3, &out_data, &out_size, far_word));
  gave("set_shared_data", proxy_set_shared_data(far, 5, "v", 1, 0));
  gave("set_shared_data value", proxy_set_shared_data("key", 3, far, 5, 0));
  gave("register_shared_queue", proxy_register_shared_queue(far, 5, &out_word));
  gave("register_shared_queue token", proxy_register_shared_queue("queue", 5, far_word));
  gave("resolve_shared_queue vm", proxy_resolve_shared_queue(far, 5, "queue", 5, &out_word));
  gave("resolve_shared_queue", proxy_resolve_shared_queue("", 0, far, 5, &out_word));
  gave("resolve_shared_queue token", proxy_resolve_shared_queue("", 0, "queue", 5, far_word));
  gave("enqueue_shared_queue", proxy_enqueue_shared_queue(12345, far, 5));
  gave("dequeue_shared_queue", proxy_dequeue_shared_queue(12345, far_data, far_size));
  gave("define_metric", proxy_define_metric(0, far, 5, &out_word));
  gave("define_metric type", proxy_define_metric(9, far, 5, &out_word));
  gave("define_metric id", proxy_define_metric(0, "m", 1, far_word));
  gave("get_metric", proxy_get_metric(4'000'000, far_long));
  gave("get_metric type", proxy_get_metric(4'000'003, far_long));
  gave("call_foreign_function", proxy_call_foreign_function(far, 5, "", 0, &out_data, &out_size));
  gave("call_foreign_function arguments", proxy_call_foreign_function("compress", 8, far, 5, &out_data, &out_size));
  gave("call_foreign_function out", proxy_call_foreign_function("compress", 8, "text", 4, far_data, far_size));
  gave("call_foreign_function unknown", proxy_call_foreign_function("nobody", 6, "text", 4, far_data, far_size));
#ifdef ABI_010
  gave("get_configuration", proxy_get_configuration(far_data, far_size));
#else
  gave("get_log_level", proxy_get_log_level(far_word));
#endif
}
