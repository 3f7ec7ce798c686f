#ifndef CLARITY_CLIENTS_TERMINAL_CONSOLE_H_
#define CLARITY_CLIENTS_TERMINAL_CONSOLE_H_

#include <functional>
#include <istream>
#include <ostream>
#include <string>

#include "absl/strings/string_view.h"
#include "clients/core/environment.h"

namespace clarity::client {

// What a piece of text is to its reader.
enum class Tone { kPlain, kStrong, kFaint, kGood, kWarning, kBad };

// What a command-line tool talks to. Injected, so that a test plays the terminal.
struct Console {
  std::istream* in;
  std::ostream* out;
  std::ostream* err;
  bool can_ask = false;  // somebody sits there and can answer a question
  bool colour = false;
  // Columns of the terminal that `out` is now; none or 0: it is no terminal.
  std::function<int()> columns;
  // An environment variable; empty where it is not set.
  std::function<std::string(const char* name)> variable;
  Environment environment;

  // The text in lines that fit the terminal, where there is one, broken between words.
  std::string Wrapped(absl::string_view text) const;

  // The text in the colour of its tone, where there are colours.
  std::string Styled(Tone tone, absl::string_view text) const;
};

// The process's own. Colours only on a terminal that has them, and never with NO_COLOR.
Console SystemConsole();

// What may be shown on a terminal: control characters, which could move the cursor, rewrite what
// stands there or turn its order round, are replaced. For all text that comes from elsewhere.
std::string Printable(absl::string_view text);

// Asks until the answer is yes or no; the end of the input is no.
bool AskYesNo(const Console& console, absl::string_view question);

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_TERMINAL_CONSOLE_H_
