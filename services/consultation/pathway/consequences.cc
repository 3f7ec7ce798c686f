#include "services/consultation/pathway/consequences.h"

#include <memory>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "services/consultation/episode_parts.h"
#include "services/consultation/intake/episodes.h"
#include "services/consultation/limits.h"
#include "services/consultation/pathway/exclusions.h"
#include "services/consultation/plan/orders.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/base/wire.h"
#include "services/platform/storage/record.h"

namespace clarity::consultation {
namespace {

using storage::Row;
using storage::Sql;
using storage::Transaction;
using storage::Value;
using storage::v1::EpisodeRecord;
using Event = v1::WatchEpisodesResponse;

constexpr Sql kWhoseTurn = {
    "SELECT patient, name FROM episode WHERE turn_time <= $1 ORDER BY turn_time LIMIT $2"};
// 4 is Episode.STATE_CLOSED.
constexpr Sql kHaveTurn = {
    "UPDATE episode SET turn_time = $2 WHERE patient = $1 AND state <> 4 AND turn_time > $2"};
constexpr Sql kHadTurn = {
    "UPDATE episode SET turn_time = $3 WHERE patient = $1 AND turn_time <= $2"};

template <typename Message>
bool IsSame(const Message& a, const Message& b) {
  return a.SerializeAsString() == b.SerializeAsString();
}

template <typename Message>
bool AreSame(const std::vector<Message>& a, const std::vector<Message>& b) {
  return absl::c_equal(a, b, IsSame<Message>);
}

// Whether nothing follows: of what can.
bool IsSame(const CaseFile& a, const CaseFile& b) {
  return IsSame(a.episode, b.episode) && AreSame(a.requirements, b.requirements) &&
         AreSame(a.overrides, b.overrides) && AreSame(a.exclusions, b.exclusions) &&
         (!a.clearance.has_value() || IsSame(*a.clearance, *b.clearance)) &&
         (!a.plan.has_value() || IsSame(*a.plan, *b.plan));
}

// In place, so that references to the episode in the record go on being good.
void Replace(EpisodeRecord with, EpisodeRecord* record) {
  std::unique_ptr<v1::Episode> episode(record->release_episode());
  episode->CopyFrom(with.episode());
  *record = std::move(with);
  record->set_allocated_episode(episode.release());
}

absl::Status HadTurn(Transaction& transaction, absl::Time now, absl::string_view patient,
                     int64_t next_micros) {
  return transaction
      .Execute(kHadTurn, {Value::Text(patient), Value::Time(now), Value::Integer(next_micros)})
      .status();
}

// Writes those that are new, or differ. Nothing is ever taken out of a file, or moved in it.
template <typename Record>
absl::Status WriteParts(Transaction& transaction, const std::vector<Record>& before,
                        std::vector<Record>* records) {
  for (size_t i = 0; i < records->size(); ++i) {
    Record& record = (*records)[i];
    if (i < before.size() && IsSame(before[i], record)) continue;
    RETURN_IF_ERROR(SavePart(transaction, &record));
  }
  return absl::OkStatus();
}

}  // namespace

NewRequirementName Consequences::Names(absl::Time now) const {
  return [this, now] { return absl::StrCat("requirements/", base::NewId(now, random_)); };
}

absl::StatusOr<CaseFile> Consequences::Read(Transaction& transaction, absl::Time now,
                                            const EpisodeRecord& episode,
                                            v1::Evaluation* evaluation) const {
  ASSIGN_OR_RETURN(CaseFile file, files_.Read(transaction, now, episode));
  v1::Evaluation current = Consider(Names(now), &file);
  if (evaluation != nullptr) *evaluation = std::move(current);
  return file;
}

absl::Status Consequences::Write(Transaction& transaction, const CaseFile& before,
                                 CaseFile* file) const {
  RETURN_IF_ERROR(WriteParts(transaction, before.requirements, &file->requirements));
  RETURN_IF_ERROR(WriteParts(transaction, before.overrides, &file->overrides));
  RETURN_IF_ERROR(WriteParts(transaction, before.exclusions, &file->exclusions));
  if (file->clearance.has_value() && !IsSame(*before.clearance, *file->clearance)) {
    RETURN_IF_ERROR(SavePart(transaction, &*file->clearance));
  }
  if (file->plan.has_value() && !IsSame(*before.plan, *file->plan)) {
    RETURN_IF_ERROR(SendOrders(transaction, outbox_, *before.plan, *file->plan));
    RETURN_IF_ERROR(SavePart(transaction, &*file->plan));
  }
  return absl::OkStatus();
}

absl::Status Consequences::Apply(Transaction& transaction, absl::Time now, const CaseFile& before,
                                 CaseFile* file, absl::string_view about, Kind kind) const {
  RETURN_IF_ERROR(Write(transaction, before, file));
  RETURN_IF_ERROR(Save(transaction, now, &file->episode));
  const v1::Episode& was = before.episode.episode();
  const v1::Episode& is = file->episode.episode();
  const bool has_advanced = is.step() != was.step() || is.state() != was.state();
  if (kind == Event::KIND_UPDATED && has_advanced) kind = Event::KIND_ADVANCED;
  log_.Changed(transaction, is, kind, about);
  return absl::OkStatus();
}

absl::Status Consequences::Follow(Transaction& transaction, absl::Time now, EpisodeRecord* episode,
                                  absl::string_view about, Kind kind) const {
  if (kind == Event::KIND_OPENED) {
    RETURN_IF_ERROR(RecordClosed(transaction, episode->episode().patient()));
  }
  const auto before = files_.Read(transaction, now, *episode);
  if (absl::IsFailedPrecondition(before.status())) {
    RETURN_IF_ERROR(Save(transaction, now, episode));
    log_.Changed(transaction, episode->episode(), kind, about);
    return absl::OkStatus();
  }
  RETURN_IF_ERROR(before.status());
  CaseFile file = *before;
  Consider(Names(now), &file);
  RETURN_IF_ERROR(Apply(transaction, now, *before, &file, about, kind));
  Replace(std::move(file.episode), episode);
  return absl::OkStatus();
}

absl::Status Consequences::FollowOpen(Transaction& transaction, absl::Time now,
                                      EpisodeRecord* episode) const {
  const auto before = files_.Read(transaction, now, *episode);
  // No policy any more: nothing says what follows, until one is applied.
  if (absl::IsFailedPrecondition(before.status())) {
    episode->set_turn_time_micros(kNeverMicros);
    return absl::OkStatus();
  }
  // No clinic: it may be there again.
  if (absl::IsNotFound(before.status())) {
    episode->set_turn_time_micros(absl::ToUnixMicros(now + limits::kTurnLookAgainAfter));
    return absl::OkStatus();
  }
  RETURN_IF_ERROR(before.status());
  CaseFile file = *before;
  Consider(Names(now), &file);
  if (IsSame(*before, file)) return absl::OkStatus();
  RETURN_IF_ERROR(
      Apply(transaction, now, *before, &file, file.episode.consultation(), Event::KIND_UPDATED));
  *episode = std::move(file.episode);
  return absl::OkStatus();
}

absl::Status Consequences::FollowPatient(Transaction& transaction, absl::Time now,
                                         absl::string_view patient) const {
  RETURN_IF_ERROR(transaction.BumpGuard(patient));
  RETURN_IF_ERROR(RecordClosed(transaction, patient));
  ASSIGN_OR_RETURN(auto open, FindOpenEpisode(transaction, patient));
  return open.has_value() ? FollowOpen(transaction, now, &*open) : absl::OkStatus();
}

absl::StatusOr<std::map<std::string, std::string>> Consequences::WhoseTurn(Transaction& transaction,
                                                                           absl::Time now,
                                                                           int64_t max) {
  std::map<std::string, std::string> episodes;
  RETURN_IF_ERROR(
      transaction.Query(kWhoseTurn, {Value::Time(now), Value::Integer(max)}, [&](const Row& row) {
        episodes.emplace(row.Text(0), row.Text(1));
        return absl::OkStatus();
      }));
  return episodes;
}

absl::Status Consequences::FollowTime(Transaction& transaction, absl::Time now,
                                      absl::string_view patient) const {
  RETURN_IF_ERROR(transaction.BumpGuard(patient));
  RETURN_IF_ERROR(RecordClosed(transaction, patient));
  ASSIGN_OR_RETURN(auto open, FindOpenEpisode(transaction, patient));
  int64_t turn = kNeverMicros;
  if (open.has_value()) {
    RETURN_IF_ERROR(FollowOpen(transaction, now, &*open));
    turn = open->turn_time_micros();
  }
  // Also where nothing else has changed: it has had its turn.
  return HadTurn(transaction, now, patient, turn);
}

absl::Status Consequences::RecordClosed(Transaction& transaction, absl::string_view patient) const {
  return ForEachEpisode(transaction, patient, [&](EpisodeRecord& episode) -> absl::Status {
    const v1::Episode& known = episode.episode();
    if (known.state() != v1::Episode::STATE_CLOSED || episode.exclusions_recorded()) {
      return absl::OkStatus();
    }
    const absl::Time closed = FromWire(known.closing().time());
    const auto before = files_.Read(transaction, closed, episode);
    // No policy says what had excluded, or no clinic what day it was.
    if (absl::IsFailedPrecondition(before.status()) || absl::IsNotFound(before.status())) {
      return absl::OkStatus();
    }
    RETURN_IF_ERROR(before.status());
    CaseFile file = *before;
    RecordExclusions(EvaluateFile(file), &file);
    RETURN_IF_ERROR(WriteParts(transaction, before->exclusions, &file.exclusions));
    return Save(transaction, FromWire(known.update_time()), &file.episode);
  });
}

absl::Status Consequences::HaveTurn(Transaction& transaction, absl::Time now,
                                    absl::string_view patient) {
  RETURN_IF_ERROR(transaction.BumpGuard(patient));
  return transaction.Execute(kHaveTurn, {Value::Text(patient), Value::Time(now)}).status();
}

absl::Status Consequences::PutOffTurn(Transaction& transaction, absl::Time now,
                                      absl::string_view patient) {
  RETURN_IF_ERROR(transaction.BumpGuard(patient));
  return HadTurn(transaction, now, patient, absl::ToUnixMicros(now + limits::kTurnLookAgainAfter));
}

}  // namespace clarity::consultation
