#ifndef CLARITY_SERVICES_SCHEDULING_BOOKING_APPOINTMENT_FILTER_H_
#define CLARITY_SERVICES_SCHEDULING_BOOKING_APPOINTMENT_FILTER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "clarity/scheduling/v1/appointment.pb.h"

namespace clarity::scheduling {

// The filter of ListAppointments: the AIP-160 subset its comment names, that is comparisons joined
// by AND, where parentheses may hold comparisons joined by OR.
class AppointmentFilter {
 public:
  enum class Field {
    kPatient,
    kClinic,
    kResource,
    kVisitType,
    kState,
    kOrder,
    kStartTime,
    kAttention
  };
  enum class Operator { kEqual, kNotEqual, kLess, kLessOrEqual, kGreater, kGreaterOrEqual };

  struct Comparison {
    Field field = Field::kPatient;
    Operator op = Operator::kEqual;
    std::string text;                                                   // names
    absl::Time time;                                                    // kStartTime
    v1::Appointment::State state = v1::Appointment::STATE_UNSPECIFIED;  // kState
    bool flag = false;                                                  // kAttention
  };

  // INVALID_ARGUMENT with the place in the text; never with what stands there.
  static absl::StatusOr<AppointmentFilter> Parse(absl::string_view text);

  bool Matches(const v1::Appointment& appointment) const;

  // What an index can use: the one value a name must have (empty: any), and the earliest and the
  // latest start.
  std::string RequiredName(Field field) const;
  absl::Time EarliestStart() const;
  absl::Time LatestStart() const;
  bool NamesState() const;

 private:
  // All clauses must hold; of a clause, one comparison.
  std::vector<std::vector<Comparison>> clauses_;
};

}  // namespace clarity::scheduling

#endif  // CLARITY_SERVICES_SCHEDULING_BOOKING_APPOINTMENT_FILTER_H_
