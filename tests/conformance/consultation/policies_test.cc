// Policies: declared whole, changed in one step, every version kept.

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/message_differencer.h"
#include "tests/conformance/consultation/consultation_test.h"
#include "tests/support/policies.h"

namespace clarity::tests {
namespace {

using absl::StatusCode;
using client::PolicyClient;
using google::protobuf::util::MessageDifferencer;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Applied = v1::ApplyPolicyResponse;

class PoliciesTest : public ConsultationTest {
 protected:
  static v1::ApplyPolicyRequest Of(const v1::Policy& policy) {
    v1::ApplyPolicyRequest request;
    *request.mutable_policy() = policy;
    return request;
  }
  Applied Apply(const v1::Policy& policy) const { return Value(operator_.ApplyPolicy(Of(policy))); }

  // "UPDATE rules ecg-by-risk", a line a difference.
  static std::vector<std::string> Told(const Applied& applied) {
    std::vector<std::string> lines;
    for (const auto& difference : applied.differences()) {
      std::string line = Applied::Action_Name(difference.action()).substr(sizeof("ACTION_") - 1);
      line += " " + difference.part();
      if (!difference.id().empty()) line += " " + difference.id();
      lines.push_back(line);
    }
    return lines;
  }
  static v1::Rule& RuleOf(v1::Policy* policy, const std::string& id) {
    for (v1::Rule& rule : *policy->mutable_rules()) {
      if (rule.id() == id) return rule;
    }
    throw std::runtime_error("no rule " + id);
  }
  // "policies/demo 2", a line a version.
  static std::vector<std::string> Versions(const PolicyClient& client,
                                           const std::string& name = "") {
    std::vector<std::string> lines;
    for (const auto& version : All(client.ListPolicyVersions(name))) {
      lines.push_back(version.name() + " " + std::to_string(version.version()));
    }
    return lines;
  }

