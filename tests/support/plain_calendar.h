#ifndef CLARITY_TESTS_SUPPORT_PLAIN_CALENDAR_H_
#define CLARITY_TESTS_SUPPORT_PLAIN_CALENDAR_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
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

  // The same in steps, for what comes and goes. All shares of a resource are kWhole; 0: it only has
  // to be there.
  static constexpr int kWhole = -1;
  struct Use {
    std::string name;  // of a resource, or a patient
    absl::Time start;
    absl::Time end;
    int shares = 0;
  };
  std::vector<Use> UsesOf(const scheduling::v1::Appointment& appointment) const;
  std::vector<Use> UsesOf(const scheduling::v1::Hold& hold) const;
  static std::vector<Use> UsesOf(const scheduling::v1::Block& block);
  void Take(const std::vector<Use>& uses);
  void Give(const std::vector<Use>& uses);
  // What is taken stays as it was.
  void SetCatalog(scheduling::v1::Catalog catalog);
  const scheduling::v1::Catalog& catalog() const { return catalog_; }

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

  // The parts of that: what the type of visit asks of a start, what the patient has already, and
  // whether just these can do it, each what it is assigned to.
  bool KeepsRules(const Wish& wish, absl::Time now) const;
  bool IsPatientFree(const Wish& wish) const;
  using Assignments = google::protobuf::RepeatedPtrField<scheduling::v1::Assignment>;
  bool CanServe(const Wish& wish, const Assignments& assignments) const;

 private:
  using Name = std::string;

  // What is taken of somebody at one time.
  struct Load {
    int shares = 0;
    int whole = 0;  // how often all of it
  };

  // One resource asked for.
  struct Unit {
    const scheduling::v1::Need* need;
    Name resource;  // once chosen
  };

  // Whether the units from `next` on can be filled, by different resources.
  bool CanFill(const Wish& wish, std::vector<Unit>* units, size_t next) const;
  bool CanServe(const Wish& wish, const scheduling::v1::Need& need,
                const scheduling::v1::Resource& resource) const;
  bool IsLicensed(const Wish& wish, const scheduling::v1::Resource& resource) const;
  bool IsOpen(const scheduling::v1::Resource& resource, const Name& clinic, int64_t step) const;
  bool IsOpenByRules(const scheduling::v1::Resource& resource, const Name& clinic,
                     int64_t step) const;
  int SharesOf(const Name& name) const;
  int TakenOf(const Name& name, int64_t step) const;
  template <typename Visit>
  std::vector<Use> UsesOfVisit(const Visit& visit, const Name& patient) const;
  void Count(const std::vector<Use>& uses, int times);

  scheduling::v1::Catalog catalog_;
  std::map<Name, std::map<int64_t, Load>> taken_;  // by five minutes since 1970
  // What IsOpen has worked out, by resource and clinic.
  mutable std::map<std::pair<Name, Name>, std::map<int64_t, bool>> open_;
};

}  // namespace clarity::tests

#endif  // CLARITY_TESTS_SUPPORT_PLAIN_CALENDAR_H_
