#ifndef CLARITY_CLIENTS_CALLCENTER_TOOL_WHEN_H_
#define CLARITY_CLIENTS_CALLCENTER_TOOL_WHEN_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "clarity/type/v1/type.pb.h"
#include "google/protobuf/timestamp.pb.h"

// Days and times as people type and read them. Local time exists here and in the catalog only;
// everything between is absolute. A local time that a clock skips moves forward; one that it shows
// twice is the earlier.
namespace clarity::client {

absl::Time FromProto(const google::protobuf::Timestamp& timestamp);
google::protobuf::Timestamp ToProto(absl::Time time);

// "eastern", as callers say it, or an IANA zone. INVALID_ARGUMENT where there is no such zone.
absl::StatusOr<absl::TimeZone> ParseZone(absl::string_view name);

// "today", "tomorrow", "fri" or "friday" (the next one, never today), "+3" (days), "2026-12-01",
// "12/1/2026", and without a year the next such day: "12/1", "Dec 1".
absl::StatusOr<absl::CivilDay> ParseDay(absl::string_view text, absl::CivilDay today);

// "next", "april" or "apr" (the next such month, the present one included), "2026-04"; empty: the
// present one.
absl::StatusOr<absl::CivilMonth> ParseMonth(absl::string_view text, absl::CivilMonth present);

// "9", "9am", "2:30pm", "14:30", "noon".
absl::StatusOr<type::v1::TimeOfDay> ParseTimeOfDay(absl::string_view text);

// A day and a time of it, in `zone`: "tomorrow 9:30", "Dec 1 2pm", "2026-12-01T14:30"; or an
// absolute time with its offset (RFC 3339).
absl::StatusOr<absl::Time> ParseMoment(absl::string_view text, absl::Time now, absl::TimeZone zone);

// When something happened: as above, or without a day the last such time before now: "9:40".
absl::StatusOr<absl::Time> ParseMomentPast(absl::string_view text, absl::Time now,
                                           absl::TimeZone zone);

// A day that was, with its year: "1980-04-12", "4/12/1980", "Apr 12 1980".
absl::StatusOr<type::v1::Date> ParseBirthDate(absl::string_view text, absl::CivilDay today);

// The same of any day up to today: when something began.
absl::StatusOr<type::v1::Date> ParsePastDay(absl::string_view text, absl::CivilDay today);

// "mon,wed" or "weekdays".
absl::StatusOr<std::vector<type::v1::DayOfWeek>> ParseDaysOfWeek(absl::string_view text);

// "Tue Dec 1"; with the year where it is not the present one.
std::string ShortDay(absl::Time time, absl::Time now, absl::TimeZone zone);
// "Tuesday, December 1, 2026".
std::string LongDay(absl::Time time, absl::TimeZone zone);
// "Apr 12, 1980"; empty where it is not set.
std::string DateText(const type::v1::Date& date);
// By when, of a time that may be the end of a day: "Tue Dec 1", or "Tue Dec 1 2:00 PM".
std::string DueDay(absl::Time due, absl::Time now, absl::TimeZone zone);
// "9:00 AM".
std::string ClockTime(absl::Time time, absl::TimeZone zone);
// "PST".
std::string ZoneName(absl::Time time, absl::TimeZone zone);
// Whether clocks of the two zones show the same then.
bool SameClock(absl::Time time, absl::TimeZone a, absl::TimeZone b);

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_CALLCENTER_TOOL_WHEN_H_
