#include "services/scheduling/catalog/hours.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "services/platform/base/local_time.h"

namespace clarity::scheduling::catalog {
namespace {

using calendar::Bitmap;
using calendar::Interval;

// Every tick the span touches: what is closed for a minute of a tick is closed for all of it.
Interval Touched(absl::Time begin, absl::Time end) {
  return {calendar::FloorTick(begin), calendar::CeilTick(end)};
}

Interval SpanOf(const v1::Absence& absence, absl::TimeZone row_zone) {
  const absl::TimeZone zone = absence.time_zone().empty() ? row_zone : ZoneOf(absence.time_zone());
  const int begin = absence.has_start_time() ? MinuteOf(absence.start_time()) : 0;
  const int end = absence.has_end_time() ? MinuteOf(absence.end_time()) : kMinutesPerDay;
  return Touched(LocalTime(ToDay(absence.start_date()), begin, zone),
                 LocalTime(ToDay(absence.end_date()), end, zone));
}

Interval SpanOf(const v1::Holiday& holiday, absl::TimeZone zone) {
  const absl::CivilDay day = ToDay(holiday.date());
  return Touched(LocalTime(day, 0, zone), LocalTime(day, kMinutesPerDay, zone));
}

bool SpeaksOf(const v1::Availability& row, const v1::Clinic& clinic, v1::Modality modality) {
  return modality == v1::MODALITY_TELEHEALTH
             ? row.location_case() == v1::Availability::kTelehealthTimeZone
             : row.clinic() == clinic.name();
}

absl::TimeZone ZoneOfRow(const v1::Availability& row, const v1::Clinic& clinic) {
  return ZoneOf(row.location_case() == v1::Availability::kTelehealthTimeZone
                    ? row.telehealth_time_zone()
                    : clinic.time_zone());
}

// What the row alone says, absences and holidays aside.
Bitmap ShiftsOf(const v1::Availability& row, absl::TimeZone zone, Interval window) {
  Bitmap open(window);
  const auto shifts = calendar::ExpandRule(RuleOf(row), zone, window);
  // Rules are validated before they are stored. One that a later version no longer takes leaves
  // the resource closed: the safe side, and the next apply says why.
  if (!shifts.ok()) return open;
  for (const Interval shift : *shifts) open.Set(shift);
  return open;
}

}  // namespace

Bitmap ShiftCache::Get(const v1::Availability& row, absl::TimeZone zone, Interval window) {
  v1::Availability rule = row;
  rule.clear_location();
  const std::string key = absl::StrCat(zone.name(), "\n", window.begin, "\n", window.end, "\n",
                                       rule.SerializeAsString());
  {
    base::MutexLock lock(&mutex_);
    const auto kept = shifts_.find(key);
    if (kept != shifts_.end()) return kept->second;
  }
  Bitmap shifts = ShiftsOf(row, zone, window);
  base::MutexLock lock(&mutex_);
  if (shifts_.size() >= kKeptMax) shifts_.clear();
  shifts_.emplace(key, shifts);
  return shifts;
}

calendar::AvailabilityRule RuleOf(const v1::Availability& availability) {
  calendar::AvailabilityRule rule;
  rule.first_day = ToDay(availability.start_date());
  rule.start_minute = MinuteOf(availability.hours().start());
  rule.duration_minutes = MinuteOf(availability.hours().end()) - rule.start_minute;
  if (rule.duration_minutes <= 0) rule.duration_minutes += kMinutesPerDay;
  rule.rrule = availability.recurrence();
  if (availability.has_end_date()) rule.last_day = ToDay(availability.end_date());
  for (const auto& date : availability.excluded_dates()) rule.exceptions.push_back(ToDay(date));
  return rule;
}

Bitmap OpenHours(const v1::Resource& resource, const v1::Clinic& clinic, v1::Modality modality,
                 calendar::PageRange pages, ShiftCache* shifts) {
  Bitmap open(pages.interval());
  for (const v1::Availability& row : resource.availability()) {
    if (!SpeaksOf(row, clinic, modality)) continue;
    const absl::TimeZone zone = ZoneOfRow(row, clinic);
    Bitmap by_row = shifts->Get(row, zone, pages.interval());
    for (const v1::Absence& absence : resource.absences()) by_row.Clear(SpanOf(absence, zone));
    open |= by_row;
  }
  const absl::TimeZone zone = ZoneOf(clinic.time_zone());
  for (const v1::Holiday& holiday : clinic.holidays()) open.Clear(SpanOf(holiday, zone));
  return open;
}

ClosedReason WhyClosed(const v1::Resource& resource, const v1::Clinic& clinic,
                       v1::Modality modality, calendar::Tick tick) {
  const absl::TimeZone clinic_zone = ZoneOf(clinic.time_zone());
  for (const v1::Holiday& holiday : clinic.holidays()) {
    if (!SpanOf(holiday, clinic_zone).Contains(tick)) continue;
    return {ClosedReason::Kind::kHoliday, holiday.display_name()};
  }
  for (const v1::Availability& row : resource.availability()) {
    if (!SpeaksOf(row, clinic, modality)) continue;
    const absl::TimeZone zone = ZoneOfRow(row, clinic);
    if (!ShiftsOf(row, zone, {tick, tick + 1}).any()) continue;
    for (const v1::Absence& absence : resource.absences()) {
      if (!SpanOf(absence, zone).Contains(tick)) continue;
      return {ClosedReason::Kind::kAbsence, absence.reason()};
    }
  }
  return {};
}

std::vector<Interval> LicencePeriods(const v1::Resource& resource, absl::string_view jurisdiction,
                                     absl::TimeZone zone) {
  std::vector<Interval> valid;
  for (const v1::Licence& licence : resource.licences()) {
    if (licence.jurisdiction() != jurisdiction) continue;
    Interval period = kAlways;
    if (licence.has_valid_from()) {
      period.begin = calendar::CeilTick(LocalTime(ToDay(licence.valid_from()), 0, zone));
    }
    if (licence.has_valid_until()) {
      period.end =
          calendar::FloorTick(LocalTime(ToDay(licence.valid_until()), kMinutesPerDay, zone));
    }
    if (!period.empty()) valid.push_back(period);
  }
  std::sort(valid.begin(), valid.end(), [](Interval a, Interval b) { return a.begin < b.begin; });
  std::vector<Interval> merged;
  for (const Interval period : valid) {
    if (merged.empty() || merged.back().end < period.begin) {
      merged.push_back(period);
    } else {
      merged.back().end = std::max(merged.back().end, period.end);
    }
  }
  return merged;
}

}  // namespace clarity::scheduling::catalog
