#include "services/scheduling/search/openings.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/civil_time.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/base/wire.h"
#include "services/platform/rpc/freshness.h"
#include "services/scheduling/booking/rules.h"
#include "services/scheduling/catalog/defaults.h"
#include "services/scheduling/limits.h"
#include "services/scheduling/search/plan_search.h"
#include "services/scheduling/search/query.h"
#include "services/scheduling/search/wanted_times.h"

namespace clarity::scheduling {
namespace {

using calendar::Bitmap;
using calendar::Interval;
using calendar::Tick;
using catalog::Snapshot;

// Openings are looked for this far at a time; most are in the first stretch.
constexpr Tick kStretchTicks = 8 * calendar::kPageTicks;

void CountStarts(const Bitmap& starts, const v1::Clinic& clinic, absl::TimeZone zone, bool by_hour,
                 v1::CountSlotsResponse* reply) {
  std::map<absl::CivilHour, int> counts;  // by the local hour or day that the bucket begins with
  for (auto t = starts.Next(starts.window().begin); t.has_value(); t = starts.Next(*t + 1)) {
    const absl::CivilHour hour = absl::ToCivilHour(calendar::ToTime(*t), zone);
    ++counts[by_hour ? hour : absl::CivilHour(absl::CivilDay(hour))];
  }
  for (const auto& [bucket, starts_in_it] : counts) {
    auto* count = reply->add_counts();
    count->set_clinic(clinic.name());
    *count->mutable_start_time() = ToWire(absl::FromCivil(bucket, zone));
    count->mutable_date()->set_year(static_cast<int32_t>(bucket.year()));
    count->mutable_date()->set_month(bucket.month());
    count->mutable_date()->set_day(bucket.day());
    count->set_starts(starts_in_it);
  }
}

// The openings of one clinic, or of one clinician there: starts whose visits do not overlap.
absl::Status FillRow(CalendarCache& cache, const Snapshot& snapshot, PlanSearch& search,
                     Interval window, int wanted, v1::FindNextAvailableResponse::Row* row) {
  const absl::TimeZone zone = snapshot.zone(search.plan().clinic);
  const auto first_day = absl::ToCivilDay(calendar::ToTime(window.begin), zone);
  Tick next = window.begin;
  for (Tick begin = window.begin; begin < window.end; begin += kStretchTicks) {
    Bitmap stretch({begin, std::min(begin + kStretchTicks, window.end)});
    stretch.Set(stretch.window());
    ASSIGN_OR_RETURN(const Bitmap starts, search.Starts(cache, stretch));
    for (auto t = starts.Next(next); t.has_value(); t = starts.Next(next)) {
      const auto placement = search.At(*t);
      next = *t + (placement.has_value() ? search.plan().ticks() : 1);
      if (!placement.has_value()) continue;
      auto* opening = row->add_openings();
      Describe(*placement, opening->mutable_slot());
      opening->set_days(
          static_cast<int32_t>(absl::ToCivilDay(calendar::ToTime(*t), zone) - first_day));
      if (row->openings_size() == wanted) return absl::OkStatus();
    }
    next = std::max(next, stretch.window().end);
  }
  return absl::OkStatus();
}

// The names of the clinicians who may take part.
std::vector<std::string> CliniciansOf(const Snapshot& snapshot, const catalog::VisitPlan& plan) {
  std::vector<std::string> names;
  for (const int resource : plan.resources) {
    if (snapshot.resource(resource).kind() == v1::Resource::KIND_CLINICIAN) {
      names.push_back(snapshot.resource(resource).name());
    }
  }
  return names;
}

}  // namespace

absl::Status Openings::CountSlots(const rpc::Call& call, const v1::CountSlotsRequest& request,
                                  v1::CountSlotsResponse* reply) {
  const v1::SlotQuery& query = request.query();
  ASSIGN_OR_RETURN(const Interval window, WindowOf(query, call.now));
  const auto snapshot = catalog_->Current();
  const auto type = snapshot->FindVisitType(query.visit_type());
  if (!type.has_value()) return base::NotFound(query.visit_type());
  ASSIGN_OR_RETURN(const auto clinics, ClinicsOf(call, *snapshot, query));
  // What the caller could not book is not counted.
  if (!MayBookType(call, snapshot->visit_type(*type))) return absl::OkStatus();
  RETURN_IF_ERROR(database_->ReadAndWait([&](storage::Transaction& transaction) {
    return rpc::CheckFreshness(transaction, call.freshness);
  }));
  ASSIGN_OR_RETURN(const OwnTime own, ReadOwnTime(*database_, snapshot->visit_type(*type),
                                                  request.patient(), "", window, call.now));
  for (const ClinicAt& at : clinics) {
    const catalog::VisitPlan* plan = snapshot->Plan(*type, at.clinic, query.modality());
    if (plan == nullptr) continue;
    PlanSearch search(snapshot, plan, SelectionOf(query), &own, call.now);
    ASSIGN_OR_RETURN(const Bitmap starts,
                     search.Starts(*cache_, WantedTimes(query, window, snapshot->zone(at.clinic))));
    CountStarts(starts, snapshot->clinic(at.clinic), snapshot->zone(at.clinic),
                request.bucket() == v1::CountSlotsRequest::BUCKET_HOUR, reply);
  }
  return absl::OkStatus();
}

absl::Status Openings::FindNextAvailable(const rpc::Call& call,
                                         const v1::FindNextAvailableRequest& request,
                                         v1::FindNextAvailableResponse* reply) {
  const auto snapshot = catalog_->Current();
  const auto type = snapshot->FindVisitType(request.visit_type());
  if (!type.has_value()) return base::NotFound(request.visit_type());
  const absl::Time from =
      request.has_from_time() ? std::max(FromWire(request.from_time()), call.now) : call.now;
  const int horizon_days = catalog::HorizonDaysOf(snapshot->visit_type(*type));
  const Interval window{calendar::CeilTick(from),
                        calendar::CeilTick(call.now + absl::Hours(24 * horizon_days))};
  const int wanted = request.openings_max() > 0 ? request.openings_max() : limits::kOpeningsDefault;
  const OwnTime nobodys;
  for (const std::string& name : request.clinics()) {
    const auto clinic = snapshot->FindClinic(name);
    if (!clinic.has_value()) return base::NotFound(name);
    const catalog::VisitPlan* plan = snapshot->Plan(*type, *clinic, v1::MODALITY_UNSPECIFIED);
    if (plan == nullptr || !MayBookType(call, snapshot->visit_type(*type))) continue;
    std::vector<std::string> whose = {""};  // anybody
    if (request.by_clinician()) {
      const auto clinicians = CliniciansOf(*snapshot, *plan);
      whose.insert(whose.end(), clinicians.begin(), clinicians.end());
    }
    for (const std::string& resource : whose) {
      Selection selection;
      if (!resource.empty()) selection.required = {resource};
      PlanSearch search(snapshot, plan, std::move(selection), &nobodys, call.now);
      auto* row = reply->add_rows();
      row->set_clinic(name);
      row->set_resource(resource);
      RETURN_IF_ERROR(FillRow(*cache_, *snapshot, search, window, wanted, row));
    }
  }
  return absl::OkStatus();
}

}  // namespace clarity::scheduling
