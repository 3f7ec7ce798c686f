#ifndef CLARITY_CLIENTS_TERMINAL_LINE_READER_H_
#define CLARITY_CLIENTS_TERMINAL_LINE_READER_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "clients/terminal/console.h"

namespace clarity::client {

// Where the lines of a session come from.
class LineReader {
 public:
  virtual ~LineReader() = default;

  // The next line; empty where it was given up with Ctrl-C. None at the end of the input.
  virtual absl::optional<std::string> Read() = 0;
};

// What a session shows while a line is being typed.
struct LineHelp {
  // What stands before the line. Asked for again every second, so that it may count down.
  std::function<std::string()> prompt;
  // Lines to be shown above it at once; empty: nothing. Asked for every second, too.
  std::function<std::string()> news;
  // How the last of the words could go on, each candidate whole.
  std::function<std::vector<std::string>(const std::vector<std::string>& words)> complete;
};

// From a terminal: a line can be edited, completed with Tab, and brought back with the arrow keys.
// What was typed is kept in memory only: it names patients.
std::unique_ptr<LineReader> EditedLines(const Console& console, LineHelp help);

// From anything else: the lines as they are. The news is shown before each.
std::unique_ptr<LineReader> PlainLines(const Console& console, LineHelp help);

// The words of a line as a shell reads them: blanks separate, quotes keep together.
// INVALID_ARGUMENT where a quote is left open.
absl::StatusOr<std::vector<std::string>> SplitWords(absl::string_view line);

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_TERMINAL_LINE_READER_H_
