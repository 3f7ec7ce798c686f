#include "clients/admin/changes.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "clients/core/errors.h"
#include "google/rpc/error_details.pb.h"

namespace clarity::client {
namespace {

// "availability[0].recurrence" of "catalog.resources[3].availability[0].recurrence".
absl::string_view WithinItem(absl::string_view field_path) {
  for (int steps = 0; steps < 2; ++steps) {
    const size_t dot = field_path.find('.');
    if (dot == absl::string_view::npos) return "";
    field_path.remove_prefix(dot + 1);
  }
  return field_path;
}

}  // namespace

ExitCode ReportRefusal(const absl::Status& status, const DeclaredFiles& files,
                       const Console& console) {
  const auto request = DetailOf<google::rpc::BadRequest>(status);
  if (!absl::IsInvalidArgument(status) || !request.has_value()) return Report(console, status);
  for (const auto& violation : request->field_violations()) {
    const std::string place = files.Locate(violation.field());
    const absl::string_view field =
        place.empty() ? absl::string_view(violation.field()) : WithinItem(violation.field());
    *console.err << place << (place.empty() ? "" : ": ") << Printable(field)
                 << (field.empty() ? "" : ": ") << Printable(violation.description()) << '\n';
  }
  return kExitUsage;
}

Consent AskToApply(const std::string& changes, bool yes, const Console& console) {
  if (yes) return Consent::kGiven;
  if (!console.can_ask) {
    *console.err << "Nothing was changed: there is nobody to ask. Say --yes to apply.\n";
    return Consent::kNobodyToAsk;
  }
  return AskYesNo(console, absl::StrCat("Apply ", changes, "?")) ? Consent::kGiven
                                                                 : Consent::kRefused;
}

}  // namespace clarity::client
