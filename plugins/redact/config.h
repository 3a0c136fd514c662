// The plugin's configuration: a JSON object in which every field may be left out.

#pragma once

#include <string>
#include <string_view>

struct Config {
  bool request = false;  // redact request bodies
  bool response = true;  // redact response bodies
  char mask = '*';

  // Takes over the fields of `json`; returns what is wrong with it, or nothing.
  std::string read(std::string_view json);
};
