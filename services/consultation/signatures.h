#ifndef CLARITY_SERVICES_CONSULTATION_SIGNATURES_H_
#define CLARITY_SERVICES_CONSULTATION_SIGNATURES_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "clarity/consultation/v1/common.pb.h"
#include "services/consultation/policy/rulebook.h"
#include "services/platform/rpc/call.h"

// Who puts their name to something: the practitioner of the token, as the policy knows them.
namespace clarity::consultation {

bool HasSigned(const google::protobuf::RepeatedPtrField<v1::Signature>& signatures,
               absl::string_view practitioner);

// PERMISSION_DENIED where the token names no practitioner.
absl::StatusOr<v1::Signature> SignAsPractitioner(const rpc::Call& call, const Rulebook& rulebook,
                                                 const std::string& reason);

// PERMISSION_DENIED also where the policy does not have them as a prescriber at the clinic.
absl::StatusOr<v1::Signature> SignAsPrescriber(const rpc::Call& call, const Rulebook& rulebook,
                                               absl::string_view clinic, const std::string& reason);

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_SIGNATURES_H_
