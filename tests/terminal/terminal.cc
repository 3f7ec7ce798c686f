#include "tests/terminal/terminal.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"

namespace clarity::tests {
namespace {

// A machine that compiles at the same time is slow; a program that hangs still ends the test.
constexpr absl::Duration kPatience = absl::Seconds(60);
constexpr int kPollMillis = 100;

winsize ToWinsize(Terminal::Size size) {
  winsize result = {};
  result.ws_row = static_cast<unsigned short>(size.rows);
  result.ws_col = static_cast<unsigned short>(size.columns);
  return result;
}

void AppendUtf8(uint32_t character, std::string* text) {
  if (character < 0x80) {
    text->push_back(static_cast<char>(character));
  } else if (character < 0x800) {
    text->push_back(static_cast<char>(0xC0 | (character >> 6)));
    text->push_back(static_cast<char>(0x80 | (character & 0x3F)));
  } else {
    text->push_back(static_cast<char>(0xE0 | (character >> 12)));
    text->push_back(static_cast<char>(0x80 | ((character >> 6) & 0x3F)));
    text->push_back(static_cast<char>(0x80 | (character & 0x3F)));
  }
}

void AppendCell(const VTermScreenCell& cell, std::string* text) {
  if (cell.chars[0] == static_cast<uint32_t>(-1)) return;  // the right half of a wide character
  AppendUtf8(cell.chars[0] == 0 ? ' ' : cell.chars[0], text);
}

std::vector<char*> Pointers(std::vector<std::string>* texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts->size() + 1);
  for (std::string& text : *texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

Terminal::Terminal(const std::vector<std::string>& command,
                   std::map<std::string, std::string> variables, Size size)
    : size_(size), emulator_(vterm_new(size.rows, size.columns)) {
  vterm_set_utf8(emulator_, 1);
  screen_ = vterm_obtain_screen(emulator_);
  static const VTermScreenCallbacks callbacks = [] {
    VTermScreenCallbacks chosen = {};
    chosen.sb_pushline = &Terminal::PushLine;
    chosen.sb_popline = &Terminal::PopLine;
    return chosen;
  }();
  vterm_screen_set_callbacks(screen_, &callbacks, this);
  vterm_screen_reset(screen_, 1);

  variables.emplace("PATH", std::getenv("PATH"));
  variables.emplace("TERM", "xterm-256color");
  std::vector<std::string> environment;
  environment.reserve(variables.size());
  for (const auto& [name, value] : variables) environment.push_back(absl::StrCat(name, "=", value));
  std::vector<std::string> words = command;
  const std::vector<char*> argv = Pointers(&words);
  // What the sanitizers are told holds for it too.
  if (const char* options = std::getenv("LSAN_OPTIONS"); options != nullptr) {
    environment.push_back(absl::StrCat("LSAN_OPTIONS=", options));
  }
  const std::vector<char*> envp = Pointers(&environment);
  winsize window = ToWinsize(size);
  program_ = forkpty(&terminal_, nullptr, nullptr, &window);
  if (program_ < 0) throw std::runtime_error("there is no pseudo-terminal");
  if (program_ == 0) {
    // Nothing of the test stays open in the program: not the port of a server that is stopped.
    close_range(3, ~0U, 0);
    execve(argv[0], argv.data(), envp.data());
    _exit(127);
  }
}

Terminal::~Terminal() {
  Close();
  if (program_ > 0) waitpid(program_, nullptr, 0);
  vterm_free(emulator_);
}

void Terminal::Type(absl::string_view keys) {
  while (!keys.empty()) {
    const ssize_t typed = write(terminal_, keys.data(), keys.size());
    if (typed <= 0) throw std::runtime_error("the terminal is closed");
    keys.remove_prefix(static_cast<size_t>(typed));
  }
}

void Terminal::See(absl::string_view text) {
  WaitUntil(
      [&] {
        const std::vector<std::string> lines = Lines();
        for (size_t i = line_seen_; i < lines.size(); ++i) {
          const size_t from = i == line_seen_ ? column_seen_ : 0;
          const size_t at = lines[i].find(std::string(text), from);
          if (at == std::string::npos) continue;
          line_seen_ = i;
          column_seen_ = at + text.size();
          return true;
        }
        return false;
      },
      absl::StrCat("the text \"", text, "\""));
}

void Terminal::SeePrompt(absl::string_view line) {
  WaitUntil([&] { return CursorLine() == line; }, absl::StrCat("the prompt \"", line, "\""));
}

void Terminal::Do(absl::string_view line, absl::string_view result) {
  WaitUntil([&] { return absl::EndsWith(CursorLine(), "> "); }, "a prompt");
  Type(absl::StrCat(line, kEnter));
  See(line);
  See(result);
}

void Terminal::Resize(Size size) {
  size_ = size;
  vterm_set_size(emulator_, size.rows, size.columns);
  const winsize window = ToWinsize(size);
  ioctl(terminal_, TIOCSWINSZ, &window);
}

void Terminal::Close() {
  if (terminal_ >= 0) close(terminal_);
  terminal_ = -1;
}

int Terminal::Wait() {
  while (terminal_ >= 0 && ReadSome()) continue;
  int status = 0;
  if (program_ > 0) waitpid(program_, &status, 0);
  program_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::vector<std::string> Terminal::Lines() const {
  std::vector<std::string> lines = scrolled_off_;
  for (int row = 0; row < size_.rows; ++row) lines.push_back(RowText(row));
  return lines;
}

void Terminal::WaitUntil(const std::function<bool()>& holds, const std::string& what) {
  const absl::Time give_up = absl::Now() + kPatience;
  bool open = true;
  while (!holds()) {
    if (!open || absl::Now() > give_up) {
      throw std::runtime_error(
          absl::StrCat("waited for ", what, "; there is\n", absl::StrJoin(Lines(), "\n")));
    }
    open = ReadSome();
  }
}

// False once the program has closed its side.
bool Terminal::ReadSome() {
  pollfd output = {terminal_, POLLIN, 0};
  if (poll(&output, 1, kPollMillis) == 0) return true;
  char buffer[4096];
  const ssize_t got = read(terminal_, buffer, sizeof(buffer));
  if (got <= 0) return got < 0 && errno == EINTR;
  written_.append(buffer, static_cast<size_t>(got));
  vterm_input_write(emulator_, buffer, static_cast<size_t>(got));
  return true;
}

std::string Terminal::RowText(int row) const {
  std::string text;
  for (int column = 0; column < size_.columns; ++column) {
    VTermScreenCell cell;
    vterm_screen_get_cell(screen_, {row, column}, &cell);
    AppendCell(cell, &text);
  }
  absl::StripTrailingAsciiWhitespace(&text);
  return text;
}

// Up to the cursor; empty where something stands behind it.
std::string Terminal::CursorLine() const {
  VTermPos cursor;
  vterm_state_get_cursorpos(vterm_obtain_state(emulator_), &cursor);
  std::string text;
  for (int column = 0; column < cursor.col; ++column) {
    VTermScreenCell cell;
    vterm_screen_get_cell(screen_, {cursor.row, column}, &cell);
    AppendCell(cell, &text);
  }
  return RowText(cursor.row).size() > text.size() ? "" : text;
}

int Terminal::PushLine(int columns, const VTermScreenCell* cells, void* user) {
  std::string text;
  for (int column = 0; column < columns; ++column) AppendCell(cells[column], &text);
  absl::StripTrailingAsciiWhitespace(&text);
  static_cast<Terminal*>(user)->scrolled_off_.push_back(std::move(text));
  return 1;
}

// Nothing comes back that has scrolled off.
int Terminal::PopLine(int, VTermScreenCell*, void*) { return 0; }

}  // namespace clarity::tests
