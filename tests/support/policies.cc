#include "tests/support/policies.h"

#include "clients/admin/policy_files.h"
#include "tests/support/results.h"

namespace clarity::tests {

consultation::v1::Policy DemoPolicy() {
  return Value(client::PolicyFiles::Read(CLARITY_TESTS_POLICY_DIR)).policy();
}

}  // namespace clarity::tests
