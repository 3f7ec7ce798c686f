#include "tests/support/policies.h"

#include "clients/admin/policy_files.h"
#include "tests/support/requests.h"
#include "tests/support/results.h"

namespace clarity::tests {

consultation::v1::Policy DemoPolicy() {
  return Value(client::PolicyFiles::Read(CLARITY_TESTS_POLICY_DIR)).policy();
}

consultation::v1::Policy TestPolicy() {
  consultation::v1::Policy policy = DemoPolicy();
  policy.clear_clinics();
  policy.add_clinics(kLakeForest);
  policy.add_clinics(kIrvine);
  policy.mutable_settings()->clear_consultation_visit_types();
  policy.mutable_settings()->add_consultation_visit_types(kConsultation);
  return policy;
}

consultation::v1::Policy PlanPolicy(consultation::v1::Policy policy) {
  namespace v1 = consultation::v1;
  policy.clear_rules();
  policy.clear_requirements();
  v1::RequirementDefinition& vitals = *policy.add_requirements();
  vitals.set_id("vitals");
  vitals.set_display_name("Heart rate");
  vitals.add_tests("heart-rate");
  vitals.set_due_days(7);
  vitals.set_actor(v1::ACTOR_STAFF);
  v1::Rule& everybody = *policy.add_rules();
  everybody.set_id("everybody");
  everybody.set_display_name("Everybody");
  everybody.add_sources("This test");
  everybody.set_effect(v1::RULE_EFFECT_REQUIRE);
  everybody.add_requirements("vitals");
  v1::Rule& fast = *policy.add_rules();
  fast.set_id("fast");
  fast.set_display_name("The heart beats fast");
  fast.add_sources("This test");
  fast.mutable_when()->mutable_measured()->set_test("heart-rate");
  fast.mutable_when()->mutable_measured()->mutable_range()->set_above(120);
  fast.set_effect(v1::RULE_EFFECT_FLAG);
  for (v1::Test& test : *policy.mutable_tests()) {
    if (test.code() == "heart-rate") test.set_valid_hours(240);
    if (test.code() == "body-weight") test.set_valid_hours(48);
  }
  for (v1::Protocol& protocol : *policy.mutable_protocols()) {
    for (v1::ProtocolPhase& phase : *protocol.mutable_phases()) {
      phase.clear_visit_types();
      phase.add_visit_types(phase.has_follows() ? kEvaluation : kOrderedSession);
    }
  }
  return policy;
}

}  // namespace clarity::tests
