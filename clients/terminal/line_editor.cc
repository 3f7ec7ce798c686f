#include <histedit.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <cwchar>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "clients/terminal/line_reader.h"
#include "clients/terminal/table.h"

namespace clarity::client {
namespace {

constexpr int kLinesRemembered = 500;
constexpr int kTickMillis = 1000;
constexpr int kToTheEnd = 1'000'000;
// Marks what takes no room on the screen in a prompt.
constexpr char kEscapeMark = '\1';

// "\x1b[1m" and its like, marked for libedit.
std::string MarkEscapes(absl::string_view prompt) {
  std::string marked;
  bool inside = false;
  for (const char c : prompt) {
    if (c == '\x1b') {
      inside = true;
      marked += kEscapeMark;
    }
    marked += c;
    if (inside && c == 'm') {
      inside = false;
      marked += kEscapeMark;
    }
  }
  return marked;
}

std::string WithoutEscapes(absl::string_view prompt) {
  std::string plain;
  bool inside = false;
  for (const char c : prompt) {
    inside = inside || c == '\x1b';
    if (!inside) plain += c;
    if (c == 'm') inside = false;
  }
  return plain;
}

std::string CommonStart(const std::vector<std::string>& words) {
  std::string common = words.front();
  for (const std::string& word : words) {
    const auto differ = std::mismatch(common.begin(), common.end(), word.begin(), word.end());
    common.erase(differ.first, common.end());
  }
  return common;
}

// libedit: well kept (Debian's base tools read their lines with it), BSD licence, where readline is
// GPL; and it lets the application read the keys, so that the prompt can count down meanwhile.
class LineEditor final : public LineReader {
 public:
  LineEditor(const Console& console, LineHelp help)
      : console_(console), help_(std::move(help)), history_(history_init()) {
    UseUtf8();
    HistEvent event;
    history(history_, &event, H_SETSIZE, kLinesRemembered);
    history(history_, &event, H_SETUNIQUE, 1);
    edit_ = el_init("callcenter", stdin, stdout, stderr);
    el_set(edit_, EL_CLIENTDATA, this);
    el_set(edit_, EL_HIST, history, history_);
    el_set(edit_, EL_PROMPT_ESC, &LineEditor::Prompt, kEscapeMark);
    el_set(edit_, EL_EDITOR, "emacs");
    el_source(edit_, nullptr);  // ~/.editrc: who prefers vi has said so there
    el_set(edit_, EL_GETCFN, &LineEditor::ReadKey);
    el_set(edit_, EL_ADDFN, "complete-word", "Complete the word", &LineEditor::Complete);
    el_set(edit_, EL_BIND, "\t", "complete-word", nullptr);
    el_set(edit_, EL_BIND, "^R", "em-inc-search-prev", nullptr);
    // Ctrl-C is a key like the others while a line is being typed: it gives up the line.
    el_set(edit_, EL_SETTY, "-d", "-isig", nullptr);
    el_set(edit_, EL_ADDFN, "give-up-line", "Give up the line", &LineEditor::GiveUp);
    el_set(edit_, EL_BIND, "^C", "give-up-line", nullptr);
  }
  ~LineEditor() override {
    el_end(edit_);
    history_end(history_);
  }

  absl::optional<std::string> Read() override {
    *console_.out << help_.news() << std::flush;
    prompt_ = help_.prompt();
    given_up_ = false;
    NoteWidth();
    // Before the prompt stands there: libedit would leave the terminal to echo what comes first.
    el_set(edit_, EL_PREP_TERM, 1);
    int length = 0;
    const char* line = el_gets(edit_, &length);
    if (line == nullptr || length <= 0) {
      *console_.out << std::endl;
      return absl::nullopt;
    }
    if (given_up_) return "";
    const std::string text(absl::StripAsciiWhitespace(line));
    HistEvent event;
    if (!text.empty()) history(history_, &event, H_ENTER, text.c_str());
    return text;
  }

 private:
  static LineEditor& Of(EditLine* edit) {
    void* self = nullptr;
    el_get(edit, EL_CLIENTDATA, &self);
    return *static_cast<LineEditor*>(self);
  }

  // libedit takes apart what is typed by the locale; a name may have any letter.
  static void UseUtf8() {
    std::setlocale(LC_CTYPE, "");
    if (MB_CUR_MAX == 1) std::setlocale(LC_CTYPE, "C.UTF-8");
  }

  static char* Prompt(EditLine* edit) {
    LineEditor& self = Of(edit);
    self.marked_prompt_ = MarkEscapes(self.prompt_);
    return self.marked_prompt_.data();
  }

