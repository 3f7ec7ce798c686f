#include "clients/terminal/table.h"

#include <wchar.h>

#include <algorithm>
#include <cassert>
#include <clocale>
#include <utility>

namespace clarity::client {
namespace {

constexpr size_t kGap = 2;
constexpr size_t kShortestColumn = 8;
constexpr char kDots[] = "…";

// The character tables of C, whatever locale the process runs in; null where the system has none.
locale_t Utf8Locale() {
  static const locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  return locale;
}

struct Character {
  size_t bytes;
  size_t columns;
};

// The first character of a text that is not empty.
Character FirstOf(absl::string_view text) {
  if (Utf8Locale() == nullptr) return {1, 1};
  const locale_t before = uselocale(Utf8Locale());
  mbstate_t state = {};
  wchar_t character;
  const size_t bytes = mbrtowc(&character, text.data(), text.size(), &state);
  // What is not UTF-8: a byte is a character.
  const Character result =
      bytes == 0 || bytes > text.size()
          ? Character{1, 1}
          : Character{bytes, static_cast<size_t>(std::max(wcwidth(character), 0))};
  uselocale(before);
  return result;
}

}  // namespace

size_t DisplayWidth(absl::string_view text) {
  size_t width = 0;
  while (!text.empty()) {
    const Character first = FirstOf(text);
    width += first.columns;
    text.remove_prefix(first.bytes);
  }
  return width;
}

std::string Shortened(absl::string_view text, size_t width) {
  if (DisplayWidth(text) <= width) return std::string(text);
  std::string result;
  size_t left = width == 0 ? 0 : width - 1;  // the last column is for the dots
  for (absl::string_view rest = text; !rest.empty();) {
    const Character first = FirstOf(rest);
    if (first.columns > left) break;
    left -= first.columns;
    result.append(rest.data(), first.bytes);
    rest.remove_prefix(first.bytes);
  }
  return width == 0 ? result : result + kDots;
}

void Table::AddRow(std::vector<Cell> cells) {
  assert(cells.size() == headers_.size());
  rows_.push_back(std::move(cells));
}

// 0: the column is left out.
std::vector<size_t> Table::Widths(size_t columns_of_terminal) const {
  std::vector<size_t> widths(headers_.size(), 0);
  for (const auto& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], DisplayWidth(row[i].text));
    }
  }
  size_t total = 0;
  for (size_t i = 0; i < headers_.size(); ++i) {
    if (widths[i] == 0) continue;
    widths[i] = std::max(widths[i], DisplayWidth(headers_[i]));
    total += widths[i] + kGap;
  }
  while (columns_of_terminal > 0 && total > columns_of_terminal + kGap) {
    size_t widest = widths.size();
    for (size_t i = 0; i < widths.size(); ++i) {
      if (whole_.count(headers_[i]) != 0 || widths[i] <= kShortestColumn) continue;
      if (widest == widths.size() || widths[i] > widths[widest]) widest = i;
    }
    if (widest == widths.size()) break;  // the terminal wraps what is left
    --widths[widest];
    --total;
  }
  return widths;
}

void Table::Print(const Console& console) const {
  const int columns = console.columns ? console.columns() : 0;
  const std::vector<size_t> widths = Widths(static_cast<size_t>(std::max(columns, 0)));
  std::vector<Cell> head;
  for (const std::string& header : headers_) head.emplace_back(header, Tone::kFaint);

  const auto print = [&](const std::vector<Cell>& row) {
    size_t pending = 0;  // blanks, written only when something follows: no line ends in blanks
    for (size_t i = 0; i < row.size(); ++i) {
      if (widths[i] == 0) continue;
      const std::string text = Shortened(row[i].text, widths[i]);
      if (!text.empty()) {
        *console.out << std::string(pending, ' ') << console.Styled(row[i].tone, text);
        pending = 0;
      }
      pending += widths[i] - DisplayWidth(text) + kGap;
    }
    *console.out << '\n';
  };
  print(head);
  for (const auto& row : rows_) print(row);
}

}  // namespace clarity::client
