#include "services/consultation/service.h"

#include <cstdint>
#include <utility>

#include "clarity/consultation/v1/clearance_service.grpc.pb.h"
#include "clarity/consultation/v1/episode_service.grpc.pb.h"
#include "clarity/consultation/v1/evaluation_service.grpc.pb.h"
#include "clarity/consultation/v1/outcome_service.grpc.pb.h"
#include "clarity/consultation/v1/patient_service.grpc.pb.h"
#include "clarity/consultation/v1/plan_service.grpc.pb.h"
#include "clarity/consultation/v1/policy_service.grpc.pb.h"
#include "services/consultation/clearance/clearances.h"
#include "services/consultation/clearance/overrides.h"
#include "services/consultation/clearance/requirements.h"
#include "services/consultation/clearance/results.h"
#include "services/consultation/evaluation/evaluations.h"
#include "services/consultation/evaluation/questionnaires.h"
#include "services/consultation/evaluation/responses.h"
#include "services/consultation/intake/contacts.h"
#include "services/consultation/intake/episode_log.h"
#include "services/consultation/intake/episode_watch.h"
#include "services/consultation/intake/episodes.h"
#include "services/consultation/intake/safety_alerts.h"
#include "services/consultation/outcome/outcomes.h"
#include "services/consultation/pathway/case_file.h"
#include "services/consultation/pathway/consequences.h"
#include "services/consultation/pathway/open_episodes.h"
#include "services/consultation/pathway/pathways.h"
#include "services/consultation/pathway/turns.h"
#include "services/consultation/patients/consents.h"
#include "services/consultation/patients/emergency_access.h"
#include "services/consultation/patients/patient_merge.h"
#include "services/consultation/patients/patient_search.h"
#include "services/consultation/patients/patients.h"
#include "services/consultation/patients/search_index.h"
#include "services/consultation/plan/plans.h"
#include "services/consultation/plan/reconciliation.h"
#include "services/consultation/policy/policies.h"
#include "services/consultation/policy/policy_store.h"
#include "services/consultation/scheduling/clinics.h"
#include "services/consultation/scheduling/outbox.h"
#include "services/consultation/scheduling/visits.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/rpc/door.h"

namespace clarity::consultation {
namespace {

using Context = grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

// The use cases, in the order in which they stand on each other.
struct UseCases {
  UseCases(storage::Database* database, rpc::Notifier* notifier, const base::Clock* clock,
           base::Random* random, prometheus::Registry* metrics, std::string search_key)
      : clinics(database),
        outbox(database, notifier, clock, random, metrics),
        log(notifier),
        case_files(&policy_store, &clinics),
        consequences(&case_files, &outbox, &log, random),
        reconciliation(database, clock, &outbox, &consequences),
        turns(database, clock, &consequences),
        index(std::move(search_key)),
        patients(&index, &clinics, &consequences, random),
        search(&index, &clinics),
        merge(&index, &outbox, &log, &consequences),
        consents(&consequences),
        emergencies(random),
        open_episodes(&case_files),
        policies(&policy_store, &open_episodes),
        episodes(&policy_store, &clinics, &consequences, random),
        contacts(&clinics, &log, random),
        alerts(&policy_store, &clinics, &log, random),
        outcomes(&policy_store, &alerts, &consequences, random),
        plans(&policy_store, &clinics, &consequences, &outbox, random),
        questionnaires(&policy_store),
        responses(&policy_store, &clinics, &consequences, &log, random),
        evaluations(&policy_store, &case_files),
        results(&policy_store, &consequences, random),
        requirements(&consequences),
        overrides(&consequences),
        clearances(&consequences, random),
        visits(
            database, clock,
            [this, clock](storage::Transaction& transaction, absl::string_view patient) {
              return consequences.FollowPatient(transaction, clock->Now(), patient);
            },
            [clock](storage::Transaction& transaction, absl::string_view patient) {
              return Consequences::HaveTurn(transaction, clock->Now(), patient);
            }),
        pathways(&consequences, &outbox, &visits),
        watch(database, &clinics) {}

