#include "config.h"

namespace {

// Reads the little JSON that a configuration needs: an object of booleans and strings.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool take(char c) {
    if (peek() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool take(bool& value) {
    for (bool is : {true, false}) {
      std::string_view word = is ? "true" : "false";
      if (peek() == word[0] && rest_.starts_with(word)) {
        rest_.remove_prefix(word.size());
        value = is;
        return true;
      }
    }
    return false;
  }

  // A string without escapes: no field and no mask needs one.
  bool take(std::string_view& value) {
    if (peek() != '"') return false;
    size_t end = rest_.find_first_of("\"\\", 1);
    if (end == rest_.npos || rest_[end] == '\\') return false;
    value = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    return true;
  }

  // The next character that is not white space; 0 at the end.
  char peek() {
    size_t start = rest_.find_first_not_of(" \t\r\n");
    rest_.remove_prefix(start == rest_.npos ? rest_.size() : start);
    return rest_.empty() ? '\0' : rest_.front();
  }

 private:
  std::string_view rest_;
};

}  // namespace

std::string Config::read(std::string_view json) {
  Reader reader(json);
  if (reader.peek() == '\0') return "";
  if (!reader.take('{')) return "not a JSON object";
  if (!reader.take('}')) {
    do {
      std::string_view name, text;
      if (!reader.take(name) || !reader.take(':')) return "a field name or ':' is missing";
      if (name == "request" || name == "response") {
        if (!reader.take(name == "request" ? request : response)) return std::string(name) + " is not true or false";
      } else if (name == "mask") {
        if (!reader.take(text) || text.size() != 1 || text[0] < ' ' || text[0] > '~') {
          return "mask is not a string of one printable character";
        }
        mask = text[0];
      } else {
        return "unknown field \"" + std::string(name) + "\" (expected: request, response, mask)";
      }
    } while (reader.take(','));
    if (!reader.take('}')) return "',' or '}' is missing";
  }
  return reader.peek() == '\0' ? "" : "text after the JSON object";
}
