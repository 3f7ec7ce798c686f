#ifndef CLARITY_CLIENTS_TERMINAL_TABLE_H_
#define CLARITY_CLIENTS_TERMINAL_TABLE_H_

#include <cstddef>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "clients/terminal/console.h"

namespace clarity::client {

// One field of a table. Its text is made printable.
struct Cell {
  Cell(absl::string_view cell_text, Tone cell_tone = Tone::kPlain)  // NOLINT: reads as its text
      : text(Printable(cell_text)), tone(cell_tone) {}
  Cell(const char* cell_text) : Cell(absl::string_view(cell_text)) {}         // NOLINT
  Cell(const std::string& cell_text) : Cell(absl::string_view(cell_text)) {}  // NOLINT

  std::string text;
  Tone tone;
};

// Columns as wide as their widest cell. A column that is empty in every row is left out. On a
// terminal too narrow for it, the widest columns are shortened.
class Table {
 public:
  explicit Table(std::vector<std::string> headers) : headers_(std::move(headers)) {}

  // Columns never to be shortened: a name or a time is of use only whole.
  void KeepWhole(const std::set<std::string>& headers) { whole_ = headers; }

  // As many cells as headers.
  void AddRow(std::vector<Cell> cells);
  bool empty() const { return rows_.empty(); }

  void Print(const Console& console) const;

 private:
  std::vector<size_t> Widths(size_t columns_of_terminal) const;

  const std::vector<std::string> headers_;
  std::set<std::string> whole_;
  std::vector<std::vector<Cell>> rows_;
};

// How many columns of a terminal a UTF-8 text takes: two for a wide character, none for a
// combining one.
size_t DisplayWidth(absl::string_view text);

// The text in at most so many columns; where it has more, the last one shown is "…".
std::string Shortened(absl::string_view text, size_t width);

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_TERMINAL_TABLE_H_
