#include "clients/terminal/console.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>

#include "absl/strings/ascii.h"
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
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    result.push_back(byte < 0x20 || byte == 0x7F ? ' ' : c);
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
