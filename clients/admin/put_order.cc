#include "clients/admin/put_order.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "clients/terminal/names.h"

namespace clarity::client {

ExitCode PutOrder(const PutOrderOptions& options, OrderConnection& orders, const Console& console) {
  const absl::Time now = console.environment.now();
  scheduling::v1::PutOrderRequest request;
  auto& order = *request.mutable_order();
  order.set_name(
      FullName("orders", options.name.empty() ? NewUuid(console.environment) : options.name));
  order.set_patient(FullName("patients", options.patient));
  if (!options.clinic.empty()) order.set_clinic(FullName("clinics", options.clinic));
  for (const std::string& visit_type : options.visit_types) {
    order.add_visit_types(FullName("visitTypes", visit_type));
  }
  order.set_units(options.units);
  order.set_gap_minutes_min(60 * options.gap_hours);
  order.mutable_window()->mutable_start_time()->set_seconds(absl::ToUnixSeconds(now));
  order.mutable_window()->mutable_end_time()->set_seconds(
      absl::ToUnixSeconds(now + absl::Hours(24) * options.days));

  const auto put = orders.PutOrder(request, {});
  if (!put.ok()) return Report(console, put.status());
  *console.out << put->order().name() << "  " << Counted(put->order().units(), "visit") << " of "
               << absl::StrJoin(put->order().visit_types(), ", ",
                                [](std::string* out, const std::string& name) {
                                  absl::StrAppend(out, ShortName(name));
                                })
               << " within " << Counted(options.days, "day") << '\n';
  for (const std::string& uncovered : put->uncovered_appointments()) {
    *console.out << "no longer covered: " << Printable(uncovered) << '\n';
  }
  return kExitOk;
}

}  // namespace clarity::client
