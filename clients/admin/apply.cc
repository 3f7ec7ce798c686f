#include "clients/admin/apply.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "clients/admin/catalog_files.h"
#include "clients/core/errors.h"
#include "clients/terminal/names.h"
#include "clients/terminal/progress.h"
#include "clients/terminal/table.h"
#include "google/rpc/error_details.pb.h"

namespace clarity::client {
namespace {

using scheduling::v1::ApplyCatalogRequest;
using scheduling::v1::ApplyCatalogResponse;

constexpr int kOrphansShownMax = 20;

Cell SignOf(ApplyCatalogResponse::Action action) {
  switch (action) {
    case ApplyCatalogResponse::ACTION_CREATE:
      return {"+", Tone::kGood};
    case ApplyCatalogResponse::ACTION_UPDATE:
      return {"~", Tone::kWarning};
    case ApplyCatalogResponse::ACTION_DELETE:
      return {"-", Tone::kBad};
    default:
      return {"?", Tone::kPlain};
  }
}

void ShowDifferences(const ApplyCatalogResponse& plan, const Console& console) {
  Table table({" ", "name", "fields that change"});
  for (const auto& difference : plan.differences()) {
    table.AddRow(
        {SignOf(difference.action()), difference.name(), absl::StrJoin(difference.fields(), ", ")});
  }
  table.Print(console);
}

void ShowOrphans(const ApplyCatalogResponse& plan, const Console& console) {
  if (plan.orphaned_appointment_count() == 0) return;
  *console.out << console.Styled(
                      Tone::kWarning,
                      absl::StrCat(Counted(plan.orphaned_appointment_count(), "appointment"),
                                   " would lose cover:"))
               << '\n';
  const int shown = std::min(plan.orphaned_appointments_size(), kOrphansShownMax);
  for (int i = 0; i < shown; ++i) {
    *console.out << "  " << Printable(plan.orphaned_appointments(i)) << '\n';
  }
  if (plan.orphaned_appointment_count() > shown) {
    *console.out << "  and " << plan.orphaned_appointment_count() - shown << " more\n";
  }
}

// "availability[0].recurrence" of "catalog.resources[3].availability[0].recurrence".
absl::string_view WithinItem(absl::string_view field_path) {
  for (int steps = 0; steps < 2; ++steps) {
    const size_t dot = field_path.find('.');
    if (dot == absl::string_view::npos) return "";
    field_path.remove_prefix(dot + 1);
  }
  return field_path;
}

// Errors of the catalog itself by file and line, like a compiler; all others as usual.
ExitCode ReportRefusal(const absl::Status& status, const CatalogFiles& files,
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

}  // namespace

ExitCode Apply(const ApplyOptions& options, const AdminClient& client, const Console& console) {
  Progress progress(&console);
  progress.Show("Reading the files ...");
  absl::StatusOr<CatalogFiles> files = CatalogFiles::Read(options.path);
  if (!files.ok()) {
    progress.Clear();
    *console.err << files.status().message() << '\n';
    return kExitUsage;
  }
  // The etag makes sure that what is applied is what was shown, whoever else applies meanwhile.
  progress.Show("Reading the catalog as it is ...");
  const auto present = client.ExportCatalog();
  if (!present.ok()) {
    progress.Clear();
    return Report(console, present.status());
  }

  ApplyCatalogRequest request;
  *request.mutable_catalog() = files->catalog();
  request.set_etag(present->etag());
  request.set_validate_only(true);
  request.set_accept_orphans(true);  // so that the plan names them instead of failing
  progress.Show("Looking what would change ...");
  const auto plan = client.ApplyCatalog(request);
  progress.Clear();
  if (!plan.ok()) return ReportRefusal(plan.status(), *files, console);

  if (plan->differences().empty()) {
    *console.out << "Nothing to change: the catalog is as these files say.\n";
    return kExitOk;
  }
  ShowDifferences(*plan, console);
  ShowOrphans(*plan, console);
  if (options.dry_run) return kExitOk;

  if (plan->orphaned_appointment_count() > 0 && !options.accept_orphans) {
    *console.err << "Nothing was changed. Move these appointments first, or accept that they are "
                    "marked for attention with --accept-orphans.\n";
    return kExitConflict;
  }
  const std::string changes = Counted(plan->differences_size(), "change");
  if (!options.yes) {
    if (!console.can_ask) {
      *console.err << "Nothing was changed: there is nobody to ask. Say --yes to apply.\n";
      return kExitUsage;
    }
    if (!AskYesNo(console, absl::StrCat("Apply ", changes, "?"))) return kExitOk;
  }
  request.set_validate_only(false);
  request.set_accept_orphans(options.accept_orphans);
  progress.Show(absl::StrCat("Applying ", changes, " ..."));
  const auto applied = client.ApplyCatalog(request);
  progress.Clear();
  if (!applied.ok()) return ReportRefusal(applied.status(), *files, console);
  *console.out << "Applied " << changes << ".\n";
  return kExitOk;
}

}  // namespace clarity::client