  // Waits for a key; every second without one, what stands on the screen is brought up to date.
  static int ReadKey(EditLine* edit, wchar_t* key) {
    LineEditor& self = Of(edit);
    mbstate_t state = {};
    for (;;) {
      pollfd input = {STDIN_FILENO, POLLIN, 0};
      const int ready = poll(&input, 1, kTickMillis);
      if (ready <= 0) {
        if (ready < 0 && errno != EINTR) return -1;
        self.Tick();
        continue;
      }
      char byte;
      const ssize_t got = read(STDIN_FILENO, &byte, 1);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return static_cast<int>(got);
      const size_t length = mbrtowc(key, &byte, 1, &state);
      if (length == static_cast<size_t>(-2)) continue;  // more bytes to come
      if (length != static_cast<size_t>(-1)) return 1;
      state = {};  // no character: as if it had not been typed
    }
  }

  void Tick() {
    const std::string news = help_.news();
    std::string prompt = help_.prompt();
    if (news.empty() && prompt == prompt_ && !WidthChanged()) return;
    ClearLine();
    *console_.out << news << std::flush;
    prompt_ = std::move(prompt);
    if (WidthChanged()) {
      NoteWidth();
      el_resize(edit_);
    }
    el_set(edit_, EL_REFRESH);
  }

  // Takes the prompt and the line off the screen, all the rows they fill.
  void ClearLine() {
    const LineInfo* line = el_line(edit_);
    const size_t columns = std::max<size_t>(static_cast<size_t>(width_), 1);
    const absl::string_view before(line->buffer, static_cast<size_t>(line->cursor - line->buffer));
    const size_t rows = (DisplayWidth(WithoutEscapes(prompt_)) + DisplayWidth(before)) / columns;
    if (rows > 0) *console_.out << "\x1b[" << rows << 'A';
    *console_.out << "\r\x1b[J" << std::flush;
  }

  static unsigned char GiveUp(EditLine* edit, int) {
    Of(edit).given_up_ = true;
    el_cursor(edit, kToTheEnd);
    el_insertstr(edit, "^C");
    el_push(edit, "\n");
    return CC_REFRESH;
  }

  static unsigned char Complete(EditLine* edit, int) { return Of(edit).CompleteWord(); }

  unsigned char CompleteWord() {
    const LineInfo* line = el_line(edit_);
    const std::string before(line->buffer, line->cursor);
    auto words = SplitWords(before);
    if (!words.ok()) return CC_ERROR;  // inside quotes: times and notes, which nobody can guess
    if (words->empty() || absl::ascii_isspace(static_cast<unsigned char>(before.back()))) {
      words->emplace_back();
    }
    const std::vector<std::string> candidates = help_.complete(*words);
    if (candidates.empty()) return CC_ERROR;
    const std::string& typed = words->back();
    std::string rest = CommonStart(candidates).substr(typed.size());
    if (candidates.size() == 1) rest += ' ';
    if (!rest.empty()) {
      el_insertstr(edit_, rest.c_str());
      return CC_REFRESH;
    }
    ClearLine();
    ShowCandidates(candidates);
    el_set(edit_, EL_REFRESH);
    return CC_NORM;
  }

  // In columns, as a directory is listed.
  void ShowCandidates(const std::vector<std::string>& candidates) {
    size_t widest = 0;
    for (const std::string& word : candidates) widest = std::max(widest, DisplayWidth(word));
    const size_t a_row = std::max<size_t>(static_cast<size_t>(width_) / (widest + 2), 1);
    for (size_t i = 0; i < candidates.size(); ++i) {
      const bool last = i + 1 == candidates.size() || i % a_row == a_row - 1;
      *console_.out << candidates[i]
                    << (last ? "\r\n" : std::string(widest + 2 - DisplayWidth(candidates[i]), ' '));
    }
    *console_.out << std::flush;
  }

  bool WidthChanged() const { return console_.columns && console_.columns() != width_; }
  void NoteWidth() { width_ = console_.columns ? console_.columns() : 0; }

  const Console& console_;
  const LineHelp help_;
  History* const history_;
  EditLine* edit_ = nullptr;
  std::string prompt_, marked_prompt_;
  int width_ = 0;
  bool given_up_ = false;
};

}  // namespace

std::unique_ptr<LineReader> EditedLines(const Console& console, LineHelp help) {
  return std::make_unique<LineEditor>(console, std::move(help));
}

}  // namespace clarity::client
