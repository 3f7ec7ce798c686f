#include "clients/callcenter/tool/held_times.h"

#include <algorithm>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "clients/callcenter/tool/when.h"

namespace clarity::client {

const HeldTime& HeldTimes::Add(const scheduling::v1::Hold& hold, const std::string& moving,
                               absl::Time now) {
  if (times_.empty()) labels_given_ = 0;
  const absl::Time created = hold.has_create_time() ? FromProto(hold.create_time()) : now;
  const absl::Time expires = now + (FromProto(hold.expire_time()) - created);
  times_.push_back({absl::StrCat("h", ++labels_given_), hold, moving, expires});
  SortByExpiry();
  return *Find(hold.name());
}

void HeldTimes::Renew(const scheduling::v1::Hold& hold) {
  for (HeldTime& time : times_) {
    if (time.hold.name() != hold.name()) continue;
    time.expires += FromProto(hold.expire_time()) - FromProto(time.hold.expire_time());
    time.hold = hold;
    time.announced = false;
  }
  SortByExpiry();
}

void HeldTimes::Remove(absl::string_view name) {
  times_.erase(std::remove_if(times_.begin(), times_.end(),
                              [&](const HeldTime& time) { return time.hold.name() == name; }),
               times_.end());
}

const HeldTime* HeldTimes::Find(absl::string_view what) const {
  const auto found = absl::c_find_if(
      times_, [&](const HeldTime& time) { return time.label == what || time.hold.name() == what; });
  return found == times_.end() ? nullptr : &*found;
}

std::vector<HeldTime> HeldTimes::TakeEndingSoon(absl::Time now) {
  std::vector<HeldTime> ending;
  for (HeldTime& time : times_) {
    if (time.announced || time.expires - now > kWarning) continue;
    time.announced = true;
    ending.push_back(time);
  }
  return ending;
}

std::vector<HeldTime> HeldTimes::TakeLapsed(absl::Time now) {
  const auto first_left =
      absl::c_find_if(times_, [now](const HeldTime& time) { return time.expires > now; });
  std::vector<HeldTime> lapsed(times_.begin(), first_left);
  times_.erase(times_.begin(), first_left);
  return lapsed;
}

void HeldTimes::SortByExpiry() {
  absl::c_stable_sort(times_,
                      [](const HeldTime& a, const HeldTime& b) { return a.expires < b.expires; });
}

}  // namespace clarity::client