  PolicyStore policy_store;
  Clinics clinics;
  Outbox outbox;
  EpisodeLog log;
  CaseFiles case_files;
  Consequences consequences;
  Reconciliation reconciliation;
  Turns turns;
  SearchIndex index;
  Patients patients;
  PatientSearch search;
  PatientMerge merge;
  Consents consents;
  EmergencyAccesses emergencies;
  OpenEpisodes open_episodes;
  Policies policies;
  Episodes episodes;
  Contacts contacts;
  SafetyAlerts alerts;
  Outcomes outcomes;
  Plans plans;
  Questionnaires questionnaires;
  Responses responses;
  Evaluations evaluations;
  Results results;
  Requirements requirements;
  Overrides overrides;
  Clearances clearances;
  Visits visits;
  Pathways pathways;
  EpisodeWatch watch;
};

// The gRPC surface, a line a method.
class PatientSurface final : public v1::PatientService::CallbackService {
 public:
  PatientSurface(rpc::Door* door, UseCases* use) : door_(*door), use_(*use) {}

  ServerUnaryReactor* CreatePatient(Context* c, const v1::CreatePatientRequest* q,
                                    v1::Patient* r) override {
    return door_.Write(c, q, r, &use_.patients, &Patients::Create);
  }
  ServerUnaryReactor* GetPatient(Context* c, const v1::GetPatientRequest* q,
                                 v1::Patient* r) override {
    return door_.Read(c, q, r, &use_.patients, &Patients::Get);
  }
  ServerUnaryReactor* BatchGetPatients(Context* c, const v1::BatchGetPatientsRequest* q,
                                       v1::BatchGetPatientsResponse* r) override {
    return door_.Read(c, q, r, &use_.patients, &Patients::BatchGet);
  }
  ServerUnaryReactor* UpdatePatient(Context* c, const v1::UpdatePatientRequest* q,
                                    v1::Patient* r) override {
    return door_.Write(c, q, r, &use_.patients, &Patients::Update);
  }
  ServerUnaryReactor* SearchPatients(Context* c, const v1::SearchPatientsRequest* q,
                                     v1::SearchPatientsResponse* r) override {
    return door_.Read(c, q, r, &use_.search, &PatientSearch::Search);
  }
  ServerUnaryReactor* MergePatients(Context* c, const v1::MergePatientsRequest* q,
                                    v1::Patient* r) override {
    return door_.Write(c, q, r, &use_.merge, &PatientMerge::Merge);
  }
  ServerUnaryReactor* RecordConsent(Context* c, const v1::RecordConsentRequest* q,
                                    v1::Patient* r) override {
    return door_.Write(c, q, r, &use_.consents, &Consents::Record);
  }
  ServerUnaryReactor* WithdrawConsent(Context* c, const v1::WithdrawConsentRequest* q,
                                      v1::Patient* r) override {
    return door_.Write(c, q, r, &use_.consents, &Consents::Withdraw);
  }
  ServerUnaryReactor* BreakGlass(Context* c, const v1::BreakGlassRequest* q,
                                 v1::EmergencyAccess* r) override {
    return door_.Write(c, q, r, &use_.emergencies, &EmergencyAccesses::BreakGlass);
  }
  ServerUnaryReactor* ListEmergencyAccesses(Context* c, const v1::ListEmergencyAccessesRequest* q,
                                            v1::ListEmergencyAccessesResponse* r) override {
    return door_.Read(c, q, r, &use_.emergencies, &EmergencyAccesses::List);
  }

 private:
  rpc::Door& door_;
  UseCases& use_;
};

class EpisodeSurface final : public v1::EpisodeService::CallbackService {
 public:
  EpisodeSurface(rpc::Door* door, UseCases* use) : door_(*door), use_(*use) {}

