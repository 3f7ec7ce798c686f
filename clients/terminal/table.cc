#include "clients/terminal/table.h"

#include <wchar.h>

#include <algorithm>
#include <cassert>
#include <clocale>
#include <utility>

namespace clarity::client {
namespace {

constexpr size_t kGap = 2;

// The character tables of C, whatever locale the process runs in; null where the system has none.
locale_t Utf8Locale() {
  static const locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  return locale;
}

}  // namespace

size_t DisplayWidth(absl::string_view text) {
  if (Utf8Locale() == nullptr) return text.size();
  const locale_t before = uselocale(Utf8Locale());
  size_t width = 0;
  mbstate_t state = {};
  while (!text.empty()) {
    wchar_t character;
    size_t length = mbrtowc(&character, text.data(), text.size(), &state);
    if (length == 0 || length > text.size()) {  // not UTF-8: a byte is a character
      state = {};
      length = 1;
      width += 1;
    } else {
      width += static_cast<size_t>(std::max(wcwidth(character), 0));
    }
    text.remove_prefix(length);
  }
  uselocale(before);
  return width;
}

void Table::AddRow(std::vector<Cell> cells) {
  assert(cells.size() == headers_.size());
  rows_.push_back(std::move(cells));
}

void Table::Print(const Console& console) const {
  std::vector<size_t> widths(headers_.size(), 0);  // 0: the column is left out
  for (const auto& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], DisplayWidth(row[i].text));
    }
  }
  std::vector<Cell> head;
  for (size_t i = 0; i < headers_.size(); ++i) {
    if (widths[i] > 0) widths[i] = std::max(widths[i], DisplayWidth(headers_[i]));
    head.emplace_back(headers_[i], Tone::kFaint);
  }

  const auto print = [&](const std::vector<Cell>& row) {
    size_t pending = 0;  // blanks, written only when something follows: no line ends in blanks
    for (size_t i = 0; i < row.size(); ++i) {
      if (widths[i] == 0) continue;
      if (!row[i].text.empty()) {
        *console.out << std::string(pending, ' ') << console.Styled(row[i].tone, row[i].text);
        pending = 0;
      }
      pending += widths[i] - DisplayWidth(row[i].text) + kGap;
    }
    *console.out << '\n';
  };
  print(head);
  for (const auto& row : rows_) print(row);
}

}  // namespace clarity::client
