#ifndef CLARITY_CLIENTS_TERMINAL_PROGRESS_H_
#define CLARITY_CLIENTS_TERMINAL_PROGRESS_H_

#include "absl/strings/string_view.h"
#include "clients/terminal/console.h"

namespace clarity::client {

// What is being done, for somebody who waits: a line that is written over. Nothing where nobody
// sits there.
class Progress {
 public:
  // Outlives it.
  explicit Progress(const Console* console) : console_(*console) {}
  ~Progress() { Clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void Show(absl::string_view doing);
  // The line is free again.
  void Clear();

 private:
  const Console& console_;
  bool shown_ = false;
};

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_TERMINAL_PROGRESS_H_
