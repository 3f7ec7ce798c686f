#ifndef CLARITY_SERVICES_CONSULTATION_PATHWAY_CONSEQUENCES_H_
#define CLARITY_SERVICES_CONSULTATION_PATHWAY_CONSEQUENCES_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/consultation/intake/episode_log.h"
#include "services/consultation/pathway/case_file.h"
#include "services/consultation/pathway/consider.h"
#include "services/consultation/scheduling/outbox.h"
#include "services/platform/base/ids.h"

namespace clarity::consultation {

// What a change causes, in the transaction that makes it: exclusions go on record, requirements
// appear and go, a clearance
// is open again, a plan is suspended and its orders are revoked, the episode advances; and those
// who watch it are told.
class Consequences {
 public:
  using Kind = v1::WatchEpisodesResponse::Kind;

  // All outlive it.
  Consequences(const CaseFiles* files, const Outbox* outbox, const EpisodeLog* log,
               base::Random* random)
      : files_(*files), outbox_(*outbox), log_(*log), random_(*random) {}

  // The episode's file with everything that follows from it brought up to `now`; nothing is
  // written. What a use case decides by, and what a read shows.
  absl::StatusOr<CaseFile> Read(storage::Transaction& transaction, absl::Time now,
                                const storage::v1::EpisodeRecord& episode,
                                v1::Evaluation* evaluation = nullptr) const;

  // After a change was written that belongs to the episode (`about`, such as "results/0123";
  // empty: the episode itself): writes what it causes. Writes the episode's row in any case; the
  // caller holds the patient's guard. An episode whose clinic has no policy any more is written as
  // it is.
  absl::Status Follow(storage::Transaction& transaction, absl::Time now,
                      storage::v1::EpisodeRecord* episode, absl::string_view about,
                      Kind kind = v1::WatchEpisodesResponse::KIND_UPDATED) const;

  // After a change of the patient: of visits, consents, or the birth date. Does nothing where there
  // is no open episode, or nothing follows for it.
  absl::Status FollowPatient(storage::Transaction& transaction, absl::Time now,
                             absl::string_view patient) const;

  // The episodes whose turn has come by time alone, at most `max` of them, by patient.
  static absl::StatusOr<std::map<std::string, std::string>> WhoseTurn(
      storage::Transaction& transaction, absl::Time now, int64_t max);
  // After time has passed, for one of them.
  absl::Status FollowTime(storage::Transaction& transaction, absl::Time now,
                          absl::string_view patient) const;
  // As if it had passed: the turn of a patient's open episode comes now.
  static absl::Status HaveTurn(storage::Transaction& transaction, absl::Time now,
                               absl::string_view patient);
  // For one with whom that fails: it is looked at again later.
  static absl::Status PutOffTurn(storage::Transaction& transaction, absl::Time now,
                                 absl::string_view patient);

 private:
  // Of an open episode whose guard is held: writes what follows, if anything does.
  absl::Status FollowOpen(storage::Transaction& transaction, absl::Time now,
                          storage::v1::EpisodeRecord* episode) const;
  // Of the patient's closed episodes from before there were records of exclusions: writes those
  // that applied when they were closed.
  absl::Status RecordClosed(storage::Transaction& transaction, absl::string_view patient) const;
  // Writes what of the file differs from `before`, and the episode, and tells who watches.
  absl::Status Apply(storage::Transaction& transaction, absl::Time now, const CaseFile& before,
                     CaseFile* file, absl::string_view about, Kind kind) const;
  // Writes what of the file differs from `before`.
  absl::Status Write(storage::Transaction& transaction, const CaseFile& before,
                     CaseFile* file) const;
  NewRequirementName Names(absl::Time now) const;

  const CaseFiles& files_;
  const Outbox& outbox_;
  const EpisodeLog& log_;
  base::Random& random_;
};

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_PATHWAY_CONSEQUENCES_H_
