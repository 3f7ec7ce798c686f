#include "services/consultation/pathway/open_episodes.h"

#include <string>
#include <utility>
#include <vector>

#include "services/consultation/episode_parts.h"
#include "services/consultation/limits.h"
#include "services/consultation/pathway/consider.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/storage/record.h"

namespace clarity::consultation {
namespace {

using storage::Row;
using storage::Sql;
using storage::Transaction;
using storage::Value;
using storage::v1::EpisodeRecord;

// What is kept in memory at once.
constexpr int64_t kRowsPerStep = 500;

static_assert(v1::Episode::STATE_CLOSED == 4);
constexpr Sql kOpenAfter = {
    "SELECT name, clinic, body FROM episode WHERE state <> 4 AND name > $1 ORDER BY name LIMIT $2"};

// Some rows, and where they end.
struct Step {
  std::vector<EpisodeRecord> concerned;
  std::string last;
  int64_t rows = 0;
};

absl::StatusOr<Step> ReadStep(Transaction& transaction, absl::string_view after,
                              absl::FunctionRef<bool(absl::string_view)> is_concerned) {
  Step step;
  RETURN_IF_ERROR(transaction.Query(
      kOpenAfter, {Value::Text(after), Value::Integer(kRowsPerStep)},
      [&](const Row& row) -> absl::Status {
        ++step.rows;
        step.last = std::string(row.Text(0));
        if (!is_concerned(row.Text(1))) return absl::OkStatus();
        ASSIGN_OR_RETURN(auto record, storage::ParseRecord<EpisodeRecord>(row.Text(2)));
        step.concerned.push_back(std::move(record));
        return absl::OkStatus();
      }));
  return step;
}

}  // namespace

absl::StatusOr<OpenEpisode> OpenEpisodes::Read(Transaction& transaction, absl::Time now,
                                               const v1::Episode& episode) const {
  OpenEpisode open;
  open.name = episode.name();
  open.clinic = episode.clinic();
  ASSIGN_OR_RETURN(const auto patient, ReadPatient(transaction, episode.patient()));
  ASSIGN_OR_RETURN(open.facts, files_.ReadFacts(transaction, now, episode, patient.patient()));
  ASSIGN_OR_RETURN(const auto clearance,
                   FindPart<storage::v1::ClearanceRecord>(transaction, episode.clearance()));
  if (clearance.has_value() && IsClearing(clearance->clearance())) {
    open.cleared_for = clearance->clearance().protocols();
  }
  return open;
}

absl::StatusOr<bool> OpenEpisodes::ForEachOpen(
    Transaction& transaction, absl::Time now,
    absl::FunctionRef<bool(absl::string_view)> is_concerned,
    absl::FunctionRef<bool(const OpenEpisode&)> visit) const {
  std::string last;
  for (int64_t rows = 0; rows < limits::kTrialRowsMax; rows += kRowsPerStep) {
    ASSIGN_OR_RETURN(Step step, ReadStep(transaction, last, is_concerned));
    for (const EpisodeRecord& record : step.concerned) {
      const auto episode = Read(transaction, now, record.episode());
      if (absl::IsNotFound(episode.status())) continue;  // scheduling has its clinic no more
      RETURN_IF_ERROR(episode.status());
      if (!visit(*episode)) return true;
    }
    if (step.rows < kRowsPerStep) return false;
    last = std::move(step.last);
  }
  return true;
}

}  // namespace clarity::consultation
