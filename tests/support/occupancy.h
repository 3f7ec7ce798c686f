#ifndef CLARITY_TESTS_SUPPORT_OCCUPANCY_H_
#define CLARITY_TESTS_SUPPORT_OCCUPANCY_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "clarity/scheduling/v1/appointment.pb.h"
#include "clarity/scheduling/v1/catalog.pb.h"

namespace clarity::tests {

// What appointments take of resources and of patients, worked out from the words of the catalog
// alone: a second opinion that shares no code with the engine.
class Occupancy {
 public:
  explicit Occupancy(scheduling::v1::Catalog catalog);

  // One that was cancelled or missed takes nothing.
  void Add(const scheduling::v1::Appointment& appointment);

  // A line for everybody and everything that is taken beyond what it can, at any five minutes.
  std::vector<std::string> Overbooked() const;

  // Whether such a visit could take place besides all that was added: some choice of resources of
  // the clinic has the shares throughout. Hours are not looked at.
  bool HasRoomFor(const std::string& visit_type, const std::string& clinic, absl::Time start) const;

 private:
  using Name = std::string;

  // One resource asked for.
  struct Unit {
    const scheduling::v1::Need* need;
    Name resource;  // once chosen
  };

  const scheduling::v1::VisitType& VisitTypeNamed(const std::string& name) const;
  const scheduling::v1::Resource& ResourceNamed(const std::string& name) const;
  int SharesOf(const Name& name) const;
  void Take(const Name& name, absl::Time start, absl::Time end, int shares);
  bool IsFree(const scheduling::v1::VisitType& type, const scheduling::v1::Need& need,
              const scheduling::v1::Resource& resource, absl::Time start) const;
  bool CanFill(const scheduling::v1::VisitType& type, const std::string& clinic, absl::Time start,
               std::vector<Unit>* units, size_t next) const;

  const scheduling::v1::Catalog catalog_;
  std::map<Name, std::map<int64_t, int>> taken_;  // shares by five minutes since 1970
};

}  // namespace clarity::tests

#endif  // CLARITY_TESTS_SUPPORT_OCCUPANCY_H_
