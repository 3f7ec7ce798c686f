#ifndef CLARITY_SERVICES_PLATFORM_RPC_CALL_H_
#define CLARITY_SERVICES_PLATFORM_RPC_CALL_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/platform/storage/database.h"

namespace clarity::rpc {

enum class Role : uint8_t { kPatient, kAgent, kStaff, kClinician, kOperator, kService };

constexpr uint32_t RoleBit(Role role) { return 1u << static_cast<int>(role); }

// Who calls, as the verified token says. Read from the call, never from the connection.
struct Principal {
  std::string subject;               // `sub`
  std::string actor;                 // `act.sub`: who really acts, where it is for somebody else
  uint32_t roles = 0;                // bits by Role
  std::string patient;               // "patients/{id}" for a patient
  std::string practitioner;          // "practitioners/{id}" for a clinician
  std::vector<std::string> clinics;  // "clinics/{id}"; with all_clinics: empty
  bool all_clinics = false;          // the token says "clinics/-"

  bool Has(Role role) const { return (roles & RoleBit(role)) != 0; }
  // Only a patient: sees nothing but the own rows.
  bool IsPatientOnly() const { return roles == RoleBit(Role::kPatient); }
  // Whether rows of this clinic may be seen, as far as the clinic goes. A patient is bounded by
  // the own rows; so a patient's token without clinics means any clinic, and everybody else's none.
  bool SeesClinic(absl::string_view clinic) const;
  // Sees every row of every collection it may read, so that it may be told what does not exist.
  bool SeesAll() const { return all_clinics && !IsPatientOnly(); }
};

struct Method;      // see method.h
class Permissions;  // see permissions.h

// One admitted call, as use cases see it. Lives until the call is answered.
struct Call {
  const Method* method = nullptr;
  const Permissions* permissions = nullptr;
  Principal principal;
  std::string id;          // of this call, for the log and the client; not the request_id
  std::string request_id;  // empty for reads
  bool validate_only = false;
  absl::Time now;  // taken once, so that a work that is run again decides the same
  absl::Time deadline = absl::InfiniteFuture();
  // Writes of the caller that a read must see. The door sees to it for Read; a Compute or a Feed
  // that answers from the store calls CheckFreshness (see freshness.h).
  std::vector<storage::StreamPosition> freshness;

  // Whether the principal's roles give the permission.
  bool Can(absl::string_view permission) const;

  // The one place of row scope: OK when the caller may see a row of this clinic and patient
  // (either may be empty: not scoped that way); PERMISSION_DENIED otherwise, without a hint
  // whether there is such a row.
  absl::Status MaySee(absl::string_view clinic, absl::string_view patient) const;
  // What to answer when there is no such row: NOT_FOUND for who may see the whole collection,
  // the same PERMISSION_DENIED for everybody else.
  absl::Status Missing(absl::string_view resource_name) const;

  // For the audit record of this call; the door writes it with the change itself. A use case adds
  // what only it knows; none of it may be health data.
  mutable std::string audit_resource;  // the resource changed or read
  mutable std::string audit_reason;    // the code of the reason given; never words of the caller's
  mutable std::string audit_clinic;    // where a single clinic is concerned
};

}  // namespace clarity::rpc

#endif  // CLARITY_SERVICES_PLATFORM_RPC_CALL_H_
