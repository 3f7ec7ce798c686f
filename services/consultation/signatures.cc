#include "services/consultation/signatures.h"

#include "absl/algorithm/container.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/base/wire.h"

namespace clarity::consultation {

bool HasSigned(const google::protobuf::RepeatedPtrField<v1::Signature>& signatures,
               absl::string_view practitioner) {
  return absl::c_any_of(signatures, [&](const v1::Signature& signature) {
    return signature.practitioner() == practitioner;
  });
}

absl::StatusOr<v1::Signature> SignAsPractitioner(const rpc::Call& call, const Rulebook& rulebook,
                                                 const std::string& reason) {
  const std::string& name = call.principal.practitioner;
  if (name.empty()) return base::PermissionDenied();
  v1::Signature signature;
  signature.set_practitioner(name);
  const v1::Practitioner* practitioner = rulebook.FindPractitioner(name);
  if (practitioner != nullptr) signature.set_display_name(practitioner->display_name());
  signature.set_reason(reason);
  *signature.mutable_time() = ToWire(call.now);
  return signature;
}

absl::StatusOr<v1::Signature> SignAsPrescriber(const rpc::Call& call, const Rulebook& rulebook,
                                               absl::string_view clinic,
                                               const std::string& reason) {
  ASSIGN_OR_RETURN(v1::Signature signature, SignAsPractitioner(call, rulebook, reason));
  const v1::Practitioner* practitioner = rulebook.FindPractitioner(signature.practitioner());
  const bool is_prescriber =
      practitioner != nullptr && practitioner->prescriber() &&
      (practitioner->clinics().empty() || absl::c_linear_search(practitioner->clinics(), clinic));
  if (!is_prescriber) return base::PermissionDenied();
  return signature;
}

}  // namespace clarity::consultation