  ServerUnaryReactor* OpenEpisode(Context* c, const v1::OpenEpisodeRequest* q,
                                  v1::Episode* r) override {
    return door_.Write(c, q, r, &use_.episodes, &Episodes::Open);
  }
  ServerUnaryReactor* GetEpisode(Context* c, const v1::GetEpisodeRequest* q,
                                 v1::Episode* r) override {
    return door_.Read(c, q, r, &use_.episodes, &Episodes::Get);
  }
  ServerUnaryReactor* ListEpisodes(Context* c, const v1::ListEpisodesRequest* q,
                                   v1::ListEpisodesResponse* r) override {
    return door_.Read(c, q, r, &use_.episodes, &Episodes::List);
  }
  ServerUnaryReactor* CloseEpisode(Context* c, const v1::CloseEpisodeRequest* q,
                                   v1::Episode* r) override {
    return door_.Write(c, q, r, &use_.episodes, &Episodes::Close);
  }
  ServerUnaryReactor* LogContact(Context* c, const v1::LogContactRequest* q,
                                 v1::Contact* r) override {
    return door_.Write(c, q, r, &use_.contacts, &Contacts::Log);
  }
  ServerUnaryReactor* ListContacts(Context* c, const v1::ListContactsRequest* q,
                                   v1::ListContactsResponse* r) override {
    return door_.Read(c, q, r, &use_.contacts, &Contacts::List);
  }
  ServerUnaryReactor* ListOverdueContacts(Context* c, const v1::ListOverdueContactsRequest* q,
                                          v1::ListOverdueContactsResponse* r) override {
    return door_.Read(c, q, r, &use_.contacts, &Contacts::ListOverdue);
  }
  ServerUnaryReactor* RaiseSafetyAlert(Context* c, const v1::RaiseSafetyAlertRequest* q,
                                       v1::SafetyAlert* r) override {
    return door_.Write(c, q, r, &use_.alerts, &SafetyAlerts::Raise);
  }
  ServerUnaryReactor* AcknowledgeSafetyAlert(Context* c, const v1::AcknowledgeSafetyAlertRequest* q,
                                             v1::SafetyAlert* r) override {
    return door_.Write(c, q, r, &use_.alerts, &SafetyAlerts::Acknowledge);
  }
  ServerUnaryReactor* ListSafetyAlerts(Context* c, const v1::ListSafetyAlertsRequest* q,
                                       v1::ListSafetyAlertsResponse* r) override {
    return door_.Read(c, q, r, &use_.alerts, &SafetyAlerts::List);
  }
  ServerUnaryReactor* GetPathway(Context* c, const v1::GetPathwayRequest* q,
                                 v1::Pathway* r) override {
    return door_.Read(c, q, r, &use_.pathways, &Pathways::Get);
  }
  ServerUnaryReactor* OverrideStep(Context* c, const v1::OverrideStepRequest* q,
                                   v1::Pathway* r) override {
    return door_.Write(c, q, r, &use_.pathways, &Pathways::Override);
  }
  grpc::ServerWriteReactor<v1::WatchEpisodesResponse>* WatchEpisodes(
      Context* c, const v1::WatchEpisodesRequest* q) override {
    return door_.Watch(c, q, &use_.watch, &EpisodeWatch::Open);
  }

 private:
  rpc::Door& door_;
  UseCases& use_;
};

class OutcomeSurface final : public v1::OutcomeService::CallbackService {
 public:
  OutcomeSurface(rpc::Door* door, UseCases* use) : door_(*door), use_(*use) {}

  ServerUnaryReactor* ListScales(Context* c, const v1::ListScalesRequest* q,
                                 v1::ListScalesResponse* r) override {
    return door_.Read(c, q, r, &use_.outcomes, &Outcomes::ListScales);
  }
  ServerUnaryReactor* RecordOutcome(Context* c, const v1::RecordOutcomeRequest* q,
                                    v1::Outcome* r) override {
    return door_.WriteOrKeep(c, q, r, &use_.outcomes, &Outcomes::Record, &Outcomes::KeepRecorded);
  }
  ServerUnaryReactor* CorrectOutcome(Context* c, const v1::CorrectOutcomeRequest* q,
                                     v1::Outcome* r) override {
    return door_.WriteOrKeep(c, q, r, &use_.outcomes, &Outcomes::Correct, &Outcomes::KeepCorrected);
  }
  ServerUnaryReactor* ListOutcomes(Context* c, const v1::ListOutcomesRequest* q,
                                   v1::ListOutcomesResponse* r) override {
    return door_.Read(c, q, r, &use_.outcomes, &Outcomes::List);
  }

