// Finds card numbers in text that comes in pieces.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

// A card number is 13 to 19 digits, the first of them 2 to 6, with at most one space or hyphen between two
// digits, whose last digit is right by the Luhn formula. It takes in whole groups of digits, never a part of
// one, and no digits after a decimal point ("0.4111111111111111" is a number of another kind).
class CardNumbers {
 public:
  explicit CardNumbers(char mask) : mask_(mask) {}

  // Overwrites all but the last four digits of the card numbers in `text`, which goes on where the part
  // decided last time ended. Returns how many bytes of it are decided; the rest, at most 37 bytes, may be the
  // beginning of a number and must be there again, with what follows it, next time. All is decided at the end.
  size_t mask(std::string& text, bool end);

  // How many numbers were masked so far.
  size_t found() const { return found_; }

 private:
  void remember(std::string_view decided);

  char mask_;
  size_t found_ = 0;
  // What came before the text: the last two bytes, and whether it ended in a group that begins no card number.
  char before_[2] = {0, 0};
  bool in_other_group_ = false;
};
