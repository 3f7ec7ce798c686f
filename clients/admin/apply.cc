#include "clients/admin/apply.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "clients/admin/catalog_files.h"
#include "clients/admin/changes.h"
#include "clients/terminal/names.h"
#include "clients/terminal/progress.h"
#include "clients/terminal/table.h"

namespace clarity::client {
namespace {

using scheduling::v1::ApplyCatalogRequest;
using scheduling::v1::ApplyCatalogResponse;

constexpr int kOrphansShownMax = 20;

void ShowDifferences(const ApplyCatalogResponse& plan, const Console& console) {
  Table table({" ", "name", "fields that change"});
  for (const auto& difference : plan.differences()) {
    table.AddRow({SignOf<ApplyCatalogResponse>(difference.action()), difference.name(),
                  absl::StrJoin(difference.fields(), ", ")});
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
  switch (AskToApply(changes, options.yes, console)) {
    case Consent::kGiven:
      break;
    case Consent::kRefused:
      return kExitOk;
    case Consent::kNobodyToAsk:
      return kExitUsage;
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