 private:
  rpc::Door& door_;
  UseCases& use_;
};

class PlanSurface final : public v1::PlanService::CallbackService {
 public:
  PlanSurface(rpc::Door* door, UseCases* use) : door_(*door), use_(*use) {}

  ServerUnaryReactor* ListProtocols(Context* c, const v1::ListProtocolsRequest* q,
                                    v1::ListProtocolsResponse* r) override {
    return door_.Read(c, q, r, &use_.plans, &Plans::ListProtocols);
  }
  ServerUnaryReactor* DraftPlan(Context* c, const v1::DraftPlanRequest* q, v1::Plan* r) override {
    return door_.Write(c, q, r, &use_.plans, &Plans::Draft);
  }
  ServerUnaryReactor* AmendPlan(Context* c, const v1::AmendPlanRequest* q, v1::Plan* r) override {
    return door_.Write(c, q, r, &use_.plans, &Plans::Amend);
  }
  ServerUnaryReactor* CosignPlan(Context* c, const v1::CosignPlanRequest* q, v1::Plan* r) override {
    return door_.Write(c, q, r, &use_.plans, &Plans::Cosign);
  }
  ServerUnaryReactor* SignPlan(Context* c, const v1::SignPlanRequest* q, v1::Plan* r) override {
    return door_.Write(c, q, r, &use_.plans, &Plans::Sign);
  }
  ServerUnaryReactor* SuspendPlan(Context* c, const v1::SuspendPlanRequest* q,
                                  v1::Plan* r) override {
    return door_.Write(c, q, r, &use_.plans, &Plans::Suspend);
  }
  ServerUnaryReactor* ResumePlan(Context* c, const v1::ResumePlanRequest* q, v1::Plan* r) override {
    return door_.Write(c, q, r, &use_.plans, &Plans::Resume);
  }
  ServerUnaryReactor* ClosePlan(Context* c, const v1::ClosePlanRequest* q, v1::Plan* r) override {
    return door_.Write(c, q, r, &use_.plans, &Plans::Close);
  }
  ServerUnaryReactor* GetPlan(Context* c, const v1::GetPlanRequest* q, v1::Plan* r) override {
    return door_.Read(c, q, r, &use_.plans, &Plans::Get);
  }
  ServerUnaryReactor* ListPlans(Context* c, const v1::ListPlansRequest* q,
                                v1::ListPlansResponse* r) override {
    return door_.Read(c, q, r, &use_.plans, &Plans::List);
  }

 private:
  rpc::Door& door_;
  UseCases& use_;
};

class EvaluationSurface final : public v1::EvaluationService::CallbackService {
 public:
  EvaluationSurface(rpc::Door* door, UseCases* use) : door_(*door), use_(*use) {}

  ServerUnaryReactor* ListQuestionnaires(Context* c, const v1::ListQuestionnairesRequest* q,
                                         v1::ListQuestionnairesResponse* r) override {
    return door_.Read(c, q, r, &use_.questionnaires, &Questionnaires::List);
  }
  ServerUnaryReactor* SaveAnswers(Context* c, const v1::SaveAnswersRequest* q,
                                  v1::QuestionnaireResponse* r) override {
    return door_.Write(c, q, r, &use_.responses, &Responses::Save);
  }
  ServerUnaryReactor* SubmitResponse(Context* c, const v1::SubmitResponseRequest* q,
                                     v1::QuestionnaireResponse* r) override {
    return door_.Write(c, q, r, &use_.responses, &Responses::Submit);
  }
  ServerUnaryReactor* AmendResponse(Context* c, const v1::AmendResponseRequest* q,
                                    v1::QuestionnaireResponse* r) override {
    return door_.Write(c, q, r, &use_.responses, &Responses::Amend);
  }
  ServerUnaryReactor* GetResponse(Context* c, const v1::GetResponseRequest* q,
                                  v1::QuestionnaireResponse* r) override {
    return door_.Read(c, q, r, &use_.responses, &Responses::Get);
  }
  ServerUnaryReactor* ListResponses(Context* c, const v1::ListResponsesRequest* q,
                                    v1::ListResponsesResponse* r) override {
    return door_.Read(c, q, r, &use_.responses, &Responses::List);
  }
  ServerUnaryReactor* EvaluateEpisode(Context* c, const v1::EvaluateEpisodeRequest* q,
                                      v1::Evaluation* r) override {
    return door_.Read(c, q, r, &use_.evaluations, &Evaluations::Evaluate);
  }

