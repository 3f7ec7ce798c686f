#ifndef CLARITY_SERVICES_CONSULTATION_PATHWAY_CASE_FILE_H_
#define CLARITY_SERVICES_CONSULTATION_PATHWAY_CASE_FILE_H_

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "clarity/scheduling/v1/appointment.pb.h"
#include "services/consultation/policy/facts.h"
#include "services/consultation/policy/policy_store.h"
#include "services/consultation/records.h"
#include "services/consultation/scheduling/clinics.h"

namespace clarity::consultation {

// Whether a plan was signed, and is neither replaced nor closed. Of an episode, one does.
bool GoesOn(const v1::Plan& plan);

// All there is about an episode, as far as something follows from it.
struct CaseFile {
  PolicyStore::Policy rulebook;  // of the episode's clinic
  storage::v1::EpisodeRecord episode;
  v1::Patient patient;
  // Of the time the file was read for, in the clock of the episode's clinic.
  Facts facts;
  std::vector<storage::v1::RequirementRecord> requirements;
  std::vector<storage::v1::RuleOverrideRecord> overrides;
  // Of all episodes of the patient.
  std::vector<storage::v1::ExclusionRecord> exclusions;
  // The newest decision: the one that the episode names.
  std::optional<storage::v1::ClearanceRecord> clearance;
  // The plan that was signed last, whatever became of it: the one that the episode names.
  std::optional<storage::v1::PlanRecord> plan;
  // Of the clinic it is for: the plan's days are counted in it.
  absl::TimeZone plan_zone;
  // By their start, as far as scheduling has told.
  std::vector<scheduling::v1::Appointment> visits;
};

// Reads case files.
class CaseFiles {
 public:
  // Both outlive it.
  CaseFiles(PolicyStore* policies, Clinics* clinics) : policies_(*policies), clinics_(*clinics) {}

  // As of `now`. FAILED_PRECONDITION NO_POLICY where the clinic has none.
  absl::StatusOr<CaseFile> Read(storage::Transaction& transaction, absl::Time now,
                                const storage::v1::EpisodeRecord& episode) const;
  // Only what policies can ask about.
  absl::StatusOr<Facts> ReadFacts(storage::Transaction& transaction, absl::Time now,
                                  const v1::Episode& episode, const v1::Patient& patient) const;

 private:
  PolicyStore& policies_;
  Clinics& clinics_;
};

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_PATHWAY_CASE_FILE_H_
