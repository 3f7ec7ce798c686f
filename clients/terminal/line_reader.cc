#include "clients/terminal/line_reader.h"

#include <histedit.h>

#include <istream>
#include <utility>

namespace clarity::client {
namespace {

class PlainLineReader final : public LineReader {
 public:
  PlainLineReader(const Console& console, LineHelp help)
      : console_(console), help_(std::move(help)) {}

  absl::optional<std::string> Read() override {
    *console_.out << help_.news() << std::flush;
    std::string line;
    if (!std::getline(*console_.in, line)) return absl::nullopt;
    return line;
  }

 private:
  const Console& console_;
  const LineHelp help_;
};

}  // namespace

std::unique_ptr<LineReader> PlainLines(const Console& console, LineHelp help) {
  return std::make_unique<PlainLineReader>(console, std::move(help));
}

absl::StatusOr<std::vector<std::string>> SplitWords(absl::string_view line) {
  const std::unique_ptr<Tokenizer, decltype(&tok_end)> tokenizer(tok_init(nullptr), tok_end);
  int count = 0;
  const char** words = nullptr;
  switch (tok_str(tokenizer.get(), std::string(line).c_str(), &count, &words)) {
    case 0:
      return std::vector<std::string>(words, words + count);
    case 1:
      return absl::InvalidArgumentError(
          "a ' is left open: close it, or put what contains it in \"...\"");
    case 2:
      return absl::InvalidArgumentError("a \" is left open: close it");
    default:
      return absl::InvalidArgumentError("the line cannot be taken apart into words");
  }
}

}  // namespace clarity::client
