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

}  // namespace clarity::tests
