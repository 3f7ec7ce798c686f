// Who may call what: every method of every service with every role. What of a reply is told to
// whom is tested beside each service.

#include <chrono>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "clients/core/channel.h"
#include "google/protobuf/descriptor.h"
#include "grpcpp/generic/generic_stub.h"
#include "tests/conformance/conformance_test.h"
#include "tests/support/consultation_connections.h"

namespace clarity::tests {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

// P patient, A agent, S staff, C clinician, O operator, V service: those who may; "-": not.
constexpr char kMatrix[] = R"(
  CatalogService.ApplyCatalog             ----O-
  CatalogService.ExportCatalog            ----O-
  CatalogService.GetClinic                PASCOV
  CatalogService.ListClinics              PASCOV
  CatalogService.GetResource              -ASCOV
  CatalogService.ListResources            -ASCOV
  CatalogService.GetVisitType             PASCOV
  CatalogService.ListVisitTypes           PASCOV
  OrderService.PutOrder                   -----V
  OrderService.RevokeOrder                -----V
  OrderService.GetOrder                   PASC-V
  OrderService.ListOrders                 PASC-V
  OrderService.ReassignPatient            -----V
  SchedulingService.FindSlots             PASC-V
  SchedulingService.CountSlots            PASC-V
  SchedulingService.FindNextAvailable     PASC-V
  SchedulingService.ExplainSlot           -ASC-V
  SchedulingService.CreateHold            PASC-V
  SchedulingService.RenewHold             PASC-V
  SchedulingService.ReleaseHold           PASC-V
  SchedulingService.BookAppointment       PASC-V
  SchedulingService.RescheduleAppointment PASC-V
  SchedulingService.CancelAppointment     PASC-V
  SchedulingService.ConfirmAppointment    PASC-V
  SchedulingService.RecordArrival         --SC--
  SchedulingService.StartAppointment      --SC--
  SchedulingService.CompleteAppointment   --SC--
  SchedulingService.MarkNoShow            --SC--
  SchedulingService.UndoAppointmentStep   --SC--
  SchedulingService.GetAppointment        PASC-V
  SchedulingService.BatchGetAppointments  PASC-V
  SchedulingService.ListAppointments      PASC-V
  SchedulingService.GetDayBoard           -ASC-V
  SchedulingService.WatchAppointments     -ASC-V
  SchedulingService.CreateBlock           --SC-V
  SchedulingService.DeleteBlock           --SC-V
  ClearanceService.ListRequirements       P-SC-V
  ClearanceService.WaiveRequirement       ---C--
  ClearanceService.OverrideRule           ---C--
  ClearanceService.ListTests              --SC-V
  ClearanceService.RecordResults          --SC-V
  ClearanceService.CorrectResult          --SC-V
  ClearanceService.WithdrawResult         --SC-V
  ClearanceService.ListResults            P-SC-V
  ClearanceService.DecideClearance        ---C--
  ClearanceService.GetClearance           ---C-V
  ClearanceService.ListClearances         ---C-V
  EpisodeService.OpenEpisode              PASC-V
  EpisodeService.GetEpisode               PASC-V
  EpisodeService.ListEpisodes             PASC-V
  EpisodeService.CloseEpisode             --SC--
  EpisodeService.LogContact               -ASC-V
  EpisodeService.ListContacts             -ASC-V
  EpisodeService.ListOverdueContacts      -ASC-V
  EpisodeService.RaiseSafetyAlert         -ASC-V
  EpisodeService.AcknowledgeSafetyAlert   ---C--
  EpisodeService.ListSafetyAlerts         --SC-V
  EpisodeService.GetPathway               PASC-V
  EpisodeService.OverrideStep             ---C--
  EpisodeService.WatchEpisodes            -ASC-V
  EvaluationService.ListQuestionnaires    PASC-V
  EvaluationService.SaveAnswers           PASC-V
  EvaluationService.SubmitResponse        PASC-V
  EvaluationService.AmendResponse         P-SC-V
  EvaluationService.GetResponse           PASC-V
  EvaluationService.ListResponses         PASC-V
  EvaluationService.EvaluateEpisode       ---C-V
  OutcomeService.ListScales               P-SC-V
  OutcomeService.RecordOutcome            P-SC-V
  OutcomeService.CorrectOutcome           P-SC-V
  OutcomeService.ListOutcomes             P--C-V
  PatientService.CreatePatient            -ASC-V
  PatientService.GetPatient               PASC-V
  PatientService.BatchGetPatients         -ASC-V
  PatientService.UpdatePatient            PASC-V
  PatientService.SearchPatients           -ASC-V
  PatientService.MergePatients            --SC--
  PatientService.RecordConsent            PASC-V
  PatientService.WithdrawConsent          PASC-V
  PatientService.BreakGlass               ---C--
  PatientService.ListEmergencyAccesses    -----V
  PlanService.ListProtocols               --SC-V
  PlanService.DraftPlan                   ---C--
  PlanService.AmendPlan                   ---C--
  PlanService.CosignPlan                  ---C--
  PlanService.SignPlan                    ---C--
  PlanService.SuspendPlan                 ---C--
  PlanService.ResumePlan                  ---C--
  PlanService.ClosePlan                   ---C--
  PlanService.GetPlan                     P--C-V
  PlanService.ListPlans                   P--C-V
  PolicyService.ApplyPolicy               ----O-
  PolicyService.GetPolicy                 ---COV
  PolicyService.ListPolicyVersions              ---COV
)";

