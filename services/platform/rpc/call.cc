#include "services/platform/rpc/call.h"

#include <algorithm>

#include "services/platform/base/errors.h"
#include "services/platform/rpc/permissions.h"

namespace clarity::rpc {

bool Principal::SeesClinic(absl::string_view clinic) const {
  if (all_clinics || (clinics.empty() && IsPatientOnly())) return true;
  return std::find(clinics.begin(), clinics.end(), clinic) != clinics.end();
}

bool Call::Can(absl::string_view permission) const {
  return permissions != nullptr && permissions->Gives(principal.roles, permission);
}

absl::Status Call::MaySee(absl::string_view clinic, absl::string_view patient) const {
  const bool sees_clinic = clinic.empty() || principal.SeesClinic(clinic);
  const bool sees_patient =
      patient.empty() || !principal.IsPatientOnly() || patient == principal.patient;
  return sees_clinic && sees_patient ? absl::OkStatus() : base::PermissionDenied();
}

absl::Status Call::Missing(absl::string_view resource_name) const {
  return principal.SeesAll() ? base::NotFound(resource_name) : base::PermissionDenied();
}

}  // namespace clarity::rpc
