#include "services/consultation/intake/episodes.h"

#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "services/consultation/errors.h"
#include "services/consultation/intake/episode_watch.h"
#include "services/consultation/intake/safety_alerts.h"
#include "services/consultation/limits.h"
#include "services/consultation/paging.h"
#include "services/consultation/patients/phone_numbers.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/base/wire.h"
#include "services/platform/rpc/visible.h"
#include "services/platform/rpc/watch_point.h"
#include "services/platform/storage/record.h"

namespace clarity::consultation {
namespace {

using storage::Row;
using storage::Sql;
using storage::Transaction;
using storage::Value;
using storage::v1::EpisodeRecord;
using Event = v1::WatchEpisodesResponse;

constexpr Sql kOfPatient = {"SELECT body FROM episode WHERE patient = $1 ORDER BY create_time"};
constexpr Sql kList = {
    "SELECT name, create_time, body FROM episode WHERE $4 = '' AND create_time <= $1 "
    "AND (create_time < $1 OR name > $2) ORDER BY create_time DESC, name LIMIT $3"};
constexpr Sql kListOfPatient = {
    "SELECT name, create_time, body FROM episode WHERE patient = $4 AND create_time <= $1 "
    "AND (create_time < $1 OR name > $2) ORDER BY create_time DESC, name LIMIT $3"};

absl::Status CheckNew(const rpc::Call& call, const v1::Episode& episode) {
  std::vector<base::Violation> violations;
  if (episode.has_contact_time()) {
    const absl::Time contact = FromWire(episode.contact_time());
    if (contact > call.now) violations.push_back({"episode.contact_time", "is in the future"});
    if (contact < call.now - limits::kFirstContactAgeMax) {
      violations.push_back({"episode.contact_time", "is more than 30 days back"});
    }
  }
  const bool is_other = absl::c_linear_search(episode.reasons(), v1::Episode::REASON_OTHER);
  if (is_other && !rpc::HasVisibleCharacter(episode.reason_note())) {
    violations.push_back({"episode.reason_note", "is required for REASON_OTHER"});
  }
  return violations.empty() ? absl::OkStatus() : base::InvalidRequest(violations);
}

}  // namespace

void ShowEpisode(const rpc::Principal& principal, v1::Episode episode, v1::Episode* reply) {
  *reply = std::move(episode);
  if (!reply->has_closing()) return;
  const bool is_of_clinic = principal.Has(rpc::Role::kStaff) ||
                            principal.Has(rpc::Role::kClinician) ||
                            principal.Has(rpc::Role::kService);
  if (!is_of_clinic) reply->mutable_closing()->clear_reason();
  if (principal.IsPatientOnly()) reply->mutable_closing()->clear_subject();
}

absl::StatusOr<std::optional<EpisodeRecord>> FindOpenEpisode(Transaction& transaction,
                                                             absl::string_view patient) {
  std::optional<EpisodeRecord> open;
  RETURN_IF_ERROR(ForEachEpisode(transaction, patient, [&](EpisodeRecord& record) {
    if (record.episode().state() != v1::Episode::STATE_CLOSED) open = std::move(record);
    return absl::OkStatus();
  }));
  return open;
}

absl::Status ForEachEpisode(Transaction& transaction, absl::string_view patient,
                            absl::FunctionRef<absl::Status(EpisodeRecord&)> visit) {
  std::vector<EpisodeRecord> records;
  RETURN_IF_ERROR(
      transaction.Query(kOfPatient, {Value::Text(patient)}, [&](const Row& row) -> absl::Status {
        ASSIGN_OR_RETURN(auto record, storage::ParseRecord<EpisodeRecord>(row.Text(0)));
        records.push_back(std::move(record));
        return absl::OkStatus();
      }));
  for (EpisodeRecord& record : records) RETURN_IF_ERROR(visit(record));
  return absl::OkStatus();
}

absl::Status MoveEpisodes(Transaction& transaction, absl::Time now, const std::string& from,
                          const std::string& to, const EpisodeLog& log) {
  ASSIGN_OR_RETURN(const auto open_from, FindOpenEpisode(transaction, from));
  ASSIGN_OR_RETURN(const auto open_to, FindOpenEpisode(transaction, to));
  if (open_from.has_value() && open_to.has_value()) {
    return EpisodeOpen(open_from->episode().name());
  }
  return ForEachEpisode(transaction, from, [&](EpisodeRecord& record) -> absl::Status {
    record.mutable_episode()->set_patient(to);
    RETURN_IF_ERROR(Save(transaction, now, &record));
    log.Changed(transaction, record.episode(), Event::KIND_UPDATED);
    return absl::OkStatus();
  });
}

absl::Status Episodes::SetDueTimes(Transaction& transaction, const v1::PolicySettings& settings,
                                   EpisodeRecord* record) const {
  v1::Episode& episode = *record->mutable_episode();
  ASSIGN_OR_RETURN(const auto clinic, clinics_.Find(transaction, episode.clinic()));
  ASSIGN_OR_RETURN(const absl::TimeZone zone, ZoneOf(clinic));
  const absl::CivilDay contact = absl::ToCivilDay(FromWire(episode.contact_time()), zone);
  const absl::CivilDay due = contact + settings.consultation_due_days();
  type::v1::Date& date = *episode.mutable_consultation_due_date();
  date.set_year(static_cast<int32_t>(due.year()));
  date.set_month(due.month());
  date.set_day(due.day());
  const auto micros = [&](absl::CivilDay day) {
    return absl::ToUnixMicros(absl::FromCivil(day, zone));
  };
  record->set_warning_time_micros(micros(contact + settings.consultation_warning_days()));
  // The due day is the last one on which it may begin.
  record->set_overdue_time_micros(micros(due + 1));
  return absl::OkStatus();
}

absl::Status Episodes::NormaliseReferrer(Transaction& transaction, v1::Episode* episode) const {
  if (!episode->referrer().has_phone_number()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const auto clinic, clinics_.Find(transaction, episode->clinic()));
  std::vector<base::Violation> violations;
  Normalise(clinic.address().country(), "episode.referrer.phone_number",
            episode->mutable_referrer()->mutable_phone_number(), &violations);
  return violations.empty() ? absl::OkStatus() : base::InvalidRequest(violations);
}

absl::Status Episodes::Open(const rpc::Call& call, Transaction& transaction,
                            const v1::OpenEpisodeRequest& request, v1::Episode* reply) {
  RETURN_IF_ERROR(CheckNew(call, request.episode()));
  const std::string& patient = request.episode().patient();
  RETURN_IF_ERROR(transaction.BumpGuard(patient));
  ASSIGN_OR_RETURN(const auto of, Load<storage::v1::PatientRecord>(call, transaction, patient));
  if (of.patient().state() == v1::Patient::STATE_MERGED) {
    return WrongState(patient, "MERGED", "the record was merged: use the one that goes on");
  }
  ASSIGN_OR_RETURN(const auto open, FindOpenEpisode(transaction, patient));
  if (open.has_value()) return EpisodeOpen(open->episode().name());

  EpisodeRecord record;
  v1::Episode& episode = *record.mutable_episode();
  episode = request.episode();
  episode.set_name(absl::StrCat("episodes/", base::NewId(call.now, random_)));
  if (!episode.has_contact_time()) *episode.mutable_contact_time() = ToWire(call.now);
  episode.set_state(v1::Episode::STATE_ACTIVE);
  *episode.mutable_create_time() = ToWire(call.now);
  RETURN_IF_ERROR(NormaliseReferrer(transaction, &episode));
  ASSIGN_OR_RETURN(const auto rulebook, policies_.Of(transaction, episode.clinic()));
  const v1::PolicySettings& settings = rulebook->policy().settings();
  RETURN_IF_ERROR(SetDueTimes(transaction, settings, &record));
  RETURN_IF_ERROR(OpenToClinic(transaction, patient, episode.clinic()));
  // Also of visits: they may have booked before anybody opened it.
  RETURN_IF_ERROR(consequences_.Follow(transaction, call.now, &record, "", Event::KIND_OPENED));
  call.audit_resource = episode.name();
  call.audit_clinic = episode.clinic();
  *reply = episode;
  if (call.validate_only) reply->clear_name();
  return absl::OkStatus();
}

absl::Status Episodes::Get(const rpc::Call& call, Transaction& transaction,
                           const v1::GetEpisodeRequest& request, v1::Episode* reply) {
  ASSIGN_OR_RETURN(auto record, Load<EpisodeRecord>(call, transaction, request.name()));
  ShowEpisode(call.principal, std::move(*record.mutable_episode()), reply);
  return absl::OkStatus();
}

absl::Status Episodes::List(const rpc::Call& call, Transaction& transaction,
                            const v1::ListEpisodesRequest& request,
                            v1::ListEpisodesResponse* reply) {
  const auto take = [&](EpisodeRecord& record, bool has_room) -> absl::StatusOr<bool> {
    const v1::Episode& episode = record.episode();
    if (episode.state() == v1::Episode::STATE_CLOSED && !request.show_closed()) return false;
    if (!request.clinic().empty() && episode.clinic() != request.clinic()) return false;
    if (!request.steps().empty() && !absl::c_linear_search(request.steps(), episode.step())) {
      return false;
    }
    if (!MaySeePatient(call, transaction, episode.patient()).ok()) return false;
    if (has_room) {
      ShowEpisode(call.principal, std::move(*record.mutable_episode()), reply->add_episodes());
    }
    return true;
  };
  ASSIGN_OR_RETURN(
      *reply->mutable_next_page_token(),
      ReadPage<EpisodeRecord>(transaction, request.patient().empty() ? kList : kListOfPatient,
                              request, Order::kNewestFirst, request.patient(), take));
  if (request.page_token().empty() && !call.principal.IsPatientOnly()) {
    ASSIGN_OR_RETURN(const auto streams, VisibleEpisodeStreams(call, transaction));
    ASSIGN_OR_RETURN(const auto point, rpc::WatchPointNow(transaction, streams));
    reply->set_watch_token(rpc::EncodeWatchToken(point));
  }
  return absl::OkStatus();
}

absl::Status Episodes::Close(const rpc::Call& call, Transaction& transaction,
                             const v1::CloseEpisodeRequest& request, v1::Episode* reply) {
  ASSIGN_OR_RETURN(auto record, LoadToChange(call, transaction, request.name()));
  v1::Episode& episode = *record.mutable_episode();
  RETURN_IF_ERROR(storage::CheckEtag(request.etag(), episode.etag(), request.name()));
  if (episode.state() == v1::Episode::STATE_CLOSED) {
    return WrongState(request.name(), "CLOSED", "the episode is closed already");
  }
  ASSIGN_OR_RETURN(const std::string alert, FindOpenAlert(transaction, episode.patient()));
  if (!alert.empty()) return AlertOpen(alert);
  episode.set_state(v1::Episode::STATE_CLOSED);
  v1::Episode::Closing& closing = *episode.mutable_closing();
  closing.set_outcome(request.outcome());
  closing.set_reason(request.reason());
  *closing.mutable_time() = ToWire(call.now);
  closing.set_subject(call.principal.subject);
  record.set_callback_time_micros(0);
  RETURN_IF_ERROR(consequences_.Follow(transaction, call.now, &record, "", Event::KIND_CLOSED));
  *reply = episode;
  return absl::OkStatus();
}

}  // namespace clarity::consultation