struct RoleOf {
  char letter;
  const char* role;
};
constexpr RoleOf kRoles[] = {{'P', "PATIENT"},   {'A', "AGENT"},    {'S', "STAFF"},
                             {'C', "CLINICIAN"}, {'O', "OPERATOR"}, {'V', "SERVICE"}};

constexpr const char* kServices[] = {
    "clarity.scheduling.v1.CatalogService",    "clarity.scheduling.v1.OrderService",
    "clarity.scheduling.v1.SchedulingService", "clarity.consultation.v1.ClearanceService",
    "clarity.consultation.v1.EpisodeService",  "clarity.consultation.v1.EvaluationService",
    "clarity.consultation.v1.OutcomeService",  "clarity.consultation.v1.PatientService",
    "clarity.consultation.v1.PlanService",     "clarity.consultation.v1.PolicyService"};

// "EpisodeService.OpenEpisode" to "PASC-V".
std::map<std::string, std::string> Expected() {
  std::map<std::string, std::string> expected;
  for (const absl::string_view line : absl::StrSplit(kMatrix, '\n', absl::SkipEmpty())) {
    const std::vector<std::string> words = absl::StrSplit(line, ' ', absl::SkipEmpty());
    expected[words.at(0)] = words.at(1);
  }
  return expected;
}

class AccessTest : public ConformanceTest {
 protected:
  // A token of the role for everything it can be for.
  std::string TokenOf(const char* role) const {
    TokenClaims claims = Claims(absl::StrCat("user-", role), role);
    if (std::string(role) == "PATIENT") {
      claims.patient = NewPatient();
      claims.clinics = {};
    }
    if (std::string(role) == "CLINICIAN") claims.practitioner = "practitioners/dr-okafor";
    return server_.Token(claims);
  }

  std::string NewPatient() const {
    consultation::v1::CreatePatientRequest request;
    request.mutable_patient()->set_given_name("Maria");
    request.mutable_patient()->set_family_name("Ortiz");
    request.mutable_patient()->set_clinic(kLakeForest);
    const auto agent = ConnectConsultation(server_.consultation_address(),
                                           server_.Token(Claims("agent", "AGENT")));
    return Value(agent.patients->Call(&PatientStub::CreatePatient, request)).name();
  }

  // Whether the role gets past the door with an empty request: it is told what is wrong with it,
  // but not that it may not ask.
  bool MayCall(const MethodDescriptor& method, const std::string& token) const {
    grpc::ClientContext context;
    context.AddMetadata("authorization", absl::StrCat("Bearer ", token));
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    grpc::CompletionQueue queue;
    grpc::GenericStub stub(channel_);
    const std::string path = absl::StrCat("/", method.service()->full_name(), "/", method.name());
    const auto call = stub.PrepareCall(&context, path, &queue);
    call->StartCall(nullptr);
    Await(&queue);
    const grpc::Slice empty(std::string{});
    const grpc::ByteBuffer request(&empty, 1);
    call->WriteLast(request, grpc::WriteOptions(), nullptr);
    Await(&queue);
    // A stream that has begun to tell need not end.
    grpc::ByteBuffer reply;
    call->Read(&reply, nullptr);
    if (Await(&queue)) {
      context.TryCancel();
      grpc::Status ignored;
      call->Finish(&ignored, nullptr);
      Await(&queue);
      return true;
    }
    grpc::Status status;
    call->Finish(&status, nullptr);
    Await(&queue);
    EXPECT_NE(status.error_code(), grpc::StatusCode::UNIMPLEMENTED) << path;
    EXPECT_NE(status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED) << path;
    return status.error_code() != grpc::StatusCode::PERMISSION_DENIED;
  }

  std::string WhoMayCall(const MethodDescriptor& method) const {
    std::string who;
    for (const RoleOf& role : kRoles) {
      who += MayCall(method, tokens_.at(role.letter)) ? role.letter : '-';
    }
    return who;
  }

  void SetUp() override {
    for (const RoleOf& role : kRoles) tokens_[role.letter] = TokenOf(role.role);
    client::ChannelOptions where;
    where.server = server_.address();
    channel_ = Value(client::MakeChannel(where));
  }

 private:
  static bool Await(grpc::CompletionQueue* queue) {
    void* tag = nullptr;
    bool ok = false;
    return queue->Next(&tag, &ok) && ok;
  }

  std::map<char, std::string> tokens_;
  std::shared_ptr<grpc::Channel> channel_;
};

TEST_F(AccessTest, EveryMethodIsForThoseItIsMeantFor) {
  auto expected = Expected();
  std::string actual;
  for (const char* name : kServices) {
    const ServiceDescriptor* service = DescriptorPool::generated_pool()->FindServiceByName(name);
    ASSERT_NE(service, nullptr) << name;
    for (int i = 0; i < service->method_count(); ++i) {
      const MethodDescriptor& method = *service->method(i);
      const std::string row = absl::StrCat(service->name(), ".", method.name());
      const std::string who = WhoMayCall(method);
      absl::StrAppend(&actual, row, " ", who, "\n");
      EXPECT_EQ(who, expected[row]) << row;
      expected.erase(row);
    }
  }
  for (const auto& [row, who] : expected) ADD_FAILURE() << row << " is no method";
  if (HasFailure()) std::cerr << actual;
}

}  // namespace
}  // namespace clarity::tests
