#include "body.h"

using namespace proxy_wasm;

DataStatus Body::on_data(size_t size, bool end) {
  bool good = process(size, end);
  return good && held_ == 0 ? DataStatus::proceed : DataStatus::stop_and_buffer;
}

TrailersStatus Body::on_trailers() {
  if (!carried_.empty()) {
    close("trailers came while the end of the body was undecided");
    return TrailersStatus::stop;
  }
  if (held_ > 0 && !process(held_, true)) return TrailersStatus::stop;
  return TrailersStatus::proceed;
}

// Redacts what is new, and sets how much of the buffer the host is to hold.
bool Body::process(size_t size, bool end) {
  std::string text = carried_ + buffer_bytes(buffer_, decided_, size - decided_);
  size_t found = numbers_.found();
  size_t decided = numbers_.mask(text, end);
  bool changed = numbers_.found() > found || !carried_.empty();

  carried_.clear();
  held_ = decided < text.size() ? decided_ + text.size() : 0;
  if (held_ > max_held) {
    carried_ = text.substr(decided);
    text.resize(decided);
    held_ = 0;
    changed = true;
  }
  if (changed && !set_buffer_bytes(buffer_, size, buffer_bytes(buffer_, 0, decided_) + text)) {
    close("the host did not take the redacted body");
    return false;
  }
  decided_ = held_ > 0 ? decided_ + decided : 0;
  return true;
}

void Body::close(std::string_view reason) {
  log(Log::error, "stream closed: " + std::string(reason));
  close_stream(stream_);
}
