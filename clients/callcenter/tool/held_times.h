#ifndef CLARITY_CLIENTS_CALLCENTER_TOOL_HELD_TIMES_H_
#define CLARITY_CLIENTS_CALLCENTER_TOOL_HELD_TIMES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "clarity/scheduling/v1/appointment.pb.h"

namespace clarity::client {

// A time that a session holds.
struct HeldTime {
  std::string label;  // what the agent calls it: "h1"
  scheduling::v1::Hold hold;
  std::string moving;  // the appointment that it is to be the new time of; empty: none
  absl::Time expires;  // by the clock of this machine, which may not be the server's
  bool announced = false;
};

// The times that a session holds, and how long they still are its own.
class HeldTimes {
 public:
  // Who holds a time is told this long before it lapses.
  static constexpr absl::Duration kWarning = absl::Minutes(2);

  // The server has just made this hold.
  const HeldTime& Add(const scheduling::v1::Hold& hold, const std::string& moving, absl::Time now);
  // The server has just renewed it. One that is not of this session is no business of it.
  void Renew(const scheduling::v1::Hold& hold);
  void Remove(absl::string_view name);

  bool empty() const { return times_.empty(); }
  // The first to lapse is the first.
  const std::vector<HeldTime>& times() const { return times_; }
  // By its label or its name; null where there is none.
  const HeldTime* Find(absl::string_view what) const;

  // Those to be warned of now: each is given once.
  std::vector<HeldTime> TakeEndingSoon(absl::Time now);
  // Those that have ended; they are held no longer.
  std::vector<HeldTime> TakeLapsed(absl::Time now);

 private:
  void SortByExpiry();

  std::vector<HeldTime> times_;
  int labels_given_ = 0;
};

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_CALLCENTER_TOOL_HELD_TIMES_H_
