#include "services/consultation/scheduling/visits.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "services/consultation/errors.h"
#include "services/consultation/limits.h"
#include "services/platform/base/log.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/base/wire.h"
#include "services/platform/storage/record.h"

namespace clarity::consultation {
namespace {

using scheduling::v1::Appointment;
using storage::Row;
using storage::Sql;
using storage::Transaction;
using storage::Value;

constexpr Sql kOfPatient = {"SELECT body FROM appointment WHERE patient = $1"};
constexpr Sql kRead = {"SELECT body FROM appointment WHERE name = $1"};
constexpr Sql kWrite = {
    "INSERT INTO appointment (name, patient, body, key_id) VALUES ($1, $2, $3, 0) "
    "ON CONFLICT (name) DO UPDATE SET patient = $2, body = $3, key_id = 0"};
constexpr Sql kReadAll = {"SELECT body FROM appointment"};
constexpr Sql kDelete = {"DELETE FROM appointment WHERE name = $1"};
constexpr Sql kReadToken = {"SELECT token FROM appointment_token WHERE id = 1"};
constexpr Sql kWriteToken = {
    "INSERT INTO appointment_token (id, token) VALUES (1, $1) "
    "ON CONFLICT (id) DO UPDATE SET token = $1"};

absl::Status WriteToken(Transaction& transaction, const std::string& token) {
  return transaction.Execute(kWriteToken, {Value::Text(token)}).status();
}

}  // namespace

bool HasBegun(const Appointment& visit) {
  return visit.state() == Appointment::STATE_IN_PROGRESS ||
         visit.state() == Appointment::STATE_COMPLETED;
}

bool IsAhead(const Appointment& visit) {
  return visit.state() == Appointment::STATE_BOOKED ||
         visit.state() == Appointment::STATE_CONFIRMED ||
         visit.state() == Appointment::STATE_ARRIVED;
}

absl::StatusOr<std::vector<Appointment>> VisitsOf(Transaction& transaction,
                                                  absl::string_view patient) {
  std::vector<Appointment> visits;
  RETURN_IF_ERROR(
      transaction.Query(kOfPatient, {Value::Text(patient)}, [&](const Row& row) -> absl::Status {
        ASSIGN_OR_RETURN(auto visit, storage::ParseRecord<Appointment>(row.Text(0)));
        visits.push_back(std::move(visit));
        return absl::OkStatus();
      }));
  absl::c_sort(visits, [](const Appointment& a, const Appointment& b) {
    return FromWire(a.start_time()) < FromWire(b.start_time());
  });
  return visits;
}

Visits::~Visits() { Stop(); }

void Visits::Follow(std::shared_ptr<client::SchedulingConnection> scheduling) {
  scheduling_ = std::move(scheduling);
  thread_ = std::thread([this] { Run(); });
}

void Visits::Stop() {
  if (!thread_.joinable()) return;
  {
    base::MutexLock lock(&mutex_);
    stopping_ = true;
    if (watch_ != nullptr) watch_->Cancel();
  }
  changed_.NotifyAll();
  thread_.join();
}

bool Visits::IsStopping() {
  base::MutexLock lock(&mutex_);
  return stopping_;
}

void Visits::Run() {
  while (!IsStopping()) {
    const absl::Status ended = FollowOnce();
    if (IsStopping()) return;
    if (!is_away_ && !ended.ok()) {  // said once, not at every attempt
      base::Log(base::LogLevel::kWarning, "scheduling does not tell of appointments",
                {{"error", std::string(ended.message())}});
    }
    is_away_ = !ended.ok();
    base::MutexLock lock(&mutex_);
    if (is_away_ && !stopping_) changed_.WaitFor(&mutex_, limits::kSchedulingRetryEvery);
  }
}

absl::Status Visits::FollowOnce() {
  ASSIGN_OR_RETURN(std::string token, ReadToken());
  if (token.empty()) {
    RETURN_IF_ERROR(ListAll());
    ASSIGN_OR_RETURN(token, ReadToken());
  }
  scheduling::v1::WatchAppointmentsRequest request;
  request.add_scopes()->set_clinic("clinics/-");
  request.set_resume_token(token);
  client::AppointmentWatch* watch = nullptr;
  {
    base::MutexLock lock(&mutex_);
    if (stopping_) return absl::CancelledError("stopping");
    watch_ = scheduling_->WatchAppointments(request, {});
    watch = watch_.get();
  }
  const absl::Status ended = KeepWhatComes(watch);
  RETURN_IF_ERROR(WaitUntilKept());
  return absl::IsOutOfRange(ended) ? ListAll() : ended;
}

absl::Status Visits::KeepWhatComes(client::AppointmentWatch* watch) {
  for (;;) {
    ASSIGN_OR_RETURN(auto event, watch->Next());
    if (is_away_) base::Log(base::LogLevel::kInfo, "scheduling tells of appointments again", {});
    is_away_ = false;
    if (event.has_resync()) return absl::OutOfRangeError("changes were missed");
    if (event.has_heartbeat()) NoteAsOf(FromWire(event.heartbeat().time()));
    if (event.has_change()) RETURN_IF_ERROR(Keep(std::move(event)));
  }
}

absl::Time Visits::AsOf() const {
  base::MutexLock lock(&mutex_);
  return as_of_;
}

void Visits::NoteAsOf(absl::Time time) {
  base::MutexLock lock(&mutex_);
  // What came before it is being written still.
  if (!writing_) as_of_ = std::max(as_of_, time);
}

absl::Status Visits::ListAll() {
  const absl::Time from = clock_.Now() - limits::kVisitsListedBack;
  scheduling::v1::ListAppointmentsRequest request;
  request.set_show_ended(true);
  request.set_filter(absl::StrCat(
      "start_time >= \"", absl::FormatTime(absl::RFC3339_sec, from, absl::UTCTimeZone()), "\""));
  request.set_page_size(limits::kVisitsPage);
  std::string token;
  std::set<std::string> listed;
  do {
    ASSIGN_OR_RETURN(const auto page, scheduling_->ListAppointments(request, {}));
    if (token.empty()) token = page.watch_token();
    RETURN_IF_ERROR(WriteAndWait([&](Transaction& transaction, const Effect& effect) {
      for (const Appointment& appointment : page.appointments()) {
        listed.insert(appointment.name());
        // The list is right, whatever was known: scheduling may have been restored from a backup.
        RETURN_IF_ERROR(KeepOne(transaction, appointment, /*also_if_older=*/true, effect));
      }
      return absl::OkStatus();
    }));
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty() && !IsStopping());
  if (!request.page_token().empty()) return absl::CancelledError("stopping");
  // Only now: a list that was broken off begins anew.
  return WriteAndWait([&](Transaction& transaction, const Effect& effect) {
    RETURN_IF_ERROR(ForgetOthers(transaction, from, listed, effect));
    return WriteToken(transaction, token);
  });
}

absl::Status Visits::ForgetOthers(Transaction& transaction, absl::Time from,
                                  const std::set<std::string>& listed, const Effect& effect) {
  std::vector<Appointment> gone;
  RETURN_IF_ERROR(transaction.Query(kReadAll, {}, [&](const Row& row) -> absl::Status {
    ASSIGN_OR_RETURN(auto known, storage::ParseRecord<Appointment>(row.Text(0)));
    if (FromWire(known.start_time()) < from || listed.count(known.name()) > 0) {
      return absl::OkStatus();
    }
    gone.push_back(std::move(known));
    return absl::OkStatus();
  }));
  for (const Appointment& visit : gone) {
    RETURN_IF_ERROR(transaction.Execute(kDelete, {Value::Text(visit.name())}).status());
    RETURN_IF_ERROR(effect(transaction, visit.participants(0).patient()));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> Visits::ReadToken() {
  std::string token;
  RETURN_IF_ERROR(database_.ReadAndWait([&](Transaction& transaction) {
    return transaction.Query(kReadToken, {}, [&](const Row& row) {
      token = std::string(row.Text(0));
      return absl::OkStatus();
    });
  }));
  return token;
}

absl::Status Visits::Keep(Event event) {
  {
    base::MutexLock lock(&mutex_);
    RETURN_IF_ERROR(written_);
    kept_.push_back(std::move(event));
    if (std::exchange(writing_, true)) return absl::OkStatus();
  }
  WriteKept();
  return absl::OkStatus();
}

// Without the lock: a store may answer before Write returns.
void Visits::WriteKept() {
  auto events = std::make_shared<std::vector<Event>>();
  {
    base::MutexLock lock(&mutex_);
    events->swap(kept_);
  }
  Write(events, effect_);
}

void Visits::Write(const std::shared_ptr<std::vector<Event>>& events, const Effect& effect) {
  database_.Write(
      [events, &effect](Transaction& transaction) { return KeepAll(transaction, *events, effect); },
      [this, events, &effect](const storage::Outcome& outcome) {
        if (&effect == &effect_ && MayDoLater(outcome.status)) return Write(events, later_);
        OnWritten(*events, outcome.status);
      });
}

void Visits::OnWritten(const std::vector<Event>& events, const absl::Status& status) {
  {
    base::MutexLock lock(&mutex_);
    written_ = status;
    if (written_.ok()) as_of_ = std::max(as_of_, FromWire(events.back().change().time()));
    writing_ = written_.ok() && !kept_.empty();
    if (!writing_) {
      // With the lock: who waits may go as soon as it is given up.
      changed_.NotifyAll();
      return;
    }
  }
  WriteKept();
}

bool Visits::MayDoLater(const absl::Status& status) {
  if (status.ok() || IsPassing(status)) return false;
  base::Log(base::LogLevel::kError, "what a visit causes is put off",
            {{"error", std::string(status.message())}});
  return true;
}

absl::Status Visits::WriteAndWait(const Work& work) {
  const auto write = [&](const Effect& effect) {
    return database_.WriteAndWait(
        [&](Transaction& transaction) { return work(transaction, effect); });
  };
  const absl::Status written = write(effect_);
  return MayDoLater(written) ? write(later_) : written;
}

absl::Status Visits::WaitUntilKept() {
  base::MutexLock lock(&mutex_);
  while (writing_) changed_.Wait(&mutex_);
  kept_.clear();
  return std::exchange(written_, absl::OkStatus());
}

absl::Status Visits::KeepAll(Transaction& transaction, const std::vector<Event>& events,
                             const Effect& effect) {
  for (const Event& event : events) {
    // What has left one clinic is told by the other.
    if (event.change().kind() == Event::KIND_LEFT) continue;
    RETURN_IF_ERROR(
        KeepOne(transaction, event.change().appointment(), /*also_if_older=*/false, effect));
  }
  return WriteToken(transaction, events.back().resume_token());
}

absl::Status Visits::KeepOne(Transaction& transaction, const Appointment& appointment,
                             bool also_if_older, const Effect& effect) {
  std::set<std::string> patients = {appointment.participants(0).patient()};
  ASSIGN_OR_RETURN(const auto body, storage::ReadBody(transaction, kRead, appointment.name()));
  if (body.has_value()) {
    ASSIGN_OR_RETURN(const auto known, storage::ParseRecord<Appointment>(*body));
    // A list may be ahead of the changes that follow it.
    const bool is_older = FromWire(known.update_time()) > FromWire(appointment.update_time());
    if (is_older && !also_if_older) return absl::OkStatus();
    patients.insert(known.participants(0).patient());
  }
  Appointment kept = appointment;
  kept.clear_note();
  const std::string text = kept.SerializeAsString();
  RETURN_IF_ERROR(
      transaction
          .Execute(kWrite, {Value::Text(kept.name()), Value::Text(kept.participants(0).patient()),
                            Value::Bytes(text)})
          .status());
  for (const std::string& patient : patients) RETURN_IF_ERROR(effect(transaction, patient));
  return absl::OkStatus();
}

}  // namespace clarity::consultation
