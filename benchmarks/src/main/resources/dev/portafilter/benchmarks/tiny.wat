;; The tiny filter: as little guest as a filter can have, so that what is measured is the host.
;; Requests: reads user-agent and sets x-client to its value. Responses: sets server.
(module
  (import "env" "proxy_get_header_map_value"
    (func $get_header (param i32 i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_replace_header_map_value"
    (func $replace_header (param i32 i32 i32 i32 i32) (result i32)))

  (memory (export "memory") 1)
  (data (i32.const 16) "user-agent")
  (data (i32.const 32) "x-client")
  (data (i32.const 48) "server")
  (data (i32.const 64) "tiny")

  ;; Blocks for the host begin at 1024; each callback starts there again.
  (global $free (mut i32) (i32.const 1024))

  (func (export "proxy_abi_version_0_2_1"))

  (func (export "proxy_on_memory_allocate") (param $size i32) (result i32)
    (local $block i32)
    (local.set $block (global.get $free))
    (global.set $free
      (i32.and (i32.add (i32.add (local.get $block) (local.get $size)) (i32.const 7)) (i32.const -8)))
    (local.get $block))

  (func (export "proxy_on_context_create") (param $context i32) (param $parent i32))

  (func (export "proxy_on_request_headers") (param $context i32) (param $count i32) (param $end i32) (result i32)
    (global.set $free (i32.const 1024))
    ;; The value's address goes to 0, its size to 4. Any status but OK is a trap: nothing else may be measured.
    (if (call $get_header (i32.const 0) (i32.const 16) (i32.const 10) (i32.const 0) (i32.const 4))
      (then unreachable))
    (if (call $replace_header
          (i32.const 0) (i32.const 32) (i32.const 8) (i32.load (i32.const 0)) (i32.load (i32.const 4)))
      (then unreachable))
    (i32.const 0))

  (func (export "proxy_on_response_headers") (param $context i32) (param $count i32) (param $end i32) (result i32)
    (global.set $free (i32.const 1024))
    (if (call $replace_header (i32.const 2) (i32.const 48) (i32.const 6) (i32.const 64) (i32.const 4))
      (then unreachable))
    (i32.const 0))

  (func (export "proxy_on_done") (param $context i32) (result i32)
    (i32.const 1))

  (func (export "proxy_on_log") (param $context i32))

  (func (export "proxy_on_delete") (param $context i32)))
