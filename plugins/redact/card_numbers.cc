#include "card_numbers.h"

namespace {

constexpr size_t min_digits = 13;
constexpr size_t max_digits = 19;
constexpr size_t shown_digits = 4;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_separator(char c) { return c == ' ' || c == '-'; }

// Where the digits that begin at `start` end.
size_t group_end(std::string_view text, size_t start) {
  while (start < text.size() && is_digit(text[start])) start++;
  return start;
}

bool has_luhn_digit(std::string_view number) {
  int sum = 0;
  bool twice = false;
  for (size_t i = number.size(); i-- > 0;) {
    if (!is_digit(number[i])) continue;
    int digit = number[i] - '0';
    if (twice) digit = digit < 5 ? 2 * digit : 2 * digit - 9;
    sum += digit;
    twice = !twice;
  }
  return sum % 10 == 0;
}

// What can be said of the groups of digits from one place on.
struct Candidate {
  size_t length = 0;       // of the longest card number that begins there; 0: none
  bool undecided = false;  // it may change with the text to come
};

Candidate candidate_at(std::string_view text, size_t start, bool end) {
  Candidate best;
  size_t digits = 0;
  for (size_t at = start;;) {
    size_t stop = group_end(text, at);
    digits += stop - at;
    if (digits > max_digits) return best;
    if (stop == text.size() && !end) return {0, true};
    if (digits >= min_digits && has_luhn_digit(text.substr(start, stop - start))) best.length = stop - start;
    if (stop == text.size() || !is_separator(text[stop])) return best;
    at = stop + 1;
    if (digits == max_digits) return best;
    if (at == text.size() && !end) return {0, true};
    if (at == text.size() || !is_digit(text[at])) return best;
  }
}

}  // namespace

size_t CardNumbers::mask(std::string& text, bool end) {
  auto byte_at = [&](size_t i, size_t back) { return i >= back ? text[i - back] : before_[1 - (back - i - 1)]; };

  size_t at = in_other_group_ ? group_end(text, 0) : 0;
  bool in_other_group = in_other_group_ && at == text.size();
  size_t decided = text.size();
  while (at < text.size()) {
    if (!is_digit(text[at])) {
      at++;
      continue;
    }
    size_t stop = group_end(text, at);
    bool starts_number = stop - at <= max_digits && text[at] >= '2' && text[at] <= '6' &&
                         !(byte_at(at, 1) == '.' && is_digit(byte_at(at, 2)));
    in_other_group = !starts_number && stop == text.size();
    Candidate candidate = starts_number ? candidate_at(text, at, end) : Candidate{};
    if (candidate.undecided) {
      decided = at;
      break;
    }
    if (candidate.length > 0) {
      stop = at + candidate.length;
      size_t kept = 0;
      for (size_t i = stop; i-- > at;) {
        if (is_digit(text[i]) && kept++ >= shown_digits) text[i] = mask_;
      }
      found_++;
    }
    at = stop;
  }
  in_other_group_ = in_other_group;
  remember(std::string_view(text).substr(0, decided));
  return decided;
}

void CardNumbers::remember(std::string_view decided) {
  if (decided.empty()) return;
  before_[0] = decided.size() > 1 ? decided[decided.size() - 2] : before_[1];
  before_[1] = decided.back();
}
