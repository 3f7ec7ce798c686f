#include "clients/terminal/console.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "clients/terminal/table.h"

namespace clarity::client {
namespace {

constexpr char kReset[] = "\x1b[0m";

const char* EscapeOf(Tone tone) {
  switch (tone) {
    case Tone::kPlain:
      return "";
    case Tone::kStrong:
      return "\x1b[1m";
    case Tone::kFaint:
      return "\x1b[2m";
    case Tone::kGood:
      return "\x1b[32m";
    case Tone::kWarning:
      return "\x1b[33m";
    case Tone::kBad:
      return "\x1b[31m";
  }
  return "";
}

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// What orders the text around it from right to left, or ends a line, in UTF-8 (U+061C, U+200E,
// U+200F, U+2028 to U+202E, U+2066 to U+2069).
constexpr absl::string_view kReordering[] = {"\u061c", "\u200e", "\u200f", "\u2028", "\u2029",
                                             "\u202a", "\u202b", "\u202c", "\u202d", "\u202e",
                                             "\u2066", "\u2067", "\u2068", "\u2069"};

// The bytes of the control character that a text begins with, C0 or C1 or one of the above; 0:
// none.
size_t ControlAtStart(absl::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x20 || first == 0x7F) return 1;
  const auto second = text.size() > 1 ? static_cast<unsigned char>(text[1]) : 0;
  if (first == 0xC2 && second >= 0x80 && second < 0xA0) return 2;
  for (const absl::string_view mark : kReordering) {
    if (absl::StartsWith(text, mark)) return mark.size();
  }
  return 0;
}

int ColumnsOfOutput() {
  winsize size = {};
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

}  // namespace

std::string Console::Styled(Tone tone, absl::string_view text) const {
  if (!colour || tone == Tone::kPlain) return std::string(text);
  return absl::StrCat(EscapeOf(tone), text, kReset);
}

std::string Console::Wrapped(absl::string_view text) const {
  const size_t width = columns ? static_cast<size_t>(std::max(columns(), 0)) : 0;
  if (width == 0) return std::string(text);
  std::string wrapped;
  size_t used = 0;
  for (const absl::string_view word : absl::StrSplit(text, ' ')) {
    const size_t needed = DisplayWidth(word);
    if (!wrapped.empty()) {
      const bool fits = used + 1 + needed <= width;
      wrapped += fits ? ' ' : '\n';
      used = fits ? used + 1 : 0;
    }
    absl::StrAppend(&wrapped, word);
    used += needed;
  }
  return wrapped;
}

Console SystemConsole() {
  Console console;
  console.in = &std::cin;
  console.out = &std::cout;
  console.err = &std::cerr;
  console.can_ask = isatty(STDIN_FILENO) != 0 && isatty(STDOUT_FILENO) != 0;
  const std::string terminal = Variable("TERM");
  console.colour = isatty(STDOUT_FILENO) != 0 && Variable("NO_COLOR").empty() &&
                   !terminal.empty() && terminal != "dumb";
  console.columns = ColumnsOfOutput;
  console.variable = Variable;
  console.environment = SystemEnvironment();
  return console;
}

std::string Printable(absl::string_view text) {
  std::string result;
  while (!text.empty()) {
    const size_t hidden = ControlAtStart(text);
    result.push_back(hidden > 0 ? ' ' : text.front());
    text.remove_prefix(std::max<size_t>(hidden, 1));
  }
  return result;
}

bool AskYesNo(const Console& console, absl::string_view question) {
  for (;;) {
    *console.out << question << " [y/n] " << std::flush;
    std::string answer;
    if (!std::getline(*console.in, answer)) return false;
    absl::StripAsciiWhitespace(&answer);
    absl::AsciiStrToLower(&answer);
    if (answer == "y" || answer == "yes") return true;
    if (answer == "n" || answer == "no") return false;
  }
}

}  // namespace clarity::client
