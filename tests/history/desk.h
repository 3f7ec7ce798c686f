#ifndef CLARITY_TESTS_HISTORY_DESK_H_
#define CLARITY_TESTS_HISTORY_DESK_H_

#include <deque>
#include <functional>
#include <memory>
#include <random>
#include <string>

#include "absl/status/statusor.h"
#include "clients/core/options.h"
#include "tests/history/journal.h"
#include "tests/history/world.h"
#include "tests/support/connections.h"

namespace clarity::history {

// Who calls, and where.
struct Identity {
  std::string subject;
  std::string token;
  std::string server;
};

// Where one caller makes calls, one after the other, and writes down every one. What the server
// took to its grave is asked again, with the same request_id, until there is an answer; now and
// then, where that is allowed, it is left at that.
class Desk {
 public:
  enum class Patience { kUntilAnswered, kNotAlways };

  Desk(Identity identity, const std::string& journals, std::mt19937* random);

  template <typename Service, typename Request, typename Reply>
  absl::StatusOr<Reply> Read(std::shared_ptr<Service> tests::Connections::*service,
                             absl::StatusOr<Reply> (Service::*method)(const Request&,
                                                                      const client::CallOptions&),
                             const Request& request) {
    const auto call = [=] { return ((*(connections_.*service)).*method)(request, {}); };
    return Settle<Reply>(NextId(), request, call, Patience::kUntilAnswered);
  }

  template <typename Service, typename Request, typename Reply>
  absl::StatusOr<Reply> Write(std::shared_ptr<Service> tests::Connections::*service,
                              absl::StatusOr<Reply> (Service::*method)(const Request&,
                                                                       const client::CallOptions&),
                              Request request, Patience patience) {
    const std::string id = NextId();
    request.set_request_id(id);
    const auto call = [=] { return ((*(connections_.*service)).*method)(request, {}); };
    absl::StatusOr<Reply> answer = Settle<Reply>(id, request, call, patience);
    if (answer.ok()) {
      Remember([=] {
        Settle<Reply>(id, request, call, Patience::kUntilAnswered).status().IgnoreError();
      });
    }
    return answer;
  }

  // What the next write is called; it can say so in a note.
  std::string IdOfNext() const;
  // Sends once more what was done lately.
  void RepeatSomething();

 private:
  template <typename Reply>
  absl::StatusOr<Reply> Settle(const std::string& id, const google::protobuf::Message& request,
                               const std::function<absl::StatusOr<Reply>()>& call,
                               Patience patience) {
    for (;;) {
      journal_.Ask(id, request);
      absl::StatusOr<Reply> answer = call();
      journal_.Answer(id, answer);
      if (!IsUnknown(answer.status())) return answer;
      if (patience == Patience::kNotAlways && Pick(*random_, 4) == 0) return answer;
      ConnectAnew();
    }
  }

  // Whether the call may have been done or not.
  static bool IsUnknown(const absl::Status& status);
  std::string NextId();
  void Remember(std::function<void()> repeat);
  void ConnectAnew();

  const Identity identity_;
  std::mt19937* const random_;
  Journal journal_;
  tests::Connections connections_;
  int calls_ = 0;
  std::deque<std::function<void()>> done_;  // sends it again
};

}  // namespace clarity::history

#endif  // CLARITY_TESTS_HISTORY_DESK_H_