  const PolicyClient operator_ = Caller(Claims("operator", "OPERATOR")).AsOperator();
};

TEST_F(PoliciesTest, AChoiceOfAScaleSaysWhatItScores) {
  v1::Policy policy = DemoPolicy();
  policy.mutable_scales(0)->mutable_choices(0)->clear_score();
  EXPECT_THAT(ViolatedFields(operator_.ApplyPolicy(Of(policy)).status()),
              ElementsAre("policy.scales[0].choices[0].score"));
}

TEST_F(PoliciesTest, WhatWasAppliedIsReadBackWhole) {
  const Applied applied = Apply(DemoPolicy());
  EXPECT_EQ(applied.version(), 1);
  v1::Policy policy = Value(operator_.GetPolicy("policies/demo"));
  EXPECT_EQ(policy.version(), 1);
  EXPECT_EQ(policy.etag(), applied.etag());
  EXPECT_EQ(FromWire(policy.apply_time()), clock().Now());
  policy.clear_version();
  policy.clear_etag();
  policy.clear_apply_time();
  EXPECT_TRUE(MessageDifferencer::Equals(policy, DemoPolicy()));
}

TEST_F(PoliciesTest, ApplyingWhatIsThereChangesNothing) {
  const Applied first = Apply(DemoPolicy());
  const Applied again = Apply(DemoPolicy());
  EXPECT_THAT(again.differences(), IsEmpty());
  EXPECT_EQ(again.version(), 1);
  EXPECT_EQ(again.etag(), first.etag());
  EXPECT_THAT(Versions(operator_), ElementsAre("policies/demo 1"));
}

TEST_F(PoliciesTest, DifferencesAreToldInThePolicysOrder) {
  Apply(DemoPolicy());
  v1::Policy policy = DemoPolicy();
  policy.set_display_name("Revised");
  policy.mutable_settings()->set_consultation_warning_days(6);
  RuleOf(&policy, "lamotrigine").set_id("lamotrigine-now");
  RuleOf(&policy, "cystitis").set_display_name("Bladder");
  policy.mutable_protocols()->SwapElements(0, 1);
  EXPECT_THAT(Told(Apply(policy)),
              ElementsAre("UPDATE display_name", "UPDATE settings", "CREATE rules lamotrigine-now",
                          "UPDATE rules cystitis", "DELETE rules lamotrigine", "UPDATE protocols"));
}

TEST_F(PoliciesTest, EveryVersionIsKeptWithWhoAppliedItAndWhy) {
  Apply(DemoPolicy());
  clock().Advance(absl::Hours(1));
  v1::Policy policy = DemoPolicy();
  policy.set_display_name("Revised");
  auto request = Of(policy);
  request.set_comment("a better name");
  EXPECT_EQ(Value(operator_.ApplyPolicy(request)).version(), 2);
  EXPECT_EQ(Value(operator_.GetPolicy("policies/demo", 1)).display_name(), "Demo policy");
  EXPECT_EQ(Value(operator_.GetPolicy("policies/demo", 2)).display_name(), "Revised");
  EXPECT_EQ(Value(operator_.GetPolicy("policies/demo")).version(), 2);
  EXPECT_THAT(operator_.GetPolicy("policies/demo", 3), Refused(StatusCode::kNotFound, "NOT_FOUND"));
  EXPECT_THAT(operator_.GetPolicy("policies/none"), Refused(StatusCode::kNotFound, "NOT_FOUND"));

  const auto versions = All(operator_.ListPolicyVersions("policies/demo"));
  ASSERT_THAT(versions, SizeIs(2));
  EXPECT_EQ(versions[0].version(), 2);
  EXPECT_EQ(versions[0].comment(), "a better name");
  EXPECT_EQ(versions[0].subject(), "operator");
  EXPECT_EQ(FromWire(versions[0].apply_time()), clock().Now());
  EXPECT_THAT(versions[0].clinics(), ElementsAre("clinics/-"));

  server_.Restart();
  EXPECT_EQ(Value(operator_.GetPolicy("policies/demo")).display_name(), "Revised");
  EXPECT_EQ(Value(operator_.GetPolicy("policies/demo", 1)).display_name(), "Demo policy");
}

TEST_F(PoliciesTest, VersionsOfAllPoliciesComeInPagesTheNewestFirst) {
  v1::Policy own = DemoPolicy();
  own.set_name("policies/forest");
  own.set_clinics(0, kLakeForest);
  for (int version = 1; version <= 3; ++version) {
    v1::Policy policy = DemoPolicy();
    policy.set_display_name("Version " + std::to_string(version));
    Apply(policy);
    if (version == 2) Apply(own);
    clock().Advance(absl::Hours(1));
  }
  const std::vector<std::string> all = {"policies/demo 3", "policies/forest 1", "policies/demo 2",
                                        "policies/demo 1"};
  EXPECT_EQ(Versions(operator_), all);
  EXPECT_THAT(Versions(operator_, "policies/forest"), ElementsAre("policies/forest 1"));

  const auto caller = Caller(Claims("operator", "OPERATOR")).policies;
  for (const char* name : {"", "policies/demo"}) {
    std::vector<std::string> paged;
    v1::ListPolicyVersionsRequest request;
    request.set_policy(name);
    request.set_page_size(1);
    do {
      const auto page =
          Value(caller->Call(&client::PolicyConnection::Stub::ListPolicyVersions, request));
      for (const auto& version : page.versions()) {
        paged.push_back(version.name() + " " + std::to_string(version.version()));
      }
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    EXPECT_EQ(paged, Versions(operator_, name));
  }
  v1::ListPolicyVersionsRequest other;
  other.set_page_token("forged");
  EXPECT_THAT(caller->Call(&client::PolicyConnection::Stub::ListPolicyVersions, other),
              Refused(StatusCode::kInvalidArgument, "PAGE_TOKEN_MISMATCH"));
}

TEST_F(PoliciesTest, APolicyThatContradictsItselfIsRefusedWithEveryPlace) {
  v1::Policy policy = DemoPolicy();
  policy.mutable_settings()->set_safety_owner("practitioners/nobody");
  RuleOf(&policy, "age-under-18").mutable_when()->mutable_age()->set_above(18);
  const std::string again = absl::StrCat("policy.rules[", policy.rules_size(), "].id");
  *policy.add_rules() = policy.rules(0);
  policy.mutable_rules(0)
      ->mutable_when()
      ->mutable_any_of()
      ->mutable_criteria(1)
      ->mutable_has_condition()
      ->set_condition("arteriovenous");
  const absl::Status status = operator_.ApplyPolicy(Of(policy)).status();
  EXPECT_THAT(status, Refused(StatusCode::kInvalidArgument, "INVALID_REQUEST"));
  EXPECT_THAT(ViolatedFields(status),
              ElementsAre(again, "policy.settings.safety_owner",
                          "policy.rules[0].when.any_of.criteria[1].has_condition.condition",
                          "policy.rules[7].when.age"));
  EXPECT_THAT(operator_.GetPolicy("policies/demo"), Refused(StatusCode::kNotFound, "NOT_FOUND"));
}

TEST_F(PoliciesTest, WhatTheFieldsThemselvesForbidIsRefusedToo) {
  v1::Policy policy = DemoPolicy();
  policy.mutable_settings()->set_safety_due_minutes(0);
  policy.mutable_tests(0)->set_code("Not a code");
  EXPECT_THAT(ViolatedFields(operator_.ApplyPolicy(Of(policy)).status()),
              ElementsAre("policy.settings.safety_due_minutes", "policy.tests[0].code"));
}

TEST_F(PoliciesTest, AClinicHasOnePolicy) {
  Apply(DemoPolicy());
  v1::Policy other = DemoPolicy();
  other.set_name("policies/other");
  EXPECT_THAT(ViolatedFields(operator_.ApplyPolicy(Of(other)).status()),
              ElementsAre("policy.clinics[0]"));
  other.set_clinics(0, kLakeForest);
  Apply(other);
  v1::Policy third = other;
  third.set_name("policies/third");
  EXPECT_THAT(ViolatedFields(operator_.ApplyPolicy(Of(third)).status()),
              ElementsAre("policy.clinics[0]"));
  // Once the clinic is given back, another may name it.
  other.set_clinics(0, kIrvine);
  for (auto& practitioner : *other.mutable_practitioners()) practitioner.clear_clinics();
  Apply(other);
  Apply(third);
}

TEST_F(PoliciesTest, AStaleEtagIsRefused) {
  v1::Policy policy = DemoPolicy();
  policy.set_etag(Apply(policy).etag());
  policy.set_display_name("Revised");
  const std::string etag = Apply(policy).etag();
  policy.set_display_name("Revised again");
  EXPECT_THAT(operator_.ApplyPolicy(Of(policy)), Refused(StatusCode::kAborted, "ETAG_MISMATCH"));
  policy.set_etag(etag);
  EXPECT_EQ(Apply(policy).version(), 3);
  v1::Policy missing = policy;
  missing.set_name("policies/none");
  EXPECT_THAT(operator_.ApplyPolicy(Of(missing)), Refused(StatusCode::kAborted, "ETAG_MISMATCH"));
}

TEST_F(PoliciesTest, ATrialSaysWhatWouldChangeAndChangesNothing) {
  auto trial = Of(DemoPolicy());
  trial.set_validate_only(true);
  const Applied told = Value(operator_.ApplyPolicy(trial));
  EXPECT_EQ(told.version(), 1);
  EXPECT_FALSE(told.differences().empty());
  EXPECT_EQ(told.episodes_evaluated(), 0) << "there is no open episode";
  EXPECT_THAT(operator_.GetPolicy("policies/demo"), Refused(StatusCode::kNotFound, "NOT_FOUND"));
}

TEST_F(PoliciesTest, ARepeatedCallGivesTheFirstReplyAgain) {
  auto request = Of(DemoPolicy());
  request.set_request_id("apply-1");
  const Applied first = Value(operator_.ApplyPolicy(request));
  const Applied again = Value(operator_.ApplyPolicy(request));
  EXPECT_TRUE(MessageDifferencer::Equals(first, again));
  request.mutable_policy()->set_display_name("Another");
  EXPECT_THAT(operator_.ApplyPolicy(request),
              Refused(StatusCode::kInvalidArgument, "REQUEST_ID_REUSED"));
}

TEST_F(PoliciesTest, OperatorsOfAllClinicsApplyAndPeopleWhoDecideRead) {
  const auto denied = Refused(StatusCode::kPermissionDenied, "PERMISSION_DENIED");
  EXPECT_THAT(CallerOf(kLakeForest, "OPERATOR").AsOperator().ApplyPolicy(Of(DemoPolicy())), denied);
  Apply(DemoPolicy());
  for (const char* role : {"CLINICIAN", "SERVICE"}) {
    const PolicyClient reader = CallerOf(kLakeForest, role).AsOperator();
    EXPECT_EQ(Value(reader.GetPolicy("policies/demo")).version(), 1) << role;
    EXPECT_THAT(Versions(reader), SizeIs(1)) << role;
    EXPECT_THAT(reader.ApplyPolicy(Of(DemoPolicy())), denied) << role;
  }
  for (const char* role : {"AGENT", "STAFF"}) {
    EXPECT_THAT(CallerOf(kLakeForest, role).AsOperator().GetPolicy("policies/demo"), denied)
        << role;
  }
  EXPECT_THAT(Patient("patients/1").AsOperator().GetPolicy("policies/demo"), denied);
}

}  // namespace
}  // namespace clarity::tests
