#ifndef CLARITY_CLIENTS_CALLCENTER_TOOL_DIRECTORY_H_
#define CLARITY_CLIENTS_CALLCENTER_TOOL_DIRECTORY_H_

#include <functional>
#include <map>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "clarity/scheduling/v1/catalog.pb.h"
#include "clients/callcenter/call_center_client.h"

namespace clarity::client {

// The clinics, visit types and resources, asked for once when first needed.
class Directory {
 public:
  explicit Directory(CallCenterClient client) : client_(std::move(client)) {}

  absl::Status Load();
  // As they are now: the catalog may have changed during a long session.
  absl::Status Reload();

  // Before Load() has succeeded these know nothing: null, or the bare id.
  const scheduling::v1::Clinic* FindClinic(absl::string_view name) const;
  const scheduling::v1::VisitType* FindVisitType(absl::string_view name) const;
  std::string ClinicTitle(absl::string_view name) const;
  std::string VisitTypeTitle(absl::string_view name) const;

  const std::map<std::string, scheduling::v1::Clinic, std::less<>>& clinics() const {
    return clinics_;
  }
  const std::map<std::string, scheduling::v1::VisitType, std::less<>>& visit_types() const {
    return visit_types_;
  }
  // By name. Empty where the caller may not see them.
  const std::map<std::string, scheduling::v1::Resource, std::less<>>& Resources();

 private:
  const CallCenterClient client_;
  bool loaded_ = false;
  std::map<std::string, scheduling::v1::Clinic, std::less<>> clinics_;  // by name
  std::map<std::string, scheduling::v1::VisitType, std::less<>> visit_types_;
  absl::optional<std::map<std::string, scheduling::v1::Resource, std::less<>>> resources_;
};

// How long the visit has begun when the patient comes: its preparation.
absl::Duration PreparationOf(const scheduling::v1::VisitType& visit_type);

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_CALLCENTER_TOOL_DIRECTORY_H_
