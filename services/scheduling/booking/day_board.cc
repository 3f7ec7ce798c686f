#include "services/scheduling/booking/day_board.h"

#include <algorithm>
#include <utility>

#include "absl/time/civil_time.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/base/wire.h"
#include "services/scheduling/booking/publisher.h"
#include "services/scheduling/records.h"
#include "services/scheduling/watch/watch.h"

namespace clarity::scheduling {
namespace {

using storage::Row;
using storage::Sql;
using storage::Transaction;
using storage::Value;

// A visit is a day long at most, so one that began the day before may reach into this one.
constexpr Sql kVisitsOfDay = {
    "SELECT body FROM appointment WHERE clinic = $1 AND start_time >= $2 AND start_time < $3 "
    "AND end_time > $4 ORDER BY start_time, name"};

absl::StatusOr<absl::CivilDay> DayOf(const rpc::Call& call, const v1::GetDayBoardRequest& request,
                                     absl::TimeZone zone) {
  if (!request.has_date()) return absl::ToCivilDay(call.now, zone);
  const absl::CivilDay day(request.date().year(), request.date().month(), request.date().day());
  if (day.month() != request.date().month()) {
    return base::InvalidField("date", "is no day of the calendar");
  }
  return day;
}

// How late a visit runs: behind its phase's plan, or not begun although it is time.
absl::Duration DelayOf(const v1::Appointment& appointment, const v1::PhaseSpan* phase,
                       absl::Time now) {
  if (phase != nullptr) {
    return std::max(FromWire(phase->actual_start_time()) - FromWire(phase->start_time()),
                    now - FromWire(phase->end_time()));
  }
  const bool waiting =
      IsAhead(appointment.state()) || appointment.state() == v1::Appointment::STATE_ARRIVED;
  return waiting ? now - FromWire(appointment.patient_start_time()) : absl::ZeroDuration();
}

void FillRow(v1::Appointment appointment, absl::Time now, v1::DayBoard::Row* row) {
  const v1::PhaseSpan* current = nullptr;
  if (appointment.state() == v1::Appointment::STATE_IN_PROGRESS) {
    for (const v1::PhaseSpan& phase : appointment.phases()) {
      if (phase.has_actual_start_time()) current = &phase;
    }
  }
  if (current != nullptr) row->set_current_phase(current->phase());
  const absl::Duration delay = DelayOf(appointment, current, now);
  if (delay > absl::ZeroDuration()) {
    row->mutable_delay()->set_seconds(absl::ToInt64Seconds(delay));
  }
  *row->mutable_appointment() = std::move(appointment);
}

}  // namespace

absl::Status DayBoards::Get(const rpc::Call& call, Transaction& transaction,
                            const v1::GetDayBoardRequest& request, v1::DayBoard* reply) {
  ASSIGN_OR_RETURN(const auto snapshot, catalog_->At(transaction));
  const auto clinic = snapshot->FindClinic(request.clinic());
  if (!clinic.has_value()) return base::NotFound(request.clinic());
  const absl::TimeZone zone = snapshot->zone(*clinic);
  ASSIGN_OR_RETURN(const absl::CivilDay day, DayOf(call, request, zone));
  const absl::Time begin = absl::FromCivil(day, zone);
  const absl::Time end = absl::FromCivil(day + 1, zone);

  call.audit_clinic = request.clinic();
  reply->set_clinic(request.clinic());
  reply->mutable_date()->set_year(static_cast<int32_t>(day.year()));
  reply->mutable_date()->set_month(day.month());
  reply->mutable_date()->set_day(day.day());
  reply->set_time_zone(snapshot->clinic(*clinic).time_zone());
  *reply->mutable_time() = ToWire(call.now);
  RETURN_IF_ERROR(
      transaction.Query(kVisitsOfDay,
                        {Value::Text(request.clinic()), Value::Time(begin - absl::Hours(24)),
                         Value::Time(end), Value::Time(begin)},
                        [&](const Row& row) -> absl::Status {
                          ASSIGN_OR_RETURN(auto appointment, ParseAppointment(row.Text(0)));
                          FillRow(std::move(appointment), call.now, reply->add_rows());
                          return absl::OkStatus();
                        }));
  ASSIGN_OR_RETURN(*reply->mutable_watch_token(),
                   WatchTokenNow(transaction, {StreamOf(request.clinic())}));
  return absl::OkStatus();
}

}  // namespace clarity::scheduling
