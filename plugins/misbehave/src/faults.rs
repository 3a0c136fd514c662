//! The faults. Each is a function of its own, and some are a few calls deep, so that a host which reads the
//! name section has something to show.

use std::hint::black_box;
use std::num::NonZeroU32;

use log::info;

#[inline(never)]
pub fn misbehave_trap() {
    outer_step(core::arch::wasm32::unreachable);
}

#[inline(never)]
pub fn misbehave_panic() {
    outer_step(|| panic!("asked to panic"));
}

/// Spins, a few calls deep, until the host stops it.
#[inline(never)]
pub fn misbehave_loop() {
    outer_step(|| loop {
        black_box(0);
    });
}

#[inline(never)]
fn outer_step(fault: fn() -> !) {
    inner_step(black_box(fault));
    black_box(()); // not a tail call: this frame stays on the stack
}

#[inline(never)]
fn inner_step(fault: fn() -> !) {
    black_box(fault)()
}

/// Divides by zero as C does: the machine traps, not Rust's own check.
#[inline(never)]
pub fn misbehave_divide() {
    // SAFETY: none, that is the point. `black_box` keeps the compiler from knowing.
    let zero = unsafe { NonZeroU32::new_unchecked(black_box(0)) };
    black_box(black_box(1) / zero);
}

/// Calls itself until the stack ends. `depth` lives on the module's own stack in linear memory too.
#[inline(never)]
pub fn misbehave_recurse() {
    black_box(recurse(0));
}

#[inline(never)]
fn recurse(depth: u64) -> u64 {
    let deeper = black_box(depth) + 1;
    black_box(recurse(deeper)) + deeper
}

/// Takes memory, a MiB at a time, until there is no more; Rust then aborts.
#[inline(never)]
pub fn misbehave_memory() {
    loop {
        std::mem::forget(black_box(vec![0u8; 1 << 20]));
    }
}

/// Reads outside its own memory.
#[inline(never)]
pub fn misbehave_bad_pointer() {
    // SAFETY: none, that is the point.
    black_box(unsafe { std::ptr::read_volatile(black_box(NOWHERE)) });
}

/// Hands the host an address outside memory. A good host answers 6 (invalid memory access), and all goes on.
#[inline(never)]
pub fn misbehave_bad_argument() {
    // SAFETY: the host checks the address before it reads.
    let status = unsafe { proxy_log(2, NOWHERE.cast(), 100) };
    info!("proxy_log of an address outside memory returned {status}");
}

const NOWHERE: *const u32 = 0xffff_fff0 as *const u32;

#[link(wasm_import_module = "env")]
extern "C" {
    fn proxy_log(level: u32, message: *const u8, size: usize) -> u32;
}

pub fn log_lines(count: usize) {
    for i in 1..=count {
        info!("line {i} of {count}");
    }
}