 private:
  rpc::Door& door_;
  UseCases& use_;
};

class ClearanceSurface final : public v1::ClearanceService::CallbackService {
 public:
  ClearanceSurface(rpc::Door* door, UseCases* use) : door_(*door), use_(*use) {}

  ServerUnaryReactor* ListRequirements(Context* c, const v1::ListRequirementsRequest* q,
                                       v1::ListRequirementsResponse* r) override {
    return door_.Read(c, q, r, &use_.requirements, &Requirements::List);
  }
  ServerUnaryReactor* WaiveRequirement(Context* c, const v1::WaiveRequirementRequest* q,
                                       v1::Requirement* r) override {
    return door_.Write(c, q, r, &use_.requirements, &Requirements::Waive);
  }
  ServerUnaryReactor* OverrideRule(Context* c, const v1::OverrideRuleRequest* q,
                                   v1::RuleOverride* r) override {
    return door_.Write(c, q, r, &use_.overrides, &Overrides::OverrideRule);
  }
  ServerUnaryReactor* ListTests(Context* c, const v1::ListTestsRequest* q,
                                v1::ListTestsResponse* r) override {
    return door_.Read(c, q, r, &use_.results, &Results::ListTests);
  }
  ServerUnaryReactor* RecordResults(Context* c, const v1::RecordResultsRequest* q,
                                    v1::RecordResultsResponse* r) override {
    return door_.Write(c, q, r, &use_.results, &Results::Record);
  }
  ServerUnaryReactor* CorrectResult(Context* c, const v1::CorrectResultRequest* q,
                                    v1::Result* r) override {
    return door_.Write(c, q, r, &use_.results, &Results::Correct);
  }
  ServerUnaryReactor* WithdrawResult(Context* c, const v1::WithdrawResultRequest* q,
                                     v1::Result* r) override {
    return door_.Write(c, q, r, &use_.results, &Results::Withdraw);
  }
  ServerUnaryReactor* ListResults(Context* c, const v1::ListResultsRequest* q,
                                  v1::ListResultsResponse* r) override {
    return door_.Read(c, q, r, &use_.results, &Results::List);
  }
  ServerUnaryReactor* DecideClearance(Context* c, const v1::DecideClearanceRequest* q,
                                      v1::Clearance* r) override {
    return door_.Write(c, q, r, &use_.clearances, &Clearances::Decide);
  }
  ServerUnaryReactor* GetClearance(Context* c, const v1::GetClearanceRequest* q,
                                   v1::Clearance* r) override {
    return door_.Read(c, q, r, &use_.clearances, &Clearances::Get);
  }
  ServerUnaryReactor* ListClearances(Context* c, const v1::ListClearancesRequest* q,
                                     v1::ListClearancesResponse* r) override {
    return door_.Read(c, q, r, &use_.clearances, &Clearances::List);
  }

 private:
  rpc::Door& door_;
  UseCases& use_;
};

class PolicySurface final : public v1::PolicyService::CallbackService {
 public:
  PolicySurface(rpc::Door* door, UseCases* use) : door_(*door), use_(*use) {}

  ServerUnaryReactor* ApplyPolicy(Context* c, const v1::ApplyPolicyRequest* q,
                                  v1::ApplyPolicyResponse* r) override {
    return door_.Write(c, q, r, &use_.policies, &Policies::Apply);
  }
  ServerUnaryReactor* GetPolicy(Context* c, const v1::GetPolicyRequest* q, v1::Policy* r) override {
    return door_.Read(c, q, r, &use_.policies, &Policies::Get);
  }
  ServerUnaryReactor* ListPolicyVersions(Context* c, const v1::ListPolicyVersionsRequest* q,
                                         v1::ListPolicyVersionsResponse* r) override {
    return door_.Read(c, q, r, &use_.policies, &Policies::List);
  }

