#ifndef CLARITY_SERVICES_PLATFORM_BASE_LOCAL_TIME_H_
#define CLARITY_SERVICES_PLATFORM_BASE_LOCAL_TIME_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "clarity/type/v1/type.pb.h"

// Local dates and times, on their way to absolute time.
namespace clarity {

inline constexpr int kMinutesPerDay = 24 * 60;

// Nothing for what is not an IANA name: neither a path nor a POSIX rule is one, though the library
// would take some of them.
std::optional<absl::TimeZone> FindZone(absl::string_view name);
// For names that have been validated.
absl::TimeZone ZoneOf(absl::string_view name);

// Whether there is such a day: 30 February is none.
bool IsDay(const type::v1::Date& date);
absl::CivilDay ToDay(const type::v1::Date& date);

inline int MinuteOf(const type::v1::TimeOfDay& time) { return 60 * time.hours() + time.minutes(); }

// When the local clock shows so many minutes after midnight of the day. A time that is skipped
// moves forward to the moment of the change, an ambiguous one is the earlier.
absl::Time LocalTime(absl::CivilDay day, int minute, absl::TimeZone zone);

}  // namespace clarity

#endif  // CLARITY_SERVICES_PLATFORM_BASE_LOCAL_TIME_H_
