;; A module written by hand that has imported what others define: its memory and its table come from the host, as some
;; tools of 2020 made them. ABI 0.1.0, no start function but a start section, header callbacks of two parameters.
;;
;; It adds the header `x-old: imported` to requests, and its twin to responses, by a call through the imported table.
(module
  (type $add (func (param i32)))
  (import "env" "memory" (memory 1))
  (import "env" "__indirect_function_table" (table 4 funcref))
  (import "env" "pthread_equal" (func $pthread_equal (param i32 i32) (result i32)))
  (import "env" "emscripten_notify_memory_growth" (func $notify (param i32)))
  (import "env" "proxy_add_header_map_value" (func $add_header (param i32 i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_continue_request" (func $continue_request (result i32)))
  (import "wasi_unstable" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (global $ready (mut i32) (i32.const 0))
  (global $free (mut i32) (i32.const 4096))
  (data (i32.const 64) "x-old")
  (data (i32.const 80) "imported")
  (data (i32.const 96) "a line of the log\n")
  ;; Where that line is.
  (data (i32.const 128) "\60\00\00\00\12\00\00\00")
  (elem (i32.const 1) $add_to_request $add_to_response)

  (func $add_to_request (type $add) (param i32)
    (drop (call $add_header (i32.const 0) (i32.const 64) (i32.const 5) (i32.const 80) (i32.const 8))))
  (func $add_to_response (type $add) (param i32)
    (drop (call $add_header (i32.const 2) (i32.const 64) (i32.const 5) (i32.const 80) (i32.const 8))))

  ;; Runs while the module is made: without host calls but the two that are nothing.
  (func $begin
    (call $notify (i32.const 0))
    (global.set $ready (call $pthread_equal (i32.const 7) (i32.const 7))))
  (start $begin)

  (func (export "proxy_abi_version_0_1_0"))
  (func (export "malloc") (param $size i32) (result i32)
    (local $block i32)
    (local.set $block (global.get $free))
    (global.set $free (i32.and (i32.add (i32.add (global.get $free) (local.get $size)) (i32.const 7)) (i32.const -8)))
    (local.get $block))
  (func (export "proxy_on_configure") (param i32 i32) (result i32)
    (global.get $ready))
  (func (export "proxy_on_request_headers") (param $context i32) (param $count i32) (result i32)
    (call_indirect (type $add) (local.get $context) (i32.const 1))
    (i32.const 0))
  (func (export "proxy_on_response_headers") (param $context i32) (param $count i32) (result i32)
    (call_indirect (type $add) (local.get $context) (i32.const 2))
    (i32.const 0))
  (func (export "proxy_on_log") (param i32)
    (drop (call $fd_write (i32.const 1) (i32.const 128) (i32.const 1) (i32.const 136)))))
