// Policies as clinics write them, their questionnaires among them: each is read or refused with a
// reason, and what is found to be right decides about somebody of whom nothing is known.

#include "clarity/consultation/v1/policy_service.pb.h"
#include "clients/admin/policy_files.h"
#include "services/consultation/policy/check.h"
#include "services/consultation/policy/evaluation.h"
#include "services/consultation/policy/inquiry.h"
#include "services/platform/rpc/validation.h"
#include "tests/fuzz/declared_text.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/policies.h"

namespace clarity::fuzz {
namespace {

void Decide(const consultation::Rulebook& rulebook) {
  consultation::Facts facts;
  facts.time = absl::FromUnixSeconds(1'772'409'600);
  facts.zone = absl::UTCTimeZone();
  const consultation::Inquiry inquiry(rulebook, facts);
  const auto evaluation = consultation::Evaluate(inquiry);
  Require(evaluation.decisions_size() <= rulebook.policy().rules_size(), "a rule decides once");
  for (const auto& needed : consultation::RequirementsOf(rulebook, evaluation)) {
    consultation::CoverageOf(inquiry, *needed.definition);
  }
}

void Try(const std::string& path) {
  static const auto* const validator =
      rpc::Validator::Create({consultation::v1::ApplyPolicyRequest::descriptor()})->release();
  const auto files = client::PolicyFiles::Read(path);
  if (!files.ok()) return Require(absl::IsInvalidArgument(files.status()), "a file is refused so");
  consultation::v1::ApplyPolicyRequest request;
  *request.mutable_policy() = files->policy();
  if (!validator->Check(request, [](absl::string_view) { return true; }).ok()) return;
  const consultation::Rulebook rulebook(request.policy());
  const auto violations = consultation::CheckPolicy(rulebook, {});
  for (const base::Violation& violation : violations) {
    Require(!violation.description.empty(), "a violation says what is wrong");
    files->Locate(violation.field);
  }
  if (violations.empty()) Decide(rulebook);
}

const Words& PolicyWords() {
  static const auto* const words = [] {
    auto* known = new Words;
    known->Learn(tests::TestPolicy());
    return known;
  }();
  return *words;
}

}  // namespace
}  // namespace clarity::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  clarity::fuzz::Try(clarity::fuzz::FileOf(data, size));
  return 0;
}

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t size_max,
                                          unsigned seed) {
  return clarity::fuzz::ChangeDeclared<clarity::consultation::v1::Policy>(
      data, size, size_max, seed, clarity::fuzz::PolicyWords());
}
