#include "services/scheduling/search/slot_search.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/local_time.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/base/wire.h"
#include "services/platform/rpc/freshness.h"
#include "services/platform/rpc/page_token.h"
#include "services/scheduling/booking/rules.h"
#include "services/scheduling/errors.h"
#include "services/scheduling/limits.h"
#include "services/scheduling/orders/order_use.h"
#include "services/scheduling/records.h"
#include "services/scheduling/search/query.h"
#include "services/scheduling/search/wanted_times.h"

namespace clarity::scheduling {
namespace {

using calendar::Bitmap;
using calendar::Interval;
using calendar::Tick;
using catalog::Snapshot;

// The earliest starts are looked for in one stretch after another, each twice as long as the one
// before: most searches end in the first, and those that find little soon look at much.
constexpr Tick kFirstStretchTicks = 2 * calendar::kPageTicks;

constexpr storage::Sql kLatestVisits = {
    "SELECT body FROM appointment WHERE patient = $1 ORDER BY start_time DESC LIMIT $2"};

// Takes candidates in their order and keeps those that lie far enough from the ones kept before.
class Spreader {
 public:
  explicit Spreader(const v1::FindSlotsRequest::Spread& spread)
      : per_day_max_(spread.per_day_max()),
        distance_(absl::Minutes(spread.distance_minutes_min()) / calendar::kTickLength) {}

  bool Keep(int clinic, absl::TimeZone zone, Tick start) {
    if (distance_ <= 0 && per_day_max_ <= 0) return true;
    auto& kept = kept_[clinic];
    if (distance_ > 0) {
      const auto after = kept.lower_bound(start - static_cast<Tick>(std::ceil(distance_)) + 1);
      if (after != kept.end() && *after < start + distance_) return false;
    }
    if (per_day_max_ > 0) {
      int& on_day = on_day_[{clinic, absl::ToCivilDay(calendar::ToTime(start), zone)}];
      if (on_day >= per_day_max_) return false;
      ++on_day;
    }
    kept.insert(start);
    return true;
  }

 private:
  const int per_day_max_;
  const double distance_;  // in ticks
  std::map<int, std::set<Tick>> kept_;
  std::map<std::pair<int, absl::CivilDay>, int> on_day_;
};

// One clinic of a search over several.
struct Branch {
  ClinicAt at;
  std::unique_ptr<PlanSearch> search;
  std::unique_ptr<PlanSearch>
      familiar;   // with the clinician the patient knows; null: there is none
  Bitmap starts;  // of the stretch in hand
  std::shared_ptr<const SlotForm> form;  // null: nothing was offered yet
};

// Which starts a run looks at: for SAME_CLINICIAN first those with the familiar clinician.
enum class Pass { kAll, kFamiliar, kOthers };

std::vector<Pass> PassesFor(v1::FindSlotsRequest::Ranking ranking) {
  if (ranking != v1::FindSlotsRequest::RANKING_SAME_CLINICIAN) return {Pass::kAll};
  return {Pass::kFamiliar, Pass::kOthers};
}

// One run of FindSlots: candidates in order, spread, and cut to the page.
class SlotRun {
 public:
  SlotRun(const v1::FindSlotsRequest& request, std::shared_ptr<const Snapshot> snapshot,
          CalendarCache* cache, SlotForms* forms, std::optional<OrderUse> order, int64_t skip,
          absl::Time now)
      : request_(request),
        snapshot_(std::move(snapshot)),
        cache_(cache),
        forms_(forms),
        order_(std::move(order)),
        skip_(skip),
        now_(now),
        page_size_(request.page_size() > 0 ? request.page_size() : limits::kSlotsPageDefault),
        spreader_(request.spread()) {}

  void Add(ClinicAt at, std::unique_ptr<PlanSearch> search, std::unique_ptr<PlanSearch> familiar) {
    branches_.push_back({at, std::move(search), std::move(familiar), {}, nullptr});
  }

