;; Makes one kind of host call a thousand times in one callback. The plugin's configuration is one letter:
;;   n none            g get header value   r replace header value   p get header map pairs   b get buffer bytes
;;   l log             o get property       s get shared data        m increment metric       t current time
;;   e set effective context
;; All in the request headers callback, but for b, which needs a body.
(module
  (import "env" "proxy_get_header_map_value"
    (func $get_header (param i32 i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_replace_header_map_value"
    (func $replace_header (param i32 i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_get_header_map_pairs"
    (func $get_pairs (param i32 i32 i32) (result i32)))
  (import "env" "proxy_get_buffer_bytes"
    (func $get_buffer (param i32 i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_log"
    (func $log (param i32 i32 i32) (result i32)))
  (import "env" "proxy_get_property"
    (func $get_property (param i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_get_shared_data"
    (func $get_shared (param i32 i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_set_shared_data"
    (func $set_shared (param i32 i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_define_metric"
    (func $define_metric (param i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_increment_metric"
    (func $increment_metric (param i32 i64) (result i32)))
  (import "env" "proxy_get_current_time_nanoseconds"
    (func $current_time (param i32) (result i32)))
  (import "env" "proxy_set_effective_context"
    (func $set_effective_context (param i32) (result i32)))

  (memory (export "memory") 1)
  (data (i32.const 32) "user-agent")
  (data (i32.const 48) "x-client")
  (data (i32.const 64) "a value of sixteen bytes and more")
  (data (i32.const 112) "request\00path")
  (data (i32.const 128) "key")
  (data (i32.const 144) "host_calls")

  (global $free (mut i32) (i32.const 1024))
  (global $letter (mut i32) (i32.const 0))
  (global $metric (mut i32) (i32.const 0))

  (func (export "proxy_abi_version_0_2_1"))

  (func (export "proxy_on_memory_allocate") (param $size i32) (result i32)
    (local $block i32)
    (local.set $block (global.get $free))
    (global.set $free
      (i32.and (i32.add (i32.add (local.get $block) (local.get $size)) (i32.const 7)) (i32.const -8)))
    (local.get $block))

  ;; Any status but OK is a trap: nothing else may be measured.
  (func $ok (param $status i32)
    (if (local.get $status) (then unreachable)))

  (func (export "proxy_on_configure") (param $root i32) (param $size i32) (result i32)
    (call $ok (call $get_buffer (i32.const 7) (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 4)))
    (global.set $letter (i32.load8_u (i32.load (i32.const 0))))
    (call $ok (call $set_shared (i32.const 128) (i32.const 3) (i32.const 64) (i32.const 16) (i32.const 0)))
    (call $ok (call $define_metric (i32.const 0) (i32.const 144) (i32.const 10) (i32.const 8)))
    (global.set $metric (i32.load (i32.const 8)))
    (i32.const 1))

  (func $once (param $context i32)
    (local $letter i32)
    (local.set $letter (global.get $letter))
    (global.set $free (i32.const 1024))
    (if (i32.eq (local.get $letter) (i32.const 110)) (then return)) ;; n
    (if (i32.eq (local.get $letter) (i32.const 103)) ;; g
      (then
        (call $ok (call $get_header (i32.const 0) (i32.const 32) (i32.const 10) (i32.const 0) (i32.const 4)))
        return))
    (if (i32.eq (local.get $letter) (i32.const 114)) ;; r
      (then
        (call $ok (call $replace_header (i32.const 0) (i32.const 48) (i32.const 8) (i32.const 64) (i32.const 16)))
        return))
    (if (i32.eq (local.get $letter) (i32.const 112)) ;; p
      (then (call $ok (call $get_pairs (i32.const 0) (i32.const 0) (i32.const 4))) return))
    (if (i32.eq (local.get $letter) (i32.const 98)) ;; b
      (then
        (call $ok (call $get_buffer (i32.const 0) (i32.const 0) (i32.const 1024) (i32.const 0) (i32.const 4)))
        return))
    (if (i32.eq (local.get $letter) (i32.const 108)) ;; l, at level trace
      (then (call $ok (call $log (i32.const 0) (i32.const 64) (i32.const 33))) return))
    (if (i32.eq (local.get $letter) (i32.const 111)) ;; o
      (then
        (call $ok (call $get_property (i32.const 112) (i32.const 12) (i32.const 0) (i32.const 4)))
        return))
    (if (i32.eq (local.get $letter) (i32.const 115)) ;; s
      (then
        (call $ok (call $get_shared (i32.const 128) (i32.const 3) (i32.const 0) (i32.const 4) (i32.const 8)))
        return))
    (if (i32.eq (local.get $letter) (i32.const 109)) ;; m
      (then (call $ok (call $increment_metric (global.get $metric) (i64.const 1))) return))
    (if (i32.eq (local.get $letter) (i32.const 116)) ;; t
      (then (call $ok (call $current_time (i32.const 0))) return))
    (if (i32.eq (local.get $letter) (i32.const 101)) ;; e
      (then (call $ok (call $set_effective_context (local.get $context))) return))
    unreachable)

  (func $thousand_times (param $context i32)
    (local $left i32)
    (local.set $left (i32.const 1000))
    (loop $again
      (call $once (local.get $context))
      (local.set $left (i32.sub (local.get $left) (i32.const 1)))
      (br_if $again (local.get $left))))

  (func (export "proxy_on_request_headers") (param $context i32) (param $count i32) (param $end i32) (result i32)
    (if (i32.ne (global.get $letter) (i32.const 98))
      (then (call $thousand_times (local.get $context))))
    (i32.const 0))

  (func (export "proxy_on_request_body") (param $context i32) (param $size i32) (param $end i32) (result i32)
    (if (i32.eq (global.get $letter) (i32.const 98))
      (then (call $thousand_times (local.get $context))))
    (i32.const 0)))
