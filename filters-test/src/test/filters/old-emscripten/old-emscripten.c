// A module as Emscripten made them in 2019: ABI 0.1.0, WASI under the name wasi_unstable, a `_start` that runs `main`
// with its arguments, a note to the host whenever memory has grown, and the exports of that time. No library is linked.
//
// Responses wait for the next tick of the root context. It tells what start-up saw in a response header.

#include <stddef.h>
#include <stdint.h>

#define IMPORT(module, name) __attribute__((import_module(module), import_name(#name)))
#define EXPORT(name) __attribute__((export_name(#name)))

typedef struct {
  const char* data;
  size_t size;
} Part;

IMPORT("wasi_unstable", args_sizes_get) uint32_t args_sizes_get(size_t* count, size_t* size);
IMPORT("wasi_unstable", args_get) uint32_t args_get(char** args, char* text);
IMPORT("wasi_unstable", environ_sizes_get) uint32_t environ_sizes_get(size_t* count, size_t* size);
IMPORT("wasi_unstable", environ_get) uint32_t environ_get(char** entries, char* text);
IMPORT("wasi_unstable", fd_write) uint32_t fd_write(uint32_t fd, const Part* parts, size_t count, size_t* written);
IMPORT("wasi_unstable", fd_seek) uint32_t fd_seek(uint32_t fd, int64_t offset, uint32_t whence, uint64_t* position);
IMPORT("wasi_unstable", fd_close) uint32_t fd_close(uint32_t fd);
IMPORT("wasi_unstable", clock_time_get) uint32_t clock_time_get(uint32_t id, uint64_t precision, uint64_t* time);
IMPORT("wasi_unstable", proc_exit) void proc_exit(uint32_t code);
IMPORT("env", emscripten_notify_memory_growth) void emscripten_notify_memory_growth(uint32_t memory);
IMPORT("env", proxy_log) uint32_t proxy_log(uint32_t level, const char* text, size_t size);
IMPORT("env", proxy_get_configuration) uint32_t proxy_get_configuration(char** data, size_t* size);
IMPORT("env", proxy_set_tick_period_milliseconds) uint32_t proxy_set_tick_period_milliseconds(uint32_t period);
IMPORT("env", proxy_add_header_map_value)
uint32_t proxy_add_header_map_value(uint32_t map, const char* name, size_t name_size, const char* value, size_t size);
IMPORT("env", proxy_set_effective_context) uint32_t proxy_set_effective_context(uint32_t context);
IMPORT("env", proxy_continue_response) uint32_t proxy_continue_response(void);

extern char __heap_base;
static char* heap = &__heap_base;
static char seen[200];
static uint32_t waiting[16];
static uint32_t waiting_count;

EXPORT(proxy_abi_version_0_1_0) void abi_version(void) {}
EXPORT(__errno_location) int* errno_location(void) { return (int*)&waiting_count; }
EXPORT(stackSave) uint32_t stack_save(void) { return 0; }
EXPORT(stackRestore) void stack_restore(uint32_t at) { (void)at; }
EXPORT(free) void release(void* block) { (void)block; }

// Never gives anything back, and grows the memory a page at a time.
EXPORT(malloc) void* allocate(size_t size) {
  char* block = heap;
  heap += (size + 15) & ~(size_t)15;
  while ((size_t)heap > __builtin_wasm_memory_size(0) << 16) {
    if (__builtin_wasm_memory_grow(0, 1) == (size_t)-1) return NULL;
    emscripten_notify_memory_growth(0);
  }
  return block;
}

static size_t length(const char* text) {
  size_t n = 0;
  while (text[n]) n++;
  return n;
}

static void say(uint32_t fd, const char* text) {
  Part parts[2] = {{text, length(text)}, {"\n", 1}};
  size_t written = 0;
  fd_write(fd, parts, 2, &written);
  if (written != parts[0].size + 1) proxy_log(4, "not written", 11);
}

static char* number(char* at, uint32_t n) {
  if (n >= 10) at = number(at, n / 10);
  *at++ = (char)('0' + n % 10);
  return at;
}

static char* copy(char* at, const char* text) {
  while (*text) *at++ = *text++;
  return at;
}

static int old_main(uint32_t count) {
  size_t entries = 0, size = 0;
  environ_sizes_get(&entries, &size);
  char** list = allocate((entries + 1) * sizeof(char*));
  char* text = allocate(size + 1);
  environ_get(list, text);
  char* at = copy(seen, "args ");
  at = number(at, count);
  for (size_t i = 0; i < entries && at < seen + 100; i++) at = copy(copy(at, " "), list[i]);
  size_t pages = __builtin_wasm_memory_size(0);
  allocate(100000);
  if (__builtin_wasm_memory_size(0) > pages) at = copy(at, " grown");
  *at = 0;
  say(1, "started");
  return 0;
}

EXPORT(_start) void start(void) {
  size_t count = 9, size = 9;
  args_sizes_get(&count, &size);
  char** args = allocate((count + 1) * sizeof(char*));
  args_get(args, allocate(size + 1));
  int code = old_main((uint32_t)count);
  if (code != 0) proc_exit((uint32_t)code);
}

EXPORT(proxy_on_vm_start) uint32_t vm_start(uint32_t root, uint32_t size) {
  uint64_t position = 7, time = 0;
  char* data = NULL;
  size_t length = 0;
  proxy_get_configuration(&data, &length);
  (void)root;
  clock_time_get(0, 1, &time);
  if (length != size || fd_seek(1, 0, 1, &position) != 0 || position != 7 || fd_close(5) != 0 || time == 0) return 0;
  return proxy_set_tick_period_milliseconds(50) == 0;
}

EXPORT(proxy_on_context_create) void context_create(uint32_t context, uint32_t parent) {
  (void)context;
  (void)parent;
}

EXPORT(proxy_on_request_headers) uint32_t request_headers(uint32_t context, uint32_t count) {
  (void)context;
  say(2, count >= 4 ? "a request" : "half a request");
  return 0;
}

EXPORT(proxy_on_response_headers) uint32_t response_headers(uint32_t context, uint32_t count) {
  (void)count;
  if (waiting_count == 16) return 0;
  waiting[waiting_count++] = context;
  return 1;
}

EXPORT(proxy_on_tick) void tick(uint32_t root) {
  (void)root;
  for (uint32_t i = 0; i < waiting_count; i++) {
    if (proxy_set_effective_context(waiting[i]) != 0) continue;
    proxy_add_header_map_value(2, "x-start", 7, seen, length(seen));
    proxy_continue_response();
  }
  waiting_count = 0;
}

EXPORT(proxy_on_done) uint32_t done(uint32_t context) {
  (void)context;
  return 1;
}

EXPORT(proxy_on_delete) void delete(uint32_t context) { (void)context; }
