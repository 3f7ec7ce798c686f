#ifndef CLARITY_TESTS_HISTORY_JOURNAL_H_
#define CLARITY_TESTS_HISTORY_JOURNAL_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

namespace clarity::history {

// What one process asks and what it is told, a line of JSON each, in a file of its own. A line is
// written in one piece, before a call is made and when it is answered: it tells the truth whoever
// dies in between. history.py reads it.
class Journal {
 public:
  Journal(const std::string& directory, absl::string_view name);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  // A call that is about to be made, or made once more under the same id.
  void Ask(absl::string_view id, const google::protobuf::Message& request);
  // What came of the call that was asked last.
  template <typename Reply>
  void Answer(absl::string_view id, const absl::StatusOr<Reply>& answer) {
    WriteAnswer(id, answer.status(), answer.ok() ? &*answer : nullptr);
  }
  // A message of a stream.
  void Tell(const google::protobuf::Message& message);

 private:
  void WriteAnswer(absl::string_view id, const absl::Status& status,
                   const google::protobuf::Message* reply);
  void Write(absl::string_view what);

  const int file_;
};

}  // namespace clarity::history

#endif  // CLARITY_TESTS_HISTORY_JOURNAL_H_
