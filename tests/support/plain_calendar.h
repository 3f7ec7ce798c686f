#ifndef CLARITY_TESTS_SUPPORT_PLAIN_CALENDAR_H_
#define CLARITY_TESTS_SUPPORT_PLAIN_CALENDAR_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "clarity/scheduling/v1/appointment.pb.h"
#include "clarity/scheduling/v1/catalog.pb.h"

namespace clarity::tests {

// A second opinion on what is taken and what is possible, worked out five minutes by five minutes
// from the words of the catalog alone. It shares no code with the engine, is slow, and is meant to
// be seen through at a glance. Of recurrences it knows WEEKLY with BYDAY; telehealth it does not
// know.
class PlainCalendar {
 public:
  explicit PlainCalendar(scheduling::v1::Catalog catalog);

  // One that was cancelled or missed takes nothing.
  void Add(const scheduling::v1::Appointment& appointment);
  void Add(const scheduling::v1::Block& block);

  // A line for everybody and everything that is taken beyond what it can, at any five minutes.
  std::vector<std::string> Overbooked() const;

  struct Wish {
    std::string visit_type;
    std::string clinic;
    absl::Time start;
    std::string patient;             // empty: somebody new
    std::set<std::string> required;  // resources
    std::set<std::string> excluded;
  };
  // Whether it can be booked at `now` beside all that was added.
  bool IsPossible(const Wish& wish, absl::Time now) const;

 private:
  using Name = std::string;

  // One resource asked for.
  struct Unit {
    const scheduling::v1::Need* need;
    Name resource;  // once chosen
  };

  bool KeepsRules(const Wish& wish, absl::Time now) const;
  bool IsPatientFree(const Wish& wish) const;
  // Whether the units from `next` on can be filled, by different resources.
  bool CanFill(const Wish& wish, std::vector<Unit>* units, size_t next) const;
  bool CanServe(const Wish& wish, const scheduling::v1::Need& need,
                const scheduling::v1::Resource& resource) const;
  bool IsLicensed(const Wish& wish, const scheduling::v1::Resource& resource) const;
  bool IsOpen(const scheduling::v1::Resource& resource, const Name& clinic, int64_t step) const;
  int SharesOf(const Name& name) const;
  void Take(const Name& name, absl::Time start, absl::Time end, int shares);

  const scheduling::v1::Catalog catalog_;
  std::map<Name, std::map<int64_t, int>> taken_;  // shares by five minutes since 1970
};

}  // namespace clarity::tests

#endif  // CLARITY_TESTS_SUPPORT_PLAIN_CALENDAR_H_
