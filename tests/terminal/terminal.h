#ifndef CLARITY_TESTS_TERMINAL_TERMINAL_H_
#define CLARITY_TESTS_TERMINAL_TERMINAL_H_

#include <sys/types.h>
#include <vterm.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace clarity::tests {

// What keys send.
inline constexpr char kEnter[] = "\r";
inline constexpr char kTab[] = "\t";
inline constexpr char kUp[] = "\x1b[A";
inline constexpr char kCtrlC[] = "\x03";
inline constexpr char kCtrlD[] = "\x04";

// A program on a pseudo-terminal, and somebody in front of it, who waits for what the screen shows
// and never for a time. What does not come ends the test, with the screen.
class Terminal {
 public:
  struct Size {
    int rows = 50;
    int columns = 120;
  };
  // Starts `command` with the variables and nothing else of the environment but PATH.
  Terminal(const std::vector<std::string>& command, std::map<std::string, std::string> variables,
           Size size);
  // Closes the terminal and waits for the program's end.
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  void Type(absl::string_view keys);
  // Waits until the text stands below what was seen before.
  void See(absl::string_view text);
  // Waits until the line of the cursor is this, and the cursor stands behind it: a prompt.
  void SeePrompt(absl::string_view line);
  // A whole line at any prompt, and what comes of it.
  void Do(absl::string_view line, absl::string_view result);

  void Resize(Size size);
  // The window is closed.
  void Close();
  // The exit code, once the program has ended by itself; -1 where a signal ended it.
  int Wait();

  // What is there now: the lines that have scrolled off, and those on the screen.
  std::vector<std::string> Lines() const;
  // All that was written, with its escape sequences.
  const std::string& written() const { return written_; }

 private:
  void WaitUntil(const std::function<bool()>& holds, const std::string& what);
  bool ReadSome();
  std::string RowText(int row) const;
  std::string CursorLine() const;

  static int PushLine(int columns, const VTermScreenCell* cells, void* user);
  static int PopLine(int columns, VTermScreenCell* cells, void* user);

  int terminal_ = -1;
  pid_t program_ = -1;
  Size size_;
  VTerm* emulator_;
  VTermScreen* screen_;
  std::vector<std::string> scrolled_off_;
  std::string written_;
  size_t line_seen_ = 0;  // the first line that has not been seen to its end
  size_t column_seen_ = 0;
};

}  // namespace clarity::tests

#endif  // CLARITY_TESTS_TERMINAL_TERMINAL_H_