 private:
  rpc::Door& door_;
  UseCases& use_;
};

class Services final : public ConsultationServices {
 public:
  Services(storage::Database* database, rpc::Notifier* notifier, const base::Clock* clock,
           base::Random* random, prometheus::Registry* metrics, std::string search_key)
      : use_(database, notifier, clock, random, metrics, std::move(search_key)) {}

  absl::Status Open(storage::Database* database) {
    return database->WriteAndWait(
        [this](storage::Transaction& transaction) { return use_.index.CheckKey(transaction); });
  }

  std::vector<grpc::Service*> OpenTo(rpc::Door* door) override {
    patients_ = std::make_unique<PatientSurface>(door, &use_);
    policies_ = std::make_unique<PolicySurface>(door, &use_);
    episodes_ = std::make_unique<EpisodeSurface>(door, &use_);
    evaluations_ = std::make_unique<EvaluationSurface>(door, &use_);
    outcomes_ = std::make_unique<OutcomeSurface>(door, &use_);
    plans_ = std::make_unique<PlanSurface>(door, &use_);
    clearances_ = std::make_unique<ClearanceSurface>(door, &use_);
    return {patients_.get(), episodes_.get(), evaluations_.get(), clearances_.get(),
            plans_.get(),    outcomes_.get(), policies_.get()};
  }

  void Follow(const std::shared_ptr<grpc::ChannelInterface>& scheduling,
              const client::Options& options) override {
    use_.clinics.Follow(client::MakeCatalogConnection(scheduling, options));
    client::Options once = options;  // it tries again by itself, and says how often
    once.retry.attempts_max = 1;
    use_.outbox.Follow(
        client::MakeOrderConnection(scheduling, once),
        [this](client::OrderConnection& orders) { return use_.reconciliation.Run(orders); });
    use_.visits.Follow(client::MakeSchedulingConnection(scheduling, options));
    use_.turns.Follow();
  }

  void StopFollowing() override {
    use_.turns.Stop();
    use_.visits.Stop();
    use_.outbox.Stop();
    use_.clinics.Stop();
  }

  absl::StatusOr<int64_t> Tidy(storage::Transaction& transaction, absl::Time) override {
    return use_.outbox.Tidy(transaction);
  }

 private:
  UseCases use_;
  std::unique_ptr<PatientSurface> patients_;
  std::unique_ptr<EpisodeSurface> episodes_;
  std::unique_ptr<EvaluationSurface> evaluations_;
  std::unique_ptr<OutcomeSurface> outcomes_;
  std::unique_ptr<PlanSurface> plans_;
  std::unique_ptr<ClearanceSurface> clearances_;
  std::unique_ptr<PolicySurface> policies_;
};

}  // namespace

std::vector<const google::protobuf::ServiceDescriptor*> Descriptors() {
  std::vector<const google::protobuf::ServiceDescriptor*> services;
  for (const auto* request :
       {v1::CreatePatientRequest::descriptor(), v1::OpenEpisodeRequest::descriptor(),
        v1::EvaluateEpisodeRequest::descriptor(), v1::DecideClearanceRequest::descriptor(),
        v1::DraftPlanRequest::descriptor(), v1::ListScalesRequest::descriptor(),
        v1::ApplyPolicyRequest::descriptor()}) {
    services.push_back(request->file()->service(0));
  }
  return services;
}

absl::StatusOr<std::unique_ptr<ConsultationServices>> MakeServices(
    storage::Database* database, rpc::Notifier* notifier, const base::Clock* clock,
    base::Random* random, prometheus::Registry* metrics, std::string search_key) {
  auto services =
      std::make_unique<Services>(database, notifier, clock, random, metrics, std::move(search_key));
  RETURN_IF_ERROR(services->Open(database));
  return services;
}

}  // namespace clarity::consultation
