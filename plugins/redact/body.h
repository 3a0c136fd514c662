// Redacts one body while it passes through.

#pragma once

#include <string>

#include "card_numbers.h"
#include "proxy_wasm.h"

// Nothing may stay behind when a message ends, and a body that is followed by trailers ends without notice: its
// last piece looks like any other, and the trailers callback can change only what the host still holds. So when a
// piece ends in what may be the beginning of a number, the host holds it, all of it, until the next piece decides.
//
// Text that is nothing but numbers could be held for ever like that. From `max_held` bytes on the body goes on,
// and the undecided end (at most 37 bytes) waits here for the next piece. Should trailers come at that very place,
// the bytes cannot be given back, and the stream is closed rather than sent with a hole.
class Body {
 public:
  Body(proxy_wasm::Buffer buffer, proxy_wasm::Stream stream, char mask)
      : buffer_(buffer), stream_(stream), numbers_(mask) {}

  // `size` bytes are in the host's buffer: those it held, then the new piece.
  proxy_wasm::DataStatus on_data(size_t size, bool end);
  proxy_wasm::TrailersStatus on_trailers();

  size_t found() const { return numbers_.found(); }

 private:
  static constexpr size_t max_held = 64 * 1024;

  bool process(size_t size, bool end);
  void close(std::string_view reason);

  proxy_wasm::Buffer buffer_;
  proxy_wasm::Stream stream_;
  CardNumbers numbers_;
  size_t held_ = 0;      // bytes in the host's buffer
  size_t decided_ = 0;   // of these, from the start
  std::string carried_;  // the undecided end that waits here
};