  absl::Status Run(Interval window, v1::FindSlotsResponse* reply) {
    for (const Pass pass : PassesFor(request_.ranking())) {
      pass_ = pass;
      RETURN_IF_ERROR(RunPass(window, reply));
    }
    if (full_) {
      reply->set_next_page_token(rpc::EncodePageToken(request_, absl::StrCat(skip_ + page_size_)));
    }
    return absl::OkStatus();
  }

 private:
  absl::Status RunPass(Interval window, v1::FindSlotsResponse* reply) {
    const bool closest = request_.ranking() == v1::FindSlotsRequest::RANKING_CLOSEST;
    Tick length = closest ? std::max<Tick>(window.ticks(), 1) : kFirstStretchTicks;
    for (Tick begin = window.begin; begin < window.end && !full_; begin += length, length *= 2) {
      const Interval stretch{begin, std::min(begin + length, window.end)};
      for (Branch& branch : branches_) {
        ASSIGN_OR_RETURN(branch.starts, StartsOf(branch, AllowedAt(branch, stretch)));
      }
      closest ? OfferClosest(reply) : OfferEarliest(stretch, reply);
    }
    return absl::OkStatus();
  }

  // The starts that the query, the order and the visit type allow: at all clinics of one zone the
  // same.
  const Bitmap& AllowedAt(const Branch& branch, Interval stretch) {
    const absl::TimeZone zone = snapshot_->zone(branch.at.clinic);
    if (allowed_in_ == stretch && allowed_zone_ == zone) return allowed_;
    allowed_ = AllowedStarts(*snapshot_, branch.search->plan(), stretch, now_);
    allowed_ &= WantedTimes(request_.query(), stretch, zone);
    if (order_.has_value()) order_->KeepCovered(&allowed_);
    allowed_in_ = stretch;
    allowed_zone_ = zone;
    return allowed_;
  }

  absl::StatusOr<Bitmap> StartsOf(Branch& branch, const Bitmap& allowed) const {
    Bitmap familiar;
    if (branch.familiar != nullptr) {
      ASSIGN_OR_RETURN(familiar, branch.familiar->StartsAmong(*cache_, allowed));
    }
    if (pass_ == Pass::kFamiliar) return familiar;
    ASSIGN_OR_RETURN(Bitmap starts, branch.search->StartsAmong(*cache_, allowed));
    if (branch.familiar != nullptr) starts -= familiar;
    return starts;
  }

  std::optional<Placement> PlacementAt(const Branch& branch, Tick start) const {
    if (pass_ == Pass::kFamiliar) return branch.familiar->At(start);
    return request_.ranking() == v1::FindSlotsRequest::RANKING_BALANCED
               ? branch.search->AtBalanced(start)
               : branch.search->At(start);
  }

  void OfferEarliest(Interval stretch, v1::FindSlotsResponse* reply) {
    std::optional<Tick> at = stretch.begin;
    while (at.has_value() && !full_) {
      std::optional<Tick> next;
      for (const Branch& branch : branches_) {
        const auto start = branch.starts.Next(*at);
        if (start.has_value() && (!next.has_value() || *start < *next)) next = start;
      }
      for (size_t b = 0; next.has_value() && b < branches_.size() && !full_; ++b) {
        if (branches_[b].starts.Test(*next)) Offer(branches_[b], *next, reply);
      }
      at = next.has_value() ? std::optional<Tick>(*next + 1) : std::nullopt;
    }
  }

  void OfferClosest(v1::FindSlotsResponse* reply) {
    const absl::Time target = FromWire(request_.closest_to());
    std::vector<std::pair<absl::Duration, std::pair<Tick, size_t>>> order;
    for (size_t b = 0; b < branches_.size(); ++b) {
      const Bitmap& starts = branches_[b].starts;
      for (auto t = starts.Next(starts.window().begin); t.has_value(); t = starts.Next(*t + 1)) {
        order.push_back({absl::AbsDuration(calendar::ToTime(*t) - target), {*t, b}});
      }
    }
    std::sort(order.begin(), order.end());
    for (size_t i = 0; i < order.size() && !full_; ++i) {
      Offer(branches_[order[i].second.second], order[i].second.first, reply);
    }
  }

  void Offer(Branch& branch, Tick start, v1::FindSlotsResponse* reply) {
    if (!spreader_.Keep(branch.at.clinic, snapshot_->zone(branch.at.clinic), start)) return;
    const int64_t place = offered_++;
    if (place < skip_) return;
    auto* const slots = reply->GetReflection()->MutableUnknownFields(reply);
    if (slots->field_count() == page_size_) {
      full_ = true;
      return;
    }
    const auto placement = PlacementAt(branch, start);
    if (!placement.has_value()) return;
    if (branch.form == nullptr) branch.form = forms_->Of(snapshot_, branch.search->plan());
    // As bytes, which the reply passes on as they are: those of its field `slots`.
    std::string* const slot = slots->AddLengthDelimited(v1::FindSlotsResponse::kSlotsFieldNumber);
    *slot = branch.form->Fill(*placement);
    if (branch.at.distance_km.has_value()) {
      v1::Slot distance;
      distance.set_distance_km(*branch.at.distance_km);
      distance.AppendToString(slot);
    }
  }

  const v1::FindSlotsRequest& request_;
  const std::shared_ptr<const Snapshot> snapshot_;
  CalendarCache* const cache_;
  SlotForms* const forms_;
  const std::optional<OrderUse> order_;
  const int64_t skip_;
  const absl::Time now_;
  const int page_size_;
  Spreader spreader_;
  std::vector<Branch> branches_;
  Bitmap allowed_;  // as AllowedAt found it last: for this stretch, in this zone
  Interval allowed_in_;
  absl::TimeZone allowed_zone_;
  Pass pass_ = Pass::kAll;
  int64_t offered_ = 0;
  bool full_ = false;  // the page is, and there is more
};

// The clinicians of a patient's visits, the latest first.
absl::StatusOr<std::vector<std::string>> FamiliarClinicians(const rpc::Call& call,
                                                            storage::Transaction& transaction,
                                                            const std::string& patient) {
  std::vector<std::string> clinicians;
  RETURN_IF_ERROR(transaction.Query(
      kLatestVisits,
      {storage::Value::Text(patient), storage::Value::Integer(limits::kFamiliarVisitsMax)},
      [&](const storage::Row& row) -> absl::Status {
        ASSIGN_OR_RETURN(const auto visit, ParseAppointment(row.Text(0)));
        if (IsMissed(visit.state()) || !call.MaySee(visit.clinic(), patient).ok())
          return absl::OkStatus();
        for (const v1::Assignment& assignment : visit.assignments()) {
          if (assignment.kind() == v1::Resource::KIND_CLINICIAN) {
            clinicians.push_back(assignment.resource());
          }
        }
        return absl::OkStatus();
      }));
  return clinicians;
}

absl::Status CheckRanking(const v1::FindSlotsRequest& request) {
  switch (request.ranking()) {
    case v1::FindSlotsRequest::RANKING_SAME_CLINICIAN:
      if (request.patient().empty()) {
        return base::InvalidField("patient", "is required for SAME_CLINICIAN");
      }
      return absl::OkStatus();
    case v1::FindSlotsRequest::RANKING_CLOSEST:
      if (!request.has_closest_to()) {
        return base::InvalidField("closest_to", "is required for CLOSEST");
      }
      return absl::OkStatus();
    default:
      return absl::OkStatus();
  }
}

}  // namespace

// What a request names of the caller's own, read from the store.
struct SlotSearch::Own {
  std::optional<OrderUse> order;
  Selection selection;
  std::vector<std::string> clinicians;  // whom the patient knows, the latest first
};

namespace {

// The selection with the latest of the familiar clinicians who may take part in such visits.
std::optional<Selection> WithFamiliar(const Snapshot& snapshot, const catalog::VisitPlan& plan,
                                      const Selection& selection,
                                      const std::vector<std::string>& clinicians) {
  for (const std::string& name : clinicians) {
    const auto resource = snapshot.FindResource(name);
    if (!resource.has_value() || !absl::c_binary_search(plan.resources, *resource)) continue;
    Selection with = selection;
    if (!absl::c_linear_search(with.required, name)) with.required.push_back(name);
    return with;
  }
  return std::nullopt;
}

}  // namespace

absl::Status SlotSearch::FindSlots(const rpc::Call& call, const v1::FindSlotsRequest& request,
                                   v1::FindSlotsResponse* reply) {
  const v1::SlotQuery& query = request.query();
  RETURN_IF_ERROR(CheckRanking(request));
  ASSIGN_OR_RETURN(const Interval window, WindowOf(query, call.now));
  ASSIGN_OR_RETURN(const std::string cursor, rpc::DecodePageToken(request, request.page_token()));
  int64_t skip = 0;
  if (!cursor.empty() && !absl::SimpleAtoi(cursor, &skip)) {
    return base::InvalidReason("PAGE_TOKEN_MISMATCH", "this is no page token");
  }
  if (!request.viewer_time_zone().empty() && !FindZone(request.viewer_time_zone()).has_value()) {
    return base::InvalidField("viewer_time_zone", "is no IANA time zone");
  }
  const auto snapshot = catalog_->Current();
  const auto type = snapshot->FindVisitType(query.visit_type());
  if (!type.has_value()) return base::NotFound(query.visit_type());
  ASSIGN_OR_RETURN(const auto clinics, ClinicsOf(call, *snapshot, query));
  reply->set_viewer_time_zone(request.viewer_time_zone());
  // What the caller could not book is not offered.
  if (!MayBookType(call, snapshot->visit_type(*type))) return absl::OkStatus();

  Own wishes{{}, SelectionOf(query), {}};
  RETURN_IF_ERROR(ReadOwn(call, request, &wishes));
  const Selection& selection = wishes.selection;
  ASSIGN_OR_RETURN(const OwnTime own,
                   ReadOwnTime(*database_, snapshot->visit_type(*type), request.patient(),
                               request.reschedule_appointment(), window, call.now));
  SlotRun run(request, snapshot, cache_, &forms_, std::move(wishes.order), skip, call.now);
  for (const ClinicAt& at : clinics) {
    const catalog::VisitPlan* plan = snapshot->Plan(*type, at.clinic, query.modality());
    if (plan == nullptr) continue;
    std::unique_ptr<PlanSearch> familiar;
    if (const auto with = WithFamiliar(*snapshot, *plan, selection, wishes.clinicians);
        with.has_value()) {
      familiar = std::make_unique<PlanSearch>(snapshot, plan, *with, &own, call.now);
    }
    run.Add(at, std::make_unique<PlanSearch>(snapshot, plan, selection, &own, call.now),
            std::move(familiar));
  }
  return run.Run(window, reply);
}

absl::Status SlotSearch::ReadOwn(const rpc::Call& call, const v1::FindSlotsRequest& request,
                                 Own* own) const {
  const std::string& moved = request.reschedule_appointment();
  const bool wants_familiar = request.ranking() == v1::FindSlotsRequest::RANKING_SAME_CLINICIAN;
  if (moved.empty() && request.order().empty() && call.freshness.empty() && !wants_familiar) {
    return absl::OkStatus();
  }
  return database_->ReadAndWait([&](storage::Transaction& transaction) -> absl::Status {
    RETURN_IF_ERROR(rpc::CheckFreshness(transaction, call.freshness));
    // Whoever may not see an appointment may not find out what would be free without it.
    if (!moved.empty()) {
      ASSIGN_OR_RETURN(const auto record,
                       Load<storage::v1::AppointmentRecord>(call, transaction, moved));
      KeepPins(record.appointment(), &own->selection);
    }
    if (wants_familiar) {
      ASSIGN_OR_RETURN(own->clinicians, FamiliarClinicians(call, transaction, request.patient()));
    }
    if (request.order().empty()) return absl::OkStatus();
    ASSIGN_OR_RETURN(own->order, OrderUse::ReadToBook(call, transaction, request.order(), moved));
    return absl::OkStatus();
  });
}

}  // namespace clarity::scheduling
